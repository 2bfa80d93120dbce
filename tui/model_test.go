package tui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/exp/teatest"
	"go.uber.org/goleak"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// TestMain finds what is left running. Bubble Tea cannot end a tick that was
// begun, and teatest never ends its watch for signals.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/charmbracelet/bubbletea.Tick.func1"),
		goleak.IgnoreAnyFunction("github.com/charmbracelet/bubbletea.(*Program).execBatchMsg"),
		goleak.IgnoreAnyFunction("github.com/charmbracelet/x/exp/teatest.NewTestModel.func2"),
	)
}

var someday = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// recorded is a session with mixed replies, as a record holds it.
func recorded() *history.Session {
	log := history.NewLog(nil, nil)
	seq := 0
	add := func(ev protocol.Event) {
		seq++
		ev.Time = someday.Add(time.Duration(seq) * 3 * time.Millisecond)
		log.Append(ev)
	}
	client := func(line string) { add(protocol.ClientLine(line, log.State())) }
	server := func(lines ...string) {
		var b protocol.ReplyBuilder
		for _, line := range lines {
			ev := protocol.Event{Kind: protocol.KindServer, Text: line}
			if r, done := b.Add([]byte(line + "\r\n")); done {
				ev.Reply = &r
			}
			add(ev)
		}
	}
	add(protocol.Event{Kind: protocol.KindConnect, Text: "mx.example.test (192.0.2.1:25)"})
	server("220 mx.example.test ESMTP")
	client("EHLO client.example.org")
	server("250-mx.example.test", "250-SIZE 10240000", "250-STARTTLS", "250-DSN", "250 ENHANCEDSTATUSCODES")
	add(protocol.HeldLine("MAIL FROM: <ann@example.org>", log.State()))
	client("MAIL FROM:<ann@example.org> SIZE=2048")
	server("250 2.1.0 Sender ok")
	client("RCPT TO:<bob@example.org>")
	server("250 2.1.5 Recipient ok")
	client("RCPT TO:<nobody@example.org>")
	server("550 5.1.1 <nobody@example.org>: Recipient address rejected")
	return &history.Session{Header: history.Header{ID: "x", Start: someday, Target: "mx.example.test"}, Events: log.Events()}
}

