package history

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// sending is steps that send lines, each answered in the same way.
func sending(lines ...string) []Step {
	steps := make([]Step, len(lines))
	for i, text := range lines {
		verb, _, _ := strings.Cut(text, " ")
		steps[i] = Step{Seq: i + 1, Kind: StepCommand, Line: text, Verb: verb, Replies: []protocol.Reply{{Code: 250, Lines: []string{"ok"}}}}
	}
	return steps
}

// columns is rows as "want|got".
func columns(rows []Row) []string {
	var list []string
	for _, row := range rows {
		want, got := "", ""
		if row.Want != nil {
			want = row.Want.Line
		}
		if row.Got != nil {
			got = row.Got.Line
		}
		list = append(list, want+"|"+got)
	}
	return list
}

func TestAlign(t *testing.T) {
	for name, c := range map[string]struct{ want, got, rows string }{
		"empty":           {"", "", ""},
		"one is empty":    {"", "NOOP,QUIT", "|NOOP,|QUIT"},
		"same":            {"EHLO a,QUIT", "EHLO a,QUIT", "EHLO a|EHLO a,QUIT|QUIT"},
		"inserted":        {"EHLO a,QUIT", "EHLO a,NOOP,QUIT", "EHLO a|EHLO a,|NOOP,QUIT|QUIT"},
		"missing":         {"EHLO a,NOOP,QUIT", "EHLO a,QUIT", "EHLO a|EHLO a,NOOP|,QUIT|QUIT"},
		"by verb":         {"EHLO a,MAIL 1,RCPT 1,QUIT", "EHLO b,MAIL 2,RCPT 2,RCPT 3,QUIT", "EHLO a|EHLO b,MAIL 1|MAIL 2,RCPT 1|RCPT 2,|RCPT 3,QUIT|QUIT"},
		"line over verb":  {"RCPT 1,RCPT 2", "RCPT 2", "RCPT 1|,RCPT 2|RCPT 2"},
		"a verb between":  {"RCPT 1,RCPT 2,RCPT 3", "RCPT 1,RCPT 9,RCPT 3", "RCPT 1|RCPT 1,RCPT 2|RCPT 9,RCPT 3|RCPT 3"},
		"nothing in both": {"EHLO a,NOOP", "QUIT,RSET", "EHLO a|,NOOP|,|QUIT,|RSET"},
	} {
		split := func(s string) []Step { return sending(strings.FieldsFunc(s, func(r rune) bool { return r == ',' })...) }
		want := strings.FieldsFunc(c.rows, func(r rune) bool { return r == ',' })
		if got := columns(Align(split(c.want), split(c.got))); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// An inserted message must not stand beside another one that is the same.
func TestAlignMessages(t *testing.T) {
	body := func(text string) Step {
		return Step{Kind: StepBody, Verb: "DATA", Body: &protocol.Event{Text: text}}
	}
	rows := Align([]Step{body("a"), body("b")}, []Step{body("b")})
	if len(rows) != 2 || rows[0].Got != nil || rows[1].Got == nil {
		t.Errorf("%+v", rows)
	}
}

// randomLines is a session of few different lines, so that many are equal.
func randomLines(rnd *rand.Rand, most int) []string {
	lines := make([]string, rnd.IntN(most+1))
	for i := range lines {
		lines[i] = fmt.Sprintf("%s %d", []string{"MAIL", "RCPT", "NOOP"}[rnd.IntN(3)], rnd.IntN(3))
	}
	return lines
}

// Every step has one row, in order, and the other way round it is the same.
func TestAlignProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		a, b := sending(randomLines(rnd, 30)...), sending(randomLines(rnd, 30)...)
		for _, steps := range [][]Step{a, b} {
			for i := range steps {
				steps[i].Replies = slices.Repeat([]protocol.Reply{{Code: 250 + rnd.IntN(2), Lines: []string{"ok " + "ab"[:1+rnd.IntN(2)]}}}, 1+rnd.IntN(2))
			}
		}
		var left, right []Step
		for _, row := range Align(a, b) {
			if row.Want != nil {
				left = append(left, *row.Want)
			}
			if row.Got != nil {
				right = append(right, *row.Got)
			}
		}
		if !sameLines(left, a) || !sameLines(right, b) {
			t.Fatalf("steps are lost or out of order")
		}
		one, other := Compare(a, b, CompareOptions{By: ByText}), Compare(b, a, CompareOptions{By: ByText})
		turned := other.Counts()
		turned[DiffMissing], turned[DiffAdded] = turned[DiffAdded], turned[DiffMissing]
		maps.DeleteFunc(turned, func(_ DifferenceKind, n int) bool { return n == 0 })
		if !maps.Equal(one.Counts(), turned) || one.Differing() != other.Differing() {
			t.Fatalf("%v one way, %v the other", one.Counts(), other.Counts())
		}
		if self := Compare(a, a, CompareOptions{By: ByText, Timing: 1}); len(self.Findings()) != 0 || self.ExitCode() != 0 {
			t.Fatalf("a session differs from itself: %v", self.Findings())
		}
	}
}

