package history

import (
	"maps"
	"slices"
	"testing"
	"time"

	"smtpconsole/protocol"
)

func TestReport(t *testing.T) {
	want := acted(t, `
		S: 220 one.example.test ready
		C: EHLO client.test
		S: 250-one.example.test
		S: 250 DSN
		C: NOOP
		S: 250 ok
		C: MAIL FROM:<a@example.test>
		S: 250 one.example.test ok
		C: RCPT TO:<b@example.test>
		S: 250 ok
		C: QUIT
		S: 221 bye`)
	got := acted(t, `
		S: 220 two.example.test ready
		C: EHLO client.test
		S: 250-two.example.test
		S: 250 SIZE
		C: MAIL FROM:<a@example.test>
		S: 250 two.example.test ok
		C: RCPT TO:<c@example.test>
		S: 550 no
		C: QUIT
		S: 221 good-bye`)
	want[0].Took, got[0].Took = time.Second, 5*time.Second
	r := Compare(want, got, CompareOptions{By: ByText, Timing: 2})
	requireEqual(t, outcomeOf(r), []string{
		"RCPT code 250 > 550",
		"NOOP missing NOOP > ",
		"EHLO keyword DSN > ",
		"EHLO keyword  > SIZE",
		"RCPT sent RCPT TO:<b@example.test> > RCPT TO:<c@example.test>",
		"QUIT text bye > good-bye",
		" timing 1s > 5s",
	})
	counts := map[DifferenceKind]int{DiffMissing: 1, DiffCode: 1, DiffKeyword: 1, DiffSent: 1, DiffText: 1, DiffTiming: 1}
	if !maps.Equal(r.Counts(), counts) || r.Differing() != 5 || r.ExitCode() != ExitDiffers {
		t.Errorf("%v, %d differ, exit code %d", r.Counts(), r.Differing(), r.ExitCode())
	}
	const verdict = "5 of 6 steps differ (code 1, missing 1, keyword 1, sent 1, text 1, timing 1); left out of account: host"
	if r.Verdict() != verdict {
		t.Errorf("%q", r.Verdict())
	}
	if again := Compare(want, got, CompareOptions{By: ByText, Timing: 2}); !slices.EqualFunc(again.Rows, r.Rows, func(a, b Row) bool { return slices.Equal(a.Differences, b.Differences) }) {
		t.Error("another time it is another report")
	}
}

// TestReportMaskedSent: what is left out of account in the lines sent is told of,
// as in the replies.
func TestReportMaskedSent(t *testing.T) {
	want := acted(t, "S: 220 hi\nC: EHLO [127.0.0.1]\nS: 250 hi")
	got := acted(t, "S: 220 hi\nC: EHLO [127.0.0.2]\nS: 250 hi")
	r := Compare(want, got, CompareOptions{})
	if masked := r.Rows[1].Masked; r.Differing() != 0 || !slices.Equal(masked, []string{"address"}) {
		t.Errorf("%q, masked %q", r.Verdict(), masked)
	}
}

func TestReportOfNothing(t *testing.T) {
	r := Compare(nil, nil, CompareOptions{})
	if r.ExitCode() != 0 || len(r.Findings()) != 0 || r.Verdict() != "no difference in 0 steps" {
		t.Errorf("%+v: %s", r, r.Verdict())
	}
}

// A session that ended before a reply differs from one that had it, whichever
// is named first.
func TestReplyMissing(t *testing.T) {
	whole, cut := acted(t, "S: 220 mx\nC: NOOP\nS: 250 ok"), acted(t, "S: 220 mx\nC: NOOP")
	requireEqual(t, outcomeOf(Compare(whole, cut, CompareOptions{})), []string{"NOOP replies 1 > 0"})
	requireEqual(t, outcomeOf(Compare(cut, whole, CompareOptions{})), []string{"NOOP replies 0 > 1"})
}

// Each kind of difference has its place in the order.
func TestGravity(t *testing.T) {
	for _, kind := range []DifferenceKind{DiffMissing, DiffAdded, DiffCode, DiffClass, DiffReplies, DiffPattern, DiffTLS, DiffKeyword, DiffSent, DiffText, DiffTiming, DiffExpect} {
		if !slices.Contains(gravity, kind) {
			t.Errorf("%s has none", kind)
		}
	}
	if len(gravity) != 12 {
		t.Errorf("%d kinds", len(gravity))
	}
}

func TestSent(t *testing.T) {
	digest := "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969" // of "Hello"
	for _, c := range []struct {
		step Step
		want string
	}{
		{Step{Kind: StepGreeting}, "(connect)"},
		{Step{Kind: StepCommand, Line: "NOOP"}, "NOOP"},
		{Step{Kind: StepBody, Body: &protocol.Event{Size: 5, Text: "Hello", Raw: true}}, "message of 5 octets, sha256 185f8db32271…"},
		{Step{Kind: StepBody, Line: "BDAT 5 LAST", Body: &protocol.Event{Size: 5, SHA256: digest}}, "BDAT 5 LAST, message of 5 octets, sha256 185f8db32271…"},
		{Step{Kind: StepBody, Body: &protocol.Event{}}, "message of 0 octets"},
	} {
		if got := c.step.Sent(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
