package protocol

import (
	"cmp"
	"slices"
	"strings"
)

// Parse describes a line as typed in state st: its tokens, what is wrong with
// it and what could follow. It is total: any string has a description. Which
// remarks are errors, warnings and hints is defined at Severity.
func Parse(raw string, st State) Line {
	p := &parser{raw: raw, st: &st, typed: &st}
	p.read()
	return p.line(raw)
}

// commandOf is the command alone, without looking ahead to the replies still
// outstanding: what a line means does not hang on them.
func commandOf(raw string, st State) Command {
	st.Awaited = nil
	p := &parser{raw: raw, st: &st, typed: &st}
	p.read()
	return p.cmd
}

func (p *parser) read() {
	switch p.st.Phase {
	case PhaseAuth:
		p.answer()
	case PhaseData:
		p.text()
	default:
		p.command()
	}
}

// parser walks one line. Productions are methods named after the ABNF; they
// note faults and go on, so that one pass says all there is to say.
type parser struct {
	raw     string // up to the first line end: what follows is another line
	pos     int
	typed   *State // the state the line is typed in
	st      *State // the state it will meet, once what is awaited is answered
	spec    *Spec
	cmd     Command
	tokens  []Token
	faults  []fault
	edits   []edit // of every error
	errors  int    // those beyond mostFaults too
	remarks int    // the other remarks, counted likewise
	expects []expectation
	ghost   string
	// paramGhost is true where offered parameters may follow the ghost.
	paramGhost bool
	utf8       bool   // the path needs SMTPUTF8
	given      uint64 // the rows of spec.Params seen, a bit for each
}

// fault is a diagnostic with the edits that mend it. An error's stand in
// parser.edits instead, where mendable tells that there are some.
type fault struct {
	Diagnostic
	edits    []edit
	mendable bool
}

// edit replaces a span of the line by text; an empty span is an insertion.
type edit struct {
	Span
	text string
}

func insert(at int, text string) edit { return edit{Span{at, at}, text} }
func remove(start, end int) edit      { return edit{Span{start, end}, ""} }

// note adds a remark on raw[start:end]. Of a line with very many only the
// first are kept, and the first error in any case; all are mended.
func (p *parser) note(sev Severity, code string, start, end int, ref, message string, edits ...edit) {
	f := fault{Diagnostic{Code: code, Severity: sev, Span: Span{start, end}, Message: message, Ref: ref}, nil, len(edits) > 0}
	first := false
	if sev == Error {
		p.edits = append(p.edits, edits...)
		p.errors++
		first = p.errors == 1
	} else {
		f.edits = slices.Clone(edits)
		p.remarks++
	}
	if len(p.faults) < mostFaults || first {
		p.faults = append(p.faults, f)
	}
}

// token marks raw[start:end].
func (p *parser) token(start, end int, role Role, help string) {
	if start < end {
		if p.tokens == nil {
			p.tokens = make([]Token, 0, usualTokens)
		}
		p.tokens = append(p.tokens, Token{Span{start, end}, role, help})
	}
}

func (p *parser) end() bool { return p.pos >= len(p.raw) }

// peek returns the next octet, 0 at the end.
func (p *parser) peek() byte {
	if p.end() {
		return 0
	}
	return p.raw[p.pos]
}

// blanks passes over spaces and tabs and tells how many there were.
func (p *parser) blanks() int {
	start := p.pos
	for !p.end() && (p.raw[p.pos] == ' ' || p.raw[p.pos] == '\t') {
		p.pos++
	}
	return p.pos - start
}

// word passes over everything up to the next blank.
func (p *parser) word() Span {
	start := p.pos
	for !p.end() && p.raw[p.pos] != ' ' && p.raw[p.pos] != '\t' {
		p.pos++
	}
	return Span{start, p.pos}
}

func (p *parser) slice(sp Span) string { return p.raw[sp.Start:sp.End] }

