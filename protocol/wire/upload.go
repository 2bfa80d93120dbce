package wire

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"smtpconsole/protocol"
)

// ErrNotAsked is returned by Body while the server does not wait for a message.
var ErrNotAsked = errors.New("the server did not ask for a message; send DATA first and wait for its 354")

// ErrNotChunk is returned by Chunk for a line that does not announce its octets.
var ErrNotChunk = errors.New("the line is not a BDAT command with the size of this chunk; give it the number of octets that follow")

const (
	verbDATA = "DATA"
	verbBDAT = "BDAT"
)

// blockSize is how much of a message is read, and written, at a time.
const blockSize = 32 << 10

// Body sends a message after the 354 to DATA (RFC 5321 §4.1.1.4) and returns
// the verdict: one reply, or in LMTP one for each accepted recipient
// (RFC 2033 §4.2). Line ends become CRLF (a CRLF is kept, a lone LF or lone
// CR is replaced), one is added where the last is missing, and dots are
// stuffed. Size and digest in the body event are those of the text between the
// two, which is what the server stores. Memory does not grow with the message.
//
// Progress, if not nil, is called from this goroutine after each block with
// the octets of text sent so far.
//
// SMTP cannot cancel a message: where ctx ends or r fails before its end, the
// connection is closed and the server throws away what it has. While the
// verdict is awaited, ctx or the deadline only end the waiting, as in Wait.
func (c *Conn) Body(ctx context.Context, r io.Reader, progress func(sent int64)) ([]protocol.Reply, error) {
	if err := c.lock(ctx); err != nil {
		return nil, err
	}
	p, err := c.sendBody(ctx, r, progress)
	c.unlock()
	if err != nil {
		return nil, err
	}
	return p.WaitAll(ctx)
}

func (c *Conn) sendBody(ctx context.Context, r io.Reader, progress func(int64)) (*Pending, error) {
	u, err := c.begin(ctx, verbDATA, progress)
	if err != nil {
		return nil, err
	}
	defer c.leave(u)
	dots := protocol.NewDotWriter(u.out)
	u.in.Reset(io.MultiWriter(u, dots))
	lines := protocol.NewLineWriter(u.in)
	if err := u.copy(lines, r); err != nil {
		return nil, err
	}
	if err := errors.Join(lines.Close(), u.in.Flush()); err != nil {
		return nil, c.Err()
	}
	p := c.pendBody(u)
	if err := errors.Join(dots.Close(), u.out.Flush()); err != nil {
		return nil, c.Err()
	}
	return p, nil
}

// Chunk sends a BDAT line and, in the same breath, exactly n octets of r as
// they are (RFC 3030 §2): a server takes whatever follows the line for the
// chunk. A line that announces another number is refused with ErrNotChunk. It
// returns as Body does. Where r has fewer octets the connection is closed, since the server
// would take the next commands for text.
func (c *Conn) Chunk(ctx context.Context, line string, r io.Reader, n int64) ([]protocol.Reply, error) {
	if strings.ContainsAny(line, "\r\n") {
		return nil, ErrLineBreak
	}
	if cmd := protocol.Parse(line, c.State()).Cmd; cmd.Verb != verbBDAT || cmd.Size != n {
		return nil, ErrNotChunk
	}
	if err := c.lock(ctx); err != nil {
		return nil, err
	}
	p, err := c.sendChunk(ctx, line, r, n)
	c.unlock()
	if err != nil {
		return nil, err
	}
	return p.WaitAll(ctx)
}

func (c *Conn) sendChunk(ctx context.Context, line string, r io.Reader, n int64) (*Pending, error) {
	u, err := c.begin(ctx, verbBDAT, nil)
	if err != nil {
		return nil, err
	}
	defer c.leave(u)
	group, _, err := c.announce([]string{line}, false)
	if err != nil {
		return nil, err
	}
	_, _ = u.out.WriteString(line + "\r\n") // the writer keeps its error for Flush
	if err := u.copy(io.MultiWriter(u, u.out), io.LimitReader(r, n)); err != nil {
		return nil, err
	}
	if sent := u.size.Load(); sent < n {
		return nil, u.broken(fmt.Errorf("it ended after %d octets, and the chunk has %d", sent, n))
	}
	c.growBy(group[0], u)
	if err := u.out.Flush(); err != nil {
		return nil, c.Err()
	}
	return group[0], nil
}

