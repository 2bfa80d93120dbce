package history

import (
	"net/netip"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// maskWindow bounds, in octets, what is looked at for one thing to be masked. No
// id, name or date is as long.
const maskWindow = 300

// mask returns text with what always differs replaced by its name, as in
// "‹date›", and the names. The server's name may be "". Masking what was
// masked changes nothing. It takes one pass, and time in proportion to text.
func (o CompareOptions) mask(text, server string) (masked string, names []string) {
	if server != "" {
		o.Own = append(slices.Clip(o.Own), server)
	}
	var b strings.Builder
	end := 0
	for at := 0; at < len(text); {
		m := o.maskAt(spotAt(text, at))
		if m.what != "" {
			b.WriteString(text[end:at+m.from] + "‹" + m.what + "›")
			names, end = union(names, []string{m.what}), at+m.to
		}
		at += m.size
	}
	return b.String() + text[end:], names
}

// maskMatch is what stands at a place of a text.
type maskMatch struct {
	what     string // "" for nothing to be masked
	from, to int    // what goes
	size     int    // octets after which to look on, at least 1
}

// maskAt finds what stands at s.
func (o CompareOptions) maskAt(s spot) maskMatch {
	window := s.rest[:min(len(s.rest), maskWindow)]
	for _, rule := range maskRules() {
		if !rule.begins(s) {
			continue
		}
		at := rule.compiled.FindStringSubmatchIndex(window)
		if at == nil || at[1] == len(window) && len(window) < len(s.rest) {
			continue
		}
		m := maskMatch{what: rule.what, from: at[2], to: at[3], size: at[1]}
		if rule.fits != nil && !rule.fits(o, window[m.from:m.to]) {
			m.what = ""
		}
		return m
	}
	return o.nameAt(s)
}

// nameAt is the host at s, perhaps with its port, else a word or an octet. What
// is masked already is passed over.
func (o CompareOptions) nameAt(s spot) maskMatch {
	if s.word == 0 {
		return maskMatch{size: lengthOfMasked(s.rest)}
	}
	size := len(strings.TrimRight(s.rest[:len(s.rest)-len(strings.TrimLeft(s.rest, idOctets+".-"))], ".-"))
	rest := s.rest[size:]
	if port, ok := strings.CutPrefix(rest, ":"); ok {
		digits := len(port) - len(strings.TrimLeft(port, "0123456789"))
		if digits > 0 && digits <= 5 && !beginsWord(port[digits:]) {
			size += 1 + digits
			rest = port[digits:]
		}
	}
	if size > 0 && !beginsWord(rest) && o.ownName(s.rest[:size]) {
		return maskMatch{what: "host", to: size, size: size}
	}
	return maskMatch{size: max(size, s.word)}
}

// lengthOfMasked is that of "‹date›" and its like at the start of text, else 1.
func lengthOfMasked(text string) int {
	inner, ok := strings.CutPrefix(text, "‹")
	if !ok {
		return 1
	}
	rest := strings.TrimLeft(inner, "abcdefghijklmnopqrstuvwxyz ")
	if len(rest) == len(inner) || !strings.HasPrefix(rest, "›") {
		return 1
	}
	return len(text) - len(rest) + len("›")
}

// spotAt is the place at in text.
func spotAt(text string, at int) spot {
	s := spot{rest: text[at:]}
	if at > 0 {
		s.before = text[at-1]
	}
	if isWordOctet(s.before) {
		return s
	}
	for s.word < len(s.rest) && isWordOctet(s.rest[s.word]) {
		s.word++
	}
	s.after = s.rest[s.word:]
	return s
}

func beginsWord(text string) bool { return text != "" && isWordOctet(text[0]) }

func isWordOctet(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// mixed tells a made-up word from a plain one, and from a number.
func mixed(_ CompareOptions, word string) bool {
	return strings.ContainsAny(word, "0123456789") && strings.Trim(word, "0123456789") != ""
}

// ownAddress tells whether an address, perhaps with a port, is this machine's.
func ownAddress(o CompareOptions, text string) bool {
	text, _, _ = strings.Cut(text, "]") // of "[127.0.0.1]:25"
	if host, _, ok := strings.Cut(text, ":"); ok && strings.Contains(host, ".") {
		text = host
	}
	addr, err := netip.ParseAddr(strings.TrimPrefix(text, "IPv6:"))
	if err != nil {
		return false
	}
	return addr.Unmap().IsLoopback() || slices.ContainsFunc(o.Own, func(own string) bool {
		mine, err := netip.ParseAddr(own)
		return err == nil && mine.Unmap() == addr.Unmap()
	})
}

// ownName tells whether a word, perhaps with a port, is a name to be masked.
func (o CompareOptions) ownName(word string) bool {
	name, _, _ := strings.Cut(word, ":")
	return slices.ContainsFunc(o.Own, func(own string) bool { return strings.EqualFold(own, name) })
}

// serverName is the name that a server gives itself where the grammar has it:
// first in its greeting and in the replies to HELO, and first behind an enhanced
// code in its good-bye (RFC 5321 §4.2). It is "" where there is none.
func serverName(s Step, r protocol.Reply) string {
	words := strings.Fields(strings.Join(r.Lines[:min(1, len(r.Lines))], ""))
	introduced := s.Kind == StepGreeting || s.Verb == "EHLO" || s.Verb == "HELO" || s.Verb == "LHLO"
	leaves := r.Code == 221 || r.Code == 421
	if leaves && len(words) > 0 && strings.Trim(words[0], "0123456789.") == "" {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
	case introduced && r.Class() == protocol.ClassDone:
		return words[0]
	case leaves && strings.Contains(strings.TrimRight(words[0], "."), "."):
		return words[0]
	}
	return ""
}