// line closes the description of raw: remarks in order, fixes worked out.
func (p *parser) line(raw string) Line {
	ln := Line{Raw: raw, Spec: p.spec, Cmd: p.cmd, Tokens: p.tokens, ghost: p.ghost, paramGhost: p.paramGhost, expects: p.expects}
	if len(p.faults) == 0 {
		return ln
	}
	slices.SortStableFunc(p.faults, func(a, b fault) int { return cmp.Compare(a.Start, b.Start) })
	ln.Diags = make([]Diagnostic, len(p.faults))
	shared := p.fixed(raw, nil)
	_, secret := SecretSpan(raw, *p.st)
	for i, f := range p.faults {
		switch {
		case f.Severity == Error && f.mendable:
			f.Fix = shared
		case f.mendable:
			f.Fix = p.fixed(raw, f.edits)
		}
		if secret && strings.Contains(f.Message, `"`) { // it may quote the password
			f.Message = "this cannot be read as a command; it is not repeated here, because it may be a password"
		}
		ln.Diags[i] = f.Diagnostic
	}
	return ln
}

// fixed applies the edits of every error, and more, to the line. It returns ""
// where there are none, and where the result would not be better.
func (p *parser) fixed(raw string, more []edit) string {
	edits := slices.Concat(p.edits, more)
	if len(edits) == 0 {
		return ""
	}
	slices.SortStableFunc(edits, edit.compare)
	fix := apply(raw, edits)
	if !p.worseThan(fix, len(more) > 0) {
		return ""
	}
	return fix
}

// worseThan tells whether fix has fewer errors than the line; where remarks
// count, as many errors and fewer other remarks will do.
func (p *parser) worseThan(fix string, remarks bool) bool {
	q := &parser{raw: fix, st: p.typed, typed: p.typed}
	q.read()
	return q.errors < p.errors || remarks && q.errors == p.errors && q.remarks < p.remarks
}

// compare orders edits by place; in one place what is inserted comes before
// what is replaced, and the longer replacement before the shorter.
func (e edit) compare(other edit) int {
	if e.Start != other.Start {
		return cmp.Compare(e.Start, other.Start)
	}
	if e.Start == e.End || other.Start == other.End {
		return cmp.Compare(e.End, other.End)
	}
	return cmp.Compare(other.End, e.End)
}

// apply makes the edits, which are in order; one that overlaps an earlier one
// is left out.
func apply(raw string, edits []edit) string {
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.Start < at {
			continue
		}
		b.WriteString(raw[at:e.Start])
		b.WriteString(e.text)
		at = e.End
	}
	b.WriteString(raw[at:])
	return b.String()
}

// text describes a line of a message, after 354.
func (p *parser) text() {
	p.token(0, len(p.raw), RoleText, "")
	p.pos = len(p.raw)
	p.cmd.Arg = p.raw
}

// command describes a command line: verb, one SP, arguments (RFC 5321 §4.1.1).
func (p *parser) command() {
	p.leading()
	p.octets(p.pos)
	verb := p.word()
	if verb.Start == verb.End {
		p.empty()
		return
	}
	if !p.verb(verb) {
		return
	}
	p.standing(verb)
	p.gap()
	p.cmd.Arg = strings.TrimRight(p.raw[min(p.pos, len(p.raw)):], " \t")
	if p.spec.args != nil {
		p.spec.args(p)
	}
	p.trailing()
	p.length()
}

