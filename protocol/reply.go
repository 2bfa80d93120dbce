package protocol

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Reply is one whole SMTP reply (RFC 5321 §4.2). Only Code decides what it
// means; the lines are for people.
type Reply struct {
	// Code is the three digits. Where a server changes them inside one reply
	// it is the last line's, as Postfix's client takes it.
	Code int `json:"code"`
	// Enhanced is the enhanced status code, "5.1.1", or "" (RFC 2034).
	Enhanced string `json:"enhanced,omitempty"`
	// Lines are the texts behind the code and its separator, the enhanced
	// code kept, in order. There is at least one, perhaps empty.
	Lines []string `json:"lines"`
	// Flaws name what was not by the grammar and was taken all the same.
	Flaws []string `json:"flaws,omitempty"`
}

// jsonReply is Reply with the exact octets of lines that JSON cannot carry.
type jsonReply struct {
	plainReply
	Bytes [][]byte `json:"bytes,omitempty"`
}

type plainReply Reply

// MarshalJSON writes the reply as one object; lines that are not UTF-8 are
// written twice, as Event does it.
func (r Reply) MarshalJSON() ([]byte, error) {
	out := jsonReply{plainReply: plainReply(r)}
	if !slices.ContainsFunc(r.Lines, func(s string) bool { return !utf8.ValidString(s) }) {
		return trimLine(marshalLine(out))
	}
	out.Lines = make([]string, len(r.Lines))
	for i, line := range r.Lines {
		out.Lines[i] = strings.ToValidUTF8(line, "\uFFFD")
		out.Bytes = append(out.Bytes, []byte(line))
	}
	return trimLine(marshalLine(out))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Reply) UnmarshalJSON(b []byte) error {
	var in jsonReply
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	for i := range min(len(in.Bytes), len(in.Lines)) {
		in.Lines[i] = string(in.Bytes[i])
	}
	*r = Reply(in.plainReply)
	return nil
}

// Class is the first digit of a reply code: what to do next.
type Class int

const (
	ClassOther     Class = 0 // outside 2 to 5: not SMTP
	ClassDone      Class = 2 // 2yz: done
	ClassMore      Class = 3 // 3yz: go on with the next piece
	ClassTemporary Class = 4 // 4yz: not now, the same may work later
	ClassPermanent Class = 5 // 5yz: no, do not repeat unchanged
)

// ClassOf returns the class of a reply code (RFC 5321 §4.2.1).
func ClassOf(code int) Class {
	if code < 200 || code > 599 {
		return ClassOther
	}
	return Class(code / 100)
}

// Class returns the class of r's code.
func (r Reply) Class() Class { return ClassOf(r.Code) }

// Refused tells whether the server said no: 4yz, 5yz, or something that is
// not SMTP.
func (r Reply) Refused() bool { return r.Class() != ClassDone && r.Class() != ClassMore }

// Text is the reply's lines, one below the other.
func (r Reply) Text() string { return strings.Join(r.Lines, "\n") }

// Flaws a reply can have; each is tolerated (RFC 5321 §4.2 for missing text,
// observed servers for the rest).
const (
	FlawBareLF    = "bare-lf"     // a line ended in LF without CR
	FlawNoText    = "no-text"     // the last line has a code and nothing else
	FlawNoSpace   = "no-space"    // text follows the code directly, "250OK"
	FlawCodes     = "mixed-codes" // lines of one reply carry different codes
	FlawEightBit  = "8bit"        // text outside printable ASCII and tab
	FlawGarbage   = "garbage"     // a line inside the reply has no code
	FlawCodeRange = "code-range"  // the code is outside 200 to 599
)
