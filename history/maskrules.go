package history

import (
	"regexp"
	"strings"
	"sync"
)

// maskRule is one thing that differs from session to session without meaning.
type maskRule struct {
	what string
	// begins tells, by a look at a few octets, whether a match can begin there.
	begins func(spot) bool
	// lead must stand before it and tail behind it, and both stay; body is what
	// goes. They are regular expressions without groups.
	lead, body, tail string
	// fits tells whether what body matched is meant; nil where it always is. What
	// is not meant stays as a whole.
	fits func(o CompareOptions, match string) bool

	compiled *regexp.Regexp
}

const (
	months   = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
	weekdays = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	clock24  = `\d{1,2}:\d{2}:\d{2}`
)

// maskRules are tried in this order at each place of a text. They are compiled
// when they are first needed.
var maskRules = sync.OnceValue(func() []maskRule {
	rules := []maskRule{
		// RFC 5322 §3.3, C's asctime, and ISO 8601.
		{"date", either(weekday, number(1, 2, " ")), ``, `(?:` + weekdays + `,? )?\d{1,2} ` + months + ` \d{4} \d{1,2}:\d{2}(?::\d{2})?(?: [+-]\d{4}| [A-Z]{2,4})?\b`, ``, nil, nil},
		{"date", weekday, ``, weekdays + ` ` + months + ` {1,2}\d{1,2} ` + clock24 + `(?: [A-Z]{3,4})? \d{4}\b`, ``, nil, nil},
		{"date", number(4, 4, "-"), ``, `\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b`, ``, nil, nil},
		{"time", number(1, 2, ":"), ``, clock24 + `(?:\.\d+)?\b`, ``, nil, nil},

		// Exchange puts the three into one line.
		{"message id", octets("<"), ``, `<[^<>\s]+> \[InternalId=[^\]\s]+(?: Hostname=[^\]\s]+)?\]`, ``, nil, nil},
		{"message id", words("message-id"), `(?i:message-id[:=]? *)`, `<[^<>\s]+>`, ``, nil, nil},
		{"duration", octets(" bytes in "), ` bytes in `, `[\d.]+, [\d.]+ KB/sec\b`, ``, nil, nil},

		// Postfix, MailHog and the practice server; Exim, and IONOS, which has the
		// form with ten in the middle; Gmail; Dovecot's LMTP; OpenSMTPD.
		{"queue id", words("queued "), `queued (?:in memory )?as `, `[^\s‹,;()]+`, ``, nil, nil},
		{"queue id", wordThen(6, "-"), ``, `[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}(?:[0-9A-Za-z]{5})?-[0-9A-Za-z]{2}(?:[0-9A-Za-z]{2})?|[0-9A-Za-z]{10}-[0-9A-Za-z]{6})\b`, ``, nil, nil},
		{"queue id", gmails, ``, `[0-9A-Za-z._-]+`, ` - gsmtp\b`, nil, nil},
		{"queue id", dovecots, ``, `[0-9A-Za-z+/]{22}`, ` Saved\b`, nil, nil},
		{"queue id", wordThen(8, " Message accepted"), ``, `[0-9a-f]{8}`, ` Message accepted\b`, nil, nil},

		// RFC 9562, as Haraka has it for a queue id; the short form of its greeting;
		// seconds and counters; many others; sendmail.
		{"id", wordThen(8, "-"), ``, `[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?:\.\d+)?\b`, ``, nil, nil},
		{"id", octets("("), `\(`, `[0-9A-F]{6}\b`, ``, nil, nil},
		{"id", longNumber, ``, `\d{10,}\b`, ``, nil, nil},
		{"id", longHex, ``, `(?:[0-9a-f]{8,}|[0-9A-F]{8,})\b`, ``, mixed, nil},
		{"queue id", wordThen(14, ""), ``, `[0-9A-Za-z]{8}\d{6}\b`, ``, mixed, nil},

		{"duration", number(1, maskWindow, ""), ``, `\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds?|mins?|minutes?|hours?)\b`, ``, nil, nil},
		{"port", words("port"), `(?i:port[ =:]*)`, `\d{1,5}\b`, ``, nil, nil},
		{"address", number(1, 3, "."), ``, `(?:\d{1,3}\.){3}\d{1,3}(?:\]?:\d{1,5})?\b`, ``, ownAddress, nil},
		{"address", either(octets(":"), words("IPv6:"), shortThenColon), ``, `(?:IPv6:)?(?:[0-9A-Fa-f]{1,4})?:(?:[0-9A-Fa-f]{0,4}:){1,6}(?:(?:\d{1,3}\.){3}\d{1,3}\b|[0-9A-Fa-f]{1,4}\b)?`, ``, ownAddress, nil},
	}
	for i, rule := range rules {
		body := rule.body
		if rule.lead+rule.tail != "" { // it may be masked already
			body += "|‹" + rule.what + "›"
		}
		if rule.tail != "" {
			rules[i].begins = either(rule.begins, octets("‹"+rule.what+"›"))
		}
		rules[i].compiled = regexp.MustCompile(`^(?:` + rule.lead + `)(` + body + `)(?:` + rule.tail + `)`)
	}
	return rules
})