// testModel is the production model without colours, at a fixed time.
func testModel(t testing.TB, o Options, w, h int) *Model {
	t.Helper()
	if o.Console == nil {
		o.Console = console.New(console.Options{})
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	m := newModel(ctx, o, testRenderer(), func() time.Time { return someday })
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m
}

// shownModel shows a session with the events that are recorded, while it goes on.
func shownModel(t testing.TB, w, h int) *Model {
	m := testModel(t, Options{}, w, h)
	log := history.NewLog(nil, nil)
	for _, ev := range recorded().Events {
		log.Append(ev)
	}
	m.put(log)
	m.session = &console.Session{Target: console.Target{Name: "mx.example.test"}, Log: log}
	m.began, m.watch = someday, t.Context()
	m.Update(eventsMsg{log: log, events: log.Events()})
	m.setFocus(focusTranscript)
	return m
}

// screenOf is the screen, checked to be exactly w by h and free of controls.
func screenOf(t testing.TB, m *Model) string {
	t.Helper()
	view := m.View()
	rows := strings.Split(view, "\n")
	if len(rows) != m.h {
		t.Errorf("%d rows on a screen of %d", len(rows), m.h)
	}
	for i, row := range rows {
		if ansi.StringWidth(row) != m.w || strings.ContainsAny(row, "\x1b\r\t\x07") {
			t.Errorf("row %d is %d cells of %d: %q", i, ansi.StringWidth(row), m.w, row)
		}
	}
	return view
}

var sizes = []struct{ w, h int }{{60, 16}, {80, 24}, {120, 40}}

// TestScreens pins the screens at the promised sizes.
func TestScreens(t *testing.T) {
	screens := map[string]func(*Model){
		"session":   func(*Model) {},
		"inspector": func(m *Model) { m.setFocus(focusInspector) },
		"typing": func(m *Model) {
			m.setFocus(focusPrompt)
			m.prompt.setState(ready())
			typeLine(m, "MAIL FROM: <ann@example.org>")
		},
		"templates": func(m *Model) { m.openTemplates() },
		"help":      func(m *Model) { m.openHelp() },
		"topic":     func(m *Model) { m.openTopic("greylisting") },
		"palette":   func(m *Model) { m.openPalette() },
		"start": func(m *Model) {
			m.start = newStartScreen(m.st)
			m.start.setRecent([]history.Summary{{Target: "mx.example.org", Start: someday, Outcome: "no connection: refused"}})
		},
	}
	for name, open := range screens {
		for _, s := range sizes {
			t.Run(fmt.Sprintf("%s_%dx%d", name, s.w, s.h), func(t *testing.T) {
				t.Setenv("TZ", "UTC")
				m := shownModel(t, s.w, s.h)
				m.status = ""
				open(m)
				golden.RequireEqual(t, screenOf(t, m))
			})
		}
	}
}

func typeLine(m *Model, line string) {
	for _, r := range line {
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

// TestAnySize: no size breaks the screen, and below the smallest a notice stands.
func TestAnySize(t *testing.T) {
	m := shownModel(t, 80, 24)
	for w := 1; w < 140; w += 7 {
		for h := 1; h < 50; h += 3 {
			m.Update(tea.WindowSizeMsg{Width: w, Height: h})
			if view := screenOf(t, m); w >= 20 && h >= 5 && (w < minWidth || h < minHeight) && !strings.Contains(view, "needs") {
				t.Errorf("%dx%d: no notice in %q", w, h, view)
			}
		}
	}
}

// TestOldReplyExplained: a reply far up is explained in the state it came in.
func TestOldReplyExplained(t *testing.T) {
	m := shownModel(t, 120, 40)
	for seq := range len(recorded().Events) {
		var want protocol.State
		for _, ev := range recorded().Events[:seq+1] {
			want = want.Apply(ev)
		}
		if got := m.stateAfter(seq + 1); got.Phase != want.Phase || len(got.Rcpts) != len(want.Rcpts) {
			t.Errorf("after %d: %v, want %v", seq+1, got.Phase, want.Phase)
		}
	}
}

// journey runs the production program on the practice server.
type journey struct {
	t   *testing.T
	tm  *teatest.TestModel
	m   *Model
	dir string
}

func travel(t *testing.T) *journey {
	t.Helper()
	dir := t.TempDir()
	c := console.New(console.Options{Settings: console.Settings{Helo: "client.example.org"}, Store: history.Open(dir), Version: "test"})
	target, err := console.ParseTarget("practice")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := newModel(ctx, Options{Console: c, Target: target, Recall: console.OpenRecall(dir), Drafts: filepath.Join(dir, "drafts")}, testRenderer(), time.Now)
	c.AskWith(askPerson(m.asks))
	j := &journey{t: t, m: m, dir: dir}
	j.tm = teatest.NewTestModel(t, m, teatest.WithInitialTermSize(120, 40))
	t.Cleanup(func() {
		_ = j.tm.Quit()
		j.tm.WaitFinished(t, teatest.WithFinalTimeout(10*time.Second))
		cancel()
		m.putAway()
		c.Close()
	})
	j.see("greeted")
	return j
}

// see waits until text was drawn since the last call.
func (j *journey) see(text string) {
	j.t.Helper()
	teatest.WaitFor(j.t, j.tm.Output(), func(b []byte) bool { return bytes.Contains(b, []byte(text)) }, teatest.WithDuration(10*time.Second), teatest.WithCheckInterval(time.Millisecond))
}

// line types a line and presses Enter.
func (j *journey) line(text string) {
	j.typed(text)
	j.key(tea.KeyEnter)
}

func (j *journey) typed(text string) {
	for _, r := range text {
		j.tm.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

func (j *journey) key(k tea.KeyType) { j.tm.Send(tea.KeyMsg{Type: k}) }

// record is everything kept on disk, after the program ended.
func (j *journey) record() string {
	j.t.Helper()
	_ = j.tm.Quit()
	j.tm.WaitFinished(j.t, teatest.WithFinalTimeout(10*time.Second))
	j.m.putAway()
	var all strings.Builder
	err := filepath.WalkDir(j.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all.Write(b)
		return err
	})
	if err != nil {
		j.t.Fatal(err)
	}
	return all.String()
}

// TestJourneyMail is the tutorial: hello, sender, recipients of which one is
// refused, message, goodbye.
func TestJourneyMail(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCEDSTATUSCODES")
	j.line("MAIL FROM:<ann@example.org>")
	j.see("2.1.0")
	j.line("RCPT TO:<bob@example.test>")
	j.see("2.1.5")
	j.line("RCPT TO:<unknown@example.test>")
	j.see("5.1.1")
	j.line("DATA")
	j.see("Subject")
	j.typed("a subject")
	for range 3 {
		j.key(tea.KeyTab)
	}
	j.line("a body")
	j.line(".")
	j.see("queued in memory")
	j.line("QUIT")
	j.see("221")
	for _, want := range []string{`"kind":"client"`, "RCPT TO:<unknown@example.test>", `"code":550`, "a body", `"code":221`, "1 of 2 recipients accepted"} {
		if rec := j.record(); !strings.Contains(rec, want) {
			t.Errorf("the record has no %s", want)
		}
	}
}

// TestJourneyHeld: Enter holds a wrong line, F2 mends it, and the record has both.
func TestJourneyHeld(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCEDSTATUSCODES")
	j.line("MAIL FROM: ann@example.org")
	j.see("held")
	j.key(tea.KeyF2)
	j.see("MAIL FROM:<ann@example.org>")
	j.key(tea.KeyEnter)
	j.see("2.1.0")
	j.typed("DATA now")
	j.tm.Send(tea.KeyMsg{Type: tea.KeyEnter, Alt: true})
	j.see("503")
	if rec := j.record(); !strings.Contains(rec, `"kind":"held"`) || !strings.Contains(rec, `"as_typed":true`) {
		t.Errorf("the record has not both:\n%s", rec)
	}
}

// TestJourneyLogin: the password is asked for, shown nowhere and kept nowhere.
func TestJourneyLogin(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCEDSTATUSCODES")
	j.line(":auth PLAIN")
	j.see("username")
	j.line(console.PracticeUser)
	j.see("password:")
	j.line(console.PracticePassword)
	j.see("235")
	rec := j.record()
	for _, secret := range []string{"AGxlYXJuZXIAcHJhY3RpY2U", "cHJhY3RpY2U="} {
		if strings.Contains(rec, secret) {
			t.Errorf("%s stands in the record", secret)
		}
	}
	if !strings.Contains(rec, "AUTH PLAIN ***") {
		t.Error("the login is not in the record")
	}
}

// TestJourneyDrop: a connection that ends under the editor keeps the message.
func TestJourneyDrop(t *testing.T) {
	j := travel(t)
	for _, step := range [][2]string{{"EHLO client.example.org", "ENHANCED"}, {"MAIL FROM:<ann@example.org>", "2.1.0"}, {"RCPT TO:<bob@example.test>", "2.1.5"}, {"DATA", "Subject"}} {
		j.line(step[0])
		j.see(step[1])
	}
	j.typed("worth keeping")
	j.key(tea.KeyF8)
	j.typed("y")
	j.see("F7 connects again")
	if rec := j.record(); !strings.Contains(rec, "worth keeping") {
		t.Error("the draft is lost")
	}
}

// TestJourneyPaste: a pasted script goes out line by line, its message too.
func TestJourneyPaste(t *testing.T) {
	j := travel(t)
	script := "EHLO client.example.org\nMAIL FROM:<ann@example.org>\nRCPT TO:<bob@example.test>\nDATA\nSubject: pasted\n\n..dotted\n.\n"
	j.tm.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(script), Paste: true})
	j.see("8 lines were pasted")
	j.key(tea.KeyEnter)
	j.see("queued in memory")
	rec := j.record()
	if !strings.Contains(rec, `Subject: pasted\r\n\r\n.dotted`) {
		t.Errorf("the message is not as it was meant:\n%s", rec)
	}
}

// TestJourneyAhead: a whole session typed without waiting for a single answer
// goes out in order, each line judged when its turn comes, and the answers of a
// login stay secret.
func TestJourneyAhead(t *testing.T) {
	j := travel(t)
	for _, line := range []string{
		"EHLO client.example.org", "AUTH LOGIN", "bGVhcm5lcg==", "cHJhY3RpY2U=", "MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.test>", "DATA",
		"Subject: ahead", "", ".dotted", ".",
	} {
		j.line(line)
	}
	j.see("queued in memory")
	rec := j.record()
	if !strings.Contains(rec, `\r\n\r\n.dotted`) || !strings.Contains(rec, "Subject: ahead") || !strings.Contains(rec, `"code":235`) {
		t.Errorf("the session is not as it was typed:\n%s", rec)
	}
	if strings.Contains(strings.ToLower(rec), strings.ToLower("cHJhY3RpY2U=")) {
		t.Errorf("the password is on the disk:\n%s", rec)
	}
}

// TestJourneyPasteHeld: pasted lines stop at one that is held, wait for it to
// be mended, and go on.
func TestJourneyPasteHeld(t *testing.T) {
	j := travel(t)
	script := "EHLO client.example.org\nMAIL FROM: ann@example.org\nRCPT TO:<bob@example.test>\n"
	j.tm.Send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(script), Paste: true})
	j.see("3 lines were pasted")
	j.key(tea.KeyEnter)
	j.see("1 line wait")
	j.key(tea.KeyF2)
	j.key(tea.KeyEnter)
	j.see("2.1.5")
}

