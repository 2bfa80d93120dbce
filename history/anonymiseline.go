package history

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"smtpconsole/protocol"
)

// argument is what the whole argument of a command names.
type argument func(*anonymiser, string) string

// arguments are the commands whose argument is a name that nothing marks as one
// (RFC 5321 §4.1.1, RFC 1985, RFC 2645), or has names in it (RFC 4468).
var arguments = map[string]argument{
	"EHLO": (*anonymiser).hostNamed, "HELO": (*anonymiser).hostNamed, "LHLO": (*anonymiser).hostNamed,
	"ETRN": (*anonymiser).hostNamed, "ATRN": (*anonymiser).hostNamed,
	"VRFY": (*anonymiser).userNamed, "EXPN": (*anonymiser).userNamed,
	"BURL": (*anonymiser).namesIn,
}

func (a *anonymiser) namesIn(arg string) string { return a.names.loose(arg) }

// hostNamed is one host, or several with commas between them.
func (a *anonymiser) hostNamed(arg string) string {
	for name := range strings.SplitSeq(arg, ",") {
		a.learnHost(strings.Trim(name, " @#"))
	}
	return a.names.loose(arg)
}

func (a *anonymiser) userNamed(arg string) string {
	if strings.Contains(arg, "@") {
		return a.names.people(arg)
	}
	return a.names.user(arg)
}

// line is a command line, whose words mean what their place says.
func (a *anonymiser) line(text string) string {
	cmd := protocol.Parse(text, protocol.State{}).Cmd
	if named, ok := arguments[cmd.Verb]; ok && cmd.Arg != "" {
		return replaceLast(text, cmd.Arg, named(a, cmd.Arg))
	}
	if cmd.Path != "" && !strings.Contains(cmd.Path, "@") {
		text = replaceLast(text, "<"+cmd.Path+">", "<"+a.names.user(cmd.Path)+">")
	}
	text = a.route(text)
	words := strings.Split(text, " ")
	for i, word := range words {
		words[i] = a.parameter(word)
	}
	return a.names.exact(strings.Join(words, " "))
}

// held is a line that was not sent: nothing has to be in its place.
func (a *anonymiser) held(text string) string {
	if cmd := protocol.Parse(text, protocol.State{}).Cmd; cmd.Path != "" || arguments[cmd.Verb] != nil {
		return a.line(text)
	}
	verb, rest, _ := strings.Cut(text, " ")
	return strings.TrimSuffix(a.names.exact(verb)+" "+a.names.loose(rest), " ")
}

// route replaces the hosts of A-d-l ":" in front of a mailbox (RFC 5321 §4.1.2).
func (a *anonymiser) route(text string) string {
	before, rest, ok := strings.Cut(text, "<@")
	hosts, after, found := strings.Cut(rest, ":")
	if !ok || !found {
		return text
	}
	for name := range strings.SplitSeq(hosts, ",") {
		a.learnHost(strings.TrimPrefix(name, "@"))
	}
	return before + "<@" + a.names.loose(hosts) + ":" + after
}

// parameters name a host or a user in their value, by their name: those of MAIL
// and RCPT (RFC 4954 §5, RFC 3461 §4) and the attributes of XCLIENT and XFORWARD.
var parameters = map[string]argument{
	"AUTH": (*anonymiser).userNamed, "ENVID": (*anonymiser).userNamed, "ORCPT": (*anonymiser).userNamed, "LOGIN": (*anonymiser).userNamed,
	"NAME": (*anonymiser).hostNamed, "HELO": (*anonymiser).hostNamed, "IDENT": (*anonymiser).userNamed,
}

// parameter is a word of a command line.
func (a *anonymiser) parameter(word string) string {
	name, value, ok := strings.Cut(word, "=")
	named := parameters[strings.ToUpper(name)]
	kind := ""
	if i := strings.IndexByte(value, ';') + 1; i > 0 { // addr-type ";" xtext
		kind, value = value[:i], value[i:]
	}
	if !ok || named == nil || value == "" || strings.ContainsAny(value, "@<[") {
		return word
	}
	return name + "=" + kind + named(a, value)
}

// replaceLast puts another text in the place of the last one.
func replaceLast(text, old, other string) string {
	i := strings.LastIndex(text, old)
	if i < 0 {
		return text
	}
	return text[:i] + other + text[i+len(old):]
}

// reply is a line of the server's; its code is no name.
func (a *anonymiser) reply(text string) string {
	code := min(3, len(text))
	separator := ""
	if len(text) > code && (text[code] == ' ' || text[code] == '-') {
		separator = text[code : code+1]
	}
	said := text[code+len(separator):]
	if !a.more {
		a.introduction(said)
	}
	a.more = separator == "-"
	return text[:code] + separator + a.said(text[:code], said)
}

