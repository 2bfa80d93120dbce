package protocol

import (
	"bytes"
	"fmt"
	"slices"
)

// MaxTextLine is how long a line of a message may be, in octets without its
// CRLF (RFC 5321 §4.5.3.1.6).
const MaxTextLine = 998

// textWidth is how long a line should be at most, in characters (RFC 5322 §2.1.1).
const textWidth = 78

// textKept bounds what a Linter keeps, in octets: of the header, and of one line.
const textKept = 256 << 10

// MessageRemark is one remark about the text of a message. Its Span is the
// place in the line, and its Fix is always empty: there is no line to replace.
type MessageRemark struct {
	Diagnostic
	// Line counts from 1, the header's lines among them. 0 is the message as a
	// whole.
	Line int `json:"line"`
}

// Linter looks at a message as it is handed to DATA: lines ended by CRLF, dots
// not doubled yet, no final dot. The text comes through Write, split anywhere
// and of any length, and memory does not grow with it: of the header the first
// 256 KiB are kept, of the body nothing. Use NewLinter. It belongs to one
// goroutine.
//
// A remark of severity Error is on text that a correct server must refuse or
// may mutilate (RFC 5321 §2.3.8, §4.5.3.1); the rules of RFC 5322 for the
// header and of MIME for the body are at most a Warning, since SMTP carries
// whatever stands there.
type Linter struct {
	st       State
	facts    MessageFacts
	line     textLine
	kept     []byte // of the line under way, where its text matters
	cr       bool   // a CR was the last octet: an LF makes a line end of it
	piece    int64  // octets since the last CR or LF: a line as DATA carries it
	mended   int64  // octets that DATA adds to the line ends
	inHeader bool   // until the empty line
	header   header
	parts    multipart
	checks   []lineCheck
	tally    []tally // beside checks
	remarks  []remark
	over     bool // the text has ended
}

// NewLinter returns a Linter that compares with the envelope and the offers in
// st, and calls nothing missing that the zero State does not know.
func NewLinter(st State) *Linter {
	checks := checksFor(st)
	return &Linter{st: st, inHeader: true, line: newLine(1), checks: checks, tally: make([]tally, len(checks))}
}

// textLine is what the checks need to know of one line; its end is no part of it.
type textLine struct {
	number  int
	octets  int
	columns int // its characters
	// cr, nul and high are the places of the first lone CR, the first NUL and
	// the first octet above 127, -1 for none.
	cr, nul, high int
	dot           bool // it begins with one
	header        bool
	bareLF        bool // an LF alone ended it
	kept          bool // its text is in Linter.kept, or as much of it as textKept
}

func newLine(number int) textLine { return textLine{number: number, cr: -1, nul: -1, high: -1} }

// tally is how often a fault was found, and where first.
type tally struct {
	times, line int
	Span
}

func (t *tally) add(line int, sp Span) {
	if t.times == 0 {
		t.line, t.Span = line, sp
	}
	t.times++
}

// remark is a MessageRemark and how many places it is about.
type remark struct {
	MessageRemark
	times int
}

// Write looks at the next octets of the text, none of which it keeps a
// reference to. It reports len(p) and never fails. After Remarks or Facts it
// must not be called.
func (l *Linter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			l.take(rest)
			break
		}
		l.take(rest[:i])
		l.endLine(!l.cr)
		rest = rest[i+1:]
	}
	l.facts.Exact += int64(len(p))
	return len(p), nil
}

// take adds octets without an LF to the line. A CR at their end waits for what
// comes next.
func (l *Linter) take(p []byte) {
	if len(p) == 0 {
		return
	}
	if l.cr {
		l.loneCR()
	}
	if l.cr = p[len(p)-1] == '\r'; l.cr {
		p = p[:len(p)-1]
	}
	if !odd(p) {
		l.add(p)
		return
	}
	for i := bytes.IndexByte(p, '\r'); i >= 0; i = bytes.IndexByte(p, '\r') {
		l.mark(p[:i])
		l.loneCR()
		p = p[i+1:]
	}
	l.mark(p)
}

// add counts octets that belong to the line.
func (l *Linter) add(p []byte) {
	if len(p) == 0 {
		return
	}
	ln := &l.line
	if ln.octets == 0 {
		ln.dot = p[0] == '.'
		ln.kept = l.inHeader || l.parts.wants(p[0])
	}
	if l.piece == 0 && p[0] == '.' {
		l.facts.Stuffed++
	}
	if ln.kept {
		l.keep(p)
	}
	ln.octets += len(p)
	ln.columns += len(p)
	l.piece += int64(len(p))
}

func (l *Linter) keep(p []byte) {
	l.kept = append(l.kept, p[:min(len(p), textKept-len(l.kept))]...)
}

