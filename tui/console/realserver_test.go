package console_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
	"smtpconsole/tui/console"
)

// realServer is a Postfix, an Exim or, for LMTP, a Dovecot started for one test.
type realServer struct{ name, addr, ca, mail string }

// startServer runs one on loopback. Where it is not installed the test is
// skipped, and says so; under CI that is a failure.
func startServer(t *testing.T, name string) realServer {
	t.Helper()
	script := filepath.Join("..", "..", ".ci", "servers")
	dir, err := os.MkdirTemp("", "smtpconsole-"+name)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("bash", script, "start", name, dir).Output()
	if err != nil {
		os.RemoveAll(dir)
		var exit *exec.ExitError
		if os.Getenv("CI") == "" && errors.As(err, &exit) && exit.ExitCode() == 3 {
			t.Skipf("%s is not installed here: .ci/servers install gets it", name)
		}
		t.Fatalf("start %s: %v", name, err)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("bash", script, "stop", dir).CombinedOutput(); err != nil {
			t.Errorf("stop %s: %v: %s", name, err, out)
		}
		os.RemoveAll(dir)
	})
	s := realServer{name: name}
	for line := range strings.Lines(string(out)) {
		switch word, value, _ := strings.Cut(strings.TrimSpace(line), " "); word {
		case "ADDR":
			s.addr = value
			if name == "dovecot" {
				s.addr = "lmtp://" + value
			}
		case "CA":
			s.ca = value
		case "MAILDIR":
			s.mail = value
		}
	}
	return s
}

// live is a session with a real server.
type live struct {
	*console.Session
	t *testing.T
}

func dialReal(t *testing.T, server realServer, set console.Settings) live {
	t.Helper()
	target, err := console.ParseTarget(server.addr)
	if err != nil {
		t.Fatal(err)
	}
	set.Helo = "client.example.org"
	set.Timeout = console.Duration(20 * time.Second)
	c := console.New(console.Options{Settings: set, Store: history.Open(t.TempDir()), Ask: answer, Settle: time.Second})
	s, err := c.Begin(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	return live{s, t}
}

func answer(_ context.Context, p sasl.Prompt) (string, error) {
	if p.Secret {
		return "s3cret-pw", nil
	}
	return "tester@example.test", nil
}

// send types a line as a person would and returns the reply's code.
func (l live) send(line string, asTyped bool) int {
	l.t.Helper()
	a := console.Resolve(line, l.State())
	if asTyped {
		a = console.ResolveAsTyped(line)
	}
	if hold, held := a.(console.Hold); held {
		l.t.Fatalf("%s is held: %v", line, hold.Line.Diags)
	}
	if err := l.Do(l.t.Context(), a); err != nil {
		l.t.Fatalf("%s: %v", line, err)
	}
	return l.lastCode()
}

func (l live) lastCode() int {
	events := l.Log.Events()
	for _, ev := range slices.Backward(events) {
		if ev.Reply != nil {
			return ev.Reply.Code
		}
	}
	l.t.Fatal("no reply at all")
	return 0
}

func (l live) want(line string, code int) {
	l.t.Helper()
	if got := l.send(line, false); got != code {
		l.t.Errorf("%s: %d, want %d", line, got, code)
	}
}

// octets is a text as a message.
func octets(text string) console.Octets {
	o, _ := console.Text(text, protocol.State{})
	return o
}

var realServers = []string{"postfix", "exim"}

// TestRealMail types a whole mail by hand at Postfix and Exim: hello, TLS,
// login, sender, a good and a wrong recipient, message, goodbye.
func TestRealMail(t *testing.T) {
	for _, name := range realServers {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, name)
			for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5"} {
				mailBy(t, server, mechanism)
			}
		})
	}
}