// lines is an assembled reply.
func (a *anonymiser) lines(r *protocol.Reply) *protocol.Reply {
	if r == nil {
		return nil
	}
	out := *r
	out.Lines = make([]string, len(r.Lines))
	for i, text := range r.Lines {
		if i == 0 {
			a.introduction(text)
		}
		out.Lines[i] = a.said(strconv.Itoa(r.Code), text)
	}
	return &out
}

// asked is the verb that the server answers now; "" for the greeting and where
// nothing is awaited.
func (a *anonymiser) asked() (verb string, greets bool) {
	if len(a.st.Awaited) == 0 {
		return "", false
	}
	return a.st.Awaited[0].Cmd.Verb, a.st.Awaited[0].Greeting
}

// introduction learns who greets, or answers EHLO: the first word is the server's
// name there (RFC 5321 §4.2, §4.1.1.1), if it is none of the words that servers
// have in its place.
func (a *anonymiser) introduction(text string) {
	verb, greets := a.asked()
	name, _, _ := strings.Cut(text, " ")
	name = strings.TrimRight(name, ".,:;!")
	if (greets || verb == "EHLO" || verb == "HELO" || verb == "LHLO") && !usual(name) {
		a.learnHost(name)
	}
}

// said is the text of a reply.
func (a *anonymiser) said(code, text string) string {
	verb, _ := a.asked()
	switch {
	case code == "334":
		return a.challenge(text)
	case verb == "AUTH" || a.st.AuthMech != "":
		return a.names.replace(text, a.loginWord)
	case (verb == "VRFY" || verb == "EXPN") && strings.HasPrefix(code, "2") && strings.Contains(text, "@"):
		status, rest, ok := strings.Cut(text, " ")
		if ok && strings.Trim(status, "0123456789.") == "" {
			return status + " " + a.names.people(rest)
		}
		return a.names.people(text)
	}
	return a.names.loose(text)
}

// challenge is base64, and may name its host (RFC 2195 §2). What is neither a
// prompt nor such a name is not known to name nobody.
func (a *anonymiser) challenge(text string) string {
	b, err := base64.StdEncoding.DecodeString(text)
	plain := string(b)
	words := strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) })
	switch {
	case err != nil && usualAll(strings.Fields(text)), err == nil && len(words) > 0 && usualAll(words), text == "":
		return text
	case err == nil && strings.HasPrefix(plain, "<") && strings.HasSuffix(plain, ">"):
		return base64.StdEncoding.EncodeToString([]byte(a.names.loose(plain)))
	}
	return protocol.Hidden
}

// loginWord is a word of what answers a login: one that no server says to
// everybody is taken for a name.
func (a *anonymiser) loginWord(word string) string {
	if named := a.names.word(word); named != word || usual(word) || len(word) < 2 || !strings.ContainsFunc(word, unicode.IsLetter) {
		return named
	}
	return a.names.user(word)
}

// usualWords are what servers say in greetings, and of logins.
var usualWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(`
		a about accepted access account action again allowed already an and another any are as at attempts auth authenticate
		authenticated authentication authorization authorized available base64 be been before begin bad blocked but by bye
		cannot canceled cancelled challenge client closing code command completed connect connection continue could
		cram-md5 credential credentials data decode denied digest-md5 disabled does due encoded encrypted encryption end
		enabled enter error esmtp exchange expired expected fail failed failure first for from given go good granted
		greetings ready have has hello help here hi id identity in incorrect information input internal invalid ip is issue it
		its just key known later line lmtp locked log logged login mail many may me mechanism mechanisms method missing
		more must need needed network no not now number of off ok okay on only or out password passwords permitted plain
		please pleased policy possible problem protocol provided proceed reason reject rejected relay remote required
		response retry scram-sha-1 scram-sha-256 secure security sender sent server service session sign signed smtp
		started starttls string succeeded success successful successfully syntax system temporarily temporary than that the
		then this timeout tls to token too transaction try type unable unavailable unexpected unknown unrecognized
		unsuccessful unsupported until use used user username users using valid version via wait was welcome were what
		when wrong with xoauth2 oauthbearer external anonymous ntlm gssapi kerberos yes you your name knows
		practice postfix exim sendmail exchange microsoft gmail google haraka courier dovecot opensmtpd qmail
		gsmtp mailbox bytes size transfer agent mta ehlo helo rcpt ran agreed awaiting`) {
		words[word] = true
	}
	return words
})

func usual(word string) bool { return usualWords()[strings.ToLower(word)] }

func usualAll(words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !usual(word) })
}

// withoutFiles is text without the names of files on this machine, by what those
// begin with.
func withoutFiles(text string) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		bare := strings.TrimLeft(word, "\"'(")
		for _, root := range []string{"/", "~/", "./", "../", `C:\`, `\\`} {
			if strings.HasPrefix(bare, root) && len(bare) > len(root) {
				words[i] = protocol.Hidden
			}
		}
	}
	return strings.Join(words, " ")
}
