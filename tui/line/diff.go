package line

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// DiffOptions say how two sessions are compared, and how that is printed. The
// zero options compare codes and print a plain table.
type DiffOptions struct {
	By history.By
	// Timing is as in history.CompareOptions.
	Timing float64
	// JSON prints one object for each step, and one for the result.
	JSON bool
	// Columns is how wide the table may get; 0 is 80.
	Columns  int
	Coloured bool
	// People gets what is said of lines in a record that are torn; nil for nobody.
	People io.Writer
}

// Flags are the options as command line flags.
func (o *DiffOptions) Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("Comparing", pflag.ContinueOnError)
	flags.TextVar(&o.By, "compare", history.ByCode, "compare replies by `WHAT`: code, class, or text")
	flags.Float64Var(&o.Timing, "timing", 0, "a reply that took `FACTOR` times as long is a difference")
	flags.BoolVar(&o.JSON, "json", false, "print one JSON object a line")
	flags.SortFlags = false
	return flags
}

// Diff prints in what session b differs from session a, both named as
// history.Store.Find takes it, or by a file with a record or a script in it,
// whose name has a dot or a separator. The exit code is history.ExitDiffers where
// they do, and ExitHeld where they do not and a line of a record is torn; the
// error is for an option, a session that cannot be read before ctx ends, or w.
func Diff(ctx context.Context, w io.Writer, store *history.Store, a, b string, o DiffOptions) (exit int, err error) {
	if o.Timing != 0 && !(o.Timing >= 1) {
		return 0, fmt.Errorf("--timing %v: write a factor of 1 or more, as in --timing 3", o.Timing)
	}
	left, err := o.readSide(ctx, store, a)
	if err != nil {
		return 0, err
	}
	right, err := o.readSide(ctx, store, b)
	if err != nil {
		return 0, err
	}
	report := history.Compare(left.steps, right.steps, history.CompareOptions{By: o.By, Own: console.OwnNames(), Timing: o.Timing})
	exit = report.ExitCode()
	if left.torn || right.torn { // what is cut off is no proof that all is well
		exit = cmp.Or(exit, ExitHeld)
	}
	if o.JSON {
		return exit, writeDiff(w, report, exit)
	}
	d := differ{columns: cmp.Or(o.Columns, defaultWidth), coloured: o.Coloured}
	d.print(left, right, report)
	_, err = io.WriteString(w, d.out.String())
	return exit, err
}

// side is one of the sessions that are compared.
type side struct {
	name   string // its ID, or the file
	header history.Header
	label  string
	steps  []history.Step
	torn   bool
}

