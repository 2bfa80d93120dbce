package tui

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
)

// askBox asks for one line: a name, a size. It lies over the body of the screen
// as a picker does.
type askBox struct {
	title, help string
	st          *styles
	input       textinput.Model
	take        func(*Model, string) tea.Cmd
	back        overlay // what it lies over; nil for the panes
}

// newAsk has value in its line to begin with. Help is shown under it.
func newAsk(st *styles, title, value, help string, take func(*Model, string) tea.Cmd) *askBox {
	input := newInput()
	input.SetValue(value)
	return &askBox{title: title, help: help, st: st, input: input, take: take}
}

// handleKey returns as a picker's does: what is to be carried out, and done
// where the box is to close.
func (b *askBox) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	if !typing(msg) {
		switch {
		case key.Matches(msg, pickKeys.take):
			text := b.input.Value()
			return &choice{take: func(m *Model) tea.Cmd { return b.take(m, text) }}, true
		case key.Matches(msg, pickKeys.leave):
			return nil, true
		}
	}
	editInput(&b.input, msg)
	return nil, false
}

// There is nothing to click at, nor to scroll, nor to be undone.
func (b *askBox) click(int, int) (taken *choice, done bool) { return nil, false }
func (b *askBox) move(int)                                  {}
func (b *askBox) left(m *Model) tea.Cmd                     { m.overlay = b.back; return nil }

func (b *askBox) view(a rect) string {
	lines := []string{""}
	for _, row := range wrap(protocol.Safe(b.title), max(1, a.w-4), 0) {
		lines = append(lines, "  "+b.st.title.Render(row))
	}
	lines = append(lines, "", "  "+b.st.inputView(b.input, max(1, a.w-4)), "")
	for _, text := range []string{b.help, "Enter goes on · Esc goes back"} {
		for _, row := range wrap(protocol.Safe(text), max(1, a.w-4), 0) {
			lines = append(lines, "  "+b.st.faint.Render(row))
		}
	}
	return block(lines, a.w, a.h)
}
