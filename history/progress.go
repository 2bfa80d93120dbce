package history

import (
	"fmt"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// step is a stage of a session that can fail, in the order sessions go.
type step int

const (
	stepConnect step = iota
	stepGreeting
	stepHello
	stepTLS
	stepAuth
	stepMail
	stepRcpt
	stepData
	stepMessage
	stepQuit
	stepEnd   // the connection was to last until QUIT
	stepInput // the script was to validate
	stepCount
)

// exitCodes are the process exit codes of the steps; scripts know them from swaks.
var exitCodes = [stepCount]int{
	stepConnect: 2, stepGreeting: 21, stepHello: 22, stepTLS: 29, stepAuth: 28, stepMail: 23,
	stepRcpt: 24, stepData: 25, stepMessage: 26, stepQuit: 27, stepEnd: 6, stepInput: 41,
}

// verbSteps says which step the reply to a verb decides. The other verbs may
// be refused without harm to a session.
var verbSteps = map[string]step{
	"EHLO": stepHello, "HELO": stepHello, "LHLO": stepHello, "STARTTLS": stepTLS, "AUTH": stepAuth,
	"MAIL": stepMail, "RCPT": stepRcpt, "DATA": stepData, "BDAT": stepMessage, "QUIT": stepQuit,
}

// errorSteps says which step an error event fails, by how its code begins. The
// first row that fits counts.
var errorSteps = []struct {
	prefix string
	step   step
	words  string
}{
	{"dial.tls", stepTLS, "TLS failed"},
	{"dial.", stepConnect, "no connection"},
	{"greeting.", stepConnect, "no SMTP greeting"},
	{"tls.", stepTLS, "TLS failed"},
	{"timeout.tls", stepTLS, "TLS failed: timeout"},
	{"input.held", stepInput, "a line of the script was held"},
}

// Progress is how far a session has come, folded from its events. It is a
// value: Apply makes one from another. The zero Progress has seen nothing.
type Progress struct {
	// State is the session's state after the same events.
	State protocol.State
	// Start and End are the times of the first and the last event.
	Start, End time.Time
	// Steps counts the session's steps, as the function of that name divides it.
	Steps int
	// Rcpts and Accepted count the recipients tried and taken in all transactions.
	Rcpts, Accepted int
	// TLS is the version in use, with "unverified" where nobody vouches for
	// the server, or "" for plain text.
	TLS string

	tally    stepTally
	verdict  string            // what the server said when it took the last message
	tookSeq  int               // Seq of the last message that an LMTP recipient took
	standing [stepCount]string // how a step stands failed, in words; "" where it does not
	lasting  [stepCount]bool   // nothing that comes later mends the step
}

// ExitCode is 0 where all went as expected, else the code of the earliest step
// that stands failed. A refused MAIL or DATA, a transaction whose every RCPT
// was refused, and a refused message stay failures, whatever a later
// transaction comes to. Of the other steps the last answer counts, so that an
// EHLO refused before an accepted HELO is none.
func (p Progress) ExitCode() int {
	if s, failed := p.failed(); failed {
		return exitCodes[s]
	}
	return 0
}

// RefusalCode is the exit code for who stops at a refusal of what was sent: a
// client, body or connect event. It is 0 where the refusal is no harm to a
// session, as of VRFY.
func RefusalCode(sent protocol.Event) int {
	switch sent.Kind {
	case protocol.KindConnect:
		return exitCodes[stepGreeting]
	case protocol.KindBody:
		return exitCodes[stepMessage]
	}
	if s, ok := verbSteps[sent.Cmd]; ok {
		return exitCodes[s]
	}
	return 0
}

// failed returns the earliest step that stands failed.
func (p Progress) failed() (step, bool) {
	for s, words := range p.standing {
		if words != "" {
			return step(s), true
		}
	}
	return 0, false
}

// Outcome says in words how it ended, or how it stands: what failed first,
// and what was accepted. What the server said in it is safe to show.
func (p Progress) Outcome() string {
	var parts []string
	if s, failed := p.failed(); failed {
		parts = append(parts, p.standing[s])
	}
	if p.Rcpts > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d recipients accepted", p.Accepted, p.Rcpts))
	}
	switch n := p.State.Messages; {
	case n == 1:
		parts = append(parts, "message accepted: "+p.verdict)
	case n > 1:
		parts = append(parts, fmt.Sprintf("%d messages accepted, the last: %s", n, p.verdict))
	case len(parts) == 0:
		return "no message sent"
	}
	return strings.Join(parts, ", ")
}

// Over tells whether nothing more can come of it: the connection is closed, or
// QUIT was answered (RFC 5321 §4.1.1.10).
func (p Progress) Over() bool {
	phase := p.State.Phase
	return p.Steps > 0 && (phase == protocol.PhaseClosed || phase == protocol.PhaseClosing && !p.State.Busy())
}

// Apply returns the progress after ev.
func (p Progress) Apply(ev protocol.Event) Progress {
	if p.Start.IsZero() {
		p.Start = ev.Time
	}
	p.End = ev.Time
	p.tally = p.tally.apply(ev)
	p.Steps = p.tally.n
	switch ev.Kind {
	case protocol.KindConnect:
		p.standing[stepConnect], p.standing[stepEnd] = "", ""
	case protocol.KindTLS:
		p.standing[stepTLS], p.TLS = "", tlsWords(ev.TLS)
	case protocol.KindServer:
		p = p.answer(ev)
	case protocol.KindError, protocol.KindNote:
		p = p.trouble(ev)
	case protocol.KindClose:
		p = p.end(ev)
	}
	return p.fold(ev)
}

