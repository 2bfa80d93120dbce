package practice

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"smtpconsole/protocol"
)

// replyLimit is the longest reply line, code and CR LF included (RFC 5321
// §4.5.3.1.5).
const replyLimit = 512

// say makes a reply of one or more lines. The enhanced code, "" for none,
// stands on each (RFC 2034 §4); text outside printable ASCII is spelled out
// and long text folded, so that any reply is grammatical (RFC 5321 §4.2).
func say(code int, enhanced string, texts ...string) protocol.Reply {
	if enhanced != "" {
		enhanced += " "
	}
	room := replyLimit - len("250-") - len(enhanced) - len("\r\n")
	r := protocol.Reply{Code: code, Enhanced: strings.TrimSpace(enhanced)}
	for _, text := range texts {
		for _, piece := range fold(printable(text), room) {
			r.Lines = append(r.Lines, enhanced+piece)
		}
	}
	return r
}

// spelled is how replies write the signs that our own texts use.
var spelled = strings.NewReplacer("§", "section ", "…", "...", "\t", " ")

// printable returns text in printable ASCII, the rest as Go escapes.
func printable(text string) string {
	var b strings.Builder
	for _, r := range spelled.Replace(text) {
		if r >= ' ' && r <= '~' {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// fold cuts text into pieces of at most room octets, at a blank where there is
// one. There is at least one piece.
func fold(text string, room int) []string {
	var pieces []string
	for len(text) > room {
		cut := strings.LastIndexByte(text[:room], ' ') + 1
		if cut == 0 {
			cut = room
		}
		pieces = append(pieces, text[:cut])
		text = text[cut:]
	}
	return append(pieces, text)
}

// rule says which reply fits a family of diagnostics.
type rule struct {
	diag     string // a Diagnostic.Code, or a family with its dot; "" for any
	verb     string // only for this verb; "" for any
	code     int
	enhanced string
	// text replaces a message that speaks to a client about servers, and lets
	// the row refuse what is no more than a warning there.
	text string
}

// rules are the refusals; the first row that fits counts. The basic codes are
// those of RFC 5321 §4.2.4 and §4.3.2, the enhanced ones of RFC 3463 §3.2 and
// §3.6 and RFC 4954 §6.
var rules = []rule{
	{diag: "line.overlong", verb: "AUTH", code: 500, enhanced: "5.5.6"},
	{diag: "line.empty", code: 500, enhanced: "5.5.2", text: "an empty line is no command"},
	{diag: "line.", code: 500, enhanced: "5.5.2"},
	{diag: "verb.unknown", code: 500, enhanced: "5.5.2", text: "no command has this name: HELP lists the ones there are"},
	{diag: "verb.offered", code: 502, enhanced: "5.5.1", text: "this command is not offered: the reply to EHLO lists what is"},
	{diag: "verb.obsolete", code: 502, enhanced: "5.5.1"},
	{diag: "verb.", code: 500, enhanced: "5.5.2"},
	{diag: "sequence.", code: 503, enhanced: "5.5.1"},
	{diag: "utf8.offered", verb: "RCPT", code: 553, enhanced: "5.6.7", text: "an address outside ASCII needs SMTPUTF8, which only EHLO offers"},
	{diag: "utf8.offered", code: 550, enhanced: "5.6.7", text: "an address outside ASCII needs SMTPUTF8, which only EHLO offers"},
	{diag: "utf8.", verb: "RCPT", code: 553, enhanced: "5.6.7"},
	{diag: "utf8.", code: 550, enhanced: "5.6.7"},
	{diag: "param.offered", code: 555, enhanced: "5.5.4", text: "this parameter is not offered: the reply to EHLO lists the extensions that are"},
	{diag: "param.unknown", code: 555, enhanced: "5.5.4", text: "no parameter of this command has this name"},
	{diag: "value.limit", code: 552, enhanced: "5.3.4", text: "this is more than the server takes: see SIZE in its reply to EHLO"},
	{diag: "auth.long", code: 500, enhanced: "5.5.6"},
	{diag: "auth.offered", code: 504, enhanced: "5.5.4", text: "this mechanism is not offered: see AUTH in the reply to EHLO"},
	{diag: "auth.initial", code: 501, enhanced: "5.7.0"},
	{diag: "auth.mechanism", code: 501, enhanced: "5.5.4"},
	{diag: "auth.unasked", code: 500, enhanced: "5.5.2"},
	{diag: "auth.base64", code: 501, enhanced: "5.5.2", text: "this is not base64: encode the response, or cancel with *"},
	{diag: "auth.plain", code: 501, enhanced: "5.5.2", text: "PLAIN wants an octet 0, the user name, an octet 0 and the password, all in base64"},
	{diag: "auth.", code: 501, enhanced: "5.5.2"},
	{diag: "path.keyword", code: 501, enhanced: "5.5.4"},
	{diag: "path.", verb: "MAIL", code: 501, enhanced: "5.1.7"},
	{diag: "path.", verb: "RCPT", code: 501, enhanced: "5.1.3"},
	{diag: "", code: 501, enhanced: "5.5.4"},
}

// address are the families that find fault with an address; they share the
// rows of "path.".
var address = []string{"mailbox.", "local.", "domain.", "literal."}

// ruleFor returns the row for a diagnostic on a line that begins with verb.
func ruleFor(diag, verb string) rule {
	for _, family := range address {
		if strings.HasPrefix(diag, family) {
			diag = "path."
		}
	}
	for _, r := range rules {
		if r.fits(diag) && (r.verb == "" || r.verb == verb) {
			return r
		}
	}
	return rule{}
}

func (r rule) fits(diag string) bool {
	family := r.diag == "" || strings.HasSuffix(r.diag, ".")
	return diag == r.diag || family && strings.HasPrefix(diag, r.diag)
}

// refusal is the reply to a line that must not be carried out, and false for
// one that may be. The first fault counts; st is the state before the line.
func refusal(ln protocol.Line, st protocol.State) (protocol.Reply, bool) {
	for _, d := range ln.Diags {
		r := ruleFor(d.Code, ln.Cmd.Verb)
		if d.Severity == protocol.Error || r.text != "" {
			d.Message = cmp.Or(r.text, d.Message)
			return teach(r, d, ln, st), true
		}
	}
	return protocol.Reply{}, false
}

// teach says what was wrong, where that is written, and what to type instead.
// A line that holds a secret is not repeated, nor any part of it.
func teach(r rule, d protocol.Diagnostic, ln protocol.Line, st protocol.State) protocol.Reply {
	texts := []string{d.Message}
	if d.Ref != "" {
		texts[0] += " (" + d.Ref + ")"
	}
	if span, secret := protocol.SecretSpan(ln.Raw, st); secret {
		texts[0] = hide(texts[0], ln.Raw[span.Start:span.End])
	} else if d.Fix != "" {
		texts = append(texts, "try: "+d.Fix)
	}
	if spelledOut(ln) && (ln.Cmd.Verb == "EHLO" || ln.Cmd.Verb == "HELO") {
		r.enhanced = "" // RFC 2034 §4 allows none in replies to these
	}
	return say(r.code, r.enhanced, texts...)
}

// hide replaces secret in text.
func hide(text, secret string) string {
	if secret == "" {
		return text
	}
	return strings.ReplaceAll(text, secret, protocol.Hidden)
}

// wire returns the lines of r as they go out, without CR LF (RFC 5321 §4.2).
func wire(r protocol.Reply) []string {
	lines := make([]string, len(r.Lines))
	for i, text := range r.Lines {
		separator := "-"
		if i == len(r.Lines)-1 {
			separator = " "
		}
		lines[i] = strconv.Itoa(r.Code) + separator + text
	}
	return lines
}

// lineFault is the remark on a line that was broken before it could be parsed;
// nil for a whole one.
func lineFault(fault error) []protocol.Diagnostic {
	for _, f := range lineFaults {
		if errors.Is(fault, f.err) {
			return []protocol.Diagnostic{f.diag}
		}
	}
	return nil
}

var lineFaults = []struct {
	err  error
	diag protocol.Diagnostic
}{
	{errLong, protocol.Diagnostic{
		Code: "line.overlong", Severity: protocol.Error, Ref: "RFC 5321 §4.5.3.1.4",
		Message: "this line is longer than any this server takes, and was thrown away",
	}},
	{errBareLF, protocol.Diagnostic{
		Code: "line.bare-lf", Severity: protocol.Error, Ref: "RFC 5321 §2.3.8",
		Message: "this line ended in LF alone: a line ends in CR LF (with netcat use nc -C, with printf \\r\\n)",
	}},
}

// The replies that end a session.

func shutdown() protocol.Reply {
	return say(421, "4.3.2", "the practice server is shutting down")
}

func tooMany(what string, limit int) protocol.Reply {
	return say(421, "4.7.0", fmt.Sprintf("%d %s are enough for one session: closing; connect again for more", limit, what))
}
