package line_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inTerminal runs the program in a terminal of its own, which answers nothing,
// types what answer says to each part of its output, and returns all it wrote.
func inTerminal(t *testing.T, env []string, answer func(seen string) string, args ...string) (string, int) {
	t.Helper()
	master, slave := openTerminal(t)
	cmd := exec.Command(binary(t), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = append([]string{"TERM=xterm", "HOME=" + t.TempDir(), "SMTPCONSOLE_NO_RECORD=true", "PATH=" + os.Getenv("PATH")}, env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	var seen strings.Builder
	for b := make([]byte, 4096); ; {
		n, err := master.Read(b)
		seen.Write(b[:n])
		if err != nil { // EIO once nobody has the other side open
			break
		}
		if typed := answer(seen.String()); typed != "" {
			_, _ = io.WriteString(master, typed)
		}
	}
	_ = cmd.Wait()
	return seen.String(), cmd.ProcessState.ExitCode()
}

func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	return master, slave
}

// script answers each prompt with the next of its lines.
func script(lines ...string) func(string) string {
	return func(seen string) string {
		if len(lines) == 0 || !strings.HasSuffix(seen, " › ") {
			return ""
		}
		next := lines[0]
		lines = lines[1:]
		return next
	}
}

// TestTerminalIsNotAsked is for package quiet: commands that draw nothing must
// not ask the terminal for its colours, nor wait for an answer.
func TestTerminalIsNotAsked(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"explain", "550"}, {"--plain", "127.0.0.1:1"}} {
		seen, _ := inTerminal(t, nil, script(), args...)
		if strings.Contains(seen, "\x1b]") || strings.Contains(seen, "\x1b[6n") {
			t.Errorf("%q asks: %q", args, seen)
		}
	}
}

func TestColour(t *testing.T) {
	for env, want := range map[string]bool{"NO_COLOR=": true, "NO_COLOR=1": false, "TERM=dumb": false} {
		seen, exit := inTerminal(t, []string{env}, script("QUIT\r"), "--plain", "practice")
		if strings.Contains(seen, "\x1b[32mS: 220 ") != want || strings.Contains(seen, "\x1b") != want || exit != 0 {
			t.Errorf("%s: exit code %d, %q", env, exit, seen)
		}
	}
}

// TestPerson types as somebody would who makes mistakes.
func TestPerson(t *testing.T) {
	lines := []string{
		"EHLO [::1]\r", ":fix\r", "MAIL FROM:<ann@example.org>\r", "RCPT TO:<unknown@example.org>\r", "!RCPT TO:<>\r",
		"\x03", "NOOP\r", "\x03", "\x03",
	}
	seen, exit := inTerminal(t, []string{"NO_COLOR=1", "SMTPCONSOLE_HELO=client.example.org"}, script(lines...), "--plain", "practice")
	for _, want := range []string{
		"greeted › EHLO [::1]\r\n               ^^^^^ error: ", // carets under the typed line
		"fix: EHLO [IPv6:::1]\r\n",
		"C: EHLO [IPv6:::1]\r\n",
		"EHLO ok › ",
		"MAIL ok › !RCPT TO:<>\r\n                   ^^ error: ",
		"MAIL ok › ",
		"# Permanent failure: ",
		"C: NOOP\r\n",
		"C: QUIT\r\nS: 221 ",
	} {
		if !strings.Contains(seen, want) {
			t.Errorf("%q is missing in:\n%s", want, seen)
		}
	}
	if exit != 24 {
		t.Errorf("exit code %d, not 24", exit)
	}
}

// TestPassword is asked for without showing it.
func TestPassword(t *testing.T) {
	lines := script("EHLO client.example.org\r", ":tls\r", "EHLO client.example.org\r", ":auth plain\r", "QUIT\r")
	answer := func(seen string) string {
		switch {
		case strings.HasSuffix(seen, "username for PLAIN: "):
			return "learner\r"
		case strings.HasSuffix(seen, "password for PLAIN: "):
			return "practice\r"
		}
		return lines(seen)
	}
	seen, exit := inTerminal(t, []string{"NO_COLOR=1"}, answer, "--plain", "practice")
	if _, after, ok := strings.Cut(seen, "password for PLAIN: "); !ok || strings.HasPrefix(after, "practice") || !strings.Contains(after, "S: 235 ") || exit != 0 {
		t.Errorf("exit code %d:\n%s", exit, seen)
	}
}

// TestReplayAskedInVain ends with Ctrl+C at what a login asks for, as interrupted,
// on a line of its own.
func TestReplayAskedInVain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script.jsonl")
	const text = `{"format":"smtpconsole-session/1"}` + "\n" + `{"kind":"client","text":"EHLO a.example"}` + "\n" + `{"kind":"auth","mechanism":"CRAM-MD5"}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	answer := func(seen string) string {
		if strings.HasSuffix(seen, "username for CRAM-MD5: ") {
			return "\x03"
		}
		return ""
	}
	seen, exit := inTerminal(t, []string{"NO_COLOR=1"}, answer, "replay", path, "practice")
	if !strings.HasSuffix(seen, "username for CRAM-MD5: \r\ninterrupted\r\n") || exit != 130 {
		t.Errorf("exit code %d:\n%q", exit, seen)
	}
}
