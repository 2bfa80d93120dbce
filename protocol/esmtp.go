package protocol

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// params = *(SP esmtp-param)   RFC 5321 §4.1.2
func (p *parser) params() {
	for {
		start := p.pos
		if p.blanks(); p.end() {
			p.expectParam(start)
			break
		}
		p.gapBefore(start)
		p.param()
	}
	p.together()
}

// gapBefore judges the blanks from start up to a parameter.
func (p *parser) gapBefore(start int) {
	if p.pos-start > 1 && !p.end() {
		p.note(Error, "param.spaces", start, p.pos, "RFC 5321 §4.1.2", "one space separates what stands behind the verb", edit{Span{start, p.pos}, " "})
	}
}

// expectParam is the end of the line behind a path or a parameter.
func (p *parser) expectParam(start int) {
	switch {
	case p.pos > start:
		p.expect(wantParam, start+1)
		p.paramGhost = true
	case p.ghost == "" && len(p.expects) == 0:
		p.ghost, p.paramGhost = " ", true
	}
}

// param = esmtp-keyword ["=" esmtp-value]   RFC 5321 §4.1.2
func (p *parser) param() {
	if p.peek() == '(' {
		start := p.pos
		p.pos = len(p.raw)
		p.note(Error, "path.comment", start, p.pos, "RFC 5321 §4.1.2", "comments belong into the header", remove(max(0, start-1), p.pos))
		return
	}
	sp := p.word()
	text := p.slice(sp)
	if strings.ContainsAny(text, "<>@") && !strings.Contains(text, "=") {
		p.note(Error, "path.several", sp.Start, sp.End, p.spec.Ref, "only one path stands in a command; what follows it are parameters")
		return
	}
	parts := p.split(sp)
	name := strings.ToUpper(p.slice(parts.name))
	p.cmd.Params = append(p.cmd.Params, ParamValue{name, p.slice(parts.value)})
	p.token(parts.name.Start, parts.name.End, RoleParam, name)
	p.token(parts.value.Start, parts.value.End, RoleValue, name)
	if !isEsmtpKeyword(name) {
		p.note(Error, "param.name", parts.name.Start, max(parts.name.End, parts.name.Start+1), "RFC 5321 §4.1.2",
			fmt.Sprintf("%q is no parameter name: letters, digits and hyphens", name))
		return
	}
	p.judge(name, parts)
}

// paramParts are the places of a parameter's name and value; without "=" the
// value is empty and stands behind the name.
type paramParts struct {
	name, value Span
	has         bool
}

// split divides a parameter at its "=". Blanks beside it are a fault that is
// mended by joining the words: "SIZE = 100".
func (p *parser) split(sp Span) paramParts {
	equals := strings.IndexByte(p.slice(sp), '=')
	behind := strings.TrimLeft(p.raw[sp.End:], " \t")
	switch {
	case equals < 0 && !strings.HasPrefix(behind, "="):
		return paramParts{name: sp, value: Span{sp.End, sp.End}}
	case equals < 0:
		return p.joined(Span{sp.Start, sp.End})
	case sp.Start+equals+1 == sp.End && isLoneWord(behind):
		return p.joined(Span{sp.Start, sp.Start + equals})
	}
	at := sp.Start + equals
	return paramParts{Span{sp.Start, at}, Span{at + 1, sp.End}, true}
}

// isLoneWord tells whether what follows "NAME=" can only be its value.
func isLoneWord(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	return word != "" && !strings.Contains(word, "=")
}

func (p *parser) joined(name Span) paramParts {
	p.pos = name.End
	p.blanks()
	p.pos++ // the "="
	p.blanks()
	value := p.word()
	p.note(Error, "param.equals", name.End, value.Start, "RFC 5321 §4.1.2", "no space may stand beside the = of a parameter",
		edit{Span{name.End, value.Start}, "="})
	return paramParts{name, value, true}
}

// judge checks a well-formed parameter against its row.
func (p *parser) judge(name string, parts paramParts) {
	at := parts.name
	if p.end() && !parts.has {
		p.expect(wantParam, at.Start)
	}
	par := findParam(p.spec, name)
	if par == nil {
		p.strange(parts, name)
		return
	}
	p.repeated(par, parts)
	if p.st.Caps.Missing(par.Keyword) {
		p.note(Warning, "param.offered", at.Start, at.End, "RFC 5321 §4.1.1.11",
			fmt.Sprintf("the server does not offer %s: it will probably answer 555", par.Keyword), remove(max(0, at.Start-1), parts.value.End))
	}
	p.paramValue(par, parts)
}

func findParam(spec *Spec, name string) *Param {
	if i := paramRow(spec, name); i >= 0 {
		return spec.Params[i]
	}
	return nil
}

// paramRow returns the index of a parameter's row, or -1.
func paramRow(spec *Spec, name string) int {
	return slices.IndexFunc(spec.Params, func(par *Param) bool { return par.Name == name })
}