// readSide reads the session that ref means.
func (o DiffOptions) readSide(ctx context.Context, store *history.Store, ref string) (side, error) {
	switch {
	case ref == "-":
		return side{}, errors.New("standard input cannot be compared: name a file, as in ./session.jsonl")
	case strings.ContainsAny(ref, `./\`):
		return o.readFile(ctx, ref)
	}
	id, err := store.Find(ref)
	if err != nil {
		return side{}, fmt.Errorf("%w; the name of a file has a dot or a slash in it, as in ./NAME", err)
	}
	session, err := store.Read(id)
	if err != nil {
		return side{}, err
	}
	o.tellTorn(id, session.Torn)
	label, _ := store.Label(id) // where it cannot be read the header's will do
	return side{id, session.Header, label.Label, history.Steps(session.Events), session.Torn != nil}, nil
}

// readFile reads a record or a script. A script that does not say that it
// connects does so all the same.
func (o DiffOptions) readFile(ctx context.Context, name string) (side, error) {
	f, err := openInput(ctx, name)
	if err != nil {
		return side{}, err
	}
	defer f.Close()
	script, err := history.ReadScript(unmarked(f), history.ScriptOptions{Var: environment, Dir: filepath.Dir(name)})
	if err != nil {
		return side{}, fmt.Errorf("%q: %w", name, foreign(err))
	}
	o.tellTorn(name, script.Torn)
	steps := script.Steps
	if script.Header.ID == "" {
		steps = history.NewRerun(nil, steps, history.RerunOptions{}).Steps()
	}
	return side{name, script.Header, script.Header.Label, steps, script.Torn != nil}, nil
}

// tellTorn tells people of a line that is not whole.
func (o DiffOptions) tellTorn(name string, torn *history.TornError) {
	if torn != nil && o.People != nil {
		fmt.Fprintf(o.People, "smtpconsole: %s: %v\n", protocol.Safe(name), torn)
	}
}

// differ writes a report for people.
type differ struct {
	out      strings.Builder
	columns  int
	coloured bool
}

func (d *differ) print(left, right side, report history.Report) {
	var heads [][]string
	for i, s := range []side{left, right} {
		h := s.header
		heads = append(heads, []string{sideNames[i], s.name, startOf(h.Start), strings.TrimSpace(h.Target + "  " + s.label)})
	}
	d.out.WriteString(table(heads, d.columns) + "\n")
	findings := report.Findings()
	for i, f := range findings {
		row := report.Rows[f.Row]
		if i == 0 || findings[i-1].Row != f.Row || findings[i-1].Kind != f.Kind {
			d.heading(f, row)
		}
		want, got := sidesOf(f.Difference, row)
		d.side(0, want)
		d.side(1, got)
	}
	if len(findings) > 0 {
		d.out.WriteString("\n")
	}
	d.out.WriteString(wrap(protocol.Safe(report.Verdict()), "", d.columns))
}

// sideNames stand before what the sessions have.
var sideNames = [...]string{"A", "B"}

// sideIndent is where those stand.
const sideIndent = 9

// heading names the kind of a difference, and the step by its number and what
// was sent.
func (d *differ) heading(f history.Finding, row history.Row) {
	step := cmp.Or(row.Want, row.Got)
	start := fmt.Sprintf("%-*s", sideIndent, f.Kind)
	number := fmt.Sprintf("%d  ", f.Row+1)
	d.line(bold, start+number+hang(protocol.Safe(step.Sent()), sideIndent+len(number), d.columns))
}

// side writes what one session has; "-" for nothing.
func (d *differ) side(which int, text string) {
	colour := [...]string{red, classColours[protocol.ClassDone]}[which]
	mark := sideNames[which] + "  "
	for text := range strings.SplitSeq(cmp.Or(text, "-"), "\n") {
		used := sideIndent + len(mark)
		d.line(colour, strings.Repeat(" ", sideIndent)+mark+hang(protocol.Safe(text), used, d.columns))
		mark = "   "
	}
}

func (d *differ) line(colour, text string) {
	if d.coloured {
		text = colour + text + plainText
	}
	d.out.WriteString(text + "\n")
}

// sidesOf is what to show of a difference. A code is told by its reply.
func sidesOf(diff history.Difference, row history.Row) (want, got string) {
	switch diff.Kind {
	case history.DiffCode, history.DiffClass, history.DiffReplies, history.DiffMissing, history.DiffAdded:
		return toldBy(row.Want, diff.Want), toldBy(row.Got, diff.Got)
	}
	return diff.Want, diff.Got
}

// toldBy is what a step was answered, or what differs where that is what a
// script expects.
func toldBy(step *history.Step, differs string) string {
	if step != nil && step.Expect != nil {
		return "expected: " + differs
	}
	return replies(step)
}

// replies is the replies of a step, of each the first line; "" for no step.
func replies(step *history.Step) string {
	if step == nil {
		return ""
	}
	var list []string
	for _, r := range step.Replies {
		text := strconv.Itoa(r.Code)
		if len(r.Lines) > 0 {
			text += " " + r.Lines[0]
		}
		if more := len(r.Lines) - 1; more > 0 {
			text += fmt.Sprintf(" (%s more)", counted(more, "line"))
		}
		list = append(list, text)
	}
	return cmp.Or(strings.Join(list, "\n"), "no reply")
}

// diffRow is a row as JSON has it.
type diffRow struct {
	Step        int                  `json:"step"` // from 1
	Want        *diffStep            `json:"want"`
	Got         *diffStep            `json:"got"`
	Differences []history.Difference `json:"differences"`
	Masked      []string             `json:"masked,omitempty"`
}

// diffStep is a step of one session.
type diffStep struct {
	Seq     int               `json:"seq"`
	Sent    string            `json:"sent"`
	Replies []protocol.Reply  `json:"replies"`
	TLS     *protocol.TLSInfo `json:"tls,omitempty"`
	Ms      float64           `json:"ms"`
}

// diffResult is the last object.
type diffResult struct {
	Verdict   string                         `json:"verdict"`
	Exit      int                            `json:"exit"`
	Steps     int                            `json:"steps"`
	Differing int                            `json:"differing"`
	Counts    map[history.DifferenceKind]int `json:"counts"`
}

// writeDiff prints a report for programs.
func writeDiff(w io.Writer, report history.Report, exit int) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i, row := range report.Rows {
		found := append([]history.Difference{}, row.Differences...) // never null
		if err := enc.Encode(diffRow{i + 1, newDiffStep(row.Want), newDiffStep(row.Got), found, row.Masked}); err != nil {
			return err
		}
	}
	return enc.Encode(diffResult{report.Verdict(), exit, len(report.Rows), report.Differing(), report.Counts()})
}

func newDiffStep(step *history.Step) *diffStep {
	if step == nil {
		return nil
	}
	ms := float64(step.Took.Microseconds()) / 1000
	return &diffStep{step.Seq, step.Sent(), append([]protocol.Reply{}, step.Replies...), step.TLS, ms}
}
