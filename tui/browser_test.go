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
	"github.com/charmbracelet/x/exp/golden"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// someSessions are summaries of every kind.
func someSessions() []history.Summary {
	at := func(minute int) time.Time { return time.Date(2026, 1, 2, 15, minute, 0, 0, time.Local) }
	return []history.Summary{
		{ID: "20260102T150500Z-0001", Start: at(5), End: at(6), Target: "mx.example.org:25", TLS: "TLS 1.3", Steps: 7, Outcome: "1 of 2 recipients accepted, message accepted: queued", Label: "ticket 7"},
		{ID: "20260102T150400Z-0001", Start: at(4), End: at(4), Target: "practice", Steps: 0, Outcome: "no message sent"},
		{ID: "20260102T150300Z-0001", Start: at(3), Target: "a-very-long-name.of.a.host.example.net:587", Steps: 123, Outcome: "refused at MAIL: 550 \x1b[31m", Exit: 23},
		{ID: "20260102T150200Z-0001", Problem: "line 1: this is not a session record"},
	}
}

func browserAt(list []history.Summary) *browser {
	b := newBrowser(context.Background(), monochrome(), func() time.Time { return someday }, history.Open(""))
	b.listed, b.octets = true, 43_000_000
	b.add(list)
	return b
}

func TestBrowserView(t *testing.T) {
	preview := []protocol.Event{{Kind: protocol.KindClient, Text: "EHLO client"}, {Kind: protocol.KindServer, Text: "250 \x1b[2Jmx"}}
	for _, tt := range []struct {
		name string
		w, h int
		list []history.Summary
	}{{"some-60x16", 60, 13, someSessions()}, {"some-80x24", 80, 21, someSessions()}, {"some-120x40", 120, 37, someSessions()}, {"none-80x24", 80, 21, nil}} {
		t.Run(tt.name, func(t *testing.T) {
			b := browserAt(tt.list)
			b.setWidth(tt.w)
			b.show()
			previewMsg{b, previewed{id: "20260102T150500Z-0001"}, preview}.tell(nil)
			frame := b.view(rect{w: tt.w, h: tt.h})
			checkFrame(t, frame, tt.w, tt.h)
			golden.RequireEqual(t, []byte(frame+"\n"))
		})
	}
}

// TestBrowserFilter: letters filter, and no key of a letter acts.
func TestBrowserFilter(t *testing.T) {
	b := browserAt(someSessions())
	for _, r := range "ticket" {
		if taken, done := b.handleKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}); taken != nil || done {
			t.Fatalf("%q did something", r)
		}
	}
	if len(b.shown) != 1 || b.selected().Label != "ticket 7" {
		t.Errorf("%d are shown", len(b.shown))
	}
	b.filter.SetValue("exit:23")
	if b.match(""); len(b.shown) != 1 || b.selected().Exit != 23 {
		t.Errorf("%d are shown", len(b.shown))
	}
	b.filter.SetValue("nothing at all like that")
	b.match("")
	for _, k := range []tea.KeyType{tea.KeyEnter, tea.KeyF2, tea.KeyF4, tea.KeyF6, tea.KeyF7, tea.KeyF8, tea.KeyUp, tea.KeyDown} {
		if taken, _ := b.handleKey(tea.KeyMsg{Type: k}); taken != nil {
			t.Errorf("%v acts on no session", k)
		}
	}
	checkFrame(t, b.view(rect{w: 80, h: 21}), 80, 21)
}

