package wire_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// toData is the way to a 354 with two accepted recipients and a refused one.
var toData = []string{
	"S: 220 x", "C: EHLO a.example", "S: 250 x",
	"C: MAIL FROM:<a@b.example>", "S: 250 ok",
	"C: RCPT TO:<one@b.example>", "S: 250 ok",
	"C: RCPT TO:<no@b.example>", "S: 550 no",
	"C: RCPT TO:<two@b.example>", "S: 250 ok",
	"C: DATA", "S: 354 go on",
}

// atData starts a pair and brings it to the 354; hello is EHLO or LHLO.
func atData(t *testing.T, o wire.Options, hello string, serve func(*server)) (*wire.Conn, *tape) {
	t.Helper()
	script := slices.Clone(toData)
	script[1] = "C: " + hello + " a.example"
	c, tp := pairWith(t, o, func(s *server) {
		s.follow(script...)
		serve(s)
	})
	greeted(t, c)
	for i, step := range script {
		if line, ok := strings.CutPrefix(step, "C: "); ok {
			must(t, c, line, int(script[i+1][3]-'0')*100+int(script[i+1][4]-'0')*10+int(script[i+1][5]-'0'))
		}
	}
	return c, tp
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestBody(t *testing.T) {
	tests := []struct{ in, text string }{
		{"Subject: x\r\n\r\nhello\r\n", "Subject: x\r\n\r\nhello\r\n"},
		{"one\n.two\n..\n.", "one\r\n.two\r\n..\r\n.\r\n"},
		{"a\rb\r\n.\r\n", "a\r\nb\r\n.\r\n"},
		{"", ""},
		{strings.Repeat("0123456789abcdef\n", 3000), strings.Repeat("0123456789abcdef\r\n", 3000)},
	}
	for _, tt := range tests {
		got := make(chan []string, 1)
		c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) {
			var lines []string
			for len(lines) == 0 || lines[len(lines)-1] != ".\r\n" {
				line, err := s.br.ReadString('\n')
				if err != nil {
					break
				}
				lines = append(lines, line)
			}
			got <- lines
			s.follow("S: 250 2.0.0 taken")
		})
		var steps []int64
		replies, err := c.Body(t.Context(), iotest.HalfReader(strings.NewReader(tt.in)), &wire.Upload{Progress: func(n int64) { steps = append(steps, n) }})
		if err != nil || len(replies) != 1 || replies[0].Code != 250 {
			t.Fatalf("Body: %v, %v", replies, err)
		}
		var unstuffed strings.Builder
		for _, line := range <-got {
			if line != ".\r\n" {
				unstuffed.WriteString(strings.TrimPrefix(line, "."))
			}
		}
		if unstuffed.String() != tt.text {
			t.Errorf("the server read %.80q, want %.80q", unstuffed.String(), tt.text)
		}
		bodies := tp.of(protocol.KindBody)
		want := protocol.Event{Kind: protocol.KindBody, Cmd: "DATA", Size: int64(len(tt.text)), SHA256: digest(tt.text), Text: tt.text}
		if len(bodies) != 1 || bodies[0].Size != want.Size || bodies[0].SHA256 != want.SHA256 || bodies[0].Text != want.Text || bodies[0].Cmd != "DATA" {
			t.Errorf("the body event is %v, want %v", bodies, want)
		}
		if len(steps) == 0 || steps[len(steps)-1] != want.Size || !slices.IsSorted(steps) {
			t.Errorf("progress was %v, want it to end at %d", steps, want.Size)
		}
		if st := c.State(); st.Messages != 1 || st.Phase != protocol.PhaseReady {
			t.Errorf("the state is %v with %d messages", st.Phase, st.Messages)
		}
	}
}

func TestBodyNotAsked(t *testing.T) {
	c, _ := pair(t, wire.Options{}, "S: 220 x")
	greeted(t, c)
	if _, err := c.Body(t.Context(), strings.NewReader("x"), nil); !errors.Is(err, wire.ErrNotAsked) {
		t.Errorf("Body: %v", err)
	}
}

