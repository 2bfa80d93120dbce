package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// onEvents takes what happened, in order, and waits for more.
func (m *Model) onEvents(msg eventsMsg) tea.Cmd {
	switch {
	case m.saved != nil && msg.log == m.saved.log:
		return m.onSavedEvents(msg)
	case msg.log != m.log || m.session == nil:
		return nil
	}
	before, said := m.state.Phase, m.status
	for _, ev := range msg.events {
		m.take(ev)
	}
	if m.saved != nil && m.status != said {
		m.status = "live session: " + m.status
	}
	m.transcript.append(msg.events...)
	m.prompt.setState(m.state)
	m.composer.setState(m.state)
	if p, ok := m.overlay.(*mailPlan); ok {
		p.state = m.current()
	}
	m.explain()
	var cmds []tea.Cmd
	if m.state.Phase == protocol.PhaseData && before != protocol.PhaseData {
		cmds = append(cmds, m.onAsked())
	}
	if msg.err == nil {
		cmds = append(cmds, waitEvents(m.watch, m.log, m.seq))
	}
	return tea.Batch(append(cmds, m.nextQueued())...)
}

// take folds one event into what the model knows of the session.
func (m *Model) take(ev protocol.Event) {
	judged, refused := m.judges(ev), m.refusesData(ev)
	messages := m.state.Messages
	m.fold(ev)
	switch ev.Kind {
	case protocol.KindClose:
		m.onClose(ev)
	case protocol.KindError:
		m.onTrouble(ev)
	}
	switch {
	case m.state.Messages > messages:
		m.composer.sent()
	case judged && m.state.Phase == protocol.PhaseChunk && !ev.Reply.Refused():
		m.composer.chunkSent()
	case judged:
		m.composer.refused()
	case refused:
		m.onDataRefused()
	}
}

// refusesData tells whether ev is an answer to DATA that is no 354.
func (m *Model) refusesData(ev protocol.Event) bool {
	return ev.Reply != nil && m.state.Busy() && m.state.Awaited[0].Cmd.Row().Asks && ev.Reply.Class() != protocol.ClassMore
}

// judges tells whether ev is the reply to a message, or to a chunk of one.
func (m *Model) judges(ev protocol.Event) bool {
	if ev.Reply == nil || !m.state.Busy() {
		return false
	}
	aw := m.state.Awaited[0]
	return aw.Body || aw.Cmd.Row().Counted
}

// onTrouble says what the transcript shows already only where that is not in
// sight.
func (m *Model) onTrouble(ev protocol.Event) {
	switch {
	case m.composing || strings.HasPrefix(ev.Code, "record."):
		m.complain(protocol.Safe(ev.Text))
	case m.replay != nil: // it says so itself, and has keys of its own
	case m.state.Phase == protocol.PhaseClosed:
		m.complain("no connection, the reason is above · F7 tries again · :connect TARGET tries another server")
	case strings.HasPrefix(ev.Code, "timeout.") || ev.Code == "greeting.none":
		m.complain("no answer in time · wait on, or F7 connects anew")
	}
}

// onClose ends the live part of a session; a message being written is kept.
func (m *Model) onClose(ev protocol.Event) {
	unsent := len(m.queue)
	m.ended, m.queue, m.chunk, m.paused = m.now(), nil, nil, false
	m.closeQuestions()
	if _, secret := protocol.SecretSpan(m.prompt.value(), m.prompt.state); secret {
		m.prompt.clear() // an answer half typed means nothing now, and is a secret
	}
	switch {
	case m.composing:
		m.composer.note = "the connection is closed, the message is kept: Esc, then F7 connects again · " + protocol.Safe(ev.Text)
	case !m.composer.untouched():
		m.complain("F7 connects again · F4 shows your message, which is kept · " + protocol.Safe(ev.Text))
	case unsent > 0:
		m.complain(plural(unsent, "line") + " that waited could not be sent · F7 connects again")
	case m.replay != nil && m.saved == nil: // it says so itself
	case m.status == "" || m.status == lineWaits:
		m.say("F7 connects again · " + protocol.Safe(ev.Text))
	}
}

// closeQuestions takes away what asks about a connection that is over.
func (m *Model) closeQuestions() {
	switch o := m.overlay.(type) {
	case *mailPlan:
		m.overlay = nil
	case *picker:
		if o.onLeft != nil {
			m.overlay = nil
			o.onLeft(m)
		}
	}
}

// onAsked answers a 354: with the message among the lines that wait, or in the
// editor, which gets those that do wait.
func (m *Model) onAsked() tea.Cmd {
	if m.streaming || m.replay != nil {
		return nil
	}
	if _, ok := m.overlay.(*mailPlan); ok { // The server waits now: there are no steps left to plan.
		m.overlay = nil
	}
	if text, rest, ok := messageIn(m.queue); ok {
		m.queue = rest
		octets, _ := console.Text(text, m.state)
		s, ctx := m.session, m.actions
		return m.upload(octets, func(progress func(int64)) error { return s.SendMessage(ctx, octets, progress) })
	}
	lines := m.queue
	m.queue = nil
	begun := m.prompt.value() // a line that was being typed goes on in the editor
	m.prompt.clear()
	return tea.Batch(m.compose(), m.composer.feed(undotted(lines)), m.composer.goOn(begun))
}

// onDataRefused drops the message that waits behind a refused DATA: its lines
// are no commands (RFC 5321 §3.3).
func (m *Model) onDataRefused() {
	if len(m.queue) == 0 {
		return
	}
	_, rest, _ := messageIn(m.queue)
	if len(rest) == len(m.queue) { // no end in sight
		rest = nil
	}
	m.say(plural(len(m.queue)-len(rest), "line") + " of the message not sent, since DATA was refused")
	m.queue = rest
}
