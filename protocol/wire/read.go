package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"smtpconsole/protocol"
)

// fault is why this side ends a connection: the error event that says what is
// wrong and what to do, and the close event that follows it.
type fault struct {
	code, text string // of the error event
	close, who string // of the close event
	err        error  // the cause, for the caller; nil for none
}

const tooMuch = "this side closed the connection, since the server sent too much"

var (
	faultLine = fault{
		code: "limit.line", text: fmt.Sprintf("the server sent a line of over %d octets; connect again to retry", maxReplyLine),
		close: "close.limit", who: tooMuch,
	}
	faultReply = fault{
		code: "limit.reply", text: fmt.Sprintf("the server sent a reply of over %d octets or %d lines; connect again to retry",
			maxReplyBytes, maxReplyLines),
		close: "close.limit", who: tooMuch,
	}
	faultUnasked = fault{
		code: "limit.unasked", text: fmt.Sprintf("the server sent over %d replies that nobody asked for; connect again to retry", maxUnasked),
		close: "close.limit", who: tooMuch,
	}
	faultEarly = fault{
		code: "message.early", text: "the server answered before the end of the message: what it said stands above; connect again to retry",
		close: "close.early", who: "this side closed the connection, since the server answered too early",
	}
)

// fail reports f and ends the connection. It returns false: do not go on.
func (c *Conn) fail(f fault) bool {
	c.report(f.code, f.text)
	c.finish(f.close, f.who, f.err)
	return false
}

// read is the reading goroutine. It owns br, performs the handshakes, and ends
// when the connection does: every path out of it has called finish.
func (c *Conn) read() {
	defer close(c.done)
	defer func() { c.o.Room.letGo(c.br) }()
	if c.secured != nil && !c.secure(c.secured) {
		return
	}
	if !c.meet() {
		return
	}
	for c.readLine() {
	}
}

// readLine takes one line from the server and does what it asks for. It
// returns false at the end of the connection.
func (c *Conn) readLine() bool {
	line, err := c.br.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return c.fail(faultLine)
	}
	if err != nil {
		c.ended(line, err)
		return false
	}
	upgrade, bad := c.take(line)
	switch {
	case bad != nil:
		return c.fail(*bad)
	case upgrade != nil:
		return c.secure(upgrade)
	}
	return true
}

// take hears a line, or holds it back while raw octets are on their way out:
// any of them may be the end of a message, and what answers it has to come
// behind its event. It returns as hear does.
func (c *Conn) take(line []byte) (upgrade *Pending, bad *fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.sending
	if u == nil || !u.ev.Raw {
		return c.hear(line)
	}
	if len(u.held)+len(line) > maxReplyBytes {
		_ = c.hearHeld(u)
		return nil, &faultUnasked
	}
	u.held = append(u.held, line...)
	return nil, nil
}

// hearHeld reports the lines held back, if there are any. The caller holds mu.
func (c *Conn) hearHeld(u *upload) (bad *fault) {
	if u == nil {
		return nil
	}
	for line := range bytes.Lines(u.held) {
		if _, b := c.hear(line); bad == nil {
			bad = b
		}
	}
	u.held = nil
	return bad
}

// hear reports a line, and with the last line of a reply answers what is
// oldest in the queue. It returns the STARTTLS whose handshake is next, or why
// the connection has to end. The caller holds mu.
func (c *Conn) hear(line []byte) (upgrade *Pending, bad *fault) {
	if c.building.Lines() >= maxReplyLines || c.building.Bytes()+len(line) > maxReplyBytes {
		return nil, &faultReply
	}
	line = c.secrets.Scrub(line, c.state)
	ev := protocol.Event{Kind: protocol.KindServer, Text: string(bytes.TrimRight(line, "\r\n"))}
	reply, whole := c.building.Add(line)
	if !whole {
		c.emit(ev)
		c.noReply(line)
		return nil, nil
	}
	ev.Reply = &reply
	before := len(c.state.Awaited)
	c.emit(ev)
	c.goodbye(reply.Code)
	if len(c.queue) == 0 {
		return nil, c.notAsked()
	}
	more := len(c.state.Awaited) - before
	if more <= 0 {
		more = -1
	}
	return c.answer(c.queue[0], reply, more), nil
}

// noReply says that a line in the place of a reply is none, so that nobody
// wonders what is waited for. The caller holds mu.
func (c *Conn) noReply(line []byte) {
	if _, _, _, _, ok := protocol.ParseReplyLine(line); !ok && c.building.Lines() == 1 {
		c.emit(protocol.Event{
			Kind: protocol.KindError, Code: "reply.garbage",
			Text: "the line above is no SMTP reply, which begins with three digits (RFC 5321 §4.2); the reply is still awaited",
		})
	}
}

// answer gives p, the oldest in the queue, its reply. More is by how much that
// changes what is owed: one less as a rule, several more after the 353 of PRDR.
// It returns p where a handshake has to come before that counts. The caller
// holds mu.
func (c *Conn) answer(p *Pending, r protocol.Reply, more int) (upgrade *Pending) {
	c.unasked = 0
	p.replies = append(p.replies, r)
	if p.upgrade && r.Code == 220 {
		return p
	}
	if p.owed += more; p.owed == 0 {
		c.queue = c.queue[1:]
		c.settle(p, nil)
	}
	return nil
}

// notAsked judges a reply that answers nothing. In the middle of a message it
// is fatal: there is no way to leave a message unfinished but to hang up. The
// caller holds mu.
func (c *Conn) notAsked() *fault {
	if c.sending != nil && c.bye == 0 {
		return &faultEarly
	}
	if c.unasked++; c.unasked > maxUnasked {
		return &faultUnasked
	}
	return nil
}

// goodbye notes a 221 or 421. After either the server has a moment to close the
// connection (RFC 5321 §3.8, §4.1.1.10); what else it says until then is shown.
// The caller holds mu.
func (c *Conn) goodbye(code int) {
	if code != 221 && code != 421 || c.bye == 221 {
		return
	}
	c.bye = code
	_ = c.nc.SetReadDeadline(time.Now().Add(c.o.Timeouts.Closing))
}

// ended reports what came of the last line, and why no more will.
func (c *Conn) ended(rest []byte, err error) {
	if len(rest) > 0 {
		c.mu.Lock()
		_ = c.hearHeld(c.sending)
		c.cut = true
		c.emit(protocol.Event{Kind: protocol.KindServer, Text: string(c.secrets.Scrub(rest, c.state))})
		c.mu.Unlock()
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		c.finish("close.server", "the server closed the connection", err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.finish("close.server", "the server did not close the connection, so this side did", err)
	default:
		c.finish("close.lost", fmt.Sprintf("the connection was lost (%v)", err), err)
	}
}
