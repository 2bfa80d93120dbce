package protocol

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// verb resolves the first word. It returns false where the rest of the line
// cannot be understood.
func (p *parser) verb(sp Span) bool {
	word := p.slice(sp)
	p.spec = Lookup(word)
	if p.spec != nil {
		p.known(sp)
		return true
	}
	p.cmd.Verb = strings.ToUpper(word)
	p.cmd.Arg = strings.TrimSpace(p.raw[sp.End:])
	p.token(sp.Start, sp.End, RoleVerb, "")
	if p.end() {
		p.expect(wantVerb, sp.Start)
	}
	return p.unknown(sp, word)
}

func (p *parser) known(sp Span) {
	p.cmd.Verb = p.spec.Verb
	p.token(sp.Start, sp.End, RoleVerb, p.spec.Verb)
	if p.end() && p.spec.args != nil {
		p.expect(wantVerb, sp.Start)
		p.ghost = strings.TrimPrefix(p.spec.Syntax, p.spec.Verb)
	}
}

// unknown explains a first word that no row has. Where it is plain what was
// meant, the rest is read as if it stood there.
func (p *parser) unknown(sp Span, word string) bool {
	if fixed, spec, rest := unglue(word); spec != nil {
		p.note(Error, "verb.space", sp.Start, sp.End, spec.Ref, "a space is missing behind "+spec.Verb,
			edit{Span{sp.Start, sp.Start + len(fixed)}, fixed + " "})
		p.spec, p.cmd.Verb, p.pos = spec, spec.Verb, sp.End-len(rest)
		p.readArgs()
		return false
	}
	if p.st.AuthTried && looksLikeAnswer(p.raw) {
		p.note(Error, "auth.unasked", sp.Start, len(p.raw), "RFC 4954 §4",
			"no command; if it is an answer to AUTH, the server is not asking for one")
		return false
	}
	if strings.ContainsFunc(word, unicode.IsControl) { // line.control said it
		return false
	}
	if code, message := notAVerb(word); code != "" {
		p.note(Error, code, sp.Start, sp.End, "RFC 5321 §4.1.1", message)
		return false
	}
	if spec := nearestVerb(word); spec != nil {
		p.note(Error, "verb.typo", sp.Start, sp.End, spec.Ref, fmt.Sprintf("%q is no command: %s is meant", word, spec.Verb),
			edit{sp, spec.Verb})
		p.spec, p.cmd.Verb = spec, spec.Verb
		return true
	}
	p.note(Warning, "verb.unknown", sp.Start, sp.End, "RFC 5321 §4.1.5",
		fmt.Sprintf("no SMTP command is called %q; a server that does not know it answers 500", word))
	return false
}

// readArgs reads the arguments of a verb that was glued to them.
func (p *parser) readArgs() {
	p.standing(Span{0, p.pos})
	p.cmd.Arg = strings.TrimRight(p.raw[p.pos:], " \t")
	if p.spec.args != nil {
		p.spec.args(p)
	}
}

// unglue splits "MAILFROM:<a@b>" and "RCPTTO:…" after the verb.
func unglue(word string) (verb string, spec *Spec, rest string) {
	upper := strings.ToUpper(word)
	for _, glued := range []string{"MAILFROM", "RCPTTO"} {
		if strings.HasPrefix(upper, glued) {
			return word[:4], Lookup(word[:4]), word[4:]
		}
	}
	return "", nil, ""
}

// notAVerb recognises what people type at the prompt by mistake and what
// cannot be a verb at all.
func notAVerb(word string) (code, message string) {
	if word == "." {
		return "verb.dot", "a lone dot ends a message, and none is being sent: DATA comes first"
	}
	if i := strings.IndexByte(word, ':'); i > 0 && letters(word[:i]) {
		return "verb.header", "this looks like a header field: it belongs into the message, after DATA and the server's 354"
	}
	if !letters(strings.TrimRight(word, "0123456789-")) {
		return "verb.char", fmt.Sprintf("%q is no verb: a command begins with a word of letters", word)
	}
	return "", ""
}

