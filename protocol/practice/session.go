package practice

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"

	"smtpconsole/protocol"
)

// session is one dialogue. Its fields belong to the goroutine that runs it.
type session struct {
	server *Server
	link   *link
	number int
	// st is folded from this session's own events, as the console folds them.
	st protocol.State
	// tx is the open transaction beyond what st knows.
	tx transaction
	// login is the exchange under way in PhaseAuth.
	login exchange
	// hello is what the client called itself.
	hello string

	commands, errors, failures int // command lines, refused ones, wrong passwords

	starttls bool // 220 was the answer to STARTTLS, and the handshake is not done
	ending   bool // the reply being sent is the last
	unread   bool // what the client still sends will not be read
}

// handler carries out one verb. The line is one that protocol.Parse and this
// server's rules let pass.
type handler struct {
	run func(*session, protocol.Command) protocol.Reply
	// follows deals with what the client sent right behind the line, also where
	// the line itself is refused; nil leaves it to be the next command. Its
	// error ends the session.
	follows func(s *session, ln protocol.Line, refused bool) error
}

// handlers are the verbs this server carries out.
func handlers() map[string]handler {
	return map[string]handler{
		"EHLO":     {run: (*session).ehlo},
		"HELO":     {run: (*session).helo},
		"STARTTLS": {run: (*session).startTLS, follows: (*session).noPlaintext},
		"AUTH":     {run: (*session).auth},
		"MAIL":     {run: (*session).mail},
		"RCPT":     {run: (*session).rcpt},
		"DATA":     {run: (*session).data},
		"BDAT":     {run: (*session).bdat, follows: (*session).chunk},
		"RSET":     {run: (*session).rset},
		"NOOP":     {run: (*session).noop},
		"VRFY":     {run: (*session).vrfy},
		"EXPN":     {run: (*session).expn},
		"HELP":     {run: (*session).help},
		"QUIT":     {run: (*session).quit},
	}
}

func newSession(s *Server, nc net.Conn, number int) *session {
	return &session{server: s, link: newLink(s, nc), number: number}
}

// run holds the dialogue from the greeting to the end of the connection.
func (s *session) run(greeting protocol.Reply) {
	defer s.server.dismiss(s.link.raw)
	s.observe(protocol.Event{Kind: protocol.KindConnect, Text: peer(s.link.raw)})
	s.answer(greeting)
	var err error
	for err == nil && !s.ending {
		err = s.turn()
	}
	s.finish(err)
}

// peer is the client's address; a connection within the process may have none.
func peer(nc net.Conn) string {
	if addr := nc.RemoteAddr(); addr != nil {
		return addr.String()
	}
	return "in process"
}

// turn takes what the client sends next and answers it.
func (s *session) turn() error {
	r, err := s.take()
	if err != nil {
		return err
	}
	s.answer(r)
	if s.starttls {
		return s.handshake()
	}
	return nil
}

// take reads by what the state says comes next.
func (s *session) take() (protocol.Reply, error) {
	switch s.st.Phase {
	case protocol.PhaseData:
		return s.text()
	case protocol.PhaseAuth:
		return s.response()
	default:
		return s.command()
	}
}

// command reads a command line and carries it out or refuses it.
func (s *session) command() (protocol.Reply, error) {
	raw, fault := s.link.readLine(s.server.opts.Limits.Line)
	if fault != nil && !isLineFault(fault) {
		return protocol.Reply{}, fault
	}
	before := s.st
	ln := protocol.Parse(raw, before)
	ln.Diags = append(lineFault(fault), ln.Diags...)
	s.observe(protocol.ClientLine(raw, before))
	r, err := s.carryOut(ln, before)
	if err != nil {
		return r, err
	}
	return r, s.count(r)
}

// carryOut answers a line read in state before.
func (s *session) carryOut(ln protocol.Line, before protocol.State) (protocol.Reply, error) {
	h, known := s.server.handlers[ln.Cmd.Verb]
	r, refused := refusal(ln, before)
	if h.follows != nil && spelledOut(ln) {
		if err := h.follows(s, ln, refused); err != nil {
			return r, err
		}
	}
	switch {
	case refused:
		return r, nil
	case !known:
		return say(502, "5.5.1", ln.Cmd.Verb+" is not carried out here: HELP lists what is"), nil
	}
	return h.run(s, ln.Cmd), nil
}

