package protocol

import "slices"

// EndOfData ends the text behind DATA, the CRLF of its last line included, and
// nothing else does (RFC 5321 §4.1.1.4).
const EndOfData = "\r\n.\r\n"

// EndVariant is a row of octets that some server takes, or took, for the end of
// the data. Where two servers disagree about that, a client can hide a second
// message in the text of the first: the first server passes on what it regards
// as text, and the second runs it as commands (SMTP smuggling).
type EndVariant struct {
	// Name is stable, for scripts: "lf-dot-lf".
	Name string
	// Octets are what goes out behind the last character of the text, exactly.
	Octets string
	// Summary is the octets in words, without a stop.
	Summary string
	// Correct is what a correct server does, in one sentence.
	Correct string
	// Ref names the rule, as in a Diagnostic.
	Ref string
}

// endVariants are the rows, the control first.
var endVariants = [...]EndVariant{
	{"crlf-dot-crlf", EndOfData, "CRLF . CRLF, the proper end: the control", "It answers the message here.", "RFC 5321 §4.1.1.4"},
	{"lf-dot-lf", "\n.\n", "LF . LF, the end of text on Unix", "It takes the octets for text and reads on, or refuses the message: LF alone ends no line.", "RFC 5321 §4.1.1.4"},
	{"lf-dot-crlf", "\n.\r\n", "LF . CRLF", "It takes the octets for text and reads on, or refuses the message: the dot does not stand at the beginning of a line.", "RFC 5321 §4.1.1.4"},
	{"crlf-dot-lf", "\r\n.\n", "CRLF . LF", "It takes the octets for text and reads on, or refuses the message: the line with the dot has not ended.", "RFC 5321 §4.1.1.4"},
	{"cr-dot-cr", "\r.\r", "CR . CR", "It takes the octets for text and reads on, or refuses the message: CR alone ends no line.", "RFC 5321 §2.3.8"},
	{"cr-dot-crlf", "\r.\r\n", "CR . CRLF", "It takes the octets for text and reads on, or refuses the message: the dot does not stand at the beginning of a line.", "RFC 5321 §2.3.8"},
	{"crlf-dot-cr", "\r\n.\r", "CRLF . CR", "It takes the octets for text and reads on, or refuses the message: the line with the dot has not ended.", "RFC 5321 §2.3.8"},
	{"crcrlf-dot-crcrlf", "\r\r\n.\r\r\n", "CR CRLF . CR CRLF", "It takes the octets for text and reads on, or refuses the message: a CR stands behind the dot.", "RFC 5321 §2.3.8"},
	{"crlf-nul-dot-crlf", "\r\n\x00.\r\n", "CRLF NUL . CRLF, for servers that leave NULs out", "It takes the octets for text and reads on, or refuses the message: a NUL stands in front of the dot.", "RFC 5321 §4.1.1.4"},
}

// EndVariants returns the known variants, first the proper end as a control.
// The slice is the caller's.
func EndVariants() []EndVariant { return slices.Clone(endVariants[:]) }

// FindEndVariant returns the variant of that name, and false for none.
func FindEndVariant(name string) (EndVariant, bool) {
	for _, v := range endVariants {
		if v.Name == name {
			return v, true
		}
	}
	return EndVariant{}, false
}

// Control tells whether v is the proper end.
func (v EndVariant) Control() bool { return v.Octets == EndOfData }

// EndVerdict is what a server's answers to a variant say about it.
type EndVerdict struct {
	// Code is stable: "ended", "missed" or "unclear" for the control; "kept",
	// "refused", "taken", "answered", "closed" or "unclear" for the others.
	Code string
	// Safe is true where the answers show that no message can be smuggled by
	// these octets; for the control, that the server works as it must.
	Safe bool
	// Text is one sentence for people.
	Text string
}

var endVerdicts = [...]EndVerdict{
	{"ended", true, "the server took the proper end for the end, as it must"},
	{"missed", false, "the server did not answer the proper end in time: it is slow, or waits for other octets; give it more time, or no verdict on a variant means anything"},
	{"kept", true, "correct: the server took the octets for text and answered the proper end only"},
	{"refused", true, "strict: the server refused the message for all the octets it has, and nothing behind them was run as commands"},
	{"taken", false, "a message can be smuggled: the server took these octets for the end of the data, and would run what follows as commands"},
	{"answered", false, "the server refused before the proper end and keeps the connection: it either is strict, or took these octets for the end and judged the message; the text of its reply tells which, and so does a command sent now"},
	{"closed", true, "the server hung up without a reply: nothing behind these octets was run, and whether it took the message is not known"},
	{"unclear", false, "the server answered neither these octets nor the proper end: give it more time, or look into its log"},
}

// JudgeEnd says what the answers to v mean. It was sent behind text in answer
// to a 354; early is the reply that came then, nil where none came in time, late
// the one to EndOfData, which was sent where there was no early one; closed
// tells whether the server hung up by the end. The time to wait for early must
// be longer than the server takes to judge a message, else a variant that was
// taken looks like one that was kept: then more replies than one follow.
func JudgeEnd(v EndVariant, early, late *Reply, closed bool) EndVerdict {
	code := endCode(early, late, closed)
	if v.Control() {
		code = controlCode(early, late)
	}
	i := slices.IndexFunc(endVerdicts[:], func(e EndVerdict) bool { return e.Code == code })
	return endVerdicts[i]
}

// endCode judges a variant. A server that refuses and hangs up has run nothing;
// one that refuses and stays is ready for commands, wherever it saw the end.
func endCode(early, late *Reply, closed bool) string {
	switch {
	case early != nil && !early.Refused():
		return "taken"
	case early != nil && !closed:
		return "answered"
	case early != nil || late != nil && late.Refused():
		return "refused"
	case late != nil:
		return "kept"
	case closed:
		return "closed"
	}
	return "unclear"
}

// controlCode judges the proper end, to which any answer will do.
func controlCode(early, late *Reply) string {
	switch {
	case early != nil:
		return "ended"
	case late != nil:
		return "missed"
	}
	return "unclear"
}
