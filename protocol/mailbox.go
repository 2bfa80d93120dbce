package protocol

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// mailbox = Local-part "@" ( Domain / address-literal )   RFC 5321 §4.1.2
func (p *parser) mailbox(sp Span) {
	text := p.slice(sp)
	if !utf8.ValidString(text) {
		p.note(Error, "path.octets", sp.Start, sp.End, "RFC 6531 §3.3", "octets above 127 in an address must be UTF-8")
		return
	}
	if cut := strings.TrimRight(text, "@"); cut != text && strings.Contains(cut, "@") {
		sp.End = sp.Start + len(cut)
		p.note(Error, "mailbox.at", sp.End, sp.Start+len(text), "RFC 5321 §4.1.2", "one @ divides an address; this one divides nothing",
			remove(sp.End, sp.Start+len(text)))
		text = cut
	}
	at := splitMailbox(text)
	if at < 0 {
		p.withoutDomain(sp, text)
		return
	}
	p.localPart(Span{sp.Start, sp.Start + at})
	p.token(sp.Start+at, sp.Start+at+1, RoleMark, "")
	p.domain(Span{sp.Start + at + 1, sp.End})
}

// splitMailbox returns the index of the "@" between local-part and domain, or -1.
func splitMailbox(text string) int {
	if strings.HasPrefix(text, `"`) {
		if end := quotedEnd(text); end > 0 && end < len(text) && text[end] == '@' {
			return end
		}
	}
	return strings.LastIndexByte(text, '@')
}

// quotedEnd returns the index behind the quoted string s begins with, or 0.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func (p *parser) withoutDomain(sp Span, text string) {
	p.token(sp.Start, sp.End, RoleAddress, "mailbox")
	message := "an address needs @ and a domain"
	if strings.EqualFold(text, "postmaster") {
		message += "; <Postmaster> alone is for RCPT"
	}
	p.note(Error, "mailbox.domain", sp.Start, sp.End, "RFC 5321 §2.3.5", message)
}

// localPart = Dot-string / Quoted-string   RFC 5321 §4.1.2
func (p *parser) localPart(sp Span) {
	text := p.slice(sp)
	p.token(sp.Start, sp.End, RoleAddress, "local-part")
	switch {
	case text == "":
		p.note(Error, "local.missing", sp.Start, sp.End, "RFC 5321 §4.1.2", "a name must stand before the @")
	case text[0] == '"':
		p.quotedString(sp, text)
	default:
		p.dotString(sp, text)
	}
	if len(text) > localLimit {
		p.note(Warning, "local.long", sp.Start, sp.End, "RFC 5321 §4.5.3.1.1",
			"servers need not take a local-part over 64 octets; this one has "+itoa(len(text)))
	}
}

// dotString = Atom *("." Atom)   RFC 5321 §4.1.2
func (p *parser) dotString(sp Span, text string) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= utf8.RuneSelf:
			p.utf8 = true
		case isControl(c):
			return // line.control said it
		case c != '.' && !isAtext(c):
			p.note(Error, "local.char", sp.Start+i, sp.Start+i+1, "RFC 5321 §4.1.2",
				fmt.Sprintf("%q is only allowed before the @ inside quotes", string(rune(c))), p.quoting(sp)...)
			return
		}
	}
	if i := emptyAtom(text); i >= 0 {
		p.note(Error, "local.dot", sp.Start+i, sp.Start+i+1, "RFC 5321 §4.1.2",
			"a dot must stand between two characters here; other uses need quotes", edit{sp, quoted(text)})
	}
}

// quoting mends a local-part with an odd character, but for two addresses with
// a blank between: in quotes they would be neither.
func (p *parser) quoting(sp Span) []edit {
	text := p.slice(sp)
	if at := strings.IndexByte(text, '@'); at >= 0 && strings.IndexByte(text[at:], ' ') >= 0 {
		return nil
	}
	return []edit{{sp, quoted(text)}}
}

// emptyAtom returns the index of a dot at an end or beside another, or -1.
func emptyAtom(text string) int {
	if text[0] == '.' {
		return 0
	}
	if i := strings.Index(text, ".."); i >= 0 {
		return i + 1
	}
	if text[len(text)-1] == '.' {
		return len(text) - 1
	}
	return -1
}

// quotedString = DQUOTE *QcontentSMTP DQUOTE   RFC 5321 §4.1.2
func (p *parser) quotedString(sp Span, text string) {
	end := quotedEnd(text)
	switch {
	case end == 0:
		p.note(Error, "local.quote", sp.Start, sp.End, "RFC 5321 §4.1.2", "the quoted name has no closing quote", insert(sp.End, `"`))
	case end < len(text):
		p.note(Error, "local.quote", sp.Start+end, sp.End, "RFC 5321 §4.1.2", "quotes go around the whole name before the @",
			edit{sp, quoted(strings.ReplaceAll(text, `"`, ""))})
	case len(text) == 2:
		p.note(Warning, "local.empty", sp.Start, sp.End, "RFC 5321 §4.1.2", "an empty name is legal and hardly any server takes it")
	default:
		p.needlessQuotes(sp, text)
	}
	p.utf8 = p.utf8 || !isASCII(text)
}

// needlessQuotes: senders should use the least quoting (RFC 5321 §4.1.2).
func (p *parser) needlessQuotes(sp Span, text string) {
	name := text[1 : len(text)-1]
	for i := 0; i < len(name); i++ {
		if name[i] != '.' && !isAtext(name[i]) {
			return
		}
	}
	if emptyAtom(name) < 0 {
		p.note(Hint, "local.quoted", sp.Start, sp.End, "RFC 5321 §4.1.2", "the quotes are not needed, and some servers refuse them", edit{sp, name})
	}
}

