package wire_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tape collects events. Its Sink is safe for use while others read.
type tape struct {
	mu     sync.Mutex
	events []protocol.Event
	news   chan struct{} // closed with each event, and made anew
}

func newTape() *tape { return &tape{news: make(chan struct{})} }

func (tp *tape) Sink(ev protocol.Event) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	tp.events = append(tp.events, ev)
	close(tp.news)
	tp.news = make(chan struct{})
}

// await returns when an event with this text, or code, is on the tape.
func (tp *tape) await(t *testing.T, text string) {
	t.Helper()
	for {
		tp.mu.Lock()
		news := tp.news
		ok := slices.ContainsFunc(tp.events, func(ev protocol.Event) bool { return ev.Text == text || ev.Code == text })
		tp.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-news:
		case <-t.Context().Done():
			t.Fatalf("no event %q", text)
		}
	}
}

func (tp *tape) all() []protocol.Event {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	return slices.Clone(tp.events)
}

// of returns the events of one kind.
func (tp *tape) of(kind protocol.Kind) []protocol.Event {
	return slices.DeleteFunc(tp.all(), func(ev protocol.Event) bool { return ev.Kind != kind })
}

// dialogue is the tape without its connect and close events, a line each.
func (tp *tape) dialogue() []string {
	var lines []string
	for _, ev := range tp.all() {
		if ev.Kind != protocol.KindConnect && ev.Kind != protocol.KindClose {
			lines = append(lines, ev.String())
		}
	}
	return lines
}

// codes are the codes of the error events and of the close event.
func (tp *tape) codes() []string {
	var codes []string
	for _, ev := range tp.all() {
		if ev.Kind == protocol.KindError || ev.Kind == protocol.KindClose {
			codes = append(codes, ev.Code)
		}
	}
	return codes
}

// server is the other side of a net.Pipe, which follows a script.
type server struct {
	t  *testing.T
	nc net.Conn
	br *bufio.Reader
}

// follow plays lines: "S: text" is sent with CRLF, "C: text" must arrive,
// "close" hangs up. Anything else is sent as it is.
func (s *server) follow(script ...string) {
	s.t.Helper()
	for _, step := range script {
		switch {
		case step == "close":
			_ = s.nc.Close()
		case strings.HasPrefix(step, "C: "):
			line, err := s.br.ReadString('\n')
			if want := step[3:] + "\r\n"; line != want {
				s.t.Errorf("the client sent %q, %v, want %q", line, err, want)
				_ = s.nc.Close()
				return
			}
		default:
			if text, ok := strings.CutPrefix(step, "S: "); ok {
				step = text + "\r\n"
			}
			if _, err := s.nc.Write([]byte(step)); err != nil {
				return
			}
		}
	}
}

// pair starts a Conn against a script over net.Pipe, which buffers nothing. At
// the end of the test the connection is closed and the script over.
func pair(t *testing.T, o wire.Options, script ...string) (*wire.Conn, *tape) {
	t.Helper()
	return pairWith(t, o, func(s *server) { s.follow(script...) })
}

func pairWith(t *testing.T, o wire.Options, serve func(*server)) (*wire.Conn, *tape) {
	t.Helper()
	near, far := net.Pipe()
	tp := newTape()
	o.Sink = tp.Sink
	c := wire.New(near, &o)
	over := make(chan struct{})
	go func() {
		defer close(over)
		serve(&server{t: t, nc: far, br: bufio.NewReader(far)})
	}()
	t.Cleanup(func() {
		_ = c.Close()
		_ = far.Close()
		<-over
		if closes := tp.of(protocol.KindClose); len(closes) != 1 {
			t.Errorf("%d close events, want 1: %v", len(closes), closes)
		}
		if all := tp.all(); all[len(all)-1].Kind != protocol.KindClose {
			t.Errorf("the last event is %v, want the close event", all[len(all)-1])
		}
	})
	return c, tp
}

// must sends a line and wants its reply to have the code.
func must(t *testing.T, c *wire.Conn, line string, code int) protocol.Reply {
	t.Helper()
	p, err := c.Send(t.Context(), line, false)
	if err != nil {
		t.Fatalf("send %q: %v", line, err)
	}
	r, err := p.Wait(t.Context())
	if err != nil || r.Code != code {
		t.Fatalf("%q was answered %d, %v, want %d", line, r.Code, err, code)
	}
	return r
}

func greeted(t *testing.T, c *wire.Conn) {
	t.Helper()
	if r, err := c.Greeting(t.Context()); err != nil || r.Code != 220 {
		t.Fatalf("the greeting is %v, %v", r, err)
	}
}

// ended waits for the end and wants these codes on the tape.
func ended(t *testing.T, c *wire.Conn, tp *tape, codes ...string) *wire.CloseError {
	t.Helper()
	<-c.Done()
	if got := tp.codes(); !slices.Equal(got, codes) {
		t.Errorf("codes %q, want %q", got, codes)
	}
	var closed *wire.CloseError
	if !errors.As(c.Err(), &closed) {
		t.Fatalf("Err is %v, want a *CloseError", c.Err())
	}
	return closed
}

