package protocol

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// bad notes a value that its grammar does not allow.
func (p *parser) bad(code string, sp Span, ref, message string, edits ...edit) {
	p.note(Error, code, sp.Start, sp.End, ref, message, edits...)
}

// sizeValue = 1*20DIGIT   RFC 1870 §3
func sizeValue(p *parser, sp Span) {
	n, ok := number(p.slice(sp), 20)
	if !ok {
		p.bad("value.size", sp, "RFC 1870 §3", "SIZE is a number of octets, digits only", sizeEdit(p.slice(sp), sp)...)
		return
	}
	if limit := p.st.Caps.MaxSize(); limit > 0 && n > limit {
		p.note(Warning, "value.limit", sp.Start, sp.End, "RFC 1870 §6.1", "the server takes "+strconv.FormatInt(limit, 10)+" octets at most: it will answer 552")
	}
}

// sizeEdit works out "1MB" and the like, in binary units: an estimate should
// be high (RFC 1870 §6.1).
func sizeEdit(text string, sp Span) []edit {
	digits := strings.TrimRight(strings.ToUpper(text), "IB")
	unit := map[string]int64{"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
	for suffix, factor := range unit {
		if n, ok := number(strings.TrimSuffix(digits, suffix), 9); ok && strings.HasSuffix(digits, suffix) {
			return []edit{{sp, strconv.FormatInt(n*factor, 10)}}
		}
	}
	return nil
}

// words checks a value against its row's fixed words.
func words(p *parser, sp Span) {
	par := p.valueParam()
	if !slices.ContainsFunc(par.Values, func(v string) bool { return strings.EqualFold(v, p.slice(sp)) }) {
		p.bad("value.word", sp, par.Ref, par.Name+" is one of "+strings.Join(par.Values, ", "))
	}
}

// valueParam is the row of the parameter being read.
func (p *parser) valueParam() *Param {
	return findParam(p.spec, p.cmd.Params[len(p.cmd.Params)-1].Name)
}

// bodyValue = "7BIT" / "8BITMIME" / "BINARYMIME"   RFC 6152 §2, RFC 3030 §3
func bodyValue(p *parser, sp Span) {
	words(p, sp)
	if strings.EqualFold(p.slice(sp), "BINARYMIME") && p.st.Caps.Missing("BINARYMIME") {
		p.note(Warning, "param.offered", sp.Start, sp.End, "RFC 3030 §3", "the server does not offer BINARYMIME: it will probably refuse")
	}
}

// notifyValue = "NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" )   RFC 3461 §4.1
func notifyValue(p *parser, sp Span) {
	var seen []string
	for word := range strings.SplitSeq(strings.ToUpper(p.slice(sp)), ",") {
		if !slices.Contains([]string{"NEVER", "SUCCESS", "FAILURE", "DELAY"}, word) || slices.Contains(seen, word) {
			p.bad("value.word", sp, "RFC 3461 §4.1", "NOTIFY is NEVER, or any of SUCCESS, FAILURE and DELAY with commas between")
			return
		}
		seen = append(seen, word)
	}
	if len(seen) > 1 && slices.Contains(seen, "NEVER") {
		p.bad("value.never", sp, "RFC 3461 §4.1", "NEVER must stand alone", edit{sp, "NEVER"})
	}
}

// orcptValue = addr-type ";" xtext   RFC 3461 §4.2, RFC 6533 §3
func orcptValue(p *parser, sp Span) {
	kind, address, ok := strings.Cut(p.slice(sp), ";")
	switch {
	case !ok:
		p.bad("value.orcpt", sp, "RFC 3461 §4.2", "the address type is missing: rfc822; and then the address", insert(sp.Start, "rfc822;"))
	case !isEsmtpKeyword(kind) || address == "":
		p.bad("value.orcpt", sp, "RFC 3461 §4.2", "ORCPT is an address type, a semicolon and the address")
	case sp.End-sp.Start+len("ORCPT=") > 500:
		p.bad("value.long", sp, "RFC 3461 §4.2", "ORCPT may have 500 octets in all")
	case strings.EqualFold(kind, "utf-8"):
		p.unitext(Span{sp.Start + len(kind) + 1, sp.End})
	default:
		p.xtext(Span{sp.Start + len(kind) + 1, sp.End})
	}
}

// unitext = 1*( QUCHAR / "\\x{" HEXPOINT "}" ), where a QUCHAR is any printable
// character but backslash, plus and equals   RFC 6533 §3
func (p *parser) unitext(sp Span) {
	rest := p.slice(sp)
	for rest != "" {
		n := embedded(rest)
		if n == 0 {
			p.bad("value.unitext", sp, "RFC 6533 §3", `a backslash begins a character by its number, as in \x{FC}; + is written \x{2B}`)
			return
		}
		rest = rest[n:]
	}
}

// embedded returns the length of the character s begins with, plain or
// spelled, or 0 where it is neither.
func embedded(s string) int {
	if s[0] != '\\' {
		r, n := utf8.DecodeRuneInString(s)
		if r == '+' || r == '=' || r == utf8.RuneError && n == 1 {
			return 0
		}
		return n
	}
	digits, _, closed := strings.Cut(strings.TrimPrefix(s, `\x{`), "}")
	point, err := strconv.ParseUint(digits, 16, 32)
	if !closed || !strings.HasPrefix(s, `\x{`) || err != nil || len(digits) < 2 || !utf8.ValidRune(rune(point)) {
		return 0
	}
	return len(`\x{}`) + len(digits)
}

// xtext = *( xchar / "+" 2HEXDIG ), all of it ASCII   RFC 3461 §4
func (p *parser) xtext(sp Span) bool {
	text := p.slice(sp)
	if !isASCII(text) {
		p.bad("value.xtext", sp, "RFC 3461 §4", "xtext is printable ASCII")
		return false
	}
	if _, ok := decoded(text); !ok {
		p.bad("value.xtext", sp, "RFC 3461 §4", "in xtext a plus begins two hex digits: + itself is written +2B",
			edit{sp, strings.NewReplacer("+", "+2B", "=", "+3D").Replace(text)})
		return false
	}
	return true
}

// decoded returns what the xtext s spells, and false where a plus does not
// begin two hex digits.
func decoded(s string) (string, bool) {
	var b strings.Builder
	for {
		plain, code, plus := strings.Cut(s, "+")
		b.WriteString(plain)
		if !plus {
			return b.String(), true
		}
		if len(code) < 2 || !isHex(code[0]) || !isHex(code[1]) {
			return "", false
		}
		octet, _ := strconv.ParseUint(code[:2], 16, 8)
		b.WriteByte(byte(octet))
		s = code[2:]
	}
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// envidValue = xtext, 100 characters at most   RFC 3461 §4.4
func envidValue(p *parser, sp Span) {
	if p.xtext(sp) && sp.End-sp.Start > 100 {
		p.bad("value.long", sp, "RFC 3461 §4.4", "ENVID may have 100 characters")
	}
}

// authValue = "<>" / xtext of a mailbox   RFC 4954 §5
func authValue(p *parser, sp Span) {
	if p.slice(sp) != "<>" {
		mailboxValue(p, sp)
	}
}

// mailboxValue = xtext of a mailbox, which stands in no brackets   RFC 4954 §5
func mailboxValue(p *parser, sp Span) {
	if !p.xtext(sp) {
		return
	}
	if text, _ := decoded(p.slice(sp)); !isMailbox(text) {
		p.bad("value.mailbox", sp, p.valueParam().Ref, "a mailbox with @ and a domain belongs here", unbracketed(p.slice(sp), sp)...)
	}
}

// unbracketed takes the angle brackets off a mailbox.
func unbracketed(text string, sp Span) []edit {
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "<"), ">")
	if len(inner) != len(text)-len("<>") {
		return nil
	}
	return []edit{{sp, inner}}
}

