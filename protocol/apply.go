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
			Phase: PhaseConnected, Target: ev.Text, Name: s.Name, Local: s.Local, Addresses: s.Addresses,
			Awaited: []Awaited{{Seq: ev.Seq, Greeting: true}},
		}
	case KindTLS:
		s.TLS = ev.TLS
	case KindHeld:
		s.AuthTried = s.AuthTried || mentionsAuth(ev.Text)
	case KindClient:
		return s.sent(ev)
	case KindBody:
		return s.sentBody(ev)
	case KindServer:
		if ev.Reply != nil {
			return s.answered(*ev.Reply)
		}
	case KindClose:
		return State{Target: s.Target, Name: s.Name, Local: s.Local, Messages: s.Messages, Addresses: s.Addresses, AuthTried: s.AuthTried}
	}
	return s
}

// sent notes a command line whose reply is now awaited.
func (s State) sent(ev Event) State {
	if s.Phase == PhaseData {
		return s
	}
	cmd := commandOf(ev.Text, s)
	s.AuthTried = s.AuthTried || mentionsAuth(ev.Text)
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

// await appends and leaves what an older State has of the queue.
func (s State) await(aw ...Awaited) State {
	s.Awaited, s.inAwaited = s.inAwaited.appended(s.Awaited, aw...)
	return s
}

// sentBody notes message octets. The replies to come are one verdict, in LMTP
// one for each accepted recipient (RFC 2033 §4.2); a BDAT line awaits its
// reply already (RFC 3030 §2), and raw octets behind raw octets the one of the
// first.
func (s State) sentBody(ev Event) State {
	switch {
	case ev.Cmd == "BDAT":
		return s.sentChunk(ev)
	case ev.Raw && s.RawAwaited():
		return s
	}
	s.Phase = PhaseVerdict
	return s.await(s.verdicts(ev)...)
}

func (s State) sentChunk(ev Event) State {
	n := len(s.Awaited)
	if n == 0 || !s.Awaited[n-1].Cmd.Last || !s.LMTP() {
		return s
	}
	s.Awaited = slices.Clip(s.Awaited[:n-1])
	return s.await(s.verdicts(ev)...)
}

func (s State) verdicts(ev Event) []Awaited {
	aw := Awaited{Seq: ev.Seq, Body: true, Raw: ev.Raw}
	if !s.LMTP() {
		return []Awaited{aw}
	}
	return s.verdictsEach(aw)
}

// verdictsEach is aw for each accepted recipient, in order.
func (s State) verdictsEach(aw Awaited) []Awaited {
	var all []Awaited
	for _, r := range s.Rcpts {
		if r.Accepted() {
			aw.Rcpt = r.Path
			all = append(all, aw)
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
