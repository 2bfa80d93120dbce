package tui

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
)

// TestBrowserFills: the table shows what is read of a store that has to be read
// event by event, Esc leaves at once, and ends the reading.
func TestBrowserFills(t *testing.T) {
	store := savedStore(t)
	for _, id := range hours(t, store, 3*listStep) {
		rewrite(t, store, id, unended)
	}
	m := browsing(t, store, 80, 24)
	b := table(t, m)
	if n := len(b.all); n != 3*listStep || b.reading() || b.octets == 0 {
		t.Fatalf("%d sessions, %d octets", n, b.octets)
	}

	_, cmd := m.Update(tea.KeyMsg{Type: tea.KeyEsc})
	pump(m, cmd)
	m.Update(tea.KeyMsg{Type: tea.KeyF5})
	b = table(t, m)
	if !strings.Contains(screenOf(t, m), "reading …") {
		t.Error("the table does not show before anything is read")
	}
	l, err := store.Listing()
	if err != nil {
		t.Fatal(err)
	}
	some, err := l.Read(t.Context(), listStep)
	if err != nil {
		t.Fatal(err)
	}
	_, cmd = m.Update(listedMsg{browser: b, listing: l, list: some, total: l.Len(), left: l.Left()})
	if want := fmt.Sprintf("%d of %d read", listStep, 3*listStep); !strings.Contains(screenOf(t, m), want) || len(b.shown) != listStep {
		t.Errorf("no %q in\n%s", want, screenOf(t, m))
	}
	typeLine(m, "mx191") // a letter filters what is there
	if len(b.shown) != 1 {
		t.Errorf("%d fit", len(b.shown))
	}
	m.Update(tea.KeyMsg{Type: tea.KeyEsc})
	if pump(m, cmd); m.overlay != nil || len(b.all) != listStep {
		t.Errorf("%d were read after Esc", len(b.all))
	}
}

// TestBrowserLate: sessions that are read last find their place, and the cursor
// stays on its row.
func TestBrowserLate(t *testing.T) {
	b := browserAt(someSessions())
	late := history.Summary{ID: "20260102T150330Z-0001", Target: "late"}
	b.move(2)
	was := b.selectedID()
	b.add([]history.Summary{late})
	if len(b.shown) != 5 || b.all[2] != late || b.selectedID() != was {
		t.Errorf("on %s of %+v", b.selectedID(), b.all)
	}
	b.add([]history.Summary{{ID: "20250102T150330Z-0001"}, {ID: "20250102T150329Z-0001"}})
	b.drop(late.ID, "20250102T150330Z-0001")
	if len(b.all) != 5 || b.all[4].ID != "20250102T150329Z-0001" || b.selectedID() != was {
		t.Errorf("on %s of %+v", b.selectedID(), b.all)
	}
}

// TestBrowserTrouble: what cannot be listed, filtered or found is said, and no
// key fails.
func TestBrowserTrouble(t *testing.T) {
	empty, file := savedStore(t), savedStore(t)
	if err := os.WriteFile(filepath.Join(file.Dir(), "sessions"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	full := savedStore(t)
	hours(t, full, 2)
	tests := []struct {
		name  string
		store *history.Store
		do    func(*Model)
		said  string
	}{
		{"empty", empty, func(*Model) {}, "no session is saved yet"},
		{"no directory", file, func(*Model) {}, "the directory must be yours"},
		{"not listed", file, func(m *Model) { strike(m, tea.KeyF3); typeLine(m, "x"); strike(m, tea.KeyEnter) }, "the directory must be yours"},
		{"filtered", full, func(m *Model) { typeLine(m, "nowhere") }, "nothing fits the filter"},
		{"wrong", full, func(m *Model) { typeLine(m, "exit:abc") }, "write an exit code"},
		{"wrong still", full, func(m *Model) { typeLine(m, "exit:abc"); strike(m, tea.KeyDown) }, "write an exit code"},
		{"mended", full, func(m *Model) { typeLine(m, "exit:abc"); strike(m, tea.KeyCtrlU) }, "2 sessions"},
		{"not found", full, func(m *Model) { strike(m, tea.KeyF3); typeLine(m, "nowhere"); strike(m, tea.KeyEnter) }, "no session has it"},
		{"nothing sought", full, func(m *Model) { strike(m, tea.KeyF3, tea.KeyEnter) }, "2 sessions"},
		{"a broken one", full, func(m *Model) {
			rewrite(t, full, table(t, m).selectedID(), func(string) string { return "\n" })
			strike(m, tea.KeyF3)
			typeLine(m, "NOOP")
			strike(m, tea.KeyEnter)
		}, "1 session could not be searched"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := browsing(t, tt.store, 80, 24)
			tt.do(m)
			if view := strings.Join(strings.Fields(screenOf(t, m)), " "); !strings.Contains(view, tt.said) {
				t.Errorf("%q is not said:\n%s", tt.said, m.View())
			}
			strike(m, tea.KeyCtrlDown, tea.KeyEnd, tea.KeyPgUp, tea.KeyCtrlZ, tea.KeyF1, tea.KeyEsc)
			screenOf(t, m)
		})
	}
}

// TestBrowserPrunes: what the settings do not keep is deleted when the table
// opens, and said; without settings nothing is.
func TestBrowserPrunes(t *testing.T) {
	store := savedStore(t)
	ids := hours(t, store, 3)
	m := browsing(t, store, 80, 24)
	if len(table(t, m).all) != 3 {
		t.Fatal("something was deleted that nobody asked for")
	}
	strike(m, tea.KeyEsc)
	m.o.Limits = func(time.Time) history.Limits { return history.Limits{Before: someday.Add(90 * time.Minute)} }
	strike(m, tea.KeyF5)
	b := table(t, m)
	if len(b.all) != 1 || b.selectedID() != ids[2] || !strings.Contains(b.note, "2 sessions deleted for good") {
		t.Errorf("%d are left: %s", len(b.all), b.note)
	}
}

// TestRecentTargets: the start screen names targets, also where a file of the
// store has none.
func TestRecentTargets(t *testing.T) {
	store := savedStore(t)
	ids := hours(t, store, 2)
	rewrite(t, store, ids[1], func(string) string { return "\n" })
	m := testModel(t, Options{Saved: store}, 80, 24)
	m.Update(recentSessions(context.Background(), store)())
	if n := len(m.start.recent); n != 1 || m.start.recent[0].Target != "mx0.example.org" {
		t.Errorf("%d targets: %+v", n, m.start.recent)
	}
}
