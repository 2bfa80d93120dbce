package history

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// childDir names the store that a child process of TestKill fills.
const childDir = "SMTPCONSOLE_TEST_CHILD_DIR"

// fillForEver records events in dir and says after each that it did.
func fillForEver(dir string) {
	rec, err := Open(dir).Create(Header{Target: "nowhere"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	l := NewLog(rec, nil)
	for {
		ev := l.Append(note(strings.Repeat("text ", rand.IntN(2000))))
		fmt.Println(ev.Seq)
	}
}

// TestKill kills a recording process at some moment: what it had reported as
// appended must be in the file.
func TestKill(t *testing.T) {
	for round := range 10 {
		dir := t.TempDir()
		said := killAfter(t, dir, 1+rand.IntN(300))
		store := Open(dir)
		id, err := store.Find("last")
		if err != nil {
			t.Fatal(err)
		}
		session, err := store.Read(id)
		if err != nil {
			t.Fatal(err)
		}
		if len(session.Events) < said {
			t.Errorf("round %d: %d events were appended, %d are in the file", round, said, len(session.Events))
		}
		for i, ev := range session.Events {
			if ev.Seq != i+1 {
				t.Fatalf("round %d: event %d has number %d", round, i+1, ev.Seq)
			}
		}
		list, err := store.List(t.Context())
		if err != nil || len(list) != 1 || list[0].Target != "nowhere" || list[0].Torn != (session.Torn != nil) {
			t.Errorf("round %d: listed as %+v, %v", round, list, err)
		}
	}
}

// killAfter runs fillForEver, kills it once it said that it appended n
// events, and returns the last number it said.
func killAfter(t *testing.T, dir string, n int) int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := 0
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if last, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if last == n {
			_ = cmd.Process.Kill()
		}
	}
	_ = cmd.Wait() // it was killed
	if last < n {
		t.Fatalf("the child ended after %d events", last)
	}
	return last
}
