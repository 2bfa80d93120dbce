package protocol

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// noArgs: RSET, DATA, QUIT, STARTTLS and TURN take nothing (RFC 5321 §4.1.1).
func noArgs(p *parser) {
	start := p.pos
	p.pos = len(p.raw)
	if strings.TrimSpace(p.raw[start:]) != "" {
		p.note(Error, "arg.none", start, p.pos, "RFC 5321 §4.1.1", p.spec.Verb+" stands alone on its line",
			remove(p.tokens[0].End, p.pos))
	}
}

// dataArgs: nothing; binary content goes by BDAT (RFC 3030 §3)
func dataArgs(p *parser) {
	if at := p.tokens[0].Span; p.st.Body == "BINARYMIME" {
		p.note(Error, "sequence.binary", at.Start, at.End, "RFC 3030 §3", "BODY=BINARYMIME was announced, which DATA cannot carry: send it with BDAT, or RSET")
	}
	noArgs(p)
}

// freeArgs = [ SP String ], read as real servers do: anything printable
// (RFC 5321 §4.1.1.8, §4.1.1.9).
func freeArgs(p *parser) {
	start := p.pos
	p.pos = len(p.raw)
	p.token(start, p.pos, RoleText, p.spec.Verb)
	if text := p.raw[start:]; !isASCII(text) && (!p.st.Caps.Has("SMTPUTF8") || !utf8.ValidString(text)) {
		p.note(Error, "line.8bit", start, p.pos, "RFC 5321 §2.4", "commands are ASCII: leave out what is not")
	}
}

// stringArgs = SP String [ SP "SMTPUTF8" ], an address allowed   RFC 5321 §3.5.1, RFC 6531 §3.7.4.2
func stringArgs(p *parser) {
	if strings.TrimSpace(p.raw[p.pos:]) == "" {
		p.missing("arg.missing", p.spec.Verb+" needs a name or an address")
		return
	}
	freeArgs(p)
}

// helpArgs offers the verbs as topics.
func helpArgs(p *parser) {
	p.expect(wantTopic, p.pos)
	freeArgs(p)
}

// missing notes that the line ends where an argument must stand.
func (p *parser) missing(code, message string, edits ...edit) {
	p.pos = len(p.raw)
	p.note(Error, code, len(p.raw), len(p.raw), p.spec.Ref, message, edits...)
	if p.ghost == "" {
		_, slot, _ := strings.Cut(p.spec.Syntax, " ")
		p.ghost = slot
	}
}

func (p *parser) expectWords(list ...string) {
	if !p.atVerb(p.pos) {
		p.expects = append(p.expects, expectation{kind: wantFixed, start: p.pos, words: list})
	}
}

// ascii notes a name that is not ASCII; SMTPUTF8 does not change the names that
// stand outside addresses (RFC 6531 §3.7.1).
func (p *parser) ascii(code string, sp Span) bool {
	if isASCII(p.slice(sp)) {
		return true
	}
	p.note(Error, code, sp.Start, sp.End, "RFC 6531 §3.7.1", "the name here is ASCII: write the A-label form, xn--…")
	return false
}

// starttlsArgs: nothing, and best straight after EHLO (RFC 3207 §4)
func starttlsArgs(p *parser) {
	switch at := p.tokens[0].Span; {
	case p.st.Phase == PhaseGreeted:
		p.note(Warning, "starttls.early", at.Start, at.End, "RFC 3207 §4", fmt.Sprintf("only the %[1]s reply tells whether the server does TLS: say %[1]s first", p.st.HelloVerb()))
	case p.st.Phase != PhaseReady:
		p.note(Warning, "starttls.transaction", at.Start, at.End, "RFC 3207 §4.2", "the open message will be dropped: STARTTLS belongs before MAIL")
	}
	noArgs(p)
}

// authArgs = SP sasl-mech [SP initial-response]   RFC 4954 §8
func authArgs(p *parser) {
	p.expect(wantMechanism, p.pos)
	sp := p.word()
	if sp.Start == sp.End {
		p.missing("auth.mechanism", "AUTH needs a mechanism, such as PLAIN")
		return
	}
	p.cmd.Mechanism = strings.ToUpper(p.slice(sp))
	p.token(sp.Start, sp.End, RoleWord, p.cmd.Mechanism)
	p.mechanism(sp)
	if p.blanks(); p.end() {
		return
	}
	p.cmd.Initial = true
	response := Span{p.pos, len(strings.TrimRight(p.raw, " \t"))}
	p.token(response.Start, response.End, RoleSecret, "initial response")
	p.initial(sp.End, response)
	p.pos = len(p.raw)
}

