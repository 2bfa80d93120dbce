package protocol

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Explanation is what one reply means to the person who got it.
type Explanation struct {
	// Headline is one line: the class, and what the reply means to this command.
	Headline string `json:"headline"`
	// Lines are whole remarks, unwrapped, the most particular first: what to do
	// now, the transaction, the enhanced code, the code, the class, and what was
	// wrong with the reply's form.
	Lines []string `json:"lines"`
	Class Class    `json:"class"`
	// Code is the meaning of the three digits anywhere; Enhanced that of the
	// enhanced code, zero without one.
	Code     Meaning `json:"code"`
	Enhanced Meaning `json:"enhanced"`
	// Refs are where all this is defined, each once.
	Refs []string `json:"refs,omitempty"`
}

// Words for what a reply answers where that is no command.
const (
	ForGreeting = ""  // the connection itself
	ForVerdict  = "." // a message that was sent whole
)

// ExplainReply says what r means as the answer to cmd: a verb, ForGreeting, or
// ForVerdict after a message. St is the state with r applied. It is total:
// whatever came is explained as far as it can be, by the catalogue's reading
// of this command first and in general afterwards.
func ExplainReply(r Reply, cmd string, st State) Explanation {
	e := Explanation{Class: r.Class()}
	e.Code, _ = CodeMeaning(r.Code)
	e.Enhanced, _ = EnhancedMeaning(r.Enhanced)
	spec := specFor(cmd)
	var here Outcome
	if spec != nil {
		here = outcomeOf(spec, r.Code)
		e.addRef(spec.Ref)
	}
	e.Headline = headline(e, here)
	if here.Next != "" {
		e.add("Now: " + inProtocol(here.Next, cmd, st) + ".")
	}
	e.add(recipientsLine(cmd, st))
	e.addEnhanced(r.Enhanced)
	e.addCode(here)
	e.addClass()
	e.addFlaws(r.Flaws)
	return e
}

// inProtocol has the hello of LMTP in the place of EHLO where st speaks it, but
// for the advice about LHLO, which names both.
func inProtocol(next, cmd string, st State) string {
	if cmd == "LHLO" {
		return next
	}
	return strings.ReplaceAll(next, "EHLO", st.HelloVerb())
}

// specFor returns the row that reads the replies to cmd, or nil.
func specFor(cmd string) *Spec {
	switch cmd {
	case ForGreeting:
		return greetingSpec
	case ForVerdict:
		return verdictSpec
	default:
		return Lookup(cmd)
	}
}

// outcomeOf returns the row's reading of code, the zero Outcome for none.
func outcomeOf(s *Spec, code int) Outcome {
	if o := s.Outcome(code); o != nil {
		return *o
	}
	return Outcome{}
}

// headline joins the class with the most particular meaning there is; a code
// that nobody defined has none.
func headline(e Explanation, here Outcome) string {
	class, ok := classMeaning(e.Class)
	if !ok {
		return "Not SMTP: the code is outside 200 to 599"
	}
	listed, _ := findMeaning(replyCodes, e.Code.Word)
	title := strings.ToUpper(class.Title[:1]) + class.Title[1:]
	if means := cmp.Or(here.Means, e.Enhanced.Title, listed.Title); means != "" {
		return title + ": " + means
	}
	return title
}

// recipientsLine says how an open transaction stands after RCPT.
func recipientsLine(cmd string, st State) string {
	open := st.Phase == PhaseMail || st.Phase == PhaseRcpt
	if !open || !strings.EqualFold(cmd, "RCPT") || len(st.Rcpts) == 0 {
		return ""
	}
	n := st.AcceptedRcpts()
	if n == 0 {
		return "No recipient is accepted so far, so DATA would be refused."
	}
	return fmt.Sprintf("The transaction goes on: %d of %d recipients accepted.", n, len(st.Rcpts))
}

func (e *Explanation) add(line string) {
	if line != "" {
		e.Lines = append(e.Lines, line)
	}
}

func (e *Explanation) addRef(ref string) {
	if ref != "" && !slices.Contains(e.Refs, ref) {
		e.Refs = append(e.Refs, ref)
	}
}

// addEnhanced tells subject and detail; the class has a line of its own.
func (e *Explanation) addEnhanced(code string) {
	_, rest, _ := strings.Cut(code, ".")
	m, ok := detailMeaning(rest)
	if !ok || m.Title == "" {
		return
	}
	e.add(joinSentences("x."+rest+" "+m.Title+".", m.Text))
	if e.Class != ClassDone {
		e.add(m.Advice)
	}
	e.addRef(m.Ref)
}

// addCode tells what the three digits mean anywhere, and the general advice
// where the command had none of its own.
func (e *Explanation) addCode(here Outcome) {
	if e.Code.Word == "" {
		e.add("Treat it as a fatal error: this may be another protocol.")
		return
	}
	e.add(joinSentences(e.Code.Word+" "+e.Code.Title+".", e.Code.Text))
	if here.Next == "" {
		e.add(e.Code.Advice)
	}
	e.addRef(e.Code.Ref)
}

// addClass says whether trying again makes sense.
func (e *Explanation) addClass() {
	if e.Class != ClassTemporary && e.Class != ClassPermanent {
		return
	}
	m, _ := classMeaning(e.Class)
	e.add(m.Word + " " + m.Title + ". " + m.Text)
}

// flawTexts say what was wrong with a reply that was taken all the same.
var flawTexts = [...]struct{ flaw, text string }{
	{FlawBareLF, "A line of this reply ended in LF without CR, which SMTP does not allow."},
	{FlawExtraCR, "A line of this reply ended in more than one CR."},
	{FlawNoText, "The reply has no text; it should have some."},
	{FlawNoSpace, "A line has no space or hyphen behind its code; it was taken as the last one."},
	{FlawCodes, "The lines of this reply carry different codes; the last line's counts."},
	{FlawEightBit, "The text holds octets outside printable ASCII."},
	{FlawGarbage, "A line inside this reply has no code; it was taken as text."},
	{FlawCodeRange, "The code is outside 200 to 599, so it is not SMTP's."},
}

func (e *Explanation) addFlaws(flaws []string) {
	for _, row := range flawTexts {
		if slices.Contains(flaws, row.flaw) {
			e.add(row.text)
		}
	}
}
