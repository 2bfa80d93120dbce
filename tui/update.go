package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// Update routes: sizes, events, results and clocks first, then keys and mouse
// to whatever lies on top.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case eventsMsg:
		return m, m.onEvents(msg)
	case doneMsg:
		return m, m.onDone(msg)
	case begunMsg:
		return m, m.onBegun(msg)
	case sessionsMsg:
		return m, m.onSessions(msg)
	case shownMsg:
		return m, m.onShown(msg)
	case closedMsg:
		m.complainOf(msg.err)
	case keptMsg:
		m.complainOf(msg.err)
	case clockMsg:
		return m, clock(m.ctx)
	case progressMsg:
		m.onProgress(msg)
	case editedMsg:
		m.onEdited(msg)
	case groundMsg:
		m.r.SetHasDarkBackground(msg.dark)
		m.transcript.drawn.clear()
		m.explain()
	case askMsg:
		m.ask(msg.question)
		return m, waitAsk(m.ctx, m.asks)
	case tea.KeyMsg:
		return m, m.onKey(msg)
	case tea.MouseMsg:
		return m, m.onMouse(msg)
	default:
		cmd := m.composer.update(msg)
		if notice := m.composer.notice(); notice != "" && !m.composing && m.status == "" {
			m.say(notice)
		}
		return m, cmd
	}
	return m, nil
}

// onEvents takes what happened, in order, and waits for more.
func (m *Model) onEvents(msg eventsMsg) tea.Cmd {
	if msg.log != m.log || m.session == nil {
		return nil
	}
	before := m.state.Phase
	for _, ev := range msg.events {
		m.take(ev)
	}
	m.transcript.append(msg.events...)
	m.prompt.setState(m.state)
	m.composer.setState(m.state)
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
	m.remember(ev)
	judged, refused := m.judges(ev), m.refusesData(ev)
	messages := m.state.Messages
	m.state = m.state.Apply(ev)
	m.seq = ev.Seq
	switch ev.Kind {
	case protocol.KindClose:
		m.onClose(ev)
	case protocol.KindError:
		m.onTrouble(ev)
	}
	switch {
	case m.state.Messages > messages, judged && m.state.Phase == protocol.PhaseChunk:
		m.composer.sent()
	case judged:
		m.composer.refused()
	case refused:
		m.onDataRefused()
	}
}

// refusesData tells whether ev is an answer to DATA that is no 354.
func (m *Model) refusesData(ev protocol.Event) bool {
	return ev.Reply != nil && m.state.Busy() && m.state.Awaited[0].Cmd.Verb == "DATA" && ev.Reply.Code != 354
}

// judges tells whether ev is the reply to a message, or to a chunk of one.
func (m *Model) judges(ev protocol.Event) bool {
	if ev.Reply == nil || !m.state.Busy() {
		return false
	}
	aw := m.state.Awaited[0]
	return aw.Body || aw.Cmd.Verb == "BDAT"
}

// onTrouble says what the transcript shows already only where that is not in
// sight.
func (m *Model) onTrouble(ev protocol.Event) {
	switch {
	case m.composing || strings.HasPrefix(ev.Code, "record."):
		m.complain(protocol.Safe(ev.Text))
	case m.state.Phase == protocol.PhaseClosed:
		m.complain("no connection, the reason is above · F7 tries again · :connect TARGET tries another server")
	case strings.HasPrefix(ev.Code, "timeout.") || ev.Code == "greeting.none":
		m.complain("no answer in time · wait on, or F7 connects anew")
	}
}

// onClose ends the live part of a session; a message being written is kept.
func (m *Model) onClose(ev protocol.Event) {
	m.ended, m.queue, m.chunk, m.paused = m.now(), nil, nil, false
	if _, secret := protocol.SecretSpan(m.prompt.value(), m.prompt.state); secret {
		m.prompt.clear() // an answer half typed means nothing now, and is a secret
	}
	switch {
	case m.composing || !m.composer.untouched():
		m.composing = false
		m.complain("F7 connects again · F4 shows your message, which is kept · " + protocol.Safe(ev.Text))
	case m.status == "":
		m.say("F7 connects again · " + protocol.Safe(ev.Text))
	}
}