// isMailbox tells whether s is a Mailbox without a fault.
func isMailbox(s string) bool {
	p := &parser{raw: s}
	p.mailbox(Span{0, len(s)})
	return p.errors == 0
}

// byValue = ["-" / "+"] 1*9DIGIT ";" ( "N" / "R" ) ["T"]   RFC 2852 §4
func byValue(p *parser, sp Span) {
	seconds, mode, _ := strings.Cut(strings.ToUpper(p.slice(sp)), ";")
	digits := strings.TrimLeft(seconds, "+-")
	n, ok := number(digits, 9)
	negative := strings.HasPrefix(seconds, "-")
	switch {
	case !ok || len(seconds)-len(digits) > 1 || !slices.Contains([]string{"N", "R", "NT", "RT"}, mode):
		p.bad("value.by", sp, "RFC 2852 §4", "BY is seconds, a semicolon, and N (notify) or R (return), perhaps T (trace)")
	case mode[0] == 'R' && (negative || n == 0):
		p.bad("value.by", sp, "RFC 2852 §4", "with R the time must be more than 0 seconds")
	}
}

// holdForValue = %x31-39 *8DIGIT   RFC 4865 §3
func holdForValue(p *parser, sp Span) {
	if n, ok := number(p.slice(sp), 9); !ok || n == 0 || p.raw[sp.Start] == '0' {
		p.bad("value.number", sp, "RFC 4865 §3", "HOLDFOR is a number of seconds from 1 to 999999999")
	}
}