// letters tells whether s is one or more ASCII letters, or hyphens inside.
func letters(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isAlpha(s[i]) && (s[i] != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

// nearestVerb finds the row that word is a slip of: one letter too many, too
// few, wrong, or two swapped. An obsolete verb is not what anybody meant.
// Private verbs begin with X (RFC 5321 §4.1.5) and are only compared among
// themselves.
func nearestVerb(word string) *Spec {
	upper := strings.ToUpper(word)
	if len(upper) < 3 {
		return nil
	}
	for _, spec := range catalogue {
		private := spec.Verb[0] == 'X'
		if spec.Obsolete == "" && private == (upper[0] == 'X') && distance(upper, spec.Verb) == 1 {
			return spec
		}
	}
	return nil
}

// standing judges the verb as such in the session's state: order, age and
// whether it was offered.
func (p *parser) standing(sp Span) {
	p.waiting(sp)
	p.order(sp)
	p.age(sp)
	if p.st.Caps.Missing(p.spec.Keyword) && p.spec.Obsolete == "" {
		p.note(Warning, "verb.offered", sp.Start, sp.End, "RFC 5321 §4.1.1.1",
			fmt.Sprintf("the server does not offer %s: it will probably refuse", p.spec.Keyword))
	}
}

// age marks obsolete verbs; a server that offers one by EHLO is warned about
// only.
func (p *parser) age(sp Span) {
	if p.spec.Obsolete == "" {
		return
	}
	sev := Error
	if p.st.Caps.Has(p.spec.Verb) {
		sev = Warning
	}
	p.note(sev, "verb.obsolete", sp.Start, sp.End, p.spec.Ref, p.obsoleteMessage())
}

func (p *parser) obsoleteMessage() string {
	if p.spec.Verb == "SEND" && p.st.Messages > 0 && p.st.Phase == PhaseReady {
		return "SEND is obsolete and not needed: the message was queued when the dot was accepted; nothing more to do"
	}
	return p.spec.Verb + " is obsolete: " + p.spec.Obsolete
}

// order refuses a verb that a correct server must refuse now (RFC 5321 §4.1.4).
func (p *parser) order(sp Span) {
	if p.spec.Legal(p.st.Phase) {
		if p.spec.spent(*p.st) {
			p.note(Error, "sequence.again", sp.Start, sp.End, p.spec.Ref, p.spec.Verb+" was carried out already and cannot be repeated")
		}
		return
	}
	code, message := whyNot(p.spec, *p.st)
	p.note(Error, code, sp.Start, sp.End, "RFC 5321 §4.1.4", message)
}

// whyNot says why spec cannot come in st, and what must come first.
func whyNot(spec *Spec, st State) (code, message string) {
	switch st.Phase {
	case PhaseClosed:
		return "sequence.closed", "there is no connection: connect first"
	case PhaseConnected:
		return "sequence.greeting", "the server has not greeted yet: wait for its 220"
	case PhaseRefused:
		return "sequence.refused", "the server refused service in its greeting: only QUIT makes sense"
	case PhaseClosing:
		return "sequence.closing", "the session is ending: connect again for more"
	case PhaseVerdict:
		if st.RawAwaited() {
			return "sequence.wait", "the server may still be reading the message, in which this line would be text: wait for its verdict, or :end sends the end"
		}
		return "sequence.wait", "the server has not answered the message yet: wait for its verdict"
	case PhaseGreeted:
		return "sequence.hello", "say hello first: " + st.HelloVerb() + " with a name"
	}
	return whyNotInTransaction(spec, st)
}

func whyNotInTransaction(spec *Spec, st State) (code, message string) {
	switch {
	case st.Phase == PhaseReady:
		return "sequence.mail", "no message was begun: MAIL FROM:<…> comes first"
	case st.Phase == PhaseMail && spec.Legal(PhaseRcpt):
		return "sequence.rcpt", "no recipient has been accepted: RCPT TO:<…> comes first"
	case st.Phase == PhaseChunk:
		return "sequence.chunks", "the message is being sent in chunks: finish with BDAT … LAST, or RSET"
	}
	return "sequence.transaction", fmt.Sprintf("a message from <%s> is open: finish it, or RSET first", st.From)
}

// waiting remarks on a line typed while replies are outstanding (RFC 2920 §3.1).
func (p *parser) waiting(sp Span) {
	if !p.st.Busy() || p.st.Phase == PhaseConnected || p.st.Phase == PhaseVerdict {
		return
	}
	for _, aw := range p.st.Awaited {
		if spec := Lookup(aw.Cmd.Verb); spec != nil && !spec.groups() {
			p.note(Error, "sequence.wait", sp.Start, sp.End, "RFC 2920 §3.1",
				"the server has not answered "+aw.Cmd.Verb+" yet: wait for its reply")
			return
		}
	}
	if !p.st.Caps.Has("PIPELINING") {
		p.note(Warning, "sequence.pipelining", sp.Start, sp.End, "RFC 2920 §3",
			"the server has not answered yet and does not offer PIPELINING: it may refuse a line sent early")
	}
	assumed := p.st.assumed()
	p.st = &assumed
}

func itoa(n int) string { return strconv.Itoa(n) }