// spelledOut tells whether ln begins with its verb, not with a slip of it.
func spelledOut(ln protocol.Line) bool {
	return strings.EqualFold(firstWord(strings.TrimLeft(ln.Raw, " \t")), ln.Cmd.Verb)
}

// firstWord is text up to its first blank.
func firstWord(text string) string {
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i]
	}
	return text
}

// count counts the command that r answers; too many, or too many refused, end
// the session in place of r.
func (s *session) count(r protocol.Reply) error {
	limits := s.server.opts.Limits
	s.commands++
	if r.Refused() {
		s.errors++
	}
	switch {
	case s.errors > limits.Errors:
		return hangUp{tooMany("refused commands", limits.Errors)}
	case s.commands > limits.Commands:
		return hangUp{tooMany("commands", limits.Commands)}
	}
	return nil
}

// answer sends a reply and lets the state follow it. What was kept of a
// transaction goes when the state says that it is over.
func (s *session) answer(r protocol.Reply) {
	if r.Code == 421 {
		s.ending, s.unread = true, true
	}
	lines := wire(r)
	for i, line := range lines {
		ev := protocol.Event{Kind: protocol.KindServer, Text: line}
		if i == len(lines)-1 {
			ev.Reply = &r
		}
		s.observe(ev)
		s.link.w.WriteString(line + "\r\n")
	}
	if !s.st.HasFrom {
		s.tx = transaction{}
	}
}

// observe lets the state follow an event and shows it to the log.
func (s *session) observe(ev protocol.Event) {
	ev.Time = s.server.opts.Now()
	s.st = s.st.Apply(ev)
	s.server.opts.Log(s.number, ev)
}

// handshake upgrades the connection after the 220 to STARTTLS. A client that
// fails has no plain text to fall back to (RFC 3207 §4).
func (s *session) handshake() error {
	tlsState, err := s.link.upgrade()
	if err != nil {
		s.observe(protocol.Event{Kind: protocol.KindError, Code: "tls.handshake", Text: err.Error()})
		return err
	}
	s.starttls, s.hello = false, ""
	s.observe(protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{
		Version: tls.VersionName(tlsState.Version),
		Cipher:  tls.CipherSuiteName(tlsState.CipherSuite),
		Verdict: "the client showed no certificate",
	}})
	return nil
}

// finish says goodbye where somebody can still hear it, and closes.
func (s *session) finish(err error) {
	who := "closed by the practice server"
	if r, ok := s.farewell(err); ok {
		s.answer(r)
	} else if err != nil {
		who = "closed by the client"
	}
	s.link.close(s.unread || s.link.pending())
	s.observe(protocol.Event{Kind: protocol.KindClose, Text: who})
}

// hangUp is the error that ends a session with a last reply of its own.
type hangUp struct{ reply protocol.Reply }

func (h hangUp) Error() string { return "hung up: " + h.reply.Text() }

// farewell is the reply to what ended the dialogue; false where the client is
// gone or, in the middle of a handshake, could not read it.
func (s *session) farewell(err error) (protocol.Reply, bool) {
	var end hangUp
	switch {
	case errors.As(err, &end):
		s.unread = true
		return end.reply, true
	case s.starttls || !errors.Is(err, os.ErrDeadlineExceeded):
		return protocol.Reply{}, false
	case s.server.closingNow():
		return shutdown(), true
	}
	return say(421, "4.4.2", s.silence()), true
}

// silence says what the client was waited for.
func (s *session) silence() string {
	text := "nothing was said for " + s.server.opts.Limits.Idle.String() + ": closing"
	if c := s.tx.content; c != nil && s.st.Phase == protocol.PhaseData && c.bareLF > 0 {
		text += "; the message had lines that end in LF alone, and only CR LF . CR LF ends it (RFC 5321 §4.1.1.4)"
	}
	return text
}
