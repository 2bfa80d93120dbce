package protocol

import "strings"

// mailArgs = "FROM:" Reverse-path [SP Mail-parameters]   RFC 5321 §4.1.1.2
func mailArgs(p *parser) { p.pathCommand("FROM:", wantSender) }

// rcptArgs = "TO:" ( "<Postmaster>" / Forward-path ) [SP Rcpt-parameters]   RFC 5321 §4.1.1.3
func rcptArgs(p *parser) { p.pathCommand("TO:", wantRecipient) }

// sendArgs is the shape of SEND, SOML and SAML: "FROM:" reverse-path   RFC 821 §4.1.2
func sendArgs(p *parser) {
	if !p.end() {
		p.pathCommand("FROM:", wantSender)
	}
}

func (p *parser) pathCommand(keyword string, kind wantKind) {
	if !p.keyword(keyword, kind) {
		return
	}
	p.path(kind)
	p.params()
	p.needsUTF8(kind)
}

// keyword passes "FROM:" or "TO:", mending what people write instead. It
// returns false where nothing follows to read.
func (p *parser) keyword(keyword string, kind wantKind) bool {
	start, rest := p.pos, p.raw[p.pos:]
	name := keyword[:len(keyword)-1]
	if fold(keyword+"<", rest) {
		return p.keywordBegun(keyword, rest)
	}
	word := rest[:leadingLetters(rest)]
	after := strings.TrimLeft(rest[len(word):], " \t")
	switch {
	case strings.EqualFold(word, name) || isPathKeyword(word) || word != "" && strings.HasPrefix(after, ":"):
		p.keywordWord(start, word, name)
	case word == "" || strings.ContainsAny(rest, "@<"):
		p.note(Error, "path.keyword", start, start, p.spec.Ref, p.spec.Verb+" needs the word "+keyword+" before the address",
			insert(start, keyword))
	default:
		p.note(Error, "path.keyword", start, len(p.raw), p.spec.Ref, p.spec.Verb+" is followed by "+keyword+" and an address in angle brackets")
		p.pos = len(p.raw)
		return false
	}
	return true
}

// keywordBegun handles a line that ends inside or right behind the keyword.
func (p *parser) keywordBegun(keyword, rest string) bool {
	p.expect(wantKeyword, p.pos)
	syntax := p.spec.Syntax[strings.IndexByte(p.spec.Syntax, '<'):]
	p.token(p.pos, len(p.raw), RoleWord, p.spec.Verb)
	if len(rest) > len(keyword) { // "FROM:<": the path is begun
		p.expects = nil
		p.ghost = ""
		p.pos += len(keyword)
		return true
	}
	p.pos = len(p.raw)
	p.note(Error, "path.missing", p.pos, p.pos, p.spec.Ref, "an address in angle brackets belongs here")
	if p.ghost == "" {
		p.ghost = keyword[len(rest):] + syntax
	}
	return false
}

// keywordWord passes the word and its colon; word may be the wrong one of the
// two, and blanks may stand before the colon.
func (p *parser) keywordWord(start int, word, name string) {
	end := start + len(word)
	if !strings.EqualFold(word, name) {
		p.note(Error, "path.keyword", start, end, p.spec.Ref, p.spec.Verb+" takes "+name+":, not "+strings.ToUpper(word)+":",
			edit{Span{start, end}, name})
	}
	p.pos = end
	gap := p.blanks()
	switch {
	case p.peek() == ':' && gap > 0:
		p.note(Error, "path.space", end, p.pos, "RFC 5321 §3.3", "a space before the colon is not allowed", remove(end, p.pos))
		p.pos++
	case p.peek() == ':':
		p.pos++
	default:
		p.note(Error, "path.colon", end, p.pos, p.spec.Ref, "a colon is missing behind "+name, edit{Span{end, p.pos}, ":"})
	}
	p.token(start, p.pos, RoleWord, p.spec.Verb)
}

func leadingLetters(s string) int {
	n := 0
	for n < len(s) && isAlpha(s[n]) {
		n++
	}
	return n
}

func isPathKeyword(word string) bool {
	return strings.EqualFold(word, "FROM") || strings.EqualFold(word, "TO")
}

// path = "<" [ A-d-l ":" ] Mailbox ">"   RFC 5321 §4.1.2
func (p *parser) path(kind wantKind) {
	start := p.pos
	if n := p.blanks(); n > 0 && !p.end() {
		p.note(Error, "path.space", start, p.pos, "RFC 5321 §3.3", "a space after the colon is not allowed", remove(start, p.pos))
	}
	from := p.pos
	switch {
	case p.end():
		p.note(Error, "path.missing", p.pos, p.pos, p.spec.Ref, "an address in angle brackets belongs here")
		return
	case p.peek() == '<':
		p.bracketed(kind)
	default:
		p.bare(kind)
	}
	if n := p.pos - from; n > pathLimit {
		p.note(Error, "path.long", from, p.pos, "RFC 5321 §4.5.3.1.3",
			"a path may have 256 octets with its brackets, this one has "+itoa(n))
	}
	p.afterPath()
}

// bracketed reads a path that begins with "<" as it should.
func (p *parser) bracketed(kind wantKind) {
	open := p.pos
	p.token(open, open+1, RoleMark, "")
	body := p.raw[open+1:]
	end := pathEnd(body)
	if end < 0 {
		p.unclosed(open, kind)
		return
	}
	inner := Span{open + 1, open + 1 + end}
	p.pos = inner.End + 1
	if i := outside(p.slice(inner), '<'); i >= 0 {
		inner = p.nested(inner)
	}
	p.address(inner, kind)
	p.token(inner.End, inner.End+1, RoleMark, "")
}

