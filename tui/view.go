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
	rows := []string{m.statusBar(), m.rule(true)}
	if over := m.over(m.areas.whole); over != "" {
		rows = append(rows, strings.Split(over, "\n")...)
	} else {
		rows = append(rows, strings.Split(m.body(), "\n")...)
		rows = append(append(rows, m.rule(false)), m.bottom()...)
	}
	return block(append(rows, m.footer()), m.w, m.h)
}

// rule is the line above or below the body, with the tee where panes meet.
func (m *Model) rule(upper bool) string {
	tee := "┴"
	if upper {
		tee = "┬"
	}
	if !m.split() {
		return m.st.rule.Render(strings.Repeat("─", m.w))
	}
	left, right := m.st.rule, m.st.rule
	if m.focus == focusTranscript {
		left = m.st.ruleFocused
	}
	if m.focus == focusInspector {
		right = m.st.ruleFocused
	}
	return left.Render(strings.Repeat("─", m.areas.main.w)) + m.st.rule.Render(tee) + right.Render(strings.Repeat("─", m.areas.side.w))
}

// split tells whether the inspector stands beside the transcript.
func (m *Model) split() bool {
	return m.areas.side.w > 0 && m.uncovered()
}

// uncovered tells whether the panes and the prompt are in sight.
func (m *Model) uncovered() bool {
	return m.start == nil && !m.composing && m.overlay == nil && m.replay == nil && m.reader == nil && m.question == nil
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
	case m.replay != nil:
		return m.replay.view(a)
	case m.start != nil:
		return m.start.view(a)
	case m.composing:
		return m.composer.view()
	}
	return ""
}

// body is the transcript with the inspector beside it, or in its place.
func (m *Model) body() string {
	if m.focus == focusInspector && m.areas.side.w == 0 {
		return m.inspector.view()
	}
	body := m.transcript.view()
	if m.popup != nil {
		body = m.withPopup(body)
	}
	if m.areas.side.w == 0 {
		return body
	}
	return m.beside(body, m.inspector.view())
}

// withPopup lays the proposals over the lower rows of the transcript.
func (m *Model) withPopup(body string) string {
	rows := strings.Split(body, "\n")
	list := m.popup.view(m.st, m.areas.main.w)
	if len(list) > len(rows) {
		list = list[:len(rows)]
	}
	return strings.Join(append(rows[:len(rows)-len(list)], list...), "\n")
}

func (m *Model) beside(left, right string) string {
	l, r := strings.Split(left, "\n"), strings.Split(right, "\n")
	bar := m.st.rule.Render("│")
	rows := make([]string, len(l))
	for i := range l {
		rows[i] = l[i] + bar
		if i < len(r) {
			rows[i] += r[i]
		}
	}
	return strings.Join(rows, "\n")
}

// statusBar says where, how protected, how far, and whether it is recorded.
func (m *Model) statusBar() string {
	bar := m.st.bar
	left := bar.Bold(true).Render(" smtpconsole ")
	if m.start == nil {
		left += bar.Render("  " + protocol.Safe(m.targetName()) + "  ")
		word, good := tlsWord(m.state.TLS)
		style := m.st.barWarning
		if good {
			style = m.st.barGood
		} else if m.state.TLS == nil {
			style = bar
		}
		left += style.Render(word) + bar.Render("  "+protocol.Safe(stateWords(m.state)))
	}
	right := m.statusRight()
	room := m.w - ansi.StringWidth(right)
	left = ansi.Truncate(left, room, "…")
	return left + bar.Render(strings.Repeat(" ", max(0, room-ansi.StringWidth(left)))) + right
}

func (m *Model) targetName() string {
	switch {
	case m.session != nil:
		return m.session.Target.Name
	case m.shown != nil:
		return m.shown.Header.Target + " (saved)"
	}
	return ""
}

func (m *Model) statusRight() string {
	bar := m.st.bar
	if m.start != nil || m.log == nil && m.shown == nil {
		return ""
	}
	text := ""
	if m.onlyBad {
		text = m.st.barWarning.Render(" refusals only ")
	}
	switch {
	case m.shown != nil:
	case m.o.Console.Store() == nil || m.session == nil:
		text += m.st.barWarning.Render(" not recorded ")
	case m.session.Log.RecordErr() != nil:
		text += m.st.barWarning.Render(" RECORDING FAILED ")
	default:
		text += m.st.recording.Render(" ●") + bar.Render(" rec ")
	}
	end := m.ended
	if end.IsZero() {
		end = m.now()
	}
	return text + bar.Render(" "+elapsed(end.Sub(m.began))+" ")
}

// bottom is prompt, remark and hint.
func (m *Model) bottom() []string {
	if m.searching {
		return []string{" " + "search: " + m.st.inputView(m.search, max(8, m.w-10)), m.st.faint.Render(" " + m.findWords() + " · Enter next · ↑ before · Esc ends"), ""}
	}
	rows := m.prompt.view(m.w)
	if hint := m.replyHint(); hint != "" && m.prompt.value() == "" {
		rows[2] = hint
	}
	return rows
}

// replyHint is one line of the inspector where that has no room of its own.
func (m *Model) replyHint() string {
	x, ok := m.transcript.selection()
	if !ok || x.reply == nil || m.areas.side.w > 0 || m.focus == focusInspector {
		return ""
	}
	style, glyph := m.st.class(x.reply.Class())
	e := protocol.ExplainReply(*x.reply, answered(x), m.state)
	const more = " · F6 explains"
	text := ansi.Truncate(fmt.Sprintf("%d %s", x.reply.Code, e.Headline), m.w-3-len(more), "…")
	return style.Render(" "+glyph+" ") + m.st.faint.Render(text+more)
}

func (m *Model) findWords() string {
	at, of := m.transcript.found()
	if of == 0 {
		return "nothing found"
	}
	return fmt.Sprintf("%d of %d", at, of)
}

// footer is what there is to say, else what runs, else the keys.
func (m *Model) footer() string {
	switch {
	case m.status != "" && m.trouble:
		return fit(m.st.fault.Render(" ✗ ")+m.st.text.Render(m.status), m.w)
	case m.status != "":
		return fit(m.st.accent.Render(" "+m.status), m.w)
	case m.overlay != nil || m.question != nil:
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
	return fmt.Sprintf("%s, %d s · Esc stops waiting", what, int(m.now().Sub(m.since).Seconds()))
}

// keyRow names the keys that do something now, as many as there is room for.
func (m *Model) keyRow() string {
	switch {
	case m.question != nil || m.reader != nil || m.overlay != nil || m.replay != nil:
		return ""
	case m.start != nil:
		return m.keyList(m.keys.connect, m.keys.sessions, m.keys.help, m.keys.leave, m.keys.palette)
	case m.composing:
		return m.composer.keyRow()
	case m.focus == focusTranscript:
		return m.keyList(m.keys.fold, m.keys.search, m.keys.copyIt, m.keys.errorsOnly, m.keys.panes, m.keys.help)
	case !m.live():
		return m.keyList(m.keys.reconnect, m.keys.sessions, m.keys.message, m.keys.help, m.keys.leave, m.keys.palette)
	}
	return m.keyList(m.keys.help, m.keys.palette, m.keys.complete, m.keys.templates, m.keys.message, m.keys.sessions, m.keys.panes, m.keys.recall)
}

// keyList is bindings in a row over the whole screen.
func (m *Model) keyList(bindings ...key.Binding) string { return m.st.keyRow(m.w, bindings) }
