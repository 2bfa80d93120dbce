package practice

import (
	"fmt"

	"smtpconsole/protocol"
)

// ehlo is RFC 5321 §4.1.1.1.
func (s *session) ehlo(cmd protocol.Command) protocol.Reply {
	s.hello = firstWord(cmd.Arg)
	return say(250, "", append([]string{s.server.opts.Name + " greets you"}, s.offers()...)...)
}

// offers are the service extensions, one a line. AUTH is offered in plain text
// too, since people type it here by hand; STARTTLS goes once TLS is up (RFC
// 3207 §4.2); EXPN must be listed where it works (RFC 5321 §3.5.2).
func (s *session) offers() []string {
	list := []string{
		fmt.Sprintf("SIZE %d", s.server.opts.Limits.Message),
		"8BITMIME", "SMTPUTF8", "PIPELINING", "DSN", "CHUNKING", "ENHANCEDSTATUSCODES", "EXPN", "HELP",
	}
	auth := "AUTH"
	for _, m := range mechanisms {
		auth += " " + m.name
	}
	list = append(list, auth)
	if s.st.TLS == nil {
		list = append(list, "STARTTLS")
	}
	return list
}

// helo is RFC 5321 §4.1.1.1; it offers nothing.
func (s *session) helo(cmd protocol.Command) protocol.Reply {
	s.hello = firstWord(cmd.Arg)
	return say(250, "", s.server.opts.Name+" greets you")
}

// startTLS is RFC 3207 §4; the handshake follows its reply.
func (s *session) startTLS(protocol.Command) protocol.Reply {
	s.starttls = true
	return say(220, "2.0.0", "begin TLS now")
}

// noPlaintext ends the session of a client that sent more behind STARTTLS: it
// would be read as if it had come protected (RFC 3207 §6).
func (s *session) noPlaintext(_ protocol.Line, refused bool) error {
	if refused || !s.link.pending() {
		return nil
	}
	return hangUp{say(554, "5.5.1", "STARTTLS must be the last command of a group: what follows it in plain text could be anyone's, so it is thrown away and the connection closed (RFC 3207 §6)")}
}

// noop is RFC 5321 §4.1.1.9.
func (s *session) noop(protocol.Command) protocol.Reply {
	return say(250, "2.0.0", "nothing done, as asked")
}

// quit is RFC 5321 §4.1.1.10.
func (s *session) quit(protocol.Command) protocol.Reply {
	s.ending = true
	return say(221, "2.0.0", s.server.opts.Name+" closes the connection")
}
