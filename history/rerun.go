package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// Player is what a replay needs of a live session. Each method that sends waits
// for the whole answer; a refusal is an answer and no error. An error says that
// nothing was sent, or that the answer will not come.
type Player interface {
	// Dial connects, and waits for the greeting.
	Dial(ctx context.Context) error
	// SendGroup sends lines in one write (RFC 2920).
	SendGroup(ctx context.Context, lines []string) error
	// Body sends a message behind a 354, untouched where raw is true. Path names
	// the file it is from, "" for none.
	Body(ctx context.Context, r io.Reader, path string, raw bool) error
	// Chunk sends a BDAT line, and as many octets of r as it announces (RFC 3030 §2).
	Chunk(ctx context.Context, line string, r io.Reader, path string) error
	// StartTLS begins TLS (RFC 3207); Login logs in with a mechanism, "" for the
	// best one offered (RFC 4954). Its secrets come from elsewhere than a record.
	StartTLS(ctx context.Context) error
	Login(ctx context.Context, mechanism string) error
	// State is what the session is now.
	State() protocol.State
	// Since returns the events behind the one numbered seq.
	Since(seq int) []protocol.Event
}

// ErrDone is returned where there is no next step. It wraps io.EOF, and so does
// the error of a connection that the server closed: ask for ErrDone.
var ErrDone = fmt.Errorf("all steps of the session are done: %w", io.EOF)

// Reasons for which a Rerun sends nothing. The step stays the next one: Skip
// passes over it, and Replace sends another line.
var (
	ErrHidden  = errors.New("the line held a secret, which is in no record: log in by an AUTH of the session, or send another line in its place")  // Step.Line has protocol.Hidden in it
	ErrNoBody  = errors.New("the octets of the message are nowhere to be found: keep larger ones with --keep-max, or name a \"file\" in a script") // neither in the record nor beside it
	ErrExposed = errors.New("the login is not sent in plain text; a script without that step sends it all the same")                               // TLS was to come before it
	ErrMessage = errors.New("the server waits for a message here, and the record has none: drop the connection, or send one")                      // a 354 where there was a refusal
)

// RerunOptions say how a session is run again. The zero options compare codes
// and do not wait.
type RerunOptions struct {
	CompareOptions
	// Store is where the messages are that are too large for their events; nil
	// for none.
	Store *Store
	// Trusted sends logins in plain text to a server where the session had TLS
	// for them.
	Trusted bool
	// Pace waits as long between the steps as their user did.
	Pace bool
}

// Rerun runs a session again on a live one, step by step. It decides nothing:
// between two steps its caller may stop, skip a step, put another line in its
// place, insert one, or send what it likes by the Player itself, which counts
// for nothing here. It has one user at a time, and starts no goroutine.
type Rerun struct {
	player Player
	steps  []Step
	o      RerunOptions

	at      int       // index of the next step
	instead string    // line to send in its place
	edited  bool      // there is one
	run     stepFold  // what the new run did
	heard   []string  // lines of the server since its last reply
	ready   time.Time // when the last step was done
	before  []Step    // what was done on another connection; see On
}

// NewRerun makes a replay of steps, which begins by connecting: a greeting is
// put in front where the steps have none. Nothing is sent yet.
func NewRerun(p Player, steps []Step, o RerunOptions) *Rerun {
	if len(steps) == 0 || steps[0].Kind != StepGreeting {
		steps = append([]Step{{Kind: StepGreeting, Expect: &Expect{}}}, steps...)
	}
	return &Rerun{player: p, steps: steps, o: o}
}

// Result is what came of a step.
type Result struct {
	// Index is the step's place in Rerun.Steps; -1 for a line that was inserted.
	Index int
	// Want is the step as it was, Got as it came out. Of a step that was not sent
	// Got is the zero Step.
	Want, Got Step
	// Differences is empty where all came as expected.
	Differences []Difference
	// Skipped says in words why the step was not sent; "" where it was.
	Skipped string
	// Heard are lines that came in the place of a reply and are none, or not a
	// whole one; nil where a reply came. They are the server's octets.
	Heard []string
	// Prepared is true where the step was done for the sake of a later one, and
	// not compared; see Needed.
	Prepared bool
}

