package line

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// TestReplayUnsent has the exit code of a login for one that has no mechanism, no
// name or no password, and no other where the connection is what is missing.
func TestReplayUnsent(t *testing.T) {
	const head = `{"format":"smtpconsole-session/1"}` + "\n" + `{"kind":"connect"}` + "\n" + `{"kind":"client","text":"EHLO a.example"}` + "\n"
	greeting := []string{"220 hi", "250-mx\n250 AUTH PLAIN"}
	for _, c := range []struct {
		name, mechanism string
		settings        console.Settings
		replies         []string
		exit            int
	}{
		{"taken", "PLAIN", console.Settings{User: "ann", PasswordCommand: "echo pencil"}, append(greeting[:2:2], "235 ok"), 0},
		{"no name", "PLAIN", console.Settings{}, greeting, exitAuth},
		{"no password", "PLAIN", console.Settings{User: "ann", PasswordCommand: "exit 3"}, greeting, exitAuth},
		{"not built in", "FOO", console.Settings{}, greeting, exitAuth},
		{"closed", "PLAIN", console.Settings{User: "ann", PasswordCommand: "echo pencil"}, greeting[:1], exitLost},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("SMTPCONSOLE_PASSWORD", "")
			c.settings.Timeout = console.Duration(5 * time.Second)
			con := console.New(console.Options{Settings: c.settings, Store: history.Open(t.TempDir())})
			defer con.Close()
			var out bytes.Buffer
			path := scriptFile(t, head+`{"kind":"auth","mechanism":"`+c.mechanism+`"}`)
			exit, err := Replay(t.Context(), Options{Console: con, Out: &out, Err: &out}, replayWith(t), []string{path, newStranger(t, c.replies...).target.Address()})
			if err != nil || exit != c.exit || strings.Contains(out.String(), "pencil") {
				t.Errorf("exit code %d, not %d, %v:\n%s", exit, c.exit, err, out.String())
			}
		})
	}
}

// TestReplayUnprotected says why there is no TLS, and what to do.
func TestReplayUnprotected(t *testing.T) {
	s := newStranger(t, "220 hi", "250-mx\n250 STARTTLS", "220 go\n250 this is plain text")
	con := console.New(console.Options{Store: history.Open(t.TempDir())})
	defer con.Close()
	path := scriptFile(t, `{"format":"smtpconsole-session/1"}`+"\n"+`{"kind":"connect"}`+"\n"+`{"kind":"client","text":"EHLO a.example"}`+"\n"+`{"kind":"tls"}`)
	var out bytes.Buffer
	exit, err := Replay(t.Context(), Options{Console: con, Out: &out, Err: &out, JSON: true}, replayWith(t), []string{path, s.target.Address()})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var run runJSON
	if fault := json.Unmarshal([]byte(lines[len(lines)-1]), &run); err != nil || fault != nil || exit != 29 || !strings.Contains(run.Error, "plain text") {
		t.Errorf("exit code %d, %v, %+v", exit, err, run)
	}
}

// TestMillis are written as they are, without what binary fractions leave behind.
func TestMillis(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", 143 * time.Microsecond: "0.143", 77616: "0.077", time.Minute: "60000"} {
		if got, err := json.Marshal(millis(d)); err != nil || string(got) != want {
			t.Errorf("%v is %s, not %s, %v", d, got, want, err)
		}
	}
}

// TestTallyWhole counts how long a session took where it came to its end, and has
// no figures where nothing was answered.
func TestTallyWhole(t *testing.T) {
	run := newReplayRun(console.Target{Name: "mx"}, make([]history.Step, 1))
	run.add(ended{err: errInterrupted, exit: exitLost})
	if text := run.times(); run.whole.count != 0 || text != "" {
		t.Errorf("%d sessions: %q", run.whole.count, text)
	}
	run.add(ended{})
	if run.whole.count != 1 {
		t.Errorf("%d sessions", run.whole.count)
	}
	p := &replayer{r: &ReplayOptions{Repeat: 9}}
	if got, want := p.result(run), "2 of 9 sessions, interrupted"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// TestReplayExposed sends no password where STARTTLS is gone, and does not take
// that for what a script wants; a script that wants it gone has it so.
func TestReplayExposed(t *testing.T) {
	const head = `{"format":"smtpconsole-session/1"}` + "\n" + `{"kind":"client","text":"EHLO a.example"}` + "\n"
	const login = `{"kind":"auth","mechanism":"PLAIN"}`
	for _, c := range []struct {
		name, text string
		exit, sent int // exit code, and how many logins
	}{
		{"no login", head + `{"kind":"tls"}`, history.ExitDiffers, 0},
		{"a login", head + `{"kind":"tls"}` + "\n" + login, exitTLS, 0},
		{"any reply", head + `{"kind":"tls","expect":{"pattern":"no"}}` + "\n" + login, exitTLS, 0},
		{"to be refused", head + `{"kind":"tls","expect":{"code":502}}` + "\n" + login, 0, 1},
		{"not asked for", head + `{"kind":"client","text":"NOOP"}` + "\n" + login, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t, "220 hi", "250-mx\n250-STARTTLS\n250 AUTH PLAIN", "502 no", "235 ok", "221 bye")
			con := console.New(console.Options{Settings: console.Settings{User: "ann", PasswordCommand: "echo pencil"}, Store: history.Open(t.TempDir())})
			defer con.Close()
			var out bytes.Buffer
			exit, err := Replay(t.Context(), Options{Console: con, Out: &out, Err: &out}, replayWith(t), []string{scriptFile(t, c.text), s.target.Address()})
			con.Close()
			sent := strings.Count(strings.Join(s.received(), "\n"), "AUTH PLAIN")
			if err != nil || exit != c.exit || sent != c.sent {
				t.Errorf("exit code %d, not %d, %d logins, not %d, %v:\n%s", exit, c.exit, sent, c.sent, err, out.String())
			}
		})
	}
}