func sameLines(a, b []Step) bool {
	return slices.EqualFunc(a, b, func(a, b Step) bool { return a.Seq == b.Seq && a.Line == b.Line })
}

// TestCommon: as long as what the plain table finds.
func TestCommon(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	numbers := func() []int {
		list := make([]int, rnd.IntN(40))
		for i := range list {
			list[i] = rnd.IntN(4)
		}
		return list
	}
	for range 2000 {
		a, b := numbers(), numbers()
		pairs := common(a, b)
		at := pair{-1, -1}
		for _, p := range pairs {
			if p.a <= at.a || p.b <= at.b || a[p.a] != b[p.b] {
				t.Fatalf("%v in %v and %v", pairs, a, b)
			}
			at = p
		}
		if want := longest(a, b); len(pairs) != want {
			t.Fatalf("%v and %v have %d in common, not %d", a, b, want, len(pairs))
		}
	}
}

// longest is the length of the longest common subsequence.
func longest(a, b []int) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		corner := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = corner + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			corner = above
		}
	}
	return row[len(b)]
}

// Behind a stretch that the search gave up on, it finds what is common again:
// by what occurs once, or because both stretches are as long.
func TestCommonOverTheBound(t *testing.T) {
	stretch := func(from, n int) []int {
		list := make([]int, n)
		for i := range list {
			list[i] = from + i
		}
		return list
	}
	once, often := stretch(1<<20, 5000), slices.Repeat([]int{1 << 20, 1<<20 + 1}, 2500)
	for name, c := range map[string]struct{ a, b, tail []int }{
		"once":  {stretch(0, 9*maxEdits), stretch(1<<30, maxEdits), once},
		"often": {stretch(0, 3*maxEdits), stretch(1<<30, 3*maxEdits), often},
	} {
		pairs := common(append(c.a, c.tail...), append(c.b, c.tail...))
		if len(pairs) < len(c.tail)-2*maxEdits {
			t.Errorf("%s: %d of %d pairs", name, len(pairs), len(c.tail))
		}
	}
}

func BenchmarkAlign100000(b *testing.B) {
	const steps = 100_000
	lines := func(format string) []string {
		list := make([]string, steps)
		for i := range list {
			list[i] = fmt.Sprintf(format, []string{"MAIL", "RCPT", "DATA", "NOOP", "RSET"}[i%5], i)
		}
		return list
	}
	session := lines("%s <%d@example.org>")
	rnd := rand.New(rand.NewPCG(5, 6))
	shuffled := slices.Clone(session)
	rnd.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for name, other := range map[string][]string{
		"same": session, "one less": session[1:], "every 100th gone": slices.DeleteFunc(slices.Clone(session), func(s string) bool { return strings.Contains(s, "00@") }),
		"other lines": lines("%s <%d@example.net>"), "shuffled": shuffled,
	} {
		want, got := sending(session...), sending(other...)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Align(want, got)
			}
		})
	}
}

func BenchmarkCompareText(b *testing.B) {
	a, c := acted(b, toPostfix), acted(b, toExim)
	var steps int
	start := time.Now()
	for b.Loop() {
		steps += len(Compare(a, c, CompareOptions{By: ByText}).Rows)
	}
	b.ReportMetric(float64(steps)/time.Since(start).Seconds(), "steps/s")
}
