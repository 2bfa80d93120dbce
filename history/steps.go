package history

import (
	"time"

	"smtpconsole/protocol"
)

// StepKind says what a Step did.
type StepKind string

const (
	StepGreeting StepKind = "greeting" // a connection was made: the reply is the server's greeting
	StepCommand  StepKind = "command"  // a line was sent
	StepAuth     StepKind = "auth"     // a whole exchange; the answers are in no record
	StepTLS      StepKind = "tls"      // STARTTLS with its handshake
	StepBody     StepKind = "body"     // the octets of a message, or a chunk with its BDAT line
)

// Step is one thing a session did, and what came of it: what replay sends
// again and comparison looks at.
type Step struct {
	// Seq is the number of the event that reports the sending; in a script the
	// place among its steps and replies.
	Seq  int
	Kind StepKind
	// Line is the command line, masked: of an AUTH no more than the mechanism, of
	// a chunk its BDAT line; "" for a greeting or the message behind DATA.
	Line string
	// Verb is the command's, or that of the command a body belongs to.
	Verb string
	// Body is the event of the octets, for StepBody.
	Body *protocol.Event
	// Replies are what the server answered, in order: several in LMTP (RFC 2033
	// §4.2), and where more came than was asked for. Of an AUTH exchange it is the
	// last one.
	Replies []protocol.Reply
	// TLS is what a handshake came to: that of a STARTTLS, or the one before a
	// greeting.
	TLS *protocol.TLSInfo
	// Group is the same for steps that were sent in one go (RFC 2920); 0 for
	// one sent alone.
	Group int
	// At is when it was sent, Took how long the last reply took; zero where
	// the record does not say.
	At   time.Time
	Took time.Duration
	// Expect is what a script demands of the reply; nil where the recorded
	// reply is what is expected.
	Expect *Expect
}

// Steps folds a session's events into what it did, in order. It takes any
// events: where one is missing, its step is, and a reply without a command
// counts for the step that it followed.
func Steps(events []protocol.Event) []Step {
	var f stepFold
	for _, ev := range events {
		f.apply(ev)
	}
	return f.steps
}

// stepTally counts the steps of a session, an event at a time. It is a value:
// apply makes one from another, and begins is the one rule by which a session is
// divided into steps.
type stepTally struct {
	n          int
	seq        int    // of the event that began the last step
	verb       string // of the line that the last step has been so far; "" where it is more, or none
	challenged bool   // the last step is an AUTH, and the server waits for an answer
}

// begins tells whether ev begins a step. An answer to a challenge (RFC 4954 §4)
// and a chunk behind its line (RFC 3030 §2) do not.
func (t stepTally) begins(ev protocol.Event) bool {
	switch ev.Kind {
	case protocol.KindConnect:
		return true
	case protocol.KindClient:
		return !t.challenged
	case protocol.KindBody:
		return ev.Cmd != "BDAT" || t.verb != ev.Cmd
	case protocol.KindServer: // the record begins in the middle
		return ev.Reply != nil && t.n == 0
	}
	return false
}

// apply returns the tally after ev, which has its number.
func (t stepTally) apply(ev protocol.Event) stepTally {
	switch {
	case t.begins(ev):
		t = stepTally{n: t.n + 1, seq: ev.Seq}
		if ev.Kind == protocol.KindClient {
			t.verb = ev.Cmd
		}
	case ev.Kind == protocol.KindBody:
		t.verb = ""
	case ev.Reply != nil && (ev.For == 0 || ev.For >= t.seq):
		t.challenged = t.verb == "AUTH" && ev.Reply.Code == 334
	}
	return t
}

// stepFold is Steps as far as it has come. The zero stepFold has seen nothing.
type stepFold struct {
	steps  []Step
	tally  stepTally
	seq    int // of the last event
	groups int // given out
}

