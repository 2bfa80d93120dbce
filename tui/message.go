package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// compose opens the message editor, or closes it.
func (m *Model) compose() tea.Cmd {
	if m.composing && m.state.Phase != protocol.PhaseData && m.chunk == nil {
		m.composing = false
		return nil
	}
	m.composing = true
	m.popup = nil
	if m.chunk != nil {
		return m.composer.openChunk(m.chunk.Line.Cmd.Size, m.chunk.Line.Cmd.Last)
	}
	return m.composer.open(m.state, m.state.Name)
}

// composerKey gives a key to the editor and does what it asks for.
func (m *Model) composerKey(msg tea.KeyMsg) tea.Cmd {
	action, cmd := m.composer.handleKey(msg)
	return tea.Batch(cmd, m.composed(action))
}

// composed does what the editor asks for.
func (m *Model) composed(action composerAction) tea.Cmd {
	if do, ok := composerActions[action]; ok {
		return do(m)
	}
	return nil
}

// composerActions is the model's share of what keys do in the editor.
var composerActions = map[composerAction]func(*Model) tea.Cmd{
	composerFinish:    func(m *Model) tea.Cmd { return m.finish(false) },
	composerConfirmed: func(m *Model) tea.Cmd { return m.finish(true) },
	composerClose:     func(m *Model) tea.Cmd { m.composing, m.chunk = false, nil; return nil },
	composerDrop: func(m *Model) tea.Cmd {
		m.composing, m.chunk = false, nil
		return m.onSession(console.Drop{})
	},
	composerTemplates: (*Model).openMessageTemplates,
	composerOpen:      (*Model).openFile,
	composerSave:      (*Model).openSave,
	composerAttach:    (*Model).openAttach,
	composerAdd:       (*Model).openAddField,
	composerOutside:   (*Model).openEditor,
	composerPrepare:   func(m *Model) tea.Cmd { return m.composer.prepare(m.ctx) },
}

// finish sends what the editor holds: behind a 354 or a BDAT line at once,
// else step by step after its user has seen the steps.
func (m *Model) finish(confirmed bool) tea.Cmd {
	switch {
	case m.sending:
		m.complain(messageUnderWay)
		return nil
	case !m.live():
		m.complain("there is no connection: Esc, then F7 connects again; the message is kept")
		return nil
	case m.chunk == nil && m.state.Phase != protocol.PhaseData:
		return m.openPlan()
	case !confirmed && m.asksBeforeSending():
		m.composer.askSend(m.aboutToSend())
		return nil
	}
	octets, chunk := m.composer.outgoing(), m.chunk
	m.composing, m.chunk = false, nil
	m.composer.hand()
	s, ctx := m.session, m.actions
	return m.upload(octets, func(progress func(int64)) error {
		if chunk != nil {
			return s.SendChunk(ctx, octets, chunk.Line.Cmd.Last, progress)
		}
		return s.SendMessage(ctx, octets, progress)
	})
}

// messageUnderWay is said of what would get between the octets of a message.
const messageUnderWay = "a message is under way, and nothing else can go out before its reply; Esc twice drops the connection"

// asksBeforeSending tells whether a message is about to leave this machine and
// its user wants to be asked.
func (m *Model) asksBeforeSending() bool {
	return m.o.Confirm && m.session != nil && !m.session.Local()
}

// aboutToSend says what happens with the final dot.
func (m *Model) aboutToSend() string {
	return fmt.Sprintf("Enter sends it: %s octets to %s at %s. Any other key goes back, and nothing is lost",
		grouped(m.composer.octets()), plural(m.state.AcceptedRcpts(), "recipient"), protocol.Safe(m.state.Target))
}

// upload runs send, which sends octets, and shows how far it is.
func (m *Model) upload(octets console.Octets, send func(progress func(int64)) error) tea.Cmd {
	s := m.session
	m.sending = true
	m.sent.Store(0)
	m.meter = newUploadMeter(octets.Facts.Size, m.now())
	return tea.Batch(m.run(func() tea.Msg { return doneMsg{s, send(m.sent.Store)} }), uploadTick(m.ctx))
}

