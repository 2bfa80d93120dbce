package history

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// Expect is what a script demands of a reply. Empty fields demand nothing.
type Expect struct {
	// Code is the reply's, from 200 to 599.
	Code int `json:"code,omitempty"`
	// Class is the first digit of the code, 2 to 5. In JSON it may also stand in
	// the place of a code, as in {"code":"2yz"}.
	Class int `json:"class,omitempty"`
	// Pattern is a regular expression that some line of the reply's text matches.
	Pattern string `json:"pattern,omitempty"`
	// Keywords are EHLO keywords that must be there.
	Keywords []string `json:"keywords,omitempty"`
}

// UnmarshalJSON reads an expectation, and nothing that it could not demand: a
// word misspelt would demand nothing, and nobody would see it.
func (e *Expect) UnmarshalJSON(b []byte) error {
	var in struct {
		Code     json.RawMessage `json:"code"`
		Class    json.RawMessage `json:"class"`
		Pattern  string          `json:"pattern"`
		Keywords []string        `json:"keywords"`
	}
	if err := strictly(b, &in); err != nil {
		return err
	}
	out := Expect{Pattern: in.Pattern, Keywords: in.Keywords}
	for _, digits := range []json.RawMessage{in.Code, in.Class} {
		if err := out.demand(string(digits)); err != nil {
			return err
		}
	}
	if _, err := regexp.Compile(out.Pattern); err != nil {
		return fmt.Errorf("expect pattern: %w", err)
	}
	*e = out
	return nil
}

// codeForm is what a code or a class may look like.
var codeForm = regexp.MustCompile(`^"?([2-5])(?:([0-9]{2})|yz|xx|YZ|XX)?"?$`)

// demand takes over a code or a class; "" is neither.
func (e *Expect) demand(digits string) error {
	if digits == "" || digits == "null" {
		return nil
	}
	m := codeForm.FindStringSubmatch(digits)
	switch {
	case m == nil:
		return fmt.Errorf(`expect code %s: write a code as in 250, or a class as in "2yz"`, digits)
	case m[2] == "":
		e.Class, _ = strconv.Atoi(m[1])
	default:
		e.Code, _ = strconv.Atoi(m[1] + m[2])
	}
	return nil
}
