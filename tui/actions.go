package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// command is one row of what a key does wherever the panes are in sight; where
// says in which other places it works too.
type command struct {
	key   key.Binding
	where place
	do    func(*Model) tea.Cmd
}

// place is a set of screens beside the console's own.
type place int

const (
	onStart place = 1 << iota
	inEditor
	onSaved
)

// commands is the table that keys and palette read.
func commands(k keyMap) []command {
	at := func(do func(*Model)) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd { do(m); return nil }
	}
	return []command{
		{k.help, onStart | inEditor | onSaved, at((*Model).openHelp)},
		{k.palette, onStart | inEditor, at((*Model).openPalette)},
		{k.templates, 0, at((*Model).openTemplates)},
		{k.message, inEditor, (*Model).compose},
		{k.sessions, onStart, (*Model).openSessions},
		{k.panes, onSaved, at((*Model).nextPane)},
		{k.reconnect, 0, func(m *Model) tea.Cmd { return m.reconnect("") }},
		{k.pageUp, onSaved, at(func(m *Model) { m.sight().transcript.page(-1) })},
		{k.pageDown, onSaved, at(func(m *Model) { m.sight().transcript.page(1) })},
		{k.exchangeUp, onSaved, at(func(m *Model) { m.setFocus(focusTranscript); m.sight().transcript.move(-1) })},
		{k.exchangeDown, onSaved, at(func(m *Model) { m.setFocus(focusTranscript); m.sight().transcript.move(1) })},
		{k.top, onSaved, at(func(m *Model) { m.sight().transcript.top() })},
		{k.end, onSaved, at(func(m *Model) { m.sight().transcript.bottom() })},
	}
}

// globalKey carries out the row of the table that a key names.
func (m *Model) globalKey(msg tea.KeyMsg) (tea.Cmd, bool) {
	here := place(0)
	switch {
	case m.saved != nil:
		here = onSaved
	case m.start != nil:
		here = onStart
	case m.composing:
		here = inEditor
	}
	for _, c := range m.commands {
		if key.Matches(msg, c.key) && (here == 0 || c.where&here != 0) {
			cmd := c.do(m)
			m.explain()
			return cmd, true
		}
	}
	return nil, false
}

// nextPane goes round the panes. A saved session has no prompt.
func (m *Model) nextPane() {
	next := (m.sight().focus + 1) % (focusInspector + 1)
	if m.saved != nil && next == focusPrompt {
		next = focusTranscript
	}
	m.setFocus(next)
}

// promptKey handles a key on the line being typed.
func (m *Model) promptKey(msg tea.KeyMsg, wasLeaving bool) tea.Cmd {
	defer m.explain()
	if m.popup != nil {
		done, used := m.popupKey(msg)
		if done || !used {
			m.popup = nil
		}
		if used {
			return nil
		}
	}
	switch {
	case msg.Paste && strings.ContainsAny(strings.TrimRight(string(msg.Runes), "\r\n"), "\r\n"):
		m.paste(string(msg.Runes))
	case key.Matches(msg, m.keys.send):
		return m.enter()
	case key.Matches(msg, m.keys.asTyped):
		return m.enterAsTyped()
	case key.Matches(msg, m.keys.leave) && m.prompt.value() == "":
		return m.leaveKey(msg, wasLeaving)
	default:
		return m.lineKey(msg)
	}
	return nil
}

// lineKey handles the keys that change the line.
func (m *Model) lineKey(msg tea.KeyMsg) tea.Cmd {
	switch {
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
	case m.prompt.handleKey(msg):
		return m.editOutside()
	}
	return nil
}

// editOutside opens $EDITOR on the line, unless that would put a password on
// the disk.
func (m *Model) editOutside() tea.Cmd {
	line := m.prompt.value()
	if _, secret := protocol.SecretSpan(line, m.current()); secret || m.current().Phase == protocol.PhaseAuth {
		m.complain("a line that holds a password is not written to a file")
		return nil
	}
	return editLine(line)
}

