package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// ErrNotAsked is returned by Body and Raw while the server does not wait for a message.
var ErrNotAsked = errors.New("the server did not ask for a message; send DATA first and wait for its 354")

// ErrNotChunk is returned by Chunk for a line that does not announce its octets.
var ErrNotChunk = errors.New("the line is not a BDAT command with the size of this chunk; give it the number of octets that follow")

const (
	verbDATA = "DATA"
	verbBDAT = "BDAT"
)

// Upload says more of octets that are sent. A nil *Upload means the zero Upload.
type Upload struct {
	// Path is the file they come from, for the event; "" for none.
	Path string
	// Progress, if not nil, is called from the sending goroutine after each
	// block with the octets of text sent so far.
	Progress func(sent int64)
}

// Body sends a message after the 354 to DATA (RFC 5321 §4.1.1.4) and returns
// the verdict: one reply, or in LMTP one for each accepted recipient
// (RFC 2033 §4.2). Line ends become CRLF (a CRLF is kept, a lone LF or lone
// CR is replaced), one is added where the last is missing, and dots are
// stuffed. Size and digest in the body event are those of the text between the
// two, which is what the server stores. Memory does not grow with the message.
//
// SMTP cannot cancel a message: where ctx ends or r fails before its end, the
// connection is closed and the server throws away what it has. While the
// verdict is awaited, ctx or the deadline only end the waiting, as in Wait.
func (c *Conn) Body(ctx context.Context, r io.Reader, o *Upload) ([]protocol.Reply, error) {
	if err := c.lock(ctx); err != nil {
		return nil, err
	}
	p, err := c.sendBody(ctx, r, o)
	c.unlock()
	if err != nil {
		return nil, err
	}
	return p.WaitAll(ctx)
}

func (c *Conn) sendBody(ctx context.Context, r io.Reader, o *Upload) (*Pending, error) {
	u, err := c.begin(ctx, protocol.Event{Cmd: verbDATA}, o)
	if err != nil {
		return nil, err
	}
	defer c.leave(u)
	dots := protocol.NewDotWriter(u.out)
	u.to = dots
	lines := protocol.NewLineWriter(u)
	if err := u.copy(lines, r); err != nil {
		return nil, err
	}
	if err := lines.Close(); err != nil {
		return nil, c.Err()
	}
	u.count()
	if err := u.pass(); err != nil {
		return nil, c.Err()
	}
	p := c.pendBody(u.event())
	if err := errors.Join(dots.Close(), u.out.Flush()); err != nil {
		return nil, c.Err()
	}
	return p, nil
}

// Chunk sends a BDAT line and, in the same breath, exactly n octets of r as
// they are (RFC 3030 §2): a server takes whatever follows the line for the
// chunk. A line that announces another number is refused with ErrNotChunk. It
// returns as Body does. Where r has fewer octets the connection is closed,
// since the server would take the next commands for text.
func (c *Conn) Chunk(ctx context.Context, line string, r io.Reader, n int64, o *Upload) ([]protocol.Reply, error) {
	if strings.ContainsAny(line, "\r\n") {
		return nil, ErrLineBreak
	}
	if cmd := protocol.Parse(line, c.State()).Cmd; cmd.Verb != verbBDAT || cmd.Size != n {
		return nil, ErrNotChunk
	}
	if err := c.lock(ctx); err != nil {
		return nil, err
	}
	p, err := c.sendChunk(ctx, line, r, n, o)
	c.unlock()
	if err != nil {
		return nil, err
	}
	return p.WaitAll(ctx)
}

func (c *Conn) sendChunk(ctx context.Context, line string, r io.Reader, n int64, o *Upload) (*Pending, error) {
	u, err := c.begin(ctx, protocol.Event{Cmd: verbBDAT}, o)
	if err != nil {
		return nil, err
	}
	defer c.leave(u)
	group, _, err := c.announce([]string{line}, false)
	if err != nil {
		return nil, err
	}
	_, _ = u.out.WriteString(line + "\r\n") // the writer keeps its error for Flush
	if err := u.copy(u, io.LimitReader(r, n)); err != nil {
		return nil, err
	}
	if has := u.size.Load() + int64(len(u.batch)); has < n {
		return nil, u.broken(fmt.Errorf("it ended after %d octets, and the chunk has %d", has, n))
	}
	u.count()
	c.growBy(group[0], u.event())
	if err := errors.Join(u.pass(), u.out.Flush()); err != nil {
		return nil, c.Err()
	}
	return group[0], nil
}

// Raw sends the octets of r after the 354 to DATA exactly as they are: no line
// end is mended, no dot stuffed, no final dot added. It returns the verdict
// they will get, and does not wait for it: without CRLF "." CRLF among them, or
// what else the server takes for the end (RFC 5321 §4.1.1.4), none comes. Until
// it has come Raw may be called again, with the end for instance, and returns
// the same Pending.
//
// What the server says while they are on their way is reported behind their
// event. One reply is the verdict, and more were not asked for: then the server
// took octets behind the end for commands. ErrNotAsked is returned where there
// is no 354, or its message is over; ctx and r are as for Body.
func (c *Conn) Raw(ctx context.Context, r io.Reader, o *Upload) (*Pending, error) {
	if err := c.lock(ctx); err != nil {
		return nil, err
	}
	defer c.unlock()
	u, err := c.begin(ctx, protocol.Event{Cmd: verbDATA, Raw: true}, o)
	if err != nil {
		return nil, err
	}
	defer c.leave(u)
	if err := u.copy(u, r); err != nil {
		return nil, err
	}
	u.count()
	p, bad := c.pendRaw(u.event(), u)
	if bad != nil {
		c.fail(*bad)
	}
	if err := errors.Join(u.pass(), u.out.Flush()); err != nil {
		return nil, c.Err()
	}
	return p, nil
}

// pendBody reports a message whose last octets have not left yet, so that no
// verdict can come before its event.
func (c *Conn) pendBody(ev protocol.Event) *Pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
	return c.pendFor(ev, awaitVerdict)
}

// pendRaw is pendBody for raw octets: later ones owe nothing more. Then come
// the lines held back for the event's sake.
func (c *Conn) pendRaw(ev protocol.Event, u *upload) (*Pending, *fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
	if c.state.RawAwaited() {
		c.emit(ev)
	} else {
		c.verdict = c.pendFor(ev, awaitVerdict)
	}
	return c.verdict, c.hearHeld(u)
}

// growBy reports a chunk. The line before it owes one reply; in LMTP the last
// chunk owes one for each accepted recipient, perhaps none (RFC 2033 §4.3).
func (c *Conn) growBy(p *Pending, ev protocol.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
	c.chunked += ev.Size
	before := len(c.state.Awaited)
	c.emit(ev)
	i := slices.Index(c.queue, p)
	if i < 0 {
		return
	}
	if p.owed += len(c.state.Awaited) - before; p.owed == 0 {
		c.queue = slices.Delete(c.queue, i, i+1)
		c.settle(p, nil)
	}
}
