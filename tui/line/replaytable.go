package line

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/clipperhouse/displaywidth"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// stepRow lays out a step in 80 columns: mark and number, what was sent, the
// codes expected and got, the time.
const stepRow = "%1s%4s  %s  %-9s  %-9s  %8s\n"

// sentWidth and gotWidth are how wide the columns of what was sent and of what
// came are.
const sentWidth, gotWidth = 38, 9

// differMark stands in front of a step that came out otherwise.
const differMark = "*"

func (p *replayer) writeStepHead() {
	fmt.Fprintf(p.o.Out, stepRow, "", "#", padded("SENT", sentWidth), "EXPECTED", "GOT", "TIME")
}

// show prints what came of a step where its session is the only one.
func (p *replayer) show(t console.Target, res history.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.o.JSON && p.r.Repeat == 1:
		p.writeJSON(stepObject(t, res))
	case p.alone() && !p.o.JSON:
		_, _ = io.WriteString(p.o.Out, stepText(res))
	}
}

// stepText is a row of the table, and what differs below it.
func stepText(res history.Result) string {
	mark := ""
	if len(res.Differences) > 0 {
		mark = differMark
	}
	got, took, want := replyCodes(res.Got), "", expected(res.Want)
	if len(res.Got.Replies) > 0 {
		took = brief(res.Got.Took)
	}
	switch {
	case res.Skipped != "":
		got = "not sent"
	case len(res.Heard) > 0:
		got = padded(strings.Join(res.Heard, " "), gotWidth)
	}
	if res.Prepared {
		want = "-"
	}
	var b strings.Builder
	fmt.Fprintf(&b, stepRow, mark, fmt.Sprint(res.Index+1), padded(sentBy(res), sentWidth), want, cmp.Or(got, "nothing"), took)
	for _, d := range res.Differences {
		b.WriteString("       " + protocol.Safe(differenceText(d)) + "\n")
	}
	return b.String()
}

// sentBy is what a step sent, or would have sent.
func sentBy(res history.Result) string {
	if res.Got.Kind != "" {
		return res.Got.Sent()
	}
	return res.Want.Sent()
}

// expected is what was to come of a step, in a word.
func expected(st history.Step) string {
	e := st.Expect
	switch {
	case e == nil:
		return cmp.Or(replyCodes(st), "nothing")
	case e.Code != 0:
		return fmt.Sprint(e.Code)
	case e.Class != 0:
		return fmt.Sprintf("%dyz", e.Class)
	case len(e.Keywords) > 0:
		return "keywords"
	case e.Pattern != "":
		return "pattern"
	}
	return "any"
}

// replyCodes are the codes of a step's replies; of many the first ones.
func replyCodes(st history.Step) string {
	const most = 2
	var words []string
	for i, r := range st.Replies {
		if i == most {
			return strings.Join(words, " ") + "+"
		}
		words = append(words, fmt.Sprint(r.Code))
	}
	return strings.Join(words, " ")
}

// differenceText is a difference in a line.
func differenceText(d history.Difference) string {
	none := func(s string) string { return cmp.Or(strings.ReplaceAll(s, "\n", " / "), "nothing") }
	text := fmt.Sprintf("%s: expected %s, got %s", d.Kind, none(d.Want), none(d.Got))
	if d.Masked != "" {
		text += " (not compared: " + d.Masked + ")"
	}
	return text
}

// padded is text made safe, in exactly so many columns.
func padded(text string, columns int) string {
	text = protocol.Safe(text)
	if displaywidth.String(text) > columns {
		cut := ""
		for _, r := range text {
			if displaywidth.String(cut+string(r)) >= columns {
				break
			}
			cut += string(r)
		}
		text = cut + "…"
	}
	return text + strings.Repeat(" ", max(0, columns-displaywidth.String(text)))
}

// brief is a duration as people compare them.
func brief(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return d.Round(time.Second / 10).String()
}

