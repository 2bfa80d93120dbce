package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// teller is a server that says what it is told to say.
type teller struct {
	mu   sync.Mutex // guards seen
	seen []string   // lines received; a message is one "." and a chunk none
}

// lines are what came so far.
func (s *teller) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// told begins a session with a server that greets with the first reply and
// answers each line with the next. It closes where they end. Behind a 354 it
// reads up to the dot, behind BDAT as many octets as that says.
func told(t *testing.T, o Options, replies ...string) (*Session, *teller) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &teller{}
	var served sync.WaitGroup
	served.Go(func() {
		if nc, err := l.Accept(); err == nil {
			s.talk(nc, replies)
			nc.Close()
		}
	})
	t.Cleanup(func() { l.Close(); served.Wait() })
	target, err := ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	o.Settings.Helo = "client.example.org"
	session, err := New(o).Begin(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	if err := session.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	return session, s
}

func (s *teller) talk(nc net.Conn, replies []string) {
	in := bufio.NewReader(nc)
	for _, reply := range replies {
		_, _ = io.WriteString(nc, strings.ReplaceAll(reply, "\n", "\r\n")+"\r\n")
		line, err := in.ReadString('\n')
		for err == nil && strings.HasPrefix(reply, "354") && line != ".\r\n" {
			line, err = in.ReadString('\n')
		}
		if err != nil {
			return
		}
		var n int64
		if _, err := fmt.Sscanf(line, "BDAT %d", &n); err == nil {
			_, _ = io.CopyN(io.Discard, in, n)
		}
		s.mu.Lock()
		s.seen = append(s.seen, strings.TrimRight(line, "\r\n"))
		s.mu.Unlock()
	}
	_, _ = in.ReadByte() // the client closes
}

// letter is a small mail to so many recipients.
func letter(to int) Mail {
	m := Mail{From: "a@x.example", Octets: octets(fullHeader + "\n.dot\n")}
	for i := range to {
		m.To = append(m.To, fmt.Sprintf("b%d@x.example", i+1))
	}
	return m
}

// sentLines are the command lines that went out.
func sentLines(s *Session) []string {
	var lines []string
	for _, ev := range s.Log.Events() {
		if ev.Kind == protocol.KindClient {
			lines = append(lines, ev.Text)
		}
	}
	return lines
}

// TestDeliver goes on from wherever a session stands.
func TestDeliver(t *testing.T) {
	for name, before := range map[string][]string{
		"greeted":           nil,
		"hello":             {ehlo},
		"transaction":       {ehlo, "MAIL FROM:<a@x.example>", "RCPT TO:<b1@example.ORG>"},
		"other transaction": {ehlo, "MAIL FROM:<other@x.example>", "RCPT TO:<eve@example.org>"},
	} {
		for _, chunk := range []int64{0, OneChunk, 50} {
			s := begin(t, Options{})
			for _, line := range before {
				s.do(t, Send{Line: line})
			}
			m := letter(0)
			m.To, m.Chunk = []string{"b1@example.org", "b2@example.test"}, chunk
			var steps []int64
			var asked Summary
			err := s.Deliver(t.Context(), m, Delivery{
				Progress: func(n int64) { steps = append(steps, n) },
				Confirm:  func(_ context.Context, sum Summary) bool { asked = sum; return true },
			})
			st := s.State()
			if err != nil || st.Messages != 1 || st.HasFrom || s.Log.Progress().ExitCode() != 0 {
				t.Errorf("%s, chunk %d: %v, %d messages:\n%q", name, chunk, err, st.Messages, sentLines(s))
			}
			if !slices.IsSorted(steps) || len(steps) == 0 || steps[len(steps)-1] != m.Facts.Size {
				t.Errorf("%s, chunk %d: progress %d of %d", name, chunk, steps, m.Facts.Size)
			}
			if asked != (Summary{2, "practice", m.Facts.Size}) {
				t.Errorf("%+v", asked)
			}
		}
	}
}

const hi, mx, ok, no, bye = "220 hi", "250-mx\n250 CHUNKING", "250 ok", "550 no", "421 later"

