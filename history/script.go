package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"smtpconsole/protocol"
)

// Script is a session to be run again: one that was recorded, or one that a
// person wrote.
//
// Its file is JSON Lines, in the format of a record. The first line needs no
// more than the format, and may name a target and variables:
//
//	{"format":"smtpconsole-session/1","target":"localhost:2525","vars":{"to":"bob@example.org"}}
//	# Empty lines, and those that begin with # or //, are comments.
//	{"kind":"connect","expect":{"code":220}}
//	{"kind":"client","text":"EHLO client.example.org","expect":{"keywords":["STARTTLS"]}}
//	{"kind":"tls"}
//	{"kind":"auth","mechanism":"PLAIN"}
//	{"kind":"client","text":"MAIL FROM:<ann@example.org>","group":1}
//	{"kind":"client","text":"RCPT TO:<${to}>","group":1,"expect":{"code":"2yz"}}
//	{"kind":"client","text":"DATA","expect":{"code":354}}
//	{"kind":"body","text":"Subject: test\n\nHello ${to}\n","expect":{"pattern":"queued"}}
//	{"kind":"client","text":"QUIT"}
//
// A body may stand in a "file" beside the script instead. Lines of one group
// are sent in one go. A line that breaks a rule on purpose says "as_typed":true
// to whoever checks the script; it is sent either way. A record is a script as it
// stands: the replies in it are what is expected, where a step has no "expect". In
// a script such a step may get any reply, but for tls and auth: 220 and 235.
type Script struct {
	Header Header
	Steps  []Step
	// Lines say where the steps stand, each in the place of its step.
	Lines []ScriptLine
	// Torn is the first line of a record that could not be read; nil where all
	// are whole. In a script that a person wrote such a line is an error.
	Torn *TornError
}

// ScriptLine is the line of a file that a step stands in.
type ScriptLine struct {
	Number int // from 1
	// AsTyped is true where the line says "as_typed": it breaks a rule on purpose.
	AsTyped bool
	// Open is true where a variable in it has no value.
	Open bool

	group int // as the script says
}

// ScriptOptions say how a script is read. The zero options work.
type ScriptOptions struct {
	// Var returns the value of a variable that the call sets, and false for one
	// it does not; it goes before the script's own. Nil sets none.
	Var func(name string) (string, bool)
	// Missing, if not nil, is told of each place where a variable has no value, by
	// its line, in place of the error; the name stands for the value then.
	Missing func(name string, line int)
	// InRecord has variables replaced in a record too. Without it ${name} is what
	// was sent there, unless somebody gave its first line "vars".
	InRecord bool
	// Dir is where the files are that the script names; "" is the working
	// directory.
	Dir string
}

// ScriptError says what is wrong with a line of a script.
type ScriptError struct {
	Line, Column int // from 1; Column counts octets
	Err          error
}

// Error names the place, and says what to do.
func (e *ScriptError) Error() string {
	return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Err)
}

// Unwrap returns what is wrong.
func (e *ScriptError) Unwrap() error { return e.Err }

// ReadScript reads a script or a record. The errors are ErrForeign and ErrNewer
// for a first line that is no header, joined *ScriptErrors for lines that are
// wrong, a *MissingError, or r's. Secrets that somebody wrote into it are
// masked as those of a session are.
func ReadScript(r io.Reader, o ScriptOptions) (*Script, error) {
	in, err := scriptHeader(r)
	if err != nil {
		return nil, err
	}
	p := &scriptReader{o: o, in: in, script: Script{Header: in.header}}
	if err := p.begin(in.text); err != nil {
		return nil, err
	}
	for len(p.errs) < maxFaults {
		if err = in.readLine(); err != nil {
			break
		}
		p.take(bytes.TrimSpace(in.text))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return p.end()
}

// maxFaults is how many lines may be wrong before the rest is not looked at: it
// is another kind of file then.
const maxFaults = 100

// ErrManyFaults stands behind the errors of so many lines.
var ErrManyFaults = fmt.Errorf("%d lines are wrong, and the rest was not looked at: mend these first", maxFaults)

// scriptHeader reads the first line that is no comment.
func scriptHeader(r io.Reader) (*reader, error) {
	in := rawReader(r)
	for {
		err := in.readLine()
		switch {
		case errors.Is(err, io.EOF):
			return nil, ErrForeign
		case err != nil:
			return nil, err
		case IsComment(in.text):
			continue
		}
		in.header, err = parseHeader(in.text)
		return in, err
	}
}

// IsComment tells whether a line of a script says nothing to the program: it is
// empty, or begins with # or //.
func IsComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || slices.ContainsFunc(comments, func(c []byte) bool { return bytes.HasPrefix(line, c) })
}

// scriptReader is one call of ReadScript.
type scriptReader struct {
	o       ScriptOptions
	in      *reader
	script  Script
	vars    map[string]string
	literal bool

	fold    stepFold
	state   protocol.State
	missing MissingError
	open    bool // a variable of the line that is read has no value
	errs    []error
}

// scriptFirst is what the first line of a script may say beyond a Header.
type scriptFirst struct {
	Vars map[string]string `json:"vars"`
}

