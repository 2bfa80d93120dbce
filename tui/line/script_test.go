package line_test

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the real program.
func TestScripts(t *testing.T) {
	dir := filepath.Dir(binary(t))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", dir+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("SMTPCONSOLE_STATE_DIR", filepath.Join(env.WorkDir, "state"))
			env.Setenv("SMTPCONSOLE_CONFIG_DIR", filepath.Join(env.WorkDir, "config"))
			env.Setenv("SMTPCONSOLE_HELO", "client.example.org")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":   serve,
			"closed":  closed,
			"status":  status,
			"nowhere": nowhere,
		},
	})
}

// serve runs the practice server until the script ends and puts its address
// into SERVER. The server must end well when it is asked to, with nothing but
// the first line on its standard output; its dialogue goes to the file that is
// the first argument.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	dialogue, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	cmd := exec.Command(program(ts), append([]string{"practice", "--serve", "127.0.0.1:0"}, args[1:]...)...)
	cmd.Dir, cmd.Stderr = ts.MkAbs("."), dialogue
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	ts.Check(err)
	address, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	if _, _, err := net.SplitHostPort(address); !ok || err != nil {
		ts.Fatalf("the first line is %q", first)
	}
	ts.Setenv("SERVER", address)
	ts.Defer(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		var more bytes.Buffer
		_, _ = more.ReadFrom(lines)
		if err := cmd.Wait(); err != nil || more.Len() > 0 {
			ts.Logf("the server ended with %v and wrote %q", err, more.String())
			ts.Check(cmp.Or(err, fmt.Errorf("more than one line on standard output")))
		}
		dialogue.Close()
	})
}

func program(ts *testscript.TestScript) string {
	dir, _, _ := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator))
	return filepath.Join(dir, "smtpconsole")
}

// closed puts the address of a port that refuses connections into CLOSED.
func closed(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv("CLOSED", l.Addr().String())
	ts.Check(l.Close())
}

// status runs the program as exec does, with the exit code as first argument
// and standard input from the file that is the second, "-" for none.
func status(ts *testscript.TestScript, neg bool, args []string) {
	cmd := exec.Command(program(ts), args[2:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{
		"SMTPCONSOLE_STATE_DIR", "SMTPCONSOLE_CONFIG_DIR", "SMTPCONSOLE_HELO", "SMTPCONSOLE_TIMEOUT",
		"SMTPCONSOLE_USER", "SMTPCONSOLE_PASSWORD", "HOME", "PATH", "TZ",
	} {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if args[1] != "-" {
		cmd.Stdin = strings.NewReader(ts.ReadFile(args[1]))
	}
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	err := cmd.Run()
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, not %s (%v)", got, args[0], err)
	}
}

// nowhere fails where the text is in a file below the directory.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if b, _ := os.ReadFile(path); bytes.Contains(b, []byte(args[0])) {
			return fmt.Errorf("%q is in %s", args[0], path)
		}
		return nil
	}))
}
