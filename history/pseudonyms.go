package history

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Networks for documentation (RFC 5737 §3, RFC 3849), and where those end one
// for measurements (RFC 2544 §C.2.2), so that no pseudonym is an address of
// somebody's.
var (
	documentation4 = []string{"192.0.2.0", "198.51.100.0", "203.0.113.0"}
	measurement4   = "198.18.0.0"
	documentation6 = "2001:db8::"
)

// privateDomains are top-level domains that no registry has, and host names
// end in all the same (RFC 6761, RFC 6762 App. G).
var privateDomains = []string{"local", "localdomain", "lan", "internal", "intranet", "corp", "home", "private", "test", "example", "invalid", "localhost"}

// valueNames stand in front of an address with "=", which local-parts may have
// in them too (RFC 5321 §4.1.2).
var valueNames = []string{"auth=", "envid=", "from=", "to=", "orig_to=", "email=", "sender=", "smtp.mailfrom=", "header.from="}

// pseudonyms gives out names that say nothing in place of those that do: the
// same for the same name, in the order in which the names come. Use
// newPseudonyms.
type pseudonyms struct {
	users   map[string]string // by local-part
	hosts   map[string]string // by domain in lower case
	persons map[string]string // by display name
	addrs   map[netip.Addr]string
	count   [2]int            // addresses given out: of version 4, of version 6
	words   map[string]string // what a single word is elsewhere in the session, by the word in lower case
}

func newPseudonyms() *pseudonyms {
	return &pseudonyms{
		users: map[string]string{}, hosts: map[string]string{}, persons: map[string]string{},
		addrs: map[netip.Addr]string{}, words: map[string]string{},
	}
}

// exact replaces what can be nothing but a name.
func (p *pseudonyms) exact(text string) string { return p.replace(text, p.word) }

// loose replaces also single words that are names elsewhere in the session:
// for what a server or this program says.
func (p *pseudonyms) loose(text string) string {
	return p.replace(text, func(word string) string {
		if name, ok := p.words[strings.ToLower(word)]; ok {
			return name
		}
		if named := p.word(word); named != word {
			return named
		}
		return p.parts(word)
	})
}

// joints are what joins the parts of a word.
const joints = ".-+_"

// parts replaces the parts of a word that are names elsewhere.
func (p *pseudonyms) parts(word string) string {
	var out strings.Builder
	for len(word) > 0 {
		end := strings.IndexAny(word, joints)
		if end < 0 {
			end = len(word)
		}
		part := word[:end]
		if name, ok := p.words[strings.ToLower(part)]; ok {
			part = name
		}
		rest := min(end+1, len(word))
		out.WriteString(part + word[end:rest])
		word = word[rest:]
	}
	return out.String()
}

// learn notes that a word stands for name wherever it is alone. What has no
// letter, or is one, is no word.
func (p *pseudonyms) learn(word, name string) {
	key := strings.ToLower(word)
	if _, known := p.words[key]; !known && utf8.RuneCountInString(word) > 1 && strings.ContainsFunc(word, unicode.IsLetter) {
		p.words[key] = name
	}
}

// replace puts pseudonyms into text, those of words as word says.
func (p *pseudonyms) replace(text string, word func(string) string) string {
	var out strings.Builder
	for len(text) > 0 {
		before, mailbox, after := nextMailbox(text)
		replaceWords(&out, before, func(name string) string {
			if strings.Count(name, ":") > 1 {
				return p.address(name)
			}
			return word(name)
		})
		if mailbox != "" {
			out.WriteString(p.mailbox(mailbox))
		}
		text = after
	}
	return out.String()
}

// mailbox is the pseudonym of Local-part "@" ( Domain / address-literal ), with
// one of atSigns. What stands in front of it and belongs to the text stays.
func (p *pseudonyms) mailbox(text string) string {
	at, size := strings.LastIndexByte(text, '@'), 1
	if at < 0 {
		at, size = nextAt(text)
	}
	local, sign, domain := text[:at], text[at:at+size], text[at+size:]
	mark := len(local) - len(strings.TrimLeft(local, ".!#$%&'*/=?^{|}~`-"))
	for _, name := range valueNames {
		if len(local)-mark > len(name) && strings.EqualFold(local[mark:mark+len(name)], name) {
			mark += len(name)
		}
	}
	before, local := local[:mark], local[mark:]
	if local != "" {
		local = p.user(local)
	}
	if strings.HasPrefix(domain, "[") {
		return before + local + sign + p.exact(domain)
	}
	return before + local + sign + p.host(domain)
}

