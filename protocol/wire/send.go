package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"smtpconsole/protocol"
)

// starttls is the verb after whose 220 the protocol changes.
const starttls = "STARTTLS"

// ErrLineBreak is returned for a line with a CR or LF inside: it would be two
// commands, and the second one smuggled.
var ErrLineBreak = errors.New("the line has a CR or LF inside; send it as separate lines")

// Pending is something that was sent and is to be answered.
type Pending struct {
	c       *Conn
	awaited awaited
	verb    string // of the catalogue, else ""
	upgrade bool   // a 220 is followed by a handshake
	holds   bool   // it has the write lock until it is settled
	late    sync.Once
	done    chan struct{} // closed when it is settled

	owed    int              // guarded by c.mu: replies still to come
	replies []protocol.Reply // guarded by c.mu until done
	err     error            // valid once done is closed
}

// Wait returns the reply. A line of message text typed after a 354 has none,
// and Wait returns at once with a zero Reply; where several are owed, as LMTP
// does after a message, it is the last.
//
// A refusal is a Reply, not an error. The error is ctx's; a *TimeoutError
// where the deadline for this command passed, counted from the call; or a
// *CloseError. After the first two the connection stays open and the reply,
// if it comes, is still this command's; only a STARTTLS that was not waited
// for to its end closes the connection.
func (p *Pending) Wait(ctx context.Context) (protocol.Reply, error) {
	replies, err := p.WaitAll(ctx)
	if len(replies) == 0 {
		return protocol.Reply{}, err
	}
	return replies[len(replies)-1], err
}

// WaitAll is Wait for all replies owed. With an error it returns those that came.
func (p *Pending) WaitAll(ctx context.Context) ([]protocol.Reply, error) {
	if err := p.await(ctx); err != nil {
		p.c.mu.Lock()
		defer p.c.mu.Unlock()
		return slices.Clip(p.replies), err
	}
	return p.replies, p.err
}

// await returns nil once p is settled, or why it is waited for no longer. A
// connection of which neither side knows then whether it is encrypted ends.
func (p *Pending) await(ctx context.Context) error {
	timer := time.NewTimer(p.awaited.limit(p.c.o.Timeouts))
	defer timer.Stop()
	shaking := p.upgrade || p == p.c.secured
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		if shaking {
			p.c.finish("close.user", "you broke off the handshake", ctx.Err())
		}
		return ctx.Err()
	case <-timer.C:
		late := p.awaited.late(p.c.o.Timeouts)
		p.late.Do(func() { p.c.report(late.Code, late.Text) })
		if shaking {
			p.c.finish("close.timeout", "the handshake took too long, and this side closed the connection", late)
		}
		return late
	}
}

// Send writes one line and CRLF. The event is out before the first octet is,
// with any secret in it masked. AsTyped only marks the event: nothing but a
// line break is refused here. The error is ErrLineBreak, ctx's before
// anything was sent, or a *CloseError: a line that was cut off half way ends
// the connection.
//
// After a STARTTLS nobody can write until its reply has come and the
// handshake is over. After a 354 a line is text of the message, and goes out
// as it is: use Body instead.
func (c *Conn) Send(ctx context.Context, line string, asTyped bool) (*Pending, error) {
	group, err := c.SendAll(ctx, []string{line}, asTyped)
	if err != nil {
		return nil, err
	}
	return group[0], nil
}

// SendAll is Send for a group of lines that go out in one write (RFC 2920),
// whether or not the server offers PIPELINING. Wait for the results in order.
func (c *Conn) SendAll(ctx context.Context, lines []string, asTyped bool) ([]*Pending, error) {
	var b strings.Builder
	for _, line := range lines {
		if strings.ContainsAny(line, "\r\n") {
			return nil, ErrLineBreak
		}
		b.WriteString(line)
		b.WriteString("\r\n")
	}
	if err := c.lock(ctx); err != nil {
		return nil, err
	}
	group, held, err := c.announce(lines, asTyped)
	if err == nil {
		err = c.write(ctx, []byte(b.String()), c.o.Timeouts.Command)
	}
	if !held {
		c.unlock()
	}
	if err != nil {
		return nil, err
	}
	return group, nil
}

// announce reports the lines and queues what they owe. Held is true where one
// of them is a STARTTLS, to which the write lock then belongs.
func (c *Conn) announce(lines []string, asTyped bool) (group []*Pending, held bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, false, c.err
	}
	for _, line := range lines {
		ev := protocol.ClientLine(line, c.state)
		ev.AsTyped = asTyped
		c.secrets.Note(line, ev.Cmd, c.state)
		p := c.pendFor(ev, awaitReply(ev.Cmd))
		p.upgrade = p.owed > 0 && ev.Cmd == starttls
		p.holds = p.upgrade && !held
		held = held || p.holds
		group = append(group, p)
	}
	return group, held, nil
}

// pendFor reports ev and queues as many replies as it makes the state wait
// for: how many a line or a message is owed is the fold's to say. The caller
// holds mu.
func (c *Conn) pendFor(ev protocol.Event, a awaited) *Pending {
	before := len(c.state.Awaited)
	c.emit(ev)
	verb := ev.Cmd
	if protocol.Lookup(verb) == nil {
		verb = ""
	}
	return c.pend(a, verb, len(c.state.Awaited)-before)
}

// write sends b whole, or ends the connection: half a line cannot be taken
// back. The caller holds the write lock.
func (c *Conn) write(ctx context.Context, b []byte, limit time.Duration) error {
	nc := c.transport()
	_ = nc.SetWriteDeadline(time.Now().Add(limit))
	release := interrupt(ctx, func() { _ = nc.SetWriteDeadline(time.Unix(1, 0)) })
	err := ctx.Err()
	if err == nil {
		_, err = nc.Write(b)
	}
	release()
	if err == nil {
		return nil
	}
	return c.writeFailed(ctx, err, limit)
}

// interrupt calls stop when ctx ends before release is called. After release
// stop has returned or is never called.
func interrupt(ctx context.Context, stop func()) (release func()) {
	stopped := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(stopped)
		stop()
	})
	return func() {
		if !cancel() {
			<-stopped
		}
	}
}

// writeFailed ends the connection after a failed write. Where the other side
// is the cause it may have said why: the reading goroutine gets a moment to
// find that out before it ends.
func (c *Conn) writeFailed(ctx context.Context, err error, limit time.Duration) error {
	switch {
	case ctx.Err() != nil:
		c.finish("close.user", "you broke off", ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.report("timeout.write", fmt.Sprintf("the server took nothing in for %v; connect again", limit))
		c.finish("close.timeout", "the server took nothing in, and this side closed the connection", err)
	default:
		_ = c.transport().SetReadDeadline(time.Now().Add(c.o.Timeouts.Closing))
		<-c.done
	}
	return c.Err()
}

// transport returns the connection to read from and write to now.
func (c *Conn) transport() net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nc
}