func TestConversation(t *testing.T) {
	c, tp := pair(t, wire.Options{Name: "mx.example.test:25"},
		"220-mx.example.test\r\n220 ready\r\n",
		"C: EHLO me.example.test",
		"250-mx.example.test\r\n250-SIZE 1000\r\n250 PIPELINING\r\n",
		"C: FOO", "S: 500 5.5.1 what", "S: 421 4.3.2 shutting down",
		"C: QUIT", "S: 221 bye", "close")
	greeted(t, c)
	must(t, c, "EHLO me.example.test", 250)
	if st := c.State(); !st.Caps.Has("PIPELINING") || st.Phase != protocol.PhaseReady {
		t.Errorf("after EHLO the state is %v with %v", st.Phase, st.Caps)
	}
	must(t, c, "FOO", 500)
	tp.await(t, "421 4.3.2 shutting down")
	must(t, c, "QUIT", 221)
	ended(t, c, tp, "close.quit")
	want := []string{
		"S: 220-mx.example.test", "S: 220 ready", "C: EHLO me.example.test",
		"S: 250-mx.example.test", "S: 250-SIZE 1000", "S: 250 PIPELINING",
		"C: FOO", "S: 500 5.5.1 what", "S: 421 4.3.2 shutting down", "C: QUIT", "S: 221 bye",
	}
	if got := tp.dialogue(); !slices.Equal(got, want) {
		t.Errorf("the events are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if connect := tp.all()[0]; connect.Kind != protocol.KindConnect || connect.Text != "mx.example.test:25 (pipe)" {
		t.Errorf("the first event is %v", connect)
	}
}

// The event of a line is out before its first octet: the record may lack an
// answer, never a question.
func TestEventBeforeOctets(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	announced := make(chan struct{})
	c := wire.New(near, &wire.Options{Sink: func(ev protocol.Event) {
		if ev.Kind == protocol.KindClient {
			close(announced)
		}
	}})
	defer c.Close()
	sent := make(chan error, 1)
	go func() {
		_, err := c.Send(t.Context(), "NOOP", true)
		sent <- err
	}()
	<-announced // nobody has read an octet yet
	line, _ := bufio.NewReader(far).ReadString('\n')
	if err := <-sent; line != "NOOP\r\n" || err != nil {
		t.Errorf("the server read %q, the client got %v", line, err)
	}
}

func TestLineBreak(t *testing.T) {
	c, tp := pair(t, wire.Options{})
	for _, line := range []string{"RSET\r\nQUIT", "a\nb", "a\r", "\n"} {
		if _, err := c.Send(t.Context(), line, true); !errors.Is(err, wire.ErrLineBreak) {
			t.Errorf("%q: %v, want ErrLineBreak", line, err)
		}
		if _, err := c.Chunk(t.Context(), line, strings.NewReader(""), 0, nil); !errors.Is(err, wire.ErrLineBreak) {
			t.Errorf("chunk %q: %v, want ErrLineBreak", line, err)
		}
	}
	if got := tp.of(protocol.KindClient); len(got) != 0 {
		t.Errorf("events of lines that were not sent: %v", got)
	}
}

// A group goes out in one write, and its replies are matched by counting.
func TestSendAll(t *testing.T) {
	c, _ := pairWith(t, wire.Options{}, func(s *server) {
		s.follow("S: 220 ready", "C: EHLO me.example.test", "S: 250 mx.example.test")
		buf := make([]byte, 200)
		n, _ := s.nc.Read(buf)
		if want := "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\nDATA\r\n"; string(buf[:n]) != want {
			s.t.Errorf("one read gave %q, want %q", buf[:n], want)
		}
		s.follow("S: 250 one", "550-no\r\n550 two\r\n250 three\r\n354 four\r\n")
	})
	greeted(t, c)
	must(t, c, "EHLO me.example.test", 250)
	group, err := c.SendAll(t.Context(), []string{"MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "RCPT TO:<e@f.example>", "DATA"}, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{250, 550, 250, 354} {
		if r, err := group[i].Wait(t.Context()); err != nil || r.Code != want {
			t.Errorf("reply %d is %d, %v, want %d", i, r.Code, err, want)
		}
	}
	if st := c.State(); st.Phase != protocol.PhaseData || st.AcceptedRcpts() != 1 {
		t.Errorf("the state is %v with %d recipients", st.Phase, st.AcceptedRcpts())
	}
}

func TestNothingAfterTheEnd(t *testing.T) {
	c, tp := pair(t, wire.Options{}, "S: 220 ready", "close")
	greeted(t, c)
	closed := ended(t, c, tp, "close.server")
	_, sendErr := c.Send(t.Context(), "NOOP", false)
	_, bodyErr := c.Body(t.Context(), strings.NewReader("x"), nil)
	_, tlsErr := c.StartTLS(t.Context())
	for i, err := range []error{sendErr, bodyErr, tlsErr} {
		if err != error(closed) {
			t.Errorf("call %d after the end: %v, want %v", i, err, closed)
		}
	}
}

func TestCancelledBeforeSending(t *testing.T) {
	c, tp := pair(t, wire.Options{}, "S: 220 ready")
	greeted(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Send(ctx, "NOOP", false); !errors.Is(err, context.Canceled) {
		t.Errorf("send: %v", err)
	}
	if got := tp.of(protocol.KindClient); len(got) != 0 || c.Err() != nil {
		t.Errorf("events %v, error %v, want none", got, c.Err())
	}
}

func Example() {
	near, far := net.Pipe()
	go func() {
		_, _ = far.Write([]byte("220 mx.example.test ready\r\n"))
		_, _ = bufio.NewReader(far).ReadString('\n')
		_, _ = far.Write([]byte("221 2.0.0 bye\r\n"))
		_ = far.Close()
	}()
	ctx := context.Background()
	c := wire.New(near, &wire.Options{Sink: func(ev protocol.Event) { fmt.Println(ev) }})
	if _, err := c.Greeting(ctx); err != nil {
		return
	}
	if p, err := c.Send(ctx, "QUIT", false); err == nil {
		_, _ = p.Wait(ctx)
	}
	<-c.Done()
	// Output:
	// # connect: pipe
	// S: 220 mx.example.test ready
	// C: QUIT
	// S: 221 2.0.0 bye
	// # close: the server closed the connection
}
