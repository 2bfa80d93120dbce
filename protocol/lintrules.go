package protocol

import "slices"

// remarkRow is what a Linter says about one fault.
type remarkRow struct {
	code     string
	severity Severity
	ref      string
	message  string // may have verbs of package fmt
}

// lineCheck looks at each line that is not ordinary: find returns the place.
// It is left out where there is no reason for it in the session.
type lineCheck struct {
	remarkRow
	applies func(State) bool
	find    func(*textLine) (Span, bool)
}

var lineChecks = [...]lineCheck{
	{remarkRow{"line.cr", Error, "RFC 5321 §2.3.8", "a CR stands alone: lines end with CR and LF together, and neither may stand without the other"}, needsText, findCR},
	{remarkRow{"line.lf", Error, "RFC 5321 §2.3.8", "an LF alone ends this line: lines end with CR and LF together, and neither may stand without the other"}, needsText, findBareLF},
	{remarkRow{"line.nul", Error, "RFC 5322 §3.5", "a NUL is not allowed in text"}, needsText, findNUL},
	{remarkRow{"line.long", Error, "RFC 5321 §4.5.3.1.6", "longer than 998 octets: servers refuse such a line or break it in two"}, needsText, findLong},
	{remarkRow{"line.wide", Hint, "RFC 5322 §2.1.1", "longer than 78 characters: readers may show it badly"}, inAnyCase, findWide},
	{remarkRow{"line.dot", Hint, "RFC 5321 §4.5.2", "begins with a dot: it goes out with one more, which the server takes away again"}, inAnyCase, findDot},
	{remarkRow{"header.utf8", Warning, "RFC 6531 §3.1", "letters outside ASCII in the header need SMTPUTF8 in the MAIL command, or encoded words (RFC 2047)"}, noUTF8, findHighInHeader},
	{remarkRow{"body.8bit", Warning, "RFC 6152 §2", "octets above 127, and the server does not offer 8BITMIME: it may refuse or damage them"}, no8BITMIME, findHighInBody},
	{remarkRow{"body.undeclared", Warning, "RFC 6152 §3", "octets above 127, and MAIL did not announce them: say BODY=8BITMIME there, or encode the text"}, undeclared8Bit, findHighInBody},
}

// checksFor are the lineChecks with a reason in st.
func checksFor(st State) []lineCheck {
	return slices.DeleteFunc(slices.Clone(lineChecks[:]), func(c lineCheck) bool { return !c.applies(st) })
}

func inAnyCase(State) bool { return true }

// needsText: with BODY=BINARYMIME any octets may come   RFC 3030 §3
func needsText(st State) bool { return st.Body != "BINARYMIME" }

func noUTF8(st State) bool     { return !st.UTF8 }
func no8BITMIME(st State) bool { return st.Caps.Missing("8BITMIME") }

// undeclared8Bit: what MAIL did not announce a server need not keep whole   RFC 6152 §3
func undeclared8Bit(st State) bool {
	return st.HasFrom && st.Caps.Has("8BITMIME") && st.Body != "8BITMIME" && needsText(st)
}

func findCR(ln *textLine) (Span, bool)     { return Span{ln.cr, ln.cr + 1}, ln.cr >= 0 }
func findNUL(ln *textLine) (Span, bool)    { return Span{ln.nul, ln.nul + 1}, ln.nul >= 0 }
func findDot(ln *textLine) (Span, bool)    { return Span{0, 1}, ln.dot }
func findBareLF(ln *textLine) (Span, bool) { return Span{ln.octets, ln.octets}, ln.bareLF }

func findLong(ln *textLine) (Span, bool) {
	return Span{MaxTextLine, ln.octets}, ln.octets > MaxTextLine
}

func findWide(ln *textLine) (Span, bool) {
	return Span{0, ln.octets}, ln.octets <= MaxTextLine && ln.columns > textWidth
}

func findHighInHeader(ln *textLine) (Span, bool) {
	return Span{ln.high, ln.octets}, ln.header && ln.high >= 0
}

func findHighInBody(ln *textLine) (Span, bool) {
	return Span{ln.high, ln.octets}, !ln.header && ln.high >= 0
}