// onAsked answers a 354: with the message among the lines that wait, or in the
// editor, which gets those that do wait.
func (m *Model) onAsked() tea.Cmd {
	if text, rest, ok := messageIn(m.queue); ok {
		m.queue = rest
		return m.run(sendText(m.actions, m.session, text, nil, nil))
	}
	lines := m.queue
	m.queue = nil
	cmd := m.compose()
	m.composer.feed(lines)
	return cmd
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

// onDone ends an action; the next pasted line goes out where one waits.
func (m *Model) onDone(msg doneMsg) tea.Cmd {
	if msg.session != m.session {
		return nil
	}
	m.running = max(0, m.running-1)
	m.sent = 0
	if msg.err != nil {
		m.queue = nil
		if !console.Reported(msg.err) && !errors.Is(msg.err, context.Canceled) {
			m.complain(protocol.Safe(msg.err.Error()))
		}
		if m.state.Phase == protocol.PhaseData {
			return m.compose()
		}
		return nil
	}
	return m.nextQueued()
}

func (m *Model) onBegun(msg begunMsg) tea.Cmd {
	if msg.err != nil {
		m.complain(protocol.Safe(msg.err.Error()))
		return nil
	}
	return m.show(msg.session)
}

// complainOf says what could not be kept on the disk.
func (m *Model) complainOf(err error) {
	if err != nil {
		m.complain(protocol.Safe(err.Error()))
	}
}

func (m *Model) onProgress(msg progressMsg) {
	if msg.session == m.session {
		m.sent = msg.sent
	}
}

func (m *Model) onEdited(msg editedMsg) {
	if msg.err != nil {
		m.complain("the editor failed, the line is as it was: " + msg.err.Error())
		return
	}
	if first, _, many := strings.Cut(msg.text, "\n"); many {
		m.paste(msg.text)
	} else {
		m.prompt.set(first)
	}
	m.explain()
}

// onKey gives a key to the uppermost thing that takes keys.
func (m *Model) onKey(msg tea.KeyMsg) tea.Cmd {
	if key.Matches(msg, m.keys.redraw) {
		return tea.ClearScreen
	}
	wasLeaving := m.leaving
	m.status, m.leaving = "", false
	switch {
	case m.areas.tooSmall:
		return m.leaveKey(msg, wasLeaving)
	case m.question != nil:
		m.answer(msg)
		return nil
	case m.reader != nil:
		if m.reader.handleKey(msg) {
			m.reader = nil
		}
		return nil
	case m.picker != nil:
		return m.pick(m.picker.handleKey(msg))
	case m.searching:
		m.searchKey(msg)
		return nil
	}
	if cmd, ok := m.globalKey(msg); ok {
		return cmd
	}
	switch {
	case m.start != nil:
		return m.startKey(msg, wasLeaving)
	case m.composing:
		return m.composerKey(msg)
	case m.focus == focusTranscript:
		return m.transcriptKey(msg)
	case m.focus == focusInspector:
		return m.inspectorKey(msg)
	}
	return m.promptKey(msg, wasLeaving)
}

// pick carries out what a picker said.
func (m *Model) pick(taken *choice, done bool) tea.Cmd {
	if done {
		m.picker = nil
	}
	if taken == nil {
		return nil
	}
	return taken.take(m)
}

// answer gives a key to the question of a login.
func (m *Model) answer(msg tea.KeyMsg) {
	if m.question.handleKey(msg) {
		m.question = nil
	}
}

// ask puts a question on the screen; one that stands there is given up.
func (m *Model) ask(q *question) {
	m.withdraw()
	m.question = newQuestionBox(m.st, q)
	m.question.hint = m.loginHint()
}

// withdraw takes a question off the screen without an answer.
func (m *Model) withdraw() {
	if m.question != nil {
		close(m.question.q.answer)
		m.question = nil
	}
}

// loginHint says who may log in to the practice server, and elsewhere that a
// password goes readable over plain text (RFC 4954 §4).
func (m *Model) loginHint() string {
	switch {
	case m.session != nil && m.session.Target.Practice:
		return fmt.Sprintf("The practice server knows one user: %s, password %s.", console.PracticeUser, console.PracticePassword)
	case m.state.TLS == nil && m.question.q.prompt.Mechanism != "CRAM-MD5":
		return "warning: the connection is not encrypted, everybody on the way can read this. Esc cancels; :tls first."
	}
	return ""
}

// leaveKey asks once and leaves at the second stroke.
func (m *Model) leaveKey(msg tea.KeyMsg, again bool) tea.Cmd {
	if !key.Matches(msg, m.keys.leave) {
		return nil
	}
	if again || !m.live() {
		return m.leave()
	}
	m.leaving = true
	m.say("Leave? The connection is still open. Ctrl+D again leaves, any other key stays")
	return nil
}

// onMouse scrolls what the wheel is over and selects what is clicked.
func (m *Model) onMouse(msg tea.MouseMsg) tea.Cmd {
	if m.areas.tooSmall {
		return nil
	}
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		m.wheel(msg, -3)
	case msg.Button == tea.MouseButtonWheelDown:
		m.wheel(msg, 3)
	case msg.Button == tea.MouseButtonLeft && msg.Action == tea.MouseActionPress:
		return m.click(msg)
	}
	return nil
}

