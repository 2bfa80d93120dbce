package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// data sends DATA and a file as the message, or opens the editor.
func (m *Model) data(path string) tea.Cmd {
	if path == "" {
		return m.compose()
	}
	if hold, held := console.Resolve("DATA", m.current()).(console.Hold); held {
		m.complain(hold.Line.Diags[0].Message)
		return nil
	}
	m.streaming = true
	return m.run(sendFile(m.actions, m.session, path, m.sent.Store))
}

// compose opens the message editor.
func (m *Model) compose() tea.Cmd {
	if m.composing && m.state.Phase != protocol.PhaseData && m.chunk == nil {
		m.composing = false
		return nil
	}
	m.composing = true
	m.popup = nil
	if m.chunk != nil {
		return m.composer.openChunk(m.chunk.Line.Cmd.Last)
	}
	return m.composer.open(m.state, m.state.Name)
}

// composerKey gives a key to the editor and does what it asks for.
func (m *Model) composerKey(msg tea.KeyMsg) tea.Cmd {
	action, cmd := m.composer.handleKey(msg)
	switch action {
	case composerFinish:
		return tea.Batch(cmd, m.finish())
	case composerClose:
		m.composing, m.chunk = false, nil
	case composerDrop:
		m.composing, m.chunk = false, nil
		return tea.Batch(cmd, m.onSession(console.Drop{}))
	}
	return cmd
}

// finish sends what the editor holds.
func (m *Model) finish() tea.Cmd {
	switch {
	case m.session == nil || m.state.Phase == protocol.PhaseClosed:
		m.complain("there is no connection; the message is kept")
		return nil
	case m.chunk == nil && m.state.Phase != protocol.PhaseData:
		m.composing = false
		m.say("the message is kept; it goes out behind DATA, when the recipients are accepted")
		if m.state.Phase == protocol.PhaseRcpt && m.prompt.value() == "" {
			m.prompt.set("DATA")
		}
		return nil
	}
	chunk := m.chunk
	m.composing, m.chunk = false, nil
	return m.run(sendText(m.actions, m.session, m.composer.text(), chunk, m.sent.Store))
}
