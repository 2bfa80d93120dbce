package protocol

// heloArgs = SP Domain   RFC 5321 §4.1.1.1
func heloArgs(p *parser) { p.hello(false) }

// ehloArgs = SP ( Domain / address-literal )   RFC 5321 §4.1.1.1
func ehloArgs(p *parser) { p.hello(true) }

func (p *parser) hello(literal bool) {
	if verb := p.tokens[0].Span; p.spec.Verb != "LHLO" && p.spec.foreign(*p.st) {
		p.note(Error, "hello.lmtp", verb.Start, verb.End, "RFC 2033 §4.1", "LMTP knows no "+p.spec.Verb+": its hello is LHLO", edit{verb, "LHLO"})
		literal = true // what is to come in its place takes one
	}
	p.expect(wantHost, p.pos)
	name := p.word()
	if name.Start == name.End {
		var edits []edit
		if p.st.Name != "" {
			edits = []edit{{Span{p.tokens[0].End, len(p.raw)}, " " + p.st.Name}}
		}
		p.missing("hello.name", p.spec.Verb+" needs the name of this machine, or its address as [127.0.0.1]", edits...)
		return
	}
	p.helloName(name, literal)
	if start := p.pos; p.blanks() > 0 && !p.end() {
		p.pos = len(p.raw)
		p.note(Error, "hello.extra", start+1, p.pos, p.spec.Ref, "one name and nothing else stands behind "+p.spec.Verb, remove(start, p.pos))
	}
}

func (p *parser) helloName(name Span, literal bool) {
	text := p.slice(name)
	switch {
	case !p.ascii("hello.ascii", name):
		return
	case text[0] == '[' && !literal:
		p.note(Error, "hello.literal", name.Start, name.End, "RFC 5321 §4.1.1.1", "HELO takes a name only: an address literal needs EHLO",
			edit{p.tokens[0].Span, "EHLO"})
	case isIPv4(text) && !literal:
		p.note(Warning, "domain.literal", name.Start, name.End, "RFC 5321 §4.1.3", "an address is no name: EHLO takes it in square brackets",
			edit{p.tokens[0].Span, "EHLO"}, edit{name, "[" + text + "]"})
		return
	}
	p.domain(name)
}