// mark adds octets that have no CR among them, and notes the first NUL and the
// first above 127. The octets of a character in UTF-8 are one column.
func (l *Linter) mark(p []byte) {
	ln := &l.line
	if i := bytes.IndexByte(p, 0); i >= 0 {
		l.facts.Binary = true
		ln.nul = first(ln.nul, ln.octets+i)
	}
	if ln.high < 0 {
		if i := slices.IndexFunc(p, func(c byte) bool { return c > 127 }); i >= 0 {
			l.facts.EightBit = true
			ln.high = ln.octets + i
		}
	}
	ln.columns -= continuations(p)
	l.add(p)
}

// first is a place found earlier, or at where there is none.
func first(found, at int) int {
	if found >= 0 {
		return found
	}
	return at
}

// loneCR adds a CR that ends no line here, and does once DATA carries it.
func (l *Linter) loneCR() {
	l.facts.Binary = true
	l.mended++
	l.endPiece()
	l.line.cr = first(l.line.cr, l.line.octets)
	l.add([]byte{'\r'})
	l.piece = 0
}

// endPiece counts a line as DATA carries it.
func (l *Linter) endPiece() {
	l.facts.Lines++
	l.facts.Longest = max(l.facts.Longest, l.piece)
	l.piece = 0
}

// endLine judges the line, which an LF ended, alone or behind a CR.
func (l *Linter) endLine(bareLF bool) {
	if bareLF {
		l.line.bareLF = true
		l.mended++
	}
	l.cr = false
	l.endPiece()
	l.judge()
}

// judge looks at the whole line and begins the next.
func (l *Linter) judge() {
	ln := &l.line
	if l.inHeader {
		ln.header = l.headerLine()
	}
	l.facts.UTF8Header = l.facts.UTF8Header || ln.header && ln.high >= 0
	if l.parts.delimiter != "" {
		l.parts.line(*ln, l.kept)
	}
	if !ln.ordinary() {
		l.check()
	}
	l.kept = l.kept[:0]
	l.line = newLine(ln.number + 1)
}

// ordinary tells whether none of the lineChecks can find anything in ln.
func (ln *textLine) ordinary() bool {
	return ln.octets <= textWidth && max(ln.cr, ln.nul, ln.high) < 0 && !ln.dot && !ln.bareLF
}

func (l *Linter) check() {
	for i := range l.checks {
		if sp, found := l.checks[i].find(&l.line); found {
			l.tally[i].add(l.line.number, sp)
		}
	}
}

// end closes the text: the last line may lack its end, and what concerns the
// whole message can be judged.
func (l *Linter) end() {
	if l.over {
		return
	}
	l.over = true
	if l.cr {
		l.loneCR()
	}
	if l.piece > 0 {
		l.mended += 2
		l.endPiece()
	}
	if l.line.octets > 0 {
		l.judge()
	}
	if l.inHeader {
		l.endHeader()
	}
	l.facts.Size = l.facts.Exact + l.mended
	l.conclude()
}

// conclude makes the remarks of what was found.
func (l *Linter) conclude() {
	for i, t := range l.tally {
		l.noteAll(l.checks[i].remarkRow, t)
	}
	l.fields()
	l.multipart()
	l.envelope()
	l.size()
	slices.SortStableFunc(l.remarks, func(a, b remark) int { return a.Line - b.Line })
}

// Remarks ends the text and returns what there is to say about it, in the
// order of its lines, what concerns the whole message first. A fault in several
// places is one remark on the first of them, which says how many more there
// are. It may be called again.
func (l *Linter) Remarks() []MessageRemark {
	l.end()
	var list []MessageRemark
	for _, r := range l.remarks {
		if r.times > 1 {
			r.Message = fmt.Sprintf("%s (and %d more)", r.Message, r.times-1)
		}
		list = append(list, r.MessageRemark)
	}
	return list
}

// Facts ends the text and returns what it demands of a server. It may be
// called again.
func (l *Linter) Facts() MessageFacts {
	l.end()
	return l.facts
}

// note adds a remark on one place.
func (l *Linter) note(row remarkRow, line int, sp Span, args ...any) {
	if len(args) > 0 {
		row.message = fmt.Sprintf(row.message, args...)
	}
	l.noteAll(row, tally{1, line, sp})
}

// noteAll adds a remark on the places in t, to those of the same remark.
func (l *Linter) noteAll(row remarkRow, t tally) {
	if t.times == 0 {
		return
	}
	if i := slices.IndexFunc(l.remarks, func(r remark) bool { return r.Message == row.message }); i >= 0 {
		l.remarks[i].times += t.times
		return
	}
	l.remarks = append(l.remarks, remark{MessageRemark{Line: t.line, Diagnostic: Diagnostic{
		Code: row.code, Severity: row.severity, Span: t.Span, Ref: row.ref, Message: row.message,
	}}, t.times})
}

// size compares with what EHLO offered (RFC 1870 §3: dots that were doubled and the
// final dot do not count).
func (l *Linter) size() {
	octets := l.facts.sent(!needsText(l.st))
	if most := l.st.Caps.MaxSize(); most > 0 && octets > most {
		l.note(sizeRow, 0, Span{}, octets, most)
	}
}
