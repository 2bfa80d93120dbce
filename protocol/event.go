package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind says what an Event reports. The words are part of the record format.
type Kind string

const (
	KindConnect Kind = "connect" // a connection was made; Text is the address reached
	KindTLS     Kind = "tls"     // a handshake ended well; TLS says how
	KindClient  Kind = "client"  // a line was sent; Text is the line, masked
	KindServer  Kind = "server"  // a line arrived; Reply is set on the last line of a reply
	KindBody    Kind = "body"    // message octets were sent; Size and SHA256 describe them
	KindHeld    Kind = "held"    // a line was typed and not sent; Diags say why
	KindNote    Kind = "note"    // the console speaking to its user
	KindError   Kind = "error"   // something failed; Code is stable, Text is for people
	KindClose   Kind = "close"   // the connection is over; Text says who ended it
)

// Event is one thing that happened in a session: one flat value for every
// kind, from which transcript, record, export and State are folded. Events are
// values; nobody changes one after history.Log numbered it.
type Event struct {
	// Seq numbers the events of a session from 1. Only the log sets it.
	Seq int `json:"seq"`
	// Time is when it happened, by the clock of whoever saw it.
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`
	// Text is the line or sentence, without its line end. It may hold any
	// octet: it is made safe where it is shown, and kept exact on disk.
	Text string `json:"text,omitempty"`
	// Cmd is the verb of a client line, or of the command a body belongs to.
	Cmd string `json:"cmd,omitempty"`
	// Reply is the assembled reply, on the event of its last line only.
	Reply *Reply `json:"reply,omitempty"`
	// For is the Seq of the client, body or connect event a reply answers; 0
	// for an unasked one. Only the log sets it.
	For int `json:"for,omitempty"`
	// TLS describes the connection's protection after a handshake.
	TLS *TLSInfo `json:"tls,omitempty"`
	// Size counts the octets of a body before dot-stuffing, without the final
	// dot; of a raw body those that went out.
	Size int64 `json:"size,omitempty"`
	// SHA256 is the hex digest of the same octets.
	SHA256 string `json:"sha256,omitempty"`
	// Path names the file the octets of a body were read from, as its user
	// named it; "" where they came from no file.
	Path string `json:"path,omitempty"`
	// Raw marks a body whose octets went out untouched behind a 354: no line end
	// mended, no dot doubled, no final dot added. The server may still be reading
	// text after it.
	Raw bool `json:"raw,omitempty"`
	// Diags are the remarks a held line was held for, or a sent line went out with.
	Diags []Diagnostic `json:"diags,omitempty"`
	// Code names a note or an error for scripts: "dial.refused", "tls.name".
	Code string `json:"code,omitempty"`
	// AsTyped marks a client line that its user sent past the checks.
	AsTyped bool `json:"as_typed,omitempty"`
}

// jsonEvent is Event without its methods, and with the exact octets beside a
// text or a file name that JSON cannot carry.
type jsonEvent struct {
	plainEvent
	Bytes     []byte `json:"bytes,omitempty"`
	PathBytes []byte `json:"path_bytes,omitempty"`
}

type plainEvent Event

// MarshalJSON writes the event as one object. A Text that is not UTF-8 is
// written twice: readable in "text", exact in "bytes" (base64). So is a Path,
// in "path" and "path_bytes".
func (ev Event) MarshalJSON() ([]byte, error) {
	return trimLine(ev.JSONLine())
}

// JSONLine is MarshalJSON with a line feed, as records have it. It takes half
// the time of an encoder, which reads through what MarshalJSON returns.
func (ev Event) JSONLine() ([]byte, error) {
	out := jsonEvent{plainEvent: plainEvent(ev)}
	out.Text, out.Bytes = readable(ev.Text)
	out.Path, out.PathBytes = readable(ev.Path)
	return marshalLine(out)
}

// readable is s as JSON can carry it, and its octets where that is not s.
func readable(s string) (text string, exact []byte) {
	if utf8.ValidString(s) {
		return s, nil
	}
	return strings.ToValidUTF8(s, "\uFFFD"), []byte(s)
}

// marshalLine is json.Marshal with a line feed, and without its escapes for
// HTML, so that an address in angle brackets can be found with grep.
func marshalLine(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

func trimLine(line []byte, err error) ([]byte, error) {
	return bytes.TrimSuffix(line, []byte("\n")), err
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (ev *Event) UnmarshalJSON(b []byte) error {
	var in jsonEvent
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	if in.Bytes != nil {
		in.Text = string(in.Bytes)
	}
	if in.PathBytes != nil {
		in.Path = string(in.PathBytes)
	}
	*ev = Event(in.plainEvent)
	return nil
}

// String renders the event as RFC 5321 prints dialogues: "C: ", "S: ", or
// "# " for what was not on the wire. It has no line end and is not made safe
// for a terminal; see Safe.
func (ev Event) String() string {
	switch ev.Kind {
	case KindClient:
		return "C: " + ev.Text
	case KindServer:
		return "S: " + ev.Text
	case KindBody:
		return "# message: " + bodyFacts(ev)
	case KindHeld:
		return "# held: " + ev.Text
	case KindTLS:
		return "# tls: " + ev.TLS.Summary()
	default:
		return "# " + string(ev.Kind) + ": " + ev.Text
	}
}

// bodyFacts say how large a body was and which one, whether it was raw, and the
// file it came from.
func bodyFacts(ev Event) string {
	facts := []string{fmt.Sprintf("%d octets", ev.Size)}
	if ev.Raw {
		facts = append(facts, "raw")
	}
	if len(ev.SHA256) >= 12 {
		facts = append(facts, "sha256 "+ev.SHA256[:12]+"…")
	}
	if ev.Path != "" {
		facts = append(facts, fmt.Sprintf("from %q", ev.Path))
	}
	return strings.Join(facts, ", ")
}

// Hidden stands where a secret was.
const Hidden = "***"

// ClientLine is the event of a command line that goes out in state st, with
// any secret in it replaced. It is the only way a typed line becomes an event.
func ClientLine(raw string, st State) Event {
	text := Mask(raw, st)
	return Event{Kind: KindClient, Text: text, Cmd: verbOf(text, st)}
}

// HeldLine is the event of a line that was typed in state st and not sent.
// Where the line held a secret, what is said of it names neither the secret
// nor a fix that would repeat it.
func HeldLine(raw string, st State) Event {
	text := Mask(raw, st)
	ev := Event{Kind: KindHeld, Text: text, Cmd: verbOf(text, st), Diags: Parse(raw, st).Diags}
	if text == raw {
		return ev
	}
	for i := range ev.Diags {
		d := &ev.Diags[i]
		d.Fix = ""
		d.Start, d.End = min(d.Start, len(text)), min(d.End, len(text))
	}
	return ev
}

// verbOf is the verb of a line as it may be shown; "" where it has none.
func verbOf(masked string, st State) string {
	if verb := commandOf(masked, st).Verb; letters(verb) {
		return verb
	}
	return ""
}

// Mask returns raw with its secret, if it has one in state st, replaced by Hidden.
func Mask(raw string, st State) string {
	span, ok := SecretSpan(raw, st)
	if !ok {
		return raw
	}
	return raw[:span.Start] + Hidden + raw[span.End:]
}
