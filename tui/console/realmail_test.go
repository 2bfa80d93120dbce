package console_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// largeMail is a message of 20 MB in a file, with lines that dots are doubled
// in, and its text as a server stores it.
func largeMail(t *testing.T, subject string) (path, text string) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "From: ann@example.org\nDate: Tue, 2 Jan 2024 15:04:05 +0100\nMessage-ID: <1@example.org>\nSubject: %s\n\n", subject)
	for i := 0; b.Len() < 20_000_000; i++ {
		fmt.Fprintf(&b, "%s line %d of a message that is larger than any buffer\n.\n..%d\n", strings.Repeat(".", i%3), i, i)
	}
	path = filepath.Join(t.TempDir(), "large.eml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, b.String()
}

// configure changes a setting of Postfix.
func configure(t *testing.T, server realServer, setting string) {
	t.Helper()
	etc := filepath.Join(server.mail, "..", "..", "etc")
	for _, words := range [][]string{{"postconf", "-c", etc, setting}, {"postfix", "-c", etc, "reload"}} {
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", words, err, out)
		}
	}
}

// TestRealLarge takes 20 MB from a file through Postfix and Exim, in each way
// a message can go: what is stored is what was in the file, octet for octet.
func TestRealLarge(t *testing.T) {
	for _, name := range realServers {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, name)
			if name == "postfix" { // by itself it takes 10 MB
				configure(t, server, "message_size_limit=40000000")
			}
			for _, chunk := range []int64{0, console.OneChunk, 1 << 20} {
				subject := fmt.Sprintf("large %d", chunk)
				path, text := largeMail(t, subject)
				l := dialReal(t, server, console.Settings{})
				octets, _, err := console.ReadFile(path, protocol.State{})
				if err != nil {
					t.Fatal(err)
				}
				m := console.Mail{From: "ann@example.org", To: []string{"user@example.test"}, Octets: octets, Chunk: chunk}
				if err := l.Deliver(t.Context(), m, console.Delivery{}); err != nil {
					t.Fatalf("chunk %d: %v", chunk, err)
				}
				l.want("QUIT", 221)
				arrives(t, server, subject, text)
			}
		})
	}
}

// arrives waits until the message with that subject is in the mailbox, and
// compares it with text.
func arrives(t *testing.T, server realServer, subject, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	want := sha256.Sum256([]byte(text))
	for {
		files, _ := filepath.Glob(filepath.Join(server.mail, "*"))
		for _, file := range files {
			b, _ := os.ReadFile(file)
			_ = os.Remove(file)
			if n := len(b) - len(text); n < 0 || !strings.Contains(string(b[:n+200]), "\nSubject: "+subject+"\n") || sha256.Sum256(b[n:]) != want {
				t.Errorf("%s stored another message: %.400q", server.name, b)
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s stored no message %q", server.name, subject)
		case <-tick.C:
		}
	}
}

// TestRealRefusal: a mail goes on with the recipients that were accepted.
func TestRealRefusal(t *testing.T) {
	for _, name := range realServers {
		t.Run(name, func(t *testing.T) {
			l := dialReal(t, startServer(t, name), console.Settings{})
			m := console.Mail{From: "ann@example.org", To: []string{"nosuch@example.test", "user@example.test"}, Octets: octets("From: ann@example.org\nSubject: x\n\nx\n")}
			if err := l.Deliver(t.Context(), m, console.Delivery{}); err != nil || l.Log.Progress().Accepted != 1 {
				t.Errorf("%v, %d accepted", err, l.Log.Progress().Accepted)
			}
			m.To = m.To[:1]
			if err := l.Deliver(t.Context(), m, console.Delivery{}); err == nil || !console.Reported(err) {
				t.Errorf("nobody was accepted: %v", err)
			}
		})
	}
}

// TestRealEnds: what the servers take for the end of a message. A Postfix that
// keeps its old ways takes LF for a line end, and the verdict says so.
func TestRealEnds(t *testing.T) {
	for _, c := range []struct{ server, setting, lf string }{
		{"exim", "", "end.kept"},
		{"postfix", "smtpd_forbid_bare_newline=no", "end.taken"},
		{"postfix", "smtpd_forbid_bare_newline=normalize", "end.kept"},
		{"postfix", "smtpd_forbid_bare_newline=reject", "end.refused"},
	} {
		t.Run(c.server+" "+c.setting, func(t *testing.T) {
			server := startServer(t, c.server)
			if c.setting != "" {
				configure(t, server, c.setting)
			}
			l := dialReal(t, server, console.Settings{})
			for variant, want := range map[string]string{"crlf-dot-crlf": "end.ended", "lf-dot-lf": c.lf, "cr-dot-cr": "end.kept"} {
				if !l.Live() { // a strict server hangs up
					l = dialReal(t, server, console.Settings{})
				}
				l.want("EHLO client.example.org", 250)
				l.want("MAIL FROM:<ann@example.org>", 250)
				l.want("RCPT TO:<user@example.test>", 250)
				if err := l.Do(t.Context(), console.EndTest{Variant: variant}); err != nil && !console.Reported(err) {
					t.Fatalf("%s: %v", variant, err)
				}
				if got := lastNote(l); got != want {
					t.Errorf("%s: %s, want %s", variant, got, want)
				}
			}
		})
	}
}

// lastNote is the code of the last note in the log.
func lastNote(l live) string {
	events := l.Log.Events()
	for _, ev := range slices.Backward(events) {
		if ev.Kind == protocol.KindNote {
			return ev.Code
		}
	}
	return ""
}
