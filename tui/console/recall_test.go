package console

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

func TestRecall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	r := OpenRecall(dir)
	tried := protocol.State{Phase: protocol.PhaseReady, AuthTried: true}
	for _, c := range []struct {
		line string
		st   protocol.State
	}{
		{"NOOP", ready},
		{"!MAIL FROM: <a>", ready},
		{"NOOP", ready}, // moves to the front
		{":note x", ready},
		{"", ready},
		{"RSET\nNOOP", ready},
		{"AUTH LOGIN", ready},
		// None of these may be kept.
		{"AUTH PLAIN AGEAYg==", ready},
		{"!AUTH PLAIN AGEAYg==", ready},
		{"AGEAYg==", inAuth},
		{"AGEAYg==", tried},
	} {
		if !r.Add(c.line, c.st) {
			continue
		}
		if err := r.Keep(c.line); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"AUTH LOGIN", ":note x", "NOOP", "!MAIL FROM: <a>"}
	if got := r.Lines(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := OpenRecall(dir).Lines(); !slices.Equal(got, want) {
		t.Errorf("in the next run: %q", got)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "recall"))
	if err != nil || strings.Contains(string(kept), "AGEAYg==") {
		t.Errorf("%v:\n%s", err, kept)
	}
	if info, err := os.Stat(filepath.Join(dir, "recall")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestRecallBounds: a long history costs no more than its end.
func TestRecallBounds(t *testing.T) {
	dir := t.TempDir()
	text := strings.Repeat("NOOP\nRSET\n", recallLimit) + strings.Repeat("x", 1<<17) + "\nHELP\n"
	if err := os.WriteFile(filepath.Join(dir, "recall"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := OpenRecall(dir).Lines()
	if len(got) != 4 || got[0] != "HELP" || got[2] != "RSET" {
		t.Errorf("%d lines, the first %q", len(got), got[0])
	}
}

// TestRecallInMemory keeps no file, and has one where the directory is not writable.
func TestRecallInMemory(t *testing.T) {
	r := OpenRecall("")
	if taken, err := r.Add("NOOP", ready), r.Keep("NOOP"); !taken || err != nil || !slices.Equal(r.Lines(), []string{"NOOP"}) {
		t.Errorf("%q, %v", r.Lines(), err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r = OpenRecall(file)
	if taken, err := r.Add("NOOP", ready), r.Keep("NOOP"); !taken || err == nil || !slices.Equal(r.Lines(), []string{"NOOP"}) {
		t.Errorf("%q, %v", r.Lines(), err)
	}
}
