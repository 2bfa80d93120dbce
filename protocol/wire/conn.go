// Package wire is one live SMTP connection: lines out, replies in, and an
// event for everything that happens (RFC 5321 §3, §4).
//
//   - Dial and New begin a connection; Options and Timeouts say how.
//   - Send and SendAll put command lines on the wire; a Pending waits for the
//     reply. Body, Chunk and Raw send messages, StartTLS and Auth run exchanges.
//   - What happened is told twice: as events through Options.Sink, for
//     everyone who looks on, and as results, for the caller who acts on them.
//
// The server is taken to be hostile: whatever it sends, and whenever, the
// outcome is events and at last exactly one close event, never a hang.
//
// A Conn runs one goroutine, which reads. It alone performs handshakes, so
// nothing can be read between a plain-text reply and the first octet of TLS. A
// second one lives while a message is sent, and digests it.
// Two locks do separate work: the write lock says who may write and is held
// over that I/O; mu guards the state and the order of events and never is.
package wire

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"

	"smtpconsole/protocol"
)

// Limits on what a server may send. Beyond them it is not worth listening to.
const (
	maxReplyLine  = 64 << 10 // octets, line end included
	maxReplyBytes = 1 << 20  // octets in one reply
	maxReplyLines = 10_000   // lines in one reply
	maxUnasked    = 1_000    // replies in a row that answer nothing
)

// Conn is one connection. Its methods may be called from any goroutine except
// the Sink's; commands go out in the order of the calls. Use Dial or New.
type Conn struct {
	o   Options  // with defaults filled in; never changed
	raw net.Conn // what New got

	// writing is the write lock: whoever has put a value in may write. It is
	// a channel so that waiting for it can be cancelled.
	writing chan struct{}
	// done is closed when the reading goroutine has ended.
	done chan struct{}
	// greeting and secured are the first things waited for; secured is nil
	// without implicit TLS.
	greeting, secured *Pending

	br      *bufio.Reader // the reading goroutine's
	chunked int64         // the write lock's: octets of the open message sent by BDAT

	mu       sync.Mutex // guards the fields below, and the order of events
	nc       net.Conn   // raw, or TLS over it
	state    protocol.State
	queue    []*Pending // what is still to be answered, oldest first
	building protocol.ReplyBuilder
	cut      bool // the stream ended inside a line
	unasked  int  // replies in a row that answered nothing
	secrets  protocol.Secrets
	sending  *upload  // the message on its way out, nil for none
	verdict  *Pending // on the latest raw message
	bye      int      // 221 or 421 once the server has said it
	err      *CloseError
}

// New takes over nc, which is connected, and does no I/O itself: it reports
// the connection and starts the reading goroutine, which begins with the
// handshake where o.TLS.Implicit is set. A nil o means the zero Options.
func New(nc net.Conn, o *Options) *Conn {
	c := &Conn{writing: make(chan struct{}, 1), done: make(chan struct{}), raw: nc, nc: nc}
	if o != nil {
		c.o = *o
	}
	c.o.Timeouts = c.o.Timeouts.orDefaults()
	if c.o.Now == nil {
		c.o.Now = time.Now
	}
	if c.o.Room == nil {
		c.o.Room = new(Room)
	}
	c.br = c.o.Room.reader(nc)
	if c.o.TLS.Implicit {
		c.secured = c.pend(awaitHandshake, "", 1)
		c.secured.holds = true
		c.writing <- struct{}{}
	}
	c.greeting = c.pend(awaitGreeting, "", 1)
	c.emit(protocol.Event{Kind: protocol.KindConnect, Text: reached(c.o.Name, nc)})
	go c.read()
	return c
}

// reached names the server as asked for, and the address that answered where
// that says more.
func reached(name string, nc net.Conn) string {
	addr := nc.RemoteAddr().String()
	switch name {
	case "":
		return addr
	case addr:
		return name
	default:
		return name + " (" + addr + ")"
	}
}

// Greeting waits for the server's first reply (RFC 5321 §3.1), which a client
// must have seen before it sends anything.
func (c *Conn) Greeting(ctx context.Context) (protocol.Reply, error) { return c.greeting.Wait(ctx) }

// State returns what the events so far add up to. The time is a value of the
// caller's: it does not change any more.
func (c *Conn) State() protocol.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Close ends the connection at once, without a QUIT, and returns when the
// close event is out and the reading goroutine has ended. It may be called
// again. The error is always nil.
func (c *Conn) Close() error {
	c.finish("close.user", "you closed the connection", nil)
	<-c.done
	return nil
}

// Done is closed when the connection is over and its last event is out.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns nil while the connection lives, and then a *CloseError.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		return nil
	}
	return c.err
}

// emit reports ev and folds it into the state. The caller holds mu, or is New.
// Nothing is reported once the close event is out.
func (c *Conn) emit(ev protocol.Event) {
	if c.err != nil {
		return
	}
	ev.Time = c.o.Now()
	c.state = c.state.Apply(ev)
	if c.o.Sink != nil {
		c.o.Sink(ev)
	}
}

// report emits an error event.
func (c *Conn) report(code, text string) { c.tell(protocol.KindError, code, text) }

// tell emits an event that was not on the wire.
func (c *Conn) tell(kind protocol.Kind, code, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.emit(protocol.Event{Kind: kind, Code: code, Text: text})
}

// pend puts something to be answered at the end of the queue, or returns it
// answered already where nothing is owed. The caller holds mu, or is New.
func (c *Conn) pend(a awaited, verb string, owed int) *Pending {
	p := &Pending{c: c, awaited: a, verb: verb, owed: owed, done: make(chan struct{})}
	if owed == 0 {
		close(p.done)
		return p
	}
	c.queue = append(c.queue, p)
	return p
}

// settle ends p's waiting, and the hold a handshake has on the write lock.
// The caller holds mu and has taken p out of the queue.
func (c *Conn) settle(p *Pending, err error) {
	p.err = err
	close(p.done)
	if p.holds {
		<-c.writing
	}
}

// finish ends the connection: code and who go into the one close event, cause
// is what errors.As finds in the error. Only the first call does anything.
func (c *Conn) finish(code, who string, cause error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	_ = c.hearHeld(c.sending)
	code, text := c.ending(code, who)
	c.emit(protocol.Event{Kind: protocol.KindClose, Code: code, Text: text})
	c.err = &CloseError{Code: code, Text: text, Err: cause}
	for _, p := range c.queue {
		c.settle(p, c.err)
	}
	c.queue = nil
	nc := c.nc
	c.mu.Unlock()
	if code != "close.quit" {
		nc = c.raw
	}
	_ = nc.Close()
}

// lock takes the write lock.
func (c *Conn) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// unlock gives the write lock back.
func (c *Conn) unlock() { <-c.writing }
