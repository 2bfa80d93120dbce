package protocol

import (
	"strings"
)

// wantKind names one kind of thing that can stand at the end of a line.
type wantKind int

const (
	wantVerb wantKind = iota
	wantTopic
	wantHost
	wantKeyword
	wantSender
	wantRecipient
	wantParam
	wantValue
	wantMechanism
	wantFixed
)

// expectation is one kind with the offset its text starts at. The texts are
// made only when somebody asks, so that a parse stays cheap.
type expectation struct {
	kind  wantKind
	start int
	param *Param
	words []string
}

// expect notes that the line may go on with kind from start.
func (p *parser) expect(kind wantKind, start int) {
	if kind == wantVerb || !p.atVerb(start) {
		p.expects = append(p.expects, expectation{kind: kind, start: start})
	}
}

// atVerb tells whether at is right behind the verb, where only a space fits.
func (p *parser) atVerb(at int) bool { return len(p.tokens) > 0 && at == p.tokens[0].End }

// Wants returns what could follow at the end of the line, likeliest first,
// filtered by what is typed already. st must be the state the line was parsed in.
func (ln Line) Wants(st State) []Want {
	var wants []Want
	for _, e := range ln.expects {
		typed := ln.Raw[min(e.start, len(ln.Raw)):]
		for _, w := range e.texts(ln.Spec, st) {
			if fold(w.Text, typed) && !strings.EqualFold(w.Text, typed) {
				wants = append(wants, Want{e.start, w.Text, w.Help})
			}
		}
	}
	return wants
}

// Ghost returns the rest of the syntax after the end of the line, to be shown
// faint: it is a hint and cannot be sent. st must be the state the line was
// parsed in.
func (ln Line) Ghost(st State) string {
	if !ln.paramGhost {
		return ln.ghost
	}
	const most = 3 // parameters that are hinted at
	var parts []string
	for _, par := range ln.Spec.Params {
		if _, given := ln.Cmd.Param(par.Name); !given && st.Caps.Has(par.Keyword) && len(parts) < most {
			parts = append(parts, "["+par.Syntax+"]")
		}
	}
	return ln.ghost + strings.Join(parts, " ")
}

// fold tells whether text begins with prefix, in any case.
func fold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// texts are the candidates of an expectation.
func (e expectation) texts(spec *Spec, st State) []Want {
	switch e.kind {
	case wantVerb:
		return verbWants(st)
	case wantTopic:
		return topicWants()
	case wantHost:
		return hostWants(st)
	case wantKeyword:
		return []Want{{Text: pathKeyword(spec) + "<", Help: "then the address"}}
	case wantSender, wantRecipient:
		return addressWants(spec, st)
	case wantParam:
		return paramWants(spec, st)
	case wantValue:
		return wordWants(e.param.Values, e.param.Summary)
	case wantMechanism:
		return mechanismWants(st)
	default:
		return wordWants(e.words, "")
	}
}

// verbWants offers the rows that are legal now first, then the rest.
func verbWants(st State) []Want {
	var now, later []Want
	for _, s := range catalogue {
		if s.Obsolete != "" {
			continue
		}
		w := Want{Text: s.Opening(), Help: s.Summary}
		if s.Fits(st) {
			now = append(now, w)
		} else {
			later = append(later, w)
		}
	}
	return append(now, later...)
}

// topicWants are the verbs alone, as HELP takes them.
func topicWants() []Want {
	wants := make([]Want, len(catalogue))
	for i, s := range catalogue {
		wants[i] = Want{Text: s.Verb, Help: s.Summary}
	}
	return wants
}

// Opening is how a line of this command begins, up to the first thing a
// person must fill in.
func (s *Spec) Opening() string {
	head, _, _ := strings.Cut(s.Template, "${")
	return head
}

func hostWants(st State) []Want {
	wants := []Want{}
	if st.Name != "" {
		wants = append(wants, Want{Text: st.Name, Help: "this machine's name"})
	}
	return append(wants, Want{Text: "[127.0.0.1]", Help: "an address literal, where there is no name"})
}

// pathKeyword is "FROM:" or "TO:" as the row's syntax has it.
func pathKeyword(spec *Spec) string {
	head, _, _ := strings.Cut(spec.Syntax, "<")
	return head[strings.IndexByte(head, ' ')+1:]
}

// addressWants are the paths used in this session, and the two special ones.
func addressWants(spec *Spec, st State) []Want {
	var wants []Want
	for _, a := range st.Addresses {
		wants = append(wants, Want{Text: a + ">", Help: "used before"})
	}
	if spec != nil && spec.Verb == "RCPT" {
		return append(wants, Want{Text: "postmaster>", Help: "every server must take it"})
	}
	return append(wants, Want{Text: ">", Help: "null reverse-path: no reports, as bounces have it"})
}

// paramWants are the row's parameters that are offered or may be.
func paramWants(spec *Spec, st State) []Want {
	var wants []Want
	for _, par := range spec.Params {
		if st.Caps.Missing(par.Keyword) || (!st.Caps.Known && par.rare) {
			continue
		}
		wants = append(wants, Want{Text: par.opening(), Help: par.Summary})
	}
	return wants
}

// opening is the parameter up to its value.
func (par *Param) opening() string {
	if par.value == nil || par.optional {
		return par.Name
	}
	return par.Name + "="
}

func mechanismWants(st State) []Want {
	if st.Caps.Known {
		return wordWants(st.Caps.Mechanisms(), "offered by the server")
	}
	return wordWants([]string{"PLAIN", "LOGIN", "CRAM-MD5"}, "")
}

func wordWants(words []string, help string) []Want {
	wants := make([]Want, len(words))
	for i, w := range words {
		wants[i] = Want{Text: w, Help: help}
	}
	return wants
}
