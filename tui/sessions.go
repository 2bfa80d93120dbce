package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// onShown puts a saved session on the screen, to be read.
func (m *Model) onShown(msg shownMsg) tea.Cmd {
	if msg.session == nil {
		m.complain(protocol.Safe(msg.err.Error()))
		return nil
	}
	old := m.put(nil)
	m.shown = msg.session
	m.began, m.ended = msg.session.Header.Start, msg.session.Header.Start
	for _, ev := range msg.session.Events {
		m.remember(ev)
		m.state, m.seq = m.state.Apply(ev), ev.Seq
		m.ended = ev.Time
	}
	m.transcript.append(msg.session.Events...)
	m.state = protocol.State{Target: m.state.Target}
	m.seq++ // what is on the screen lies behind the state
	m.prompt.setState(m.state)
	m.setFocus(focusTranscript)
	m.say("a saved session, to be read; F7 connects to the same server")
	if msg.session.Torn != nil {
		m.complain(protocol.Safe(msg.session.Torn.Error()))
	}
	m.o.Target, _ = console.ParseTarget(msg.session.Header.Target)
	return old
}

// onSessions fills the start screen, or the list that F5 opened.
func (m *Model) onSessions(msg sessionsMsg) tea.Cmd {
	if msg.err != nil {
		m.complain(protocol.Safe(msg.err.Error()))
	}
	switch {
	case !msg.recent:
		return m.browse(msg.list)
	case m.start != nil:
		m.start.setRecent(msg.list)
	}
	return nil
}

// browse shows the table of saved sessions, or brings the one on the screen up
// to date.
func (m *Model) browse(list []history.Summary) tea.Cmd {
	b, ok := m.overlay.(*browser)
	if !ok {
		b = newBrowser(m.st, m.now, list)
		m.overlay = b
	}
	b.setList(list)
	b.wide = m.w >= wideEnough
	if c := b.preview(); c != nil {
		return c.take(m)
	}
	return nil
}
