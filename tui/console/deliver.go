package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"smtpconsole/protocol"
)

// Reasons for which Deliver stops. The connection stays as it is.
var (
	ErrRefused      = errors.New("the server refused, and took no message")                                                    // its replies are in the log
	ErrNotConfirmed = errors.New("the message was not sent: connection and transaction stay as they are")                      // Confirm said no
	ErrNotReady     = errors.New("no message can be begun now: finish what is under way, or :drop it")                         // the session is in the middle of something
	ErrStuck        = errors.New("the server took a line and went no further: what it answers to is not what was asked of it") // the same line would come again
)

// Choice is what to do about a refusal. The zero value is Stop.
type Choice int

const (
	Stop  Choice = iota // leave the session as it stands
	Reset               // send RSET, and stop
	GoOn                // leave the refused recipient out; after any other refusal it means Stop
)

// Refusal is a command of a mail that the server refused.
type Refusal struct {
	Line  string // as it was sent
	Reply protocol.Reply
	// Accepted counts the recipients the server took, Left those still to try.
	Accepted, Left int

	rcpt bool
}

// CanGoOn tells whether there is a message to send without what was refused.
func (r Refusal) CanGoOn() bool { return r.rcpt && r.Accepted+r.Left > 0 }

// Summary says what is about to happen when a message goes.
type Summary struct {
	Recipients int    // accepted by the server
	Host       string // the server as its user named it
	Size       int64  // octets of the message
}

// Delivery says how Deliver is to go about it. The zero Delivery asks nobody.
type Delivery struct {
	// Refused is asked what to do about a refusal, from Deliver's goroutine. Nil
	// means GoOn where that is possible, else Stop.
	Refused func(context.Context, Refusal) Choice
	// Confirm is asked before DATA or the first BDAT. Nil means yes.
	Confirm func(context.Context, Summary) bool
	// Progress is told the octets of text sent so far. Nil is not told.
	Progress func(sent int64)
	// AsTyped sends lines that have errors too.
	AsTyped bool
}

// Hello sends EHLO or, where that is refused for good, HELO (RFC 5321 §3.2); in
// LMTP it is LHLO alone. A session that has said hello stays as it is. The error is ErrRefused where
// the server takes neither.
func (s *Session) Hello(ctx context.Context) error {
	d := delivery{Session: s}
	if st := s.State(); st.Hello != "" {
		return nil
	}
	return d.step(ctx, hello(s.State()))
}

// Deliver takes a mail through the live session from where it stands, step by
// step: each line is an ordinary event, and the next one is worked out from
// what its reply has made of the session. It returns nil where the server took
// the message, and otherwise says why it stopped: ErrRefused, ErrNotConfirmed,
// ErrNotReady, ErrStuck, ErrNoChunking, a *HeldError for a line that has an
// error and was not sent, or what Do and SendFile return. Nothing is sent
// where the mail as a whole does not hold.
func (s *Session) Deliver(ctx context.Context, m Mail, o Delivery) error {
	d := delivery{s, m, o}
	if err := d.ready(s.State()); err != nil {
		return err
	}
	if err := m.Check(s.State()); err != nil && !o.AsTyped {
		return err
	}
	for last := ""; ; {
		st := s.State()
		if err := d.ready(st); err != nil {
			return err
		}
		lines := d.mail.Lines(st)
		switch line := lines[0]; {
		case len(lines) == 1:
			return d.send(ctx, line)
		case line == last:
			return ErrStuck
		default:
			last = line
		}
		if err := d.step(ctx, last); err != nil {
			return err
		}
	}
}

// delivery is one call of Deliver.
type delivery struct {
	*Session
	mail Mail
	o    Delivery
}

// underWay are the phases in which a mail can begin or go on.
var underWay = []protocol.Phase{
	protocol.PhaseGreeted, protocol.PhaseReady, protocol.PhaseMail, protocol.PhaseRcpt, protocol.PhaseChunk,
}

