package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/textinput"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// scene is a session on the screen: what happened in it, what explains that,
// and where its reader is. The live session is one, and so is a saved one while
// it is read. It belongs to the Bubble Tea goroutine.
type scene struct {
	st         *styles
	transcript *transcript
	inspector  *inspector
	focus      focus

	log          *history.Log
	seq          int // of the last event taken
	state        protocol.State
	snapshots    []protocol.State // before events 1, 1+snapshotEvery, …
	began, ended time.Time

	searching bool
	search    textinput.Model
	onlyBad   bool
}

func newScene(st *styles) scene {
	return scene{st: st, transcript: newTranscript(st), inspector: newInspector(st), search: newInput()}
}

// setSize gives the panes their cells.
func (s *scene) setSize(a areas) {
	s.transcript.setSize(a.main.w, a.main.h)
	side := a.side
	if side.w == 0 {
		side = a.body
	}
	s.inspector.setSize(side.w, side.h)
}

// turn moves the focus.
func (s *scene) turn(f focus) {
	s.focus = f
	s.transcript.setFocus(f == focusTranscript)
}

// snapshotEvery is how many events lie between two states that are kept, so
// that an old reply is explained without folding the session from its start.
const snapshotEvery = 512

// fold takes one event into the state.
func (s *scene) fold(ev protocol.Event) {
	if (ev.Seq-1)%snapshotEvery == 0 && len(s.snapshots) == (ev.Seq-1)/snapshotEvery {
		s.snapshots = append(s.snapshots, s.state)
	}
	s.state = s.state.Apply(ev)
	s.seq = ev.Seq
}

// stateAfter is the session as it was after the event numbered seq.
func (s *scene) stateAfter(seq int) protocol.State {
	i := (seq - 1) / snapshotEvery
	if seq >= s.seq || i >= len(s.snapshots) {
		return s.state
	}
	st := s.snapshots[i]
	for n := i * snapshotEvery; n < seq; n++ {
		st = st.Apply(*s.transcript.events.at(n))
	}
	return st
}

// selectionPage explains the exchange selected in the transcript.
func (s *scene) selectionPage() []string {
	w := s.inspector.w
	x, ok := s.transcript.selection()
	switch {
	case !ok:
		pg := &page{w: w, st: s.st}
		pg.put(s.st.text, "What the server answers is explained here.")
		return pg.lines
	case x.reply != nil:
		return replyPage(s.st, w, *x.reply, answered(x), s.stateAfter(x.server[len(x.server)-1].Seq))
	case x.lead.Kind == "":
		return nil
	}
	return eventPage(s.st, w, x.lead)
}

// answered is what the reply of x answers, in the words of ExplainReply.
func answered(x exchange) string {
	switch x.lead.Kind {
	case protocol.KindBody:
		return protocol.ForVerdict
	case protocol.KindConnect:
		return protocol.ForGreeting
	case "":
		return "unasked"
	}
	return x.lead.Cmd
}

// replyHint is one line of the inspector where that has no room of its own.
func (s *scene) replyHint(a areas) string {
	x, ok := s.transcript.selection()
	if !ok || x.reply == nil || a.side.w > 0 || s.focus == focusInspector {
		return ""
	}
	style, glyph := s.st.class(x.reply.Class())
	e := protocol.ExplainReply(*x.reply, answered(x), s.state)
	const more = " · F6 explains"
	text := ansi.Truncate(fmt.Sprintf("%d %s", x.reply.Code, e.Headline), a.main.w-3-len(more), "…")
	return style.Render(" "+glyph+" ") + s.st.faint.Render(text+more)
}

// searchRows stand in the prompt's place while a text is searched.
func (s *scene) searchRows(w int) []string {
	at, of := s.transcript.found()
	found := "nothing found"
	if of > 0 {
		found = fmt.Sprintf("%d of %d", at, of)
	}
	return []string{" search: " + s.st.inputView(s.search, max(8, w-10)), s.st.faint.Render(" " + found + " · Enter next · ↑ before · Esc ends"), ""}
}

// rule is the line above or below the panes; where two stand side by side it
// has a tee, and the one with the focus is marked.
func (s *scene) rule(a areas, split, upper bool) string {
	w := a.body.w
	if !split {
		return s.st.rule.Render(strings.Repeat("─", w))
	}
	tee, left, right := "┴", s.st.rule, s.st.rule
	if upper {
		tee = "┬"
	}
	switch s.focus {
	case focusTranscript:
		left = s.st.ruleFocused
	case focusInspector:
		right = s.st.ruleFocused
	}
	return left.Render(strings.Repeat("─", a.main.w)) + s.st.rule.Render(tee) + right.Render(strings.Repeat("─", a.side.w))
}

// body is the transcript with the inspector beside it, or in its place. Popup
// lies over the lower rows of the transcript.
func (s *scene) body(a areas, popup []string) string {
	if s.focus == focusInspector && a.side.w == 0 {
		return s.inspector.view()
	}
	rows := strings.Split(s.transcript.view(), "\n")
	popup = popup[:min(len(popup), len(rows))]
	rows = append(rows[:len(rows)-len(popup)], popup...)
	if a.side.w == 0 {
		return strings.Join(rows, "\n")
	}
	bar, side := s.st.rule.Render("│"), strings.Split(s.inspector.view(), "\n")
	for i := range rows {
		rows[i] += bar + side[i]
	}
	return strings.Join(rows, "\n")
}
