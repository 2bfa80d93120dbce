package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// sideRow is a step of one session beside the same step of another.
type sideRow struct {
	want, got   *history.Step // nil where that session has none, or not yet
	differences []history.Difference
	skipped     string // why the step was not sent; "" where it was
	waits       bool   // it is still to come
	added       bool   // a line that the session did not have
}

// mark says how the two steps stand to each other, for who sees no colours.
func (r sideRow) mark() string {
	switch {
	case r.added:
		return "+"
	case r.waits:
		return "·"
	case r.skipped != "":
		return "-"
	case len(r.differences) > 0:
		return "≠"
	}
	return "="
}

// sideTable draws two sessions side by side: a line for what was sent, a line
// for what was answered.
type sideTable struct {
	st    *styles
	rows  []sideRow
	at    int // selected
	first int
	fits  int
}

// linesEach is how many lines a step takes.
const linesEach = 2

func (t *sideTable) move(n int) { t.at = max(0, min(len(t.rows)-1, t.at+n)) }

// nextDifference goes to the next row that differs, in the direction of step.
func (t *sideTable) nextDifference(step int) bool {
	for i := t.at + step; i >= 0 && i < len(t.rows); i += step {
		if len(t.rows[i].differences) > 0 {
			t.at = i
			return true
		}
	}
	return false
}

// view draws h rows of w cells.
func (t *sideTable) view(w, h int) []string {
	t.fits = max(1, h/linesEach)
	t.first = max(0, min(max(min(t.first, t.at), t.at-t.fits+1), len(t.rows)-t.fits))
	var lines []string
	for i := t.first; i < min(len(t.rows), t.first+t.fits); i++ {
		lines = append(lines, t.pair(t.rows[i], i == t.at, w)...)
	}
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:h]
}

func (t *sideTable) pair(r sideRow, selected bool, w int) []string {
	room := (w - 7) / 2
	lead, style := "  ", t.st.faint
	if selected {
		lead = t.st.accent.Render("▸ ")
	}
	if r.mark() == "≠" {
		style = t.st.warning
	}
	got := r.got
	if r.skipped != "" || r.waits {
		got = nil
	}
	return []string{
		lead + fit(t.sent(r.want), room) + " " + style.Render(r.mark()) + " " + fit(t.sent(got), room),
		"  " + fit(t.answer(r.want), room) + "   " + fit(t.answer(got), room),
	}
}

func (t *sideTable) sent(s *history.Step) string {
	if s == nil {
		return ""
	}
	return t.st.client.Render(protocol.Safe(s.Sent()))
}

// answer is the codes of a step's replies, with their glyphs (a message has one
// for each recipient over LMTP), and what the last of them says.
func (t *sideTable) answer(s *history.Step) string {
	if s == nil || len(s.Replies) == 0 {
		return ""
	}
	codes := ""
	for _, r := range s.Replies {
		style, glyph := t.st.class(r.Class())
		codes += style.Render(" " + glyph + " " + strconv.Itoa(r.Code))
	}
	text, _, _ := strings.Cut(s.Replies[len(s.Replies)-1].Text(), "\n")
	return codes + " " + t.st.text.Render(protocol.Safe(text))
}

// about are the differences of the selected row, in full.
func (t *sideTable) about(w int) []string {
	if t.at >= len(t.rows) {
		return nil
	}
	r := t.rows[t.at]
	var texts []string
	if r.skipped != "" {
		texts = append(texts, "not sent: "+strings.TrimPrefix(r.skipped, "not sent: "))
	}
	for _, d := range r.differences {
		texts = append(texts, differenceWords(d))
	}
	var rows []string
	for _, text := range texts {
		for _, row := range wrap(protocol.Safe(text), max(1, w-2), 2) {
			rows = append(rows, " "+t.st.warning.Render(row))
		}
	}
	return rows
}

// differenceWords say one difference in a line.
func differenceWords(d history.Difference) string {
	want, got := d.Want, d.Got
	if want == "" {
		want = "nothing"
	}
	if got == "" {
		got = "nothing"
	}
	text := fmt.Sprintf("%s: %s → %s", d.Kind, want, got)
	if d.Masked != "" {
		text += " (left out of account: " + d.Masked + ")"
	}
	return text
}

// compared is two sessions, and in what they differ as o has it.
type compared struct {
	title         string
	first, second []history.Step
	o             history.CompareOptions
	report        history.Report
}

// again compares the two.
func (c compared) again() tea.Msg {
	c.report = history.Compare(c.first, c.second, c.o)
	return comparedMsg{compared: c}
}

// comparison is the overlay that shows two saved sessions side by side.
type comparison struct {
	compared
	sideTable
	back overlay // what it was opened from
}

func newComparison(st *styles, what compared, back overlay) *comparison {
	c := &comparison{compared: what, sideTable: sideTable{st: st}, back: back}
	for _, row := range c.report.Rows {
		c.rows = append(c.rows, sideRow{want: row.Want, got: row.Got, differences: row.Differences})
	}
	if len(c.rows) > 0 && len(c.rows[0].differences) == 0 {
		c.nextDifference(1)
	}
	return c
}

