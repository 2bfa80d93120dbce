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
		return m, m.resize(msg.Width, msg.Height)
	case eventsMsg:
		return m, m.onEvents(msg)
	case doneMsg:
		return m, m.onDone(msg)
	case begunMsg:
		return m, m.onBegun(msg)
	case closedMsg:
		m.complainOf(msg.err)
	case keptMsg:
		m.complainOf(msg.err)
	case clockMsg:
		return m, clock(m.ctx)
	case editedMsg:
		m.onEdited(msg)
	case groundMsg:
		m.r.SetHasDarkBackground(msg.dark)
		m.sight().transcript.drawn.clear()
		m.transcript.drawn.clear()
		m.explain()
	case askMsg:
		m.ask(msg.question)
		return m, waitAsk(m.ctx, m.asks)
	case tea.KeyMsg:
		return m, tea.Batch(m.onKey(msg), m.fitTable())
	case tea.MouseMsg:
		return m, m.onMouse(msg)
	default:
		return m, m.onLetter(msg)
	}
	return m, nil
}

// onLetter takes the messages about a message being written or sent.
func (m *Model) onLetter(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case decisionMsg:
		return m.onDecision(msg.decision)
	case uploadTickMsg:
		return m.onUploadTick()
	case fileReadMsg:
		return m.onFileRead(msg)
	case openedMsg:
		return m.onOpened(msg)
	case writtenMsg:
		return m.onWritten(msg)
	case messageEditedMsg:
		return m.onMessageEdited(msg)
	case preparedMsg:
		return m.composed(m.composer.prepared(msg))
	case dirReadMsg:
		return m.onDirRead(msg)
	case comparedMsg:
		return m.onCompared(msg)
	case storeMsg:
		m.onStore(msg)
	case replayMsg:
		return m.onReplay(msg)
	case steppedMsg:
		return m.onStepped(msg)
	case againMsg:
		return m.onAgain(msg)
	case recentMsg:
		m.onRecent(msg)
	case savedMsg:
		return m.onSaved(msg)
	case savedReadMsg:
		m.onSavedRead(msg)
	case messageMsg:
		m.onMessage(msg)
	case browserMsg:
		return msg.tell(m)
	default:
		cmd := m.composer.update(msg)
		if notice := m.composer.notice(); notice != "" && !m.composing && m.status == "" {
			m.say(notice)
		}
		return cmd
	}
	return nil
}

// onDone ends an action; the next pasted line goes out where one waits.
func (m *Model) onDone(msg doneMsg) tea.Cmd {
	if msg.session != m.session {
		return nil
	}
	m.running = max(0, m.running-1)
	streamed := m.streaming
	m.streaming, m.sending = false, false
	m.sent.Store(0)
	if m.changes.Swap(false) {
		return tea.Batch(m.compose(), m.openPlan())
	}
	if msg.err != nil {
		m.composer.refused()
		m.queue = nil
		if !console.Reported(msg.err) && !errors.Is(msg.err, context.Canceled) {
			m.complain(protocol.Safe(msg.err.Error()))
		}
		if m.state.Phase == protocol.PhaseData && !streamed {
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

func (m *Model) onEdited(msg editedMsg) {
	if msg.err != nil {
		m.complain(protocol.Safe(msg.err.Error()))
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
	m.wasDropping = m.dropping
	m.status, m.leaving, m.dropping = "", false, false
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
	case m.overlay != nil:
		return m.choose(m.overlay.handleKey(msg))
	case m.saved != nil:
		return m.savedKey(msg)
	case m.replay != nil:
		return m.replayKey(msg)
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