// report prints what came of all sessions, and returns the exit code: the
// gravest there is, see graver.
func (p *replayer) report() int {
	exit := 0
	rows := [][]string{{"TARGET", "RESULT", "FIRST DIFFERENCE"}}
	for _, run := range p.runs {
		exit = graver(exit, run.exit)
		rows = append(rows, []string{run.target.Name, p.result(run), run.trouble()})
	}
	switch {
	case p.o.JSON:
		for _, run := range p.runs {
			p.writeJSON(p.runObject(run))
		}
		return exit
	case len(p.runs) > 1:
		_, _ = io.WriteString(p.o.Out, table(rows, p.o.Columns))
	default:
		words := p.result(p.runs[0])
		if reason := p.runs[0].reason(); reason != "" {
			words += ": " + reason
		}
		fmt.Fprintf(p.o.Out, "%s\n", protocol.Safe(words))
	}
	if p.r.Repeat > 1 {
		for _, run := range p.runs {
			_, _ = io.WriteString(p.o.Out, run.times())
		}
	}
	return exit
}

// result is what came of a target's sessions, in words.
func (p *replayer) result(run *replayRun) string {
	var parts []string
	if p.r.Repeat > 1 {
		parts = append(parts, fmt.Sprintf("%d of %d sessions", run.sessions, p.r.Repeat))
	}
	differing := 0
	for _, st := range run.steps {
		differing += min(1, st.differ)
	}
	switch {
	case errors.Is(run.err, errInterrupted) && differing == 0: // those under way say nothing
		return strings.Join(append(parts, errInterrupted.Error()), ", ")
	case errors.Is(run.err, errInterrupted):
		parts = append(parts, errInterrupted.Error())
	case run.err != nil:
		parts = append(parts, "failed")
	case differing == 0:
		parts = append(parts, "all as expected")
	}
	if differing > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d steps differ", differing, len(run.steps)))
	}
	if run.failed > 0 && run.sessions > 1 {
		parts = append(parts, fmt.Sprintf("in %d sessions", run.failed))
	}
	return strings.Join(parts, ", ")
}

// trouble is what differs first, and why a session could not go on; "" where all went well.
func (run *replayRun) trouble() string {
	parts := []string{run.difference(), run.reason()}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "; ")
}

// reason says why a session could not go on, in a line; "" where all could, or
// where the result says it.
func (run *replayRun) reason() string {
	if run.err == nil || errors.Is(run.err, errInterrupted) {
		return ""
	}
	return run.err.Error()
}

// difference is the first one with the step it is of; "" for none.
func (run *replayRun) difference() string {
	st := run.firstDifference()
	if st == nil {
		return ""
	}
	return fmt.Sprintf("step %d, %s: %s", st.last.Index+1, st.want.Sent(), differenceText(st.last.Differences[0]))
}

// times are how long each step took over all sessions; "" where none was answered.
func (run *replayRun) times() string {
	rows := [][]string{{"#", "MIN", "MEDIAN", "P95", "P99", "MAX", "SENT"}}
	for i, st := range run.steps {
		if st.took.count > 0 {
			rows = append(rows, append(append([]string{fmt.Sprint(i + 1)}, st.took.words()...), st.want.Sent()))
		}
	}
	if run.whole.count > 0 {
		rows = append(rows, append(append([]string{"all"}, run.whole.words()...), "(the session)"))
	}
	if len(rows) == 1 {
		return ""
	}
	return "\n" + protocol.Safe(run.target.Name) + "\n" + table(rows, 0) + run.whole.histogram()
}

// words are the smallest duration, the quantiles that --repeat tells of, and the
// largest.
func (l *latency) words() []string {
	return []string{
		brief(micros(l.least)), brief(l.quantile(0.5)), brief(l.quantile(0.95)), brief(l.quantile(0.99)), brief(micros(l.most)),
	}
}

// histogram has a row for each doubling of the time; it is "" where nothing was
// counted.
func (l *latency) histogram() string {
	const width = 40
	if l.count == 0 {
		return ""
	}
	rows := [][]string{{"SESSIONS", "BELOW", ""}}
	var largest uint64
	for _, b := range l.bars() {
		largest = max(largest, b.n)
	}
	for _, b := range l.bars() {
		rows = append(rows, []string{fmt.Sprint(b.n), brief(b.below), strings.Repeat("#", int((b.n*width+largest-1)/largest))})
	}
	return table(rows, 0)
}

// writeJSON prints one object in a line.
func (p *replayer) writeJSON(v any) {
	enc := json.NewEncoder(p.o.Out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // a failure of Out is noted by Out
}
