package console_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// largeMail is a message of 20 MB in a file, with lines that dots are doubled
// in, and its text as a server stores it.
func largeMail(t *testing.T) (path, text string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("From: ann@example.org\nDate: Tue, 2 Jan 2024 15:04:05 +0100\nMessage-ID: <1@example.org>\nSubject: large\n\n")
	for i := 0; b.Len() < 20_000_000; i++ {
		b.WriteString(strings.Repeat(".", i%3) + " line " + strconv.Itoa(i) + " of a message that is larger than any buffer\n.\n..\n")
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

// TestRealDelivery takes 20 MB from a file through Postfix and Exim, by DATA and
// in chunks: what is stored is what was in the file, octet for octet.
func TestRealDelivery(t *testing.T) {
	path, text := largeMail(t)
	for _, name := range realServers {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, name)
			if name == "postfix" { // by itself it takes 10 MB
				configure(t, server, "message_size_limit=40000000")
			}
			for _, chunk := range []int64{0, 1 << 20} {
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
				arrives(t, server, text)
			}
			goesOnWithout(t, server)
		})
	}
}

// arrives waits until a message is in the mailbox, and compares it with text.
func arrives(t *testing.T, server realServer, text string) {
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
			if n := len(b) - len(text); n < 0 || sha256.Sum256(b[n:]) != want {
				t.Errorf("%s stored another message: %.400q", server.name, b)
			}
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s stored no message", server.name)
		case <-tick.C:
		}
	}
}

// goesOnWithout: a mail goes on with the recipients that were accepted.
func goesOnWithout(t *testing.T, server realServer) {
	t.Helper()
	l := dialReal(t, server, console.Settings{})
	m := console.Mail{From: "ann@example.org", To: []string{"nosuch@example.test", "user@example.test"}, Octets: octets("From: ann@example.org\nSubject: x\n\nx\n")}
	if err := l.Deliver(t.Context(), m, console.Delivery{}); err != nil || l.Log.Progress().Accepted != 1 {
		t.Errorf("%v, %d accepted", err, l.Log.Progress().Accepted)
	}
	m.To = m.To[:1]
	if err := l.Deliver(t.Context(), m, console.Delivery{}); !errors.Is(err, console.ErrRefused) {
		t.Errorf("nobody was accepted: %v", err)
	}
}

// TestRealEnds: what the servers take for the end of a message. A Postfix that
// keeps its old ways takes LF for a line end, and the verdict says so.
func TestRealEnds(t *testing.T) {
	for name, settings := range map[string]map[string]string{
		"exim": {"": "end.kept"},
		"postfix": {
			"smtpd_forbid_bare_newline=no":        "end.taken",
			"smtpd_forbid_bare_newline=normalize": "end.kept",
			"smtpd_forbid_bare_newline=reject":    "end.refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, name)
			for setting, lf := range settings {
				if setting != "" {
					configure(t, server, setting)
				}
				for variant, want := range map[string]string{"crlf-dot-crlf": "end.ended", "lf-dot-lf": lf} {
					if got := tryEnd(t, server, variant); got != want {
						t.Errorf("%s: %s is %s, want %s", setting, variant, got, want)
					}
				}
			}
		})
	}
}

// tryEnd returns the code of the verdict on a variant.
func tryEnd(t *testing.T, server realServer, variant string) string {
	t.Helper()
	l := dialReal(t, server, console.Settings{})
	l.want("EHLO client.example.org", 250)
	l.want("MAIL FROM:<ann@example.org>", 250)
	l.want("RCPT TO:<user@example.test>", 250)
	if err := l.Do(t.Context(), console.EndTest{Variant: variant}); err != nil && !console.Reported(err) {
		t.Fatalf("%s: %v", variant, err)
	}
	return lastNote(l)
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