// shelf is a Keep in memory.
type shelf struct {
	bytes.Buffer
	sum     string
	aborted bool
	err     error
}

func (s *shelf) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	return s.Buffer.Write(p)
}

func (s *shelf) Commit(sum string) error { s.sum = sum; return nil }
func (s *shelf) Abort()                  { s.aborted = true }

// drain reads a message to its dot.
func drain(s *server) { _, _ = io.Copy(io.Discard, protocol.NewDotReader(s.br)) }

func TestLargeBody(t *testing.T) {
	line := strings.Repeat("x", 62) + "\r\n"
	full := strings.Repeat(line, protocol.InlineBody/len(line))
	tests := []struct {
		name    string
		text    string
		keep    *shelf
		openErr error
		inline  bool
		codes   int
	}{
		{"just fits", full, &shelf{}, nil, true, 0},
		{"one octet more", full + "x\r\n", &shelf{}, nil, false, 0},
		{"disk full", full + full, &shelf{err: errors.New("disk full")}, nil, false, 1},
		{"no place", full + full, nil, errors.New("read-only"), false, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := wire.Options{Keep: func() (wire.Keep, error) {
				if tt.openErr != nil {
					return nil, tt.openErr
				}
				return tt.keep, nil
			}}
			c, tp := atData(t, o, "EHLO", func(s *server) { drain(s); s.follow("S: 250 ok") })
			if _, err := c.Body(t.Context(), strings.NewReader(tt.text), nil); err != nil {
				t.Fatal(err)
			}
			ev := tp.of(protocol.KindBody)[0]
			if (ev.Text == tt.text) != tt.inline || ev.SHA256 != digest(tt.text) || len(tp.codes()) != tt.codes {
				t.Errorf("%d octets inline, digest %s, codes %q", len(ev.Text), ev.SHA256, tp.codes())
			}
			if tt.keep == nil || tt.inline {
				return
			}
			if kept := tt.keep.sum == ev.SHA256 && tt.keep.String() == tt.text; kept != (tt.keep.err == nil) || kept == tt.keep.aborted {
				t.Errorf("kept %v (%d octets), aborted %v", kept, tt.keep.Len(), tt.keep.aborted)
			}
		})
	}
}

// LMTP answers once for each recipient it took, in their order.
func TestBodyLMTP(t *testing.T) {
	c, _ := atData(t, wire.Options{}, "LHLO", func(s *server) { drain(s); s.follow("S: 250 one", "S: 452 two", "C: NOOP", "S: 250 ok") })
	replies, err := c.Body(t.Context(), strings.NewReader("x"), nil)
	if err != nil || len(replies) != 2 || replies[0].Code != 250 || replies[1].Code != 452 {
		t.Errorf("Body: %v, %v", replies, err)
	}
	must(t, c, "NOOP", 250)
}

// PRDR answers with 353, once for each recipient, and once for all.
func TestBodyPRDR(t *testing.T) {
	c, _ := atData(t, wire.Options{}, "EHLO", func(s *server) {
		drain(s)
		s.follow("S: 353 each", "S: 250 one", "S: 452 two", "S: 250 taken", "C: NOOP", "S: 250 ok")
	})
	replies, err := c.Body(t.Context(), strings.NewReader("x"), nil)
	if err != nil || len(replies) != 4 || replies[0].Code != 353 || replies[2].Code != 452 || replies[3].Code != 250 {
		t.Errorf("Body: %v, %v", replies, err)
	}
	must(t, c, "NOOP", 250)
}

