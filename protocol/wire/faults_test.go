package wire_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"smtpconsole/protocol/wire"
)

func TestOtherProtocols(t *testing.T) {
	tests := []struct{ first, code string }{
		{"HTTP/1.1 400 Bad Request\r\n", "greeting.http"},
		{"* OK [CAPABILITY IMAP4rev1] ready\r\n", "greeting.imap"},
		{"* BYE too many\r\n", "greeting.imap"},
		{"+OK POP3 ready\r\n", "greeting.pop"},
		{"-ERR busy\r\n", "greeting.pop"},
		{"SSH-2.0-OpenSSH_9.9\r\n", "greeting.ssh"},
		{"\x15\x03\x03\x00\x02\x02\x46", "greeting.tls"}, // no LF: an alert
		{"\xff\xfd\x18\xff\xfd\x20", "greeting.telnet"},
	}
	for _, tt := range tests {
		c, tp := pair(t, wire.Options{}, tt.first)
		_, err := c.Greeting(t.Context())
		closed := ended(t, c, tp, tt.code, "close.foreign")
		if !errors.Is(err, closed) {
			t.Errorf("%q: Greeting gave %v, want %v", tt.first, err, closed)
		}
	}
}

// What only looks like another protocol for a moment, and what no grammar
// knows, is read all the same.
func TestOddGreetings(t *testing.T) {
	for _, first := range []string{"* hello\r\n220 ok\r\n", "\r\n220 ok\r\n", "220\r\n", "220 ok\n", "+\r\n220 x\r\n", "220-a\r\n220-\r\n220\r\n"} {
		c, _ := pair(t, wire.Options{}, first)
		greeted(t, c)
	}
}

func TestLimits(t *testing.T) {
	long := strings.Repeat("x", 60<<10)
	tests := []struct {
		name, code string
		part       string
	}{
		{"a line without end", "limit.line", "220 " + long},
		{"a reply of many lines", "limit.reply", strings.Repeat("220-a\r\n", 100)},
		{"a reply of long lines", "limit.reply", "220-" + long + "\r\n"},
		{"lines that are no reply", "reply.garbage limit.reply", strings.Repeat("so what\r\n", 100)},
		{"replies nobody asked for", "limit.unasked", strings.Repeat("250 ok\r\n", 100)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, tp := pairWith(t, wire.Options{}, func(s *server) {
				for {
					if _, err := s.nc.Write([]byte(tt.part)); err != nil {
						return
					}
				}
			})
			ended(t, c, tp, append(strings.Fields(tt.code), "close.limit")...)
		})
	}
}

func TestNoGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := pair(t, wire.Options{})
		start := time.Now()
		_, err := c.Greeting(t.Context())
		var late *wire.TimeoutError
		if !errors.As(err, &late) || late.Code != "greeting.none" || time.Since(start) != 5*time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if got := tp.codes(); len(got) != 1 || got[0] != "greeting.none" || c.Err() != nil {
			t.Errorf("codes %q, error %v, want greeting.none and an open connection", got, c.Err())
		}
	})
}

// A late reply still belongs to its command, and the next one to the next.
func TestLateReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := pairWith(t, wire.Options{Timeouts: wire.Within(time.Second)}, func(s *server) {
			s.follow("S: 220 ready", "C: NOOP", "C: RSET", "S: 250 first", "S: 251 second")
		})
		greeted(t, c)
		first, err := c.Send(t.Context(), "NOOP", false)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the event comes once
			if _, err := first.Wait(t.Context()); !errors.As(err, new(*wire.TimeoutError)) {
				t.Fatalf("the first wait ended with %v", err)
			}
		}
		must(t, c, "RSET", 251)
		if r, err := first.Wait(t.Context()); err != nil || r.Code != 250 {
			t.Errorf("the late reply is %v, %v", r, err)
		}
		if got := tp.codes(); len(got) != 1 || got[0] != "timeout.command" {
			t.Errorf("codes %q", got)
		}
	})
}

func TestDeadlines(t *testing.T) {
	tests := []struct {
		lines []string
		code  string
		limit time.Duration
	}{
		{[]string{"EHLO a.example"}, "timeout.command", 5 * time.Minute},
		{[]string{"MAIL FROM:<a@b.example>"}, "timeout.mail", 5 * time.Minute},
		{[]string{"RCPT TO:<a@b.example>"}, "timeout.rcpt", 5 * time.Minute},
		{[]string{"DATA"}, "timeout.data", 2 * time.Minute},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			c, tp := pairWith(t, wire.Options{}, func(s *server) {
				s.follow("S: 220 ready")
				_, _ = io.Copy(io.Discard, s.br)
			})
			greeted(t, c)
			start := time.Now()
			group, err := c.SendAll(t.Context(), tt.lines, false)
			if err != nil {
				t.Fatal(err)
			}
			_, err = group[0].Wait(t.Context())
			var late *wire.TimeoutError
			if !errors.As(err, &late) || late.Code != tt.code || time.Since(start) != tt.limit {
				t.Errorf("%q: after %v: %v, want %s after %v", tt.lines, time.Since(start), err, tt.code, tt.limit)
			}
			if c.Err() != nil || len(tp.codes()) != 1 {
				t.Errorf("%q: the connection is %v, codes %q", tt.lines, c.Err(), tp.codes())
			}
		})
	}
}

