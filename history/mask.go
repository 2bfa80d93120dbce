package history

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"

	"smtpconsole/protocol"
)

// maskRule is one thing that differs from session to session without meaning.
type maskRule struct {
	what string
	// lead must stand before it and tail behind it, and both stay; body is what
	// goes. They are regular expressions without groups.
	lead, body, tail string
	// fits tells whether what body matched is meant; nil where it always is. What
	// is not meant stays as a whole.
	fits func(o CompareOptions, match string) bool
}

const (
	months   = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
	weekdays = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	clock24  = `\d{1,2}:\d{2}:\d{2}`
)

// maskRules are tried in this order at each place of a text.
var maskRules = []maskRule{
	// RFC 5322 §3.3, C's asctime, and ISO 8601.
	{"date", ``, `\b(?:` + weekdays + `,? )?\d{1,2} ` + months + ` \d{4} \d{1,2}:\d{2}(?::\d{2})?(?: [+-]\d{4}| [A-Z]{2,4})?\b`, ``, nil},
	{"date", ``, `\b` + weekdays + ` ` + months + ` {1,2}\d{1,2} ` + clock24 + `(?: [A-Z]{3,4})? \d{4}\b`, ``, nil},
	{"date", ``, `\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b`, ``, nil},
	{"time", ``, `\b` + clock24 + `(?:\.\d+)?\b`, ``, nil},

	// Exchange puts the three into one line.
	{"message id", ``, `<[^<>\s]+> \[InternalId=[^\]\s]+(?: Hostname=[^\]\s]+)?\]`, ``, nil},
	{"message id", `(?i:\bmessage-id[:=]? *)`, `<[^<>\s]+>`, ``, nil},
	{"duration", ` bytes in `, `[\d.]+, [\d.]+ KB/sec\b`, ``, nil},

	// Postfix, MailHog and the practice server; Exim; Gmail; Dovecot's LMTP; OpenSMTPD.
	{"queue id", `\bqueued (?:in memory )?as `, `[^\s‹,;()]+`, ``, nil},
	{"queue id", ``, `\b[0-9A-Za-z]{6}-[0-9A-Za-z]{6}(?:[0-9A-Za-z]{5})?-[0-9A-Za-z]{2}(?:[0-9A-Za-z]{2})?\b`, ``, nil},
	{"queue id", ``, `\b[0-9A-Za-z._-]+`, ` - gsmtp\b`, nil},
	{"queue id", ``, `[0-9A-Za-z+/]{22}`, ` Saved\b`, nil},
	{"queue id", ``, `\b[0-9a-f]{8}`, ` Message accepted\b`, nil},

	// RFC 9562, as Haraka has it for a queue id; the short form of its greeting;
	// seconds and counters; many others; sendmail.
	{"id", ``, `\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?:\.\d+)?\b`, ``, nil},
	{"id", `\(`, `[0-9A-F]{6}\b`, ``, nil},
	{"id", ``, `\b\d{10,}\b`, ``, nil},
	{"id", ``, `\b(?:[0-9a-f]{8,}|[0-9A-F]{8,})\b`, ``, mixed},
	{"queue id", ``, `\b[0-9A-Za-z]{8}\d{6}\b`, ``, mixed},

	{"duration", ``, `\b\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds?|mins?|minutes?|hours?)\b`, ``, nil},
	{"port", `(?i:\bport[ =:]*)`, `\d{1,5}\b`, ``, nil},
	{"address", ``, `\b(?:\d{1,3}\.){3}\d{1,3}(?:\]?:\d{1,5})?\b`, ``, ownAddress},
	{"address", ``, `(?:\bIPv6:)?(?:\b[0-9A-Fa-f]{1,4})?:(?:[0-9A-Fa-f]{0,4}:){1,6}(?:(?:\d{1,3}\.){3}\d{1,3}\b|[0-9A-Fa-f]{1,4}\b)?`, ``, ownAddress},
	{"host", ``, `\b[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?(?::\d{1,5})?\b`, ``, ownName},

	// What is masked already, so that masking again changes nothing.
	{"", ``, `‹[a-z ]+›`, ``, never},
}

// maskPattern has maskGroups groups for each rule: lead, body and tail. Between
// them the body may be masked already. It is made when it is first needed.
var maskPattern = sync.OnceValue(func() *regexp.Regexp {
	var alternatives []string
	for _, rule := range maskRules {
		if rule.lead+rule.tail != "" {
			rule.body += "|‹" + rule.what + "›"
		}
		alternatives = append(alternatives, `(`+rule.lead+`)(`+rule.body+`)(`+rule.tail+`)`)
	}
	return regexp.MustCompile(strings.Join(alternatives, "|"))
})

const maskGroups = 3

// maskLimit is the length in octets from which on a text is taken as it is: no
// server of good will says so much, and to look through it would take seconds.
const maskLimit = 64 << 10

// mask returns text with what always differs replaced by its name, as in
// "‹date›", and the names. The server's name may be "". Masking what was
// masked changes nothing.
func (o CompareOptions) mask(text, server string) (masked string, names []string) {
	if len(text) >= maskLimit {
		return text, nil
	}
	if server != "" {
		o.Own = append(slices.Clip(o.Own), server)
	}
	var b strings.Builder
	end := 0
	for _, at := range maskPattern().FindAllStringSubmatchIndex(text, -1) {
		groups := at[2:] // two numbers for each: where it begins, and where it ends
		first := slices.IndexFunc(groups, func(i int) bool { return i >= 0 })
		rule := maskRules[first/(2*maskGroups)]
		from, to := groups[first+2], groups[first+3]
		if rule.fits != nil && !rule.fits(o, text[from:to]) {
			continue
		}
		b.WriteString(text[end:from] + "‹" + rule.what + "›")
		names, end = union(names, []string{rule.what}), to
	}
	return b.String() + text[end:], names
}

func never(CompareOptions, string) bool { return false }

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
func ownName(o CompareOptions, word string) bool {
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
