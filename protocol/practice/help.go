package practice

import (
	"strings"

	"smtpconsole/protocol"
)

// help is RFC 5321 §4.1.1.8.
func (s *session) help(cmd protocol.Command) protocol.Reply {
	if cmd.Arg == "" {
		return say(214, "2.0.0", s.overview()...)
	}
	spec := protocol.Lookup(firstWord(cmd.Arg))
	if spec == nil {
		return say(504, "5.5.4", "no command has this name: HELP alone lists them")
	}
	lines := []string{spec.Syntax, spec.Summary + " (" + spec.Ref + ")"}
	if _, known := s.server.handlers[spec.Verb]; !known {
		lines = append(lines, "this server does not carry it out")
	}
	return say(214, "2.0.0", lines...)
}

// overview is what HELP alone says.
func (s *session) overview() []string {
	lines := []string{"a server to practise on: nothing leaves it; HELP VERB explains one of these"}
	lines = append(lines, s.verbs())
	lines = append(lines, "recipients are anyone at "+strings.Join(domains[:], " and ")+"; some behave in their own way:")
	for _, r := range residents {
		lines = append(lines, "  "+r.name+": "+r.summary)
	}
	return append(lines,
		"EXPN staff lists three people",
		"AUTH takes the user "+Username+" with the password "+Password+"; real servers want STARTTLS before it")
}

// verbs lists the commands that are carried out, in the order of a session.
func (s *session) verbs() string {
	var verbs []string
	for _, spec := range protocol.Catalogue() {
		if _, known := s.server.handlers[spec.Verb]; known {
			verbs = append(verbs, spec.Verb)
		}
	}
	return strings.Join(verbs, " ")
}