func (m *Model) clearLine() {
	switch n := len(m.queue); {
	case n > 0:
		m.queue, m.paused = nil, false
		m.say(plural(n, "line") + " dropped")
	case m.prompt.value() == "":
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
	if m.uploading() {
		m.stopUpload(m.wasDropping)
		return
	}
	m.resetActions()
	m.queue, m.paused = nil, false
	m.say("stopped waiting; a reply that comes is shown · Alt+Enter sends a line all the same · :drop ends the connection")
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
	ln := m.prompt.line
	fixed, ok := ln.Fix()
	switch {
	case ok:
		m.prompt.set(fixed)
	case ln.Spec != nil && ln.Spec.Obsolete != "": // what mends it is to leave it out
		m.prompt.clear()
		m.say("taken away: " + ln.Diags[0].Message)
	default:
		m.say("nothing here can be mended by one key")
	}
}

// current is the session's state with everything in it that has happened,
// shown or not yet.
func (m *Model) current() protocol.State {
	if m.session == nil {
		return m.state
	}
	return m.session.State()
}

// enter carries out what the line in the prompt asks for. While the server has
// still to answer, the line waits: what it means hangs on the answer.
func (m *Model) enter() tea.Cmd {
	line := m.prompt.value()
	if m.session != nil && m.behind() && (m.messageAhead() || line != "" && !strings.HasPrefix(line, ":")) {
		m.queue = append(m.queue, line)
		m.prompt.clear()
		m.say(lineWaits)
		return nil
	}
	a := console.Resolve(line, m.current())
	if staysInPrompt(a) {
		return m.carry(a)
	}
	m.prompt.clear()
	m.transcript.bottom()
	return m.accepted(a, line)
}

// lineWaits is said of a line typed ahead, until its turn comes.
const lineWaits = "the line waits for the server's answer; Esc gives up both"

// enterAsTyped sends the line at once and past the checks.
func (m *Model) enterAsTyped() tea.Cmd {
	line := m.prompt.value()
	if line == "" && m.state.Phase != protocol.PhaseAuth {
		return nil
	}
	a := console.ResolveAsTyped(line)
	if m.sending && speaks(a) {
		m.complain(messageUnderWay)
		return nil
	}
	if staysInPrompt(a) {
		return m.carry(a)
	}
	m.prompt.clear()
	m.transcript.bottom()
	return m.accepted(a, line)
}

// messageAhead tells whether a DATA waits, or its 354: what is typed behind it
// is a message, where an empty line means something.
func (m *Model) messageAhead() bool {
	sent := func(aw protocol.Awaited) bool { return aw.Cmd.Row().Asks }
	return slices.ContainsFunc(m.queue, asksForText) || slices.ContainsFunc(m.current().Awaited, sent)
}

// asksForText tells whether a line is a DATA.
func asksForText(line string) bool { return protocol.Parse(line, protocol.State{}).Cmd.Row().Asks }

// behind tells whether something runs, or happened and is not shown yet.
func (m *Model) behind() bool {
	return m.running > 0 || m.session != nil && m.seq < m.session.Log.Len()
}

// staysInPrompt tells whether a line is left for its user to mend.
func staysInPrompt(a console.Action) bool {
	switch a.(type) {
	case console.Nothing, console.Unclear, console.Hold:
		return true
	}
	return false
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
	if i := slices.IndexFunc(lines, asksForText); i >= 0 && i < len(lines)-1 {
		m.queue = lines // a message cannot go in one write with what comes before it
		m.say("sent one by one, because of the message among them")
		return m.nextQueued()
	}
	lines = slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return line == "" })
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
	return m.sure(nil, func(m *Model) tea.Cmd {
		m.o.Target = t
		return begin(m.o.Console, t)
	})
}

// sure asks before a live session is given up for something else. Whoever stays
// is back where the question came from; nil is the panes.
func (m *Model) sure(back overlay, do func(*Model) tea.Cmd) tea.Cmd {
	if !m.live() {
		return do(m)
	}
	stay := func(m *Model) tea.Cmd { m.overlay = back; return nil }
	p := newPicker(m.st, "The connection is still open", []choice{
		{label: "stay", help: "nothing happens", take: stay},
		{label: "drop it", help: "without QUIT; the record keeps what was said", take: do},
	})
	p.onLeft = stay
	m.overlay = p
	return nil
}
