package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// noteBox is a note to edit, in as many lines as it needs. It lies over the
// body of the screen as askBox does.
type noteBox struct {
	title string
	st    *styles
	text  bodyText
	take  func(note string) tea.Cmd
	back  overlay
	sure  bool // the next Esc forgets what was typed
	// trouble says why the note could not be kept, "" where it was not tried.
	trouble string
}

// noteKeep and noteLeave are its keys beside those that edit.
var (
	noteKeep  = bind("keep it", "f10", "ctrl+s")
	noteLeave = bind("go back", "esc", "ctrl+c")
)

// newNoteBox has take still to be set.
func newNoteBox(st *styles, title, note string, back overlay) *noteBox {
	b := &noteBox{title: title, st: st, text: newText(note), back: back}
	b.text.last()
	return b
}

// handleKey edits. Esc asks before it forgets what was typed.
func (b *noteBox) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	sure := b.sure
	b.sure = false
	switch {
	case typing(msg):
		b.text.insert(string(msg.Runes))
	case key.Matches(msg, noteKeep):
		note := strings.TrimRight(strings.Join(b.text.lines, "\n"), " \n")
		return taking(func(m *Model) tea.Cmd { m.overlay = b.back; return b.take(note) }), true
	case key.Matches(msg, noteLeave):
		b.sure = !sure && b.text.edits > 0
		return nil, !b.sure
	default:
		b.text.handleKey(msg.String())
	}
	return nil, false
}

func (b *noteBox) click(int, int) (taken *choice, done bool) { return nil, false }
func (b *noteBox) move(n int)                                { b.text.moveRows(n) }
func (b *noteBox) left(m *Model) tea.Cmd                     { m.overlay = b.back; return nil }

func (b *noteBox) view(a rect) string {
	foot, style := "Enter begins a line · F10 keeps it · Esc goes back", b.st.faint
	switch {
	case b.sure:
		foot, style = "Esc again forgets what was typed · F10 keeps it", b.st.warning
	case b.trouble != "":
		foot, style = "not kept, F10 tries again: "+b.trouble, b.st.fault
	}
	lines := []string{" " + b.st.title.Render(ansi.Truncate(protocol.Safe(b.title), a.w-2, "…")), b.st.rule.Render(strings.Repeat("─", a.w))}
	from, to := b.text.window(max(1, a.h-3))
	for i := from; i < to; i++ {
		at := -1
		if i == b.text.row {
			at = b.text.col
		}
		lines = append(lines, "  "+b.st.editedLine(b.text.lines[i], at, a.w-3))
	}
	for len(lines) < a.h-1 {
		lines = append(lines, "")
	}
	return block(append(lines, " "+style.Render(ansi.Truncate(foot, a.w-2, "…"))), a.w, a.h)
}
