package console

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
)

// begin starts a session with the practice server.
func begin(t *testing.T, o Options) *Session {
	t.Helper()
	o.Settings.Helo = "client.example.org"
	c := New(o)
	s, err := c.Begin(Target{Name: PracticeName, Practice: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), c.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := s.Dial(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Session) do(t *testing.T, actions ...Action) {
	t.Helper()
	for _, a := range actions {
		if err := s.Do(t.Context(), a); err != nil {
			t.Fatalf("%#v: %v", a, err)
		}
	}
}

// octets is a text as a message.
func octets(text string) Octets {
	o, _ := Text(text, protocol.State{})
	return o
}

const ehlo = "EHLO client.example.org"

// TestSession sends a message in both ways, and reads it back from the record.
func TestSession(t *testing.T) {
	store := history.Open(t.TempDir())
	s := begin(t, Options{Store: store})
	s.do(t, Send{Line: ehlo}, StartTLS{}, Send{Line: ehlo}, Note{"first"})
	if st := s.State(); st.TLS == nil || !st.TLS.Verified || st.Name != "client.example.org" {
		t.Errorf("%+v", st.TLS)
	}
	if err := s.SendGroup(t.Context(), []string{"MAIL FROM:<a@example.org>", "RCPT TO:<b@example.org>", "DATA"}); err != nil {
		t.Fatal(err)
	}
	if err := s.SendMessage(t.Context(), octets("Subject: x\n\n.\n"), nil); err != nil {
		t.Fatal(err)
	}
	s.do(t, Send{Line: "MAIL FROM:<a@example.org>"}, Send{Line: "RCPT TO:<b@example.org>"})
	if err := s.SendChunk(t.Context(), octets("Subject: y\r\n\r\n"), true, nil); err != nil {
		t.Fatal(err)
	}
	s.do(t, Hold{protocol.Parse("DATA", s.State())}, Send{Line: "QUIT"})
	<-s.Done()
	if s.Live() {
		t.Error("still alive after QUIT")
	}
	if p := s.Log.Progress(); p.State.Messages != 2 || p.ExitCode() != 0 {
		t.Errorf("%d messages, exit code %d", p.State.Messages, p.ExitCode())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	id, err := store.Find("last")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Read(id)
	if err != nil || len(kept.Events) != s.Log.Len() || kept.Header.Target != PracticeName {
		t.Errorf("%d of %d events are kept, %v", len(kept.Events), s.Log.Len(), err)
	}
}

// TestLogin takes the password from each place, and asks last of all.
func TestLogin(t *testing.T) {
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, []byte("machine localhost login learner password practice\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ask := func(_ context.Context, p sasl.Prompt) (string, error) {
		return map[bool]string{true: PracticePassword, false: PracticeUser}[p.Secret], nil
	}
	for name, o := range map[string]Options{
		"command":     {Settings: Settings{User: PracticeUser, PasswordCommand: "printf 'practice\\r\\nmore'"}},
		"environment": {Settings: Settings{User: PracticeUser}},
		"person":      {Ask: ask},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "environment" {
				t.Setenv("SMTPCONSOLE_PASSWORD", PracticePassword)
			}
			s := begin(t, o)
			s.do(t, Send{Line: ehlo}, Login{})
			if st := s.State(); st.Auth == "" {
				t.Errorf("not logged in: %+v", s.Log.Events())
			}
		})
	}
}

func TestLoginRefuses(t *testing.T) {
	s := begin(t, Options{})
	if err := s.Do(t.Context(), Login{}); !errors.Is(err, ErrNoMechanism) {
		t.Errorf("before EHLO: %v", err)
	}
	s.do(t, Send{Line: ehlo})
	for want, action := range map[error]Action{ErrNobody: Login{"PLAIN"}, sasl.ErrUnknown: Login{"GSSAPI"}} {
		if err := s.Do(t.Context(), action); !errors.Is(err, want) {
			t.Errorf("%#v: %v", action, err)
		}
	}
	s.console.o.Settings = Settings{User: "a", PasswordCommand: "exit 3"}
	if err := s.Do(t.Context(), Login{"PLAIN"}); err == nil || !strings.Contains(err.Error(), "--password-command") {
		t.Error(err)
	}
}

// TestNetrc takes an entry of the right host, and of the right user.
func TestNetrc(t *testing.T) {
	path := filepath.Join(t.TempDir(), "netrc")
	t.Setenv("NETRC", path)
	if err := os.WriteFile(path, []byte("machine mx.example.org login ann password x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ host, user, want string }{
		{"mx.example.org", "", "x"}, {"mx.example.org", "ann", "x"}, {"mx.example.org", "bob", ""}, {"other.example.org", "", ""}, {"", "", ""},
	} {
		s := &Session{Target: Target{Host: c.host}}
		if got := s.netrc(c.user).password; got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// TestNoConnection: nothing is sent, and notes are kept all the same.
func TestNoConnection(t *testing.T) {
	c := New(Options{})
	s, err := c.Begin(Target{Name: "x", Host: "127.0.0.1", Port: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	<-s.Done()
	for _, a := range []Action{Send{Line: "NOOP"}, StartTLS{}, Login{}, Drop{}} {
		if err := s.Do(t.Context(), a); !errors.Is(err, ErrNoConnection) {
			t.Errorf("%#v: %v", a, err)
		}
	}
	none := octets("")
	for _, err := range []error{
		s.SendGroup(t.Context(), nil), s.SendMessage(t.Context(), none, nil), s.SendFile(t.Context(), none, nil),
		s.SendChunk(t.Context(), none, true, nil), s.SendChunks(t.Context(), none, OneChunk, nil), s.SendEnd(t.Context()),
		s.SendRaw(t.Context(), none, "127.0.0.1", nil), s.TestEnd(t.Context(), protocol.EndVariant{}, "", ""),
		s.Hello(t.Context()), s.Deliver(t.Context(), Mail{}, Delivery{}),
	} {
		if !errors.Is(err, ErrNoConnection) {
			t.Error(err)
		}
	}
	s.do(t, Note{"x"})
	if err := s.Dial(t.Context()); !Reported(err) || s.Live() || s.Log.Progress().ExitCode() != 2 {
		t.Errorf("%v", err)
	}
}

// TestNoRecord: a session that cannot be recorded goes on, and says so.
func TestNoRecord(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := begin(t, Options{Store: history.Open(file)})
	if first := s.Log.Events()[0]; first.Code != "record.write" || !s.Live() {
		t.Errorf("%+v", first)
	}
}
