package protocol

import (
	"strings"
	"unicode/utf8"
)

// remarkRow is what LintMessage says about one fault.
type remarkRow struct {
	code     string
	severity Severity
	ref      string
	message  string // may have verbs of package fmt
}

// lineChecks look at each line; find returns the place.
var lineChecks = []struct {
	remarkRow
	find func(*linter, textLine) (Span, bool)
}{
	{remarkRow{"line.cr", Error, "RFC 5321 §2.3.8", "a CR stands alone: lines end with CR and LF together, and neither may stand without the other"}, octetFinder('\r')},
	{remarkRow{"line.lf", Error, "RFC 5321 §2.3.8", "an LF alone ends this line: lines end with CR and LF together, and neither may stand without the other"}, findBareLF},
	{remarkRow{"line.nul", Error, "RFC 5322 §3.5", "a NUL is not allowed in text"}, octetFinder(0)},
	{remarkRow{"line.long", Error, "RFC 5321 §4.5.3.1.6", "longer than 998 octets: servers refuse such a line or break it in two"}, findLong},
	{remarkRow{"line.wide", Hint, "RFC 5322 §2.1.1", "longer than 78 characters: readers may show it badly"}, findWide},
	{remarkRow{"line.dot", Hint, "RFC 5321 §4.5.2", "begins with a dot: it goes out with one more, which the server takes away again"}, findDot},
	{remarkRow{"header.utf8", Warning, "RFC 6531 §3.1", "letters outside ASCII in the header need SMTPUTF8 in the MAIL command, or encoded words (RFC 2047)"}, findUTF8},
	{remarkRow{"body.8bit", Warning, "RFC 6152 §2", "octets above 127, and the server does not offer 8BITMIME: it may refuse or damage them"}, find8Bit},
}

// octetFinder finds c.
func octetFinder(c byte) func(*linter, textLine) (Span, bool) {
	return func(_ *linter, ln textLine) (Span, bool) {
		i := strings.IndexByte(ln.text, c)
		return Span{i, i + 1}, i >= 0
	}
}

func findBareLF(_ *linter, ln textLine) (Span, bool) {
	return Span{len(ln.text), len(ln.text)}, ln.bareLF
}

func findLong(_ *linter, ln textLine) (Span, bool) {
	return Span{MaxTextLine, len(ln.text)}, len(ln.text) > MaxTextLine
}

func findWide(_ *linter, ln textLine) (Span, bool) {
	n := len(ln.text)
	return Span{0, n}, n > textWidth && n <= MaxTextLine && utf8.RuneCountInString(ln.text) > textWidth
}

func findDot(_ *linter, ln textLine) (Span, bool) {
	return Span{0, 1}, strings.HasPrefix(ln.text, ".")
}

func findUTF8(l *linter, ln textLine) (Span, bool) {
	if !ln.header || l.st.UTF8 {
		return Span{}, false
	}
	i := firstOver127(ln.text)
	return Span{i, len(ln.text)}, i >= 0
}

func find8Bit(l *linter, ln textLine) (Span, bool) {
	if ln.header || !l.st.Caps.Missing("8BITMIME") {
		return Span{}, false
	}
	i := firstOver127(ln.text)
	return Span{i, len(ln.text)}, i >= 0
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
	noBlankRow = remarkRow{"header.blank", Warning, "RFC 5322 §2.2", "a blank in front of the colon is obsolete, and some servers take the line for text"}
	noEndRow   = remarkRow{"header.end", Warning, "RFC 5322 §2.1", "not a header field, and no empty line in front of it: servers end the header here, or refuse the message"}
	twiceRow   = remarkRow{"header.twice", Warning, "RFC 5322 §3.6", "%s stands twice: it may stand once"}
	fromRow    = remarkRow{"envelope.from", Hint, "RFC 5321 App. B", "the reverse-path is <%s>: allowed, the envelope says where reports go, and From is what people see"}
	blindRow   = remarkRow{"envelope.blind", Hint, "RFC 5321 App. B", "%s is not in To or Cc: allowed, it gets the message as a blind copy"}
	shownRow   = remarkRow{"envelope.shown", Hint, "RFC 5321 App. B", "%s is in the header only: allowed, but RCPT decides who gets the message"}
	sizeRow    = remarkRow{"message.size", Error, "RFC 1870 §6", "%d octets, and the server takes %d at most: it will refuse the message"}
)
