package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/sahilm/fuzzy"

	"smtpconsole/protocol"
)

// choice is one row of a picker.
type choice struct {
	label string // what is matched and shown
	help  string // a few words beside it
	key   string // the key that does the same, "" for none
	faint bool   // shown as not fitting now
	// take is called when the row is chosen.
	take func(*Model) tea.Cmd
}

// picker is a list to choose from with a filter to type: palette, templates,
// recall, sessions. It lies over the body of the screen.
type picker struct {
	title   string
	st      *styles
	filter  textinput.Model
	all     []choice
	shown   []int // indexes into all, best match first
	at      int   // selected row of shown
	first   int   // first visible row of shown
	visible int
	area    rect   // where the rows are drawn, for clicks
	lead    string // said above the rows, "" for nothing
	widest  int    // cells of the longest label
	// onLeft, if not nil, is called where the picker closes without a choice.
	onLeft func(*Model) tea.Cmd
}

type pickerKeys struct{ up, down, pageUp, pageDown, take, leave key.Binding }

var pickKeys = pickerKeys{
	up: bind("up", "up", "ctrl+p", "shift+tab"), down: bind("down", "down", "ctrl+n", "tab"),
	pageUp: bind("page up", "pgup"), pageDown: bind("page down", "pgdown"),
	take: bind("choose", "enter"), leave: bind("close", "esc", "ctrl+c", "ctrl+]"),
}

func newPicker(st *styles, title string, all []choice) *picker {
	input := newInput()
	input.Placeholder = "type to filter"
	p := &picker{title: title, st: st, filter: input, all: all, visible: 1}
	p.match()
	return p
}

// match works out which rows fit the filter.
func (p *picker) match() {
	p.at, p.first, p.shown = 0, 0, p.shown[:0]
	p.measure()
	query := strings.TrimSpace(p.filter.Value())
	if query == "" {
		for i := range p.all {
			p.shown = append(p.shown, i)
		}
		return
	}
	for _, of := range []func(choice) string{func(c choice) string { return c.label }, func(c choice) string { return c.help }} {
		p.matchIn(query, of)
	}
}

// measure works out how wide the labels are.
func (p *picker) measure() {
	p.widest = 0
	for _, c := range p.all {
		p.widest = max(p.widest, ansi.StringWidth(protocol.Safe(c.label)))
	}
}

// matchIn adds the rows whose text fits and that are not there yet: what a row
// is called counts before what is said of it.
func (p *picker) matchIn(query string, of func(choice) string) {
	words := make([]string, len(p.all))
	for i, c := range p.all {
		words[i] = of(c)
	}
	found := fuzzy.Find(query, words)
	slices.SortStableFunc(found, func(a, b fuzzy.Match) int { return begins(b.Str, query) - begins(a.Str, query) })
	for _, m := range found {
		if !slices.Contains(p.shown, m.Index) {
			p.shown = append(p.shown, m.Index)
		}
	}
}

// begins is 1 where text begins with query, in any case.
func begins(text, query string) int {
	if len(text) >= len(query) && strings.EqualFold(text[:len(query)], query) {
		return 1
	}
	return 0
}

// handleKey returns the choice taken, and done where the picker is to close.
func (p *picker) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	if typing(msg) { // A burst that spells the name of a key is none.
		p.edit(msg)
		return nil, false
	}
	switch {
	case key.Matches(msg, pickKeys.leave):
		return nil, true
	case key.Matches(msg, pickKeys.take):
		if p.at < len(p.shown) {
			return &p.all[p.shown[p.at]], true
		}
	case key.Matches(msg, pickKeys.up):
		p.move(-1)
	case key.Matches(msg, pickKeys.down):
		p.move(1)
	case key.Matches(msg, pickKeys.pageUp):
		p.move(-p.visible)
	case key.Matches(msg, pickKeys.pageDown):
		p.move(p.visible)
	default:
		p.edit(msg)
	}
	return nil, false
}

// edit types in the filter.
func (p *picker) edit(msg tea.KeyMsg) {
	before := p.filter.Value()
	editInput(&p.filter, msg)
	if p.filter.Value() != before {
		p.match()
	}
}