func mailBy(t *testing.T, server realServer, mechanism string) {
	t.Helper()
	l := dialReal(t, server, console.Settings{CAFile: server.ca})
	l.want("EHLO client.example.org", 250)
	l.want("STARTTLS", 220)
	if st := l.State(); st.TLS == nil || !st.TLS.Verified || st.Caps.Known {
		t.Fatalf("after STARTTLS: %+v, offers known %v", st.TLS, st.Caps.Known)
	}
	l.want("EHLO client.example.org", 250)
	if err := l.Do(t.Context(), console.Login{Mechanism: mechanism}); err != nil || l.lastCode() != 235 {
		t.Fatalf("AUTH %s: %v, %d", mechanism, err, l.lastCode())
	}
	l.want("MAIL FROM:<ann@example.org> SIZE=200", 250)
	l.want("RCPT TO:<user@example.test>", 250)
	l.want("RCPT TO:<nosuch@example.test>", 550)
	l.want("DATA", 354)
	subject := "by " + mechanism
	text := "From: ann@example.org\r\nSubject: " + subject + "\r\n\r\n.dot\r\n..dots\r\n.\r\n"
	if err := l.SendMessage(t.Context(), octets(text), nil); err != nil || l.lastCode() != 250 {
		t.Fatalf("message: %v, %d", err, l.lastCode())
	}
	l.want("QUIT", 221)
	stored(t, server, subject, ".dot\n..dots\n.\n")
	if code := l.Log.Progress().ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// stored waits until the message is in the mailbox and has the body.
func stored(t *testing.T, server realServer, subject, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		files, _ := filepath.Glob(filepath.Join(server.mail, "*"))
		for _, file := range files {
			b, _ := os.ReadFile(file)
			if strings.Contains(string(b), "Subject: "+subject+"\n") {
				if !strings.HasSuffix(string(b), "\n\n"+body) {
					t.Errorf("%s stored %q", server.name, b)
				}
				return
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s stored no message %q", server.name, subject)
		case <-tick.C:
		}
	}
}

// TestRealChunks sends by BDAT.
func TestRealChunks(t *testing.T) {
	for _, name := range realServers {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, name)
			l := dialReal(t, server, console.Settings{})
			l.want("EHLO client.example.org", 250)
			l.want("MAIL FROM:<ann@example.org>", 250)
			l.want("RCPT TO:<user@example.test>", 250)
			for i, part := range []string{"From: ann@example.org\r\nSubject: chunks\r\n", "\r\n.lone\r\n"} {
				if err := l.SendChunk(t.Context(), octets(part), i == 1, nil); err != nil || l.lastCode() != 250 {
					t.Fatalf("chunk %d: %v, %d", i, err, l.lastCode())
				}
			}
			stored(t, server, "chunks", ".lone\n")
		})
	}
}

// TestRealUnverified: a certificate from nobody known ends the connection, and
// with --insecure the verdict stands in the state.
func TestRealUnverified(t *testing.T) {
	server := startServer(t, "postfix")
	l := dialReal(t, server, console.Settings{})
	l.want("EHLO client.example.org", 250)
	if err := l.Do(t.Context(), console.StartTLS{}); err == nil || l.Live() {
		t.Errorf("an unknown authority was trusted: %v", err)
	}
	if code := l.Log.Progress().ExitCode(); code != 29 {
		t.Errorf("exit code %d, want 29", code)
	}
	l = dialReal(t, server, console.Settings{Insecure: true})
	l.want("EHLO client.example.org", 250)
	l.want("STARTTLS", 220)
	if st := l.State(); st.TLS == nil || st.TLS.Verified || st.TLS.Verdict == "" {
		t.Errorf("--insecure: %+v", st.TLS)
	}
}

// TestRealJudgement: what the checks hold, sent as typed, is refused by at
// least one of the two strict servers; what they call good is taken by both.
func TestRealJudgement(t *testing.T) {
	servers := []realServer{startServer(t, "postfix"), startServer(t, "exim")}
	for _, c := range []struct {
		line string
		good bool
	}{
		{"MAIL FROM:<ann@example.org>", true},
		{"mail from:<ann@example.org>", true},
		{"MAIL FROM:<>", true},
		{"MAIL FROM:<ann@example.org> SIZE=100", true},
		{"MAIL FROM:<ann@example.org> BODY=8BITMIME", true},
		{"VRFY postmaster", true},
		{"NOOP", true},
		{"RSET", true},
		{"MAIL FROM <ann@example.org>", false},
		{"MAIL TO:<ann@example.org>", false},
		{"MAIL FROM:<ann@example.org", false},
		{"MAIL FROM:Joe <joe@example.org>", false},
		{"RCPT TO:<b@example.org>", false},
		{"DATA", false},
		{"DATA now", false},
		{"STARTTLS now", false},
		{"MIAL FROM:<a@example.org>", false},
		{"MAIL FROM:<a@example.org> SIZE=x", false},
		{"MAIL FROM:<ann@-example.org>", false},
		{"SEND", false},
	} {
		refused := 0
		for _, server := range servers {
			l := dialReal(t, server, console.Settings{})
			l.want("EHLO client.example.org", 250)
			ln := protocol.Parse(c.line, l.State())
			if ln.Held() == c.good {
				t.Errorf("%s: held %v: %v", c.line, ln.Held(), ln.Diags)
			}
			if protocol.ClassOf(l.send(c.line, true)) != protocol.ClassDone {
				refused++
			}
			_ = l.Close()
		}
		if c.good && refused > 0 || !c.good && refused == 0 {
			t.Errorf("%s: refused by %d of 2 servers", c.line, refused)
		}
	}
}