// afterPath judges what stands directly behind the path.
func (p *parser) afterPath() {
	p.closing()
	switch start := p.pos; p.peek() {
	case 0, ' ', '\t':
	case '.', ',', ';', ':':
		p.pos += len(p.raw[start:]) - len(strings.TrimLeft(p.raw[start:], ".,;:"))
		if strings.Contains(p.raw[p.pos:], "@") {
			p.several(Span{start, len(strings.TrimRight(p.raw, " \t"))})
			p.pos = len(p.raw)
			return
		}
		p.note(Error, "path.behind", start, p.pos, "RFC 5321 §4.1.2", "nothing stands directly behind the address", remove(start, p.pos))
	default:
		p.note(Error, "param.space", start, start, "RFC 5321 §4.1.2", "a space must stand between the address and what follows", insert(start, " "))
	}
}

// address reads what stands between the brackets.
func (p *parser) address(sp Span, kind wantKind) {
	p.cmd.HasPath = true
	sp = p.trimmed(sp)
	if sp.Start == sp.End {
		p.null(sp, kind)
		return
	}
	whole := sp
	sp = p.scheme(p.route(sp))
	text := p.slice(sp)
	if i := listMark(text); i >= 0 {
		p.several(Span{sp.Start + i, sp.End})
		sp.End = sp.Start + i
		text = p.slice(sp)
	}
	p.cmd.Path = text
	if kind == wantRecipient && sp == whole && strings.EqualFold(text, "postmaster") {
		p.token(sp.Start, sp.End, RoleAddress, "postmaster")
		return
	}
	p.mailbox(sp)
}

// several notes the addresses behind the first.
func (p *parser) several(sp Span) {
	p.note(Error, "path.several", sp.Start, sp.End, p.spec.Ref, "one path in each command: give the others a "+p.spec.Verb+" of their own", remove(sp.Start, sp.End))
}

func (p *parser) trimmed(sp Span) Span {
	text := p.slice(sp)
	left := len(text) - len(strings.TrimLeft(text, " \t"))
	right := len(strings.TrimRight(text, " \t"))
	if left == 0 && right == len(text) {
		return sp
	}
	right = max(left, right)
	p.note(Error, "path.blank", sp.Start, sp.End, "RFC 5321 §4.1.2", "blanks do not belong inside the brackets",
		remove(sp.Start, sp.Start+left), remove(sp.Start+right, sp.End))
	return Span{sp.Start + left, sp.Start + right}
}

// null is "<>": legal as reverse-path only (RFC 5321 §4.5.5).
func (p *parser) null(sp Span, kind wantKind) {
	if kind == wantRecipient {
		p.note(Error, "path.null", sp.Start-1, min(sp.End+1, len(p.raw)), "RFC 5321 §4.1.1.3", "a recipient needs an address; only MAIL FROM may be empty")
	}
}

// route passes a source route, which servers must recognise and clients
// should not send: A-d-l = "@" Domain *( "," "@" Domain )   RFC 5321 §4.1.2, App. C
func (p *parser) route(sp Span) Span {
	text := p.slice(sp)
	colon := routeEnd(text)
	if text[0] != '@' || colon < 0 {
		return sp
	}
	end := sp.Start + colon + 1
	var edits []edit
	if end < sp.End { // a route alone must not become the null reverse-path
		edits = []edit{remove(sp.Start, end)}
	}
	p.note(Warning, "path.route", sp.Start, end, "RFC 5321 App. C", "source routes are obsolete and ignored: the address alone is enough", edits...)
	at := sp.Start
	for hop := range strings.SplitSeq(text[:colon], ",") {
		p.hop(Span{at, at + len(hop)}, hop)
		at += len(hop) + 1
	}
	return Span{end, sp.End}
}

// hop is At-domain = "@" Domain, which is no address literal   RFC 5321 §4.1.2
func (p *parser) hop(sp Span, text string) {
	switch {
	case !strings.HasPrefix(text, "@"):
		p.note(Error, "path.hop", sp.Start, sp.End, "RFC 5321 §4.1.2", "each hop of a source route begins with @")
	case strings.HasPrefix(text, "@["):
		p.note(Error, "path.hop", sp.Start, sp.End, "RFC 5321 §4.1.2", "a hop of a source route is a domain, not an address literal")
	default:
		p.domain(Span{sp.Start + 1, sp.End})
	}
}

// routeEnd returns the index of the colon behind a source route, or -1; one in
// an address literal is not it.
func routeEnd(text string) int {
	inside := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[':
			inside = true
		case ']':
			inside = false
		case ':':
			if !inside {
				return i
			}
		}
	}
	return -1
}

// pathEnd returns the index of the ">" that ends a path, outside quotes; -1
// for none. An unclosed quote does not hide it.
func pathEnd(s string) int {
	if i := outside(s, '>'); i >= 0 {
		return i
	}
	return strings.LastIndexByte(s, '>')
}

// outside returns the index of the first c outside quoted strings, or -1.
func outside(s string, c byte) int { return outsideAny(s, string(rune(c))) }

// outsideAny is outside for whichever of chars comes first.
func outsideAny(s, chars string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(chars, s[i]) >= 0:
			return i
		}
	}
	return -1
}
