package protocol

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mailParams are the parameters of MAIL, commonest first.
var mailParams = []*Param{
	{
		Name: "SIZE", Keyword: "SIZE", Syntax: "SIZE=octets", Summary: "how large the message will be", Ref: "RFC 1870 §3", Adds: 26, value: sizeValue,
		Good: []string{"SIZE=0", "SIZE=2048", "size=1", "SIZE=99999999999999999999"},
		Bad:  []BadExample{{"SIZE=1MB", "value.size"}, {"SIZE=-1", "value.size"}, {"SIZE=", "param.value"}, {"SIZE", "param.value"}, {"SIZE=1 SIZE=1", "param.twice"}},
	},
	{
		Name: "BODY", Keyword: "8BITMIME", Syntax: "BODY=7BIT|8BITMIME", Summary: "what octets the message holds", Ref: "RFC 6152 §2", Adds: 16,
		Values: []string{"7BIT", "8BITMIME", "BINARYMIME"}, value: bodyValue,
		Good: []string{"BODY=7BIT", "BODY=8BITMIME", "body=8bitmime"}, Bad: []BadExample{{"BODY=UTF8", "value.word"}, {"BODY", "param.value"}},
	},
	{
		Name: "SMTPUTF8", Keyword: "SMTPUTF8", Syntax: "SMTPUTF8", Summary: "addresses or headers are UTF-8", Ref: "RFC 6531 §3.4", Adds: 10,
		Good: []string{"SMTPUTF8"}, Bad: []BadExample{{"SMTPUTF8=1", "param.value"}},
	},
	{
		Name: "RET", Keyword: "DSN", Syntax: "RET=FULL|HDRS", Summary: "how much a failure report returns", Ref: "RFC 3461 §4.3", Adds: 9,
		Values: []string{"FULL", "HDRS"}, value: words, Good: []string{"RET=FULL", "RET=hdrs"}, Bad: []BadExample{{"RET=FULL,HDRS", "value.word"}},
	},
	{
		Name: "ENVID", Keyword: "DSN", Syntax: "ENVID=xtext", Summary: "an id that reports repeat", Ref: "RFC 3461 §4.4", Adds: 107, value: envidValue,
		Good: []string{"ENVID=QQ314159", "ENVID=a+2Bb"}, Bad: []BadExample{{"ENVID=a+b", "value.xtext"}, {"ENVID=" + strings.Repeat("x", 101), "value.long"}},
	},
	{
		Name: "AUTH", Keyword: "AUTH", Syntax: "AUTH=xtext-mailbox|<>", Summary: "who submitted it first", Ref: "RFC 4954 §5", Adds: 500, value: authValue,
		Good: []string{"AUTH=<>", "AUTH=e+3Dmc2@example.com"}, Bad: []BadExample{{"AUTH=e+mc2@example.com", "value.xtext"}, {"AUTH=nobody", "value.mailbox"}},
	},
	{
		Name: "REQUIRETLS", Keyword: "REQUIRETLS", Syntax: "REQUIRETLS", Summary: "insist on verified TLS at every hop", Ref: "RFC 8689 §2", Adds: 11, rare: true,
		Good: []string{"REQUIRETLS"}, Bad: []BadExample{{"REQUIRETLS=yes", "param.value"}},
	},
	{
		Name: "BY", Keyword: "DELIVERBY", Syntax: "BY=seconds;N|R[T]", Summary: "deliver within a time", Ref: "RFC 2852 §4", Adds: 17, value: byValue, rare: true,
		Good: []string{"BY=120;R", "BY=-10;N", "BY=+5;NT"}, Bad: []BadExample{{"BY=-5;R", "value.by"}, {"BY=120", "value.by"}, {"BY=120;X", "value.by"}},
	},
	{
		Name: "HOLDFOR", Keyword: "FUTURERELEASE", Syntax: "HOLDFOR=seconds", Summary: "release it later", Ref: "RFC 4865 §3", Adds: 34, value: holdForValue, rare: true,
		Good: []string{"HOLDFOR=3600"}, Bad: []BadExample{{"HOLDFOR=0", "value.number"}, {"HOLDFOR=1h", "value.number"}},
	},
	{
		Name: "HOLDUNTIL", Keyword: "FUTURERELEASE", Syntax: "HOLDUNTIL=date-time", Summary: "release it at a time", Ref: "RFC 4865 §3", Adds: 34, value: dateValue, rare: true,
		Good: []string{"HOLDUNTIL=2030-01-01T00:00:00Z"}, Bad: []BadExample{{"HOLDUNTIL=tomorrow", "value.date"}, {"HOLDFOR=1 HOLDUNTIL=2030-01-01T00:00:00Z", "param.excludes"}},
	},
	{
		Name: "MT-PRIORITY", Keyword: "MT-PRIORITY", Syntax: "MT-PRIORITY=-9…9", Summary: "how urgent it is", Ref: "RFC 6710 §3", Adds: 15, value: priorityValue, rare: true,
		Good: []string{"MT-PRIORITY=3", "MT-PRIORITY=-9", "MT-PRIORITY=0"}, Bad: []BadExample{{"MT-PRIORITY=+3", "value.priority"}, {"MT-PRIORITY=10", "value.priority"}},
	},
	{
		Name: "MTRK", Keyword: "MTRK", Syntax: "MTRK=certifier[:seconds]", Summary: "allow tracking it later", Ref: "RFC 3885 §3.1", Adds: 44, value: mtrkValue, rare: true,
		Good: []string{"MTRK=QUJD ENVID=a", "MTRK=QUJD:3600 ENVID=a"}, Bad: []BadExample{{"MTRK=QUJD", "param.requires"}, {"MTRK=*** ENVID=a", "value.base64"}},
	},
	{
		Name: "SOLICIT", Keyword: "NO-SOLICITING", Syntax: "SOLICIT=class,…", Summary: "label bulk mail", Ref: "RFC 3865 §2.2", Adds: 1007, value: solicitValue, rare: true,
		Good: []string{"SOLICIT=org.example:ADV:ADLT"}, Bad: []BadExample{{"SOLICIT=1x", "value.word"}},
	},
	{
		Name: "CONPERM", Keyword: "CONPERM", Syntax: "CONPERM", Summary: "content may be converted on the way", Ref: "RFC 4141 §4", rare: true,
		Good: []string{"CONPERM"}, Bad: []BadExample{{"CONPERM=1", "param.value"}},
	},
	{
		Name: "TRANSID", Keyword: "CHECKPOINT", Syntax: "TRANSID=<local@domain>", Summary: "resume an interrupted transfer", Ref: "RFC 1845 §2", Adds: 89, value: transidValue, rare: true,
		Good: []string{"TRANSID=<12345@claremont.edu>"}, Bad: []BadExample{{"TRANSID=12345", "value.transid"}},
	},
	{
		Name: "SUBMITTER", Keyword: "SUBMITTER", Syntax: "SUBMITTER=xtext-mailbox", Summary: "historic: who is responsible", Ref: "RFC 4405 §4", value: mailboxValue, rare: true,
		Good: []string{"SUBMITTER=bob@example.org"}, Bad: []BadExample{{"SUBMITTER=bob", "value.mailbox"}},
	},
	{
		Name: "ALT-ADDRESS", Keyword: "UTF8SMTP", Syntax: "ALT-ADDRESS=xtext-mailbox", Summary: "obsolete: an ASCII address to fall back to", Ref: "RFC 5336 §3.1", Adds: 460, value: mailboxValue, rare: true,
		Good: []string{"ALT-ADDRESS=bob@example.org"}, Bad: []BadExample{{"ALT-ADDRESS=bob", "value.mailbox"}},
	},
	{
		Name: "XVERP", Keyword: "XVERP", Syntax: "XVERP[=xy]", Summary: "Postfix: one return path for each recipient", Ref: "Postfix VERP_README", Adds: 9, value: xverpValue, optional: true, rare: true,
		Good: []string{"XVERP", "XVERP=+-"}, Bad: []BadExample{{"XVERP=abc", "value.xverp"}},
	},
	{
		Name: "PRDR", Keyword: "PRDR", Syntax: "PRDR", Summary: "one verdict for each recipient", Ref: "draft-hall-prdr-00", Adds: 5, rare: true,
		Good: []string{"PRDR"}, Bad: []BadExample{{"PRDR=1", "param.value"}},
	},
}

