package console_test

import (
	"slices"
	"testing"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// TestRealLMTP delivers to Dovecot by DATA and in chunks, each message with a
// verdict for each recipient, and runs the session again.
func TestRealLMTP(t *testing.T) {
	server := startServer(t, "dovecot")
	store := history.Open(t.TempDir())
	c := console.New(console.Options{Settings: console.Settings{Helo: "client.example.org"}, Store: store})
	target, err := console.ParseTarget(server.addr)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Begin(target)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	const text = "Subject: x\n\n.dot\n..\n"
	m := console.Mail{From: "ann@example.org", To: []string{"user@example.test"}, Octets: octets(text)}
	for _, m.Chunk = range []int64{0, console.OneChunk, 5} {
		if err := s.Deliver(t.Context(), m, console.Delivery{}); err != nil {
			t.Fatalf("chunk %d: %v", m.Chunk, err)
		}
		arrives(t, server, text)
	}
	m.To, m.Chunk = append(m.To, "b@example.test"), 0
	if err := s.Deliver(t.Context(), m, console.Delivery{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Do(t.Context(), console.Send{Line: "QUIT"}); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	replaysOn(t, c, target, s.Record)
}

// replaysOn runs a session again: the same codes come, and as many.
func replaysOn(t *testing.T, c *console.Console, target console.Target, id string) {
	t.Helper()
	saved, err := c.Store().Read(id)
	if err != nil {
		t.Fatal(err)
	}
	s, rerun, err := c.Replay(target, &history.Script{Header: saved.Header, Steps: history.Steps(saved.Events)}, history.RerunOptions{Store: c.Store()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range rerun.Steps() {
		results, err := rerun.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if len(r.Differences) > 0 {
				t.Errorf("step %d, %q: %+v", r.Index, r.Want.Line, r.Differences)
			}
		}
	}
	if was, is := replyCodes(saved.Events), replyCodes(s.Log.Events()); !slices.Equal(was, is) || !slices.Contains(was, 354) {
		t.Errorf("codes %d, and %d in the replay", was, is)
	}
}

func replyCodes(events []protocol.Event) []int {
	var codes []int
	for _, ev := range events {
		if ev.Reply != nil {
			codes = append(codes, ev.Reply.Code)
		}
	}
	return codes
}
