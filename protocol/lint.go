package protocol

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxTextLine is how long a line of a message may be, in octets without its
// CRLF (RFC 5321 §4.5.3.1.6).
const MaxTextLine = 998

// textWidth is how long a line should be at most, in characters (RFC 5322 §2.1.1).
const textWidth = 78

// MessageRemark is one remark about the text of a message. Its Span is the
// place in the line, and its Fix is always empty: there is no line to replace.
type MessageRemark struct {
	Diagnostic
	// Line counts from 1, the header's lines among them. 0 is the message as a
	// whole.
	Line int `json:"line"`
}

// LintMessage returns what there is to say about text, a whole message as it
// is handed to DATA: lines ended by CRLF, dots not doubled yet, no final dot.
// It compares with the envelope and the offers in st, and calls nothing
// missing that the zero State does not know. The remarks are in the order of
// their lines, those on the whole message first. A fault that many lines have
// is one remark on the first of them, which says how many more there are.
//
// An Error is text that a correct server must refuse or may mutilate
// (RFC 5321 §2.3.8, §4.5.3.1); the rules of RFC 5322 for the header are at
// most a Warning, since SMTP carries whatever stands there.
func LintMessage(text string, st State) []MessageRemark {
	l := linter{st: st, inHeader: true, tally: make([]tally, len(lineChecks))}
	for n, rest := 1, text; rest != ""; n++ {
		var ln textLine
		ln, rest = cutLine(rest)
		ln.number = n
		l.line(ln)
	}
	l.common()
	l.header()
	l.envelope()
	l.size(int64(len(text)))
	slices.SortStableFunc(l.remarks, func(a, b MessageRemark) int { return a.Line - b.Line })
	return l.remarks
}

// linter collects the remarks on one message.
type linter struct {
	st       State
	inHeader bool // until the empty line
	fields   []headerField
	tally    []tally // beside lineChecks
	remarks  []MessageRemark
}

// tally is how often one of the lineChecks found something, and where first.
type tally struct {
	times, line int
	Span
}

// headerField is one field, its lines unfolded (RFC 5322 §2.2.3).
type headerField struct {
	name, value string
	line        int
}

// textLine is one line without its end.
type textLine struct {
	text   string
	number int
	header bool
	bareLF bool // an LF alone ended it
}

// cutLine takes the first line of text, which is not empty.
func cutLine(text string) (ln textLine, rest string) {
	line, rest, ended := strings.Cut(text, "\n")
	if ended {
		whole := len(line)
		line = strings.TrimSuffix(line, "\r")
		return textLine{text: line, bareLF: len(line) == whole}, rest
	}
	return textLine{text: line}, rest
}

func (l *linter) note(row remarkRow, line int, sp Span, args ...any) {
	message := row.message
	if len(args) > 0 {
		message = fmt.Sprintf(message, args...)
	}
	l.remarks = append(l.remarks, MessageRemark{Line: line, Diagnostic: Diagnostic{
		Code: row.code, Severity: row.severity, Span: sp, Ref: row.ref, Message: message,
	}})
}

// line looks at one line of header or body.
func (l *linter) line(ln textLine) {
	if l.inHeader {
		ln.header = l.headerLine(ln)
	}
	for i := range lineChecks {
		sp, found := lineChecks[i].find(l, ln)
		if !found {
			continue
		}
		if l.tally[i].times == 0 {
			l.tally[i] = tally{line: ln.number, Span: sp}
		}
		l.tally[i].times++
	}
}

// headerLine takes a line of the header and tells whether it is one. The empty
// line ends the header; so does, in every server, the first line that cannot
// belong to it.
func (l *linter) headerLine(ln textLine) bool {
	name, value, isField := strings.Cut(ln.text, ":")
	trimmed := strings.TrimRight(name, " \t")
	switch {
	case ln.text == "":
		l.inHeader = false
	case len(l.fields) > 0 && strings.IndexByte(" \t", ln.text[0]) >= 0:
		l.fields[len(l.fields)-1].value += ln.text
	case isField && isFieldName(trimmed):
		if trimmed != name {
			l.note(noBlankRow, ln.number, Span{len(trimmed), len(name)})
		}
		l.fields = append(l.fields, headerField{trimmed, value, ln.number})
	default:
		l.note(noEndRow, ln.number, Span{0, len(ln.text)})
		l.inHeader = false
	}
	return l.inHeader
}

// isFieldName: field-name = 1*ftext, printable ASCII but no colon   RFC 5322 §3.6.8
func isFieldName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// common turns the tallies into remarks.
func (l *linter) common() {
	for i, t := range l.tally {
		row := lineChecks[i].remarkRow
		switch {
		case t.times == 0:
			continue
		case t.times > 1:
			row.message = fmt.Sprintf("%s (and %d more)", row.message, t.times-1)
		}
		l.note(row, t.line, t.Span)
	}
}