// ready returns nil where the next line can go out.
func (d *delivery) ready(st protocol.State) error {
	switch {
	case !d.Live():
		return ErrNoConnection
	case st.Busy() || !slices.Contains(underWay, st.Phase):
		return fmt.Errorf("%w (%s)", ErrNotReady, Standing(st))
	case d.mail.Chunk != 0 && st.Caps.Missing(chunking):
		return ErrNoChunking
	}
	return nil
}

// step sends a line and waits for its reply. It returns nil where the mail can
// go on.
func (d *delivery) step(ctx context.Context, line string) error {
	reply, err := d.ask(ctx, line)
	if st := d.State(); err == nil && line == hello(st) && !st.Local && reply.Class() == protocol.ClassPermanent {
		line = oldHello(st)
		reply, err = d.ask(ctx, line)
	}
	if err != nil || !reply.Refused() {
		return err
	}
	return d.refused(ctx, line, reply)
}

func hello(st protocol.State) string { return st.HelloVerb() + " " + cmp.Or(st.Name, unnamed) }

// oldHello: helo = "HELO" SP Domain   RFC 5321 §4.1.1.1. An address literal is
// no Domain.
func oldHello(st protocol.State) string {
	if name := cmp.Or(st.Name, unnamed); name[0] != '[' {
		return verbHELO + " " + name
	}
	return verbHELO + " localhost"
}

// ask sends a line, unless the grammar holds it.
func (d *delivery) ask(ctx context.Context, line string) (protocol.Reply, error) {
	conn := d.current()
	if conn == nil {
		return protocol.Reply{}, ErrNoConnection
	}
	ln := protocol.Parse(line, d.State())
	if ln.Held() && !d.o.AsTyped {
		return protocol.Reply{}, &HeldError{ln}
	}
	return exchange(ctx, conn, Send{Line: line, AsTyped: ln.Held()})
}

// refused does what is chosen about a refusal. It returns nil where the mail
// can go on without what was refused.
func (d *delivery) refused(ctx context.Context, line string, reply protocol.Reply) error {
	st := d.State()
	if st.Phase == protocol.PhaseClosing || !d.Live() {
		return ErrRefused
	}
	rest := slices.DeleteFunc(slices.Clone(d.mail.To), func(to string) bool { return protocol.RcptLine(to) == line })
	left := d.mail
	left.To = rest
	r := Refusal{Line: line, Reply: reply, Accepted: st.AcceptedRcpts(), rcpt: len(rest) < len(d.mail.To)}
	if r.rcpt {
		r.Left = len(left.Lines(st)) - 1
	}
	switch d.choose(ctx, r) {
	case GoOn:
		if r.CanGoOn() {
			d.mail = left
			return nil
		}
	case Reset:
		if _, err := d.ask(ctx, verbRSET); err != nil {
			return err
		}
	}
	return ErrRefused
}

func (d *delivery) choose(ctx context.Context, r Refusal) Choice {
	switch {
	case d.o.Refused != nil:
		return d.o.Refused(ctx, r)
	case r.CanGoOn():
		return GoOn
	}
	return Stop
}

// send sends the message behind line, its DATA or first BDAT.
func (d *delivery) send(ctx context.Context, line string) error {
	st := d.State()
	summary := Summary{st.AcceptedRcpts(), cmp.Or(d.Target.Name, d.Target.Host), d.mail.Facts.Size}
	if d.o.Confirm != nil && !d.o.Confirm(ctx, summary) {
		return ErrNotConfirmed
	}
	reply, err := d.octets(ctx)
	switch now := d.State(); {
	case err != nil:
		return err
	case now.Messages > st.Messages:
		return nil
	case now.HasFrom: // the transaction is open, since what was refused is the beginning
		return d.refused(ctx, line, reply)
	}
	return ErrRefused
}

func (d *delivery) octets(ctx context.Context) (protocol.Reply, error) {
	if d.mail.Chunk == 0 {
		return d.sendFile(ctx, d.mail.Octets, d.o.Progress)
	}
	return d.sendChunks(ctx, d.mail.Octets, chunks{size: d.mail.Chunk}, d.o.Progress)
}