func TestBodyBrokenOff(t *testing.T) {
	forever := iotest.ErrReader(errors.New("bad sector"))
	text := strings.Repeat("y", 40<<10)
	tests := []struct {
		name  string
		r     func(cancel func()) io.Reader
		serve func(*server)
		codes []string
		says  string
	}{
		{
			"the text cannot be read", func(func()) io.Reader { return io.MultiReader(strings.NewReader(text), forever) }, drain,
			[]string{"message.read", "close.body"},
			"must throw it away",
		},
		{
			"the user cancels", func(cancel func()) io.Reader {
				return io.MultiReader(strings.NewReader(text), readFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }))
			}, drain,
			[]string{"close.user"},
			"must throw it away",
		},
		{
			"the server answers too early", func(func()) io.Reader { return endless{} },
			func(s *server) { _, _ = s.br.Peek(1); s.follow("S: 552 too much"); drain(s) },
			[]string{"message.early", "close.early"},
			"must throw it away",
		},
		{
			"the server hangs up", func(func()) io.Reader { return endless{} },
			func(s *server) { _, _ = s.br.Peek(1); s.follow("close") },
			[]string{"close.lost"},
			"must throw it away",
		},
		{
			"the server says 421", func(func()) io.Reader { return endless{} },
			func(s *server) { _, _ = s.br.Peek(1); s.follow("S: 421 4.3.2 shutting down", "close") },
			[]string{"close.server"},
			"must throw it away",
		},
		{
			"no verdict comes", func(func()) io.Reader { return strings.NewReader(text) },
			func(s *server) { drain(s); s.follow("close") },
			[]string{"close.lost"},
			"may have been accepted",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keep := &shelf{}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := wire.Options{Keep: func() (wire.Keep, error) { return keep, nil }}
			c, tp := atData(t, o, "EHLO", tt.serve)
			_, err := c.Body(ctx, tt.r(cancel), nil)
			closed := ended(t, c, tp, tt.codes...)
			if !errors.Is(err, closed) || !strings.Contains(closed.Text, tt.says) {
				t.Errorf("Body: %v", err)
			}
			if keep.sum != "" {
				t.Error("an unfinished text was kept as if it were whole")
			}
		})
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// endless is text without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "\r\nx"[i%3]
	}
	return len(p) / 3 * 3, nil
}

// A server that stops reading in the middle of a message is given up.
func TestBodyStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) { _, _ = s.br.Peek(1) })
		start := time.Now()
		if _, err := c.Body(t.Context(), endless{}, nil); err == nil {
			t.Error("Body came back without an error")
		}
		ended(t, c, tp, "timeout.write", "close.timeout")
		if time.Since(start) != 3*time.Minute {
			t.Errorf("it took %v", time.Since(start))
		}
	})
}

func TestVerdictLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) {
			drain(s)
			s.follow("C: NOOP", "S: 250 taken", "S: 250 ok")
		})
		_, err := c.Body(t.Context(), strings.NewReader("x"), nil)
		var late *wire.TimeoutError
		if !errors.As(err, &late) || late.Code != "timeout.message" || !strings.Contains(late.Text, "may have been accepted") {
			t.Errorf("Body: %v", err)
		}
		must(t, c, "NOOP", 250)
		if st := c.State(); st.Messages != 1 || len(tp.codes()) != 1 {
			t.Errorf("%d messages, codes %q", st.Messages, tp.codes())
		}
	})
}

// The last words of a server that hangs up in the middle of a message are
// heard, over TCP too, where the write fails first.
func TestLastWords(t *testing.T) {
	address := listen(t, func(nc net.Conn) {
		s := &server{t: t, nc: nc, br: bufio.NewReader(nc)}
		s.follow("S: 220 x", "C: DATA", "S: 354 go on")
		_, _ = s.br.Peek(1)
		s.follow("S: 421 4.3.0 too much")
		_, _ = io.CopyN(io.Discard, s.br, 1<<20)
	})
	tp := newTape()
	c, err := wire.Dial(t.Context(), address, &wire.Options{Sink: tp.Sink})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	greeted(t, c)
	must(t, c, "DATA", 354)
	if _, err := c.Body(t.Context(), endless{}, nil); err == nil {
		t.Error("Body came back without an error")
	}
	<-c.Done()
	tp.await(t, "421 4.3.0 too much")
}
