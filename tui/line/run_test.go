package line

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// stranger is a server that says what it is told to say.
type stranger struct {
	target console.Target

	mu   sync.Mutex // guards seen
	seen []string   // lines received
}

// newStranger greets with the first reply and answers each line with the next.
// It closes after a 221 or 421, and where the replies end. An empty reply is no
// answer at all. A message is read up to its dot.
func newStranger(t *testing.T, replies ...string) *stranger {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target, err := console.ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s := &stranger{target: target}
	var served sync.WaitGroup
	served.Go(func() {
		if nc, err := l.Accept(); err == nil {
			s.talk(nc, replies)
			nc.Close()
		}
	})
	t.Cleanup(func() { l.Close(); served.Wait() })
	return s
}

func (s *stranger) talk(nc net.Conn, replies []string) {
	lines := bufio.NewScanner(nc)
	inMessage := false
	for _, reply := range replies {
		if reply != "" {
			_, _ = io.WriteString(nc, strings.ReplaceAll(reply, "\n", "\r\n")+"\r\n")
		}
		if strings.Contains(reply, "221 ") || strings.Contains(reply, "421 ") {
			return
		}
		for first := true; first || inMessage; first = false {
			inMessage = inMessage || first && strings.HasPrefix(reply, "354")
			if !lines.Scan() {
				return
			}
			s.mu.Lock()
			s.seen = append(s.seen, lines.Text())
			s.mu.Unlock()
			inMessage = inMessage && lines.Text() != "."
		}
	}
}

// received is what came, once the connection is over.
func (s *stranger) received() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// until waits for a line to arrive.
func (s *stranger) until(t *testing.T, line string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !slices.Contains(s.received(), line) {
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatalf("%q did not arrive", line)
		}
	}
}

// run runs a script against target.
func run(t *testing.T, o Options, settings console.Settings) (out string, exit int) {
	t.Helper()
	var text, people bytes.Buffer
	settings.Helo = "client.example.org"
	o.Console = console.New(console.Options{Settings: settings, Store: history.Open(t.TempDir())})
	defer o.Console.Close()
	o.Out, o.Err = &text, &people
	exit, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return text.String() + people.String(), exit
}

const toRcpt = "EHLO client.example.org\nMAIL FROM:<ann@example.org>\nRCPT TO:<bob@example.org>\n"

func TestScriptAgainstStranger(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []string
		script  string
		exit    int
		last    string // line the server got last
	}{
		{"turned away", []string{"554 no", "221 bye"}, "EHLO client.example.org\n", 21, "QUIT"},
		{"busy", []string{"421 later"}, "EHLO client.example.org\n", 21, ""},
		{"lost", []string{"220 hi", "250 mx"}, "EHLO client.example.org\nNOOP\nRSET\n", 6, "NOOP"},
		{"message refused", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "554 spam", "221 bye"}, toRcpt + "DATA\n.\n", 26, "QUIT"},
		{"dots", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "221 bye"}, toRcpt + "DATA\n..a\n.\n", 0, "QUIT"},
		{"QUIT refused", []string{"220 hi", "500 no"}, "QUIT\n", 27, "QUIT"},
		{"no reply", []string{"220 hi", "250 mx", ""}, "EHLO client.example.org\nNOOP\nRSET\n", 6, "NOOP"},
		{"busy at DATA", []string{"220 hi", "250 mx", "250 ok", "250 ok", "421 later"}, toRcpt + "DATA\nRSET\n.\n", 25, "DATA"},
		{"no CHUNKING", []string{"220 hi", "250 mx", "250 ok", "250 ok", "500 what", "250 ok", "221 bye"}, toRcpt + "BDAT 12 LAST\nRSET\nQUIT\nNOOP\n", 26, "QUIT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t, c.replies...)
			settings := console.Settings{Timeout: console.Duration(200 * time.Millisecond)}
			out, exit := run(t, Options{Target: s.target, In: strings.NewReader(c.script)}, settings)
			if exit != c.exit {
				t.Errorf("exit code %d, not %d:\n%s", exit, c.exit, out)
			}
			seen := append([]string{""}, s.received()...)
			if seen[len(seen)-1] != c.last || slices.Contains(seen, "RSET") {
				t.Errorf("the server got %q", seen)
			}
		})
	}
}

