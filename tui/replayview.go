package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// replayView runs a saved session again, step by step, beside what it was. It
// lies over the live session that it drives; Esc leaves that session, as it
// stands, to its user.
type replayView struct {
	sideTable
	session  *console.Session
	rerun    *history.Rerun
	inserted []int                     // rows of lines that were inserted
	busy     bool                      // a step is under way
	until    func(history.Result) bool // goes on by itself until this; nil does not
	note     string
	over     bool // all steps are done, or none can follow
}

// againMsg is a replay that goes on over a new connection, at step from.
type againMsg struct {
	view    *replayView
	session *console.Session
	rerun   *history.Rerun
	from    int
	err     error
}

// replayMsg is a replay that can begin.
type replayMsg struct {
	session *console.Session
	rerun   *history.Rerun
	err     error
}

// steppedMsg is what came of a step.
type steppedMsg struct {
	view    *replayView
	results []history.Result
	err     error
}

// replayScript makes the new session of a script. Nothing is dialled yet.
// Store has the messages that are too large for the script.
func replayScript(c *console.Console, t console.Target, script *history.Script, by history.By, store *history.Store) tea.Cmd {
	return func() tea.Msg {
		s, rerun, err := c.Replay(t, script, history.RerunOptions{Store: store, CompareOptions: history.CompareOptions{By: by, Own: console.OwnNames(t, oldTarget(script.Header.Target))}})
		return replayMsg{s, rerun, err}
	}
}

// onReplay puts the new session on the screen, and its steps over it.
func (m *Model) onReplay(msg replayMsg) tea.Cmd {
	if msg.err != nil {
		m.complain(errorWords(msg.err))
		return nil
	}
	old := m.adopt(msg.session)
	v := &replayView{sideTable: sideTable{st: m.st}, session: msg.session, rerun: msg.rerun}
	v.begin()
	m.replay = v
	return old
}

// step sends the next step, or the group it belongs to.
func (v *replayView) step(ctx context.Context) tea.Cmd {
	v.busy = true
	return func() tea.Msg {
		results, err := v.rerun.Next(ctx)
		return steppedMsg{v, results, err}
	}
}

// onStepped shows what came, and goes on where that was asked for.
func (m *Model) onStepped(msg steppedMsg) tea.Cmd {
	v := msg.view
	m.running = max(0, m.running-1)
	v.busy = false
	v.take(msg.results)
	next, more := v.rerun.Peek()
	switch {
	case errors.Is(msg.err, history.ErrDone) || msg.err == nil && !more:
		v.over, v.until, v.note = true, nil, v.verdict()
	case msg.err != nil:
		v.until, v.note = nil, errorWords(msg.err)
	case v.until != nil && m.replay == v:
		for _, r := range msg.results {
			if v.until(r) {
				v.until = nil
			}
		}
	}
	v.stand(next, msg.results)
	if v.until == nil || m.replay != v {
		return nil
	}
	return m.run(v.step(m.actions))
}

// stand puts the cursor on the next step, or on what differed before it.
func (v *replayView) stand(next int, results []history.Result) {
	if v.until == nil {
		for _, r := range results {
			if len(r.Differences) > 0 && r.Index >= 0 {
				v.at = v.rowOf(r.Index)
				v.note = "this step differs; Enter sends the next one"
				return
			}
		}
	}
	v.at = min(v.rowOf(next), len(v.rows)-1)
}

// take puts results beside the steps they are of.
func (v *replayView) take(results []history.Result) {
	for _, r := range results {
		got := r.Got
		row := sideRow{want: &r.Want, got: &got, differences: r.Differences, skipped: r.Skipped}
		switch {
		case r.Index >= 0:
			v.rows[v.rowOf(r.Index)] = row
		default:
			row.want, row.added = nil, true
			next, _ := v.rerun.Peek()
			at := min(v.rowOf(next), len(v.rows))
			v.rows = append(v.rows[:at], append([]sideRow{row}, v.rows[at:]...)...)
			v.inserted = append(v.inserted, at)
		}
	}
}

// rowOf is the row of step i: lines that were inserted have rows of their own.
func (v *replayView) rowOf(i int) int {
	for _, at := range v.inserted {
		if at <= i {
			i++
		}
	}
	return i
}

// fresh tells whether no step was done yet.
func (v *replayView) fresh() bool {
	next, more := v.rerun.Peek()
	return more && next == 0
}

// again connects anew: to go on at the next step, or where all are done to run
// them once more.
func (v *replayView) again(c *console.Console) tea.Cmd {
	v.busy, v.until = true, nil
	session, rerun := v.session, v.rerun
	from, more := rerun.Peek()
	if !more {
		from = 0
	}
	return func() tea.Msg {
		s, r, err := c.ReplayAgain(session, rerun)
		return againMsg{v, s, r, from, err}
	}
}

// onAgain puts the new session on the screen, and brings it to where the old one
// was: what was done there and is not needed is not done twice.
func (m *Model) onAgain(msg againMsg) tea.Cmd {
	v := msg.view
	if msg.err != nil {
		v.busy, v.note = false, errorWords(msg.err)
		return nil
	}
	old := m.adopt(msg.session)
	m.replay, v.session, v.rerun, v.over = v, msg.session, msg.rerun, false
	if v.note = "connected again, and the steps this one needs were done: Enter sends it"; msg.from == 0 {
		v.begin()
	}
	v.busy = true
	ctx := m.actions
	return tea.Batch(old, m.run(func() tea.Msg {
		results, err := msg.rerun.Resume(ctx, msg.from)
		return steppedMsg{v, results, err}
	}))
}