// spot is a place in a text.
type spot struct {
	rest   string // the text from there on
	before byte   // the octet in front; 0 at the start
	word   int    // octets of the word that begins there; 0 where none does
	after  string // what follows the word
}

// octets tells whether text stands there.
func octets(text string) func(spot) bool {
	return func(s spot) bool { return strings.HasPrefix(s.rest, text) }
}

// words tells whether text stands there and begins a word, in any case.
func words(text string) func(spot) bool {
	return func(s spot) bool {
		return s.word > 0 && len(s.rest) >= len(text) && s.rest[0]|0x20 == text[0]|0x20 && strings.EqualFold(s.rest[:len(text)], text)
	}
}

// number tells whether a word of so many octets that begins with a digit stands
// there, and behind it one of the octets in then; any where that is empty.
func number(least, most int, then string) func(spot) bool {
	return func(s spot) bool {
		return s.word >= least && s.word <= most && s.rest[0]-'0' <= 9 &&
			(then == "" || s.after != "" && strings.IndexByte(then, s.after[0]) >= 0)
	}
}

// wordThen tells whether a word of so many octets stands there, and then behind.
func wordThen(size int, then string) func(spot) bool {
	return func(s spot) bool { return s.word == size && strings.HasPrefix(s.after, then) }
}

func either(begins ...func(spot) bool) func(spot) bool {
	return func(s spot) bool {
		for _, b := range begins {
			if b(s) {
				return true
			}
		}
		return false
	}
}

// weekday tells whether a word of three letters stands there, as "Sat".
func weekday(s spot) bool {
	return s.word == 3 && strings.IndexByte("MTWFS", s.rest[0]) >= 0 && s.after != "" && (s.after[0] == ' ' || s.after[0] == ',')
}

// longNumber tells whether a word of ten and more stands there that begins with a
// digit, and that is no size.
func longNumber(s spot) bool {
	return number(10, maskWindow, "")(s) && !strings.HasPrefix(s.after, " bytes") && !strings.HasPrefix(s.after, " octets")
}

// longHex tells whether a word of eight and more stands there whose first octet
// is a hexadecimal digit.
func longHex(s spot) bool {
	c := s.rest[0]
	return s.word >= 8 && (c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F')
}

// shortThenColon tells whether what may be a group of an IPv6 address stands there.
func shortThenColon(s spot) bool {
	return s.word > 0 && s.word <= 4 && strings.HasPrefix(s.after, ":")
}

// gmails tells whether Gmail's id stands there.
func gmails(s spot) bool {
	if s.word == 0 || s.word > maskWindow {
		return false
	}
	rest := s.rest[s.word:min(len(s.rest), maskWindow)]
	return strings.HasPrefix(strings.TrimLeft(rest, idOctets+"._-"), " - gsmtp")
}

// dovecots tells whether the id of Dovecot's LMTP stands there.
func dovecots(s spot) bool {
	const size, inID = 22, idOctets + "+/"
	return len(s.rest) > size && strings.HasPrefix(s.rest[size:], " Saved") && (s.before == 0 || strings.IndexByte(inID, s.before) < 0)
}

const idOctets = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
