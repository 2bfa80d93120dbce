package history

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"

	"smtpconsole/protocol"
)

const formatScript = "script"

// scriptHead is the first line of a script, and scriptStep one of the others;
// see Script.
type scriptHead struct {
	Format string `json:"format"`
	Target string `json:"target,omitempty"`
}

type scriptStep struct {
	Kind      string  `json:"kind"`
	Text      string  `json:"text,omitempty"`
	Bytes     []byte  `json:"bytes,omitempty"` // the exact text where JSON cannot carry it
	Mechanism string  `json:"mechanism,omitempty"`
	Raw       bool    `json:"raw,omitempty"`
	Group     int     `json:"group,omitempty"`
	Expect    *Expect `json:"expect,omitempty"`
}

// writeScript is the format "script": what the session did, each step with the
// code that it is to be answered with, to be edited by hand.
func writeScript(w *bufio.Writer, src Source) error {
	var f stepFold
	torn := src.each(func(ev protocol.Event) error {
		f.apply(ev)
		return nil
	})
	if torn != nil && !isTorn(torn) {
		return torn
	}
	if err := src.expressible(f.steps); err != nil {
		return err
	}
	if err := writeLine(w, scriptHead{fmt.Sprint(formatName, formatVersion), src.Header.Target}); err != nil {
		return err
	}
	for _, st := range f.steps {
		if err := src.writeStep(w, st); err != nil {
			return err
		}
	}
	return torn
}

// expressible makes sure that each message is kept, and fits into a line.
func (src Source) expressible(steps []Step) error {
	for _, st := range steps {
		if st.Body == nil {
			continue
		}
		if st.Body.Size > embedMax {
			return &InexpressibleError{formatScript, fmt.Sprintf("a message has %d octets, too many for a line: replay the record itself", st.Body.Size)}
		}
		body, err := src.open(*st.Body)
		if err != nil {
			return fmt.Errorf("export as %s: %w", formatScript, err)
		}
		body.Close()
	}
	return nil
}

// writeStep writes one step. A chunk is two lines, like its record.
func (src Source) writeStep(w *bufio.Writer, st Step) error {
	out := scriptStep{Kind: "client", Group: st.Group, Expect: st.answer()}
	switch st.Kind {
	case StepGreeting:
		out.Kind = "connect"
	case StepTLS:
		out.Kind = "tls"
	case StepAuth:
		out.Kind, out.Mechanism = "auth", strings.TrimSpace(strings.TrimPrefix(st.Line, "AUTH"))
	case StepBody:
		return src.writeBody(w, st, out)
	default:
		out.say(st.Line)
	}
	return writeLine(w, out)
}

// writeBody writes the step of a message, or of a chunk.
func (src Source) writeBody(w *bufio.Writer, st Step, out scriptStep) error {
	ev := *st.Body
	if err := src.embed(&ev); err != nil {
		return err
	}
	text := ev.Text
	if st.Line != "" {
		line := scriptStep{Kind: "client"}
		line.say(st.Line)
		if err := writeLine(w, line); err != nil {
			return err
		}
	} else if !st.Body.Raw { // DATA mends the line ends, and people edit these
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	out.Kind, out.Raw = "body", st.Body.Raw
	out.say(text)
	return writeLine(w, out)
}

// say sets what is sent; a reference to a variable in it is to stay as it is.
func (out *scriptStep) say(s string) {
	out.Text = strings.ReplaceAll(s, "${", "$${")
	if !utf8.ValidString(s) {
		out.Bytes = []byte(out.Text)
		out.Text = strings.ToValidUTF8(out.Text, "\uFFFD")
	}
}

// answer is what the step is to be answered with: the code where all its
// replies have the same.
func (s Step) answer() *Expect {
	if len(s.Replies) == 0 {
		return nil
	}
	want := s.Replies[0].Code
	for _, r := range s.Replies {
		if r.Code != want {
			return nil
		}
	}
	return &Expect{Code: want}
}
