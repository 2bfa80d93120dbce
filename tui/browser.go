package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// browser is the table of saved sessions: when, with whom, how it ended, and on
// a wide screen what was said. Letters filter it; function keys act on the
// session selected.
type browser struct {
	st     *styles
	filter textinput.Model
	all    []history.Summary
	shown  []int // indexes into all
	at     int   // selected row of shown
	first  int   // first visible row of shown
	rows   int   // how many are visible
	area   rect
	wide   bool   // the dialogue is shown beside the table
	marked string // ID of the session another is to be compared with
	note   string // a sentence, until the next key

	now  func() time.Time
	hits map[string]string // what a search found in each session, by ID; nil for no search

	// What is said of the selected session, once it was read.
	read  string // its ID
	lines []protocol.Event
}

// browserActions are what keys do with the selected session. Letters belong to
// the filter.
var browserActions = []struct {
	key key.Binding
	do  func(*browser, history.Summary) (taken *choice, done bool)
}{
	{bind("open", "enter"), (*browser).open},
	{bind("replay", "f7"), (*browser).replay},
	{bind("compare", "f6"), (*browser).compare},
	{bind("export", "f4"), (*browser).export},
	{bind("label", "f2"), (*browser).label},
	{bind("delete", "f8"), (*browser).remove},
}

// The keys that need no session.
var (
	browserSearch = bind("search", "f3")
	browserUndo   = bind("undo", "ctrl+z")
	browserTop    = bind("newest", "ctrl+home")
	browserEnd    = bind("oldest", "ctrl+end")
	browserLeave  = bind("back", "esc", "ctrl+c", "f5", "ctrl+]")
)

// previewMsg brings the first events of a session for the browser.
type previewMsg struct {
	id     string
	events []protocol.Event
}

// previewEvents is how many events of a session the browser shows.
const previewEvents = 200

// previewSession reads the first events of a session.
func previewSession(store *history.Store, id string) tea.Cmd {
	return func() tea.Msg {
		msg := previewMsg{id: id}
		for ev, err := range store.Events(id) {
			if err == nil {
				msg.events = append(msg.events, ev)
			}
			if len(msg.events) == previewEvents {
				break
			}
		}
		return msg
	}
}

func newBrowser(st *styles, now func() time.Time, list []history.Summary) *browser {
	b := &browser{st: st, now: now, filter: newInput(), rows: 1}
	b.filter.Placeholder = "type to filter: words of target, outcome, label, date; exit:26"
	b.setList(list)
	return b
}

// setList shows list, with the row that was selected still so where it is there.
func (b *browser) setList(list []history.Summary) {
	was, at := b.selected(), b.at
	b.all = list
	b.match()
	b.at = max(0, min(at, len(b.shown)-1)) // The row that took the place of one that is gone.
	for i, n := range b.shown {
		if was != nil && b.all[n].ID == was.ID {
			b.at = i
		}
	}
}

// match works out which rows fit the filter.
func (b *browser) match() {
	b.at, b.first, b.shown = 0, 0, b.shown[:0]
	filter, err := history.NewFilter(b.filter.Value(), b.now())
	if err != nil {
		b.note = err.Error()
		return
	}
	for i, sum := range b.all {
		if filter.Match(sum) && (b.hits == nil || b.hits[sum.ID] != "") {
			b.shown = append(b.shown, i)
		}
	}
}

// selected is the session the cursor is on; nil for none.
func (b *browser) selected() *history.Summary {
	if b.at >= len(b.shown) {
		return nil
	}
	return &b.all[b.shown[b.at]]
}

func (b *browser) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	b.note = ""
	if typing(msg) {
		b.edit(msg)
		return b.preview(), false
	}
	switch {
	case key.Matches(msg, pickKeys.up):
		b.move(-1)
	case key.Matches(msg, pickKeys.down):
		b.move(1)
	case key.Matches(msg, pickKeys.pageUp):
		b.move(-b.rows)
	case key.Matches(msg, pickKeys.pageDown):
		b.move(b.rows)
	case key.Matches(msg, browserTop), b.filter.Value() == "" && msg.Type == tea.KeyHome:
		b.at = 0
	case key.Matches(msg, browserEnd), b.filter.Value() == "" && msg.Type == tea.KeyEnd:
		b.move(len(b.shown))
	case key.Matches(msg, browserLeave):
		return nil, true
	case key.Matches(msg, browserSearch):
		return b.search()
	case key.Matches(msg, browserUndo):
		return b.undo()
	default:
		return b.act(msg)
	}
	return b.preview(), false
}

// act does what a key means for the selected session, or types it.
func (b *browser) act(msg tea.KeyMsg) (taken *choice, done bool) {
	for _, row := range browserActions {
		if !key.Matches(msg, row.key) {
			continue
		}
		if sum := b.selected(); sum != nil {
			return row.do(b, *sum)
		}
		return nil, false
	}
	b.edit(msg)
	return b.preview(), false
}

func (b *browser) edit(msg tea.KeyMsg) {
	before := b.filter.Value()
	editInput(&b.filter, msg)
	if b.filter.Value() != before {
		b.match()
	}
}

// preview asks for the dialogue of the selected session where it is shown.
func (b *browser) preview() *choice {
	sum := b.selected()
	if sum == nil || !b.wide || sum.ID == b.read {
		return nil
	}
	id := sum.ID
	return &choice{take: func(m *Model) tea.Cmd { return previewSession(m.o.Console.Store(), id) }}
}

func (b *browser) onPreview(msg previewMsg) { b.read, b.lines = msg.id, msg.events }

func (b *browser) move(n int) { b.at = max(0, min(len(b.shown)-1, b.at+n)) }

func (b *browser) left(*Model) tea.Cmd { return nil }