// TestJourneyFile: :data with a path sends DATA and the file, without the editor;
// a file that is none sends nothing.
func TestJourneyFile(t *testing.T) {
	j := travel(t)
	path := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(path, []byte("Subject: from a file\n\n.dot\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	j.line(":data " + path)
	j.see("say hello first")
	for _, step := range [][2]string{{"EHLO client.example.org", "ENHANCED"}, {"MAIL FROM:<ann@example.org>", "2.1.0"}, {"RCPT TO:<bob@example.test>", "2.1.5"}} {
		j.line(step[0])
		j.see(step[1])
	}
	j.line(":data " + filepath.Dir(path))
	j.see("is a directory")
	j.line(":data " + path)
	j.see("queued in memory")
	rec := j.record()
	if !strings.Contains(rec, `"text":"Subject: from a file\r\n\r\n.dot\r\n"`) || strings.Count(rec, `"text":"DATA"`) != 1 {
		t.Errorf("the file was not sent as it is, once:\n%s", rec)
	}
}

// TestLeaveTwice: one stroke does not end a live session.
func TestLeaveTwice(t *testing.T) {
	m := shownModel(t, 80, 24)
	m.state.Phase = protocol.PhaseReady
	m.session = &console.Session{Log: history.NewLog(nil, nil)}
	m.setFocus(focusPrompt)
	if m.Update(tea.KeyMsg{Type: tea.KeyCtrlD}); m.quitting {
		t.Fatal("one Ctrl+D left a live session")
	}
	if m.Update(tea.KeyMsg{Type: tea.KeyCtrlC}); m.quitting || m.leaving {
		t.Fatal("Ctrl+C counts for leaving")
	}
	m.Update(tea.KeyMsg{Type: tea.KeyCtrlD})
	if m.Update(tea.KeyMsg{Type: tea.KeyCtrlD}); !m.quitting {
		t.Fatal("two Ctrl+D do not leave")
	}
}

// TestMessageIn takes a message out of pasted lines, dots un-doubled.
func TestMessageIn(t *testing.T) {
	text, rest, ok := messageIn([]string{"Subject: x", "", "..", "...a", ".", "QUIT"})
	if want := "Subject: x\r\n\r\n.\r\n..a"; !ok || text != want || len(rest) != 1 {
		t.Errorf("%q, %q, %v", text, rest, ok)
	}
	if _, _, ok := messageIn([]string{"no dot"}); ok {
		t.Error("a message without an end was taken")
	}
}

// BenchmarkKey is one keystroke to a whole frame, with a long transcript.
func BenchmarkKey(b *testing.B) {
	m := shownModel(b, 120, 40)
	events := recorded().Events
	for range 10_000 {
		m.transcript.append(events...)
	}
	m.setFocus(focusPrompt)
	for b.Loop() {
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'x'}})
		if len(m.prompt.value()) > 60 {
			m.prompt.clear()
		}
		_, _ = io.WriteString(io.Discard, m.View())
	}
}
