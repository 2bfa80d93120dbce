package console

import (
	"errors"
	"strings"
	"testing"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// recordAll holds a session that has all there is to be replayed, and returns
// its ID.
func recordAll(t *testing.T, o Options) string {
	t.Helper()
	s := begin(t, o)
	s.do(t, Send{Line: ehlo}, StartTLS{}, Send{Line: ehlo}, Login{Mechanism: "PLAIN"})
	if err := s.SendGroup(t.Context(), []string{"MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.org>", "RCPT TO:<unknown@example.org>"}); err != nil {
		t.Fatal(err)
	}
	large := octets(strings.Repeat("Subject: large\r\n\r\n.a line\r\n", 4000))
	if err := s.SendFile(t.Context(), large, nil); err != nil {
		t.Fatal(err)
	}
	s.do(t, Send{Line: "MAIL FROM:<ann@example.org>"}, Send{Line: "RCPT TO:<bob@example.org>"})
	if err := s.SendChunks(t.Context(), octets("Subject: chunks\r\n\r\nHello\r\n"), 10, nil); err != nil {
		t.Fatal(err)
	}
	s.do(t, Send{Line: "AUTH LOGIN"}, Send{Line: "QUIT"})
	<-s.Done()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	id, err := s.console.Store().Find("last")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestReplay runs a session with TLS, a login, a pipelined group, a message too
// large for its event and one in chunks again: nothing may differ, the record
// names its original, and no secret was in either.
func TestReplay(t *testing.T) {
	store := history.Open(t.TempDir())
	t.Setenv("SMTPCONSOLE_PASSWORD", PracticePassword)
	o := Options{Store: store, Settings: Settings{Helo: "client.example.org", User: PracticeUser}}
	id := recordAll(t, o)
	original, err := store.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	c := New(o)
	defer c.Close()
	script := &history.Script{Header: original.Header, Steps: history.Steps(original.Events)}
	s, run, err := c.Replay(Target{Name: PracticeName, Practice: true}, script, history.RerunOptions{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		var results []history.Result
		results, err = run.Next(t.Context())
		for _, res := range results {
			if len(res.Differences) > 0 || res.Skipped != "" {
				t.Errorf("%q: %+v %s", res.Want.Line, res.Differences, res.Skipped)
			}
		}
	}
	if !errors.Is(err, history.ErrDone) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again := history.Steps(s.Log.Events())
	if len(again) != len(script.Steps) || len(again) < 15 {
		t.Errorf("%d steps became %d", len(script.Steps), len(again))
	}
	last, err := store.Find("last")
	if err != nil || last == id {
		t.Fatalf("%q, %v", last, err)
	}
	if h, err := store.Header(last); err != nil || h.Original != id {
		t.Errorf("%+v, %v", h, err)
	}
	if digestsOf(s.Log.Events()) != digestsOf(original.Events) {
		t.Errorf("the messages were\n%sand became\n%s", digestsOf(original.Events), digestsOf(s.Log.Events()))
	}
}

// digestsOf are the digests of the messages in events, a line each.
func digestsOf(events []protocol.Event) string {
	var b strings.Builder
	for _, ev := range events {
		if ev.Kind == protocol.KindBody {
			b.WriteString(ev.SHA256 + "\n")
		}
	}
	return b.String()
}

// TestReplayRaw sends octets that broke a rule again as they were.
func TestReplayRaw(t *testing.T) {
	s := begin(t, Options{})
	s.do(t, Send{Line: ehlo}, Send{Line: "MAIL FROM:<a@example.org>"}, Send{Line: "RCPT TO:<bob@example.org>"}, Send{Line: "DATA"})
	if err := s.Body(t.Context(), strings.NewReader("Hi\n.\nthere\r\n.\r\n"), "", true); err != nil {
		t.Fatal(err)
	}
	events := s.Log.Events()
	for _, ev := range events {
		if ev.Kind == protocol.KindBody && (!ev.Raw || ev.Text != "Hi\n.\nthere\r\n.\r\n") {
			t.Errorf("%+v", ev)
		}
	}
	if st := s.State(); st.Busy() {
		t.Errorf("%+v", st.Awaited)
	}
}
