package line

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/spf13/pflag"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
	"smtpconsole/tui/console"
)

// letterOf is the letter that these arguments make.
func letterOf(t *testing.T, args ...string) *Letter {
	t.Helper()
	l := &Letter{}
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, group := range l.Flags() {
		all.AddFlagSet(group)
	}
	if err := all.Parse(args); err != nil {
		t.Fatal(err)
	}
	return l
}

// small are the arguments of a small mail.
var small = []string{"--from", "a@x.example", "--to", "b@x.example", "--subject", "x", "--body", "hi"}

// sendTo sends a letter and returns all that was printed.
func sendTo(ctx context.Context, t *testing.T, o Options, set console.Settings, args ...string) (out string, exit int) {
	t.Helper()
	var text, people bytes.Buffer
	set.Helo = "client.example.org"
	o.Console = console.New(console.Options{Settings: set, Store: history.Open(t.TempDir())})
	defer o.Console.Close()
	o.Out, o.Err = &text, &people
	exit, err := Send(ctx, o, letterOf(t, args...))
	if err != nil {
		t.Fatal(err)
	}
	return text.String() + people.String(), exit
}

func TestSendToStranger(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []string
		args    []string
		exit    int
		last    string // line the server got last
	}{
		{"taken", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "221 bye"}, nil, 0, "QUIT"},
		{"only HELO", []string{"220 hi", "502 no", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "221 bye"}, nil, 0, "QUIT"},
		{"turned away", []string{"554 no", "221 bye"}, nil, 21, "QUIT"},
		{"busy", []string{"421 later"}, nil, 21, ""},
		{"no hello", []string{"220 hi", "550 no", "550 no", "221 bye"}, nil, 22, "QUIT"},
		{"MAIL", []string{"220 hi", "250 mx", "550 no", "221 bye"}, nil, 23, "QUIT"},
		{"RCPT", []string{"220 hi", "250 mx", "250 ok", "550 no", "221 bye"}, nil, 24, "QUIT"},
		{"DATA", []string{"220 hi", "250 mx", "250 ok", "250 ok", "451 no", "221 bye"}, nil, 25, "QUIT"},
		{"message", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "554 no", "221 bye"}, nil, 26, "QUIT"},
		{"QUIT", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "500 no"}, nil, 27, "QUIT"},
		{"lost", []string{"220 hi", "250 mx", "250 ok"}, nil, 6, "RCPT TO:<b@x.example>"},
		{"no verdict", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", ""}, nil, 26, "."},
		{"no STARTTLS", []string{"220 hi", "250 mx", "221 bye"}, []string{"--starttls", "require"}, 29, "QUIT"},
		{"STARTTLS refused", []string{"220 hi", "250-mx\n250 STARTTLS", "454 no", "221 bye"}, nil, 29, "QUIT"},
		{"STARTTLS not wanted", []string{"220 hi", "250-mx\n250 STARTTLS", "550 no", "221 bye"}, []string{"--starttls", "never"}, 23, "QUIT"},
		{"no CHUNKING", []string{"220 hi", "250 mx", "221 bye"}, []string{"--bdat"}, 25, "QUIT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t, c.replies...)
			out, exit := sendTo(t.Context(), t, Options{Target: s.target}, console.Settings{Timeout: console.Duration(200 * time.Millisecond)}, append(c.args, small...)...)
			if exit != c.exit {
				t.Errorf("exit code %d, not %d:\n%s", exit, c.exit, out)
			}
			seen := append([]string{""}, s.received()...)
			if seen[len(seen)-1] != c.last {
				t.Errorf("the server got %q", seen)
			}
		})
	}
}