// begin has all steps wait.
func (v *replayView) begin() {
	v.rows, v.inserted, v.at = nil, nil, 0
	for i := range v.rerun.Steps() {
		v.rows = append(v.rows, sideRow{want: &v.rerun.Steps()[i], waits: true})
	}
	v.note = "Enter sends the next step"
}

func (v *replayView) verdict() string {
	n := 0
	for _, r := range v.rows {
		if len(r.differences) > 0 {
			n++
		}
	}
	return fmt.Sprintf("all steps are done: %d of %d differ · Esc goes to the console", n, len(v.rerun.Steps()))
}

// replayKeys run the steps.
var replayKeys = struct{ step, all, difference, edit, skip, insert, again, leave key.Binding }{
	step: bind("step", "enter", "right"), difference: bind("to ≠", "f9"), all: bind("to end", "f10"),
	edit: bind("edit", "f2"), skip: bind("skip", "f8"), insert: bind("insert", "f3"), again: bind("again", "f7"), leave: bind("leave", "esc", "ctrl+c"),
}

// replayKey gives a key to the replay.
func (m *Model) replayKey(msg tea.KeyMsg) tea.Cmd {
	v, k := m.replay, replayKeys
	switch {
	case typing(msg):
		v.note = "letters type nothing here: F2 edits the next line, Esc goes to the prompt"
	case key.Matches(msg, k.leave):
		return m.leaveReplay()
	case key.Matches(msg, pickKeys.up):
		v.move(-1)
	case key.Matches(msg, pickKeys.down):
		v.move(1)
	case key.Matches(msg, pickKeys.pageUp):
		v.move(-v.fits)
	case key.Matches(msg, pickKeys.pageDown):
		v.move(v.fits)
	case key.Matches(msg, sideNext) && !key.Matches(msg, k.step), key.Matches(msg, sideBefore):
		v.nextDifference(map[bool]int{true: -1, false: 1}[key.Matches(msg, sideBefore)])
	case v.busy:
	case key.Matches(msg, k.again) && v.fresh():
		v.note = "there is no connection yet: Enter makes it"
	case key.Matches(msg, k.again):
		return v.again(m.o.Console)
	case v.over:
	default:
		return m.replayStep(msg)
	}
	return nil
}

// replayStep does what sends, or changes what is sent.
func (m *Model) replayStep(msg tea.KeyMsg) tea.Cmd {
	v, k := m.replay, replayKeys
	v.note = ""
	next, _ := v.rerun.Peek()
	switch {
	case next == 0 && !key.Matches(msg, k.step, k.all, k.difference):
		v.note = "the connection comes first: Enter makes it"
	case key.Matches(msg, k.step):
		return m.run(v.step(m.actions))
	case key.Matches(msg, k.all):
		v.until = func(history.Result) bool { return false }
		return m.run(v.step(m.actions))
	case key.Matches(msg, k.difference):
		v.until = func(r history.Result) bool { return len(r.Differences) > 0 }
		return m.run(v.step(m.actions))
	case key.Matches(msg, k.skip):
		v.take([]history.Result{v.rerun.Skip()})
		v.at = v.rowOf(next + 1)
	case key.Matches(msg, k.edit):
		return m.askLine("Send in place of the next step", v.rerun.Steps()[next].Line, "one SMTP line", func(m *Model, line string) tea.Cmd {
			v.rerun.Replace(line)
			return m.run(v.step(m.actions))
		})
	case key.Matches(msg, k.insert):
		return m.askLine("Send before the next step", "", "one SMTP line", func(m *Model, line string) tea.Cmd {
			v.busy = true
			ctx := m.actions
			return m.run(func() tea.Msg {
				r, err := v.rerun.Insert(ctx, line)
				if err != nil {
					return steppedMsg{v, nil, err}
				}
				return steppedMsg{v, []history.Result{r}, nil}
			})
		})
	}
	return nil
}

// leaveReplay goes on by hand: the connection is the console's.
func (m *Model) leaveReplay() tea.Cmd {
	m.replay.until = nil
	m.replay = nil
	m.setFocus(focusPrompt)
	if m.live() {
		m.say("the replay is over, and the connection is yours")
	} else {
		m.say("the replay is over · F7 connects again · F5 shows the sessions")
	}
	if m.state.Phase == protocol.PhaseData {
		return m.compose()
	}
	return nil
}

func (v *replayView) view(a rect) string {
	about := v.about(a.w)
	about = about[:min(len(about), a.h/3)]
	room := (a.w - 7) / 2
	lines := []string{
		" " + fit(v.st.title.Render("As it was"), room+3) + v.st.title.Render("Now, on "+protocol.Safe(v.session.Target.Name)),
		v.st.rule.Render(strings.Repeat("─", a.w)),
	}
	lines = append(lines, v.sideTable.view(a.w, max(1, a.h-4-len(about)))...)
	lines = append(lines, about...)
	note := v.note
	if v.busy {
		note = "waiting for the reply …"
	}
	return block(append(lines, " "+v.st.hint.Render(ansi.Truncate(note, a.w-2, "…")), v.keyRow(a.w)), a.w, a.h)
}

func (v *replayView) keyRow(w int) string {
	k := replayKeys
	if v.over {
		return v.st.keyLine(w, []key.Binding{sideNext, sideBefore, k.again, k.leave})
	}
	return v.st.keyLine(w, []key.Binding{k.step, k.difference, k.all, k.edit, k.skip, k.insert, k.again, k.leave})
}
