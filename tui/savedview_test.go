package tui

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// TestSavedView pins what a saved session looks like.
func TestSavedView(t *testing.T) {
	views := map[string]func(*Model){
		"read":   func(m *Model) { strike(m, tea.KeyEnter) },
		"search": func(m *Model) { strike(m, tea.KeyEnter, tea.KeyCtrlS); typeLine(m, "nobody") },
		"torn": func(m *Model) {
			rewrite(t, m.o.Saved, m.overlay.(*browser).selectedID(), func(s string) string { return strings.Replace(s, `"text":"250-DSN"`, `"te`, 1) })
			strike(m, tea.KeyEnter)
		},
	}
	for name, open := range views {
		for _, s := range sizes[1:] {
			t.Run(fmt.Sprintf("%s_%dx%d", name, s.w, s.h), func(t *testing.T) {
				store := savedStore(t)
				keep(t, store, history.Header{Start: someday, Target: "mx.example.test", Label: "ticket 7"}, recorded().Events...)
				m := browsing(t, store, s.w, s.h)
				open(m)
				golden.RequireEqual(t, screenOf(t, m))
			})
		}
	}
}

// TestSavedBehind: the live session goes on behind the one that is read, nothing
// of it is lost, and a mark says that something came. Esc leads back to the row
// and the filter, and from there to the live session.
func TestSavedBehind(t *testing.T) {
	store := savedStore(t)
	for i := range 3 {
		keep(t, store, history.Header{Start: someday.Add(time.Duration(i) * time.Hour), Target: fmt.Sprintf("mx%d.example.org", i)}, noops(20)...)
	}
	m := shownModel(t, 80, 24)
	m.o.Saved = store
	live, session := m.transcript.events.len(), m.session
	strike(m, tea.KeyF5)
	typeLine(m, "mx")
	strike(m, tea.KeyDown, tea.KeyEnter)
	if m.saved == nil || m.session != session || m.saved.transcript.events.len() != 42 {
		t.Fatal("the saved session is not read beside the live one")
	}
	if view := screenOf(t, m); !strings.Contains(view, "mx1.example.org (saved)") || !strings.Contains(view, "● live ") {
		t.Errorf("no mark:\n%s", view)
	}
	m.log.Append(protocol.Event{Kind: protocol.KindServer, Text: "421 bye", Reply: &protocol.Reply{Code: 421, Lines: []string{"bye"}}})
	m.log.Append(protocol.Event{Kind: protocol.KindClose, Text: "closed"})
	m.Update(eventsMsg{log: m.log, events: m.log.Events()[live:]})
	if view := screenOf(t, m); !strings.Contains(view, "● live: 2 new") || strings.Contains(view, "421") || !strings.HasPrefix(m.status, "live session: ") {
		t.Errorf("no mark of what came:\n%s", view)
	}
	typeLine(m, "x")
	if m.prompt.value() != "" || m.status == "" {
		t.Error("a letter was typed into the prompt that is not in sight")
	}
	strike(m, tea.KeyEsc)
	b, ok := m.overlay.(*browser)
	if !ok || m.saved != nil || b.filter.Value() != "mx" || b.selected().Target != "mx1.example.org" {
		t.Fatalf("Esc does not lead back to the row: %v", m.overlay)
	}
	strike(m, tea.KeyEsc)
	if view := screenOf(t, m); m.transcript.events.len() != live+2 || !strings.Contains(view, "421 bye") {
		t.Errorf("something of the live session is lost:\n%s", view)
	}
}

// TestSavedReading: the same movement, folding, search, filter and explanation
// as in the live transcript.
func TestSavedReading(t *testing.T) {
	store := savedStore(t)
	events := append(recorded().Events, protocol.Event{Kind: protocol.KindBody, Text: "Subject: kept\r\n\r\na body\r\n", Size: 25})
	keep(t, store, history.Header{Start: someday, Target: "mx.example.test"}, events...)
	m := browsing(t, store, 120, 40)
	strike(m, tea.KeyEnter)
	see := func(what, want string) {
		t.Helper()
		if view := screenOf(t, m); !strings.Contains(view, want) {
			t.Errorf("%s: no %q in\n%s", what, want, view)
		}
	}
	see("explained", "220")
	strike(m, tea.KeyEnd)
	see("at the end", "▸ C  message")
	strike(m, tea.KeyEnter)
	see("unfolded", "a body")
	strike(m, tea.KeyUp)
	see("explained", "x.1.1 no such mailbox")
	strike(m, tea.KeyCtrlE)
	see("refusals", "refusals only")
	strike(m, tea.KeyCtrlE, tea.KeyHome, tea.KeyCtrlDown)
	see("moved", "▸ C  EHLO")
	strike(m, tea.KeyF6)
	if m.saved.focus != focusInspector {
		t.Error("F6 does not lead to the other pane")
	}
	strike(m, tea.KeyF6)
	if m.saved.focus != focusTranscript {
		t.Error("F6 leads to a prompt that is not there")
	}
	strike(m, tea.KeyF1)
	see("help", "saved session, to be read")
	strike(m, tea.KeyEsc, tea.KeyF5)
	see("back", "Saved sessions")
}