// strange is a parameter the verb does not take: another's, or nobody's.
func (p *parser) strange(parts paramParts, upper string) {
	name := parts.name
	for _, other := range pathVerbs {
		if other.verb != p.spec.Verb && slices.ContainsFunc(other.params, func(par *Param) bool { return par.Name == upper }) {
			p.note(Error, "param.misplaced", name.Start, name.End, "RFC 5321 §4.1.1.11", upper+" belongs to "+other.verb+", not to "+p.spec.Verb)
			return
		}
	}
	p.note(Warning, "param.unknown", name.Start, name.End, "RFC 5321 §4.1.1.11",
		fmt.Sprintf("no parameter called %q is registered: the server will probably answer 555", upper))
	if parts.has && parts.value.Start == parts.value.End {
		p.note(Error, "param.value", name.End, parts.value.End, "RFC 5321 §4.1.2", "a value must stand behind the =, or leave the = out",
			remove(name.End, parts.value.End))
	}
	p.octetsOf(upper, parts.value)
}

// pathVerbs name the two commands that take parameters.
var pathVerbs = []struct {
	verb   string
	params []*Param
}{{"MAIL", mailParams}, {"RCPT", rcptParams}}

// repeated goes by the rows seen, not the parameters: a line can hold thousands.
func (p *parser) repeated(par *Param, parts paramParts) {
	bit := uint64(1) << paramRow(p.spec, par.Name)
	if p.given&bit != 0 {
		p.note(Error, "param.twice", parts.name.Start, parts.value.End, "RFC 5321 §4.1.1.11", par.Name+" may be given once",
			remove(max(0, parts.name.Start-1), parts.value.End))
	}
	p.given |= bit
}

func (p *parser) paramValue(par *Param, parts paramParts) {
	name, value := parts.name, parts.value
	empty := value.Start == value.End
	switch {
	case !parts.has && (par.value == nil || par.optional):
	case parts.has && par.value == nil:
		p.note(Error, "param.value", name.End, value.End, par.Ref, par.Name+" takes no value", remove(name.End, value.End))
	case empty:
		p.note(Error, "param.value", name.End, value.End, par.Ref, par.Name+" needs a value: "+par.Syntax)
		p.expectValue(par, parts)
	default:
		p.expectValue(par, parts)
		if p.octetsOf(par.Name, value) {
			par.value(p, value)
		}
	}
}

// expectValue offers the row's words where the line ends in the value.
func (p *parser) expectValue(par *Param, parts paramParts) {
	if parts.value.End != len(p.raw) {
		return
	}
	if parts.has && len(par.Values) > 0 {
		p.expects = append(p.expects, expectation{kind: wantValue, start: parts.value.Start, param: par})
	}
	if parts.value.Start == parts.value.End {
		p.ghost = par.Syntax[len(p.raw)-parts.name.Start:]
	}
}

// octetsOf: esmtp-value = 1*(%d33-60 / %d62-126), UTF-8 with SMTPUTF8   RFC 5321 §4.1.2, RFC 6531 §3.3
func (p *parser) octetsOf(name string, sp Span) bool {
	text := p.slice(sp)
	if i := strings.IndexByte(text, '='); i >= 0 {
		p.note(Error, "param.octet", sp.Start+i, sp.Start+i+1, "RFC 5321 §4.1.2", "a second = cannot stand in a value: xtext writes it +3D",
			edit{Span{sp.Start + i, sp.End}, strings.ReplaceAll(text[i:], "=", "+3D")})
		return false
	}
	if p.foreign(text) {
		p.note(Error, "param.octet", sp.Start, sp.End, "RFC 5321 §4.1.2", name+" takes printable ASCII only")
		return false
	}
	return true
}

// foreign tells whether text holds what even SMTPUTF8, if it may be offered,
// does not allow in a command.
func (p *parser) foreign(text string) bool {
	return !isASCII(text) && (p.st.Caps.Missing("SMTPUTF8") || !utf8.ValidString(text))
}

// isEsmtpKeyword: (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")   RFC 5321 §4.1.2
func isEsmtpKeyword(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isLetDig(s[i]) && (s[i] != '-' || i == 0) {
			return false
		}
	}
	return s != ""
}

// together checks what parameters mean to one another.
func (p *parser) together() {
	for _, rule := range paramRules {
		_, a := p.cmd.Param(rule.param)
		if !a || findParam(p.spec, rule.param) == nil {
			continue
		}
		if _, b := p.cmd.Param(rule.other); b != rule.required {
			at := p.paramSpan(rule.param)
			p.note(rule.severity, rule.code, at.Start, at.End, rule.ref, rule.message)
		}
	}
}

// paramRules say which parameters need or exclude one another.
var paramRules = []struct {
	param, other string
	required     bool
	severity     Severity
	code, ref    string
	message      string
}{
	{"HOLDUNTIL", "HOLDFOR", false, Error, "param.excludes", "RFC 4865 §3", "HOLDFOR and HOLDUNTIL exclude each other: keep one"},
	{"MTRK", "ENVID", true, Error, "param.requires", "RFC 3885 §3.1", "MTRK needs ENVID beside it"},
}

// paramSpan finds a parameter's name among the tokens.
func (p *parser) paramSpan(name string) Span {
	for _, t := range p.tokens {
		if t.Role == RoleParam && t.Help == name {
			return t.Span
		}
	}
	return Span{}
}

// number reads 1*max DIGIT without sign.
func number(s string, most int) (int64, bool) {
	if s == "" || len(s) > most || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil { // 20 digits do not fit: as large as can be
		return 1<<63 - 1, true
	}
	return n, true
}
