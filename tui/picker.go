package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/sahilm/fuzzy"
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
	area    rect // where the rows are drawn, for clicks
}

type pickerKeys struct{ up, down, pageUp, pageDown, take, leave key.Binding }

var pickKeys = pickerKeys{
	up: bind("up", "up", "ctrl+p", "shift+tab"), down: bind("down", "down", "ctrl+n", "tab"),
	pageUp: bind("page up", "pgup"), pageDown: bind("page down", "pgdown"),
	take: bind("choose", "enter"), leave: bind("close", "esc", "ctrl+c", "ctrl+]"),
}

func newPicker(st *styles, title string, all []choice) *picker {
	input := textinput.New()
	input.Prompt = ""
	input.Placeholder = "type to filter"
	input.PlaceholderStyle = st.ghost
	input.Focus()
	p := &picker{title: title, st: st, filter: input, all: all, visible: 1}
	p.match()
	return p
}

// match works out which rows fit the filter.
func (p *picker) match() {
	p.at, p.first, p.shown = 0, 0, p.shown[:0]
	query := strings.TrimSpace(p.filter.Value())
	if query == "" {
		for i := range p.all {
			p.shown = append(p.shown, i)
		}
		return
	}
	words := make([]string, len(p.all))
	for i, c := range p.all {
		words[i] = c.label + " " + c.help
	}
	for _, m := range fuzzy.Find(query, words) {
		p.shown = append(p.shown, m.Index)
	}
}

// handleKey returns the choice taken, and done where the picker is to close.
func (p *picker) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
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
		before := p.filter.Value()
		p.filter, _ = p.filter.Update(msg)
		if p.filter.Value() != before {
			p.match()
		}
	}
	return nil, false
}

func (p *picker) move(n int) {
	p.at = max(0, min(len(p.shown)-1, p.at+n))
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
	p.visible = max(1, a.h-3)
	p.area = rect{a.x, a.y + 2, a.w, p.visible}
	p.first = max(min(p.first, p.at), p.at-p.visible+1)
	count := fmt.Sprintf("%d of %d", len(p.shown), len(p.all))
	head := " " + p.st.title.Render(p.title) + "  " + p.filter.View()
	lines := []string{
		fit(head, a.w-ansi.StringWidth(count)-1) + p.st.faint.Render(count),
		p.st.rule.Render(strings.Repeat("─", a.w)),
	}
	for i := p.first; i < min(len(p.shown), p.first+p.visible); i++ {
		lines = append(lines, p.row(p.all[p.shown[i]], i == p.at, a.w))
	}
	if len(p.shown) == 0 {
		lines = append(lines, p.st.faint.Render("   nothing fits; Esc closes"))
	}
	for len(lines) < a.h-1 {
		lines = append(lines, "")
	}
	return block(append(lines, p.st.faint.Render(" Enter choose · ↑↓ move · Esc close")), a.w, a.h)
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
	left := fit(mark+label.Render(fit(c.label, min(max(24, w/3), max(8, w-4))))+"  "+p.st.faint.Render(c.help), w-keyWidth-2)
	row := left + " " + p.st.key.Render(c.key) + " "
	if selected {
		return lipgloss.NewStyle().Inherit(p.st.selected).Render(ansi.Strip(row))
	}
	return row
}
