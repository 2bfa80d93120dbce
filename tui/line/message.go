package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// loneDot is the line that ends a message (RFC 5321 §4.1.1.4).
const loneDot = "."

// message sends what is typed from here on as the message a 354 asked for.
// While it is typed Ctrl+C is the text's to deal with, and then the waiting's.
func (f *face) message(ctx context.Context) bool {
	if f.o.Person {
		f.tell("now the message: header fields, an empty line, text; a line with a lone dot ends it")
	}
	before := f.session.Log.Len()
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	text := &typed{f: f, ctx: waiting, end: func() { f.watch(waiting, cancel) }}
	stop := f.whenClosed(cancel)
	once := console.Octets{Open: func() (io.ReadCloser, error) { return io.NopCloser(text), nil }}
	err := f.session.SendMessage(waiting, once, nil)
	stop()
	return f.settle(ctx, before, f.unreported(err))
}

// whenClosed calls cancel where the connection ends before stop is called:
// what is typed then has nowhere to go.
func (f *face) whenClosed(cancel func()) (stop func()) {
	stopped := make(chan struct{})
	go func(done <-chan struct{}) {
		select {
		case <-done:
			cancel()
		case <-stopped:
		}
	}(f.session.Done())
	return func() { close(stopped) }
}

// errUnfinished ends a message, and with it the connection.
var errUnfinished = errors.New("the input ended before a line with a lone dot")

// typed is the text of a message as it is typed, without the lone dot.
type typed struct {
	f      *face
	ctx    context.Context // of the one message
	end    func()          // called when the text is whole
	rest   string          // read and not delivered
	warned bool            // Ctrl+C was pressed once
}

// Read delivers text line by line.
func (t *typed) Read(p []byte) (int, error) {
	for t.rest == "" {
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

func (t *typed) fill() error {
	text, err := t.f.in.next(t.ctx, t.f.o.Interrupts)
	switch {
	case errors.Is(err, errInterrupted) && !t.warned:
		t.warned = true
		t.f.shown.tell("\n")
		t.f.tell("SMTP cannot cancel a message: end it with a lone dot, or press Ctrl+C again to drop the connection")
		return nil
	case errors.Is(err, io.EOF):
		return errUnfinished
	case err != nil:
		return err
	case text == loneDot:
		t.end()
		return io.EOF
	}
	t.rest = text + "\n"
	return nil
}

// chunk collects the octets that a BDAT line announced and sends both. To a
// server that does not offer CHUNKING the line goes alone: its refusal would
// leave the octets to be read as commands.
func (f *face) chunk(ctx context.Context, ln protocol.Line, st protocol.State, prompt string) bool {
	f.remarks(ln, st, prompt, "")
	octets := chunk{size: ln.Cmd.Size}
	if st.Caps.Missing(ln.Spec.Keyword) {
		goesOn := f.perform(ctx, console.Send{Line: ln.Raw, AsTyped: f.o.AsTyped})
		f.follow(ln, st)
		if goesOn && !f.o.Person && !over(f.session.Log.State()) && !octets.full() {
			f.skip(ctx, "bdat.skipped", "the chunk behind "+ln.Spec.Verb, octets.add)
		}
		return goesOn
	}
	for !octets.full() {
		text, err := f.in.next(ctx, f.o.Interrupts)
		if err != nil {
			return f.amiss(ExitHeld, fmt.Sprintf("the input ended before the chunk had its %d octets: nothing of it was sent", octets.size))
		}
		octets.add(text)
	}
	if n := octets.text.Len(); int64(n) != octets.size {
		f.note("bdat.count", fmt.Sprintf("the lines of the chunk have %d octets, not %d: the right number is sent", n, octets.size))
	}
	text, _ := console.Text(octets.text.String(), st)
	goesOn := f.attempt(ctx, func(ctx context.Context) error {
		return f.session.SendChunk(ctx, text, ln.Cmd.Last, nil)
	})
	f.follow(ln, st)
	return goesOn
}

// chunk is the octets behind a BDAT line as its lines come in (RFC 3030 §2).
type chunk struct {
	size int64 // as announced
	text strings.Builder
}

func (c *chunk) full() bool { return int64(c.text.Len()) >= c.size }

// add takes a line, with its line end where there is room for that, and tells
// whether the chunk is full.
func (c *chunk) add(text string) bool {
	c.text.WriteString(text)
	if !c.full() {
		c.text.WriteString("\r\n")
	}
	return c.full()
}

// skip passes over the lines of a script up to its last one, because the
// command they belong to was refused.
func (f *face) skip(ctx context.Context, code, what string, last func(string) bool) {
	lines, end := 0, ""
	for {
		text, err := f.in.next(ctx, nil)
		if err != nil {
			end = ", and the input is at its end"
			break
		}
		lines++
		if last(text) {
			break
		}
	}
	if lines > 0 {
		f.note(code, fmt.Sprintf("%s was not asked for: lines up to %d of the input, %d in all, were passed over%s", what, f.in.number, lines, end))
	}
}
