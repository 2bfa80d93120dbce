package line

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// isScript tells whether r begins as a record or a script does, with an object: no
// line of a dialogue looks like that.
func isScript(r *bufio.Reader) bool {
	rest, _ := r.Peek(r.Size())
	first, rest, more := bytes.Cut(rest, []byte("\n"))
	for more && history.IsComment(first) {
		first, rest, more = bytes.Cut(rest, []byte("\n"))
	}
	members, object := bytes.CutPrefix(bytes.TrimSpace(first), []byte("{"))
	return object && bytes.HasPrefix(bytes.TrimSpace(members), []byte(`"`))
}

// checkScript reads a script as replay does, judges what it sends as a dialogue,
// prints what is wrong, and returns how much that is. A variable without a value
// is none: the call may set it. Nor does it look for the files that are named.
func checkScript(w io.Writer, r io.Reader, o CheckOptions) (wrong int, err error) {
	vars, err := parseVariables(o.Vars)
	if err != nil {
		return 0, err
	}
	c := scriptChecker{w: w, json: o.JSON, checker: checker{state: protocol.State{Phase: protocol.PhaseGreeted}}}
	script, err := history.ReadScript(r, history.ScriptOptions{Var: vars.value, InRecord: len(o.Vars) > 0, Missing: c.open.Note})
	if script == nil {
		return c.wrong, c.unreadable(err)
	}
	if err := vars.complete(nil); err != nil {
		return 0, err
	}
	for i := range script.Steps {
		c.step(script, i)
	}
	if script.Torn != nil {
		c.say(script.Torn.Line, 1, protocol.Diagnostic{Code: "script.torn", Severity: protocol.Error, Message: script.Torn.Error()})
	}
	for _, v := range c.open.Variables {
		message := fmt.Sprintf("%v has no value yet: set it with --var %s=VALUE", v, v.Name)
		c.say(v.Lines[0], 1, protocol.Diagnostic{Code: "script.variable", Severity: protocol.Warning, Message: message})
	}
	if !o.JSON {
		fmt.Fprintln(w, c.verdict(script))
	}
	return c.wrong, nil
}

// scriptChecker is one call of checkScript.
type scriptChecker struct {
	w    io.Writer // keeps its error
	json bool
	checker
	open  history.MissingError
	wrong int
}

// unreadable prints the errors of history.ReadScript, one by one. It returns one
// that is not the file's.
func (c *scriptChecker) unreadable(err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			if err := c.unreadable(one); err != nil {
				return err
			}
		}
		return nil
	}
	at := &history.ScriptError{Line: 1, Column: 1, Err: err}
	if !errors.As(err, &at) && !errors.Is(err, history.ErrNewer) && !errors.Is(err, history.ErrManyFaults) {
		return foreign(err)
	}
	c.say(at.Line, at.Column, protocol.Diagnostic{Code: "script.line", Severity: protocol.Error, Message: strings.ReplaceAll(at.Err.Error(), "\n", " ")})
	return nil
}

// say prints a remark on a line of the file itself.
func (c *scriptChecker) say(line, column int, d protocol.Diagnostic) {
	if d.Severity == protocol.Error {
		c.wrong++
	}
	if c.json {
		d.Start, d.End = column-1, column-1
		_ = finding{Line: line, Diags: []protocol.Diagnostic{d}}.write(c.w)
		return
	}
	fmt.Fprintf(c.w, "%d:%d: %s: %s\n", line, column, d.Severity, protocol.Safe(d.Message))
}

// verdict is the whole in a line.
func (c *scriptChecker) verdict(script *history.Script) string {
	kind, n := "script", len(history.NewRerun(nil, script.Steps, history.RerunOptions{}).Steps())
	if script.Header.ID != "" {
		kind = "record"
	}
	if c.wrong == 0 {
		return fmt.Sprintf("a %s of %s, no errors", kind, counted(n, "step"))
	}
	return fmt.Sprintf("a %s of %s, %d with errors", kind, counted(n, "step"), c.wrong)
}
