package console

import (
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// deliverer is the last step into mailboxes, of which one is full.
type deliverer struct{ stranger }

func (d *deliverer) NewSession(*smtp.Conn) (smtp.Session, error) { return d, nil }

func (d *deliverer) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	_, err := io.Copy(io.Discard, r)
	for _, to := range d.to {
		var full error
		if strings.HasPrefix(to, "full") {
			full = &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "mailbox full"}
		}
		status.SetStatus(to, full)
	}
	return err
}

// lmtpServer serves LMTP at a socket, until the end of the test.
func lmtpServer(t *testing.T) Target {
	t.Helper()
	server := smtp.NewServer(&deliverer{})
	server.LMTP = true
	path := filepath.Join(t.TempDir(), "lmtp")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() { _ = server.Close(); <-over })
	target, err := ParseTarget("lmtp+unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// verdicts are the codes that messages got.
func verdicts(events []protocol.Event) []int {
	var codes []int
	for _, ev := range events {
		if ev.Reply == nil || ev.For == 0 {
			continue
		}
		if to := events[ev.For-1]; to.Kind == protocol.KindBody || to.Cmd == "BDAT" {
			codes = append(codes, ev.Reply.Code)
		}
	}
	return codes
}

func TestLMTP(t *testing.T) {
	target := lmtpServer(t)
	store := history.Open(t.TempDir())
	c := New(Options{Settings: Settings{Helo: "client.example.org"}, Store: store})
	want := []int{250, 452, 250}
	for _, chunk := range []int64{0, OneChunk} {
		s, err := c.Begin(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Dial(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := Mail{From: "a@x.example", To: []string{"ann@x.example", "full@x.example", "bob@x.example"}, Octets: octets("Subject: x\n\n.\n"), Chunk: chunk}
		for range 2 {
			if err := s.Deliver(t.Context(), m, Delivery{}); err != nil {
				t.Fatal(err)
			}
		}
		if st := s.State(); !st.LMTP() || st.Messages != 2 {
			t.Errorf("hello %q, %d messages:\n%q", st.Hello, st.Messages, sentLines(s))
		}
		s.do(t, Send{Line: "QUIT"})
		<-s.Done()
		if got := verdicts(s.Log.Events()); !slices.Equal(got, slices.Concat(want, want)) {
			t.Errorf("the messages got %d", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		replays(t, c, store, s.Record)
	}
}

// replays runs a session of the store once more, and wants the same of it.
func replays(t *testing.T, c *Console, store *history.Store, id string) {
	t.Helper()
	saved, err := store.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	target, err := ParseTarget(saved.Header.Target)
	if err != nil {
		t.Fatal(err)
	}
	s, rerun, err := c.Replay(target, &history.Script{Header: saved.Header, Steps: history.Steps(saved.Events)}, history.RerunOptions{Store: store})
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
	if was, is := verdicts(saved.Events), verdicts(s.Log.Events()); !slices.Equal(was, is) {
		t.Errorf("verdicts %d, and %d in the replay", was, is)
	}
}