// TestHostile has a server that wants to move the cursor and fill the clipboard.
func TestHostile(t *testing.T) {
	s := newStranger(t, "220-\x1b]52;c;aGk=\x07\n220 \x1b[2J\xff\u202e", "221 bye")
	out, _ := run(t, Options{Target: s.target, In: strings.NewReader("QUIT\n")}, console.Settings{})
	if strings.ContainsAny(out, "\x1b\x07\u202e") || !utf8.ValidString(out) || !strings.Contains(out, `S: 220 \x1b[2J\xff\u202e`) {
		t.Errorf("%q", out)
	}
}

// TestAuthAhead pastes an exchange whose AUTH is held: no answer may go out.
func TestAuthAhead(t *testing.T) {
	s := newStranger(t, "220 hi", "221 bye")
	out, _ := run(t, Options{Target: s.target, Person: true, In: strings.NewReader("AUTH LOGIN\nbGVhcm5lcg==\ncHJhY3RpY2U=\nQUIT\n")}, console.Settings{})
	if seen := s.received(); !slices.Equal(seen, []string{"QUIT"}) || strings.Contains(out, "bGVhcm5lcg==") {
		t.Errorf("the server got %q:\n%s", seen, out)
	}
}

// TestLocal uses each local command once.
func TestLocal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mail")
	if err := os.WriteFile(file, []byte("Subject: x\n\n.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	script := strings.Join([]string{
		":help", ":help RCPT", ":help nosuchword", ":fix", ":state", ":caps", "EHLO [::1]", ":fix", ":caps", ":tls", ":tls",
		"EHLO client.example.org", ":history", ":note all well", ":auth GSSAPI", ":data", ":data " + file,
		"MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.org>", ":data missing", ":data " + file,
		":bdat", ":raw", ":raw missing", ":eod", ":eod nothing", ":end",
		"MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.org>", ":bdat " + file + " 5", ":connect nowhere:0", ":drop", "NOOP", ":connect", ":state", ":quit",
	}, "\n")
	out, exit := run(t, Options{Target: console.Target{Name: "practice", Practice: true}, Person: true, In: strings.NewReader(script)}, console.Settings{})
	for _, want := range []string{
		"# :fix ", "RCPT (command)", `"nosuchword" is not known`, "no mended line", "now: EHLO", "not known: EHLO asks",
		"C: EHLO [IPv6:::1]\n", "# SIZE ", "# tls: TLS 1.3", "issued by", "20", "# note: all well\n", "not built in",
		"# held: DATA\n", `there is no file "missing"`, "C: DATA\nS: 354 ", "# message: 17 octets", ":bdat needs", ":raw needs", "# lf-dot-lf ", "did not ask for a message", "C: BDAT 5\n", "C: BDAT 2 LAST\n", "port is a number", "# close: you closed",
		"there is no connection", "C: QUIT\nS: 221 ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if exit != 0 || t.Failed() {
		t.Errorf("exit code %d:\n%s", exit, out)
	}
}

// waiter is a writer that tells when something has been written to it.
type waiter struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newWaiter() *waiter { return &waiter{more: make(chan struct{}, 1)} }

func (w *waiter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.more <- struct{}{}:
	default:
	}
	return w.text.Write(b)
}

// until waits for text, and takes it and what is before it away.
func (w *waiter) until(t *testing.T, text string) {
	t.Helper()
	for late := time.After(10 * time.Second); ; {
		w.mu.Lock()
		_, after, ok := strings.Cut(w.text.String(), text)
		if ok {
			w.text.Reset()
			w.text.WriteString(after)
		}
		seen := w.text.String()
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-w.more:
		case <-late:
			t.Fatalf("%q did not come:\n%s", text, seen)
		}
	}
}

