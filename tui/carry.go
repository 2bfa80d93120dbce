package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// accepted carries out a line that does something, and keeps it for recall.
// Lines that wait behind it go on.
func (m *Model) accepted(a console.Action, line string) tea.Cmd {
	m.paused = false
	var keep tea.Cmd
	if m.o.Recall.Add(line, m.current()) {
		m.prompt.lines = m.o.Recall.Lines()
		keep = keepLine(m.o.Recall, line)
	}
	return tea.Batch(keep, m.carry(a))
}

// carry does what an action asks for: the face's share here, the rest on the
// session.
func (m *Model) carry(a console.Action) tea.Cmd {
	if m.sending && speaks(a) {
		m.complain(messageUnderWay)
		return nil
	}
	switch a := a.(type) {
	case console.Nothing:
	case console.Unclear:
		m.complain(a.Text)
	case console.Hold:
		m.say(heldWords(a.Line))
		return m.onSession(a)
	case console.Chunk:
		m.chunk = &a
		return m.compose()
	case console.Help:
		m.openTopic(a.Topic)
	case console.Fix:
		m.fix()
	case console.Data:
		return m.data(a.Path)
	case console.BData:
		return m.sendFile(a.Path, a.Chunk)
	case console.Raw:
		return m.raw(a)
	case console.EndTest:
		return m.endTest(a)
	case console.Reconnect:
		return m.reconnect(a.Target)
	case console.Show:
		return m.openShow(a.What)
	case console.StartTLS:
		if m.state.TLS != nil {
			return m.openShow("tls")
		}
		return m.onSession(a)
	case console.Leave:
		return m.leave()
	default:
		return m.onSession(a)
	}
	return nil
}

// speaks tells whether an action puts something on the wire.
func speaks(a console.Action) bool {
	switch a.(type) {
	case console.Send, console.Chunk, console.Data, console.BData, console.Raw, console.End, console.EndTest, console.StartTLS, console.Login:
		return true
	}
	return false
}

// heldWords say what can be done with a held line.
func heldWords(ln protocol.Line) string {
	if _, ok := ln.Fix(); ok {
		return "held, not sent · F2 fixes it · Alt+Enter sends it as typed"
	}
	return "held, not sent · Alt+Enter sends it as typed · Ctrl+C clears it"
}