// Steps are the steps to be run. They are not to be changed.
func (r *Rerun) Steps() []Step { return r.steps }

// Peek returns the place of the next step, and false where all are done.
func (r *Rerun) Peek() (index int, ok bool) { return r.at, r.at < len(r.steps) }

// Skip passes over the next step.
func (r *Rerun) Skip() Result {
	res := Result{Index: r.at, Want: r.steps[r.at], Skipped: "passed over"}
	r.at++
	r.edited = false
	return res
}

// Replace has line sent in place of the next step.
func (r *Rerun) Replace(line string) { r.instead, r.edited = line, true }

// Next carries out the next step, or all of its group (RFC 2920), and compares.
// After the last step the error is ErrDone. With another error and no result
// nothing was sent, and the step is still the next; with results it says why
// their replies are missing, and usually that the connection is over.
func (r *Rerun) Next(ctx context.Context) ([]Result, error) {
	if r.at >= len(r.steps) {
		return nil, ErrDone
	}
	steps := r.group()
	if err := r.wait(ctx, steps[0]); err != nil {
		return nil, err
	}
	before := r.catchUp()
	if why := r.unsendable(steps[0]); why != "" {
		res := r.Skip()
		res.Skipped = why
		res.Differences = []Difference{{Kind: DiffMissing, Want: res.Want.wanted(), Got: why}}
		return []Result{res}, nil
	}
	err := r.exposed(r.steps[:r.at+1])
	if err == nil {
		err = r.play(ctx, steps)
	}
	r.catchUp()
	got := r.run.steps[before:]
	if err != nil && len(got) == 0 {
		return nil, err
	}
	return r.results(steps, got), err
}

// Insert sends a line that the session did not have, in front of the next step.
func (r *Rerun) Insert(ctx context.Context, line string) (Result, error) {
	if r.player.State().Phase == protocol.PhaseData {
		return Result{Index: -1}, ErrMessage
	}
	before := r.catchUp()
	err := r.player.SendGroup(ctx, []string{line})
	r.catchUp()
	res := Result{Index: -1}
	if got := r.run.steps[before:]; len(got) > 0 {
		res.Got = got[0]
	}
	return res, err
}

// group is the next step, with those that were sent in the same go.
func (r *Rerun) group() []Step {
	rest := r.steps[r.at:]
	if r.edited {
		step := rest[0]
		step.Kind, step.Line = StepCommand, r.instead
		return []Step{step}
	}
	n := 1
	for rest[0].Group > 0 && n < len(rest) && rest[n].Group == rest[0].Group && rest[n].Kind == StepCommand {
		n++
	}
	return rest[:n]
}

// catchUp takes in what happened, and returns how many steps it were so far.
func (r *Rerun) catchUp() int {
	for _, ev := range r.player.Since(r.run.seq) {
		r.run.apply(ev)
		switch {
		case ev.Kind != protocol.KindServer:
		case ev.Reply != nil:
			r.heard = nil
		default:
			r.heard = append(r.heard, ev.Text)
		}
	}
	return len(r.run.steps)
}

// results compares what was to come with what came, and goes on behind it.
func (r *Rerun) results(want, got []Step) []Result {
	var all []Result
	for i := range want {
		res := Result{Index: r.at, Want: r.steps[r.at]}
		if i < len(got) {
			res.Got = got[i]
		}
		if res.Got.Kind != "" && len(res.Got.Replies) == 0 {
			res.Heard, r.heard = r.heard, nil
		}
		res.Differences = res.compare(r.o.CompareOptions)
		all = append(all, res)
		r.at++
	}
	r.edited, r.ready = false, time.Now()
	return all
}

// compare tells in what the step differs. What came in place of a reply says
// more than that none did; and one reply is what a script expects of a command.
func (res *Result) compare(o CompareOptions) []Difference {
	found := CompareStep(res.Want, res.Got, o)
	n := len(res.Got.Replies)
	if res.Want.Expect != nil && n > 1 && res.Got.Kind != StepBody {
		found = append(found, Difference{Kind: DiffReplies, Want: "1", Got: fmt.Sprint(n)})
	}
	for i := range found {
		if found[i].Kind == DiffReplies && len(res.Heard) > 0 {
			found[i].Want = res.Want.wanted()
			found[i].Got = fmt.Sprintf("%q, which is no whole reply", strings.Join(res.Heard, "\n"))
		}
	}
	return found
}

