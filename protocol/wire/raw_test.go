package wire_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// untouched is what no filter would leave alone.
const untouched = "Subject: x\n\n.dot\r\n\r.\r\n..\nend without one"

const endOfData = "\r\n.\r\n"

// takes reads octets that must be want.
func (s *server) takes(want string) {
	s.t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(s.br, got); err != nil || string(got) != want {
		s.t.Errorf("the client sent %.80q, %v, want %.80q", got, err, want)
	}
}

func raw(t *testing.T, c *wire.Conn, text string, o *wire.Upload) *wire.Pending {
	t.Helper()
	p, err := c.Raw(t.Context(), strings.NewReader(text), o)
	if err != nil {
		t.Fatalf("Raw: %v", err)
	}
	return p
}

func TestRaw(t *testing.T) {
	c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) {
		s.takes(untouched + endOfData)
		s.follow("S: 250 taken", "C: NOOP", "S: 250 ok")
	})
	var sent int64
	p := raw(t, c, untouched, &wire.Upload{Path: "odd.eml", Progress: func(n int64) { sent = n }})
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Wait(gaveUp); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v", err)
	}
	if again := raw(t, c, endOfData, nil); again != p {
		t.Error("the end of data has a verdict of its own")
	}
	if r, err := p.Wait(t.Context()); err != nil || r.Code != 250 {
		t.Errorf("the verdict is %d, %v", r.Code, err)
	}
	if _, err := c.Raw(t.Context(), strings.NewReader("x"), nil); !errors.Is(err, wire.ErrNotAsked) {
		t.Errorf("Raw behind the verdict: %v", err)
	}
	must(t, c, "NOOP", 250)
	bodies := tp.of(protocol.KindBody)
	if len(bodies) != 2 {
		t.Fatalf("the body events are %v", bodies)
	}
	first := bodies[0]
	if !first.Raw || first.Cmd != "DATA" || first.Path != "odd.eml" || first.Text != untouched ||
		first.Size != int64(len(untouched)) || first.SHA256 != digest(untouched) || !bodies[1].Raw || bodies[1].Path != "" {
		t.Errorf("the body events are %+v", bodies)
	}
	if st := c.State(); sent != first.Size || st.Messages != 1 || st.Phase != protocol.PhaseReady || st.Busy() {
		t.Errorf("progress ended at %d; the state is %v with %d messages", sent, st.Phase, st.Messages)
	}
}

func TestRawLMTP(t *testing.T) {
	c, _ := atData(t, wire.Options{}, "LHLO", func(s *server) {
		s.takes("x" + endOfData)
		s.follow("S: 250 one", "S: 452 two", "C: NOOP", "S: 250 ok")
	})
	raw(t, c, "x", nil)
	replies, err := raw(t, c, endOfData, nil).WaitAll(t.Context())
	if err != nil || len(replies) != 2 || replies[1].Code != 452 {
		t.Errorf("the verdicts are %v, %v", replies, err)
	}
	must(t, c, "NOOP", 250)
}

// A smuggled command is answered: those replies are shown, and are nobody's.
func TestRawSmuggled(t *testing.T) {
	c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) {
		s.takes("x\n.\nRSET\r\n")
		s.follow("S: 250 taken", "S: 250 reset", "C: NOOP", "S: 250 ok")
	})
	r, err := raw(t, c, "x\n.\nRSET\r\n", nil).Wait(t.Context())
	if err != nil || r.Text() != "taken" {
		t.Errorf("the verdict is %v, %v", r, err)
	}
	tp.await(t, "250 reset")
	if r := must(t, c, "NOOP", 250); r.Text() != "ok" {
		t.Errorf("NOOP was answered %q", r.Text())
	}
}

// What is answered while raw octets are still on their way stands behind their
// event, however much is to come, and does not end them.
func TestRawAnsweredEarly(t *testing.T) {
	text := "x" + endOfData + strings.Repeat("NOOP\r\n", 200_000)
	c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) {
		s.takes("x" + endOfData)
		s.follow("S: 250 taken", "S: 502-what", "S: 502 now")
		s.takes(text[len("x"+endOfData):])
		s.follow("C: NOOP", "S: 250 ok")
	})
	if r, err := raw(t, c, text, nil).Wait(t.Context()); err != nil || r.Text() != "taken" {
		t.Errorf("the verdict is %v, %v", r, err)
	}
	must(t, c, "NOOP", 250)
	lines := tp.dialogue()
	body := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "# message") })
	want := []string{"S: 250 taken", "S: 502-what", "S: 502 now", "C: NOOP", "S: 250 ok"}
	if got := lines[body+1:]; body < 0 || !slices.Equal(got, want) {
		t.Errorf("behind the body stand %q, want %q", got, want)
	}
	if st := c.State(); st.Messages != 1 || st.Busy() {
		t.Errorf("%d messages, awaited %v", st.Messages, st.Awaited)
	}
}

func TestRawBrokenOff(t *testing.T) {
	forever := func() io.Reader { return endless{} }
	tests := []struct {
		name  string
		r     func() io.Reader
		serve func(*server)
		codes []string
		last  string // line of the server
		says  string
	}{
		{
			"the server says 421", forever,
			func(s *server) { _, _ = s.br.Peek(1); s.follow("S: 421 4.7.0 too many errors", "close") },
			[]string{"close.server"},
			"421 4.7.0 too many errors", "raw octets",
		},
		{
			"half a line is the last word", forever,
			func(s *server) { _, _ = s.br.Peek(1); s.follow("S: 250 taken", "500 wh", "close") },
			[]string{"close.lost"},
			"500 wh", "raw octets",
		},
		{
			"the server floods", forever,
			func(s *server) {
				_, _ = s.br.Peek(1)
				go func() { _, _ = io.Copy(io.Discard, s.br) }()
				s.follow(strings.Repeat("500 "+strings.Repeat("x", 1000)+"\r\n", 1100))
			},
			[]string{"limit.unasked", "close.limit"},
			"500 " + strings.Repeat("x", 1000), "sent too much",
		},
		{
			"the text cannot be read",
			func() io.Reader { return io.MultiReader(bytes.NewReader(make([]byte, 1<<20)), failing{}) },
			func(s *server) { _, _ = io.Copy(io.Discard, s.br) },
			[]string{"message.read", "close.body"},
			"354 go on", "raw octets",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, tp := atData(t, wire.Options{}, "EHLO", tt.serve)
			_, err := c.Raw(t.Context(), tt.r(), nil)
			closed := ended(t, c, tp, tt.codes...)
			if !errors.Is(err, closed) || !strings.Contains(closed.Text, tt.says) {
				t.Errorf("Raw: %v", err)
			}
			all := tp.all()
			last, first := all[len(all)-len(tt.codes)-1], all[len(all)-len(tt.codes)]
			if last.Kind != protocol.KindServer || last.Text != tt.last || first.Code != tt.codes[0] {
				t.Errorf("the ending is %.80q, then %.80q; want %.80q in front of %q", last, first, tt.last, tt.codes)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("bad sector") }

// A verdict on nothing: over a connection that ends, every waiter hears of it.
func TestRawWithoutVerdict(t *testing.T) {
	c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) {
		_, _ = bufio.NewReader(s.br).Peek(1)
		s.follow("close")
	})
	p := raw(t, c, "x", nil)
	if _, err := p.Wait(t.Context()); !errors.As(err, new(*wire.CloseError)) {
		t.Errorf("Wait: %v", err)
	}
	ended(t, c, tp, "close.lost")
}
