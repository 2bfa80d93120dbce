package protocol

import (
	"slices"
	"strings"
)

// Spec is one row of the catalogue: everything the program knows about one
// verb. Template, syntax hint, completion, validation, help, the meaning of
// replies and the state machine all read it. Rows never change at run time.
type Spec struct {
	Verb    string // upper case
	Summary string // what it does, in a few words without a stop
	// Syntax is the line as a person reads it; optional parts in brackets.
	Syntax string
	// Template is the line with ${slots} to fill.
	Template string
	// Ref is where it is defined: "RFC 5321 §4.1.1.2".
	Ref string
	// Doc is help in whole sentences, paragraphs apart by an empty line.
	Doc string
	// Obsolete says what to do instead; "" where the verb is alive.
	Obsolete string
	// Phases are where a correct server takes it; nil means wherever commands
	// can be sent at all.
	Phases []Phase
	// Unwise are phases in which servers may take it and nobody should send it.
	Unwise []Phase
	// Keyword is the EHLO keyword that must have been offered, or "".
	Keyword string
	// Offers is true where a good reply lists service extensions.
	Offers bool
	// Asks is true where a good reply asks for the text of a message.
	Asks bool
	// Counted is true where as many octets follow the line as it says.
	Counted bool
	// Params are the ESMTP parameters it takes (RFC 5321 §4.1.2).
	Params []*Param
	// Outcomes say what its replies mean here and what they change, most
	// particular first.
	Outcomes []Outcome
	// Good and Bad are examples; the tests parse each.
	Good []string
	Bad  []BadExample

	// once tells whether the command was carried out and cannot come again.
	once func(State) bool
	// pipelined is true where the next command need not wait for the reply.
	pipelined bool

	args func(*parser) // production for what follows the verb; nil: nothing may
}

// BadExample is a line with the diagnostic code it must get.
type BadExample struct{ Line, Code string }

// Outcome is what one reply to a command means.
type Outcome struct {
	// Reply matches by prefix of the three digits: "250", "25", "5".
	Reply string
	// Means is the meaning here, as a clause: "larger than this server takes".
	Means string
	// Next is what a person does now.
	Next string

	effect effect
}

// Param is one parameter of MAIL or RCPT.
type Param struct {
	Name    string // upper case
	Keyword string // EHLO keyword that allows it
	Syntax  string // "SIZE=octets"
	Summary string
	Ref     string
	// Adds is how many octets the command line may grow by (RFC 5321 §4.1.1.11).
	Adds int
	// Values are the fixed words its value can have, for completion.
	Values []string
	// Good and Bad are examples of the whole parameter.
	Good []string
	Bad  []BadExample

	value func(*parser, Span) // production for the value; nil: it has none
	// optional is true where the value may be left out.
	optional bool
	// rare keeps it out of completion while the offers are not known.
	rare bool
}

// Lookup returns the row of verb, in any case, or nil.
func Lookup(verb string) *Spec { return byVerb[strings.ToUpper(verb)] }

// Catalogue returns the rows in the order a session goes. The slice is the
// caller's, the rows are not.
func Catalogue() []*Spec { return append([]*Spec(nil), catalogue...) }

// Outcome returns the row's reading of a reply code, or nil.
func (s *Spec) Outcome(code int) *Outcome {
	digits := codeDigits(code)
	for i := range s.Outcomes {
		if strings.HasPrefix(digits, s.Outcomes[i].Reply) {
			return &s.Outcomes[i]
		}
	}
	return nil
}

// Legal tells whether a correct server may take the verb in phase p.
func (s *Spec) Legal(p Phase) bool {
	if s.Phases == nil {
		return commandPhase(p)
	}
	return slices.Contains(s.Phases, p) || slices.Contains(s.Unwise, p)
}

// Fits tells whether the command makes sense in st: legal, wise, offered as
// far as is known, and not yet carried out for good.
func (s *Spec) Fits(st State) bool {
	return s.Legal(st.Phase) && !slices.Contains(s.Unwise, st.Phase) && !s.foreign(st) && !st.Caps.Missing(s.Keyword) && !s.spent(st)
}

// foreign tells whether the command says hello in the other protocol: LHLO in
// SMTP, or anything else in LMTP (RFC 2033 §4.1).
func (s *Spec) foreign(st State) bool {
	lmtp := st.HelloVerb() == "LHLO"
	switch s.Verb {
	case "LHLO":
		return !lmtp
	case "EHLO", "HELO":
		return lmtp
	}
	return false
}

// LegalNow returns the rows that a correct server takes in st, in catalogue
// order, without the obsolete and without those whose keyword was not offered.
func LegalNow(st State) []*Spec {
	var rows []*Spec
	for _, s := range catalogue {
		if s.Obsolete == "" && s.Fits(st) && (s.Keyword == "" || st.Caps.Known) {
			rows = append(rows, s)
		}
	}
	return rows
}

// spent tells whether the command did its work for good: a second one must
// be refused (RFC 3207 §4.2, RFC 4954 §4).
func (s *Spec) spent(st State) bool {
	return s.once != nil && s.once(st)
}

// groups tells whether another command may follow before the reply is in
// (RFC 2920 §3.1).
func (s *Spec) groups() bool { return s.pipelined }

// commandPhase tells whether a command line can be sent in p.
func commandPhase(p Phase) bool {
	switch p {
	case PhaseGreeted, PhaseReady, PhaseMail, PhaseRcpt, PhaseChunk:
		return true
	}
	return false
}
