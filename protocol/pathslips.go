package protocol

import "strings"

// The productions of this file read paths as people write them.

// unclosed reads a path whose ">" is missing.
func (p *parser) unclosed(open int, kind wantKind) {
	inner := Span{open + 1, open + 1 + bareEnd(p.raw[open+1:])}
	p.pos = inner.End
	if inner.End == len(p.raw) {
		p.expect(kind, inner.Start)
		p.ghost = addressGhost(p.slice(inner), p.spec)
	}
	p.note(Error, "path.close", inner.End, inner.End, "RFC 5321 §4.1.2", "the address has no closing bracket", insert(inner.End, ">"))
	if inner.Start < inner.End {
		p.address(inner, kind)
	}
}

// addressGhost is what is still to be typed of an address.
func addressGhost(typed string, spec *Spec) string {
	switch {
	case typed == "":
		_, slot, _ := strings.Cut(spec.Syntax, "<")
		slot, _, _ = strings.Cut(slot, ">")
		return slot + ">"
	case !strings.Contains(typed, "@"):
		return "@domain>"
	}
	return ">"
}

// nested reads "<Joe <joe@example.org>>" and "<<a@b>>": the innermost pair counts.
func (p *parser) nested(inner Span) Span {
	last := strings.LastIndexByte(p.slice(inner), '<')
	core := Span{inner.Start + last + 1, inner.End}
	after := p.pos
	for p.peek() == '>' {
		p.pos++
	}
	p.note(Error, "path.nested", inner.Start, core.Start, "RFC 5321 §4.1.2",
		"only the address stands in one pair of brackets; a display name belongs into the header", remove(inner.Start, core.Start), remove(after, p.pos))
	return core
}

// bare reads a path without its opening bracket, or behind a display name.
func (p *parser) bare(kind wantKind) {
	start := p.pos
	rest := p.raw[start:]
	if i := outside(rest, '<'); i >= 0 && outside(rest[i:], '>') >= 0 {
		p.note(Error, "path.display", start, start+i, "RFC 5321 §4.1.2",
			"a display name belongs into the header: only the address stands here", remove(start, start+i))
		p.pos += i
		p.bracketed(kind)
		return
	}
	p.quotedName(rest)
	start, rest = p.pos, p.raw[p.pos:]
	inner := Span{start, start + bareEnd(rest)}
	p.pos = inner.End
	switch text := p.slice(inner); {
	case strings.HasSuffix(text, ">"):
		p.note(Error, "path.open", start, start, "RFC 5321 §4.1.2", "the address has no opening bracket", insert(start, "<"))
		inner.End--
	case inQuotes(text):
		p.note(Error, "path.brackets", start, inner.End, "RFC 5321 §4.1.2", "the address must stand in angle brackets, not in quotes",
			edit{Span{start, start + 1}, "<"}, edit{Span{inner.End - 1, inner.End}, ">"})
		inner = Span{start + 1, inner.End - 1}
	default:
		p.note(Error, "path.brackets", start, inner.End, "RFC 5321 §4.1.2", "the address must stand in angle brackets",
			insert(start, "<"), insert(inner.End, ">"))
	}
	p.address(inner, kind)
}

// quotedName passes a display name in quotes in front of an address without
// brackets.
func (p *parser) quotedName(rest string) {
	end := 0
	if strings.HasPrefix(rest, `"`) {
		end = quotedEnd(rest)
	}
	address := strings.TrimLeft(rest[end:], " \t")
	at := len(rest) - len(address)
	if end > 0 && at > end && strings.Contains(address[:bareEnd(address)], "@") {
		p.note(Error, "path.display", p.pos, p.pos+at, "RFC 5321 §4.1.2",
			"a display name belongs into the header: only the address stands here", remove(p.pos, p.pos+at))
		p.pos += at
	}
}

// inQuotes tells whether a whole address stands in quotes of either kind.
func inQuotes(text string) bool {
	last := len(text) - 1
	if last < 2 || text[0] != text[last] || !strings.Contains(text, "@") {
		return false
	}
	return text[0] == '\'' || text[0] == '"' && quotedEnd(text) == len(text)
}

// closing passes the brackets that are too many.
func (p *parser) closing() {
	start := p.pos
	for p.peek() == '>' {
		p.pos++
	}
	if p.pos > start {
		p.note(Error, "path.nested", start, p.pos, "RFC 5321 §4.1.2", "only one bracket closes the address", remove(start, p.pos))
	}
}

// scheme passes "mailto:", which is how web pages write addresses.
func (p *parser) scheme(sp Span) Span {
	const scheme = "mailto:"
	text := p.slice(sp)
	if !fold(text, scheme) || !strings.Contains(text, "@") {
		return sp
	}
	end := sp.Start + len(scheme)
	p.note(Error, "path.scheme", sp.Start, end, "RFC 5321 §4.1.2", "mailto: is for web pages: the address alone stands here", remove(sp.Start, end))
	return Span{end, sp.End}
}

// listMark returns the index of the comma or semicolon behind a whole address,
// or -1.
func listMark(s string) int {
	at := outside(s, '@')
	if at < 0 {
		return -1
	}
	mark := outsideAny(s[at:], ",;")
	if mark < 0 {
		return -1
	}
	return at + mark
}

// bareEnd returns the index behind an address that no bracket ends: at a blank,
// or at the mark of a list.
func bareEnd(s string) int {
	s = s[:unquotedBlank(s)]
	if i := listMark(s); i >= 0 {
		return i
	}
	return len(s)
}

// unquotedBlank returns the index of the first blank outside quotes, or len(s).
func unquotedBlank(s string) int {
	if i := outsideAny(s, " \t"); i >= 0 {
		return i
	}
	return len(s)
}
