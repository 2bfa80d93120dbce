// Package line is the face for pipes and plain terminals. It prints a session
// as RFC 5321 prints dialogues ("C: ", "S: ", and "# " for what was not on the
// wire) or as JSON Lines, and reads one line at a time.
//
//   - Run holds a session, for a person at a terminal or for a script.
//   - Send sends one message, headless, in a session of its own.
//   - Check, Explain, List, Show and Serve are the commands that need no session.
//
// What a script can rely on:
//
//   - Each line waits for the reply to the one before. Empty lines are passed
//     over, except as an answer in an AUTH exchange.
//   - "!" sends the rest of the line past the checks; ":" begins a local
//     command. Behind a 354 neither means anything: what comes is the message,
//     as it is, up to a line with a lone dot. Leading dots are doubled on the
//     wire and need no care, so ".." arrives as "..". A message that has a line
//     with nothing but a dot goes by ":data FILE".
//   - Behind "BDAT n" come the lines of the chunk, until they have n octets,
//     each line end witnessed as two.
//   - A line with an error ends the script with ExitHeld, unless
//     Options.AsTyped is set, or it is out of order only because the server
//     refused a line before it. A refusal ends the script only where
//     Options.StopOnError is set, or where it is the greeting. The text behind a refused DATA or BDAT and the answers behind a
//     refused AUTH are passed over, with an event that says so.
//   - Where the input ends, a QUIT is sent, with an event that says so. Where it
//     ends inside a message, the connection is closed, since what was sent of
//     the message could not be taken back (exit code 6); inside a chunk nothing
//     of it was sent (ExitHeld).
package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// Exit codes that are not a session's; those are Progress.ExitCode's.
const (
	ExitUsage   = 1  // the call, a setting, or a local command cannot be carried out
	exitRefused = 1  // --stop-on-error, and what was refused is no step of a session
	exitLost    = 6  // no reply in time to what is no step of a session
	ExitHeld    = 41 // the input did not validate
)

// Options say what to run, where from, and how to print it.
type Options struct {
	Console *console.Console
	Target  console.Target
	In      io.Reader
	// Out gets the dialogue, and what people read where JSON is not set.
	Out io.Writer
	// Err gets what people read where JSON is set, and the prompt where Out is
	// no terminal.
	Err io.Writer
	// Person is true where somebody types: there is a prompt, refusals are
	// explained, and a line with an error ends nothing.
	Person bool
	// Interrupts tells of Ctrl+C where there is a person; nil means never.
	Interrupts <-chan os.Signal
	// Gauge is a terminal for a line that shows how far a large message is, nil
	// for none.
	Gauge io.Writer
	// Columns is the width of Out, 0 where it is no terminal. Coloured is true
	// where it can show colours.
	Columns  int
	Coloured bool
	// JSON prints events as JSON Lines. AsTyped sends lines that have errors.
	// StopOnError ends a script at the first refusal.
	JSON, AsTyped, StopOnError bool
}

// Flags are the fields that flags can set.
func (o *Options) Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("Scripts", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.BoolVar(&o.JSON, "json", false, "print the events as JSON Lines")
	flags.BoolVar(&o.AsTyped, "as-typed", false, "send lines that have errors too")
	flags.BoolVar(&o.StopOnError, "stop-on-error", false, "end at the first refusal")
	return flags
}

// Run holds a session until the input ends, its user leaves or ctx does. It
// returns the process's exit code, and an error where no session could begin.
func Run(ctx context.Context, o Options) (int, error) {
	out := &witnessed{Writer: o.Out}
	o.Out = out
	f := &face{o: o, in: newInput(o.In), say: o.Out}
	if o.JSON || o.Person && o.Columns == 0 {
		f.say = o.Err
	}
	defer f.end() // a panic's way out too
	if err := f.begin(ctx, o.Target); err != nil {
		return ExitUsage, err
	}
	if f.session.Live() {
		f.loop(ctx)
	}
	f.farewell(ctx)
	f.end()
	if err := out.lost(); err != nil {
		return ExitUsage, err
	}
	return f.exit, nil
}

// witnessed notes the first failure of what is written: whoever reads a cut
// dialogue must not take it for the whole.
type witnessed struct {
	io.Writer
	err error
}

func (c *witnessed) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// lost is an error where the dialogue is not whole.
func (c *witnessed) lost() error {
	if c.err == nil {
		return nil
	}
	return fmt.Errorf("the dialogue could not be written, the session itself went on: %w", c.err)
}

// loop takes lines until that is over, one way or the other.
func (f *face) loop(ctx context.Context) {
	for f.goesOn(ctx) {
		text, err := f.next(ctx)
		if err != nil {
			f.inputEnded(err)
			return
		}
		if !f.take(ctx, text) {
			return
		}
	}
}

