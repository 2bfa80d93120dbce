package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

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
		v.until, v.note = nil, v.failure(msg.err)
	case v.until != nil && m.replay == v:
		for _, r := range msg.results {
			if v.until(r) {
				v.until = nil
			}
		}
	}
	v.stand(next, msg.results, msg.err == nil && !v.over)
	if v.until == nil || m.replay != v {
		return nil
	}
	return m.run(v.step(m.actions))
}

// insert sends a line before the next step.
func (v *replayView) insert(ctx context.Context, line string) tea.Cmd {
	v.busy = true
	return func() tea.Msg {
		r, err := v.rerun.Insert(ctx, line)
		if err != nil {
			return steppedMsg{v, nil, err}
		}
		return steppedMsg{v, []history.Result{r}, nil}
	}
}

// stand puts the cursor on the next step, or on what differed before it. Where
// the replay can go onward it says how.
func (v *replayView) stand(next int, results []history.Result, onward bool) {
	if v.until == nil {
		for _, r := range results {
			if len(r.Differences) == 0 || r.Index < 0 {
				continue
			}
			if v.at = v.rowOf(r.Index); onward {
				v.note = "this step differs; Enter sends the next one"
			}
			return
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

// unanswered tells whether step i was sent and got no reply.
func (v *replayView) unanswered(i int) bool {
	row := v.rows[v.rowOf(i)]
	return row.got != nil && row.skipped == "" && len(row.got.Replies) == 0
}

// again connects anew: to go on at the next step, or where all are done to run
// them once more.
func (v *replayView) again(c *console.Console) tea.Cmd {
	v.busy, v.until = true, nil
	session, rerun := v.session, v.rerun
	from, more := rerun.Peek()
	for from > 0 && v.unanswered(from-1) { // nobody knows what came of it, so it waits again
		from--
		row := &v.rows[v.rowOf(from)]
		*row = sideRow{want: row.want, waits: true}
	}
	if !more && from == len(rerun.Steps()) {
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
	if m.replay != v { // it was left meanwhile
		return closeSession(msg.session)
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

// verdict says what came of all steps, and of those that were not run as they stood.
func (v *replayView) verdict() string {
	differ, skipped, added := 0, 0, 0
	for _, r := range v.rows {
		switch {
		case r.added:
			added++
		case len(r.differences) > 0:
			differ++
		case r.skipped != "":
			skipped++
		}
	}
	text := fmt.Sprintf("all steps are done: %d of %d differ", differ, len(v.rerun.Steps()))
	if skipped > 0 {
		text += fmt.Sprintf(", %d skipped", skipped)
	}
	if added > 0 {
		text += fmt.Sprintf(", %d added", added)
	}
	return text + " · Esc goes to the console"
}

// failure is an error, and what can be done about it here.
func (v *replayView) failure(err error) string {
	next, more := v.rerun.Peek()
	switch phase := v.session.State().Phase; {
	case errors.Is(err, history.ErrMessage):
		return "the server waits for a message, and the next step is none: Esc takes over, and opens the editor"
	case errors.Is(err, history.ErrHidden):
		return errorWords(err) + " · F2 does that"
	case !more || phase != protocol.PhaseClosed:
		return errorWords(err)
	case next == 0:
		return errorWords(err) + " · Enter tries again"
	}
	return errorWords(err) + " · F7 connects again"
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
	notes := v.notes(a.w, max(1, a.h/4))
	room := (a.w - 7) / 2
	lines := []string{
		" " + fit(v.st.title.Render("As it was"), room+3) + v.st.title.Render("Now, on "+protocol.Safe(v.session.Target.Name)),
		v.st.rule.Render(strings.Repeat("─", a.w)),
	}
	lines = append(lines, v.sideTable.view(a.w, max(1, a.h-3-len(about)-len(notes)))...)
	lines = append(lines, about...)
	return block(append(append(lines, notes...), v.keyRow(a.w)), a.w, a.h)
}

// notes are what there is to say, in most rows of w cells at most.
func (v *replayView) notes(w, most int) []string {
	note := v.note
	if v.busy {
		note = "waiting for the reply …"
	}
	var rows []string
	for _, row := range wrap(note, max(1, w-2), 0) {
		rows = append(rows, " "+v.st.hint.Render(row))
	}
	if len(rows) > most {
		rows = append(rows[:most-1:most-1], fit(strings.TrimRight(rows[most-1], " ")+v.st.hint.Render(" …"), w))
	}
	return rows
}
