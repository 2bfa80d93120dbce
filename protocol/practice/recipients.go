package practice

import (
	"strings"
	"sync"

	"smtpconsole/protocol"
)

// domains are the ones whose mail this server takes (RFC 2606 keeps them free).
var domains = [...]string{"example.test", "example.org"}

// resident is a well-known local-part at any of the domains. All others are
// accepted without further ado.
type resident struct {
	name    string
	summary string // what HELP says of it
	// person is the full name VRFY gives; "" has none.
	person string
	// code, enhanced and text answer RCPT; code 0 accepts.
	code     int
	enhanced string
	text     string
	// once makes the answer that of the first try by one sender only.
	once bool
}

var residents = [...]resident{
	{name: "ann", person: "Ann Example", summary: "a person; VRFY knows her"},
	{name: "bob", person: "Bob Example", summary: "a person; VRFY knows him"},
	{name: "postmaster", person: "Postmaster", summary: "may be written without a domain"},
	{
		name: "unknown", summary: "550: no such mailbox",
		code: 550, enhanced: "5.1.1", text: "no mailbox has this name: check the spelling before the @ (RFC 5321 §4.2.3)",
	},
	{
		name: "full", summary: "452: the mailbox is full",
		code: 452, enhanced: "4.2.2", text: "this mailbox is full: the same message may be taken later (RFC 5321 §4.2.1)",
	},
	{
		name: "greylist", summary: "451 on the first try by a sender, 250 after",
		code: 451, enhanced: "4.7.1", text: "greylisted: the first try is refused to see who comes back; try again (RFC 6647 §2)", once: true,
	},
	{
		name: "forward", summary: "251: taken on behalf of another mailbox",
		code: 251, enhanced: "2.1.5", text: "user not local; will forward to <ann@example.org> (RFC 5321 §3.4)",
	},
}

// lists are what EXPN knows.
var lists = map[string][]string{
	"staff": {"Ann Example <ann@example.test>", "Bob Example <bob@example.test>", "Postmaster <postmaster@example.test>"},
}

// receive answers a RCPT: the domain decides first, then who it is.
func (s *Server) receive(from, path string) protocol.Reply {
	name, domain := split(path)
	if !local(domain) && !strings.EqualFold(path, "postmaster") {
		return say(550, "5.7.1", "<"+path+"> is not here and this server never relays: recipients are anyone at example.test and example.org")
	}
	accepted := say(250, "2.1.5", "recipient <"+path+"> accepted")
	who := lookUp(name)
	switch {
	case who == nil || who.code == 0:
		return accepted
	case who.once && s.grey.seen(from, path):
		return accepted
	}
	return say(who.code, who.enhanced, who.text)
}

// vrfy is RFC 5321 §4.1.1.6: it confirms few, denies one, and leaves the rest
// open as most servers do (§3.5.3, §7.3).
func (s *session) vrfy(cmd protocol.Command) protocol.Reply {
	name, domain := split(strings.Trim(firstWord(cmd.Arg), "<>"))
	who := lookUp(name)
	switch here := domain == "" || local(domain); {
	case here && who != nil && who.person != "":
		return say(250, "2.1.5", who.person+" <"+who.name+"@"+domains[0]+">")
	case here && who != nil && who.code/100 == 5:
		return say(who.code, who.enhanced, who.text)
	}
	return say(252, "2.5.0", "cannot tell: RCPT would show it")
}

// expn is RFC 5321 §4.1.1.7.
func (s *session) expn(cmd protocol.Command) protocol.Reply {
	name, _ := split(strings.Trim(firstWord(cmd.Arg), "<>"))
	members, ok := lists[strings.ToLower(name)]
	if !ok {
		return say(550, "5.1.1", "no list has this name: try EXPN staff")
	}
	return say(250, "2.1.5", members...)
}

// split cuts a mailbox into local-part and domain; quotes that are not needed
// are taken off. Both are "" or whole where there is no "@".
func split(path string) (name, domain string) {
	at := strings.LastIndexByte(path, '@')
	if at < 0 {
		return path, ""
	}
	return strings.Trim(path[:at], `"`), path[at+1:]
}

// local tells whether mail for domain is taken.
func local(domain string) bool {
	for _, d := range domains {
		if strings.EqualFold(d, domain) {
			return true
		}
	}
	return false
}

// lookUp finds a resident, in any case, or nil.
func lookUp(name string) *resident {
	for i := range residents {
		if strings.EqualFold(residents[i].name, name) {
			return &residents[i]
		}
	}
	return nil
}

// greylistLimit is how many pairs are remembered; then all are forgotten.
const greylistLimit = 10_000

// greylist remembers who tried, over all sessions. The zero value is empty.
type greylist struct {
	mu    sync.Mutex // guards pairs
	pairs map[[2]string]bool
}

// seen tells whether the pair tried before, and remembers it.
func (g *greylist) seen(from, to string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	pair := [2]string{strings.ToLower(from), strings.ToLower(to)}
	if g.pairs[pair] {
		return true
	}
	if g.pairs == nil || len(g.pairs) >= greylistLimit {
		g.pairs = make(map[[2]string]bool)
	}
	g.pairs[pair] = true
	return false
}
