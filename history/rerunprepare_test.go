package history

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// TestNeeded has the steps that a start in the middle needs.
func TestNeeded(t *testing.T) {
	const session = `
	# connect
	S: 220 hello
	C: EHLO a
	S: 502 no
	C: HELO a
	S: 250 b
	C: NOOP
	S: 250 b
	C: AUTH PLAIN AHUAc2VjcmV0
	S: 235 welcome
	C: MAIL FROM:<a@b>
	S: 250 1
	C: RCPT TO:<no@d>
	S: 550 2
	C: RCPT TO:<c@d>
	S: 250 2
	C: DATA
	S: 354 3
	# body
	S: 250 4
	C: MAIL FROM:<b@c>
	S: 250 1
	C: RSET
	S: 250 1
	C: QUIT
	S: 221 bye`
	const before = "(connect), HELO a, AUTH PLAIN"
	steps := Steps(played(t, session))
	for from, want := range map[int]string{
		0:  "",
		1:  "(connect)",
		5:  before,
		6:  before + ", MAIL FROM:<a@b>",
		9:  before + ", MAIL FROM:<a@b>, RCPT TO:<c@d>, DATA",
		10: before,
		11: before + ", MAIL FROM:<b@c>",
		12: before,
	} {
		var got []string
		for i, needed := range Needed(steps, from) {
			if needed {
				got = append(got, steps[i].Sent())
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("from %s:\ngot  %s\nwant %s", steps[from].Sent(), strings.Join(got, ", "), want)
		}
	}
}

// TestNeededChunks begins between two chunks of a message, and behind them.
func TestNeededChunks(t *testing.T) {
	ok := []protocol.Reply{{Code: 250}}
	chunk := func(line string) Step {
		return Step{Kind: StepBody, Verb: "BDAT", Line: line, Body: &protocol.Event{Cmd: "BDAT"}, Replies: ok}
	}
	steps := []Step{
		{Kind: StepGreeting},
		{Kind: StepCommand, Verb: "MAIL", Line: "MAIL FROM:<a@b>", Replies: ok},
		chunk("BDAT 3"),
		chunk("BDAT 2 LAST"),
		{Kind: StepCommand, Verb: "QUIT", Line: "QUIT"},
	}
	for from, want := range map[int][]bool{
		3: {true, true, true},
		4: {true, false, false, false},
		5: {true, false, false, false, false}, // what came of QUIT nobody knows
	} {
		if got := Needed(steps, from); !slices.Equal(got, want) {
			t.Errorf("from %d: %v", from, got)
		}
	}
}

// TestRerunTwice tells of a second reply to a command, where a script expects one.
func TestRerunTwice(t *testing.T) {
	step := Step{Kind: StepCommand, Line: "NOOP", Expect: &Expect{Code: 250}}
	ok := protocol.Reply{Code: 250}
	for n, want := range []int{1, 0, 1} {
		res := Result{Want: step, Got: Step{Kind: StepCommand, Replies: slices.Repeat([]protocol.Reply{ok}, n)}}
		if found := res.compare(CompareOptions{}); len(found) != want {
			t.Errorf("%d replies: %v", n, found)
		}
	}
	verdicts := Result{Want: Step{Kind: StepBody, Expect: &Expect{Code: 250}}, Got: Step{Kind: StepBody, Replies: []protocol.Reply{ok, ok}}}
	if found := verdicts.compare(CompareOptions{}); len(found) > 0 {
		t.Errorf("a verdict for each recipient: %v", found)
	}
}

// TestRerunHeard tells what came in the place of a reply.
func TestRerunHeard(t *testing.T) {
	steps := Steps(played(t, "# connect\nS: 220 a\nC: NOOP\nS: 250 b\nC: NOOP\nS: 250 b"))
	f := newFake(map[string]string{"NOOP": ""})
	r := NewRerun(f, steps, RerunOptions{})
	if _, err := r.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.garbage = []string{"hello", "there"}
	results, err := r.Next(t.Context())
	if !errors.Is(err, errGone) || len(results) != 1 || !slices.Equal(results[0].Heard, f.garbage) {
		t.Fatalf("%+v, %v", results, err)
	}
	want := Difference{Kind: DiffReplies, Want: "250", Got: `"hello\nthere", which is no whole reply`}
	if found := results[0].Differences; len(found) != 1 || found[0] != want {
		t.Errorf("%s", fmt.Sprint(found))
	}
	f.garbage = nil
	if results, err = r.Next(t.Context()); !errors.Is(err, errGone) || results[0].Heard != nil {
		t.Errorf("%+v, %v", results, err)
	}
}

// TestRerunExposed keeps a login back that had TLS before, on every way to it.
func TestRerunExposed(t *testing.T) {
	steps := Steps(played(t, `
	# connect
	S: 220 hello
	C: STARTTLS
	S: 220 go
	# tls
	C: AUTH PLAIN AHUAc2VjcmV0
	S: 235 welcome`))
	for trusted, want := range map[bool]error{true: nil, false: ErrExposed} {
		player := newFake(nil)
		player.plain = true
		r := NewRerun(player, steps, RerunOptions{Trusted: trusted})
		var err error
		for range steps {
			_, err = r.Next(t.Context())
		}
		if !errors.Is(err, want) {
			t.Errorf("trusted %t: %v", trusted, err)
		}
		again := &Rerun{player: player, steps: steps, o: RerunOptions{Trusted: trusted}, before: steps}
		if _, err := again.Resume(t.Context(), len(steps)); !errors.Is(err, want) {
			t.Errorf("trusted %t, over another connection: %v", trusted, err)
		}
	}
}
