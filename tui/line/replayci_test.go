package line

import (
	"bytes"
	"context"
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// junitOn runs replayScript and returns the results that --junit wrote.
func junitOn(t *testing.T, args []string, targets ...string) []junitSuite {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results.xml")
	replayOn(t.Context(), t, Options{}, replayWith(t, append(args, "--junit", path)...), targets...)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all junitSuites
	if err := xml.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all.Suites
}

// outcomes are the cases of a suite, a letter each: passed, failed, error, skipped.
func outcomes(s junitSuite) string {
	var b strings.Builder
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			b.WriteByte('f')
		case c.Error != nil:
			b.WriteByte('e')
		case c.Skipped != nil && c.Skipped.Message != "":
			b.WriteByte('s')
		default:
			b.WriteByte('p')
		}
	}
	return b.String()
}

// TestJUnitSkipped has a case for each step, also where it was not run.
func TestJUnitSkipped(t *testing.T) {
	good := []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "221 bye"}
	for _, c := range []struct {
		name    string
		replies []string
		args    []string
		want    string
	}{
		{"all", good, nil, "ppppppp"},
		{"stopped", []string{"220 hi", "250 mx", "250 ok", "550 no", "221 bye"}, []string{"--on-difference", "stop"}, "pppfsss"},
		{"closed", []string{"220 hi", "250 mx", "250 ok"}, nil, "pppfsss"},
		{"no greeting", []string{""}, nil, "fssssss"},
		{"the end only", []string{"220 hi", "250 mx", "221 bye"}, []string{"--from-step", "7"}, "ssssssp"},
		{"the middle only", good, []string{"--from-step", "5", "--to-step", "6"}, "sssspps"},
		{"needed and refused", []string{"220 hi", "550 no"}, []string{"--from-step", "7"}, "ssessss"},
	} {
		t.Run(c.name, func(t *testing.T) {
			suite := junitOn(t, c.args, newStranger(t, c.replies...).target.Address())[0]
			if got := outcomes(suite); got != c.want || suite.Tests != len(c.want) || suite.Skipped != strings.Count(c.want, "s") {
				t.Errorf("%s, not %s: %+v", got, c.want, suite)
			}
		})
	}
}

// TestGraver has what could not go on before what differs, and the first of two.
func TestGraver(t *testing.T) {
	for _, c := range []struct {
		codes []int
		want  int
	}{
		{[]int{0, 0}, 0},
		{[]int{0, 40}, 40},
		{[]int{40, 2}, 2},
		{[]int{6, 40, 2}, 6},
		{[]int{0, 130, 40}, 130},
	} {
		exit := 0
		for _, code := range c.codes {
			exit = graver(exit, code)
		}
		if exit != c.want {
			t.Errorf("%v: %d, not %d", c.codes, exit, c.want)
		}
	}
}

// TestReplayMixed has the exit code of the target that could not go on.
func TestReplayMixed(t *testing.T) {
	differs := newStranger(t, "220 hi", "250 mx", "250 ok", "251 ok", "354 go", "250 ok", "221 bye")
	lost := newStranger(t, "220 hi", "250 mx")
	out, exit := replayOn(t.Context(), t, Options{Columns: 400}, replayWith(t), differs.target.Address(), lost.target.Address(), "practice")
	if exit != exitLost || !strings.Contains(out, "1 of 7 steps differ") || !strings.Contains(out, "all as expected") || !strings.Contains(out, "got 0; the server closed the connection") {
		t.Errorf("exit code %d:\n%s", exit, out)
	}
}

// TestReplayUnanswered does not promise to wait on.
func TestReplayUnanswered(t *testing.T) {
	for _, c := range []struct{ last, says string }{
		{"250 ok", "no reply to RCPT TO:<b@example.org> within "},
		{"junk", `got "junk", which is no whole reply`},
	} {
		// The server says nothing behind its last line, until the other side hangs up.
		s := newStranger(t, "220 hi", "250 mx", c.last, "")
		out, _ := replayOn(t.Context(), t, Options{}, replayWith(t), s.target.Address())
		if !strings.Contains(out, c.says) || strings.Contains(out, "stays open") {
			t.Errorf("%s: %s", c.last, out)
		}
	}
}

// TestResultsFile leaves what is there until the results are whole, and tells of
// a place where none can be.
func TestResultsFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "results.xml")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	r, err := openResults(path)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "old" {
		t.Errorf("%q while it is written", b)
	}
	if err := r.write(func() ([]byte, error) { return []byte("new"), nil }); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "new" {
		t.Errorf("%q", b)
	}
	if r, err = openResults(path); err != nil {
		t.Fatal(err)
	}
	r.abandon()
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%v is left", entries)
	}
	for _, bad := range []string{dir, filepath.Join(dir, "nosuch", "results.xml")} {
		if _, err := openResults(bad); err == nil {
			t.Errorf("%s can be written", bad)
		}
	}
}

// TestReplayNotBegun: what is wrong is noticed before anything is dialled.
func TestReplayNotBegun(t *testing.T) {
	noMessage := `{"format":"smtpconsole-session/1","vars":{"to":"b"}}` + "\n" +
		`{"kind":"client","text":"DATA ${to}"}` + "\n" + `{"kind":"body","file":"nosuch.eml"}` + "\n"
	for _, c := range []struct {
		name, text string
		args       []string
		says       string
	}{
		{"no directory", replayScript, []string{"--junit", filepath.Join(t.TempDir(), "no", "r.xml")}, "--junit"},
		{"no file", replayScript, []string{"--junit", "-"}, "--junit -: name a file"},
		{"no such variable", noMessage, []string{"--var", "too=a"}, "--var too: there is no ${too} in it; it has ${to}"},
		{"no variable", replayScript, []string{"--var", "to=a"}, "it has no variable"},
		{"no times", replayScript, []string{"--pace", "recorded"}, "--pace recorded has no effect here"},
		{"no message", noMessage, nil, "step 3: the octets of the message are nowhere to be found"},
		{"a line break", noMessage, []string{"--var", "to=a\r\nb"}, "line 2, column 18: the line to be sent has a CR or LF in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t)
			var out bytes.Buffer
			_, err := Replay(t.Context(), Options{Out: &out, Err: &out}, replayWith(t, c.args...), []string{scriptFile(t, c.text), s.target.Address()})
			if err == nil || !strings.Contains(err.Error(), c.says) || out.Len() > 0 {
				t.Errorf("%v: %s", err, out.String())
			}
		})
	}
}

// TestReplayReadingEnds with its context.
func TestReplayReadingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	path := scriptFile(t, replayScript)
	if _, err := (&ReplayOptions{}).load(ctx, nil, path, nil); err == nil {
		t.Error("it was read all the same")
	}
	if _, err := CheckFile(ctx, &bytes.Buffer{}, nil, path, CheckOptions{}); err == nil {
		t.Error("it was checked all the same")
	}
}

// TestReplayFromRefused says which of the steps before is in the way, and leaves
// in order.
func TestReplayFromRefused(t *testing.T) {
	s := newStranger(t, "220 hi", "550 no", "221 bye")
	out, exit := replayOn(t.Context(), t, Options{}, replayWith(t, "--from-step", "7"), s.target.Address())
	if exit != 22 || !strings.Contains(out, "step 7 needs step 2, EHLO client.example.org, and that got: 550") || !slices.Equal(s.received(), []string{"EHLO client.example.org", "QUIT"}) {
		t.Errorf("exit code %d, the server got %q:\n%s", exit, s.received(), out)
	}
}