// TestJourneySessions records two sessions, labels, compares, deletes and
// brings back, exports, and runs one again.
func TestJourneySessions(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCED")
	j.line("QUIT")
	j.see("F7 connects again")
	j.key(tea.KeyF7)
	j.see("greeted")
	for _, step := range [][2]string{{"EHLO client.example.org", "ENHANCED"}, {"MAIL FROM:<ann@example.org>", "2.1.0"}, {"RCPT TO:<unknown@example.test>", "550"}, {"QUIT", "F7 connects again"}} {
		j.line(step[0])
		j.see(step[1])
	}
	j.key(tea.KeyF5)
	j.see("2 sessions")
	j.key(tea.KeyF2)
	j.see("A label for")
	j.line("mine")
	j.see("[mine]")
	j.key(tea.KeyF6)
	j.see("marked")
	j.key(tea.KeyDown)
	j.key(tea.KeyF6)
	j.see("differ")
	j.key(tea.KeyEsc)
	j.see("Saved sessions")
	j.key(tea.KeyF8)
	j.see("1 session ")
	j.key(tea.KeyCtrlZ)
	j.see("2 sessions")
	path := filepath.Join(t.TempDir(), "out.md")
	j.key(tea.KeyF4)
	j.see("Export the session")
	j.line("markdown")
	j.see("the directory above")
	j.line(path)
	j.see("exported to")
	if b, err := os.ReadFile(path); err != nil || !strings.Contains(string(b), "EHLO client.example.org") {
		t.Errorf("exported %q, %v", b, err)
	}
	j.key(tea.KeyF7)
	j.see("Run it again on")
	j.key(tea.KeyEnter)
	j.see("As it was")
	j.key(tea.KeyF10)
	j.see("all steps are done")
	j.key(tea.KeyEsc)
	j.see("the replay is over")
	if rec := j.record(); strings.Count(rec, `"original":"`) == 0 {
		t.Error("the new run does not name its original")
	}
}

// TestSideTable: marks say what colours say, and the next difference is found.
func TestSideTable(t *testing.T) {
	steps := make([]history.Step, 40)
	for i := range steps {
		steps[i] = history.Step{Kind: history.StepCommand, Line: fmt.Sprintf("NOOP %d", i), Replies: []protocol.Reply{{Code: 250, Lines: []string{"ok"}}}}
	}
	other := append([]history.Step(nil), steps...)
	other[30].Replies = []protocol.Reply{{Code: 550, Lines: []string{"no \x1b[0m"}}}
	what := compared{title: "a  |  b", first: steps, second: other, o: history.CompareOptions{By: history.ByCode}}
	c := newComparison(monochrome(), what.again().(comparedMsg).compared, nil)
	if c.at != 30 {
		t.Errorf("it opens at %d, and 30 differs", c.at)
	}
	frame := c.view(rect{w: 80, h: 21})
	checkFrame(t, frame, 80, 21)
	if !strings.Contains(frame, "≠") || !strings.Contains(frame, "550") || !strings.Contains(frame, "code") {
		t.Errorf("the difference is not to be seen:\n%s", frame)
	}
	for _, k := range []tea.KeyType{tea.KeyTab, tea.KeyShiftTab, tea.KeyPgDown, tea.KeyPgUp, tea.KeyDown, tea.KeyUp} {
		if taken, done := c.handleKey(tea.KeyMsg{Type: k}); taken != nil || done {
			t.Errorf("%v did something", k)
		}
	}
	if taken, done := c.handleKey(tea.KeyMsg{Type: tea.KeyEsc}); taken != nil || !done {
		t.Error("Esc does not close it")
	}
}

// TestCompareOtherwise: F2 and F4 say what counts, and the row stays where it is.
func TestCompareOtherwise(t *testing.T) {
	step := func(text string, took time.Duration) []history.Step {
		return []history.Step{{Kind: history.StepCommand, Line: "NOOP", Took: took, Replies: []protocol.Reply{{Code: 250, Lines: []string{text}}}}}
	}
	m := testModel(t, Options{}, 80, 24)
	m.overlay = newBrowser(t.Context(), m.st, m.now, savedStore(t))
	back := m.overlay
	what := compared{first: step("one", 20*time.Millisecond), second: step("two", 90*time.Millisecond), o: history.CompareOptions{By: history.ByCode}}
	m.Update(what.again())
	for _, c := range []struct {
		key  tea.KeyType
		by   history.By
		time float64
		all  int
	}{
		{tea.KeyF4, history.ByCode, 2, 1},
		{tea.KeyF2, history.ByText, 2, 2},
		{tea.KeyF4, history.ByText, 5, 1},
		{tea.KeyF2, history.ByClass, 5, 0},
		{tea.KeyF4, history.ByClass, 10, 0},
		{tea.KeyF4, history.ByClass, 0, 0},
		{tea.KeyF2, history.ByCode, 0, 0},
	} {
		strike(m, c.key)
		now := m.overlay.(*comparison)
		n := 0
		for _, row := range now.rows {
			n += len(row.differences)
		}
		if now.o.By != c.by || now.o.Timing != c.time || n != c.all || now.back != back {
			t.Errorf("%v: %+v, %d differences", c.key, now.o, n)
		}
		screenOf(t, m)
	}
}
