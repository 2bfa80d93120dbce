package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// hours are n sessions an hour apart; the newest has the highest number.
func hours(t testing.TB, store *history.Store, n int) []string {
	t.Helper()
	var ids []string
	for i := range n {
		h := history.Header{Start: someday.Add(time.Duration(i) * time.Hour), Target: fmt.Sprintf("mx%d.example.org", i)}
		ids = append(ids, keep(t, store, h, noops(1)...))
	}
	return ids
}

// table is the browser on the screen.
func table(t testing.TB, m *Model) *browser {
	t.Helper()
	b, ok := m.overlay.(*browser)
	if !ok {
		t.Fatalf("there is no table, but %T", m.overlay)
	}
	return b
}

// TestBrowserDetail pins what is said of a session under the table: its note in
// full, what it runs again, where a search found it.
func TestBrowserDetail(t *testing.T) {
	for _, s := range sizes {
		t.Run(fmt.Sprintf("%dx%d", s.w, s.h), func(t *testing.T) {
			list := someSessions()
			list[0].Original = list[1].ID
			list[0].Note = strings.Repeat("a long note ", 12) + "\nand a second line \x1b[31m"
			b := browserAt(list)
			b.setWidth(s.w)
			b.marked = list[0].ID
			hit := history.Hit{ID: list[0].ID, Event: protocol.Event{Seq: 1}, Line: "S: 250 \x1b[2Jmx"}
			foundMsg{b, "mx", map[string]history.Hit{hit.ID: hit}, 1, nil}.tell(nil)
			frame := b.view(rect{w: s.w, h: s.h - 3})
			checkFrame(t, frame, s.w, s.h-3)
			golden.RequireEqual(t, []byte(frame+"\n"))
		})
	}
}

// TestBrowserNote: a note is written over several lines, found by the filter,
// and a second Esc is needed to lose what was typed.
func TestBrowserNote(t *testing.T) {
	store := savedStore(t)
	ids := hours(t, store, 2)
	m := browsing(t, store, 80, 24)
	strike(m, tea.KeyF9)
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("first q\r\nsecond"), Paste: true})
	strike(m, tea.KeyEnter)
	typeLine(m, "third")
	checkFrame(t, m.overlay.view(rect{w: 80, h: 21}), 80, 21)
	strike(m, tea.KeyEsc)
	if _, ok := m.overlay.(*noteBox); !ok {
		t.Fatal("one Esc lost the note")
	}
	strike(m, tea.KeyF10)
	b := table(t, m)
	if l, err := store.Label(ids[1]); err != nil || l.Note != "first q\nsecond\nthird" || b.selected().Note != l.Note {
		t.Errorf("%q, %v; the table has %q", l.Note, err, b.selected().Note)
	}
	typeLine(m, "note:third")
	if len(b.shown) != 1 {
		t.Errorf("%d have the note", len(b.shown))
	}
	strike(m, tea.KeyF9)
	typeLine(m, "!")
	strike(m, tea.KeyEsc, tea.KeyEsc)
	if l, err := store.Label(ids[1]); err != nil || strings.Contains(l.Note, "!") || table(t, m) != b {
		t.Errorf("%q, %v", l.Note, err)
	}
	strike(m, tea.KeyF2)
	typeLine(m, "mine")
	strike(m, tea.KeyEnter)
	if l, err := store.Label(ids[1]); err != nil || l.Label != "mine" || l.Note == "" {
		t.Errorf("the label took the note away: %+v, %v", l, err)
	}
}

// TestNoteView pins the box a note is written in.
func TestNoteView(t *testing.T) {
	box := newNoteBox(monochrome(), "A note on the session of 2026-01-02 15:05 mx\x1b", "first\nsecond \x1b[31m", nil)
	for name, tell := range map[string]func(){
		"new": func() {}, "sure": func() { box.sure = true }, "not-kept": func() { box.sure, box.trouble = false, "the disk is full" },
	} {
		t.Run(name, func(t *testing.T) {
			box.sure, box.trouble = false, ""
			tell()
			frame := box.view(rect{w: 60, h: 8})
			checkFrame(t, frame, 60, 8)
			golden.RequireEqual(t, []byte(frame+"\n"))
		})
	}
}

