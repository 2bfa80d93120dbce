package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// View puts the panes together: exactly h rows of w cells.
func (m *Model) View() string {
	switch {
	case m.w == 0 || m.quitting:
		return ""
	case m.areas.tooSmall:
		return block([]string{"smtpconsole needs", fmt.Sprintf("%d×%d cells;", minWidth, minHeight), fmt.Sprintf("here are %d×%d.", m.w, m.h), "", "Ctrl+D leaves"}, m.w, m.h)
	}
	s := m.sight()
	rows := []string{m.statusBar(), s.rule(m.areas, m.split(), true)}
	if over := m.over(m.areas.whole); over != "" {
		rows = append(rows, strings.Split(over, "\n")...)
	} else {
		rows = append(rows, strings.Split(s.body(m.areas, m.popupRows()), "\n")...)
		rows = append(append(rows, s.rule(m.areas, m.split(), false)), m.bottom()...)
	}
	return block(append(rows, m.footer()), m.w, m.h)
}

// split tells whether the inspector stands beside the transcript.
func (m *Model) split() bool {
	return m.areas.side.w > 0 && m.uncovered()
}

// uncovered tells whether the panes and what is below them are in sight.
func (m *Model) uncovered() bool {
	if m.overlay != nil || m.reader != nil || m.question != nil {
		return false
	}
	return m.saved != nil || m.start == nil && !m.composing && m.replay == nil
}

// over is what lies over panes and prompt, "" for nothing.
func (m *Model) over(a rect) string {
	switch {
	case m.question != nil:
		return m.question.view(a)
	case m.reader != nil:
		return m.reader.view(a)
	case m.overlay != nil:
		return m.overlay.view(a)
	case m.saved != nil:
	case m.replay != nil:
		return m.replay.view(a)
	case m.start != nil:
		return m.start.view(a)
	case m.composing:
		return m.composer.view()
	}
	return ""
}

// popupRows are the proposals that lie over the transcript.
func (m *Model) popupRows() []string {
	if m.popup == nil || m.saved != nil {
		return nil
	}
	return m.popup.view(m.st, m.areas.main.w)
}

// statusBar says where, how protected, how far, and whether it is recorded.
func (m *Model) statusBar() string {
	bar := m.st.bar
	left := bar.Bold(true).Render(" smtpconsole ")
	switch {
	case m.saved != nil:
		left += m.saved.barLeft()
	case m.start == nil:
		left += m.barLeft()
	}
	right := m.statusRight()
	room := m.w - ansi.StringWidth(right)
	left = ansi.Truncate(left, room, "…")
	return left + bar.Render(strings.Repeat(" ", max(0, room-ansi.StringWidth(left)))) + right
}

// barLeft is where the live session goes, how it is protected, and how far it is.
func (m *Model) barLeft() string {
	name := ""
	if m.session != nil {
		name = m.session.Target.Name
	}
	word, good := tlsWord(m.state.TLS)
	style := m.st.barWarning
	if good {
		style = m.st.barGood
	} else if m.state.TLS == nil {
		style = m.st.bar
	}
	return m.st.bar.Render("  "+protocol.Safe(name)+"  ") + style.Render(word) + m.st.bar.Render("  "+protocol.Safe(stateWords(m.state)))
}

func (m *Model) statusRight() string {
	s, text := m.sight(), ""
	if s.log == nil || m.start != nil && m.saved == nil {
		return ""
	}
	if s.onlyBad {
		text = m.st.barWarning.Render(" refusals only ")
	}
	if m.saved != nil { // how long that took stands on the left, with what else is known of it
		return text + m.recordMark()
	}
	end := s.ended
	if end.IsZero() {
		end = m.now()
	}
	return text + m.recordMark() + m.st.bar.Render(" "+elapsed(end.Sub(s.began))+" ")
}