// A server that does not read stops nobody for longer than the deadline.
func TestWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := pair(t, wire.Options{}, "S: 220 ready")
		greeted(t, c)
		_, err := c.Send(t.Context(), "NOOP", false)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("send: %v", err)
		}
		ended(t, c, tp, "timeout.write", "close.timeout")
	})
}

func TestCancelWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := pair(t, wire.Options{}, "S: 220 ready")
		greeted(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := c.Send(ctx, "NOOP", false); !errors.Is(err, context.Canceled) {
			t.Errorf("send: %v", err)
		}
		ended(t, c, tp, "close.user")
	})
}

// Whoever waits for the write lock can stop waiting.
func TestCancelBehindAnotherWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t, wire.Options{}, "S: 220 ready")
		greeted(t, c)
		go c.Send(t.Context(), "NOOP", false)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Send(ctx, "NOOP", false); err != context.DeadlineExceeded {
			t.Errorf("send: %v", err)
		}
		_ = c.Close()
	})
}

func TestCancelWaiting(t *testing.T) {
	c, _ := pair(t, wire.Options{}, "S: 220 ready", "C: NOOP", "C: RSET", "S: 250 one", "S: 250 two")
	greeted(t, c)
	p, err := c.Send(t.Context(), "NOOP", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Wait(ctx); err != context.Canceled {
		t.Errorf("wait: %v", err)
	}
	must(t, c, "RSET", 250)
}

func TestCloseEvents(t *testing.T) {
	open := []string{"S: 220 ready", "C: EHLO a.example", "S: 250 x"}
	tests := []struct {
		name   string
		script []string
		lines  []string
		code   string
		text   string // part of what must be said
	}{
		{"before the greeting", []string{"close"}, nil, "close.lost", "before the greeting"},
		{"between commands", append(open[:3:3], "close"), []string{"EHLO a.example"}, "close.server", ""},
		{"after 421", append(open[:3:3], "C: NOOP", "S: 421 4.4.2 idle", "close"), []string{"EHLO a.example", "NOOP"}, "close.server", ""},
		{"instead of a reply", append(open[:3:3], "C: VRFY ann", "close"), []string{"EHLO a.example", "VRFY ann"}, "close.lost", "VRFY"},
		{"in a reply", append(open[:3:3], "C: NOOP", "S: 250-one", "close"), []string{"EHLO a.example", "NOOP"}, "close.lost", "in the middle of a reply"},
		{"in a line", append(open[:3:3], "C: NOOP", "250 on", "close"), []string{"EHLO a.example", "NOOP"}, "close.lost", "in the middle of a reply"},
		{
			"in a transaction", append(open[:3:3], "C: MAIL FROM:<>", "S: 250 ok", "C: RCPT TO:<a@b.example>", "S: 250 ok", "close"),
			[]string{"EHLO a.example", "MAIL FROM:<>", "RCPT TO:<a@b.example>"},
			"close.server", "1 recipient confirmed",
		},
		{"after QUIT with more to say", []string{"S: 220 x", "C: QUIT", "S: 221 bye", "S: 250 and another thing", "close"}, []string{"QUIT"}, "close.quit", ""},
		{"QUIT refused", []string{"S: 220 x", "C: QUIT", "S: 500 never", "close"}, []string{"QUIT"}, "close.server", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, tp := pair(t, wire.Options{}, tt.script...)
			_, _ = c.Greeting(t.Context())
			for _, line := range tt.lines {
				if p, err := c.Send(t.Context(), line, false); err == nil {
					_, _ = p.Wait(t.Context())
				}
			}
			if closed := ended(t, c, tp, tt.code); !strings.Contains(closed.Text, tt.text) {
				t.Errorf("it says %q, and not %q", closed.Text, tt.text)
			}
		})
	}
}

// A server that never closes after its 221 is closed.
func TestLinger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := pairWith(t, wire.Options{}, func(s *server) {
			s.follow("S: 220 x", "C: QUIT", "S: 221 bye")
			for range 10 { // and keeps talking
				time.Sleep(500 * time.Millisecond) // the bubble's time, no real one
				s.follow("S: 250 still here")
			}
		})
		greeted(t, c)
		must(t, c, "QUIT", 221)
		start := time.Now()
		ended(t, c, tp, "close.quit")
		if time.Since(start) != 2*time.Second {
			t.Errorf("it took %v", time.Since(start))
		}
	})
}

func TestUserCloses(t *testing.T) {
	c, tp := pair(t, wire.Options{}, "S: 220 ready")
	greeted(t, c)
	waiting := make(chan error, 1)
	go func() {
		p, err := c.Send(t.Context(), "NOOP", false) // nobody reads it
		if err == nil {
			_, err = p.Wait(t.Context())
		}
		waiting <- err
	}()
	tp.await(t, "NOOP")
	_ = c.Close()
	if err := <-waiting; !errors.As(err, new(*wire.CloseError)) {
		t.Errorf("whoever waited got %v", err)
	}
	ended(t, c, tp, "close.user")
}

// Octets that arrive one at a time make the same events.
func TestOneOctetAtATime(t *testing.T) {
	c, tp := pairWith(t, wire.Options{}, func(s *server) {
		_, _ = io.Copy(s.nc, iotest.OneByteReader(strings.NewReader("220-x\r\n220 y\r\n421 no\r\n")))
		_ = s.nc.Close()
	})
	ended(t, c, tp, "close.server")
	if got := strings.Join(tp.dialogue(), "|"); got != "S: 220-x|S: 220 y|S: 421 no" {
		t.Errorf("the events are %s", got)
	}
}