// uploading tells whether octets of a message are under way.
func (m *Model) uploading() bool {
	return m.running > 0 && m.sent.Load() > 0 && m.state.Phase != protocol.PhaseClosed && !m.awaitsVerdict()
}

func (m *Model) awaitsVerdict() bool {
	return m.state.Busy() && m.state.Awaited[0].Body
}

// stopUpload asks once, and drops the connection at the second stroke: SMTP
// has no other way to cancel a message.
func (m *Model) stopUpload(again bool) {
	if again {
		m.resetActions()
		m.complain("the message was broken off: the connection is dropped, and the server forgets what it has")
		return
	}
	m.dropping = true
	m.say("SMTP has no cancel: Esc again drops the connection, any other key goes on")
}

// onUploadTick notes how far the message is, and looks again soon.
func (m *Model) onUploadTick() tea.Cmd {
	if m.running == 0 {
		return nil
	}
	m.meter.Note(m.sent.Load(), m.now())
	return uploadTick(m.ctx)
}

// data sends DATA and a file as the message, or opens the editor.
func (m *Model) data(path string) tea.Cmd {
	if path == "" {
		return m.compose()
	}
	return m.sendFile(path, 0)
}

// sendFile has the file at path looked at; then it goes out behind DATA, or in
// BDAT chunks.
func (m *Model) sendFile(path string, chunk int64) tea.Cmd {
	verb := "DATA"
	if chunk != 0 {
		verb = "BDAT 0 LAST"
	}
	if hold, held := console.Resolve(verb, m.current()).(console.Hold); held {
		m.complain(protocol.Safe(hold.Line.Diags[0].Message))
		return nil
	}
	if m.session == nil {
		m.complain(console.ErrNoConnection.Error())
		return nil
	}
	m.say("reading " + protocol.Safe(path) + " …")
	s, st := m.session, m.current()
	return m.run(func() tea.Msg {
		octets, remarks, err := console.ReadFile(path, st)
		return fileReadMsg{s, octets, remarks, chunk, err}
	})
}

// onFileRead sends the file, or says what is wrong with it.
func (m *Model) onFileRead(msg fileReadMsg) tea.Cmd {
	if msg.session != m.session {
		return nil
	}
	m.running = max(0, m.running-1)
	m.status = ""
	if msg.err != nil {
		m.complain(protocol.Safe(msg.err.Error()))
		return m.nextQueued()
	}
	for _, r := range msg.remarks {
		if r.Severity == protocol.Error {
			m.overlay = newPicker(m.st, "The message has an error: "+protocol.Safe(r.Message), []choice{
				{label: "do not send it", help: "nothing happens", take: func(*Model) tea.Cmd { return nil }},
				{label: "send it as it is", help: "line ends are made CRLF; :raw sends the octets untouched", take: func(m *Model) tea.Cmd { return m.sureToSend(msg) }},
			})
			return nil
		}
	}
	return m.sureToSend(msg)
}

// sureToSend asks before a file leaves this machine.
func (m *Model) sureToSend(msg fileReadMsg) tea.Cmd {
	if !m.asksBeforeSending() {
		return m.sendOctets(msg)
	}
	m.overlay = newPicker(m.st, fmt.Sprintf("%s octets to %s at %s", grouped(msg.octets.Facts.Size),
		plural(m.state.AcceptedRcpts(), "recipient"), protocol.Safe(m.session.Target.Name)), []choice{
		{label: "send it", help: protocol.Safe(msg.octets.Path), take: func(m *Model) tea.Cmd { return m.sendOctets(msg) }},
		{label: "do not send it", help: "connection and transaction stay as they are", take: func(*Model) tea.Cmd { return nil }},
	})
	return nil
}

func (m *Model) sendOctets(msg fileReadMsg) tea.Cmd {
	s, ctx := m.session, m.actions
	m.streaming = true
	return m.upload(msg.octets, func(progress func(int64)) error {
		if msg.chunk != 0 {
			return s.SendChunks(ctx, msg.octets, msg.chunk, progress)
		}
		return s.SendFile(ctx, msg.octets, progress)
	})
}
