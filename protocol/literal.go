package protocol

import (
	"fmt"
	"net/netip"
	"strings"
)

// literal = "[" ( IPv4 / "IPv6:" IPv6-addr / tag ":" 1*dcontent ) "]"   RFC 5321 §4.1.3
func (p *parser) literal(sp Span, text string) {
	end := strings.IndexByte(text, ']')
	if end < 0 {
		p.note(Error, "literal.close", sp.End, sp.End, "RFC 5321 §4.1.3", "the address literal has no closing bracket", insert(sp.End, "]"))
		return
	}
	if end++; end < len(text) {
		p.note(Error, "literal.behind", sp.Start+end, sp.End, "RFC 5321 §4.1.3", "nothing stands behind the bracket that closes an address literal",
			remove(sp.Start+end, sp.End))
		sp.End = sp.Start + end
	}
	inner := text[1 : end-1]
	tag, rest, tagged := strings.Cut(inner, ":")
	switch {
	case tagged && strings.EqualFold(tag, "IPv6"):
		p.ipv6(sp, rest)
	case looksIPv6(inner):
		p.note(Error, "literal.tag", sp.Start, sp.End, "RFC 5321 §4.1.3", "an IPv6 literal begins with the tag IPv6:", insert(sp.Start+1, "IPv6:"))
	case tagged && isGeneralLiteral(tag, rest):
		p.note(Warning, "literal.unknown", sp.Start, sp.End, "RFC 5321 §4.1.3", "no address literal but IPv6: is registered")
	case !isIPv4(inner):
		p.note(Error, "literal.ipv4", sp.Start, sp.End, "RFC 5321 §4.1.3",
			fmt.Sprintf("%q is no IPv4 address: four numbers from 0 to 255 with dots between", inner))
	}
}

// ipv6 is checked by RFC 4291, which lets "::" stand for a single group too,
// as every server does (erratum 4315).
func (p *parser) ipv6(sp Span, text string) {
	addr, err := netip.ParseAddr(text)
	switch {
	case err != nil || !addr.Is6():
		p.note(Error, "literal.ipv6", sp.Start, sp.End, "RFC 5321 §4.1.3", fmt.Sprintf("%q is no IPv6 address", text))
	case addr.Zone() != "":
		p.note(Error, "literal.zone", sp.Start, sp.End, "RFC 5321 §4.1.3", "a zone means nothing to another machine: leave it out",
			edit{sp, "[IPv6:" + addr.WithZone("").String() + "]"})
	}
}

func isGeneralLiteral(tag, rest string) bool {
	if tag == "" || rest == "" {
		return false
	}
	for i := 0; i < len(tag); i++ {
		if !isLetDig(tag[i]) && tag[i] != '-' {
			return false
		}
	}
	return strings.IndexFunc(rest, func(r rune) bool { return r < 33 || r > 126 || strings.ContainsRune(`[\]`, r) }) < 0
}

// isIPv4 is Snum 3("." Snum), where leading zeros are allowed (RFC 5321 §4.1.3).
func isIPv4(s string) bool {
	n := 0
	for part := range strings.SplitSeq(s, ".") {
		n++
		if len(part) == 0 || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return false
		}
		if len(part) == 3 && part > "255" {
			return false
		}
	}
	return n == 4
}

func looksIPv6(s string) bool {
	if strings.Count(s, ":") < 2 {
		return false
	}
	addr, err := netip.ParseAddr(s)
	return err == nil && addr.Is6()
}
