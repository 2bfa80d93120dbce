package line_test

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// deaf is a server that takes commands, and of a message nothing. It returns
// its address.
func deaf(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	var served sync.WaitGroup
	served.Go(func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		_, _ = io.WriteString(nc, "220 hi\r\n")
		for in := bufio.NewScanner(nc); in.Scan(); {
			if in.Text() == "DATA" {
				_, _ = io.WriteString(nc, "354 go\r\n")
				<-over
				return
			}
			_, _ = io.WriteString(nc, "250 ok\r\n")
		}
	})
	t.Cleanup(func() { close(over); l.Close(); served.Wait() })
	return l.Addr().String()
}

// TestSendInterrupted breaks off a large message with Ctrl+C: a line on the
// terminal says how far it is, the connection is dropped, the record is whole.
func TestSendInterrupted(t *testing.T) {
	dir := t.TempDir()
	mail := filepath.Join(dir, "mail.eml")
	if err := os.WriteFile(mail, []byte(strings.Repeat("a line of a large message\r\n", 2_000_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"SMTPCONSOLE_NO_RECORD=false", "SMTPCONSOLE_STATE_DIR=" + filepath.Join(dir, "state"), "NO_COLOR=1"}
	pressed := false
	answer := func(seen string) string {
		if pressed || !strings.Contains(seen, "stalled for ") {
			return ""
		}
		pressed = true
		return "\x03"
	}
	seen, exit := inTerminal(t, env, answer, "send", deaf(t), "--from", "a@example.org", "--to", "b@example.org", "--message", mail)
	if exit != 130 || !strings.Contains(seen, " of 54.0 MB  stalled for ") || !strings.Contains(seen, "\r\x1b[K# close: you broke off") {
		t.Errorf("exit code %d:\n%q", exit, seen)
	}
	show := exec.Command(binary(t), "history", "show", "last")
	show.Env = append(os.Environ(), env...)
	if out, err := show.CombinedOutput(); err != nil || !strings.Contains(string(out), "# close: you broke off, after ") || strings.Contains(string(out), "torn") {
		t.Errorf("%v:\n%s", err, out)
	}
}