// octets finds what no command line may hold: line ends and controls
// (RFC 5321 §2.3.8, §4.1.2). What follows a line end is not read.
func (p *parser) octets(from int) {
	if i := strings.IndexAny(p.raw, "\r\n"); i >= 0 {
		p.note(Error, "line.break", i, i+1, "RFC 5321 §2.3.8",
			"a line end inside the line would smuggle a second command: send one line at a time",
			remove(len(strings.TrimRight(p.raw[:i], " \t")), len(p.raw)))
		p.raw = p.raw[:i]
	}
	var edits []edit
	end := len(strings.TrimRight(p.raw, " \t"))
	for i := from; i < end; i++ {
		if c := p.raw[i]; c == '\t' { // meant as a blank
			edits = append(edits, edit{Span{i, i + 1}, " "})
		} else if isControl(c) {
			edits = append(edits, remove(i, i+1))
		}
	}
	if strings.Contains(p.raw[end:], "\t") {
		edits = append(edits, remove(end, len(p.raw)))
	}
	if len(edits) > 0 {
		p.note(Error, "line.control", edits[0].Start, edits[0].End, "RFC 5321 §4.1.2",
			"control characters, tabs among them, cannot stand in a command", edits...)
	}
}

func (p *parser) leading() {
	if n := p.blanks(); n > 0 && !p.end() {
		p.note(Error, "line.leading", 0, n, "RFC 5321 §4.1.1", "a command begins in the first column", remove(0, n))
	}
}

func (p *parser) empty() {
	p.expect(wantVerb, p.pos)
	p.note(Hint, "line.empty", 0, len(p.raw), "RFC 5321 §4.1.1", "an empty line is no command: nothing is sent for it")
}

// gap passes the one SP between verb and arguments.
func (p *parser) gap() {
	start := p.pos
	n := p.blanks()
	if n > 1 && !p.end() {
		p.note(Error, "verb.spaces", start, p.pos, "RFC 5321 §4.1.1", "one space separates the verb from what follows",
			edit{Span{start, p.pos}, " "})
	}
	if n > 0 && p.end() {
		p.pos = start + 1
	}
}

// trailing remarks on blanks before the line end, which receivers should
// tolerate and clients should not send (RFC 5321 §4.1.1). Where an argument is
// missing altogether that is said already.
func (p *parser) trailing() {
	end := len(strings.TrimRight(p.raw, " \t"))
	if end == len(p.raw) || p.unfinished() {
		return
	}
	p.note(Warning, "line.trailing", end, len(p.raw), "RFC 5321 §4.1.1",
		"blanks at the end are not part of the command", remove(end, len(p.raw)))
}

// unfinished tells whether a fault at the very end asks for more.
func (p *parser) unfinished() bool {
	return slices.ContainsFunc(p.faults, func(f fault) bool { return f.Start == len(p.raw) })
}

// length checks the command line limit (RFC 5321 §4.5.3.1.4), as raised by
// what the server offers; with unknown offers, by all it might.
func (p *parser) length() {
	limit := p.lineLimit()
	if len(p.raw)+len("\r\n") > limit {
		p.note(Warning, "line.long", limit-len("\r\n"), len(p.raw), "RFC 5321 §4.5.3.1.4",
			"longer than a server must take: "+itoa(len(p.raw)+len("\r\n"))+" octets with CRLF, the limit is "+itoa(limit))
	}
}

// lineLimit is the longest command line, CRLF included, for the verb.
func (p *parser) lineLimit() int {
	limit := commandLimit
	for _, par := range p.spec.Params {
		if !p.st.Caps.Missing(par.Keyword) {
			limit += par.Adds
		}
	}
	return limit
}

// usualTokens spares most lines a second allocation.
const usualTokens = 12

// mostFaults bounds the remarks on one line: nobody reads more, and a line can
// be long.
const mostFaults = 32

const (
	commandLimit = 512   // octets with CRLF, RFC 5321 §4.5.3.1.4
	authLimit    = 12288 // octets of one AUTH exchange line, RFC 4954 §4
	pathLimit    = 256   // octets with the angle brackets, RFC 5321 §4.5.3.1.3
	localLimit   = 64    // octets, RFC 5321 §4.5.3.1.1
	domainLimit  = 255   // octets, RFC 5321 §4.5.3.1.2
	labelLimit   = 63    // octets, RFC 1035 §2.3.4
)