// TestRefused asks at each refusal, and does what was chosen.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []string
		chunk   int64
		choose  []Choice // nil: nobody is asked
		err     error
		last    string    // line the server got last
		asked   []Refusal // lines, codes and numbers
	}{
		{"EHLO, then HELO", []string{hi, "500 what", ok, ok, ok, ok, "354 go", ok}, 0, []Choice{Stop}, nil, ".", nil},
		{"HELO too", []string{hi, "500 what", no}, 0, []Choice{GoOn}, ErrRefused, "HELO client.example.org", []Refusal{{Line: "HELO client.example.org", Reply: protocol.Reply{Code: 550}}}},
		{"EHLO for now", []string{hi, "450 wait"}, 0, nil, ErrRefused, "EHLO client.example.org", nil},
		{"MAIL", []string{hi, mx, no}, 0, []Choice{GoOn}, ErrRefused, "MAIL FROM:<a@x.example>", []Refusal{{Line: "MAIL FROM:<a@x.example>", Reply: protocol.Reply{Code: 550}}}},
		{"one recipient", []string{hi, mx, ok, no, ok, "354 go", ok}, 0, nil, nil, ".", nil},
		{"every recipient", []string{hi, mx, ok, no, no}, 0, nil, ErrRefused, "RCPT TO:<b2@x.example>", nil},
		{"go on", []string{hi, mx, ok, no, ok, "354 go", ok}, 0, []Choice{GoOn}, nil, ".", []Refusal{{Line: "RCPT TO:<b1@x.example>", Reply: protocol.Reply{Code: 550}, Left: 1}}},
		{"go on, with nobody", []string{hi, mx, ok, no, no}, 0, []Choice{GoOn, GoOn}, ErrRefused, "RCPT TO:<b2@x.example>", []Refusal{
			{Line: "RCPT TO:<b1@x.example>", Reply: protocol.Reply{Code: 550}, Left: 1}, {Line: "RCPT TO:<b2@x.example>", Reply: protocol.Reply{Code: 550}},
		}},
		{"the second one", []string{hi, mx, ok, ok, no, "354 go", ok}, 0, []Choice{GoOn}, nil, ".", []Refusal{{Line: "RCPT TO:<b2@x.example>", Reply: protocol.Reply{Code: 550}, Accepted: 1}}},
		{"reset", []string{hi, mx, ok, no, ok}, 0, []Choice{Reset}, ErrRefused, "RSET", []Refusal{{Line: "RCPT TO:<b1@x.example>", Reply: protocol.Reply{Code: 550}, Left: 1}}},
		{"stop", []string{hi, mx, ok, no}, 0, []Choice{Stop}, ErrRefused, "RCPT TO:<b1@x.example>", []Refusal{{Line: "RCPT TO:<b1@x.example>", Reply: protocol.Reply{Code: 550}, Left: 1}}},
		{"DATA", []string{hi, mx, ok, ok, ok, no, ok}, 0, []Choice{Reset}, ErrRefused, "RSET", []Refusal{{Line: "DATA", Reply: protocol.Reply{Code: 550}, Accepted: 2}}},
		{"message", []string{hi, mx, ok, ok, ok, "354 go", no}, 0, []Choice{Reset}, ErrRefused, ".", nil},
		{"chunk", []string{hi, mx, ok, ok, ok, no, ok}, 50, []Choice{Reset}, ErrRefused, "RSET", []Refusal{{Line: "BDAT 50", Reply: protocol.Reply{Code: 550}, Accepted: 2}}},
		{"last chunk", []string{hi, mx, ok, ok, ok, no}, OneChunk, []Choice{Reset}, ErrRefused, "BDAT 96 LAST", nil},
		{"no CHUNKING", []string{hi, "250 mx"}, OneChunk, nil, ErrNoChunking, "EHLO client.example.org", nil},
		{"busy at RCPT", []string{hi, mx, ok, bye}, 0, []Choice{GoOn}, ErrRefused, "RCPT TO:<b1@x.example>", nil},
		{"nothing comes of it", []string{hi, mx, "299 fine", "299 fine"}, 0, nil, ErrStuck, "MAIL FROM:<a@x.example>", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, server := told(t, Options{}, c.replies...)
			m := letter(2)
			m.Chunk = c.chunk
			var asked []Refusal
			o := Delivery{Refused: func(_ context.Context, r Refusal) Choice {
				r.Reply.Lines, r.rcpt = nil, false
				asked = append(asked, r)
				return c.choose[len(asked)-1]
			}}
			if c.choose == nil {
				o.Refused = nil
			}
			if err := s.Deliver(t.Context(), m, o); !errors.Is(err, c.err) {
				t.Errorf("%v, want %v", err, c.err)
			}
			if got := server.lines(); got[len(got)-1] != c.last {
				t.Errorf("the server got %q", got)
			}
			if fmt.Sprint(asked) != fmt.Sprint(c.asked) {
				t.Errorf("asked %+v, want %+v", asked, c.asked)
			}
		})
	}
}

// TestNotConfirmed leaves connection and transaction as they are, and the mail
// can go on from there.
func TestNotConfirmed(t *testing.T) {
	s := begin(t, Options{})
	m := letter(1)
	m.To = []string{"bob@example.org"}
	refuse := Delivery{Confirm: func(context.Context, Summary) bool { return false }}
	if err := s.Deliver(t.Context(), m, refuse); !errors.Is(err, ErrNotConfirmed) {
		t.Error(err)
	}
	if st := s.State(); st.Phase != protocol.PhaseRcpt || !s.Live() {
		t.Errorf("%v", st.Phase)
	}
	before := len(sentLines(s))
	if err := s.Deliver(t.Context(), m, Delivery{}); err != nil {
		t.Error(err)
	}
	if got := sentLines(s)[before:]; !slices.Equal(got, []string{"DATA"}) {
		t.Errorf("%q", got)
	}
}

