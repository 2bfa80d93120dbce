package tui

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aymanbagabas/go-osc52/v2"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// globalKey handles the keys that mean the same everywhere on the console.
func (m *Model) globalKey(msg tea.KeyMsg) (tea.Cmd, bool) {
	switch {
	case key.Matches(msg, m.keys.help):
		m.openHelp()
	case key.Matches(msg, m.keys.palette):
		m.openPalette()
	case m.start != nil:
		return nil, false
	case key.Matches(msg, m.keys.message):
		return m.compose(), true
	case m.composing:
		return nil, false
	case key.Matches(msg, m.keys.templates):
		m.openTemplates()
	case key.Matches(msg, m.keys.sessions):
		return m.openSessions(), true
	case key.Matches(msg, m.keys.panes):
		m.nextPane()
	case key.Matches(msg, m.keys.reconnect):
		return m.reconnect(""), true
	case key.Matches(msg, m.keys.pageUp):
		m.transcript.page(-1)
	case key.Matches(msg, m.keys.pageDown):
		m.transcript.page(1)
	case key.Matches(msg, m.keys.exchangeUp):
		m.setFocus(focusTranscript)
		m.transcript.move(-1)
	case key.Matches(msg, m.keys.exchangeDown):
		m.setFocus(focusTranscript)
		m.transcript.move(1)
	case key.Matches(msg, m.keys.top):
		m.transcript.top()
	case key.Matches(msg, m.keys.end):
		m.transcript.bottom()
	default:
		return nil, false
	}
	m.explain()
	return nil, true
}

func (m *Model) nextPane() { m.setFocus((m.focus + 1) % (focusInspector + 1)) }

// promptKey handles a key on the line being typed.
func (m *Model) promptKey(msg tea.KeyMsg, wasLeaving bool) tea.Cmd {
	defer m.explain()
	if m.popup != nil {
		if done, used := m.popupKey(msg); used {
			if done {
				m.popup = nil
			}
			return nil
		}
		m.popup = nil
	}
	empty := m.prompt.value() == ""
	switch {
	case msg.Paste && strings.ContainsAny(strings.TrimRight(string(msg.Runes), "\r\n"), "\r\n"):
		m.paste(string(msg.Runes))
	case key.Matches(msg, m.keys.send):
		return m.enter(console.Resolve(m.prompt.value(), m.state))
	case key.Matches(msg, m.keys.asTyped):
		return m.enter(console.ResolveAsTyped(m.prompt.value()))
	case key.Matches(msg, m.keys.fix):
		m.fix()
	case key.Matches(msg, m.keys.recall):
		m.openRecall()
	case key.Matches(msg, m.keys.cancel):
		m.cancelRunning()
	case key.Matches(msg, m.keys.complete):
		m.tab()
	case key.Matches(msg, m.keys.clear):
		m.clearLine()
	case empty && key.Matches(msg, m.keys.leave):
		return m.leaveKey(msg, wasLeaving)
	default:
		if m.prompt.handleKey(msg) {
			return editLine(m.prompt.value())
		}
	}
	return nil
}

func (m *Model) clearLine() {
	if m.prompt.value() == "" {
		m.say("nothing to clear; Ctrl+D leaves")
	}
	m.prompt.clear()
}

// cancelRunning stops waiting for what runs; a dial is given up.
func (m *Model) cancelRunning() {
	if m.running == 0 {
		m.popup = nil
		m.transcript.bottom()
		return
	}
	m.resetActions()
	m.queue = nil
	m.say("stopped waiting; a reply that still comes will be shown")
}

// tab walks the slots of a template, completes, or shows the templates.
func (m *Model) tab() {
	switch {
	case m.prompt.nextSlot():
	case m.prompt.value() == "":
		m.openTemplates()
	default:
		m.complete()
	}
}

// fix puts the mended line into the prompt.
func (m *Model) fix() {
	fixed, ok := m.prompt.line.Fix()
	if !ok {
		m.say("nothing here can be mended by one key")
		return
	}
	m.prompt.set(fixed)
}

// enter carries out what the line in the prompt asks for.
func (m *Model) enter(a console.Action) tea.Cmd {
	line := m.prompt.value()
	switch a := a.(type) {
	case console.Nothing:
		return nil
	case console.Unclear:
		m.complain(a.Text)
		return nil
	case console.Hold:
		return m.carry(a, line)
	}
	return m.accepted(a, line)
}

// accepted empties the prompt for a line that does something.
func (m *Model) accepted(a console.Action, line string) tea.Cmd {
	if err := m.o.Recall.Add(line, m.state); err != nil {
		m.complain("the line will not be recalled next time: " + err.Error())
	}
	m.prompt.lines = m.o.Recall.Lines()
	m.prompt.clear()
	m.transcript.bottom()
	return m.carry(a, line)
}