func (p *parser) mechanism(sp Span) {
	mech := p.cmd.Mechanism
	offered := p.st.Caps.Mechanisms()
	switch {
	case len(mech) > 20 || strings.Trim(mech, letDigits+"-_") != "":
		p.note(Error, "auth.mechanism", sp.Start, sp.End, "RFC 4422 §3.1", "a mechanism name is 1 to 20 letters, digits, - and _")
	case len(offered) > 0 && !slices.Contains(offered, mech):
		p.note(Warning, "auth.offered", sp.Start, sp.End, "RFC 4954 §4", "the server offers "+strings.Join(offered, ", ")+", not this")
	case p.st.Target != "" && p.st.TLS == nil && (mech == "PLAIN" || mech == "LOGIN"):
		p.note(Warning, "auth.plaintext", sp.Start, sp.End, "RFC 4954 §4", mech+" sends the password readable to everyone on the way: STARTTLS first")
	}
}

// initial judges an initial response without ever repeating it, and the blanks
// from gap up to it.
func (p *parser) initial(gap int, sp Span) {
	mech := p.cmd.Mechanism
	switch {
	case mech == "CRAM-MD5" || mech == "DIGEST-MD5":
		p.note(Error, "auth.initial", sp.Start, sp.End, "RFC 4954 §4", "with "+mech+" the server speaks first: send AUTH "+mech+" alone",
			remove(gap, len(p.raw)))
		return
	case p.slice(sp) != "=":
		p.base64(sp, mech)
	}
	p.gapBefore(gap)
	if len(p.raw)+2 > commandLimit {
		p.note(Warning, "auth.long", sp.Start, sp.End, "RFC 4954 §4", "this line passes 512 octets: send AUTH "+mech+" alone and the response when asked")
	}
}

// authCancel alone is no secret: it ends an AUTH exchange (RFC 4954 §4).
const authCancel = "*"

// answer describes a line of an AUTH exchange: base64, or "*" to cancel   RFC 4954 §4
func (p *parser) answer() {
	sp := Span{0, len(p.raw)}
	p.pos = len(p.raw)
	p.cmd = Command{Verb: "AUTH", Mechanism: p.st.AuthMech}
	p.spec = Lookup("AUTH")
	p.token(0, sp.End, RoleSecret, "response")
	p.octets(0)
	switch {
	case p.raw == authCancel:
		p.cmd.Arg = authCancel
	case p.raw == "" || len(p.faults) > 0:
	case sp.End+2 > authLimit:
		p.note(Error, "auth.long", 0, sp.End, "RFC 4954 §4", "longer than the 12288 octets a server must take")
	default:
		p.base64(sp, p.st.AuthMech)
	}
}

func (p *parser) base64(sp Span, mech string) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(p.slice(sp))
	switch {
	case err != nil:
		p.note(Error, "auth.base64", sp.Start, sp.End, "RFC 4954 §4", "not base64: this line must be encoded, or * to cancel; :auth does it for you")
	case mech == "PLAIN" && !plainShape(decoded):
		p.note(Error, "auth.plain", sp.Start, sp.End, "RFC 4616 §2", "PLAIN is base64 of an octet 0, the user name, an octet 0 and the password; :auth does it for you")
	case len(decoded) > 0 && decoded[len(decoded)-1] == '\n':
		p.note(Warning, "auth.newline", sp.Start, sp.End, "RFC 4954 §4", "what is encoded ends in a line end: echo adds one, printf does not")
	}
}

// plainShape: [authzid] NUL authcid NUL passwd   RFC 4616 §2
func plainShape(b []byte) bool {
	parts := strings.Split(string(b), "\x00")
	return len(parts) == 3 && parts[1] != "" && parts[2] != ""
}

// bdatArgs = SP 1*DIGIT [ SP "LAST" ]   RFC 3030 §2
func bdatArgs(p *parser) {
	size := p.word()
	if size.Start == size.End {
		p.missing("bdat.size", "BDAT needs the number of octets that follow")
		return
	}
	n, ok := number(p.slice(size), 18)
	p.cmd.Size = n
	p.token(size.Start, size.End, RoleValue, "chunk-size")
	if !ok {
		p.note(Error, "bdat.size", size.Start, size.End, p.spec.Ref, "the chunk size is a number of octets, digits only")
	}
	p.last()
}

