package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// questionBox asks the person for one answer of a login. A secret is never
// shown while it is typed, nor kept.
type questionBox struct {
	q     *question
	st    *styles
	input textinput.Model
	hint  string // who can log in, where that is known
}

func newQuestionBox(st *styles, q *question) *questionBox {
	input := newInput()
	if q.prompt.Secret {
		input.EchoMode = textinput.EchoPassword
		input.EchoCharacter = '•'
	}
	return &questionBox{q: q, st: st, input: input}
}

// handleKey returns true where the question is answered or given up.
func (b *questionBox) handleKey(msg tea.KeyMsg) (done bool) {
	switch msg.String() {
	case "enter":
		b.q.answer <- b.input.Value()
		return true
	case "esc", "ctrl+c":
		close(b.q.answer)
		return true
	}
	editInput(&b.input, msg)
	return false
}

func (b *questionBox) view(a rect) string {
	lines := []string{
		"", "  " + b.st.title.Render("Log in with "+b.q.prompt.Mechanism), "",
		"  " + b.st.text.Render(b.q.prompt.Name+": ") + b.st.inputView(b.input, max(8, a.w-14)), "",
		"  " + b.st.faint.Render("It is sent to the server and kept nowhere. Enter goes on · Esc cancels"),
		"", "  " + b.st.faint.Render(b.hint),
	}
	return strings.TrimRight(block(lines, a.w, a.h), "\n")
}