// face is one run. It belongs to the goroutine of Run.
type face struct {
	o       Options
	in      *input
	say     io.Writer // for people
	session *console.Session
	shown   *printer
	mended  string // what :fix sends; "" for nothing
	// unsent is true after an AUTH that was held: answers typed ahead of its
	// remarks must not go out as commands.
	unsent bool
	// assumed is the session as a script's writer will have had it in mind,
	// where a refusal led astray from that.
	assumed protocol.State
	astray  bool

	interrupted bool // the last thing that came was Ctrl+C
	stopped     bool // a script has come to its end, before that of its input
	exit        int  // 0 while nothing went wrong
}

// begin starts a session and shows how far it comes by itself.
func (f *face) begin(ctx context.Context, t console.Target) error {
	session, err := f.o.Console.Begin(t)
	if err != nil {
		return err
	}
	f.session, f.o.Target, f.mended, f.unsent, f.astray = session, t, "", false, false
	f.shown = &printer{
		log: session.Log, out: f.o.Out, say: f.say, gauge: f.o.Gauge, json: f.o.JSON,
		person: f.o.Person, columns: f.o.Columns, coloured: f.o.Coloured, ended: make(chan struct{}),
	}
	go f.shown.follow()
	if err := f.do(ctx, session.Dial); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// end closes the session, if there is one, and takes over how it went.
func (f *face) end() {
	if f.session == nil {
		return
	}
	if err := f.session.Close(); err != nil {
		f.tell("the record is not complete: " + err.Error())
	}
	<-f.shown.ended
	f.shown.show()
	f.exit = cmp.Or(f.exit, f.session.Log.Progress().ExitCode())
	f.session = nil
}

// next reads a line. Ctrl+C clears it; a second one leaves.
func (f *face) next(ctx context.Context) (string, error) {
	for {
		f.shown.ask()
		text, err := f.in.next(ctx, f.o.Interrupts)
		if err != nil && f.shown.answered() != "" {
			f.shown.tell("\n")
		}
		if !errors.Is(err, errInterrupted) || f.interrupted {
			f.interrupted = false
			return text, err
		}
		f.interrupted = true
		f.tell("press Ctrl+C again to leave")
	}
}

// inputEnded says why no more lines come, where that is not plain to see.
func (f *face) inputEnded(err error) {
	switch {
	case errors.Is(err, io.EOF) && f.session.Log.State().Phase == protocol.PhaseAuth:
		f.amiss(ExitHeld, "the input ended before the answers to AUTH")
	case errors.Is(err, io.EOF), errors.Is(err, context.Canceled), errors.Is(err, errInterrupted):
	default:
		f.stop(ExitUsage)
		f.tell("the input cannot be read: " + err.Error())
	}
}

// do carries something out that may wait for the server; Ctrl+C ends the
// waiting. An error that became an event is not returned.
func (f *face) do(ctx context.Context, action func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.watch(ctx, cancel)
	return f.unreported(action(ctx))
}

// watch lets the next Ctrl+C cancel ctx. Its goroutine ends with ctx.
func (f *face) watch(ctx context.Context, cancel context.CancelFunc) {
	go func() {
		select {
		case <-f.o.Interrupts:
			cancel()
		case <-ctx.Done():
		}
	}()
}

// unreported shows the events that err came with, and is err unless one of
// them tells of it.
func (f *face) unreported(err error) error {
	f.shown.show()
	var late interface{ Timeout() bool }
	if errors.As(err, &late) && late.Timeout() && !f.o.Person { // script and server are out of step
		f.stop(cmp.Or(f.session.Log.Progress().ExitCode(), exitLost))
	}
	if console.Reported(err) {
		return nil
	}
	return err
}

// stop ends a script with an exit code.
func (f *face) stop(code int) {
	f.stopped = true
	f.exit = cmp.Or(f.exit, code)
}

// note puts a remark of the console's own into the session.
func (f *face) note(code, text string) {
	f.session.Log.Append(protocol.Event{Kind: protocol.KindNote, Code: code, Text: text})
	f.shown.show()
}

// tell prints what people read, as lines that were not on the wire.
func (f *face) tell(text string) {
	f.shown.tell(aloud(text, f.o.Columns))
}

// amiss says what cannot be done. It ends a script, which cannot ask why.
func (f *face) amiss(code int, text string) bool {
	script := code == ExitHeld && !f.o.Person
	if script { // the record has to say it too
		f.note("input.held", text)
	}
	if !script || f.o.JSON { // else the note is to be read already
		f.tell(protocol.Safe(text))
	}
	if !f.o.Person {
		f.stop(code)
	}
	return f.o.Person
}