// TestBrowserNoteNotKept: a note that the disk does not take is not lost.
func TestBrowserNoteNotKept(t *testing.T) {
	store := savedStore(t)
	id := hours(t, store, 1)[0]
	if err := os.MkdirAll(filepath.Join(strings.TrimSuffix(store.Path(id), ".jsonl")+".label", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	m := browsing(t, store, 80, 24)
	strike(m, tea.KeyF9)
	typeLine(m, "worth keeping")
	strike(m, tea.KeyF10)
	if box, ok := m.overlay.(*noteBox); !ok || box.trouble == "" || !strings.Contains(screenOf(t, m), "worth keeping") {
		t.Fatalf("it is lost:\n%s", screenOf(t, m))
	}
	strike(m, tea.KeyEsc, tea.KeyEsc)
	table(t, m)
}

// TestBrowserBrokenLabel: where the old label cannot be read a new one goes.
func TestBrowserBrokenLabel(t *testing.T) {
	store := savedStore(t)
	id := hours(t, store, 1)[0]
	if err := os.WriteFile(strings.TrimSuffix(store.Path(id), ".jsonl")+".label", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := browsing(t, store, 80, 24)
	strike(m, tea.KeyF2)
	typeLine(m, "mine")
	strike(m, tea.KeyEnter)
	if b := table(t, m); b.selected().Label != "mine" {
		t.Errorf("%+v, %s", b.selected(), b.note)
	}
}

// TestBrowserMark: F6 marks, F6 on the mark takes it away, F6 elsewhere compares
// and names both.
func TestBrowserMark(t *testing.T) {
	store := savedStore(t)
	ids := hours(t, store, 3)
	if err := store.SetLabel(ids[1], history.Label{Label: "good"}); err != nil {
		t.Fatal(err)
	}
	m := browsing(t, store, 80, 24)
	b := table(t, m)
	if strike(m, tea.KeyF6); b.marked != ids[2] || !strings.Contains(screenOf(t, m), "*▸ ") {
		t.Errorf("marked %q", b.marked)
	}
	if strike(m, tea.KeyF6); b.marked != "" || strings.Contains(screenOf(t, m), "*") {
		t.Errorf("marked %q at the second stroke", b.marked)
	}
	strike(m, tea.KeyF6, tea.KeyDown, tea.KeyF6)
	c, ok := m.overlay.(*comparison)
	if want := "2026-01-02 17:04:05 mx2.example.org  |  2026-01-02 16:04:05 mx1.example.org [good]"; !ok || c.title != want {
		t.Fatalf("%+v", m.overlay)
	}
	if strike(m, tea.KeyEsc); table(t, m) != b || b.marked != "" {
		t.Error("the table does not come back without a mark")
	}
}

// TestBrowserChanges: what is deleted leaves the list, what is brought back
// stands where it was; nothing is read anew.
func TestBrowserChanges(t *testing.T) {
	store := savedStore(t)
	ids := hours(t, store, 4)
	m := browsing(t, store, 80, 24)
	b := table(t, m)
	strike(m, tea.KeyDown, tea.KeyF8, tea.KeyF8)
	if len(b.all) != 2 || b.selectedID() != ids[0] {
		t.Fatalf("%d are left, on %s", len(b.all), b.selectedID())
	}
	strike(m, tea.KeyCtrlZ)
	if len(b.all) != 3 || b.selectedID() != ids[1] || b.known(ids[3]).ID != b.all[0].ID {
		t.Errorf("%d are there, on %s", len(b.all), b.selectedID())
	}
	strike(m, tea.KeyCtrlZ, tea.KeyCtrlZ)
	if len(b.all) != 4 || b.selectedID() != ids[2] || !strings.Contains(b.note, "nothing was deleted") {
		t.Errorf("%d are there, on %s: %s", len(b.all), b.selectedID(), b.note)
	}
}

// TestBrowserBack: whoever goes no further is back in the table.
func TestBrowserBack(t *testing.T) {
	store := savedStore(t)
	hours(t, store, 1)
	m := shownModel(t, 80, 24)
	m.o.Saved = store
	strike(m, tea.KeyF5)
	b := table(t, m)
	for name, way := range map[string]func(){
		"label":          func() { strike(m, tea.KeyF2, tea.KeyEsc) },
		"note":           func() { strike(m, tea.KeyF9, tea.KeyEsc) },
		"search":         func() { strike(m, tea.KeyF3, tea.KeyEsc) },
		"format":         func() { strike(m, tea.KeyF4, tea.KeyEsc) },
		"file":           func() { strike(m, tea.KeyF4, tea.KeyEnter, tea.KeyEsc) },
		"target":         func() { strike(m, tea.KeyF7, tea.KeyEsc) },
		"no target":      func() { strike(m, tea.KeyF7, tea.KeyCtrlU, tea.KeyEnter) },
		"stay":           func() { strike(m, tea.KeyF7, tea.KeyEnter, tea.KeyEnter) },
		"leave the list": func() { strike(m, tea.KeyF7, tea.KeyEnter, tea.KeyEsc) },
		"help":           func() { strike(m, tea.KeyF1, tea.KeyEsc) },
	} {
		if way(); m.overlay != overlay(b) {
			t.Errorf("%s: it leads to %T", name, m.overlay)
			m.overlay = b
		}
	}
}

// TestBrowserPreview: what was said stands beside the table, scrolls by key and
// wheel, and what comes late for another row is dropped.
func TestBrowserPreview(t *testing.T) {
	store := savedStore(t)
	keep(t, store, history.Header{Start: someday, Target: "old"}, noops(300)...)
	keep(t, store, history.Header{Start: someday.Add(time.Hour), Target: "new"}, noops(1)...)
	m := browsing(t, store, 120, 40)
	b := table(t, m)
	newer := b.has
	strike(m, tea.KeyDown)
	if view := screenOf(t, m); !strings.Contains(view, "NOOP 5") || strings.Contains(view, "new below") || b.shownBeside.events.len() != previewEvents {
		t.Errorf("%d events:\n%s", b.shownBeside.events.len(), view)
	}
	m.Update(previewMsg{browser: b, part: newer})
	if b.has == newer {
		t.Error("what was asked for before took the place of what is selected")
	}
	first := func() spot { return b.shownBeside.window()[0] }
	strike(m, tea.KeyCtrlDown)
	if first() != (spot{previewStep, 0}) || b.at != 1 {
		t.Errorf("the first row is %v", first())
	}
	strike(m, tea.KeyShiftUp)
	wheel := func(x int) { m.Update(tea.MouseMsg{X: x, Y: 10, Button: tea.MouseButtonWheelDown}) }
	if wheel(110); first() != (spot{3, 0}) {
		t.Errorf("the wheel leads to %v", first())
	}
	if strike(m, tea.KeyHome); b.at != 0 {
		t.Errorf("the cursor is on %d", b.at)
	}
	if wheel(10); b.at != 1 {
		t.Errorf("over the table the wheel leads to row %d", b.at)
	}
}

// TestJourneyRead: the record of the session that goes on is read while it does,
// and the connection is there afterwards.
func TestJourneyRead(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCED")
	j.key(tea.KeyF5)
	j.see("1 session ")
	j.key(tea.KeyEnter)
	j.see("(saved)")
	j.key(tea.KeyEsc)
	j.see("Saved sessions")
	j.key(tea.KeyEsc)
	j.line("NOOP still there")
	j.see("250 2.0.0")
	j.key(tea.KeyF5)
	j.see("3 00:")
}