func (p *picker) move(n int) {
	p.at = max(0, min(len(p.shown)-1, p.at+n))
}

func (p *picker) left(m *Model) tea.Cmd {
	if p.onLeft == nil {
		return nil
	}
	return p.onLeft(m)
}

// click selects the row at a screen cell, and takes it where it was selected.
func (p *picker) click(x, y int) (taken *choice, done bool) {
	row := p.first + y - p.area.y
	if !p.area.contains(x, y) || row >= len(p.shown) {
		return nil, false
	}
	if row == p.at {
		return &p.all[p.shown[row]], true
	}
	p.at = row
	return nil, false
}

// view draws the picker over an area.
func (p *picker) view(a rect) string {
	about := p.about(a.w, a.h/4)
	lead := p.leadRows(a.w)
	p.visible = max(1, a.h-3-len(about)-len(lead))
	p.area = rect{a.x, a.y + 2 + len(lead), a.w, p.visible}
	p.first = max(min(p.first, p.at), p.at-p.visible+1)
	count := fmt.Sprintf("%d of %d", len(p.shown), len(p.all))
	head := " " + p.st.title.Render(p.title) + "  " + p.st.inputView(p.filter, max(1, a.w/2))
	lines := []string{
		fit(head, a.w-ansi.StringWidth(count)-1) + p.st.faint.Render(count),
		p.st.rule.Render(strings.Repeat("─", a.w)),
	}
	lines = append(lines, lead...)
	for i := p.first; i < min(len(p.shown), p.first+p.visible); i++ {
		lines = append(lines, p.row(p.all[p.shown[i]], i == p.at, a.w))
	}
	if len(p.shown) == 0 {
		lines = append(lines, p.st.faint.Render("   nothing fits; Esc closes"))
	}
	for len(lines) < a.h-1-len(about) {
		lines = append(lines, "")
	}
	return block(append(append(lines, about...), p.st.faint.Render(" Enter choose · ↑↓ move · Esc close")), a.w, a.h)
}

// leadRows are what is said above the rows, and an empty line.
func (p *picker) leadRows(w int) []string {
	if p.lead == "" {
		return nil
	}
	var rows []string
	for _, row := range wrap(p.lead, max(1, w-4), 0) {
		rows = append(rows, "   "+p.st.text.Render(row))
	}
	return append(rows, "")
}

// about is all that is said of the selected row, where the row has no room for
// it: as many lines as most.
func (p *picker) about(w, most int) []string {
	if p.at >= len(p.shown) {
		return nil
	}
	c := p.all[p.shown[p.at]]
	label, help := p.columns(c, w)
	if ansi.StringWidth(protocol.Safe(c.label)) <= label && ansi.StringWidth(protocol.Safe(c.help)) <= help {
		return nil
	}
	rows := wrap(protocol.Safe(c.label+" · "+c.help), max(1, w-2), 0)
	rows = rows[:min(len(rows), most)]
	for i, row := range rows {
		rows[i] = " " + p.st.hint.Render(row)
	}
	return rows
}

// columns are the widths that a row has for its label and its help.
func (p *picker) columns(c choice, w int) (label, help int) {
	label = min(max(30, w/2), max(8, w-4), max(12, p.widest))
	return label, w - ansi.StringWidth(c.key) - label - len("   ") - len("  ") - 2
}

func (p *picker) row(c choice, selected bool, w int) string {
	mark, label := "   ", p.st.text
	if c.faint {
		label = p.st.faint
	}
	if selected {
		mark, label = " ▸ ", label.Bold(true)
	}
	keyWidth := ansi.StringWidth(c.key)
	column, _ := p.columns(c, w)
	left := fit(mark+label.Render(fit(protocol.Safe(c.label), column))+"  "+p.st.faint.Render(protocol.Safe(c.help)), w-keyWidth-2)
	row := left + " " + p.st.key.Render(c.key) + " "
	if selected {
		return p.st.selected.Render(ansi.Strip(row))
	}
	return row
}