// header judges the fields (RFC 5322 §3.6).
func (l *linter) header() {
	for _, row := range requiredFields {
		if len(l.all(row.field)) == 0 {
			l.note(row.remarkRow, 0, Span{})
		}
	}
	for i, f := range l.fields {
		if l.repeated(i) {
			l.note(twiceRow, f.line, Span{0, len(f.name)}, f.name)
		}
		for _, row := range fieldChecks {
			if strings.EqualFold(row.field, f.name) && row.bad(f.value) {
				l.note(row.remarkRow, f.line, Span{0, len(f.name)})
			}
		}
	}
}

// repeated tells whether field i is one that may stand once, and stood before.
func (l *linter) repeated(i int) bool {
	is := func(name string) bool { return strings.EqualFold(name, l.fields[i].name) }
	return slices.ContainsFunc(onceFields, is) &&
		slices.ContainsFunc(l.fields[:i], func(f headerField) bool { return is(f.name) })
}

// all returns the fields of that name, in any case.
func (l *linter) all(name string) []headerField {
	var list []headerField
	for _, f := range l.fields {
		if strings.EqualFold(name, f.name) {
			list = append(list, f)
		}
	}
	return list
}

// envelope compares the header with MAIL and RCPT. They need not agree
// (RFC 5321 §3.3, App. B), and people who see that for the first time wonder.
func (l *linter) envelope() {
	if from := l.all("From"); l.st.HasFrom && len(from) > 0 && !mentions(addresses(from[0].value), l.st.From) {
		l.note(fromRow, from[0].line, Span{0, len("From")}, l.st.From)
	}
	if l.st.AcceptedRcpts() == 0 {
		return
	}
	var shown, accepted []string
	for _, f := range append(l.all("To"), l.all("Cc")...) {
		shown = append(shown, addresses(f.value)...)
	}
	for _, r := range l.st.Rcpts {
		if r.Accepted() {
			accepted = append(accepted, r.Path)
		}
	}
	l.absent(blindRow, accepted, shown)
	l.absent(shownRow, shown, accepted)
}

// absent remarks on the first of list that others does not have.
func (l *linter) absent(row remarkRow, list, others []string) {
	for _, address := range list {
		if !mentions(others, address) {
			l.note(row, 0, Span{}, address)
			return
		}
	}
}

// mentions leaves case aside, also where only a local-part differs by it: a
// server may tell those apart, hardly any does (RFC 5321 §2.4).
func mentions(list []string, address string) bool {
	return slices.ContainsFunc(list, func(a string) bool { return strings.EqualFold(a, address) })
}

// addresses finds the addr-specs in a field's value, near enough for
// comparing: it knows quotes, display names and a comment at the end.
func addresses(value string) []string {
	var list []string
	for value != "" {
		end := outside(value, ',')
		if end < 0 {
			end = len(value)
		}
		item := value[:end]
		value = value[min(end+1, len(value)):]
		if open := outside(item, '<'); open >= 0 {
			item, _, _ = strings.Cut(item[open+1:], ">")
		} else if comment := outside(item, '('); comment >= 0 {
			item = item[:comment]
		}
		if item = strings.TrimSpace(item); strings.Contains(item, "@") {
			list = append(list, item)
		}
	}
	return list
}

// size compares with what EHLO offered (RFC 1870 §3: dots that were doubled and the
// final dot do not count).
func (l *linter) size(octets int64) {
	if most := l.st.Caps.MaxSize(); most > 0 && octets > most {
		l.note(sizeRow, 0, Span{}, octets, most)
	}
}

// isDate: date-time = [ day-name "," ] date time zone   RFC 5322 §3.3, and the
// zone names that old mail has (§4.3).
func isDate(value string) bool {
	value, _, _ = strings.Cut(value, "(")
	day, date, named := strings.Cut(value, ",")
	if !named {
		date = value
	}
	date = strings.Join(strings.Fields(date), " ")
	for _, layout := range []string{"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05 MST"} {
		if t, err := time.Parse(layout, date); err == nil {
			return !named || strings.EqualFold(strings.TrimSpace(day), t.Format("Mon"))
		}
	}
	return false
}

// isMessageID: msg-id = "<" id-left "@" id-right ">"   RFC 5322 §3.6.4
func isMessageID(value string) bool {
	id := strings.TrimSpace(value)
	left, right, at := strings.Cut(strings.Trim(id, "<>"), "@")
	return at && left != "" && right != "" && id == "<"+left+"@"+right+">" && !strings.ContainsAny(id, " \t")
}

// firstOver127 returns the index of the first octet above 127, or -1.
func firstOver127(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}