// last = [ SP "LAST" ], the end of BDAT and BURL   RFC 3030 §2, RFC 4468 §3.5
func (p *parser) last() {
	start := p.pos
	if p.blanks() == 0 {
		return
	}
	p.gapBefore(start)
	p.expectWords("LAST")
	sp := p.word()
	p.cmd.Last = strings.EqualFold(p.slice(sp), "LAST")
	p.token(sp.Start, sp.End, RoleWord, "LAST")
	if rest := strings.TrimSpace(p.raw[p.pos:]); sp.Start < sp.End && (!p.cmd.Last || rest != "") {
		p.pos = len(p.raw)
		p.note(Error, "bdat.last", sp.Start, p.pos, p.spec.Ref, "only LAST may follow the size")
	}
}

// burlArgs = SP absolute-URI [ SP "LAST" ]   RFC 4468 §3.5
func burlArgs(p *parser) {
	sp := p.word()
	if sp.Start == sp.End {
		p.missing("burl.url", "BURL needs the URL of a message")
		return
	}
	p.token(sp.Start, sp.End, RoleValue, "BURL")
	if u, err := url.Parse(p.slice(sp)); err != nil || !u.IsAbs() {
		p.note(Error, "burl.url", sp.Start, sp.End, p.spec.Ref, "this is no absolute URL such as imap://user@host/…")
	}
	p.last()
}

// etrnArgs = SP ["@" / "#"] node-name   RFC 1985 §5
func etrnArgs(p *parser) {
	sp := p.word()
	if sp.Start == sp.End {
		p.missing("arg.missing", "ETRN needs the domain whose queue is wanted")
		return
	}
	switch text := p.slice(sp); {
	case !p.ascii("domain.ascii", sp):
	case text[0] == '#':
		p.token(sp.Start, sp.End, RoleValue, "ETRN")
	case text[0] == '@':
		p.domain(Span{sp.Start + 1, sp.End})
	default:
		p.domain(sp)
	}
	p.nothingMore()
}

// atrnArgs = [SP domain *("," domain)]   RFC 2645 §5.2.1
func atrnArgs(p *parser) {
	sp := p.word()
	at := sp.Start
	if sp.Start < sp.End {
		for domain := range strings.SplitSeq(p.slice(sp), ",") {
			if name := (Span{at, at + len(domain)}); p.ascii("domain.ascii", name) {
				p.domain(name)
			}
			at += len(domain) + 1
		}
	}
	p.nothingMore()
}

func (p *parser) nothingMore() {
	start := p.pos
	if p.blanks(); !p.end() {
		p.pos = len(p.raw)
		p.note(Error, "arg.extra", start, p.pos, p.spec.Ref, "nothing may follow here", remove(start, p.pos))
	}
}

// attributes = 1*( SP attr "=" xtext )   Postfix XCLIENT_README, XFORWARD_README
func attributes(names ...string) func(*parser) {
	return func(p *parser) {
		if strings.TrimSpace(p.raw[p.pos:]) == "" {
			p.expectWords(names...)
			p.missing("arg.missing", p.spec.Verb+" needs attributes such as NAME=host.example")
			return
		}
		for !p.end() {
			p.attribute(names)
			start := p.pos
			p.blanks()
			p.gapBefore(start)
		}
	}
}

func (p *parser) attribute(names []string) {
	start := p.pos
	sp := p.word()
	name, value, has := strings.Cut(p.slice(sp), "=")
	at := Span{sp.Start, sp.Start + len(name)}
	p.token(at.Start, at.End, RoleParam, p.spec.Verb)
	p.token(min(at.End+1, sp.End), sp.End, RoleValue, p.spec.Verb)
	switch {
	case !has || value == "":
		p.pos = start
		p.expectWords(names...)
		p.pos = sp.End
		p.note(Error, "attr.value", sp.Start, sp.End, p.spec.Ref, "an attribute is NAME=value; an unknown value is [UNAVAILABLE]")
	case !slices.Contains(names, strings.ToUpper(name)):
		p.xtext(Span{at.End + 1, sp.End})
		p.note(Warning, "attr.unknown", at.Start, at.End, p.spec.Ref, fmt.Sprintf("%q is no attribute of %s: %s", name, p.spec.Verb, strings.Join(names, " ")))
	default:
		p.xtext(Span{at.End + 1, sp.End})
	}
}
