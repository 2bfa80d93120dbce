package line

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"

	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
	"smtpconsole/tui/console"
)

// Exit codes of send that stand for a step of the session before the server
// has said anything about it.
const (
	exitData = 25 // BDAT is asked for and not offered
	exitAuth = 28 // no login is possible
	exitTLS  = 29 // a login would go out in plain text
)

// Send sends one letter and returns the process's exit code: it connects, says
// hello, secures the connection, logs in where there is a user, delivers the
// mail step by step, and says goodbye. Nobody is asked anything but a password.
// The error is for what keeps a session from beginning: a letter that is not
// whole, or a file that cannot be read. Where ctx ends the connection is
// dropped, and the record is complete.
func Send(ctx context.Context, o Options, l *Letter) (int, error) {
	if err := l.check(); err != nil {
		return ExitUsage, err
	}
	m, remarks, err := l.mail(ctx, o.In, o.Console.Name())
	if err != nil {
		return ExitUsage, err
	}
	defer m.Close()
	out := &witnessed{Writer: o.Out}
	o.Out, o.In, o.Person, o.Interrupts = out, strings.NewReader(""), false, nil
	f := &face{o: o, in: newInput(o.In), say: o.Out}
	if o.JSON || l.dryRun {
		f.say = o.Err
	}
	if f.unfit(m, remarks) {
		return ExitHeld, nil
	}
	if l.dryRun {
		return 0, dryRun(out, l, m, o)
	}
	defer f.end() // a panic's way out too
	if err := f.begin(ctx, o.Target); err != nil {
		return ExitUsage, err
	}
	if f.session.State().Phase == protocol.PhaseGreeted && f.ready(ctx, l.startTLS, m) {
		f.deliver(ctx, m)
	}
	f.goodbye(ctx)
	f.end()
	return f.exit, out.lost()
}

// unfit shows what there is to say about a mail before it is sent, and tells
// whether it is held for that.
func (f *face) unfit(m console.Mail, remarks []protocol.MessageRemark) bool {
	_, _ = io.WriteString(f.say, aloud(messageRemarks(remarks, protocol.Warning), f.o.Columns))
	held := false
	for _, r := range remarks {
		held = held || r.Severity == protocol.Error
	}
	var line *console.HeldError
	st := protocol.State{Phase: protocol.PhaseGreeted, Name: f.o.Console.Name()}
	if errors.As(m.Check(st), &line) {
		writeRemarks(f.say, aside("held: "), line.Line, st)
		held = true
	}
	if held && !f.o.AsTyped {
		_, _ = io.WriteString(f.say, aloud("nothing was sent: mend it, or send it as it is with --as-typed", f.o.Columns))
	}
	return held && !f.o.AsTyped
}

// ready brings a session that was greeted to where a mail can begin.
func (f *face) ready(ctx context.Context, startTLS string, m console.Mail) bool {
	if !f.hello(ctx) || !f.secure(ctx, startTLS) || !f.login(ctx) {
		return false
	}
	f.lacks(m)
	return true
}

func (f *face) hello(ctx context.Context) bool {
	return f.attempt(ctx, f.session.Hello) && f.session.State().Hello != ""
}

// secure begins TLS as --starttls says. The hello has to be said again then
// (RFC 3207 §4.2).
func (f *face) secure(ctx context.Context, startTLS string) bool {
	st := f.session.State()
	starttls := protocol.Lookup("STARTTLS")
	switch offered := st.Caps.Has(starttls.Keyword); {
	case st.TLS != nil || startTLS == tlsNever || !offered && startTLS == tlsAuto:
		return true
	case !offered:
		f.note("tls.missing", "the server does not offer STARTTLS, and nothing is sent without it")
		return false
	}
	if !f.perform(ctx, console.StartTLS{}) || f.session.State().TLS == nil {
		return false
	}
	return f.hello(ctx)
}

// login logs in where a user is named.
func (f *face) login(ctx context.Context) bool {
	if !f.session.HasUser() {
		return true
	}
	if err := f.do(ctx, func(ctx context.Context) error { return f.session.Do(ctx, console.Login{}) }); err != nil {
		return f.amiss(exitAuth, err.Error())
	}
	return f.session.State().Auth != ""
}

// needs are what a message may call for and a server may not offer.
var needs = []struct {
	keyword, code, says string
	by                  func(protocol.MessageFacts) bool
}{
	{
		"8BITMIME", "message.8bit", "the message has octets above 127, and the server does not offer 8BITMIME: it may refuse or damage them",
		func(f protocol.MessageFacts) bool { return f.EightBit },
	},
	{
		"SMTPUTF8", "message.utf8", "the header has letters outside ASCII, and the server does not offer SMTPUTF8: it may refuse or damage them",
		func(f protocol.MessageFacts) bool { return f.UTF8Header },
	},
}

// lacks notes what the message calls for and the server does not offer.
func (f *face) lacks(m console.Mail) {
	caps := f.session.State().Caps
	for _, row := range needs {
		if row.by(m.Facts) && caps.Missing(row.keyword) {
			f.note(row.code, row.says)
		}
	}
}

// deliver sends the mail. What the server refused is in the log.
func (f *face) deliver(ctx context.Context, m console.Mail) {
	if m.Part {
		f.note("message.part", "the message is large: its beginning was checked, and not the rest")
	}
	d := console.Delivery{AsTyped: f.o.AsTyped}
	if f.o.StopOnError {
		d.Refused = func(context.Context, console.Refusal) console.Choice { return console.Stop }
	}
	stop := f.gauge(m.Facts.Size, &d)
	err := f.do(ctx, func(ctx context.Context) error { return f.session.Deliver(ctx, m, d) })
	stop()
	var held *console.HeldError
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.As(err, &held):
		f.hold(held.Line, f.session.State(), "")
	case errors.Is(err, console.ErrNoChunking):
		f.amiss(exitData, err.Error())
	default:
		f.amiss(ExitUsage, err.Error())
	}
}

// goodbye sends QUIT where it can be said.
func (f *face) goodbye(ctx context.Context) {
	if f.mayQuit(ctx) {
		f.quitNow(ctx)
	}
}

// offersAll is the EHLO reply of a server that offers all that send makes use of.
var offersAll = protocol.Reply{Code: 250, Lines: []string{"server", "SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"}}

// dryRun prints the commands that a server which offers everything would get,
// up to the one that the message follows, and then the message as it would
// arrive.
func dryRun(w io.Writer, l *Letter, m console.Mail, o Options) error {
	st := protocol.State{Name: o.Console.Name(), Local: o.Target.LMTP}
	hello := m.Lines(st)[0]
	st.Phase, st.Hello, st.Caps = protocol.PhaseReady, st.HelloVerb(), protocol.ParseCaps(offersAll)
	lines := []string{hello}
	if l.startTLS != tlsNever && !o.Target.Implicit {
		lines = append(lines, "STARTTLS", hello)
	}
	if o.Console.HasUser(o.Target) {
		lines = append(lines, "AUTH "+sasl.Names()[0]+" "+protocol.Hidden)
	}
	b := bufio.NewWriter(w)
	for _, line := range append(lines, m.Lines(st)...) {
		b.WriteString("C: " + protocol.Safe(line) + "\n")
	}
	r, err := m.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	text := protocol.NewLineWriter(b)
	if m.Chunk != 0 && m.Facts.Binary {
		_, err = io.Copy(b, r)
	} else {
		_, err = io.Copy(text, r)
	}
	return errors.Join(err, text.Close(), b.Flush())
}