// click selects the row at a screen cell, and opens the one that was selected.
func (b *browser) click(x, y int) (taken *choice, done bool) {
	row := b.first + y - b.area.y
	if !b.area.contains(x, y) || row >= len(b.shown) {
		return nil, false
	}
	if row == b.at {
		return b.open(b.all[b.shown[row]])
	}
	b.at = row
	return b.preview(), false
}

func (b *browser) view(a rect) string {
	b.wide = a.w >= wideEnough
	w := a.w
	if b.wide {
		w = a.w * 13 / 20
	}
	b.rows = max(1, a.h-5)
	b.area = rect{a.x, a.y + 3, w, b.rows}
	b.first = max(min(b.first, b.at), b.at-b.rows+1)
	lines := []string{b.head(a.w), b.st.rule.Render(strings.Repeat("─", a.w)), b.st.faint.Render(fit(tableHead(w), w))}
	for i := b.first; i < min(len(b.shown), b.first+b.rows); i++ {
		lines = append(lines, b.row(b.all[b.shown[i]], i == b.at, w))
	}
	if len(b.shown) == 0 {
		lines = append(lines, b.st.faint.Render("   nothing fits; Esc goes back"))
	}
	for len(lines) < b.rows+3 {
		lines = append(lines, "")
	}
	if b.wide {
		lines = b.withPreview(lines, w, a.w-w-1)
	}
	return block(append(lines[:b.rows+3], b.said(a.w), b.keyRow(a.w)), a.w, a.h)
}

func (b *browser) head(w int) string {
	count := fmt.Sprintf("%d of %d ", len(b.shown), len(b.all))
	head := " " + b.st.title.Render("Saved sessions") + "  " + b.st.inputView(b.filter, max(1, w/2))
	return fit(head, w-ansi.StringWidth(count)) + b.st.faint.Render(count)
}

// The columns of the table; the outcome has what is left.
const (
	whenWidth   = 17
	targetWidth = 22
	lengthWidth = 6
	stepsWidth  = 5
	tlsWidth    = 5
)

func tableHead(w int) string {
	return "   " + fit("when", whenWidth) + fit("target", targetColumn(w)) + fit("tls", tlsWidth) + fit("steps", stepsWidth+1) + fit("took", lengthWidth+1) + "outcome"
}

// targetColumn leaves the outcome half of a narrow screen.
func targetColumn(w int) int { return min(targetWidth, max(10, w/4)) }

func (b *browser) row(sum history.Summary, selected bool, w int) string {
	mark := "   "
	if sum.ID == b.marked {
		mark = " * "
	}
	if selected {
		mark = " ▸ "
	}
	text := mark + fit(began(sum), whenWidth) + fit(protocol.Safe(sum.Target)+" ", targetColumn(w)) + fit(tlsShort(sum.TLS), tlsWidth) +
		fit(fmt.Sprintf("%*d", stepsWidth, sum.Steps), stepsWidth+1) + fit(lasted(sum), lengthWidth+1) + outcomeOf(sum)
	row := fit(text, w)
	if selected {
		return b.st.selected.Render(row)
	}
	return b.st.text.Render(row)
}

// began is when a session began; "" where that is not known.
func began(sum history.Summary) string {
	if sum.Start.IsZero() {
		return ""
	}
	return sum.Start.Local().Format("2006-01-02 15:04")
}

// tlsShort is the version of TLS, with ! where nobody vouches for the server.
func tlsShort(tls string) string {
	version, unverified, _ := strings.Cut(strings.TrimPrefix(tls, "TLS"), " ")
	if unverified != "" {
		version += "!"
	}
	return strings.TrimSpace(version)
}

// lasted is how long a session took; "" where that is not known.
func lasted(sum history.Summary) string {
	if sum.End.IsZero() {
		return ""
	}
	return elapsed(sum.End.Sub(sum.Start))
}

// outcomeOf is a session's end in words, behind its label.
func outcomeOf(sum history.Summary) string {
	text := protocol.Safe(sum.Outcome)
	if sum.Problem != "" {
		text = "cannot be read: " + protocol.Safe(sum.Problem)
	}
	if sum.Label != "" {
		text = "[" + protocol.Safe(sum.Label) + "] " + text
	}
	return text
}

// withPreview puts what was said beside the table.
func (b *browser) withPreview(lines []string, w, room int) []string {
	var said []string
	if sum := b.selected(); sum != nil && sum.ID == b.read {
		for _, ev := range b.lines {
			said = append(said, b.st.text.Render(ansi.Truncate(protocol.Safe(ev.String()), room-1, "…")))
		}
	}
	for i := 2; i < len(lines); i++ {
		right := ""
		if i-2 < len(said) {
			right = said[i-2]
		}
		lines[i] = fit(lines[i], w) + b.st.rule.Render("│") + right
	}
	return lines
}

// said is what happened last, or all of the selected session's outcome.
func (b *browser) said(w int) string {
	if b.note != "" {
		return " " + b.st.hint.Render(ansi.Truncate(b.note, w-2, "…"))
	}
	sum := b.selected()
	if sum == nil {
		return ""
	}
	tls := sum.TLS
	if tls == "" {
		tls = "plaintext"
	}
	if hit := b.hits[sum.ID]; hit != "" {
		return " " + b.st.match.Render(ansi.Truncate(protocol.Safe(hit), w-2, "…"))
	}
	return " " + b.st.faint.Render(ansi.Truncate(sum.ID+" · "+protocol.Safe(tls)+" · "+outcomeOf(*sum), w-2, "…"))
}

func (b *browser) keyRow(w int) string {
	var bindings []key.Binding
	for _, a := range browserActions {
		bindings = append(bindings, a.key)
	}
	return b.st.keyLine(w, append(bindings, browserSearch, browserUndo, browserLeave))
}