// pendBody reports a message whose last octets have not left yet, so that no
// verdict can come before its event.
func (c *Conn) pendBody(u *upload) *Pending {
	ev := u.event()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
	return c.pendFor(ev, awaitVerdict)
}

// growBy reports a chunk. The line before it owes one reply; in LMTP the last
// chunk owes one for each accepted recipient, perhaps none (RFC 2033 §4.3).
func (c *Conn) growBy(p *Pending, u *upload) {
	ev := u.event()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
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

// upload is one message, or one chunk, on its way out. Its Write takes the
// text that counts: with line ends as they should be, before dots are stuffed.
type upload struct {
	c        *Conn
	ctx      context.Context // of the one call that made it
	verb     string
	progress func(int64)
	*buffers
	sum  hash.Hash
	size atomic.Int64
	text stored
}

// buffers serve one message after another of a connection. They belong to
// whoever has the write lock.
type buffers struct {
	block []byte        // what was read
	in    *bufio.Writer // in front of the digest and the dots
	out   *bufio.Writer // to the server
}

func newBuffers() *buffers {
	return &buffers{make([]byte, blockSize), bufio.NewWriterSize(nil, blockSize), bufio.NewWriterSize(nil, blockSize)}
}

// begin makes c busy with a message. The caller holds the write lock.
func (c *Conn) begin(ctx context.Context, verb string, progress func(int64)) (*upload, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return nil, c.err
	case verb == verbDATA && c.state.Phase != protocol.PhaseData:
		return nil, ErrNotAsked
	}
	if c.buffers == nil {
		c.buffers = newBuffers()
	}
	u := &upload{
		c: c, ctx: ctx, verb: verb, progress: progress,
		buffers: c.buffers, sum: sha256.New(), text: stored{open: c.o.Keep},
	}
	u.out.Reset(blocks{u})
	c.sending = u
	return u, nil
}

// leave is called when u is over, one way or the other.
func (c *Conn) leave(u *upload) {
	u.text.abort()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
}

// copy sends what r has through dst. Only blocks of blockSize are passed on,
// whatever r could do faster, so that each has its deadline.
func (u *upload) copy(dst io.Writer, r io.Reader) error {
	_, err := io.CopyBuffer(dst, struct{ io.Reader }{r}, u.block)
	if err == nil {
		return nil
	}
	return u.broken(err)
}

// broken ends the connection over a message that cannot be finished. It
// returns the connection's error, an older one where there is one: then the
// cause is not the text.
func (u *upload) broken(err error) error {
	u.c.fail(fault{
		code: "message.read", text: fmt.Sprintf("the text of the message could not be read: %v; mend it and send it again", err),
		close: "close.body", who: "this side closed the connection, since the message could not be finished", err: err,
	})
	return u.c.Err()
}

// Write counts, digests and stores.
func (u *upload) Write(p []byte) (int, error) {
	u.size.Add(int64(len(p)))
	u.sum.Write(p)
	u.text.add(p)
	return len(p), nil
}

// event describes the whole text. It may write to disk; no lock is held.
func (u *upload) event() protocol.Event {
	sum := hex.EncodeToString(u.sum.Sum(nil))
	text, err := u.text.commit(sum)
	if err != nil {
		u.c.report("record.body", fmt.Sprintf("the text of the message is not kept: %v; it can be sent, but not replayed from the record", err))
	}
	return protocol.Event{Kind: protocol.KindBody, Cmd: u.verb, Text: text, Size: u.size.Load(), SHA256: sum}
}

// blocks is the way to the server, one block after another.
type blocks struct{ u *upload }

func (b blocks) Write(p []byte) (int, error) {
	u := b.u
	if err := u.c.write(u.ctx, p, u.c.o.Timeouts.DataBlock); err != nil {
		return 0, err
	}
	if u.progress != nil {
		u.progress(u.size.Load())
	}
	return len(p), nil
}