// TestSavedMouse: the mouse acts on what is in sight.
func TestSavedMouse(t *testing.T) {
	store := savedStore(t)
	keep(t, store, history.Header{Start: someday, Target: "mx"}, noops(50)...)
	m := shownModel(t, 120, 40)
	m.o.Saved = store
	live := m.transcript.selected()
	strike(m, tea.KeyF5, tea.KeyEnter)
	click := func(x, y int) {
		m.Update(tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	}
	if click(10, 6); m.saved.transcript.selected() != 4 || m.transcript.selected() != live {
		t.Errorf("entry %d is selected", m.saved.transcript.selected())
	}
	if click(110, 6); m.saved.focus != focusInspector {
		t.Error("a click does not lead to the other pane")
	}
	if click(10, 37); m.saved.focus == focusPrompt {
		t.Error("a click leads to a prompt that is not there")
	}
	m.Update(tea.MouseMsg{X: 10, Y: 6, Button: tea.MouseButtonWheelDown})
	if first := m.saved.transcript.window()[0]; first != (spot{3, 0}) {
		t.Errorf("the wheel leads to %v", first)
	}
}

// TestSavedBad: what is wrong with a file is said, and what is good of it shown.
func TestSavedBad(t *testing.T) {
	const start = 30 // octets of the header that are left
	tests := []struct {
		name   string
		change func(string) string
		events int    // that are shown; -1 where nothing opens
		said   string // part of it
	}{
		{"whole", func(s string) string { return s }, 42, "no message sent"},
		{"no summary", unended, 42, "no message sent"},
		{"torn at the end", func(s string) string { return s[:len(unended(s))-9] }, 41, "is torn"},
		{"torn within", func(s string) string { return strings.Replace(s, `"NOOP 3"`, `"NO`, 1) }, 41, "is torn"},
		{"out of order", func(s string) string { return strings.ReplaceAll(s, `"seq":1`, `"seq":900`) }, 42, "no message sent"},
		{"of nothing", func(string) string { return "" }, -1, "it is gone"},
		{"foreign", func(string) string { return "\x1b[2J\n" }, -1, "nothing of it can be shown"},
		{"half a header", func(s string) string { return s[:start] }, -1, "nothing of it can be shown"},
		{"newer", func(s string) string { return strings.Replace(s, "session/1", "session/9", 1) }, -1, "nothing of it can be shown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := savedStore(t)
			id := keep(t, store, history.Header{Start: someday, Target: "mx"}, noops(20)...)
			m := browsing(t, store, 80, 24)
			rewrite(t, store, id, tt.change)
			strike(m, tea.KeyEnter)
			view := screenOf(t, m)
			if !strings.Contains(strings.Join(strings.Fields(view), " "), tt.said) {
				t.Errorf("%q is not said:\n%s", tt.said, view)
			}
			got := -1
			if m.saved != nil {
				got = m.saved.transcript.events.len()
			}
			if got != tt.events {
				t.Errorf("%d events are shown, want %d", got, tt.events)
			}
			strike(m, tea.KeyDown, tea.KeyEnd, tea.KeyUp, tea.KeyEnter, tea.KeyPgUp) // none of it fails
			screenOf(t, m)
		})
	}
}

// TestSavedGone: a session that another program deleted leaves the list.
func TestSavedGone(t *testing.T) {
	store := savedStore(t)
	keep(t, store, history.Header{Start: someday, Target: "old"}, noops(1)...)
	id := keep(t, store, history.Header{Start: someday.Add(time.Hour), Target: "new"}, noops(1)...)
	m := browsing(t, store, 80, 24)
	if err := store.Remove(id); err != nil {
		t.Fatal(err)
	}
	strike(m, tea.KeyEnter)
	b := m.overlay.(*browser)
	if m.saved != nil || len(b.all) != 1 || b.selected().Target != "old" || !strings.Contains(b.note, "gone") {
		t.Errorf("%d in the list, %q", len(b.all), b.note)
	}
}

// TestSavedRecording: of a session that goes on, what is there is shown, and said.
func TestSavedRecording(t *testing.T) {
	store := savedStore(t)
	rec, err := store.Create(history.Header{Start: someday, Target: "mx"})
	if err != nil {
		t.Fatal(err)
	}
	log := history.NewLog(rec, nil)
	defer log.Close()
	for _, ev := range noops(2) {
		log.Append(ev)
	}
	m := browsing(t, store, 80, 24)
	strike(m, tea.KeyEnter)
	if m.saved == nil || m.saved.transcript.events.len() != 6 || !strings.Contains(m.saved.about(), "what it had") {
		t.Errorf("not shown, or not said:\n%s", screenOf(t, m))
	}
}

// TestNotRecorded: without a record of its own the program shows, exports and
// replays what others recorded.
func TestNotRecorded(t *testing.T) {
	store := savedStore(t)
	keep(t, store, history.Header{Start: someday, Target: "practice"}, noops(1)...)
	c := console.New(console.Options{})
	t.Cleanup(func() { c.Close() })
	m := testModel(t, Options{Console: c, Saved: store}, 80, 24)
	strike(m, tea.KeyF5)
	b := m.overlay.(*browser)
	path := t.TempDir() + "/out.txt"
	f := history.ExportFormats()[0]
	if msg := exportSession(b.store, b.selectedID(), f, path)().(storeMsg); msg.err != nil {
		t.Error(msg.err)
	}
	if out, err := os.ReadFile(path); err != nil || !bytes.Contains(out, []byte("NOOP 0")) {
		t.Errorf("exported %q, %v", out, err)
	}
	target, err := console.ParseTarget("practice")
	if err != nil {
		t.Fatal(err)
	}
	msg := b.rerun(c, target, b.selectedID())().(replayMsg)
	if msg.err != nil || len(msg.rerun.Steps()) != 2 || msg.session.Record != "" {
		t.Errorf("%+v", msg)
	}
	if err := msg.session.Close(); err != nil {
		t.Error(err)
	}
}
