package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

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
// are sent in one go. A record is a script as it stands: the replies in it are
// what is expected, where a step has no "expect".
type Script struct {
	Header Header
	Steps  []Step
	// Torn is the first line of a record that could not be read; nil where all
	// are whole. In a script that a person wrote such a line is an error.
	Torn *TornError
}

// ScriptOptions say how a script is read. The zero options work.
type ScriptOptions struct {
	// Var returns the value of a variable that the call sets, and false for one
	// it does not; it goes before the script's own. Nil sets none.
	Var func(name string) (string, bool)
	// Missing, if not nil, is told of each variable without a value, in place of
	// the error; the name stands for the value then.
	Missing func(name string)
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
	p := &scriptReader{o: o, in: in, script: Script{Header: in.header}, expects: map[int]*Expect{}, groups: map[int]int{}}
	if err := p.begin(in.text); err != nil {
		return nil, err
	}
	for {
		if err = in.readLine(); err != nil {
			break
		}
		p.take(bytes.TrimSpace(in.text))
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return p.end()
}

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
	expects map[int]*Expect // by Seq of their step
	groups  map[int]int     // by Seq, as the script says
	missing []string
	errs    []error
}

// begin reads what else a script's first line may say.
func (p *scriptReader) begin(first []byte) error {
	var h struct {
		Vars map[string]string `json:"vars"`
	}
	if err := json.Unmarshal(first, &h); err != nil {
		return &ScriptError{1, column(err), fmt.Errorf(`"vars" has names and values in quotes, as in {"to":"bob@example.org"}: %w`, err)}
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
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	if len(p.missing) > 0 {
		return nil, &MissingError{p.missing}
	}
	p.script.Steps = p.fold.steps
	for i := range p.script.Steps {
		st := &p.script.Steps[i]
		st.Expect = p.expects[st.Seq]
		if len(st.Replies) > 0 {
			continue
		}
		st.Group = p.groups[st.Seq] // without replies nothing tells a group but the script
		if st.Expect == nil && !p.recorded() {
			st.Expect = &Expect{}
		}
	}
	return &p.script, nil
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
		if err := knownFields(text); err != nil {
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
		kind.make(p, &ev, line)
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
	p.state = p.state.Apply(ev)
	if len(p.fold.steps) > before {
		p.groups[p.fold.last().Seq] = line.Group
	}
	if line.Expect != nil && len(p.fold.steps) > 0 {
		p.expects[p.fold.last().Seq] = p.filled(line.Expect)
	}
}

// scriptKind says what a line of a kind is.
type scriptKind struct {
	sends bool // it is a step
	// make completes the event; nil leaves it as it was read.
	make func(*scriptReader, *protocol.Event, scriptLine)
}

// scriptKinds are the kinds of events, and auth, which only scripts have.
var scriptKinds = map[string]scriptKind{
	"connect": {sends: true},
	"client":  {sends: true, make: (*scriptReader).client},
	"body":    {sends: true, make: (*scriptReader).body},
	"tls":     {sends: true, make: (*scriptReader).tls},
	"auth":    {sends: true, make: (*scriptReader).auth},
	"server":  {}, "held": {}, "note": {}, "error": {}, "close": {},
}

// client masks the line and finds its verb: a person who edits a line will not
// think of the rest.
func (p *scriptReader) client(ev *protocol.Event, _ scriptLine) {
	sent := protocol.ClientLine(p.replace(ev.Text), p.state)
	ev.Text, ev.Cmd = sent.Text, sent.Cmd
}

func (p *scriptReader) auth(ev *protocol.Event, line scriptLine) {
	ev.Kind, ev.Text = protocol.KindClient, strings.TrimSpace("AUTH "+p.replace(line.Mechanism))
	p.client(ev, line)
}

// tls is the command, unless the line is the report of a handshake.
func (p *scriptReader) tls(ev *protocol.Event, line scriptLine) {
	if ev.TLS == nil {
		ev.Kind, ev.Text = protocol.KindClient, "STARTTLS"
		p.client(ev, line)
	}
}

// body completes a message. What a person changed is not what the digest is of.
func (p *scriptReader) body(ev *protocol.Event, line scriptLine) {
	if ev.Cmd == "" {
		ev.Cmd = "DATA"
		if before := p.fold.last(); before != nil && before.Verb == "BDAT" {
			ev.Cmd = before.Verb
		}
	}
	if text := p.replace(ev.Text); text != ev.Text || !p.recorded() {
		ev.Text, ev.SHA256, ev.Size = text, "", int64(len(text))
	}
	if line.File != "" {
		ev.Path, ev.Text, ev.SHA256 = p.replace(line.File), "", ""
		if !filepath.IsAbs(ev.Path) {
			ev.Path = filepath.Join(p.o.Dir, ev.Path)
		}
	}
}

// IsScript tells whether a file that begins with first is a record or a script.
func IsScript(first []byte) bool {
	_, err := parseHeader(first)
	return err == nil || errors.Is(err, ErrNewer)
}
