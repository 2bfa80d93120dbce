package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"smtpconsole/protocol"
)

const (
	// blockSize is how much of a message is read, and written, at a time. Each
	// block has a deadline of its own, so a slow line needs a small one.
	blockSize = 64 << 10
	// batchSize is how much text goes to the tally at a time: handing over
	// less costs more than it gains.
	batchSize = 4 * blockSize
	// batches is how many there are: enough for sending and tallying not to
	// wait for one another at each.
	batches = 8
	// firstBatch is the room that the first of them begins with: most messages
	// need no more.
	firstBatch = 4 << 10
)

// upload is one message, or one chunk, on its way out. Its Write takes the
// text that counts: with line ends as they should be, before dots are stuffed.
// But for size and held it belongs to whoever has the write lock.
type upload struct {
	c   *Conn
	ctx context.Context // of the one call that made it
	ev  protocol.Event  // what is known of its event at the beginning
	o   Upload
	*buffers
	tally *tally
	batch []byte       // text that is to be counted and to be written
	to    io.Writer    // where the text goes: out, or a filter in front of it
	size  atomic.Int64 // octets of text that went there
	held  []byte       // guarded by c.mu: lines that are reported behind the event
}

// begin makes c busy with a message. The caller holds the write lock.
func (c *Conn) begin(ctx context.Context, ev protocol.Event, o *Upload) (*upload, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.state.Phase == protocol.PhaseData || ev.Raw && c.state.RawAwaited()
	switch {
	case c.err != nil:
		return nil, c.err
	case ev.Cmd == verbDATA && !asked:
		return nil, ErrNotAsked
	}
	if c.state.Phase != protocol.PhaseChunk {
		c.chunked = 0
	}
	u := &upload{c: c, ctx: ctx, ev: ev, buffers: c.o.Room.message()}
	if o != nil {
		u.o = *o
	}
	u.ev.Kind, u.ev.Path = protocol.KindBody, u.o.Path
	u.out.Reset(blocks{u})
	u.to = u.out
	u.tally = newTally(&c.o, c.chunked, u.spare)
	c.sending = u
	return u, nil
}

// leave is called when u is over, one way or the other.
func (c *Conn) leave(u *upload) {
	u.tally.end()
	u.tally.text.abort()
	if u.batch == nil { // else it was broken off, and the batch may be in spare as well
		u.out.Reset(nil)
		c.o.Room.messages.Put(u.buffers)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = nil
}

// copy sends what r has through dst. Only blocks of blockSize are passed on,
// whatever r could do faster.
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

// Write gathers text in a batch. A full one leaves when more comes: the end of
// the text is still here when all of it is known.
func (u *upload) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if len(u.batch) == batchSize {
			u.count()
			if err := u.pass(); err != nil {
				return 0, err
			}
		}
		if u.batch == nil {
			u.batch = u.empty()
		}
		n := min(len(rest), batchSize-len(u.batch))
		u.batch = append(u.batch, rest[:n]...)
		rest = rest[n:]
	}
	return len(p), nil
}

// count hands the batch to the tally, which only reads it, and reads it at the
// same time as pass.
func (u *upload) count() { u.tally.add(u.batch) }

// pass writes the batch, and then it is the tally's alone.
func (u *upload) pass() error {
	for block := range slices.Chunk(u.batch, blockSize) {
		u.size.Add(int64(len(block)))
		if _, err := u.to.Write(block); err != nil {
			return err
		}
	}
	u.batch = nil
	return nil
}

// event describes the whole text, of which every batch was counted. It may
// write to disk; no lock is held.
func (u *upload) event() protocol.Event {
	u.tally.end()
	ev := u.ev
	ev.Size, ev.SHA256 = u.tally.size(), u.tally.digest()
	text, err := u.tally.text.commit(ev.SHA256)
	switch {
	case errors.Is(err, errLarge):
		u.c.tell(protocol.KindNote, "record.large", fmt.Sprintf(
			"the message has over %d octets, the most that is kept beside the record: it is sent, and its size and digest are recorded, not its text", u.c.o.KeepMax))
	case err != nil:
		u.c.report("record.body", fmt.Sprintf("the text of the message is not kept: %v; it can be sent, but not replayed from the record", err))
	}
	ev.Text = text
	return ev
}

// blocks is the way to the server, one block after another.
type blocks struct{ u *upload }

func (b blocks) Write(p []byte) (int, error) {
	u := b.u
	if err := u.c.write(u.ctx, p, u.c.o.Timeouts.DataBlock); err != nil {
		return 0, err
	}
	if u.o.Progress != nil {
		u.o.Progress(u.size.Load())
	}
	return len(p), nil
}
