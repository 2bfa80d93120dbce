package line

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// isScript tells whether r begins with the first line of a record or a script.
func isScript(r *bufio.Reader) bool {
	rest, _ := r.Peek(r.Size())
	first, rest, more := bytes.Cut(rest, []byte("\n"))
	for more && history.IsComment(first) {
		first, rest, more = bytes.Cut(rest, []byte("\n"))
	}
	return bytes.HasPrefix(bytes.TrimSpace(first), []byte("{")) && history.IsScript(first)
}

// scriptFinding is what is wrong with a script, as JSON has it. Line 0 is the
// whole of it.
type scriptFinding struct {
	Line    int    `json:"line"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

// checkScript reads a script as replay does, prints what is wrong, and returns
// how much that is. A variable without a value is none: the call may set it. Nor
// does it look for the files that are named.
func checkScript(w io.Writer, r io.Reader, asJSON bool) (wrong int, err error) {
	var open []string
	script, err := history.ReadScript(r, history.ScriptOptions{Var: environment, Missing: func(name string) {
		if !slices.Contains(open, name) {
			open = append(open, name)
		}
	}})
	findings := scriptFindings(err)
	if script != nil && script.Torn != nil {
		findings = append(findings, scriptFinding{Line: script.Torn.Line, Message: script.Torn.Error()})
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, f := range findings {
			_ = enc.Encode(f) // w keeps its error
		}
		return len(findings), nil
	}
	for _, f := range findings {
		fmt.Fprintf(w, "%d:%d: error: %s\n", f.Line, f.Column, protocol.Safe(f.Message))
	}
	for _, name := range open {
		fmt.Fprintf(w, "${%s} has no value yet: set it with --var %[1]s=VALUE\n", name)
	}
	if script != nil && len(findings) == 0 {
		fmt.Fprintf(w, "a script of %d steps, no errors\n", len(script.Steps))
	}
	return len(findings), nil
}

// environment is where variables come from that no flag sets.
func environment(name string) (string, bool) { return os.LookupEnv("SMTPCONSOLE_VAR_" + name) }

// scriptFindings are the errors of history.ReadScript, one by one.
func scriptFindings(err error) []scriptFinding {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var all []scriptFinding
		for _, one := range several.Unwrap() {
			all = append(all, scriptFindings(one)...)
		}
		return all
	}
	var at *history.ScriptError
	if errors.As(err, &at) {
		return []scriptFinding{{at.Line, at.Column, strings.ReplaceAll(at.Err.Error(), "\n", " ")}}
	}
	return []scriptFinding{{Message: err.Error()}}
}