// begin reads what else a script's first line may say.
func (p *scriptReader) begin(first []byte) error {
	var h scriptFirst
	if err := json.Unmarshal(first, &h); err != nil {
		return &ScriptError{p.in.line, column(err), fmt.Errorf(`"vars" has names and values in quotes, as in {"to":"bob@example.org"}: %w`, err)}
	}
	if err := unknownField(first, firstFields); err != nil && !p.recorded() {
		return p.placed(err, first)
	}
	p.vars = h.Vars
	p.literal = p.recorded() && h.Vars == nil && !p.o.InRecord
	p.script.Header.Target = p.replace(p.script.Header.Target)
	return nil
}

// recorded tells whether the file was written by a recorder, and not by hand.
func (p *scriptReader) recorded() bool { return p.script.Header.ID != "" }

// comments begin the lines that say nothing to the program.
var comments = [][]byte{[]byte("#"), []byte("//")}

// take reads one line.
func (p *scriptReader) take(text []byte) {
	if IsComment(text) {
		return
	}
	p.open = false
	err := p.step(text)
	switch {
	case err == nil:
	case p.recorded() && p.script.Torn == nil:
		p.script.Torn = &TornError{Line: p.in.line, Err: err}
	case !p.recorded():
		p.errs = append(p.errs, p.placed(err, text))
	}
}

// end is the whole script.
func (p *scriptReader) end() (*Script, error) {
	if len(p.errs) == maxFaults {
		p.errs = append(p.errs, ErrManyFaults)
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	if len(p.missing.Variables) > 0 {
		return nil, &p.missing
	}
	p.script.Steps = p.fold.steps
	for i := range p.script.Steps {
		st := &p.script.Steps[i]
		if len(st.Replies) > 0 {
			continue
		}
		st.Group = p.script.Lines[i].group // without replies nothing tells a group but the script
		if !p.recorded() {
			st.Expect = demanded(st)
		}
	}
	return &p.script, nil
}

// neededCodes are the replies that TLS and logins get where a script demands none: what
// follows counts on them.
var neededCodes = map[StepKind]int{StepTLS: 220, StepAuth: 235}

// demanded is what a step of a script that a person wrote is to get: what it says
// and, where that is no reply, the usual one; of a command any.
func demanded(st *Step) *Expect {
	var e Expect
	if st.Expect != nil {
		e = *st.Expect
	}
	if e.Code == 0 && e.Class == 0 && e.Pattern == "" {
		e.Code = neededCodes[st.Kind]
	}
	return &e
}

// scriptLine is what a script may say beyond an event.
type scriptLine struct {
	Kind      string  `json:"kind"`
	Expect    *Expect `json:"expect"`
	Mechanism string  `json:"mechanism"`
	File      string  `json:"file"`
	Group     int     `json:"group"`
}

// step reads the line of a step, a reply, or of anything else in a record.
func (p *scriptReader) step(text []byte) error {
	var line scriptLine
	var ev protocol.Event
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &ev); err != nil {
		return err
	}
	if !p.recorded() {
		if err := unknownField(text, stepFields); err != nil {
			return err
		}
	}
	if line.Kind == "" {
		return p.noKind()
	}
	kind, err := line.check()
	if err != nil {
		return err
	}
	ev.Seq = p.fold.seq + 1
	if kind.make != nil {
		if err := kind.make(p, &ev, line); err != nil {
			return err
		}
	}
	p.apply(ev, line)
	return nil
}

// check is the line's kind, and an error where there is none such.
func (l scriptLine) check() (scriptKind, error) {
	kind, ok := scriptKinds[l.Kind]
	switch {
	case !ok:
		return kind, &fieldError{"kind", fmt.Errorf("%q is no kind: write client, body, tls, auth or connect", l.Kind)}
	case l.Expect != nil && !kind.sends:
		return kind, &fieldError{"expect", fmt.Errorf("a line of kind %q sends nothing: write the expectation into the line before it", l.Kind)}
	}
	return kind, nil
}

// noKind is the error of a line without a kind. A record's summary has none.
func (p *scriptReader) noKind() error {
	if p.recorded() {
		return nil
	}
	return errors.New(`the line has no "kind": write client, body, tls, auth or connect`)
}

// apply takes an event of the session that the script is, and notes what line
// says of its step.
func (p *scriptReader) apply(ev protocol.Event, line scriptLine) {
	before := len(p.fold.steps)
	p.fold.apply(ev)
	p.follow(ev, line)
	if line.Expect != nil && len(p.fold.steps) > 0 {
		p.fold.last().Expect = p.filled(line.Expect)
	}
	if len(p.fold.steps) > before {
		p.script.Lines = append(p.script.Lines, ScriptLine{Number: p.in.line, AsTyped: ev.AsTyped, Open: p.open, group: line.Group})
	}
}

// follow takes ev into the state in which the next line is masked. That needs to
// know of a login, and not of all that was ever sent: most scripts have no reply
// to end the waiting.
func (p *scriptReader) follow(ev protocol.Event, line scriptLine) {
	if ev.Kind == protocol.KindClient && line.Group == 0 && !p.recorded() {
		p.state.Awaited = nil
	}
	p.state = p.state.Apply(ev)
	p.state.Addresses = nil
}