// fold brings the state forward, and keeps what was said about a message the
// server took by that.
func (p Progress) fold(ev protocol.Event) Progress {
	before := p.State.Messages
	p.State = p.State.Apply(ev)
	if p.State.Messages > before && ev.Reply != nil {
		p.verdict = quote(ev.Reply.Text())
	}
	return p
}

// answered returns what ev is the reply to, and false where it is none, or
// one that nobody asked for.
func (p Progress) answered(ev protocol.Event) (protocol.Awaited, bool) {
	if ev.Kind != protocol.KindServer || ev.Reply == nil || len(p.State.Awaited) == 0 {
		return protocol.Awaited{}, false
	}
	return p.State.Awaited[0], true
}

// answer notes what a reply means for the step it decides.
func (p Progress) answer(ev protocol.Event) Progress {
	if ev.Reply != nil && ev.Reply.Code == 421 && p.State.Phase != protocol.PhaseClosing {
		p.standing[stepEnd] = "closed unexpectedly: 421"
	}
	asked, ok := p.answered(ev)
	s, decides := p.stepOf(asked)
	if !ok || !decides {
		return p
	}
	words := ""
	no := ev.Reply.Refused() || s == stepData && ev.Reply.Class() != protocol.ClassMore
	if no && !p.spared(s, asked) {
		words = fmt.Sprintf("refused at %s: %d", stepWord(s, asked), ev.Reply.Code)
	}
	return p.decide(s, words).count(s, asked, !no)
}

// decide notes how step s stands, "" for well. An accepted MAIL begins another
// transaction, which cannot mend what the one before it came to.
func (p Progress) decide(s step, words string) Progress {
	if !p.lasting[s] {
		p.standing[s] = words
	}
	switch {
	case words != "":
		p.lasting[s] = p.lasting[s] || s == stepMail || s == stepData
	case s == stepMail:
		p.lasting[stepRcpt] = p.standing[stepRcpt] != ""
		p.lasting[stepMessage] = p.standing[stepMessage] != ""
	}
	return p
}

// spared tells whether a refusal at step s leaves it as it stands, because
// another recipient was accepted, or took the message (RFC 2033 §4.2).
func (p Progress) spared(s step, asked protocol.Awaited) bool {
	if s == stepRcpt {
		return p.State.AcceptedRcpts() > 0
	}
	return asked.Rcpt != "" && asked.Seq == p.tookSeq
}

// count keeps the numbers that an answer at step s changes.
func (p Progress) count(s step, asked protocol.Awaited, accepted bool) Progress {
	if s == stepRcpt {
		p.Rcpts++
	}
	if s == stepRcpt && accepted {
		p.Accepted++
	}
	if asked.Rcpt != "" && accepted {
		p.tookSeq = asked.Seq
	}
	return p
}

// stepOf returns the step that the reply to asked decides.
func (p Progress) stepOf(asked protocol.Awaited) (step, bool) {
	switch {
	case asked.Body:
		return stepMessage, true
	case p.State.Phase == protocol.PhaseConnected && asked.Cmd.Verb == "":
		return stepGreeting, true
	}
	s, ok := verbSteps[asked.Cmd.Verb]
	return s, ok
}

// stepWord names what was refused.
func stepWord(s step, asked protocol.Awaited) string {
	switch s {
	case stepGreeting:
		return "greeting"
	case stepMessage:
		return "message"
	}
	return asked.Cmd.Verb
}

// trouble notes the step that an error event fails, if it fails one. A note
// can, where a script ended because of what it said.
func (p Progress) trouble(ev protocol.Event) Progress {
	if ev.Code == "tls.not-tls" && p.State.Greeting == "" { // the wrong port
		p.standing[stepConnect] = "no TLS on this port"
		return p
	}
	for _, row := range errorSteps {
		if rest, ok := strings.CutPrefix(ev.Code, row.prefix); ok {
			p.standing[row.step] = strings.TrimSuffix(row.words+": "+strings.TrimPrefix(rest, "."), ": ")
			return p
		}
	}
	if strings.HasPrefix(ev.Code, "timeout.") && p.State.Busy() {
		return p.unanswered(p.State.Awaited[0])
	}
	return p
}

// unanswered notes that the server took too long. A reply that comes after
// all replaces this.
func (p Progress) unanswered(asked protocol.Awaited) Progress {
	if s, decides := p.stepOf(asked); decides {
		p.standing[s] = "no reply in time to " + stepWord(s, asked)
	}
	return p
}

// end notes a connection that ended before QUIT, and not by its user.
func (p Progress) end(ev protocol.Event) Progress {
	if p.State.Phase != protocol.PhaseClosing && ev.Code != "close.user" {
		p.standing[stepEnd] = "closed unexpectedly"
	}
	return p
}

// tlsWords is a session's protection in one or two words.
func tlsWords(t *protocol.TLSInfo) string {
	switch {
	case t == nil:
		return ""
	case !t.Verified:
		return t.Version + " unverified"
	}
	return t.Version
}

// maxQuote bounds what is quoted of a reply, in octets.
const maxQuote = 160

// quote is the first line of a reply's text, cut and made safe to show.
func quote(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return protocol.Safe(first[:min(len(first), maxQuote)])
}
