package tui

import (
	"bufio"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// TestSideKeyRows: the keys under two sessions side by side name Esc on every
// screen, and none is cut.
func TestSideKeyRows(t *testing.T) {
	st := monochrome()
	for _, w := range []int{minWidth, 60, 80, 100, 120} {
		for name, v := range map[string]*replayView{"ready": {}, "busy": {busy: true}, "over": {over: true}} {
			v.st = st
			if row := v.keyRow(w); !strings.Contains(row, "Esc") || strings.Contains(row, "…") || ansi.StringWidth(row) > w {
				t.Errorf("%s at %d: %q", name, w, row)
			}
		}
		c := newComparison(st, compared{}, nil)
		rows := strings.Split(c.view(rect{w: w, h: 13}), "\n")
		if row := rows[len(rows)-1]; !strings.Contains(row, "Esc back") || strings.Contains(row, "…") {
			t.Errorf("comparison at %d: %q", w, row)
		}
	}
}

// TestPaneKeyRows: in each pane beside the prompt the keys that work there are
// named, and Esc first of them.
func TestPaneKeyRows(t *testing.T) {
	m := testModel(t, Options{}, 80, 24)
	m.start = nil
	for _, f := range []focus{focusTranscript, focusInspector} {
		m.setFocus(f)
		row := m.keyRow()
		if !strings.HasPrefix(strings.TrimSpace(row), "Esc") || strings.Contains(row, "Enter") != (f == focusTranscript) {
			t.Errorf("focus %v: %q", f, row)
		}
		strike(m, tea.KeyEsc)
		if m.focus != focusPrompt {
			t.Errorf("Esc leaves the focus at %v", m.focus)
		}
	}
}

// TestSideReplies: a message over LMTP has a reply for each recipient, and all of
// their codes are seen (RFC 2033 §4.2).
func TestSideReplies(t *testing.T) {
	table := sideTable{st: monochrome()}
	step := &history.Step{Replies: []protocol.Reply{{Code: 250, Lines: []string{"one"}}, {Code: 452, Lines: []string{"two"}}}}
	if got := table.answer(step); !strings.Contains(got, "✓ 250") || !strings.Contains(got, "! 452 two") {
		t.Errorf("%q", got)
	}
}

// TestLabelTaken: what is said of an empty label is true.
func TestLabelTaken(t *testing.T) {
	store := savedStore(t)
	hours(t, store, 1)
	m := browsing(t, store, 80, 24)
	for text, want := range map[string]string{"mine": "labelled", "": "it has no label now"} {
		strike(m, tea.KeyF2, tea.KeyCtrlU)
		typeLine(m, text)
		strike(m, tea.KeyEnter)
		if b := table(t, m); b.note != want {
			t.Errorf("%q: %q", text, b.note)
		}
	}
}

// TestReplayWaits: while a reply is waited for, and when all is done, the keys
// that do nothing are not named.
func TestReplayWaits(t *testing.T) {
	for _, v := range []*replayView{{busy: true}, {over: true}} {
		for _, b := range v.bindings() {
			if k := b.Keys()[0]; k == "enter" || k == "f2" || k == "f3" || k == "f8" {
				t.Errorf("%s is named: %+v", k, v)
			}
		}
		if strings.Contains(v.instead(), "F2") {
			t.Errorf("%q", v.instead())
		}
	}
}

// TestTLSShort: the column says unverified where the record does, and only there.
func TestTLSShort(t *testing.T) {
	for tls, want := range map[string]string{"": "", "TLS 1.3": "1.3", "TLS 1.2 unverified": "1.2!", "0x0305 unverified": "0x0305!"} {
		if got := tlsShort(tls); got != want {
			t.Errorf("%q is %q, not %q", tls, got, want)
		}
	}
}

// TestExportOfNothing: an export that fails leaves no file that would be in its
// own way the next time.
func TestExportOfNothing(t *testing.T) {
	store := savedStore(t)
	id := keep(t, store, history.Header{Start: someday, Target: "mx"}, noops(1)...)
	for _, f := range history.ExportFormats() {
		if f.Extension != ".eml" {
			continue
		}
		path := filepath.Join(t.TempDir(), "out.eml")
		if msg := exportSession(store, id, f, path)().(storeMsg); msg.err == nil {
			t.Error("a session without a message was exported as one")
		}
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("a file is left: %v", err)
		}
	}
}