// dateValue is a date-time in UTC   RFC 3339 §5.6, RFC 4865 §3
func dateValue(p *parser, sp Span) {
	if _, err := time.Parse("2006-01-02T15:04:05Z", p.slice(sp)); err != nil {
		p.bad("value.date", sp, "RFC 3339 §5.6", "the date is written like 2030-01-31T12:00:00Z")
	}
}

// rrvsValue = date-time [";" ( "C" / "R" )]   RFC 7293 §3.1
func rrvsValue(p *parser, sp Span) {
	date, action, has := strings.Cut(p.slice(sp), ";")
	if _, err := time.Parse(time.RFC3339, date); err != nil || has && !strings.EqualFold(action, "C") && !strings.EqualFold(action, "R") {
		p.bad("value.date", sp, "RFC 7293 §3.1", "RRVS is a date like 2014-04-03T23:01:00Z, perhaps followed by ;C or ;R")
	}
}

// priorityValue = ( ["-"] %x31-39 ) / "0"   RFC 6710 §3
func priorityValue(p *parser, sp Span) {
	text := p.slice(sp)
	digit := strings.TrimPrefix(text, "-")
	if len(digit) != 1 || !isDigit(digit[0]) || text == "-0" {
		p.bad("value.priority", sp, "RFC 6710 §3", "the priority is a number from -9 to 9 without a plus sign")
	}
}

// mtrkValue = base64 without padding [":" 1*9DIGIT]   RFC 3885 §3.1
func mtrkValue(p *parser, sp Span) {
	certifier, seconds, has := strings.Cut(p.slice(sp), ":")
	if _, err := base64.RawStdEncoding.DecodeString(certifier); err != nil || certifier == "" {
		p.bad("value.base64", sp, "RFC 3885 §3.1", "MTRK begins with a hash in base64 without padding")
	}
	if _, ok := number(seconds, 9); has && !ok {
		p.bad("value.number", sp, "RFC 3885 §3.1", "behind the colon stands a number of seconds")
	}
}

// solicitValue = word *("," word)   RFC 3865 §2.2
func solicitValue(p *parser, sp Span) {
	for word := range strings.SplitSeq(p.slice(sp), ",") {
		if word == "" || !isAlpha(word[0]) || strings.Trim(word, ".-_:"+letDigits) != "" {
			p.bad("value.word", sp, "RFC 3865 §2.2", "each class begins with a letter and holds letters, digits and . - _ :")
			return
		}
	}
}

const letDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// transidValue = "<" local "@" domain ">"   RFC 1845 §2
func transidValue(p *parser, sp Span) {
	text := p.slice(sp)
	if len(text) < 5 || len(text) > 80 || text[0] != '<' || text[len(text)-1] != '>' || !strings.Contains(text, "@") {
		p.bad("value.transid", sp, "RFC 1845 §2", "TRANSID is <local@domain>, 80 octets at most")
	}
}

// xverpValue is two delimiter characters (Postfix VERP_README).
func xverpValue(p *parser, sp Span) {
	if sp.End-sp.Start != 2 {
		p.bad("value.xverp", sp, "Postfix VERP_README", "XVERP takes two delimiter characters, or no value")
	}
}