// TestHeldMail: nothing of a mail goes out where an address has an error,
// unless that is wanted.
func TestHeldMail(t *testing.T) {
	s, server := told(t, Options{}, hi, mx, ok, ok, no, "354 go", ok)
	m := letter(1)
	m.To = append(m.To, "b b@x.example")
	var held *HeldError
	if err := s.Deliver(t.Context(), m, Delivery{}); !errors.As(err, &held) || len(server.lines()) > 0 {
		t.Errorf("%v, %q", err, server.lines())
	}
	if err := s.Deliver(t.Context(), m, Delivery{AsTyped: true}); err != nil {
		t.Error(err)
	}
	for _, ev := range s.Log.Events() {
		if ev.AsTyped != (ev.Text == "RCPT TO:<b b@x.example>") {
			t.Errorf("%q as typed: %v", ev.Text, ev.AsTyped)
		}
	}
}

// TestNotReady: a mail cannot begin in the middle of something.
func TestNotReady(t *testing.T) {
	s, _ := told(t, Options{}, hi, mx, ok, ok, "354 go")
	for _, line := range []string{ehlo, "MAIL FROM:<a@x.example>", "RCPT TO:<b1@x.example>", "DATA"} {
		s.do(t, Send{Line: line})
	}
	if err := s.Deliver(t.Context(), letter(1), Delivery{}); !errors.Is(err, ErrNotReady) {
		t.Error(err)
	}
	s.do(t, Drop{})
	if err := s.Deliver(t.Context(), letter(1), Delivery{}); !errors.Is(err, ErrNoConnection) {
		t.Error(err)
	}
	s, _ = told(t, Options{Settings: Settings{Timeout: Duration(50 * time.Millisecond)}}, hi, mx, "250-not whole")
	if err := s.Deliver(t.Context(), letter(1), Delivery{}); err == nil || !Reported(err) {
		t.Error(err)
	}
	if err := s.Deliver(t.Context(), letter(1), Delivery{}); !errors.Is(err, ErrNotReady) {
		t.Errorf("while a reply is awaited: %v", err)
	}
}

// TestFileOnTheWay: a file that is gone costs nothing; one that changes while
// it is sent costs the connection, since SMTP has no other way back.
func TestFileOnTheWay(t *testing.T) {
	store := history.Open(t.TempDir())
	text := fullHeader + "\n" + strings.Repeat("some text in a line\n", 50_000)
	for _, chunk := range []int64{0, OneChunk, 1 << 20} {
		first := "354 go"
		if chunk != 0 {
			first = ok
		}
		s, _ := told(t, Options{Store: store}, hi, mx, ok, ok, first, ok, ok)
		o, _, err := ReadFile(file(t, text), protocol.State{})
		if err != nil {
			t.Fatal(err)
		}
		m := Mail{From: "a@x.example", To: []string{"b@x.example"}, Octets: o, Chunk: chunk}
		changed := false
		err = s.Deliver(t.Context(), m, Delivery{Progress: func(int64) {
			if !changed {
				changed = true
				writeFile(t, o.Path, text+"more\n")
			}
		}})
		last := s.Log.Events()[s.Log.Len()-1]
		if !errors.Is(err, ErrChanged) || s.Live() || last.Code != "close.body" {
			t.Errorf("chunk %d: %v, %+v", chunk, err, last)
		}
	}
	s, server := told(t, Options{}, hi, mx, ok, ok)
	m := letter(1)
	m.Open = func() (io.ReadCloser, error) { return nil, ErrChanged }
	if err := s.Deliver(t.Context(), m, Delivery{}); !errors.Is(err, ErrChanged) || slices.Contains(server.lines(), "DATA") || !s.Live() {
		t.Errorf("%v, %q", err, server.lines())
	}
}

// TestCancelled: whoever breaks off while the message goes drops the connection.
func TestCancelled(t *testing.T) {
	s, _ := told(t, Options{}, hi, mx, ok, ok, "354 go", ok)
	ctx, cancel := context.WithCancel(t.Context())
	m := letter(1)
	m.Octets = octets(strings.Repeat("x\r\n", 1_000_000))
	err := s.Deliver(ctx, m, Delivery{Progress: func(int64) { cancel() }})
	if !errors.Is(err, context.Canceled) || s.Live() {
		t.Errorf("%v, live %v", err, s.Live())
	}
	if last := s.Log.Events()[s.Log.Len()-1]; last.Code != "close.user" {
		t.Errorf("%+v", last)
	}
}
