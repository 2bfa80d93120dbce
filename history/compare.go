package history

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// By says how closely replies are compared. The zero By is ByCode.
type By string

const (
	ByCode  By = "code"  // the three digits, the keywords of EHLO, and TLS
	ByClass By = "class" // the first digit, and nothing else
	ByText  By = "text"  // as ByCode, and what the replies say but for what always differs
)

// MarshalText writes the word that UnmarshalText reads.
func (b By) MarshalText() ([]byte, error) {
	if b == "" {
		b = ByCode
	}
	return []byte(b), nil
}

// UnmarshalText reads one of the words above. Its error says which there are.
func (b *By) UnmarshalText(word []byte) error {
	by := By(word)
	if !slices.Contains([]By{ByCode, ByClass, ByText}, by) {
		return fmt.Errorf("%q is no way to compare: write code, class or text", word)
	}
	*b = by
	return nil
}

// CompareOptions say what counts as a difference. The zero value compares codes.
type CompareOptions struct {
	By By
	// Own are the names and IP addresses that texts may differ in: those of this
	// machine, and of the servers. Loopback addresses always are.
	Own []string
	// Timing is the factor from which on a reply that took longer, or less long,
	// is a difference; 0 for none. Differences under 10 ms never are.
	Timing float64
}

// DifferenceKind says in what two steps differ.
type DifferenceKind string

const (
	DiffMissing DifferenceKind = "missing" // only the first session has the step
	DiffAdded   DifferenceKind = "added"   // only the second one has it
	DiffCode    DifferenceKind = "code"    // the code of a reply
	DiffClass   DifferenceKind = "class"   // its first digit
	DiffReplies DifferenceKind = "replies" // how many replies there were
	DiffPattern DifferenceKind = "pattern" // a reply's text is not what a script demands
	DiffExpect  DifferenceKind = "expect"  // what two scripts demand of it
	DiffTLS     DifferenceKind = "tls"     // version and verdict
	DiffKeyword DifferenceKind = "keyword" // what EHLO offered
	DiffSent    DifferenceKind = "sent"    // a line, or a message
	DiffText    DifferenceKind = "text"    // the text of a reply
	DiffTiming  DifferenceKind = "timing"  // how long it took
)

// Difference is one thing in which two steps differ.
type Difference struct {
	Kind DifferenceKind `json:"kind"`
	// Want and Got are what differs, as a number or in words; "" for a keyword
	// or a step that is not there. They are the servers' octets: see protocol.Safe.
	Want string `json:"want"`
	Got  string `json:"got"`
	// Masked names what was left out of account, as in "date, queue id"; "" for
	// nothing.
	Masked string `json:"masked,omitempty"`
}

// CompareStep tells in what the step got differs from what was to come: what
// want's script demands, else the replies it has. A step that has neither
// demands nothing, nor does a TLS that no record tells of.
func CompareStep(want, got Step, o CompareOptions) []Difference {
	switch {
	case want.Expect != nil:
		return want.Expect.unmet(got)
	case len(want.Replies) == 0:
		return nil
	case want.TLS == nil:
		got.TLS = nil
	}
	found, _ := compareSteps(want, got, o)
	return found
}

// comparison is that of two steps, as far as it has come.
type comparison struct {
	o         CompareOptions
	want, got Step
	found     []Difference
	masked    []string
}

func compareSteps(want, got Step, o CompareOptions) ([]Difference, []string) {
	c := comparison{o: o, want: want, got: got}
	for i := range min(len(want.Replies), len(got.Replies)) {
		c.reply(want.Replies[i], got.Replies[i])
	}
	if w, g := len(want.Replies), len(got.Replies); w != g {
		c.note(DiffReplies, strconv.Itoa(w), strconv.Itoa(g))
	}
	if o.By != ByClass {
		c.tls()
	}
	c.timing()
	return c.found, c.masked
}

func (c *comparison) note(kind DifferenceKind, want, got string) {
	c.found = append(c.found, Difference{Kind: kind, Want: want, Got: got})
}

// reply compares two replies. Where the codes differ the rest is bound to.
func (c *comparison) reply(want, got protocol.Reply) {
	switch {
	case c.o.By == ByClass:
		if want.Class() != got.Class() {
			c.note(DiffClass, strconv.Itoa(want.Code), strconv.Itoa(got.Code))
		}
	case want.Code != got.Code:
		c.note(DiffCode, strconv.Itoa(want.Code), strconv.Itoa(got.Code))
	case offers(c.want, want) && offers(c.got, got):
		c.keywords(protocol.ParseCaps(want), protocol.ParseCaps(got))
		c.text(want, got, 1) // the other lines are keywords
	default:
		c.text(want, got, max(len(want.Lines), len(got.Lines)))
	}
}

// offers tells whether r has a line for each keyword (RFC 5321 §4.1.1.1).
func offers(s Step, r protocol.Reply) bool {
	return (s.Verb == "EHLO" || s.Verb == "LHLO") && r.Class() == protocol.ClassDone
}

