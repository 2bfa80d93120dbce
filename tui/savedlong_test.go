package tui

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// TestSavedLong: the screen shows a beginning before all is read, stays there
// while more comes, and an early Esc ends the reading.
func TestSavedLong(t *testing.T) {
	store := savedStore(t)
	keep(t, store, history.Header{Start: someday, Target: "mx"}, noops(3000)...)
	m := browsing(t, store, 80, 24)
	_, cmd := m.Update(tea.KeyMsg{Type: tea.KeyEnter})
	_, cmd = m.Update(cmd())
	commands := cmd().(tea.BatchMsg)
	v := m.saved
	half := noops(1500)
	for i := range half {
		half[i].Seq = i + 1
	}
	m.Update(eventsMsg{log: v.log, events: half[:500]})
	m.Update(eventsMsg{log: v.log, events: half[500:]})
	if view := screenOf(t, m); !strings.Contains(view, "reading, 3,002 events so far") || !strings.Contains(view, "connected  mx") || strings.Contains(view, "new below") {
		t.Errorf("no beginning:\n%s", view)
	}
	strike(m, tea.KeyEsc)
	if msg := commands[0](); msg != nil {
		t.Errorf("the reading went on to %v", msg)
	}
	if m.Update(commands[1]()); m.saved != nil {
		t.Error("it came back")
	}
}

// TestSavedAtHit: what was searched for is where the session opens, however far
// it is from its beginning.
func TestSavedAtHit(t *testing.T) {
	store := savedStore(t)
	events := noops(2000)
	events[2401].Text = "250 the needle"
	keep(t, store, history.Header{Start: someday, Target: "mx"}, events...)
	m := browsing(t, store, 120, 40)
	strike(m, tea.KeyF3)
	typeLine(m, "NEEDLE")
	strike(m, tea.KeyEnter)
	b := m.overlay.(*browser)
	if view := screenOf(t, m); len(b.shown) != 1 || strings.Count(view, "the needle") != 2 || !strings.Contains(view, "▸ S") {
		t.Errorf("the hit is not beside the table:\n%s", view)
	}
	strike(m, tea.KeyEnter)
	if view := screenOf(t, m); !m.saved.searching || !strings.Contains(view, "the needle") || !strings.Contains(view, "1 of 1") {
		t.Errorf("it does not open at the hit:\n%s", view)
	}
	strike(m, tea.KeyEsc, tea.KeyEsc, tea.KeyF3)
	if b.hits != nil || m.overlay != overlay(b) {
		t.Error("F3 does not show all again")
	}
}

// BenchmarkOpenSaved100000 is from Enter to the first screen of a long session.
func BenchmarkOpenSaved100000(b *testing.B) {
	store := savedStore(b)
	keep(b, store, history.Header{Start: someday, Target: "mx"}, noops(50_000)...)
	for b.Loop() {
		m := browsing(b, store, 120, 40)
		_, cmd := m.Update(tea.KeyMsg{Type: tea.KeyEnter})
		_, cmd = m.Update(cmd())
		commands := cmd().(tea.BatchMsg)
		done := make(chan tea.Msg)
		go func() { done <- commands[0]() }()
		m.Update(commands[1]())
		if !strings.Contains(m.View(), "connected") {
			b.Fatal("no first screen")
		}
		m.saved.stop()
		<-done
	}
}

// TestSavedMessage: the octets of a message are shown, small or kept beside the
// record; where there are none it is said.
func TestSavedMessage(t *testing.T) {
	store := savedStore(t)
	rec, err := store.Create(history.Header{Start: someday, Target: "mx"})
	if err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("a line of a large message\r\n", 5000)
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(large)))
	kept, err := rec.KeepBody()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kept.Write([]byte(large)); err != nil {
		t.Fatal(err)
	}
	if err := kept.Commit(sum); err != nil {
		t.Fatal(err)
	}
	log := history.NewLog(rec, nil)
	small := "Subject: small\r\n\r\n.dot\r\n"
	for _, ev := range []protocol.Event{
		{Kind: protocol.KindConnect, Text: "mx"},
		{Kind: protocol.KindBody, Text: small, Size: int64(len(small))},
		{Kind: protocol.KindBody, Size: int64(len(large)), SHA256: sum},
		{Kind: protocol.KindBody, Size: 9, SHA256: strings.Repeat("0", 64)},
	} {
		log.Append(ev)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	m := browsing(t, store, 80, 24)
	strike(m, tea.KeyEnter, tea.KeyF9)
	if m.overlay != nil || !strings.Contains(m.status, "no message") {
		t.Errorf("a message of a connection: %s", m.status)
	}
	for _, want := range []string{"..dot", "5,001 lines"} {
		strike(m, tea.KeyDown, tea.KeyF9)
		if view := screenOf(t, m); m.overlay == nil || !strings.Contains(view, want) {
			t.Errorf("no %q in\n%s", want, view)
		}
		strike(m, tea.KeyEnd, tea.KeyPgUp, tea.KeyF9)
		if m.overlay != nil {
			t.Error("F9 does not close it")
		}
	}
	strike(m, tea.KeyDown, tea.KeyF9)
	if m.overlay != nil || !m.trouble {
		t.Errorf("a message that is not there: %s", m.status)
	}
	strike(m, tea.KeyCtrlE, tea.KeyF9) // nothing is selected
	screenOf(t, m)
}