// TestSendLacks notes what the message calls for and is not offered.
func TestSendLacks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(path, []byte("From: \xc3\xa4@x.example\nDate: Tue, 2 Jan 2024 15:04:05 +0100\n\n\xc3\xa4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStranger(t, "220 hi", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "221 bye")
	out, exit := sendTo(t.Context(), t, Options{Target: s.target, JSON: true}, console.Settings{}, "--from", "", "--to", "b@x.example", "--message", path)
	if exit != 0 || !strings.Contains(out, `"code":"message.8bit"`) || !strings.Contains(out, `"code":"message.utf8"`) {
		t.Errorf("exit code %d:\n%s", exit, out)
	}
}

// TestSendCancelled drops the connection, and waits for no reply.
func TestSendCancelled(t *testing.T) {
	s := newStranger(t, "220 hi", "250 mx", "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := newWaiter()
	done := make(chan int)
	con := console.New(console.Options{})
	go func() {
		exit, _ := Send(ctx, Options{Console: con, Target: s.target, Out: out, Err: io.Discard}, letterOf(t, small...))
		done <- exit
	}()
	out.until(t, "C: MAIL FROM:<a@x.example>\n")
	cancel()
	if exit := <-done; exit != 0 {
		t.Errorf("exit code %d", exit)
	}
	if text := out.text.String(); !strings.Contains(text, "# close: you ") || strings.Contains(text, "QUIT") {
		t.Errorf("%s", text)
	}
}

// TestSendWaitsForInput no longer than its context.
func TestSendWaitsForInput(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, more := io.Pipe()
	defer more.Close()
	o := Options{Console: console.New(console.Options{}), In: in}
	if _, err := Send(ctx, o, letterOf(t, "--from", "", "--to", "b", "--message", "-")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	failed := errors.New("no more")
	o.In = iotest.ErrReader(failed)
	if _, err := Send(t.Context(), o, letterOf(t, "--from", "", "--to", "b", "--message", "-")); !errors.Is(err, failed) {
		t.Error(err)
	}
}

// TestCompose: the fields every message should have, and those that replace them.
func TestCompose(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"text": "one\r\ntwo\rthree", "a.txt": "attached"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := letterOf(t, "--from", "<a@x.example>", "--to", "b@x.example", "--to", "<c@x.example>", "--subject", "Grüße", "--body", "@"+filepath.Join(dir, "text"),
		"--html", "<p>", "--attach", filepath.Join(dir, "a.txt"), "--header", "from: Ann <a@x.example>", "--header", "X-One: 1", "--header", "X-One:2")
	now := time.Date(2024, 1, 2, 15, 4, 5, 0, time.UTC)
	m, err := l.compose(now, "client.example.org")
	if err != nil {
		t.Fatal(err)
	}
	id := slices.IndexFunc(m.Fields, func(f message.Field) bool { return f.Name == "Message-ID" })
	if id < 0 || !strings.HasSuffix(m.Fields[id].Value, "@x.example>") {
		t.Fatalf("%+v", m.Fields)
	}
	m.Fields[id].Value = ""
	want := []message.Field{
		{Name: "from", Value: "Ann <a@x.example>"},
		{Name: "To", Value: "b@x.example, c@x.example"},
		{Name: "Subject", Value: "Grüße"},
		{Name: "Date", Value: "Tue, 02 Jan 2024 15:04:05 +0000"},
		{Name: "Message-ID"},
		{Name: "X-One", Value: "1"},
		{Name: "X-One", Value: "2"},
	}
	if !slices.Equal(m.Fields, want) || m.Text != "one\ntwo\nthree" || m.HTML != "<p>" || len(m.Files) != 1 || m.Files[0].Name != "a.txt" {
		t.Errorf("%+v", m)
	}
	null, err := letterOf(t, "--from", "<>", "--to", "b", "--subject", "x").compose(now, "[127.0.0.1]")
	if err != nil || null.Fields[0].Name != "To" || !strings.HasSuffix(null.Fields[3].Value, "@127.0.0.1>") {
		t.Errorf("%+v, %v", null.Fields, err)
	}
}

// TestComposedLetter: a header cannot be smuggled in by a flag, and what comes
// out has no remark that stops it.
func TestComposedLetter(t *testing.T) {
	l := letterOf(t, "--from", "a@x.example", "--to", "b@x.example", "--subject", "x\r\nBcc: eve@x.example", "--body", ".\n", "--header", "X-A: 1\nX-B: 2")
	m, remarks, err := l.mail(t.Context(), nil, "client.example.org")
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	r, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil || bytes.Contains(text, []byte("\nBcc:")) || bytes.Contains(text, []byte("\nX-B:")) {
		t.Errorf("%v:\n%s", err, text)
	}
	if got := messageRemarks(remarks, protocol.Warning); got != "" {
		t.Error(got)
	}
}

func TestPace(t *testing.T) {
	at := func(seconds float64) time.Time {
		return time.Unix(1000, 0).Add(time.Duration(seconds * float64(time.Second)))
	}
	type seen struct {
		sent int64
		at   float64
	}
	for _, c := range []struct {
		name string
		seen []seen
		want string
	}{
		{"not begun", []seen{{0, 0}, {0, 1}}, ""},
		{"begun", []seen{{0, 0}, {10e6, 1}}, " 10 %  10.0 of 100.0 MB"},
		{"under way", []seen{{0, 0}, {10e6, 1}, {30e6, 2}}, " 30 %  30.0 of 100.0 MB  20.0 MB/s  4s left"},
		{"slow", []seen{{10e6, 0}, {11e6, 100}}, " 11 %  11.0 of 100.0 MB  0.0 MB/s  2h28m20s left"},
		{"a moment without", []seen{{10e6, 0}, {30e6, 1}, {30e6, 2}}, " 30 %  30.0 of 100.0 MB  10.0 MB/s  7s left"},
		{"stalled", []seen{{10e6, 0}, {30e6, 1}, {30e6, 13.5}}, " 30 %  30.0 of 100.0 MB  stalled for 12s: the server does not read"},
		{"sent", []seen{{10e6, 0}, {100e6, 1}}, ""},
		{"larger than was thought", []seen{{10e6, 0}, {101e6, 1}}, ""},
	} {
		p := pace{total: 100e6}
		for _, s := range c.seen {
			p = p.note(s.sent, at(s.at))
		}
		if got := p.String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestGauge: the line goes away before an event is shown, and at the end.
func TestGauge(t *testing.T) {
	var screen bytes.Buffer
	p := &printer{log: history.NewLog(nil, nil), out: &screen, say: &screen, gauge: &screen, ended: make(chan struct{})}
	p.measure("10 %")
	p.measure("20 %")
	p.log.Append(protocol.Event{Kind: protocol.KindNote, Text: "x"})
	p.show()
	p.measure("")
	p.measure("30 %")
	p.tell("# y\n")
	const gone = "\r\x1b[K"
	if got := screen.String(); got != "10 %"+gone+"20 %"+gone+"# note: x\n30 %"+gone+"# y\n" {
		t.Errorf("%q", got)
	}
}
