package console

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// soon is how long these tests wait for a reply that does not come.
const soon = 50 * time.Millisecond

// envelope opens a transaction with one recipient.
func envelope(t *testing.T, s *Session) {
	t.Helper()
	s.do(t, Send{Line: ehlo}, Send{Line: "MAIL FROM:<a@example.org>"}, Send{Line: "RCPT TO:<b@example.org>"})
}

// notes are the codes of the notes and errors in a session's log.
func notes(s *Session) []string {
	var list []string
	for _, ev := range s.Log.Events() {
		if ev.Kind == protocol.KindNote || ev.Kind == protocol.KindError {
			list = append(list, ev.Code)
		}
	}
	return list
}

// TestRaw: the octets go out untouched, and the end when it is asked for.
func TestRaw(t *testing.T) {
	const text = "Subject: x\n\n.\n..\r\n"
	s := begin(t, Options{Settle: soon})
	envelope(t, s)
	path := file(t, text)
	s.do(t, Raw{Path: path})
	if got := notes(s); !slices.Equal(got, []string{"raw.open"}) || !s.State().RawAwaited() {
		t.Errorf("notes %q, %v", got, s.State().Phase)
	}
	s.do(t, End{})
	if st := s.State(); st.Phase != protocol.PhaseReady || st.Busy() {
		t.Errorf("%v", st.Phase)
	}
	var bodies []protocol.Event
	for _, ev := range s.Log.Events() {
		if ev.Kind == protocol.KindBody {
			bodies = append(bodies, ev)
		}
	}
	if len(bodies) != 2 || bodies[0].Text != text || bodies[0].Path != path || !bodies[0].Raw || bodies[1].Text != protocol.EndOfData {
		t.Errorf("%+v", bodies)
	}
}

// TestRawWithItsEnd has its verdict at once.
func TestRawWithItsEnd(t *testing.T) {
	s := begin(t, Options{Settle: time.Minute})
	envelope(t, s)
	if err := s.SendRaw(t.Context(), octets("Subject: x\r\n\r\n.\r\n"), "", nil); err != nil || s.State().Messages != 1 || notes(s) != nil {
		t.Errorf("%v, %d messages, notes %q", err, s.State().Messages, notes(s))
	}
}

// TestRawRefused: where DATA is refused nothing follows it.
func TestRawRefused(t *testing.T) {
	s, server := told(t, Options{Settle: soon}, hi, mx, ok, ok, no, ok)
	envelope(t, s)
	s.do(t, Raw{Path: file(t, "x")}, Send{Line: "NOOP"})
	if got := server.lines(); got[len(got)-1] != "NOOP" || notes(s) != nil {
		t.Errorf("%q, %q", got, notes(s))
	}
	if err := s.SendEnd(t.Context()); err == nil {
		t.Error("an end was sent for no message")
	}
}

// TestFar: rules are broken on this machine, and elsewhere where its name is
// given again.
func TestFar(t *testing.T) {
	c := New(Options{})
	for _, name := range []string{"mx.example.org", "192.0.2.1:2525", "smtp://mx.example.org:587"} {
		target, err := ParseTarget(name)
		if err != nil {
			t.Fatal(err)
		}
		s := &Session{Target: target, console: c}
		for host, allowed := range map[string]bool{"": false, "other.example.org": false, target.Host: true, strings.ToUpper(target.Host): true, name: true} {
			errs := []error{s.SendRaw(t.Context(), octets(""), host, nil), s.TestEnd(t.Context(), protocol.EndVariant{}, "", host)}
			for _, err := range errs {
				if errors.Is(err, ErrFar) == allowed || allowed && !errors.Is(err, ErrNoConnection) {
					t.Errorf("%s, confirmed as %q: %v", name, host, err)
				}
			}
		}
	}
}

// ending begins a session with a server that takes any of the octets for the
// end of a message, says verdict, and closes where that is a 421.
func ending(t *testing.T, verdict string, ends ...string) *Session {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		in := bufio.NewReader(nc)
		_, _ = io.WriteString(nc, hi+"\r\n")
		for _, reply := range []string{ok, ok, ok, "354 go"} {
			_, _ = in.ReadString('\n')
			_, _ = io.WriteString(nc, reply+"\r\n")
		}
		var text bytes.Buffer
		for !slices.ContainsFunc(ends, func(end string) bool { return bytes.HasSuffix(text.Bytes(), []byte(end)) }) {
			b, err := in.ReadByte()
			if err != nil {
				return
			}
			text.WriteByte(b)
		}
		_, _ = io.WriteString(nc, verdict+"\r\n")
		if !strings.HasPrefix(verdict, "421") {
			_, _ = in.ReadByte() // the client closes
		}
	})
	t.Cleanup(func() { l.Close(); served.Wait() })
	target, err := ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Settle: soon, Settings: Settings{Timeout: Duration(10 * soon)}}).Begin(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	envelope(t, s)
	return s
}

// TestEndVariants has each kind of server there is.
func TestEndVariants(t *testing.T) {
	end := protocol.EndOfData
	for _, c := range []struct {
		name, variant, verdict string
		ends                   []string
		code                   string
	}{
		{"correct", "lf-dot-lf", ok, []string{end}, "end.kept"},
		{"strict", "lf-dot-lf", no, []string{end}, "end.refused"},
		{"careless", "lf-dot-lf", ok, []string{end, "\n.\n"}, "end.taken"},
		{"careless, and refuses", "lf-dot-lf", no, []string{end, "\n.\n"}, "end.answered"},
		{"strict, and hangs up", "lf-dot-lf", "421 bare LF", []string{end, "\n.\n"}, "end.refused"},
		{"says nothing", "lf-dot-lf", ok, nil, "end.unclear"},
		{"control", "crlf-dot-crlf", ok, []string{end}, "end.ended"},
	} {
		s := ending(t, c.verdict, c.ends...)
		err := s.Do(t.Context(), EndTest{Variant: c.variant})
		if got := notes(s); len(got) == 0 || got[len(got)-1] != c.code || err != nil && !Reported(err) {
			t.Errorf("%s: notes %q, %v", c.name, got, err)
		}
	}
	s := begin(t, Options{})
	if err := s.Do(t.Context(), EndTest{Variant: "nul"}); !errors.Is(err, ErrNoVariant) {
		t.Error(err)
	}
}

// TestPracticeEnds: the built-in server is correct about every variant.
func TestPracticeEnds(t *testing.T) {
	s := begin(t, Options{Settle: soon})
	s.do(t, Send{Line: ehlo})
	for _, v := range protocol.EndVariants() {
		s.do(t, Send{Line: "RSET"}, Send{Line: "MAIL FROM:<a@example.org>"}, Send{Line: "RCPT TO:<b@example.org>"}, EndTest{Variant: v.Name})
		got := notes(s)
		want := map[bool][]string{true: {"end.ended"}, false: {"end.kept", "end.refused"}}[v.Control()]
		if !slices.Contains(want, got[len(got)-1]) {
			t.Errorf("%s: %q", v.Name, got[len(got)-1])
		}
	}
}
