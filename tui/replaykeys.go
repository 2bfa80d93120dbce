package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// replayKeys run the steps.
var replayKeys = struct{ step, all, difference, edit, skip, insert, again, leave key.Binding }{
	step: bind("step", "enter", "right"), difference: bind("to ≠", "f9"), all: bind("to end", "f10"),
	edit: bind("edit", "f2"), skip: bind("skip", "f8"), insert: bind("add", "f3"), again: bind("again", "f7"), leave: bind("leave", "esc", "ctrl+c"),
}

// replayByHand is Esc while a reply is waited for.
var replayByHand = bind("take over by hand", "esc")

// replayWords say what a replay is, for help.
const replayWords = "On the left the session as it was, on the right what the server says now. Enter sends the next step and waits for its reply, " +
	"F9 goes on to the next difference, F10 to the end. F2 sends another line in place of the next step, F8 passes over it, F3 sends a line before it. " +
	"F7 connects again and goes on at the same step. Esc takes over by hand: the connection is yours, as it stands. " + markWords

// bindings are the keys that do something now, the most wanted first.
func (v *replayView) bindings() []key.Binding {
	k := replayKeys
	switch {
	case v.busy:
		return []key.Binding{replayByHand, sideHelp}
	case v.over:
		return []key.Binding{k.leave, k.again, sideNext, sideBefore, sideHelp}
	}
	return []key.Binding{k.leave, k.step, k.difference, k.all, k.edit, k.skip, k.insert, k.again, sideHelp}
}

func (v *replayView) keyRow(w int) string { return v.st.keyLine(w, v.bindings()) }

// replayKey gives a key to the replay.
func (m *Model) replayKey(msg tea.KeyMsg) tea.Cmd {
	v, k := m.replay, replayKeys
	switch {
	case typing(msg):
		v.note = "letters type nothing here: " + v.instead()
	case key.Matches(msg, k.leave):
		return m.leaveReplay()
	case key.Matches(msg, sideHelp):
		m.reader = newReader(m.st, "Help on running a session again", keysPage(m.st, replayWords, append(v.bindings(), sideMoves...)))
	case key.Matches(msg, sideNext):
		v.nextDifference(1)
	case key.Matches(msg, sideBefore):
		v.nextDifference(-1)
	case v.moved(msg), v.busy:
	case key.Matches(msg, k.again) && v.fresh():
		v.note = "there is no connection yet: Enter makes it"
	case key.Matches(msg, k.again):
		return v.again(m.o.Console)
	case v.over:
		v.note = v.verdict()
	default:
		return m.replayStep(msg)
	}
	return nil
}

// instead says what to do where letters type nothing.
func (v *replayView) instead() string {
	if v.busy || v.over {
		return "Esc goes to the prompt"
	}
	return "F2 edits the next line, Esc goes to the prompt"
}

// replayStep does what sends, or changes what is sent.
func (m *Model) replayStep(msg tea.KeyMsg) tea.Cmd {
	v, k := m.replay, replayKeys
	if v.note = v.bars(msg); v.note != "" {
		return nil
	}
	next, _ := v.rerun.Peek()
	switch {
	case key.Matches(msg, k.step):
		return m.run(v.step(m.actions))
	case key.Matches(msg, k.all):
		v.until = func(history.Result) bool { return false }
		return m.run(v.step(m.actions))
	case key.Matches(msg, k.difference):
		v.until = func(r history.Result) bool { return len(r.Differences) > 0 }
		return m.run(v.step(m.actions))
	case key.Matches(msg, k.skip):
		v.skip()
	case key.Matches(msg, k.edit):
		return v.ask(m, "Send in place of the next step", v.rerun.Steps()[next].Line, "one SMTP line", func(m *Model, line string) tea.Cmd {
			v.rerun.Replace(line)
			return m.run(v.step(m.actions))
		})
	case key.Matches(msg, k.insert):
		return v.ask(m, "Send before the next step", "", "one SMTP line", func(m *Model, line string) tea.Cmd {
			return m.run(v.insert(m.actions, line))
		})
	}
	return nil
}

// ask asks for a line to be sent. One with an error is held, as in the prompt: it
// is asked for again, with its fault, and a "!" in front sends it.
func (v *replayView) ask(m *Model, title, line, help string, send func(*Model, string) tea.Cmd) tea.Cmd {
	return m.askLine(title, line, help, func(m *Model, input string) tea.Cmd {
		switch a := console.Resolve(input, v.session.State()).(type) {
		case console.Send:
			return send(m, a.Line)
		case console.Hold:
			return v.ask(m, title, input, faultOf(a.Line)+" · ! in front sends it as typed", send)
		case console.Nothing:
			v.note = "nothing was typed, and nothing is sent"
		default:
			v.note = "one SMTP line can be sent here: Esc takes over for chunks, and for what begins with \":\""
		}
		return nil
	})
}

// faultOf is the first error of a line that is held.
func faultOf(ln protocol.Line) string {
	for _, d := range ln.Diags {
		if d.Severity == protocol.Error {
			return d.Message
		}
	}
	return ""
}

// bars says why a key cannot do now what it is for; "" where it can.
func (v *replayView) bars(msg tea.KeyMsg) string {
	k := replayKeys
	next, _ := v.rerun.Peek()
	runs, body := key.Matches(msg, k.step, k.all, k.difference), v.rerun.Steps()[next].Kind == history.StepBody
	phase := v.session.State().Phase
	switch {
	case next == 0 && !runs:
		return "the connection comes first: Enter makes it"
	case phase == protocol.PhaseData && body && !runs:
		return "the server waits for the message: Enter sends it as it was, Esc takes over, and opens the editor"
	case phase == protocol.PhaseData && !body:
		return v.failure(history.ErrMessage)
	case phase == protocol.PhaseAuth && !key.Matches(msg, k.insert):
		return "the server waits for the answer to its 334: F3 sends one, a * gives up, Esc takes over"
	case body && key.Matches(msg, k.edit):
		return "a message goes out as it was: F8 skips it, Esc takes over"
	}
	return ""
}

// skip passes over the next step.
func (v *replayView) skip() {
	v.take([]history.Result{v.rerun.Skip()})
	next, more := v.rerun.Peek()
	if v.at = min(v.rowOf(next), len(v.rows)-1); !more {
		v.over, v.note = true, v.verdict()
	}
}