// apply takes the next event. Events without a number, as an import may make
// them, are numbered.
func (f *stepFold) apply(ev protocol.Event) {
	if ev.Seq == 0 {
		ev.Seq = f.seq + 1
	}
	f.seq = ev.Seq
	if f.tally.begins(ev) {
		f.begin(ev)
	}
	f.tally = f.tally.apply(ev)
	switch ev.Kind {
	case protocol.KindTLS:
		f.secured(ev)
	case protocol.KindBody:
		f.last().sentBody(ev)
	case protocol.KindServer:
		f.answered(ev)
	}
}

// begin begins a step with ev: a greeting, unless something was sent.
func (f *stepFold) begin(ev protocol.Event) {
	switch ev.Kind {
	case protocol.KindClient:
		f.sent(ev)
	case protocol.KindBody:
		f.add(ev, Step{})
	default:
		f.add(ev, Step{Kind: StepGreeting})
	}
}

// add begins a step with ev.
func (f *stepFold) add(ev protocol.Event, st Step) {
	st.Seq, st.At, st.Verb = ev.Seq, ev.Time, ev.Cmd
	f.steps = append(f.steps, st)
}

// last is the step that was begun last; nil before the first.
func (f *stepFold) last() *Step {
	if len(f.steps) == 0 {
		return nil
	}
	return &f.steps[len(f.steps)-1]
}

// lineKinds are the kinds of the commands that are more than their line.
var lineKinds = map[string]StepKind{"AUTH": StepAuth, "STARTTLS": StepTLS}

// sent begins the step of a command line.
func (f *stepFold) sent(ev protocol.Event) {
	st := Step{Kind: StepCommand, Line: ev.Text}
	if kind, ok := lineKinds[ev.Cmd]; ok {
		st.Kind = kind
	}
	if st.Kind == StepAuth {
		st.Line = authLine(ev.Text)
	}
	st.Group = f.groupBehind(f.last())
	f.add(ev, st)
}

// authLine is an AUTH line without what may follow its mechanism.
func authLine(text string) string {
	line := "AUTH"
	if mechanism := protocol.Parse(text, protocol.State{}).Cmd.Mechanism; mechanism != "" {
		line += " " + mechanism
	}
	return line
}

// challenged tells whether the server waits for an answer in an exchange.
func (s *Step) challenged() bool {
	return s.Kind == StepAuth && len(s.Replies) > 0 && s.Replies[len(s.Replies)-1].Code == 334
}

// groupBehind is the group of a line sent behind the step before: 0 where that
// had its reply already.
func (f *stepFold) groupBehind(before *Step) int {
	if before == nil || before.Kind != StepCommand || len(before.Replies) > 0 {
		return 0
	}
	if before.Group == 0 {
		f.groups++
		before.Group = f.groups
	}
	return before.Group
}

// sentBody notes the octets that went out with the step.
func (s *Step) sentBody(ev protocol.Event) { s.Kind, s.Body = StepBody, &ev }

// secured notes a handshake.
func (f *stepFold) secured(ev protocol.Event) {
	if before := f.last(); before != nil && (before.Kind == StepTLS || before.Kind == StepGreeting) {
		before.TLS = ev.TLS
	}
}

// answered gives a reply to the step it belongs to. Of an exchange only the
// outcome is kept: how many challenges there are is the mechanism's affair.
func (f *stepFold) answered(ev protocol.Event) {
	if ev.Reply == nil {
		return
	}
	st := &f.steps[f.asked(ev)]
	if st.challenged() {
		st.Replies = st.Replies[:0]
	}
	st.Replies = append(st.Replies, *ev.Reply)
	if !st.At.IsZero() && !ev.Time.IsZero() {
		st.Took = ev.Time.Sub(st.At)
	}
}

// asked is the index of the step that a reply belongs to. An event belongs to
// the last step that began no later. A reply that names none is for the oldest
// of the steps at the end that wait for one, or else for the last step.
func (f *stepFold) asked(ev protocol.Event) int {
	i := len(f.steps) - 1
	if ev.For > 0 {
		for i > 0 && f.steps[i].Seq > ev.For {
			i--
		}
		return i
	}
	for i > 0 && len(f.steps[i].Replies) == 0 && len(f.steps[i-1].Replies) == 0 {
		i--
	}
	return i
}
