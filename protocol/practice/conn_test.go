package practice

import (
	"bufio"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// conn is a client that writes lines and reads whole replies.
type conn struct {
	t *testing.T
	net.Conn
	r *bufio.Reader
}

func newConn(t *testing.T, nc net.Conn) *conn { return &conn{t, nc, bufio.NewReader(nc)} }

// newServer makes a server that ends with the test.
func newServer(t testing.TB, o *Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// connect opens a session over a pipe; its greeting is not read yet.
func connect(t *testing.T, s *Server) *conn {
	t.Helper()
	ours, theirs := net.Pipe()
	ours.SetDeadline(time.Now().Add(10 * time.Second))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.ServeConn(theirs)
	}()
	t.Cleanup(func() {
		ours.Close()
		<-ended
	})
	return newConn(t, ours)
}

// Writeln sends lines in one write, each with CR LF.
func (c *conn) Writeln(lines ...string) {
	c.t.Helper()
	c.Writes(strings.Join(lines, "\r\n") + "\r\n")
}

// Writes sends octets as they are.
func (c *conn) Writes(octets string) {
	c.t.Helper()
	if _, err := c.Write([]byte(octets)); err != nil {
		c.t.Fatalf("write %.60q: %v", octets, err)
	}
}

// replyLine is Reply-line of RFC 5321 §4.2.
var replyLine = regexp.MustCompile(`^([2-5][0-5][0-9])([ -])([\t -~]*)\r\n$`)

// Reply reads one reply and returns its code and texts.
func (c *conn) Reply() (code string, texts []string) {
	c.t.Helper()
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("read a reply: %v after %q", err, texts)
		}
		m := replyLine.FindStringSubmatch(line)
		if m == nil || len(line) > replyLimit || code != "" && code != m[1] {
			c.t.Fatalf("not a reply line after %q: %q", texts, line)
		}
		code, texts = m[1], append(texts, m[3])
		if m[2] == " " {
			return code, texts
		}
	}
}

// Expect reads one reply for each want, which is a code, or a code and an
// enhanced code, and returns the texts of the last.
func (c *conn) Expect(wants ...string) (texts []string) {
	c.t.Helper()
	for _, want := range wants {
		var code string
		code, texts = c.Reply()
		wantCode, enhanced, _ := strings.Cut(want, " ")
		if code != wantCode || !strings.HasPrefix(texts[0], enhanced) {
			c.t.Fatalf("got %s %q, want %s", code, texts, want)
		}
	}
	return texts
}

// ExpectEnd insists that the server has closed the connection.
func (c *conn) ExpectEnd() {
	c.t.Helper()
	if line, err := c.r.ReadString('\n'); err == nil || line != "" {
		c.t.Fatalf("got %q, want the connection closed", line)
	}
}

// play runs a dialogue of "C: line" and "S: code [enhanced]" lines.
func (c *conn) play(dialogue string) {
	c.t.Helper()
	for line := range strings.Lines(dialogue) {
		line = strings.TrimSpace(line)
		switch text, isClient := strings.CutPrefix(line, "C:"); {
		case line == "":
		case isClient:
			c.Writeln(strings.TrimPrefix(text, " "))
		default:
			c.Expect(strings.TrimPrefix(line, "S: "))
		}
	}
}

// ready opens a session and says EHLO.
func ready(t *testing.T, s *Server) *conn {
	t.Helper()
	c := connect(t, s)
	c.play(`
		S: 220
		C: EHLO client.example.org
		S: 250`)
	return c
}

// mailTo opens a session with a transaction and these recipients.
func mailTo(t *testing.T, s *Server, names ...string) *conn {
	t.Helper()
	c := ready(t, s)
	c.play(`
		C: MAIL FROM:<ann@example.org>
		S: 250 2.1.0`)
	for _, name := range names {
		c.Writeln(fmt.Sprintf("RCPT TO:<%s@example.test>", name))
		c.Expect("250 2.1.5")
	}
	return c
}