// TestUnreadable: of a session that cannot be read nothing is asked that would
// need it.
func TestUnreadable(t *testing.T) {
	for _, k := range []tea.KeyType{tea.KeyF7, tea.KeyF6, tea.KeyF4} {
		b := browserAt(someSessions())
		b.move(len(b.shown))
		if taken, done := b.handleKey(tea.KeyMsg{Type: k}); taken != nil || done || b.marked != "" || b.note == "" {
			t.Errorf("%v: taken %v, done %v, marked %q, said %q", k, taken, done, b.marked, b.note)
		}
	}
}

// TestFilterHint: the words in the empty filter are whole, and stand clear of
// the count beside them.
func TestFilterHint(t *testing.T) {
	for w := minWidth; w <= 130; w++ {
		row := ansi.Strip(browserAt(someSessions()).head(w))
		hint, _, _ := strings.Cut(strings.TrimPrefix(row, " Saved sessions  "), "  ")
		whole := false
		for _, h := range filterHints {
			whole = whole || h == hint
		}
		if w >= 60 && !whole {
			t.Errorf("at %d: %q", w, row)
		}
	}
}

// TestTableFits: a table that was covered while the screen grew has its preview
// when it is back.
func TestTableFits(t *testing.T) {
	for name, over := range map[string]tea.KeyType{"label": tea.KeyF2, "note": tea.KeyF9, "saved session": tea.KeyEnter, "export": tea.KeyF4} {
		t.Run(name, func(t *testing.T) {
			store := savedStore(t)
			hours(t, store, 2)
			m := browsing(t, store, 80, 24)
			strike(m, over)
			m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
			strike(m, tea.KeyEsc)
			if b := table(t, m); !b.wide || b.has.id != b.selectedID() {
				t.Errorf("wide %v, beside it %q", b.wide, b.has.id)
			}
		})
	}
}

// TestJourneyReplayLost: a server that closes is what a replay tells of, with the
// key that connects again, though the step differs too.
func TestJourneyReplayLost(t *testing.T) {
	closing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing.Close() })
	go func() { // it ends with the listener
		for conn, err := closing.Accept(); err == nil; conn, err = closing.Accept() {
			_, _ = io.WriteString(conn, "220 mx\r\n")
			_, _ = bufio.NewReader(conn).ReadString('\n')
			conn.Close()
		}
	}()
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCED")
	j.line("QUIT")
	j.see("221")
	j.key(tea.KeyF5)
	j.see("Saved sessions")
	j.key(tea.KeyF7)
	j.see("Run it again on")
	j.key(tea.KeyCtrlU)
	j.line(closing.Addr().String())
	j.see("As it was")
	j.key(tea.KeyF10)
	j.see("unknown · F7 connects again")
	j.key(tea.KeyTab)
	j.key(tea.KeyHome)
	j.see("▸ (connect)")
	j.key(tea.KeyTab)
	j.see("▸ EHLO")
	j.key(tea.KeyF7)
	j.see("connected again")
	j.key(tea.KeyF8)
	j.see("▸ QUIT")
}

// TestJourneyReplayMessage: at a 354 nothing but the message is sent, and a
// command of the console never.
func TestJourneyReplayMessage(t *testing.T) {
	j := travel(t)
	for _, step := range [][2]string{
		{"EHLO client.example.org", "ENHANCED"},
		{"MAIL FROM:<ann@example.org>", "2.1.0"},
		{"RCPT TO:<bob@example.test>", "2.1.5"},
	} {
		j.line(step[0])
		j.see(step[1])
	}
	j.line("DATA")
	j.see("354: the server waits")
	j.key(tea.KeyF10)
	j.see("queued in memory")
	j.line("QUIT")
	j.see("221")
	j.key(tea.KeyF5)
	j.see("Saved sessions")
	j.key(tea.KeyF7)
	j.see("Run it again on")
	j.key(tea.KeyEnter)
	j.see("As it was")
	for _, row := range []string{"= (connect)", "= EHLO client.example.org", "= MAIL FROM:<ann@example.org>", "= RCPT TO:<bob@example.test>", "= DATA"} {
		j.key(tea.KeyEnter)
		j.see(row)
	}
	for _, k := range []tea.KeyType{tea.KeyF3, tea.KeyF2, tea.KeyF8} {
		j.key(k)
		j.see("Enter sends it as it was")
		j.typed("x")
		j.see("letters type nothing here")
	}
	j.key(tea.KeyEnter)
	j.see("▸ QUIT")
	j.key(tea.KeyF3)
	j.see("before the next step")
	j.line(":drop")
	j.see("one SMTP line")
	j.key(tea.KeyF2)
	j.see("in place of")
	j.key(tea.KeyCtrlU)
	j.line("NOOP")
	j.see("1 of 7 differ")
	if rec := j.record(); strings.Contains(rec, ":drop") {
		t.Error("a command of the console went to the server")
	}
}