// person is somebody at a terminal.
type person struct {
	types  *io.PipeWriter
	ctrlC  chan os.Signal
	screen *waiter
	exit   chan int
}

func newPerson(t *testing.T, s *stranger) *person {
	t.Helper()
	in, types := io.Pipe()
	p := &person{types: types, ctrlC: make(chan os.Signal), screen: newWaiter(), exit: make(chan int, 1)}
	con := console.New(console.Options{Settings: console.Settings{Helo: "client.example.org"}})
	o := Options{Console: con, Target: s.target, In: in, Out: p.screen, Err: p.screen, Person: true, Interrupts: p.ctrlC}
	go func() {
		exit, _ := Run(context.Background(), o)
		p.exit <- exit
	}()
	t.Cleanup(func() { types.Close() })
	return p
}

func (p *person) line(text string) { _, _ = io.WriteString(p.types, text+"\n") }

func TestCtrlC(t *testing.T) {
	s := newStranger(t, "220 hi", "250 mx", "", "250 late\n250 ok", "250 ok", "354 go", "250 never")
	p := newPerson(t, s)
	p.screen.until(t, "greeted › ")
	p.line("EHLO client.example.org")
	p.screen.until(t, "EHLO ok › ")
	p.line("NOOP")
	p.screen.until(t, "C: NOOP\n")
	s.until(t, "NOOP")      // the line is shown before it goes out
	p.ctrlC <- os.Interrupt // breaks off the waiting
	p.screen.until(t, "not waited for")
	p.line("!MAIL FROM:<ann@example.org>")
	p.screen.until(t, "S: 250 late\n")
	p.screen.until(t, "MAIL ok › ")
	p.ctrlC <- os.Interrupt // clears the line
	p.screen.until(t, "again to leave\n")
	p.line("RCPT TO:<bob@example.org>")
	p.screen.until(t, "1 RCPT › ")
	p.line("DATA")
	p.screen.until(t, "lone dot ends it\n")
	p.line("Subject: x")
	p.ctrlC <- os.Interrupt // there is no way to cancel a message
	p.screen.until(t, "again to drop")
	p.ctrlC <- os.Interrupt
	p.screen.until(t, "# close: ")
	p.screen.until(t, "not connected › ")
	p.ctrlC <- os.Interrupt
	p.ctrlC <- os.Interrupt
	if exit := <-p.exit; exit != 6 {
		t.Errorf("exit code %d, not 6", exit)
	}
	if slices.Contains(s.received(), ".") {
		t.Error("the message was ended")
	}
}

// TestUnasked has the server speak while somebody is typing.
func TestUnasked(t *testing.T) {
	s := newStranger(t, "220 hi", "250 ok\n421 shutting down")
	p := newPerson(t, s)
	p.screen.until(t, "greeted › ")
	p.line("NOOP")
	p.screen.until(t, "S: 421 shutting down\n")
	p.screen.until(t, "not connected › ")
	p.line(":quit")
	if exit := <-p.exit; exit != 6 {
		t.Errorf("exit code %d, not 6", exit)
	}
}

// TestInMessage loses the connection while a message is typed.
func TestInMessage(t *testing.T) {
	s := newStranger(t, "220 hi", "250 mx", "250 ok", "250 ok", "354 go\n421 shutting down")
	p := newPerson(t, s)
	p.screen.until(t, "greeted › ")
	for line := range strings.Lines(toRcpt) {
		p.line(strings.TrimSuffix(line, "\n"))
	}
	p.screen.until(t, "1 RCPT › ")
	p.line("DATA")
	p.screen.until(t, "S: 421 ")
	p.screen.until(t, "not connected › ")
	p.types.Close()
	if exit := <-p.exit; exit != 6 && exit != 26 {
		t.Errorf("exit code %d", exit)
	}
}
