package history

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longName bounds what is taken for a local-part or an address literal, in
// octets: a path has 256 (RFC 5321 §4.5.3.1.3).
const longName = 256

// nextMailbox divides text around the first mailbox in it; without one all of
// it stands before.
func nextMailbox(text string) (before, mailbox, after string) {
	for from, seen := 0, 0; ; {
		i, size := nextAt(text[seen:])
		if i < 0 {
			return text, "", ""
		}
		at := seen + i
		seen = at + size
		local := lengthOfLocal(text[max(from, at-longName):at])
		domain := lengthOfDomain(text[seen:])
		if size > 1 {
			local = lengthOfValue(text[at-local : at])
			domain = lengthIfHost(text[seen : seen+domain])
		} else {
			from = seen
		}
		if local > 0 && domain > 0 {
			return text[:at-local], text[at-local : seen+domain], text[seen+domain:]
		}
	}
}

// atSigns are "@", and how it is written in a URL and in quoted-printable
// (RFC 3986 §2.1, RFC 2045 §6.7).
var atSigns = []string{"@", "%40", "=40"}

// nextAt is the place and the length of the first of atSigns in text; -1 for none.
func nextAt(text string) (at, size int) {
	at = -1
	for _, sign := range atSigns {
		if i := strings.Index(text, sign); i >= 0 && (at < 0 || i < at) {
			at, size = i, len(sign)
		}
	}
	return at, size
}

// lengthOfValue is that of the local-part at the end of text where the rest is
// of a URL: delimiters would be encoded too (RFC 3986 §2.2).
func lengthOfValue(text string) int { return len(text) - 1 - strings.LastIndexAny(text, "/?&=%#") }

// lengthIfHost is that of a domain which is none of those that are numbers, as
// in SIZE=4096; 0 for those.
func lengthIfHost(domain string) int {
	i := strings.LastIndexByte(domain, '.')
	if last, _ := utf8.DecodeRuneInString(domain[i+1:]); i < 0 || !unicode.IsLetter(last) {
		return 0
	}
	return len(domain)
}

// lengthOfLocal is that of the local-part at the end of text, 0 for none:
// Dot-string / Quoted-string   RFC 5321 §4.1.2
func lengthOfLocal(text string) int {
	if strings.HasSuffix(text, `"`) {
		return len(text) - openingQuote(text[:len(text)-1])
	}
	i := len(text)
	for i > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if !isWordRune(r) && !strings.ContainsRune(".!#$%&'*+/=?^{|}~`-", r) {
			break
		}
		i -= size
	}
	return len(text) - i
}

// openingQuote is the index of the last quote in text that has no backslash in
// front of it; len(text)+1 for none.
func openingQuote(text string) int {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '"' && (i == 0 || text[i-1] != '\\') {
			return i
		}
	}
	return len(text) + 1
}

// lengthOfDomain is that of the Domain or address-literal that text begins
// with, 0 for none.
func lengthOfDomain(text string) int {
	if strings.HasPrefix(text, "[") {
		literal := text[:min(len(text), longName)]
		if end := strings.IndexAny(literal, "] "); end > 0 && literal[end] == ']' {
			return end + 1
		}
		return 0
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !isWordRune(r) && r != '.' && r != '-' })
	if end < 0 {
		end = len(text)
	}
	return len(strings.TrimRight(text[:end], ".-_"))
}

// isWordRune tells whether a name can begin with r, or end in it.
func isWordRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	case r == utf8.RuneError:
		return false
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M)
}

// replaceWords writes text to out with each word in it, and each IPv6 address,
// as name says.
func replaceWords(out *strings.Builder, text string, name func(string) string) {
	for len(text) > 0 {
		size := lengthOfAddress(text)
		if size == 0 {
			size = lengthOfWord(text)
		}
		if size > 0 {
			out.WriteString(name(text[:size]))
		} else {
			_, size = utf8.DecodeRuneInString(text)
			out.WriteString(text[:size])
		}
		text = text[size:]
	}
}

// lengthOfWord is that of the word that text begins with, 0 for none. Inside it
// may be what joins the parts of a host name or of a local-part.
func lengthOfWord(text string) int {
	if r, _ := utf8.DecodeRuneInString(text); !isWordRune(r) {
		return 0
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !isWordRune(r) && r != '.' && r != '-' && r != '+' })
	if end < 0 {
		end = len(text)
	}
	return len(strings.TrimRight(text[:end], ".-+"))
}

// lengthOfAddress is that of the IPv6 address that text begins with; 0 for
// none. The end of a sentence may follow it.
func lengthOfAddress(text string) int {
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255") + 2
	head := text[:min(len(text), longest)]
	end := strings.IndexFunc(head, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF:.", r) })
	if end < 0 {
		end = len(head)
	}
	addr := strings.TrimRight(head[:end], ".")
	if !strings.HasSuffix(addr, "::") {
		addr = strings.TrimSuffix(addr, ":")
	}
	if strings.Count(addr, ":") < 2 {
		return 0
	}
	if _, err := netip.ParseAddr(addr); err != nil {
		return 0
	}
	return len(addr)
}
