package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// Row is a step of one session beside the same step of another.
type Row struct {
	// Want and Got point into what was aligned; one of them is nil where only
	// the other session has the step.
	Want, Got *Step
	// Differences are what Compare found; none for steps that agree.
	Differences []Difference
	// Masked names what was left out of account where texts were compared, as in
	// "date"; nil for nothing.
	Masked []string
}

// Align puts the steps of two sessions side by side, in the order of both. As
// many as can be stand beside a step that sent the same; between those a step
// stands beside one of the same verb; what is left has a row of its own. Where long
// sessions differ thoroughly it takes what is good and not the best, so that it
// stays fast.
func Align(want, got []Step) []Row {
	w, g := keysOf(want), keysOf(got)
	if slices.CompareFunc(w, g, stepKey.compare) <= 0 {
		return rowsOf(want, got, pairUp(w, g))
	}
	// The order of the sessions must make no difference to what is a pair.
	pairs := pairUp(g, w)
	for i, p := range pairs {
		pairs[i] = pair{p.b, p.a}
	}
	return rowsOf(want, got, pairs)
}

// stepKey is what a step sent. The zero sent is for the verb alone.
type stepKey struct {
	kind       StepKind
	verb, sent string
}

func (k stepKey) compare(other stepKey) int {
	return cmp.Or(cmp.Compare(k.kind, other.kind), cmp.Compare(k.verb, other.verb), cmp.Compare(k.sent, other.sent))
}

func keysOf(steps []Step) []stepKey {
	keys := make([]stepKey, len(steps))
	for i := range steps {
		s := &steps[i]
		keys[i] = stepKey{s.Kind, s.Verb, s.Line + " " + digestOf(s)}
		if s.Verb == "" { // no command: its first word is the nearest to a verb
			first, _, _ := strings.Cut(s.Line, " ")
			keys[i].verb = strings.ToUpper(first)
		}
	}
	return keys
}

// digestOf tells messages apart; "" for a step without one. Of one that a person
// wrote into a script it is that of what DATA makes of it.
func digestOf(s *Step) string {
	switch {
	case s.Body == nil:
		return ""
	case s.Body.SHA256 == "" && s.Body.Text != "":
		sum := sha256.New()
		_, _ = io.WriteString(sum, sentText(s.Body)) // a hash takes all
		return hex.EncodeToString(sum.Sum(nil))
	}
	return s.Body.SHA256
}

// sentText is the text of a body as it goes out: with its line ends mended,
// unless it is raw or a chunk.
func sentText(body *protocol.Event) string {
	if body.Raw || body.Cmd == "BDAT" {
		return body.Text
	}
	var out strings.Builder
	lines := protocol.NewLineWriter(&out)
	_, _ = io.WriteString(lines, body.Text) // a builder takes all
	_ = lines.Close()
	return out.String()
}

// pairUp finds the pairs: steps that sent the same, then between those steps of
// the same verb.
func pairUp(a, b []stepKey) []pair {
	same, ofVerb := numbering{}, numbering{}
	return between(common(same.sent(a), same.sent(b)), ofVerb.verbs(a), ofVerb.verbs(b), common)
}

// numbering gives equal keys equal numbers: numbers are fast to compare.
type numbering map[stepKey]int

func (n numbering) sent(keys []stepKey) []int {
	numbers := make([]int, len(keys))
	for i, k := range keys {
		number, ok := n[k]
		if !ok {
			number = len(n)
			n[k] = number
		}
		numbers[i] = number
	}
	return numbers
}

func (n numbering) verbs(keys []stepKey) []int {
	verbs := slices.Clone(keys)
	for i := range verbs {
		verbs[i].sent = ""
	}
	return n.sent(verbs)
}

// rowsOf makes rows of the pairs, and of the steps between them.
func rowsOf(want, got []Step, pairs []pair) []Row {
	rows := make([]Row, 0, len(want)+len(got)-len(pairs))
	at := pair{}
	for _, next := range append(pairs, pair{len(want), len(got)}) {
		for ; at.a < next.a; at.a++ {
			rows = append(rows, Row{Want: &want[at.a]})
		}
		for ; at.b < next.b; at.b++ {
			rows = append(rows, Row{Got: &got[at.b]})
		}
		if at.a < len(want) && at.b < len(got) {
			rows = append(rows, Row{Want: &want[at.a], Got: &got[at.b]})
		}
		at = pair{next.a + 1, next.b + 1}
	}
	return rows
}