// wait lets as much time pass as the user of the session did before step.
func (r *Rerun) wait(ctx context.Context, step Step) error {
	if !r.o.Pace || r.at == 0 {
		return ctx.Err()
	}
	before := r.steps[r.at-1]
	if before.At.IsZero() || step.At.IsZero() {
		return ctx.Err()
	}
	timer := time.NewTimer(step.At.Sub(before.At.Add(before.Took)) - time.Since(r.ready))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// unsendable says why the octets of a step cannot go out where the session
// stands, because the server would take them for commands; "" where they can.
func (r *Rerun) unsendable(step Step) string {
	st := r.player.State()
	switch {
	case step.Kind != StepBody:
		return ""
	case st.Phase == protocol.PhaseClosed || st.Phase == protocol.PhaseClosing:
		return "not sent: the server had closed the connection"
	case step.Verb != "BDAT" && st.Phase != protocol.PhaseData && !(step.Body.Raw && st.RawAwaited()):
		return "not sent: the server did not ask for the message"
	case step.Verb == "BDAT" && st.Caps.Missing("CHUNKING"):
		return "not sent: the server does not offer CHUNKING"
	}
	return ""
}

// exposed is an error for a login, the last of steps, where one before it encrypts
// the session and this one is not encrypted: who takes STARTTLS away on the way
// would be given the password.
func (r *Rerun) exposed(steps []Step) error {
	last := len(steps) - 1
	if steps[last].Kind != StepAuth || r.edited || r.o.Trusted || r.player.State().TLS != nil {
		return nil
	}
	for i, step := range steps[:last] {
		if step.TLS != nil || step.Kind == StepTLS && step.Expect != nil && !step.Refused() {
			return fmt.Errorf("step %d, %s, was to encrypt the session: %w", i+1, step.Sent(), ErrExposed)
		}
	}
	return nil
}

// play carries out one step, or a group of lines.
func (r *Rerun) play(ctx context.Context, steps []Step) error {
	step := steps[0]
	switch {
	case step.Kind == StepGreeting:
		return r.player.Dial(ctx)
	case step.Kind == StepBody:
		return r.sendBody(ctx, step)
	case r.player.State().Phase == protocol.PhaseData:
		return ErrMessage
	case step.Kind == StepTLS:
		return r.player.StartTLS(ctx)
	case step.Kind == StepAuth:
		_, mechanism, _ := strings.Cut(step.Line, " ")
		return r.player.Login(ctx, mechanism)
	}
	lines := make([]string, len(steps))
	for i, st := range steps {
		if lines[i] = st.Line; strings.Contains(st.Line, protocol.Hidden) && !r.edited {
			return fmt.Errorf("send %q: %w", st.Line, ErrHidden)
		}
	}
	return r.player.SendGroup(ctx, lines)
}

func (r *Rerun) sendBody(ctx context.Context, step Step) error {
	octets, err := r.o.Store.Octets(step.Body)
	if err != nil {
		return err
	}
	defer octets.Close()
	if step.Verb == "BDAT" {
		return r.player.Chunk(ctx, step.Line, octets, step.Body.Path)
	}
	return r.player.Body(ctx, octets, step.Body.Path, step.Body.Raw)
}

// wanted is what was to come of the step, in a word.
func (s *Step) wanted() string {
	switch e := s.Expect; {
	case e != nil && e.Code > 0:
		return fmt.Sprint(e.Code)
	case e != nil && e.Class > 0:
		return fmt.Sprintf("%dyz", e.Class)
	}
	return cmp.Or(codes(*s), "a reply")
}

// codes are a step's replies as digits, for who reads a difference.
func codes(st Step) string {
	var all []string
	for _, reply := range st.Replies {
		all = append(all, fmt.Sprint(reply.Code))
	}
	return strings.Join(all, " ")
}
