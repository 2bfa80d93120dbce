package protocol

import (
	"slices"
	"strings"
)

// effect is what a reply changes in the session. aw is what it answers.
type effect func(s State, aw Awaited, r Reply) State

// Apply returns the session after ev. It is pure: the same events give the
// same state live, from a record, and in the practice server.
func (s State) Apply(ev Event) State {
	switch ev.Kind {
	case KindConnect:
		return State{
			Phase: PhaseConnected, Target: ev.Text, Name: s.Name, Addresses: s.Addresses,
			Awaited: []Awaited{{Seq: ev.Seq, Greeting: true}},
		}
	case KindTLS:
		s.TLS = ev.TLS
	case KindClient:
		return s.sent(ev)
	case KindBody:
		return s.sentBody(ev)
	case KindServer:
		if ev.Reply != nil {
			return s.answered(*ev.Reply)
		}
	case KindClose:
		return State{Target: s.Target, Name: s.Name, Messages: s.Messages, Addresses: s.Addresses, AuthTried: s.AuthTried}
	}
	return s
}

// sent notes a command line whose reply is now awaited.
func (s State) sent(ev Event) State {
	if s.Phase == PhaseData {
		return s
	}
	cmd := commandOf(ev.Text, s)
	switch cmd.Verb {
	case "AUTH":
		s.AuthTried = true
		if s.Phase != PhaseAuth {
			s.AuthMech, s.AuthAsked = cmd.Mechanism, 0
			if cmd.Initial {
				s.AuthAsked = 1
			}
		}
	case "QUIT":
		s = s.leave()
	}
	return s.await(Awaited{Seq: ev.Seq, Cmd: cmd})
}

// leave is the session after QUIT was sent; a second one changes nothing.
func (s State) leave() State {
	if s.Phase != PhaseClosing {
		s.left, s.Phase = s.Phase, PhaseClosing
	}
	return s
}

// await appends without touching the array an older State may share.
func (s State) await(aw ...Awaited) State {
	s.Awaited = append(slices.Clip(s.Awaited), aw...)
	return s
}

// sentBody notes message octets. The replies to come are one verdict, in LMTP
// one for each accepted recipient (RFC 2033 §4.2); a BDAT line awaits its
// reply already (RFC 3030 §2).
func (s State) sentBody(ev Event) State {
	if ev.Cmd == "BDAT" {
		return s.sentChunk(ev)
	}
	s.Phase = PhaseVerdict
	return s.await(s.verdicts(ev.Seq)...)
}

func (s State) sentChunk(ev Event) State {
	n := len(s.Awaited)
	if n == 0 || !s.Awaited[n-1].Cmd.Last || !s.LMTP() {
		return s
	}
	s.Awaited = slices.Clip(s.Awaited[:n-1])
	return s.await(s.verdicts(ev.Seq)...)
}

func (s State) verdicts(seq int) []Awaited {
	if !s.LMTP() {
		return []Awaited{{Seq: seq, Body: true}}
	}
	return s.verdictsEach(seq)
}

// verdictsEach is a verdict for each accepted recipient, in order.
func (s State) verdictsEach(seq int) []Awaited {
	var all []Awaited
	for _, r := range s.Rcpts {
		if r.Accepted() {
			all = append(all, Awaited{Seq: seq, Body: true, Rcpt: r.Path})
		}
	}
	return all
}

// answered lets the oldest awaited command have its reply. With nothing
// awaited the reply was not asked for, and only a 421 means something.
func (s State) answered(r Reply) State {
	var aw Awaited
	if s.Busy() {
		aw, s.Awaited = s.Awaited[0], s.Awaited[1:]
		s = s.settle(aw, r)
	}
	if r.Code == 421 {
		s.Phase = PhaseClosing
	}
	return s
}

// settle applies the outcome that the row of aw has for r.
func (s State) settle(aw Awaited, r Reply) State {
	row := aw.row()
	if row == nil {
		return s
	}
	if out := row.Outcome(r.Code); out != nil && out.effect != nil {
		return out.effect(s, aw, r)
	}
	return s
}

// row is the table row whose outcomes read the reply to aw.
func (aw Awaited) row() *Spec {
	switch {
	case aw.Body:
		return verdictSpec
	case aw.Greeting:
		return greetingSpec
	}
	return Lookup(aw.Cmd.Verb)
}

// assumed is the session as it will be if the server says yes to the
// outstanding commands of a pipelined group.
func (s State) assumed() State {
	for s.Busy() {
		s = s.answered(yes(s.Awaited[0].row()))
	}
	return s
}

// Accepted is the session after ln was sent and taken with the reply its row
// names first. Nothing is known of the extensions offered: it is for judging
// lines without a server.
func (s State) Accepted(ln Line) State {
	s = s.Apply(ClientLine(ln.Raw, s))
	for s.Busy() {
		s = s.answered(s.yesFor(s.Awaited[0]))
	}
	s.Caps = Caps{}
	if ln.Cmd.Verb == "STARTTLS" { // the handshake is taken for done too
		s.TLS = &TLSInfo{}
	}
	return s
}

// yesFor is the good reply to aw; an AUTH exchange goes on as long as its
// mechanism asks, and ends where it is cancelled (RFC 4954 §4).
func (s State) yesFor(aw Awaited) Reply {
	if s.Phase == PhaseAuth && aw.Cmd.Arg == authCancel {
		return Reply{Code: 501, Lines: []string{""}}
	}
	if aw.Cmd.Verb == "AUTH" && s.AuthAsked < rounds(s.AuthMech) {
		return Reply{Code: 334, Lines: []string{""}}
	}
	return yes(aw.row())
}