// recordMark says whether the live session is recorded; beside a saved one,
// that it goes on.
func (m *Model) recordMark() string {
	switch {
	case m.saved != nil:
		return m.saved.behindMark(m)
	case m.o.Console.Store() == nil || m.session == nil:
		return m.st.barWarning.Render(" not recorded ")
	case m.session.Log.RecordErr() != nil:
		return m.st.barWarning.Render(" RECORDING FAILED ")
	}
	return m.st.recording.Render(" ●") + m.st.bar.Render(" rec ")
}

// bottom is prompt, remark and hint.
func (m *Model) bottom() []string {
	switch {
	case m.sight().searching:
		return m.sight().searchRows(m.w)
	case m.saved != nil:
		return m.saved.bottom(m.areas)
	}
	rows := m.prompt.view(m.w)
	if hint := m.replyHint(m.areas); hint != "" && m.prompt.value() == "" {
		rows[2] = hint
	}
	return rows
}

// footer is what there is to say, else what runs, else the keys.
func (m *Model) footer() string {
	switch {
	case m.status != "" && m.trouble:
		return fit(m.st.fault.Render(" ✗ ")+m.st.text.Render(m.status), m.w)
	case m.status != "":
		return fit(m.st.accent.Render(" "+m.status), m.w)
	case m.overlay != nil || m.reader != nil || m.question != nil || m.saved != nil:
	case m.uploading():
		return fit(m.meter.view(m.st, m.w, m.now()), m.w)
	case m.running > 0 && m.now().Sub(m.since).Seconds() >= 1:
		return fit(m.st.faint.Render(" "+m.waitingWords()), m.w)
	}
	return fit(m.keyRow(), m.w)
}

func (m *Model) waitingWords() string {
	what := "waiting"
	switch {
	case m.state.Phase == protocol.PhaseClosed:
		what = "connecting"
	case m.state.Phase == protocol.PhaseConnected:
		what = "waiting for the greeting"
	case m.state.Busy() && m.state.Awaited[0].Body:
		what = "waiting for the verdict on the message"
	case m.state.Busy():
		what = "waiting for the reply to " + m.state.Awaited[0].Cmd.Verb
	}
	how := "Esc stops waiting"
	if m.replay != nil {
		how = "Esc takes over by hand"
	}
	return fmt.Sprintf("%s, %d s · %s", what, int(m.now().Sub(m.since).Seconds()), how)
}

// toPrompt leaves the other panes.
var toPrompt = bind("prompt", "esc")

// keyRow names the keys that do something now, as many as there is room for.
func (m *Model) keyRow() string {
	switch {
	case m.question != nil || m.reader != nil || m.overlay != nil || m.replay != nil && m.saved == nil:
		return ""
	case m.sight().searching: // it names its own
		return ""
	case m.saved != nil:
		return m.keyList(m.savedRow()...)
	case m.start != nil:
		return m.keyList(m.keys.connect, m.keys.sessions, m.keys.help, m.keys.leave, m.keys.palette)
	case m.composing:
		return m.composer.keyRow()
	case m.focus == focusTranscript:
		return m.keyList(toPrompt, m.keys.fold, m.keys.search, m.keys.copyIt, m.keys.errorsOnly, m.keys.panes, m.keys.help)
	case m.focus == focusInspector:
		return m.keyList(toPrompt, m.keys.panes, m.keys.help, m.keys.palette, m.keys.pageUp, m.keys.pageDown)
	case !m.live():
		return m.keyList(m.keys.reconnect, m.keys.sessions, m.keys.message, m.keys.help, m.keys.leave, m.keys.palette)
	}
	return m.keyList(m.keys.help, m.keys.palette, m.keys.complete, m.keys.templates, m.keys.message, m.keys.sessions, m.keys.panes, m.keys.recall)
}

// keyList is bindings in a row over the whole screen.
func (m *Model) keyList(bindings ...key.Binding) string { return m.st.keyRow(m.w, bindings) }