// people replaces mailboxes and the display names beside them, as in an
// address-list (RFC 5322 §3.4).
func (p *pseudonyms) people(text string) string {
	var out strings.Builder
	for len(text) > 0 {
		before, mailbox, after := nextMailbox(text)
		for len(before) > 0 {
			end := strings.IndexAny(before, displaySpecials)
			if end < 0 {
				end = len(before)
			}
			rest := min(end+1, len(before))
			out.WriteString(p.person(before[:end]) + before[end:rest])
			before = before[rest:]
		}
		if mailbox != "" {
			out.WriteString(p.mailbox(mailbox))
		}
		text = after
	}
	return out.String()
}

// displaySpecials end a display name, or a part of it.
const displaySpecials = "<>,;:()\"\r\n"

// person is the pseudonym of a display name, with the blanks around it.
func (p *pseudonyms) person(text string) string {
	name := strings.TrimSpace(text)
	if !strings.ContainsFunc(name, unicode.IsLetter) || strings.EqualFold(name, "undisclosed-recipients") {
		return text
	}
	other, ok := p.persons[name]
	if !ok {
		other = fmt.Sprintf("person%d", len(p.persons)+1)
		p.persons[name] = other
	}
	return strings.Replace(text, name, other, 1)
}

// word is the pseudonym of a word that is a name by its form.
func (p *pseudonyms) word(text string) string {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Is4() {
		return p.address(text)
	}
	if strings.Contains(text, ".") && p.isHost(strings.ToLower(text)) {
		return p.host(text)
	}
	return text
}

// isHost tells whether a name with a dot in it is that of a host: it belongs to
// a domain known by now, or to one that a registry gives out.
func (p *pseudonyms) isHost(name string) bool {
	for rest, more := name, true; more; _, rest, more = strings.Cut(rest, ".") {
		if _, known := p.hosts[rest]; known {
			return true
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	suffix, registered := publicsuffix.PublicSuffix(name)
	return registered || strings.Contains(suffix, ".") || slices.Contains(privateDomains, last)
}

// user is the pseudonym of a local-part. Every domain has a postmaster
// (RFC 5321 §4.5.1), who stays.
func (p *pseudonyms) user(local string) string {
	if strings.EqualFold(local, "postmaster") {
		return local
	}
	name, ok := p.users[local]
	if !ok {
		name = fmt.Sprintf("user%d", len(p.users)+1)
		p.users[local] = name
		p.learn(local, name)
		if quoted, ok := strings.CutPrefix(local, `"`); ok {
			for word := range strings.FieldsSeq(strings.TrimSuffix(quoted, `"`)) {
				p.learn(strings.Trim(word, `\`), name)
			}
		}
	}
	return name
}

// host is the pseudonym of a domain. Every machine is localhost to itself.
func (p *pseudonyms) host(domain string) string {
	key := strings.ToLower(domain)
	if key == "localhost" || key == "" {
		return domain
	}
	if addr, err := netip.ParseAddr(key); err == nil {
		return p.address(addr.String())
	}
	name, ok := p.hosts[key]
	if !ok {
		name = fmt.Sprintf("host%d.example", len(p.hosts)+1)
		p.hosts[key] = name
		p.learn(domain, name)
	}
	return name
}

// address is the pseudonym of an IP address; text that is none stays, and so
// does one that every machine has.
func (p *pseudonyms) address(text string) string {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.IsLoopback() || addr.IsUnspecified() {
		return text
	}
	name, ok := p.addrs[addr]
	if !ok {
		name = p.nextAddress(addr.Is4())
		p.addrs[addr] = name
	}
	return name
}

// nextAddress gives out an address that was not given out yet.
func (p *pseudonyms) nextAddress(is4 bool) string {
	if !is4 {
		p.count[1]++
		return plus(documentation6, p.count[1])
	}
	p.count[0]++
	const each = 254 // hosts of a network for documentation
	n := p.count[0] - 1
	if n/each < len(documentation4) {
		return plus(documentation4[n/each], n%each+1)
	}
	return plus(measurement4, n-len(documentation4)*each+1)
}

// plus is the address n behind base.
func plus(base string, n int) string {
	addr := netip.MustParseAddr(base)
	octets := addr.AsSlice()
	for i := len(octets) - 1; n > 0 && i >= 0; i-- {
		n += int(octets[i])
		octets[i] = byte(n)
		n >>= 8
	}
	next, _ := netip.AddrFromSlice(octets)
	return next.String()
}