// rounds is how many answers a mechanism takes, the initial response included.
func rounds(mech string) int {
	switch {
	case mech == "LOGIN" || mech == "DIGEST-MD5":
		return 2
	case strings.HasPrefix(mech, "SCRAM-"):
		return 3
	}
	return 1
}

// yes is a reply with the first outcome of row: rows name success first.
func yes(row *Spec) Reply {
	code := 250
	if row != nil {
		code = atoi(row.Outcomes[0].Reply)
	}
	return Reply{Code: code, Lines: []string{""}}
}

func atoi(digits string) int {
	n := 0
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

func codeDigits(code int) string {
	if code < 100 || code > 999 {
		return ""
	}
	return itoa(code)
}

// The effects the rows name.

func greeted(s State, _ Awaited, r Reply) State {
	s.Phase = PhaseGreeted
	s.Greeting = r.Lines[0]
	return s
}

func turnedAway(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseRefused
	return s
}

// helloed: EHLO and HELO also reset (RFC 5321 §4.1.4); HELO offers nothing.
func helloed(s State, aw Awaited, r Reply) State {
	s = cleared(s, aw, r)
	s.Phase = PhaseReady
	s.Hello = aw.Cmd.Verb
	s.Caps = ParseCaps(r)
	if s.Hello == "HELO" {
		s.Caps = Caps{Known: true, Name: s.Caps.Name}
	}
	return s
}

// cleared drops the transaction; the rest stands (RFC 5321 §4.1.1.5). Some
// servers take one without a hello.
func cleared(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseReady
	if s.Hello == "" {
		s.Phase = PhaseGreeted
	}
	s.HasFrom, s.From, s.UTF8, s.Body, s.Rcpts, s.took = false, "", false, "", nil, false
	return s
}

// mailed opens a transaction; a SEND that names nobody is taken for a slip.
func mailed(s State, aw Awaited, _ Reply) State {
	if !aw.Cmd.HasPath {
		return s
	}
	s.Phase = PhaseMail
	s.HasFrom, s.From = true, aw.Cmd.Path
	_, s.UTF8 = aw.Cmd.Param("SMTPUTF8")
	body, _ := aw.Cmd.Param("BODY")
	s.Body = strings.ToUpper(body)
	return s.remember(s.From)
}

func rcpted(s State, aw Awaited, r Reply) State {
	s.Rcpts = append(slices.Clip(s.Rcpts), Rcpt{aw.Cmd.Path, r.Code})
	if r.Class() == ClassDone {
		s.Phase = PhaseRcpt
		return s.remember(aw.Cmd.Path)
	}
	return s
}

func dataAsked(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseData
	return s
}

// perRecipient is PRDR's 353: a verdict for each accepted recipient follows,
// then one on the message.
func perRecipient(s State, aw Awaited, _ Reply) State {
	follow := append(s.verdictsEach(aw.Seq), Awaited{Seq: aw.Seq, Body: true})
	s.Phase, s.Awaited = PhaseVerdict, append(follow, s.Awaited...)
	return s
}

// judged ends a transaction, whatever the verdict (RFC 5321 §4.1.1.4); in LMTP
// the last recipient's reply does. With PRDR a recipient's says nothing about
// the message yet.
func judged(s State, aw Awaited, r Reply) State {
	if aw.Rcpt != "" && !s.LMTP() {
		return s
	}
	if r.Class() == ClassDone && !s.took {
		s.Messages++
		s.took = true
	}
	if s.Busy() && s.Awaited[0].Body {
		return s
	}
	return cleared(s, aw, r)
}

func chunked(s State, aw Awaited, r Reply) State {
	if aw.Cmd.Last {
		return judged(s, aw, r)
	}
	s.Phase = PhaseChunk
	return s
}

// chunkRefused: what any reply to LAST ends is ended (RFC 5321 §4.1.1.4); before
// it the message is undecided until RSET (RFC 3030 §2).
func chunkRefused(s State, aw Awaited, r Reply) State {
	if aw.Cmd.Last && r.Code != 503 {
		return cleared(s, aw, r)
	}
	return s
}

// secured: after STARTTLS the session is where the greeting left it, and all
// that was learned is void (RFC 3207 §4.2).
func secured(s State, aw Awaited, r Reply) State {
	s = cleared(s, aw, r)
	s.Phase, s.Hello, s.Caps, s.Auth = PhaseGreeted, "", Caps{}, ""
	return s
}

// asked is a 334: the next line answers it.
func asked(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseAuth
	s.AuthAsked++
	return s
}

func authenticated(s State, aw Awaited, _ Reply) State {
	s.Phase, s.Auth, s.AuthMech = PhaseReady, s.AuthMech, ""
	return s
}

// authFailed leaves the exchange; the client may try again (RFC 4954 §4).
func authFailed(s State, _ Awaited, _ Reply) State {
	if s.Phase == PhaseAuth {
		s.Phase = PhaseReady
	}
	s.AuthMech = ""
	return s
}

func closing(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseClosing
	return s
}

// unquit: a refused QUIT leaves the session open, where it was, unless the
// reply to an earlier command of its group has moved it since.
func unquit(s State, _ Awaited, _ Reply) State {
	if s.Phase == PhaseClosing {
		s.Phase = s.left
	}
	return s
}