// carry does what an action asks for: the face's share here, the rest on the
// session.
func (m *Model) carry(a console.Action, line string) tea.Cmd {
	switch a := a.(type) {
	case console.Hold:
		m.say("held, nothing was sent · F2 fixes what can be fixed · Alt+Enter sends it as typed")
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

// onSession hands an action to the live session.
func (m *Model) onSession(a console.Action) tea.Cmd {
	if m.session == nil {
		m.complain(console.ErrNoConnection.Error())
		return nil
	}
	return m.run(perform(m.actions, m.session, a))
}

// sendGroup sends pasted lines in one write, if none of them has an error.
func (m *Model) sendGroup(lines []string) tea.Cmd {
	if m.session == nil {
		return nil
	}
	st := m.session.State()
	for i, line := range lines {
		ln := protocol.Parse(line, st)
		if ln.Held() {
			m.prompt.set(line)
			m.complain(fmt.Sprintf("nothing was sent: line %d is held: %s", i+1, ln.Diags[0].Message))
			return nil
		}
		st = st.Apply(protocol.ClientLine(line, st))
	}
	s, ctx := m.session, m.actions
	return m.run(func() tea.Msg { return doneMsg{s, s.SendGroup(ctx, lines)} })
}

// data sends a file as the message, or opens the editor.
func (m *Model) data(path string) tea.Cmd {
	switch {
	case path == "":
		return m.compose()
	case m.state.Phase != protocol.PhaseData:
		m.complain("the server is not waiting for a message: send DATA first, then :data FILE in the editor's place")
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		m.complain(err.Error())
		return nil
	}
	m.composing = false
	return m.run(sendFile(m.actions, m.session, f, nil))
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
		m.say("the message is kept; send DATA when the recipients are accepted")
		return nil
	}
	chunk := m.chunk
	m.composing, m.chunk = false, nil
	return m.run(sendText(m.actions, m.session, m.composer.text(), chunk, nil))
}

// reconnect begins a new session, with the target on screen or another.
func (m *Model) reconnect(target string) tea.Cmd {
	t := m.o.Target
	if m.session != nil {
		t = m.session.Target
	}
	if target != "" {
		var err error
		if t, err = console.ParseTarget(target); err != nil {
			m.complain(err.Error())
			return nil
		}
	}
	if t == (console.Target{}) {
		m.start = newStartScreen(m.st)
		return nil
	}
	m.o.Target = t
	return begin(m.o.Console, t)
}

// quitPatience is how long a polite QUIT may take when the program ends.
const quitPatience = 2 * time.Second

// leave ends the program: QUIT where that can be said, then the connection,
// the record and the draft.
func (m *Model) leave() tea.Cmd {
	m.quitting = true
	_ = m.composer.saveNow()
	s, polite := m.session, m.live() && !m.state.Busy() && protocol.Lookup("QUIT").Legal(m.state.Phase)
	m.cancel()
	return func() tea.Msg {
		if s == nil {
			return tea.QuitMsg{}
		}
		if polite {
			ctx, cancel := context.WithTimeout(context.Background(), quitPatience)
			defer cancel()
			_ = s.Do(ctx, console.Send{Line: "QUIT"})
		}
		_ = s.Close()
		return tea.QuitMsg{}
	}
}

// copyText puts text into the terminal's clipboard (OSC 52).
func (m *Model) copyText(scope copyScope, what string) tea.Cmd {
	text := m.transcript.copy(scope)
	if text == "" {
		m.say("nothing is selected to copy")
		return nil
	}
	m.say(what + " copied, where the terminal allows it (OSC 52)")
	seq := osc52.New(text)
	if os.Getenv("TMUX") != "" {
		seq = seq.Tmux()
	}
	return func() tea.Msg {
		_, _ = seq.WriteTo(os.Stderr)
		return nil
	}
}

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
	if m.start != nil && m.picker == nil {
		m.start.setRecent(msg.list)
		return nil
	}
	m.listPicker(msg.list)
	return nil
}

func (m *Model) listPicker(list []history.Summary) {
	choices := make([]choice, len(list))
	for i, s := range list {
		choices[i] = choice{
			label: s.Start.Local().Format("2006-01-02 15:04:05") + "  " + protocol.Safe(s.Target),
			help:  protocol.Safe(s.Outcome),
			take:  func(m *Model) tea.Cmd { return readSession(m.o.Console.Store(), s.ID) },
		}
	}
	m.picker = newPicker(m.st, "Saved sessions", choices)
}