// rcptParams are the parameters of RCPT, commonest first.
var rcptParams = []*Param{
	{
		Name: "NOTIFY", Keyword: "DSN", Syntax: "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY", Summary: "when to report", Ref: "RFC 3461 §4.1", Adds: 29,
		Values: []string{"NEVER", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE", "SUCCESS,FAILURE,DELAY"}, value: notifyValue,
		Good: []string{"NOTIFY=NEVER", "NOTIFY=SUCCESS,FAILURE", "notify=delay"},
		Bad:  []BadExample{{"NOTIFY=NEVER,FAILURE", "value.never"}, {"NOTIFY=ALWAYS", "value.word"}, {"NOTIFY=SUCCESS,SUCCESS", "value.word"}},
	},
	{
		Name: "ORCPT", Keyword: "DSN", Syntax: "ORCPT=rfc822;xtext", Summary: "the recipient as first given", Ref: "RFC 3461 §4.2", Adds: 507, value: orcptValue,
		Good: []string{"ORCPT=rfc822;Bob+2Bx@example.com", "ORCPT=utf-8;b\\x{FC}ro@example.com"},
		Bad:  []BadExample{{"ORCPT=u@example.org", "value.orcpt"}, {"ORCPT=rfc822;a+b", "value.xtext"}, {"ORCPT=rfc822;" + strings.Repeat("x", 500), "value.long"}},
	},
	{
		Name: "RRVS", Keyword: "RRVS", Syntax: "RRVS=date-time[;C|;R]", Summary: "only to the owner of that day", Ref: "RFC 7293 §3.1", Adds: 33, value: rrvsValue, rare: true,
		Good: []string{"RRVS=2014-04-03T23:01:00Z", "RRVS=2014-04-03T23:01:00Z;C"}, Bad: []BadExample{{"RRVS=2014", "value.date"}, {"RRVS=2014-04-03T23:01:00Z;X", "value.date"}},
	},
	{
		Name: "CONNEG", Keyword: "CONNEG", Syntax: "CONNEG", Summary: "ask what content the recipient takes", Ref: "RFC 4141 §5", rare: true,
		Good: []string{"CONNEG"}, Bad: []BadExample{{"CONNEG=1", "param.value"}},
	},
	{
		Name: "ALT-ADDRESS", Keyword: "UTF8SMTP", Syntax: "ALT-ADDRESS=xtext-mailbox", Summary: "obsolete: an ASCII address to fall back to", Ref: "RFC 5336 §3.1", Adds: 460, value: mailboxValue, rare: true,
		Good: []string{"ALT-ADDRESS=bob@example.org"}, Bad: []BadExample{{"ALT-ADDRESS=bob", "value.mailbox"}},
	},
}

// bad notes a value that its grammar does not allow.
func (p *parser) bad(code string, sp Span, ref, message string, edits ...edit) {
	p.note(Error, code, sp.Start, sp.End, ref, message, edits...)
}

// sizeValue = 1*20DIGIT   RFC 1870 §3
func sizeValue(p *parser, sp Span) {
	n, ok := number(p.slice(sp), 20)
	if !ok {
		p.bad("value.size", sp, "RFC 1870 §3", "SIZE is a number of octets, digits only", sizeEdit(p.slice(sp), sp)...)
		return
	}
	if limit := p.st.Caps.MaxSize(); limit > 0 && n > limit {
		p.note(Warning, "value.limit", sp.Start, sp.End, "RFC 1870 §6.1", "the server takes "+strconv.FormatInt(limit, 10)+" octets at most: it will answer 552")
	}
}

// sizeEdit works out "1MB" and the like, in binary units: an estimate should
// be high (RFC 1870 §6.1).
func sizeEdit(text string, sp Span) []edit {
	digits := strings.TrimRight(strings.ToUpper(text), "IB")
	unit := map[string]int64{"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
	for suffix, factor := range unit {
		if n, ok := number(strings.TrimSuffix(digits, suffix), 9); ok && strings.HasSuffix(digits, suffix) {
			return []edit{{sp, strconv.FormatInt(n*factor, 10)}}
		}
	}
	return nil
}

// words checks a value against its row's fixed words.
func words(p *parser, sp Span) {
	par := p.valueParam()
	if !slices.ContainsFunc(par.Values, func(v string) bool { return strings.EqualFold(v, p.slice(sp)) }) {
		p.bad("value.word", sp, par.Ref, par.Name+" is one of "+strings.Join(par.Values, ", "))
	}
}

// valueParam is the row of the parameter being read.
func (p *parser) valueParam() *Param {
	return findParam(p.spec, p.cmd.Params[len(p.cmd.Params)-1].Name)
}

// bodyValue = "7BIT" / "8BITMIME" / "BINARYMIME"   RFC 6152 §2, RFC 3030 §3
func bodyValue(p *parser, sp Span) {
	words(p, sp)
	if strings.EqualFold(p.slice(sp), "BINARYMIME") && p.st.Caps.Missing("BINARYMIME") {
		p.note(Warning, "param.offered", sp.Start, sp.End, "RFC 3030 §3", "the server does not offer BINARYMIME: it will probably refuse")
	}
}

// notifyValue = "NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" )   RFC 3461 §4.1
func notifyValue(p *parser, sp Span) {
	var seen []string
	for word := range strings.SplitSeq(strings.ToUpper(p.slice(sp)), ",") {
		if !slices.Contains([]string{"NEVER", "SUCCESS", "FAILURE", "DELAY"}, word) || slices.Contains(seen, word) {
			p.bad("value.word", sp, "RFC 3461 §4.1", "NOTIFY is NEVER, or any of SUCCESS, FAILURE and DELAY with commas between")
			return
		}
		seen = append(seen, word)
	}
	if len(seen) > 1 && slices.Contains(seen, "NEVER") {
		p.bad("value.never", sp, "RFC 3461 §4.1", "NEVER must stand alone", edit{sp, "NEVER"})
	}
}

// orcptValue = addr-type ";" xtext   RFC 3461 §4.2, RFC 6533 §3
func orcptValue(p *parser, sp Span) {
	kind, address, ok := strings.Cut(p.slice(sp), ";")
	switch {
	case !ok:
		p.bad("value.orcpt", sp, "RFC 3461 §4.2", "the address type is missing: rfc822; and then the address", insert(sp.Start, "rfc822;"))
	case !isEsmtpKeyword(kind) || address == "":
		p.bad("value.orcpt", sp, "RFC 3461 §4.2", "ORCPT is an address type, a semicolon and the address")
	case sp.End-sp.Start+len("ORCPT=") > 500:
		p.bad("value.long", sp, "RFC 3461 §4.2", "ORCPT may have 500 octets in all")
	case !strings.EqualFold(kind, "utf-8"):
		p.xtext(Span{sp.Start + len(kind) + 1, sp.End})
	}
}

// xtext = *( xchar / "+" 2HEXDIG )   RFC 3461 §4
func (p *parser) xtext(sp Span) bool {
	if decodable(p.slice(sp)) {
		return true
	}
	fixed := strings.NewReplacer("+", "+2B", "=", "+3D").Replace(p.slice(sp))
	p.bad("value.xtext", sp, "RFC 3461 §4", "in xtext a plus begins two hex digits: + itself is written +2B", edit{sp, fixed})
	return false
}

// decodable tells whether every plus in s begins two hex digits.
func decodable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '+' {
			continue
		}
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// envidValue = xtext, 100 characters at most   RFC 3461 §4.4
func envidValue(p *parser, sp Span) {
	if p.xtext(sp) && sp.End-sp.Start > 100 {
		p.bad("value.long", sp, "RFC 3461 §4.4", "ENVID may have 100 characters")
	}
}

// authValue = "<>" / xtext of a mailbox   RFC 4954 §5
func authValue(p *parser, sp Span) {
	if p.slice(sp) != "<>" {
		mailboxValue(p, sp)
	}
}

func mailboxValue(p *parser, sp Span) {
	if p.xtext(sp) && !strings.Contains(p.slice(sp), "@") {
		p.bad("value.mailbox", sp, p.valueParam().Ref, "a mailbox with @ and a domain belongs here")
	}
}

// byValue = ["-" / "+"] 1*9DIGIT ";" ( "N" / "R" ) ["T"]   RFC 2852 §4
func byValue(p *parser, sp Span) {
	seconds, mode, _ := strings.Cut(strings.ToUpper(p.slice(sp)), ";")
	digits := strings.TrimLeft(seconds, "+-")
	n, ok := number(digits, 9)
	negative := strings.HasPrefix(seconds, "-")
	switch {
	case !ok || len(seconds)-len(digits) > 1 || !slices.Contains([]string{"N", "R", "NT", "RT"}, mode):
		p.bad("value.by", sp, "RFC 2852 §4", "BY is seconds, a semicolon, and N (notify) or R (return), perhaps T (trace)")
	case mode[0] == 'R' && (negative || n == 0):
		p.bad("value.by", sp, "RFC 2852 §4", "with R the time must be more than 0 seconds")
	}
}

// holdForValue = %x31-39 *8DIGIT   RFC 4865 §3
func holdForValue(p *parser, sp Span) {
	if n, ok := number(p.slice(sp), 9); !ok || n == 0 || p.raw[sp.Start] == '0' {
		p.bad("value.number", sp, "RFC 4865 §3", "HOLDFOR is a number of seconds from 1 to 999999999")
	}
}

// dateValue is a date-time in UTC   RFC 3339 §5.6, RFC 4865 §3
func dateValue(p *parser, sp Span) {
	if _, err := time.Parse("2006-01-02T15:04:05Z", p.slice(sp)); err != nil {
		p.bad("value.date", sp, "RFC 3339 §5.6", "the date is written like 2030-01-31T12:00:00Z")
	}
}

// rrvsValue = date-time [";" ( "C" / "R" )]   RFC 7293 §3.1
func rrvsValue(p *parser, sp Span) {
	date, action, has := strings.Cut(p.slice(sp), ";")
	if _, err := time.Parse(time.RFC3339, date); err != nil || has && !strings.EqualFold(action, "C") && !strings.EqualFold(action, "R") {
		p.bad("value.date", sp, "RFC 7293 §3.1", "RRVS is a date like 2014-04-03T23:01:00Z, perhaps followed by ;C or ;R")
	}
}

// priorityValue = ( ["-"] %x31-39 ) / "0"   RFC 6710 §3
func priorityValue(p *parser, sp Span) {
	text := p.slice(sp)
	digit := strings.TrimPrefix(text, "-")
	if len(digit) != 1 || !isDigit(digit[0]) || text == "-0" {
		p.bad("value.priority", sp, "RFC 6710 §3", "the priority is a number from -9 to 9 without a plus sign")
	}
}

// mtrkValue = base64 without padding [":" 1*9DIGIT]   RFC 3885 §3.1
func mtrkValue(p *parser, sp Span) {
	certifier, seconds, has := strings.Cut(p.slice(sp), ":")
	if _, err := base64.RawStdEncoding.DecodeString(certifier); err != nil || certifier == "" {
		p.bad("value.base64", sp, "RFC 3885 §3.1", "MTRK begins with a hash in base64 without padding")
	}
	if _, ok := number(seconds, 9); has && !ok {
		p.bad("value.number", sp, "RFC 3885 §3.1", "behind the colon stands a number of seconds")
	}
}

// solicitValue = word *("," word)   RFC 3865 §2.2
func solicitValue(p *parser, sp Span) {
	for word := range strings.SplitSeq(p.slice(sp), ",") {
		if word == "" || !isAlpha(word[0]) || strings.Trim(word, ".-_:"+letDigits) != "" {
			p.bad("value.word", sp, "RFC 3865 §2.2", "each class begins with a letter and holds letters, digits and . - _ :")
			return
		}
	}
}

const letDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// transidValue = "<" local "@" domain ">"   RFC 1845 §2
func transidValue(p *parser, sp Span) {
	text := p.slice(sp)
	if len(text) < 5 || len(text) > 80 || text[0] != '<' || text[len(text)-1] != '>' || !strings.Contains(text, "@") {
		p.bad("value.transid", sp, "RFC 1845 §2", "TRANSID is <local@domain>, 80 octets at most")
	}
}

// xverpValue is two delimiter characters (Postfix VERP_README).
func xverpValue(p *parser, sp Span) {
	if sp.End-sp.Start != 2 {
		p.bad("value.xverp", sp, "Postfix VERP_README", "XVERP takes two delimiter characters, or no value")
	}
}
