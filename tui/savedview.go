package tui

import (
	"context"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// savedView is a saved session that is read. It stands in place of the live
// one, which goes on behind it, and comes through a log as that does.
type savedView struct {
	scene
	session history.Summary
	back    *browser
	query   string // what it was found by; "" where it was not searched for
	placed  bool   // its reader has been taken to where reading begins
	read    bool   // the file is read
	trouble string // what is wrong with the file, in a sentence
	stop    context.CancelFunc
	ctx     context.Context // ends when the session leaves the screen
	behind  int             // events of the live session when this was opened
}

// savedLeave goes back to the table.
var savedLeave = bind("back", "esc", "f5", "ctrl+c", "ctrl+]")

// savedWords say what a saved session is, for help.
const savedWords = "This is a saved session, to be read: nothing is sent. A connection that is open stays open behind it."

// savedKeys are the keys while a saved session is read.
func (m *Model) savedKeys() []key.Binding {
	k := m.keys
	return []key.Binding{
		savedLeave, k.fold, k.search, k.errorsOnly, k.panes, k.help, k.copyIt, savedMessage, k.pageUp, k.pageDown, k.exchangeUp, k.exchangeDown, k.top, k.end,
	}
}

// savedRow are the keys that do something in the pane that has the focus.
func (m *Model) savedRow() []key.Binding {
	if m.saved.focus == focusInspector {
		k := m.keys
		return []key.Binding{savedLeave, k.panes, k.help, savedMessage, k.pageUp, k.pageDown}
	}
	return m.savedKeys()
}

// onSaved puts a session on the screen, or says in the table why not.
func (m *Model) onSaved(msg savedMsg) tea.Cmd {
	b := msg.from
	switch {
	case m.overlay != overlay(b): // somebody went on meanwhile
		return nil
	case msg.err != nil:
		b.missed(msg.err)
		return nil
	case msg.session.Problem != "":
		b.put(msg.session)
		b.note = "nothing of it can be shown; its file is " + protocol.Safe(b.store.Path(msg.session.ID))
		return nil
	}
	m.saved = newSavedView(m.ctx, m.st, msg.session, b)
	m.saved.behind = m.transcript.events.len()
	m.saved.setSize(m.areas)
	m.overlay = nil
	m.setFocus(focusTranscript)
	v := m.saved
	return tea.Batch(readSaved(v.ctx, b.store, v.session.ID, v.log), waitEvents(v.ctx, v.log, 0))
}

func newSavedView(ctx context.Context, st *styles, sum history.Summary, back *browser) *savedView {
	v := &savedView{scene: newScene(st), session: sum, back: back}
	v.ctx, v.stop = context.WithCancel(ctx)
	v.log, v.began, v.ended = history.NewLog(nil, nil), sum.Start, sum.Start
	if back.hits != nil {
		v.query, v.searching = back.query, true
		v.search.SetValue(v.query)
		v.transcript.find(v.query)
	}
	return v
}

// onSavedEvents shows more of the file.
func (m *Model) onSavedEvents(msg eventsMsg) tea.Cmd {
	v := m.saved
	for _, ev := range msg.events {
		v.fold(ev)
		v.ended = ev.Time
	}
	v.transcript.append(msg.events...)
	v.place()
	m.explain()
	if msg.err != nil {
		return nil
	}
	return waitEvents(v.ctx, v.log, v.seq)
}

// place takes the reader to the beginning, or to what was searched for, as soon
// as that is there. What comes later is no news.
func (v *savedView) place() {
	t := v.transcript
	if !v.placed {
		t.top()
		v.placed = v.query == "" && !t.follow
	}
	if !v.placed && len(t.hits) > 0 {
		t.goTo(0)
		v.placed = true
	}
	t.seen = t.entries.len()
}

// onSavedRead says what the file did not give.
func (m *Model) onSavedRead(msg savedReadMsg) {
	v := m.saved
	if v == nil || msg.log != v.log {
		return
	}
	v.read = true
	switch {
	case msg.err != nil:
		v.trouble = "the file cannot be read to its end, and this is what comes before: " + errorWords(msg.err)
	case msg.torn != nil:
		v.trouble = "the file is not whole, and this is the good part: " + errorWords(msg.torn)
	case msg.cut:
		v.trouble = "this is the beginning only, as much as memory should hold: smtpconsole history show " + v.session.ID + " prints all"
	}
}

// savedKey handles a key while a saved session is read.
func (m *Model) savedKey(msg tea.KeyMsg) tea.Cmd {
	switch {
	case m.saved.searching:
		m.searchKey(msg)
		return nil
	case key.Matches(msg, savedLeave):
		return m.leaveSaved()
	case key.Matches(msg, savedMessage):
		return m.showMessage()
	}
	if cmd, ok := m.globalKey(msg); ok {
		return cmd
	}
	if m.saved.focus == focusInspector {
		return m.inspectorKey(msg)
	}
	return m.transcriptKey(msg)
}

// leaveSaved goes back to the table, as it was left.
func (m *Model) leaveSaved() tea.Cmd {
	m.saved.stop()
	m.overlay, m.saved = m.saved.back, nil
	m.explain()
	return nil
}

// barLeft is what the status bar says of the session.
func (v *savedView) barLeft() string {
	words := "  " + protocol.Safe(v.session.Target) + " (saved)  " + protectionWords(v.session) + "  " + plural(v.session.Steps, "step") + "  " + elapsed(v.ended.Sub(v.began))
	return v.st.bar.Render(words)
}

// protectionWords are what protected a session; "" where that is not known.
func protectionWords(sum history.Summary) string {
	if sum.TLS == "" && sum.Problem == "" {
		return "plaintext"
	}
	return protocol.Safe(sum.TLS)
}

// behindMark says of the live session that it goes on, and whether something
// arrived in it since.
func (v *savedView) behindMark(m *Model) string {
	n := m.transcript.events.len() - v.behind
	switch {
	case m.session == nil:
		return ""
	case n > 0:
		return v.st.barWarning.Render(" ● live: " + grouped(int64(n)) + " new ")
	case m.live():
		return v.st.recording.Render(" ●") + v.st.bar.Render(" live ")
	}
	return ""
}

// bottom stands in the prompt's place: that this is a saved session, and which;
// how it ended, or what is wrong with it; and what the exchange selected means.
func (v *savedView) bottom(a areas) []string {
	w := a.body.w
	first := v.st.faint.Render("saved session › ") + v.st.text.Render(describe(v.session))
	about, style := v.about(), v.st.faint
	if v.trouble != "" {
		about, style = v.trouble, v.st.warning
	}
	rows := wrap(about, max(1, w-2), 0)
	second, third := rows[0], v.replyHint(a)
	switch {
	case len(rows) > 1 && (third == "" || v.trouble != ""):
		third = style.Render(" " + ansi.Truncate(strings.Join(rows[1:], " "), w-2, "…"))
	case len(rows) > 1:
		second = strings.Join(rows, " ")
	}
	return []string{fit(first, w), style.Render(" " + ansi.Truncate(second, w-2, "…")), third}
}

// about is the session in a few words: how it ended, or that it goes on, and
// what was noted.
func (v *savedView) about() string {
	reading, recording := "", ""
	if !v.read {
		reading = "reading, " + grouped(int64(v.seq)) + " events so far"
	}
	if v.session.Recording {
		recording = "a running program records it, and this is what it had when it was opened"
	}
	return dotted(reading, outcomeOf(v.session), recording, noteLine(v.session.Note))
}

// noteLine is a note in one line.
func noteLine(note string) string {
	if note = strings.Join(strings.Fields(note), " "); note != "" {
		return "note: " + protocol.Safe(note)
	}
	return ""
}

// describe names a session: when, with whom, and its label.
func describe(sum history.Summary) string {
	label := ""
	if sum.Label != "" {
		label = "[" + protocol.Safe(sum.Label) + "]"
	}
	when := ""
	if !sum.Start.IsZero() {
		when = sum.Start.Local().Format(time.DateOnly + " 15:04:05")
	}
	return strings.Join(strings.Fields(strings.Join([]string{when, protocol.Safe(sum.Target), label}, " ")), " ")
}