// What F2 and F4 go through.
var (
	closeness = []history.By{history.ByCode, history.ByText, history.ByClass}
	factors   = []float64{0, 2, 5, 10}
)

// after is the one of all that follows now, and the first behind the last.
func after[T comparable](all []T, now T) T { return all[(slices.Index(all, now)+1)%len(all)] }

// otherwise compares the two again, by what change makes of the options.
func (c *comparison) otherwise(change func(*history.CompareOptions)) *choice {
	next := c.compared
	change(&next.o)
	return taking(func(*Model) tea.Cmd { return next.again })
}

func (c *comparison) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	switch {
	case typing(msg):
	case key.Matches(msg, sideBy):
		return c.otherwise(func(o *history.CompareOptions) { o.By = after(closeness, o.By) }), false
	case key.Matches(msg, sideTiming):
		return c.otherwise(func(o *history.CompareOptions) { o.Timing = after(factors, o.Timing) }), false
	case key.Matches(msg, sideNext, sideOn):
		c.nextDifference(1)
	case key.Matches(msg, sideBefore):
		c.nextDifference(-1)
	case key.Matches(msg, sideHelp):
		return taking(func(m *Model) tea.Cmd {
			m.reader = newReader(m.st, "Help on comparing sessions", keysPage(m.st, sideWords, append(comparisonKeys, sideMoves...)))
			return nil
		}), false
	case key.Matches(msg, pickKeys.leave):
		return nil, true
	default:
		c.moved(msg)
	}
	return nil, false
}

var (
	sideHelp   = bind("help", "f1")
	sideNext   = bind("next difference", "tab")
	sideOn     = bind("next difference", "enter")
	sideBefore = bind("difference before", "shift+tab")
	sideBy     = bind("code, text or class", "f2")
	sideTiming = bind("timing", "f4")
	sideLeave  = bind("back", "esc", "ctrl+c")
	sideMoves  = []key.Binding{sideUp, sideDown, bind("a page back", "pgup"), bind("a page on", "pgdown"), sideTop, sideEnd}
	sideUp     = bind("step before", "up", "ctrl+p")
	sideDown   = bind("step after", "down", "ctrl+n")
	sideTop    = bind("first step", "ctrl+home", "home")
	sideEnd    = bind("last step", "ctrl+end", "end")
)

// What help says of the two columns.
const (
	markWords = "= came as it was, ≠ differs, - was not sent, + was added, · is still to come."
	sideWords = "Two sessions step by step: the one marked first on the left. F2 compares the codes of the replies, their texts without what always differs, " +
		"or only their classes (2, 3, 4, 5); F4 takes the time into account where one took 2, 5 or 10 times as long. " + markWords
)

// comparisonKeys are the keys of a comparison, the most wanted first.
var comparisonKeys = []key.Binding{sideLeave, sideNext, sideBy, sideTiming, sideHelp, sideBefore}

// moved tells whether a key went to another row.
func (t *sideTable) moved(msg tea.KeyMsg) bool {
	rows := []struct {
		on key.Binding
		by int
	}{{sideUp, -1}, {sideDown, 1}, {pickKeys.pageUp, -t.fits}, {pickKeys.pageDown, t.fits}, {sideTop, -len(t.rows)}, {sideEnd, len(t.rows)}}
	for _, row := range rows {
		if key.Matches(msg, row.on) {
			t.move(row.by)
			return true
		}
	}
	return false
}

// how says what counts as a difference.
func (c *comparison) how() string {
	if c.o.Timing == 0 {
		return "by " + string(c.o.By)
	}
	return fmt.Sprintf("by %s and time (×%g)", c.o.By, c.o.Timing)
}

func (c *comparison) click(int, int) (taken *choice, done bool) { return nil, false }

func (c *comparison) left(m *Model) tea.Cmd {
	m.overlay = c.back
	return nil
}

func (c *comparison) view(a rect) string {
	about := c.about(a.w)
	about = about[:min(len(about), a.h/3)]
	lines := []string{
		" " + c.st.title.Render(ansi.Truncate(protocol.Safe(c.title), a.w-2, "…")),
		" " + c.st.text.Render(ansi.Truncate(protocol.Safe(c.report.Verdict())+" · "+c.how(), a.w-2, "…")),
		c.st.rule.Render(strings.Repeat("─", a.w)),
	}
	lines = append(lines, c.sideTable.view(a.w, max(1, a.h-4-len(about)))...)
	lines = append(lines, about...)
	return block(append(lines, c.st.keyLine(a.w, comparisonKeys)), a.w, a.h)
}

// onCompared shows two sessions side by side.
func (m *Model) onCompared(msg comparedMsg) tea.Cmd {
	if msg.err != nil {
		m.onStore(storeMsg{err: msg.err})
		return nil
	}
	back := m.overlay
	was, again := back.(*comparison)
	switch back.(type) {
	case *comparison:
		back = was.back
	case *browser:
	default: // who asked for it left meanwhile
		return nil
	}
	c := newComparison(m.st, msg.compared, back)
	if again {
		c.at = max(0, min(was.at, len(c.rows)-1))
	}
	m.overlay = c
	return nil
}