func (m *Model) wheel(msg tea.MouseMsg, n int) {
	switch {
	case m.reader != nil:
		m.reader.scroll(n)
	case m.picker != nil:
		m.picker.move(n)
	case m.composing || m.start != nil:
	case m.areas.side.contains(msg.X, msg.Y) || m.focus == focusInspector && m.areas.side.w == 0:
		m.inspector.scroll(n)
	default:
		m.transcript.scroll(n)
	}
}

func (m *Model) click(msg tea.MouseMsg) tea.Cmd {
	switch {
	case m.reader != nil || m.question != nil:
	case m.picker != nil:
		return m.pick(m.picker.click(msg.X, msg.Y))
	case m.start != nil:
		return m.startClick(msg.Y)
	case m.composing:
	case m.areas.prompt.contains(msg.X, msg.Y):
		m.setFocus(focusPrompt)
	case m.areas.side.contains(msg.X, msg.Y):
		m.setFocus(focusInspector)
	case m.areas.main.contains(msg.X, msg.Y):
		m.setFocus(focusTranscript)
		m.transcript.click(msg.X-m.areas.main.x, msg.Y-m.areas.main.y)
		m.explain()
	}
	return nil
}

// messageIn splits a queue of pasted lines at the lone dot that ends a
// message; ok is false where there is none. Dots doubled for the wire are
// single in the text (RFC 5321 §4.5.2).
func messageIn(queue []string) (text string, rest []string, ok bool) {
	for i, line := range queue {
		if line == "." {
			lines := make([]string, i)
			for j := range lines {
				lines[j] = strings.TrimPrefix(queue[j], ".")
				if !strings.HasPrefix(queue[j], "..") {
					lines[j] = queue[j]
				}
			}
			return strings.Join(lines, "\r\n"), queue[i+1:], true
		}
	}
	return "", queue, false
}

// nextQueued carries out the next line that waits, where the one before went
// through and everything that it led to has been taken in.
func (m *Model) nextQueued() tea.Cmd {
	if len(m.queue) == 0 || m.paused || m.composing || !m.live() || m.behind() {
		return nil
	}
	line := m.queue[0]
	m.queue = m.queue[1:]
	a := console.Resolve(line, m.current())
	hold, held := a.(console.Hold)
	if !held {
		return tea.Batch(m.accepted(a, line), m.nextQueued())
	}
	m.paused = len(m.queue) > 0
	if m.prompt.value() == "" {
		m.prompt.set(line)
	}
	if m.paused {
		m.complain(fmt.Sprintf("held; %s wait: mend the line and press Enter, or Ctrl+C drops them", plural(len(m.queue), "line")))
	}
	return m.onSession(hold)
}

// paste offers what can be done with several lines at once.
func (m *Model) paste(text string) {
	lines := strings.Split(strings.TrimRight(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n"), "\n")
	n := plural(len(lines), "line")
	m.picker = newPicker(m.st, n+" were pasted", []choice{
		{label: "send one by one", help: "each waits for the reply to the one before", take: func(m *Model) tea.Cmd { m.queue = lines; return m.nextQueued() }},
		{label: "send as one group", help: "all in one write, as PIPELINING allows (RFC 2920)", take: func(m *Model) tea.Cmd { return m.sendGroup(lines) }},
		{label: "put the first into the prompt", help: fmt.Sprintf("drops the %d others", len(lines)-1), take: func(m *Model) tea.Cmd { m.prompt.set(lines[0]); return nil }},
		{label: "drop them all", help: "nothing is sent", take: func(*Model) tea.Cmd { return nil }},
	})
}
