package history

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ExitDiffers is the exit code where a reply differs from the record, or a
// session from another.
const ExitDiffers = 40

// Report is two sessions side by side, or a recorded one and its new run. The
// zero Report is of sessions without a step.
type Report struct {
	Rows []Row
}

// Compare puts two sessions side by side and tells in what they differ: in what
// was sent too, and in steps that only one of them has. The names that the
// servers greet with count as o.Own ones. What a script expects is compared with
// the replies that the other session got, or with what it expects.
func Compare(want, got []Step, o CompareOptions) Report {
	o.Own = union(union(o.Own, greetingNames(want)), greetingNames(got))
	report := Report{Align(want, got)}
	for i := range report.Rows {
		report.Rows[i].compare(o)
	}
	return report
}

// greetingNames are the names that servers greeted with.
func greetingNames(steps []Step) []string {
	var names []string
	for _, s := range steps {
		if s.Kind == StepGreeting && len(s.Replies) > 0 {
			if name := serverName(s, s.Replies[0]); name != "" {
				names = union(names, []string{name})
			}
		}
	}
	return names
}

// compare fills in the differences.
func (r *Row) compare(o CompareOptions) {
	switch {
	case r.Got == nil:
		r.Differences = []Difference{{Kind: DiffMissing, Want: r.Want.Sent()}}
	case r.Want == nil:
		r.Differences = []Difference{{Kind: DiffAdded, Got: r.Got.Sent()}}
	default:
		r.answers(o)
		r.sent(o)
	}
}

// answers notes where something else was answered, or expected.
func (r *Row) answers(o CompareOptions) {
	want, got := r.Want.Expect, r.Got.Expect
	switch {
	case want != nil && got != nil:
		if w, g := want.String(), got.String(); w != g {
			r.Differences = []Difference{{Kind: DiffExpect, Want: w, Got: g}}
		}
	case want != nil:
		r.Differences = want.unmet(*r.Got)
	case got != nil:
		r.Differences = got.unmet(*r.Want)
		for i, d := range r.Differences {
			r.Differences[i].Want, r.Differences[i].Got = d.Got, d.Want
		}
	default:
		r.Differences, r.Masked = compareSteps(*r.Want, *r.Got, o)
	}
}

// sent notes where something else was sent.
func (r *Row) sent(o CompareOptions) {
	want, got := r.Want.Line, r.Got.Line
	var masked []string
	if want != got {
		var inGot []string
		want, masked = o.mask(want, "")
		got, inGot = o.mask(got, "")
		masked = union(masked, inGot)
		r.Masked = union(r.Masked, masked)
	}
	if want != got || digestOf(r.Want) != digestOf(r.Got) {
		r.Differences = append(r.Differences, Difference{DiffSent, r.Want.Sent(), r.Got.Sent(), strings.Join(masked, ", ")})
	}
}

// Sent says in a line what the step sent: the command line, or the size of a
// message and the beginning of its SHA-256. It is not made safe to show.
func (s *Step) Sent() string {
	switch {
	case s.Kind == StepGreeting:
		return "(connect)"
	case s.Body == nil:
		return s.Line
	}
	message := fmt.Sprintf("message of %d octets", s.Body.Size)
	if digest := digestOf(s); len(digest) >= 12 {
		message += ", sha256 " + digest[:12] + "…"
	}
	if s.Line != "" {
		return s.Line + ", " + message
	}
	return message
}

// Finding is one difference in a report.
type Finding struct {
	Row int // its place among the rows, from 0
	Difference
}

// gravity is the order in which kinds are told.
var gravity = []DifferenceKind{
	DiffCode, DiffClass, DiffPattern, DiffExpect, DiffReplies, DiffMissing, DiffAdded, DiffTLS, DiffKeyword, DiffSent, DiffText, DiffTiming,
}

// Findings are all differences, the gravest first: codes, steps that are
// missing, keywords, text, and timing last. Those of a kind are in the order of
// the session.
func (r Report) Findings() []Finding {
	var found []Finding
	for i, row := range r.Rows {
		for _, d := range row.Differences {
			found = append(found, Finding{i, d})
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Compare(slices.Index(gravity, a.Kind), slices.Index(gravity, b.Kind))
	})
	return found
}

// Counts says of each kind how many rows differ in it, once or more.
func (r Report) Counts() map[DifferenceKind]int {
	counts := map[DifferenceKind]int{}
	for _, row := range r.Rows {
		kinds := map[DifferenceKind]bool{}
		for _, d := range row.Differences {
			kinds[d.Kind] = true
		}
		for kind := range kinds {
			counts[kind]++
		}
	}
	return counts
}

// Differing counts the rows that differ in anything.
func (r Report) Differing() int {
	n := 0
	for _, row := range r.Rows {
		if len(row.Differences) > 0 {
			n++
		}
	}
	return n
}

// ExitCode is 0 where nothing differs, else ExitDiffers.
func (r Report) ExitCode() int {
	if r.Differing() > 0 {
		return ExitDiffers
	}
	return 0
}

// Verdict is the report in one line, as in "2 of 9 steps differ (code 1,
// keyword 1); left out of account: date, queue id".
func (r Report) Verdict() string {
	verdict := "no difference in " + counted(len(r.Rows), "step")
	counts := r.Counts()
	var parts []string
	for _, kind := range gravity {
		if n := counts[kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", kind, n))
		}
	}
	if parts != nil {
		differ := "differ"
		if len(r.Rows) == 1 {
			differ = "differs"
		}
		verdict = fmt.Sprintf("%d of %s %s (%s)", r.Differing(), counted(len(r.Rows), "step"), differ, strings.Join(parts, ", "))
	}
	var masked []string
	for _, row := range r.Rows {
		masked = union(masked, row.Masked)
	}
	if masked != nil {
		verdict += "; left out of account: " + strings.Join(masked, ", ")
	}
	return verdict
}

// counted is a number of things.
func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
