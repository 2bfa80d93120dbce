package tui

import (
	"context"
	"io"
	"os"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// messagePane shows the octets of a message as they went out. It lies over the
// saved session that has it; a large message stays on the disk.
type messagePane struct {
	st    *styles
	wire  *wireView
	at, h int
}

// savedMessage opens it, and closes it again.
var savedMessage = bind("octets of the message", "f9")

// messageMsg is a message that can be shown, or why it cannot.
type messageMsg struct {
	view *savedView
	text *wireText
	mode wireMode
	err  error
}

// sentMode is how a message was sent. A chunk went out as it stands.
func sentMode(ev *protocol.Event) wireMode {
	switch {
	case ev.Raw:
		return wireRaw
	case ev.Cmd == "BDAT":
		return wireBinary
	}
	return wireByDATA
}

// openMessage opens what a body event tells of.
func openMessage(ctx context.Context, v *savedView, store *history.Store, ev protocol.Event) tea.Cmd {
	return func() tea.Msg {
		msg := messageMsg{view: v, mode: sentMode(&ev)}
		octets, err := store.Octets(&ev)
		if err != nil {
			msg.err = err
			return msg
		}
		defer octets.Close()
		if file, ok := octets.(*os.File); ok {
			msg.text, msg.err = indexWireFile(ctx, file.Name(), nil)
			return msg
		}
		text, err := io.ReadAll(octets)
		msg.text, msg.err = newWireText(string(text)), err
		return msg
	}
}

// showMessage shows the message of the exchange selected.
func (m *Model) showMessage() tea.Cmd {
	ev := m.saved.message()
	if ev == nil {
		m.say("the exchange selected has no message")
		return nil
	}
	m.say("reading the message …")
	return openMessage(m.saved.ctx, m.saved, m.saved.back.store, *ev)
}

// message is the message of the exchange selected, nil for none.
func (v *savedView) message() *protocol.Event {
	t := v.transcript
	if t.selected() < 0 {
		return nil
	}
	for n := range t.members(t.leadAt(t.selected())) {
		if ev := t.event(n); ev.Kind == protocol.KindBody {
			return ev
		}
	}
	return nil
}

// onMessage lays the message over the session it is of, if that is still read.
func (m *Model) onMessage(msg messageMsg) {
	gone := m.saved != msg.view || m.overlay != nil
	switch {
	case gone && msg.err == nil:
		msg.text.Close()
	case gone:
	case msg.err != nil:
		m.complain(errorWords(msg.err))
	default:
		m.status = ""
		m.overlay = &messagePane{st: m.st, wire: &wireView{st: m.st, text: msg.text, mode: msg.mode}}
	}
}

func (p *messagePane) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	if key.Matches(msg, savedMessage, pickKeys.leave) {
		return nil, true
	}
	p.at = p.wire.move(msg, p.at, p.h)
	return nil, false
}

func (p *messagePane) click(int, int) (taken *choice, done bool) { return nil, false }
func (p *messagePane) move(n int)                                { p.at = max(0, min(p.at+n, p.wire.len()-1)) }

func (p *messagePane) left(*Model) tea.Cmd {
	text := p.wire.text
	return func() tea.Msg { text.Close(); return nil }
}

func (p *messagePane) view(a rect) string {
	p.h = max(1, a.h-2)
	rows := append([]string{p.wire.heading(a.w, p.st.rule)}, p.wire.view(p.at, a.w, p.h)...)
	for len(rows) < a.h-1 {
		rows = append(rows, "")
	}
	foot := ansi.Truncate("Esc back · "+p.wire.help(), max(1, a.w-2), "…")
	return block(append(rows, " "+p.st.faint.Render(foot)), a.w, a.h)
}