// quoted returns s as a Quoted-string.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// domain = sub-domain *("." sub-domain), or an address-literal   RFC 5321 §4.1.2
func (p *parser) domain(sp Span) {
	text := p.slice(sp)
	p.token(sp.Start, sp.End, RoleAddress, "domain")
	switch {
	case text == "":
		p.note(Error, "domain.missing", sp.Start, sp.End, "RFC 5321 §4.1.2", "a domain must stand behind the @")
		return
	case text[0] == '[':
		p.literal(sp, text)
		return
	case looksIPv6(text):
		p.note(Error, "domain.literal", sp.Start, sp.End, "RFC 5321 §4.1.3", "an IPv6 address is written [IPv6:…]", edit{sp, "[IPv6:" + text + "]"})
		return
	}
	p.labels(sp, text)
	p.wholeDomain(sp, text)
}

// labels checks each sub-domain = Let-dig [Ldh-str], U-labels with SMTPUTF8.
func (p *parser) labels(sp Span, text string) {
	if cut := strings.TrimRight(text, "."); cut != text && cut != "" {
		at := sp.Start + len(cut)
		p.note(Error, "domain.dot", at, sp.End, "RFC 5321 §4.1.2", "a domain does not end in a dot here", remove(at, sp.End))
		text = cut
	}
	at := sp.Start
	for label := range strings.SplitSeq(text, ".") {
		p.label(at, label)
		at += len(label) + 1
	}
}

func (p *parser) label(at int, label string) {
	end := at + len(label)
	if label == "" {
		p.note(Error, "domain.empty", at, min(at+1, len(p.raw)), "RFC 5321 §4.1.2", "something must stand between the dots of a domain")
		return
	}
	for i := 0; i < len(label); i++ {
		switch c := label[i]; {
		case c >= utf8.RuneSelf:
			p.utf8 = true
		case c == '_':
			p.note(Error, "domain.underscore", at+i, at+i+1, "RFC 5321 §4.1.2", "an underscore cannot stand in a domain: letters, digits and hyphens only")
			return
		case !isControl(c) && !isLetDig(c) && c != '-':
			p.note(Error, "domain.char", at+i, at+i+1, "RFC 5321 §4.1.2",
				fmt.Sprintf("%q cannot stand in a domain: letters, digits and hyphens only", string(rune(c))))
			return
		}
	}
	switch {
	case label[0] == '-' || label[len(label)-1] == '-':
		p.note(Error, "domain.hyphen", at, end, "RFC 5321 §4.1.2", "a part of a domain begins and ends with a letter or digit")
	case len(label) > labelLimit:
		p.note(Warning, "domain.label", at, end, "RFC 1035 §2.3.4", "a part of a domain has at most 63 octets in the DNS; this one has "+itoa(len(label)))
	}
}

// wholeDomain judges what is grammatical and still wrong.
func (p *parser) wholeDomain(sp Span, text string) {
	switch {
	case len(text) > domainLimit:
		p.note(Error, "domain.long", sp.Start, sp.End, "RFC 5321 §4.5.3.1.2", "a domain has at most 255 octets, this one has "+itoa(len(text)))
	case isIPv4(text):
		p.note(Warning, "domain.literal", sp.Start, sp.End, "RFC 5321 §4.1.3", "an address literal needs square brackets; without them this is a host name of digits",
			edit{sp, "[" + text + "]"})
	case !strings.Contains(text, ".") && isASCII(text):
		p.note(Warning, "domain.single", sp.Start, sp.End, "RFC 5321 §2.3.5", "a name without a dot means something on this machine only: give the full domain")
	}
}

// needsUTF8: a path outside ASCII needs SMTPUTF8 offered and given (RFC 6531 §3.4).
func (p *parser) needsUTF8(kind wantKind) {
	if !p.utf8 {
		return
	}
	_, given := p.cmd.Param("SMTPUTF8")
	at, end := p.addressSpan()
	var edits []edit
	if kind == wantSender {
		edits = []edit{insert(len(strings.TrimRight(p.raw, " \t")), " SMTPUTF8")}
	}
	switch {
	case given || p.st.UTF8 && kind == wantRecipient:
	case p.st.Caps.Missing("SMTPUTF8"):
		p.note(Warning, "utf8.offered", at, end, "RFC 6531 §3.2", "the server does not offer SMTPUTF8: it will probably refuse an address outside ASCII")
	case p.st.Caps.Has("SMTPUTF8") && kind == wantRecipient:
		p.note(Error, "utf8.transaction", at, end, "RFC 6531 §3.4", "this transaction was begun without SMTPUTF8: RSET, then MAIL FROM:<…> SMTPUTF8")
	case p.st.Caps.Has("SMTPUTF8"):
		p.note(Error, "utf8.param", at, end, "RFC 6531 §3.4", "an address outside ASCII needs the parameter SMTPUTF8", edits...)
	default:
		p.note(Warning, "utf8.unknown", at, end, "RFC 6531 §3.4", "an address outside ASCII needs a server with SMTPUTF8, and the parameter of that name", edits...)
	}
}

// addressSpan is the place of the path in the line.
func (p *parser) addressSpan() (start, end int) {
	start = strings.Index(p.raw, p.cmd.Path)
	return start, start + len(p.cmd.Path)
}

// The character classes of RFC 5321 §4.1.2 and RFC 5322 §3.2.3.
func isControl(c byte) bool { return c < ' ' || c == 0x7f }
func isAlpha(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool   { return c >= '0' && c <= '9' }
func isLetDig(c byte) bool  { return isAlpha(c) || isDigit(c) }

func isAtext(c byte) bool {
	return isLetDig(c) || c >= utf8.RuneSelf || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
