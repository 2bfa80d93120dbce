package wire

import (
	"fmt"
	"strings"

	"smtpconsole/protocol"
)

// CloseError says that the connection is over. Every method of a Conn returns
// it from then on.
type CloseError struct {
	// Code is the close event's: "close.quit" after a 221, "close.server"
	// where the server ended it between replies, "close.lost" in the middle
	// of something, "close.user" where this side's user did; and
	// "close.limit", "close.timeout", "close.tls", "close.foreign",
	// "close.early" or "close.body" where this side had to, for the reason
	// the error event before it gives.
	Code string
	// Text says who ended it, and what is now unknown.
	Text string
	Err  error // the cause, or nil
}

// Error returns Text.
func (e *CloseError) Error() string { return e.Text }

// Unwrap returns the cause: a *TLSError, a context's error, a net.Error.
func (e *CloseError) Unwrap() error { return e.Err }

// standing is where a session was when its connection ended.
type standing struct {
	state    protocol.State
	bye      int    // 221 or 421 if the server said it
	cut      bool   // in the middle of a reply
	waiting  bool   // something was not answered
	verb     string // of the oldest command not answered, "" for none
	verdict  bool   // what was not answered is a whole message
	sending  bool   // a message was on its way
	raw      bool   // and its octets were raw
	sent     int64  // octets of it
	greeting bool   // the greeting is what had not come
	// handshake is true between the 220 to STARTTLS and the end of its handshake.
	handshake bool
}

// ending gives the close event its code and text. The caller holds mu.
func (c *Conn) ending(code, who string) (string, string) {
	s := standing{state: c.state, bye: c.bye, cut: c.cut || c.building.Lines() > 0}
	if c.sending != nil {
		s.sending, s.raw, s.sent = true, c.sending.ev.Raw, c.sending.size.Load()
	}
	if len(c.queue) > 0 {
		p := c.queue[0]
		s.waiting, s.verb = true, p.verb
		s.verdict = p.awaited.code == awaitVerdict.code || len(c.state.Awaited) > 0 && c.state.Awaited[0].Cmd.Last
		s.greeting = p == c.greeting || p == c.secured
		s.handshake = p.upgrade && len(p.replies) > 0
	}
	return s.code(code), who + s.unknown()
}

// code refines the code of an ending: a connection that said goodbye was not
// lost, and one that ended in the middle of something was.
func (s standing) code(code string) string {
	switch {
	case s.bye == 221 && !s.waiting && (code == "close.server" || code == "close.user"):
		return "close.quit"
	case code == "close.server" && s.bye == 0 && (s.waiting || s.cut || s.sending):
		return "close.lost"
	}
	return code
}

// unknown says what the server had confirmed, and what cannot be known.
func (s standing) unknown() string {
	var b strings.Builder
	switch {
	case s.sending && s.raw:
		fmt.Fprintf(&b, ", after %d raw octets; if the end of a message is among them, it may have been accepted", s.sent)
	case s.sending:
		fmt.Fprintf(&b, ", after %d octets of the message; without its end the server must throw it away", s.sent)
	case s.verdict:
		b.WriteString(", before the verdict on the message: the message may have been accepted")
	case s.greeting:
		b.WriteString(", before the greeting")
	case s.handshake:
		b.WriteString(", in the TLS handshake")
	case s.waiting && s.verb != "":
		fmt.Fprintf(&b, ", before the reply to %s: whether it took effect is unknown", s.verb)
	case s.waiting:
		b.WriteString(", before the reply to the last line")
	}
	if s.cut {
		b.WriteString(", in the middle of a reply")
	}
	switch {
	case s.state.HasFrom && s.verdict:
		fmt.Fprintf(&b, "; confirmed were MAIL and %s", recipients(s.state.AcceptedRcpts()))
	case s.state.HasFrom:
		fmt.Fprintf(&b, "; the open transaction (MAIL and %s confirmed) is void, and nothing of it was delivered",
			recipients(s.state.AcceptedRcpts()))
	}
	return b.String()
}

func recipients(n int) string {
	if n == 1 {
		return "1 recipient"
	}
	return fmt.Sprintf("%d recipients", n)
}
