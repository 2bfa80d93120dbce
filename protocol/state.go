package protocol

import "slices"

// Phase is how far a session has come (RFC 5321 §4.1.4 and §3). The zero
// value is PhaseClosed.
type Phase int

const (
	PhaseClosed    Phase = iota // no connection
	PhaseConnected              // connected; the whole greeting has not arrived
	PhaseGreeted                // greeted, or back there after STARTTLS or XCLIENT: EHLO comes next
	PhaseRefused                // greeted with 554 or 521: only QUIT makes sense
	PhaseReady                  // EHLO, HELO or LHLO accepted, no transaction open
	PhaseAuth                   // the server asked with 334: lines are base64 answers
	PhaseMail                   // a reverse-path is set
	PhaseRcpt                   // at least one recipient was accepted
	PhaseData                   // 354: lines are message text up to the lone dot
	PhaseVerdict                // the message is sent, its reply is outstanding
	PhaseChunk                  // BDAT chunks accepted, LAST not sent
	PhaseClosing                // QUIT sent, or 221 or 421 received
)

var phaseNames = [...]string{
	PhaseClosed: "closed", PhaseConnected: "connected", PhaseGreeted: "greeted", PhaseRefused: "refused",
	PhaseReady: "ready", PhaseAuth: "authenticating", PhaseMail: "mail", PhaseRcpt: "rcpt",
	PhaseData: "data", PhaseVerdict: "verdict", PhaseChunk: "chunks", PhaseClosing: "closing",
}

// String is the phase in one lower-case word.
func (p Phase) String() string { return phaseNames[p] }

// Rcpt is one recipient of the open transaction.
type Rcpt struct {
	Path string // forward-path without the angle brackets
	Code int    // the reply's code: 250, 251, or why it was refused
}

// Accepted tells whether the server took the recipient (RFC 5321 §4.2.2: 2yz).
func (r Rcpt) Accepted() bool { return r.Code/100 == 2 }

// Awaited is something sent whose reply has not arrived.
type Awaited struct {
	Seq int     // Seq of the event that reports the sending
	Cmd Command // zero for the greeting and for a body
	// Greeting is true for the first entry: the server speaks first.
	Greeting bool
	// Body is true where the octets of a message were sent: the reply is the verdict.
	Body bool
	// Raw is true where those octets went out untouched (Event.Raw): the verdict
	// comes only once the server finds the end of the data in them, or in more
	// of the kind.
	Raw bool
	// Rcpt is the recipient a reply after a message is for, in LMTP (RFC 2033
	// §4.2) and with PRDR.
	Rcpt string
}

// State is what a session is, folded from its events: Apply is the only thing
// that makes one from another. It is a value; copies share nothing that
// changes. The zero State is a session that has not begun.
type State struct {
	Phase Phase
	// Target is the address reached, as the connect event names it.
	Target string
	// Greeting is the text of the 220, "" before.
	Greeting string
	// Hello is the verb that was accepted: "EHLO", "HELO", "LHLO" or "".
	Hello string
	// Caps is what the last EHLO reply offered. It is forgotten after STARTTLS
	// (RFC 3207 §4.2).
	Caps Caps
	// TLS is nil in plain text.
	TLS *TLSInfo
	// Auth is the mechanism of the accepted AUTH, "" before.
	Auth string
	// AuthMech is the mechanism of the exchange under way, "" outside one.
	AuthMech string
	// AuthAsked counts the answers of that exchange, an initial response among them.
	AuthAsked int
	// AuthTried is true from the first AUTH command on, to the end of the
	// session and behind it: answers may be typed that nobody asks for.
	AuthTried bool
	// HasFrom tells a null reverse-path from none.
	HasFrom bool
	// From is the reverse-path without the angle brackets.
	From string
	// UTF8 is true where MAIL carried SMTPUTF8 (RFC 6531 §3.4).
	UTF8 bool
	// Body is what MAIL announced in BODY, upper case; "" without (RFC 6152 §2).
	Body string
	// Rcpts are the recipients tried in the open transaction, in order.
	Rcpts []Rcpt
	// Awaited are the commands whose replies are outstanding, oldest first.
	Awaited []Awaited
	// Messages counts the messages the server took responsibility for.
	Messages int
	// took is true once a verdict on the open message was good: in LMTP one
	// message has several.
	took bool
	// left is the phase QUIT was sent from, for a server that refuses it.
	left Phase
	// Addresses are the latest hundred paths used in this session, newest first,
	// for completion.
	Addresses []string
	// Name is what this client calls itself in EHLO, and Local is true where the
	// target was named as one for LMTP, which knows no EHLO (RFC 2033 §4.1). The
	// face sets both at the start; no event changes them.
	Name  string
	Local bool
	// inRcpts and inAwaited are where Rcpts and Awaited grow; nil for short ones.
	inRcpts   *growing[Rcpt]
	inAwaited *growing[Awaited]
}

// AcceptedRcpts counts the recipients the server took.
func (s State) AcceptedRcpts() int {
	n := 0
	for _, r := range s.Rcpts {
		if r.Accepted() {
			n++
		}
	}
	return n
}

// LMTP tells whether the session speaks LMTP (RFC 2033).
func (s State) LMTP() bool { return s.Hello == "LHLO" }

// HelloVerb is what the session begins with: EHLO, or LHLO where it is for LMTP.
func (s State) HelloVerb() string {
	if s.Local || s.LMTP() {
		return "LHLO"
	}
	return "EHLO"
}

// Busy tells whether a reply is outstanding.
func (s State) Busy() bool { return len(s.Awaited) > 0 }

// RawAwaited tells whether the verdict on a raw body is outstanding: the server
// may still be reading, and more raw octets may follow, such as EndOfData.
func (s State) RawAwaited() bool {
	return slices.ContainsFunc(s.Awaited, func(aw Awaited) bool { return aw.Raw })
}

// maxAddresses bounds what is proposed, and what every recipient copies.
const maxAddresses = 100

// remember puts path in front of the addresses used.
func (s State) remember(path string) State {
	if path == "" {
		return s
	}
	rest := slices.DeleteFunc(slices.Clone(s.Addresses), func(a string) bool { return a == path })
	s.Addresses = append([]string{path}, rest[:min(len(rest), maxAddresses-1)]...)
	return s
}