// requiredFields are remarked on where they do not stand.
var requiredFields = []struct {
	field string
	remarkRow
}{
	{"From", remarkRow{"header.missing.from", Warning, "RFC 5322 §3.6", "there is no From: every message must say who wrote it"}},
	{"Date", remarkRow{"header.missing.date", Warning, "RFC 5322 §3.6", "there is no Date: every message must say when it was written"}},
	{"Message-ID", remarkRow{"header.missing.id", Hint, "RFC 5322 §3.6.4", "there is no Message-ID: every message should have one of its own"}},
}

// onceFields may stand once at most (RFC 5322 §3.6).
var onceFields = []string{
	"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject",
}

// fieldChecks look at the value of one field.
var fieldChecks = []struct {
	field string
	bad   func(value string) bool
	remarkRow
}{
	{"From", func(v string) bool { return len(addresses(v)) == 0 }, remarkRow{"header.from", Warning, "RFC 5322 §3.6.2", "From needs an address: Ann <ann@example.org>"}},
	{"Date", func(v string) bool { return !isDate(v) }, remarkRow{"header.date", Warning, "RFC 5322 §3.3", "not a date as mail writes it: Fri, 2 Jan 2026 15:04:05 +0100"}},
	{"Message-ID", func(v string) bool { return !isMessageID(v) }, remarkRow{"header.id", Warning, "RFC 5322 §3.6.4", "a Message-ID is <left@right>, without blanks"}},
	{"Bcc", always, remarkRow{"header.bcc", Warning, "RFC 5322 §3.6.3", "every recipient can read Bcc: leave it out, RCPT is enough for a blind copy"}},
	{"Return-Path", always, remarkRow{"header.returnpath", Hint, "RFC 5321 §4.4", "the server that delivers writes Return-Path from MAIL FROM: leave it out"}},
}

func always(string) bool { return true }

// The remarks that have a place in the code of their own.
var (
	noBlankRow  = remarkRow{"header.blank", Warning, "RFC 5322 §2.2", "a blank in front of the colon is obsolete, and some servers take the line for text"}
	noneRow     = remarkRow{"header.none", Warning, "RFC 5322 §2.1", "there is no header: the first line is no field such as From: ann@example.org, so that servers add one or refuse the message"}
	noEndRow    = remarkRow{"header.end", Warning, "RFC 5322 §2.1", "not a header field, and no empty line in front of it: servers end the header here, or refuse the message"}
	hugeRow     = remarkRow{"header.huge", Warning, "RFC 5321 §4.5.3.1.7", "the header passes 256 KiB here: servers cut or refuse such a header, and the fields from here on were not looked at"}
	twiceRow    = remarkRow{"header.twice", Warning, "RFC 5322 §3.6", "%s stands twice: it may stand once"}
	fromRow     = remarkRow{"envelope.from", Hint, "RFC 5321 App. B", "the reverse-path is <%s>: allowed, the envelope says where reports go, and From is what people see"}
	blindRow    = remarkRow{"envelope.blind", Hint, "RFC 5321 App. B", "%s is not in To or Cc: allowed, it gets the message as a blind copy"}
	shownRow    = remarkRow{"envelope.shown", Hint, "RFC 5321 App. B", "%s is in the header only: allowed, but RCPT decides who gets the message"}
	sizeRow     = remarkRow{"message.size", Error, "RFC 1870 §6", "%d octets, and the server takes %d at most: it will refuse the message"}
	versionRow  = remarkRow{"mime.version", Hint, "RFC 2045 §4", "there is a Content-Type and no MIME-Version: add MIME-Version: 1.0, without which readers need not heed it"}
	boundaryRow = remarkRow{"mime.boundary", Warning, "RFC 2046 §5.1.1", "begins with the boundary, and no part begins or ends here: readers cut the message in the wrong place; choose a boundary that no line of a part begins with"}
	openRow     = remarkRow{"mime.open", Warning, "RFC 2046 §5.1.1", "the last part has no end: put a line behind it that has --, the boundary and again --"}
)
