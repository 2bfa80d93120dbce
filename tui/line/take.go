package line

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// take does what a typed line asks for, and returns false where that ends the run.
func (f *face) take(ctx context.Context, text string) bool {
	prompt := f.shown.answered()
	st := f.session.State()
	if f.strayAnswer(text, st) {
		f.note("auth.skipped", "a line was not sent: it looks like an answer to AUTH, and no exchange is open")
		return true
	}
	action := console.Resolve(text, st)
	if held, ok := action.(console.Hold); ok {
		if !f.o.AsTyped && !f.excused(held.Line) {
			return f.hold(held.Line, st, prompt)
		}
		action = f.overridden(held.Line)
	}
	switch a := action.(type) {
	case console.Send:
		if prompt != "" { // the carets count from behind the mark, too
			prompt += strings.TrimSuffix(text, a.Line)
		}
		return f.send(ctx, a, st, prompt)
	case console.Chunk:
		return f.chunk(ctx, a.Line, st, prompt)
	}
	return f.local(ctx, action, st)
}

// overridden is what sends a held line as it is. The octets of a chunk go with
// its line: a server waits for them even where it refuses them (RFC 3030 §2).
func (f *face) overridden(ln protocol.Line) console.Action {
	if ln.Cmd.Size > 0 {
		return console.Chunk{Line: ln}
	}
	action := console.ResolveAsTyped("!" + ln.Raw)
	if send, ok := action.(console.Send); ok {
		send.AsTyped = f.o.AsTyped
		return send
	}
	return action
}

// sequence begins the codes of remarks on lines that are out of order.
const sequence = "sequence."

// excused tells whether ln, which has errors, has them only because the server
// refused what a script said before it. It goes out, as the script has it.
func (f *face) excused(ln protocol.Line) bool {
	if f.o.Person || !f.astray {
		return false
	}
	for _, d := range ln.Diags {
		if d.Severity == protocol.Error && !strings.HasPrefix(d.Code, sequence) {
			return false
		}
	}
	return !protocol.Parse(ln.Raw, f.assumed).Held()
}

// follow notes where a session is that was in state st, and where it would be
// had ln been accepted. An exchange is not followed: its answers may stay unsent.
func (f *face) follow(ln protocol.Line, st protocol.State) {
	if asksBack(ln, challenge) || st.Phase == protocol.PhaseAuth {
		return
	}
	if !f.astray {
		f.assumed = st
	}
	f.assume(f.assumed.Accepted(ln))
}

func (f *face) assume(st protocol.State) {
	f.assumed, f.astray = st, st.Phase != f.session.Log.State().Phase
}

// strayAnswer tells whether text would give away an answer to an AUTH that is
// over, or that never went out.
func (f *face) strayAnswer(text string, st protocol.State) bool {
	if st.Phase == protocol.PhaseAuth || st.Phase == protocol.PhaseData || !f.unsent && !st.AuthTried {
		return false
	}
	return text != "" && protocol.Lookup(text) == nil && (text == "*" || looksBase64(text))
}

// looksBase64 tells whether text has the letters and the length of base64.
func looksBase64(text string) bool {
	digits := strings.TrimRight(text, "=")
	return len(text)%4 == 0 && len(text)-len(digits) <= 2 &&
		strings.Trim(digits, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == ""
}

// hold shows what is wrong with a line, and notes that it was not sent.
func (f *face) hold(ln protocol.Line, st protocol.State, prompt string) bool {
	_ = f.session.Do(context.Background(), console.Hold{Line: ln}) // only notes it
	f.shown.show()
	f.remarks(ln, st, prompt, "held: ")
	f.mended, _ = ln.Fix()
	f.unsent = f.unsent || asksBack(ln, challenge)
	advice := "not sent: :fix sends the mended line, and ! in front of it sends it as you typed it"
	switch {
	case !f.o.Person:
		advice = "not sent, and the script ends here: mend the line, or run the script with --as-typed"
	case f.mended == "":
		advice = "not sent: ! in front of the line sends it as you typed it"
	}
	return f.amiss(ExitHeld, advice)
}

// remarks shows what there is to say about ln: under the line as it was typed,
// where that is on the screen as it is, else below a copy of it.
func (f *face) remarks(ln protocol.Line, st protocol.State, prompt, label string) {
	m := aside(label)
	if prompt != "" && f.o.Columns > 0 && protocol.Safe(ln.Raw) == ln.Raw {
		m = under(prompt)
	}
	if worst, any := protocol.Worst(ln.Diags); any && (worst > protocol.Hint || f.o.Person) {
		var b strings.Builder
		writeRemarks(&b, m, ln, st)
		f.shown.tell(b.String())
	}
}

// Replies that ask for more: answers in an exchange (RFC 4954 §4), and a
// message (RFC 5321 §4.1.1.4).
const (
	challenge = "334"
	goAhead   = "354"
)

// asksBack tells whether the command of ln can be answered with a reply that
// asks for more, as its row in the catalogue says.
func asksBack(ln protocol.Line, reply string) bool {
	return ln.Spec != nil && slices.ContainsFunc(ln.Spec.Outcomes, func(o protocol.Outcome) bool { return o.Reply == reply })
}

// send puts a line on the wire, and then the message that it began.
func (f *face) send(ctx context.Context, a console.Send, st protocol.State, prompt string) bool {
	ln := protocol.Parse(a.Line, st)
	f.remarks(ln, st, prompt, "")
	f.unsent = false
	if !f.perform(ctx, a) {
		return false
	}
	f.follow(ln, st)
	switch now := f.session.Log.State(); {
	case now.Phase == protocol.PhaseData:
		return f.message(ctx)
	case asksBack(ln, goAhead) && !f.o.Person && !over(now):
		f.skip(ctx, "data.skipped", "the message behind "+ln.Spec.Verb, func(text string) bool { return text == loneDot })
		f.assume(delivered(f.assumed))
	}
	return true
}

// perform lets the session carry out a, and returns false where that ends the run.
func (f *face) perform(ctx context.Context, a console.Action) bool {
	return f.attempt(ctx, func(ctx context.Context) error { return f.session.Do(ctx, a) })
}

// attempt is do for what needs a connection. It returns false where the run ends.
func (f *face) attempt(ctx context.Context, action func(context.Context) error) bool {
	if !f.session.Live() {
		return f.amiss(ExitUsage, console.ErrNoConnection.Error())
	}
	before := f.session.Log.Len()
	return f.settle(ctx, before, f.do(ctx, action))
}

// settle judges what came of an attempt that began after event seq, and
// returns false where the run ends.
func (f *face) settle(ctx context.Context, seq int, err error) bool {
	switch {
	case ctx.Err() != nil || f.stopped:
		return false
	case errors.Is(err, context.Canceled):
		f.tell("not waited for any longer: the reply is shown when it comes")
	case err != nil:
		return f.amiss(ExitUsage, err.Error())
	}
	return !f.o.StopOnError || f.o.Person || !f.refusedSince(seq)
}

// refusedSince tells whether the server said no to anything after event seq,
// and gives the run the exit code for that.
func (f *face) refusedSince(seq int) bool {
	for seq++; seq <= f.session.Log.Len(); seq++ {
		ev, _ := f.session.Log.Event(seq)
		if ev.Reply == nil || !ev.Reply.Refused() {
			continue
		}
		asked, _ := f.session.Log.Event(ev.For)
		f.stop(cmp.Or(history.RefusalCode(asked), exitRefused))
		f.tell("the server refused, and the script ends here")
		return true
	}
	return false
}