// keywords compares what was offered, as a set: servers are free in the order.
func (c *comparison) keywords(want, got protocol.Caps) {
	for _, offer := range want.List {
		other, ok := got.Get(offer.Keyword)
		if !ok || !slices.Equal(paramSet(offer), paramSet(other)) {
			c.note(DiffKeyword, offerText(offer), offerText(other))
		}
	}
	for _, offer := range got.List {
		if !want.Has(offer.Keyword) {
			c.note(DiffKeyword, "", offerText(offer))
		}
	}
}

// paramSet is the parameters of a keyword in an order of ours.
func paramSet(offer protocol.Cap) []string {
	var params []string
	for _, p := range offer.Params {
		params = append(params, strings.ToUpper(p))
	}
	slices.Sort(params)
	return slices.Compact(params)
}

func offerText(offer protocol.Cap) string {
	return strings.Join(append([]string{offer.Keyword}, offer.Params...), " ")
}

// text compares the first lines of two replies, but for what always differs.
func (c *comparison) text(want, got protocol.Reply, lines int) {
	w := strings.Join(want.Lines[:min(lines, len(want.Lines))], "\n")
	g := strings.Join(got.Lines[:min(lines, len(got.Lines))], "\n")
	if c.o.By != ByText || w == g {
		return
	}
	w, inWant := c.o.mask(w, serverName(c.want, want))
	g, inGot := c.o.mask(g, serverName(c.got, got))
	masked := union(inWant, inGot)
	c.masked = union(c.masked, masked)
	if w != g {
		c.found = append(c.found, Difference{DiffText, w, g, strings.Join(masked, ", ")})
	}
}

// tls compares how the connections are protected, as far as both records say.
func (c *comparison) tls() {
	want, got := c.protection(toldBeside(c.want.TLS, c.got.TLS)), c.protection(toldBeside(c.got.TLS, c.want.TLS))
	if want != got {
		c.note(DiffTLS, want, got)
	}
}

// toldBeside is t with what an import could not know of it taken from other:
// what is not known is no difference.
func toldBeside(t, other *protocol.TLSInfo) *protocol.TLSInfo {
	if t == nil || other == nil {
		return t
	}
	told := *t
	if t.Version == unknownVersion {
		told.Version = other.Version
	}
	switch {
	case strings.HasPrefix(t.Verdict, unsaid) && strings.HasPrefix(other.Verdict, unsaid):
		told.Verdict = unsaid
	case strings.HasPrefix(t.Verdict, unsaid):
		told.Verified, told.Verdict, told.ServerName = other.Verified, other.Verdict, other.ServerName
	}
	return &told
}

// protection is what to compare of t. A good verdict says nothing more.
func (c *comparison) protection(t *protocol.TLSInfo) string {
	switch {
	case t == nil:
		return "plaintext"
	case t.Verified:
		return t.Version + ", verified"
	}
	verdict, _ := c.o.mask(t.Verdict, t.ServerName)
	return t.Version + ", not verified: " + verdict
}

// timingFloor is less than any machine is steady by.
const timingFloor = 10 * time.Millisecond

func (c *comparison) timing() {
	less, more := min(c.want.Took, c.got.Took), max(c.want.Took, c.got.Took)
	if c.o.Timing <= 0 || less <= 0 || more-less < timingFloor {
		return
	}
	if float64(more) > float64(less)*c.o.Timing {
		c.note(DiffTiming, c.want.Took.Round(time.Millisecond).String(), c.got.Took.Round(time.Millisecond).String())
	}
}

// unmet are the demands of e that the replies of got do not meet. In LMTP each
// of the replies must.
func (e *Expect) unmet(got Step) []Difference {
	var c comparison
	if len(got.Replies) == 0 && !e.empty() {
		c.note(DiffReplies, "1", "0")
	}
	for _, r := range got.Replies {
		code := strconv.Itoa(r.Code)
		if e.Code != 0 && e.Code != r.Code {
			c.note(DiffCode, strconv.Itoa(e.Code), code)
		}
		if e.Class != 0 && protocol.Class(e.Class) != r.Class() {
			c.note(DiffClass, strconv.Itoa(e.Class)+"yz", code)
		}
		if e.Pattern != "" && !matches(e.Pattern, r) {
			c.note(DiffPattern, e.Pattern, r.Text())
		}
		caps := protocol.ParseCaps(r)
		for _, keyword := range e.Keywords {
			if !caps.Has(strings.ToUpper(keyword)) {
				c.note(DiffKeyword, keyword, "")
			}
		}
	}
	return c.found
}

// String is what e demands, as a script has it; "nothing" for that.
func (e *Expect) String() string {
	if e.empty() {
		return "nothing"
	}
	text, err := marshalLine(e)
	if err != nil {
		return err.Error() // not of these fields
	}
	return strings.TrimSpace(string(text))
}

// empty tells whether e demands nothing.
func (e *Expect) empty() bool {
	return e.Code == 0 && e.Class == 0 && e.Pattern == "" && len(e.Keywords) == 0
}

// matches tells whether a line of r matches pattern. One that is no regular
// expression, which the reader of a script would have refused, matches nothing.
func matches(pattern string, r protocol.Reply) bool {
	re, err := regexp.Compile(pattern)
	return err == nil && slices.ContainsFunc(r.Lines, re.MatchString)
}

// union is a and what b has beyond it.
func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(slices.Clip(a), s)
		}
	}
	return a
}
