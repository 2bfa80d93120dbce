package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"time"

	"smtpconsole/protocol"
)

// Options say how to connect, and to whom to report. The zero Options work; a
// nil *Options means the zero Options. They are not changed, and must not be
// changed while a Conn made with them lives.
type Options struct {
	// Sink gets every event, in order and one at a time, from whichever
	// goroutine made it. It must not block, and must not call the Conn. Nil
	// drops the events.
	Sink func(protocol.Event)
	// Name is the server as the user named it, for the connect event. Dial
	// fills it in with its address.
	Name string

	// Network is "tcp" (the zero value means this), "tcp4", "tcp6" or "unix".
	Network string
	// LocalAddr is where to connect from; nil leaves it to the system.
	LocalAddr net.Addr
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
	// Dial makes the connection, through a proxy for instance; Network is
	// passed on to it, LocalAddr and Resolver are not used. Nil is net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	TLS      TLSOptions
	Timeouts Timeouts
	// Now is the clock of the events and of certificate checks; nil is time.Now.
	Now func() time.Time
	// Keep opens a place for a message too large for its event, or for a chunk
	// too large for those of the message together (over protocol.InlineBody).
	// Nil: such a text is not kept.
	Keep func() (Keep, error)
	// KeepMax is the largest message, in octets, that is kept so; 0 is no
	// limit. The chunks of one message count together. What is beyond it is
	// not kept: a note event "record.large" says so, once for each message.
	KeepMax int64
	// NoDigest leaves the SHA-256 out of body events. It takes a core about as
	// long as the sending, for nothing where no record is made. With Keep it
	// has no effect.
	NoDigest bool
	// Room is shared with the connections before and beside this one, for who
	// makes many; nil is room of its own.
	Room *Room
}

// TLSOptions say how a connection is protected. The zero value verifies the
// server against the system's roots.
type TLSOptions struct {
	// Implicit puts the handshake before the greeting (RFC 8314 §3).
	Implicit bool
	// ServerName is the name to send, and to check the certificate for. Dial
	// fills it in with the host of its address.
	ServerName string
	// Roots are whom to trust; nil means the system's.
	Roots *x509.CertPool
	// Certificates are the client's own, for servers that ask.
	Certificates []tls.Certificate
	// Insecure goes on where the certificate does not hold. The verdict
	// stands in the tls event all the same.
	Insecure bool
	// Min and Max bound the version, as tls.VersionTLS12; 0 means Go's default.
	Min, Max uint16
	// KeyLog gets the session keys in the format of SSLKEYLOGFILE; nil is the
	// usual and safe value. The caller opens it and closes it.
	KeyLog io.Writer
}

// Keep is where the text of one large message, or of one chunk, is stored while
// it is sent. Either Commit or Abort ends it. Its methods are called one at a
// time, and not always from the same goroutine.
type Keep interface {
	io.Writer
	// Commit keeps what was written under its hex SHA-256.
	Commit(sha256 string) error
	// Abort throws it away.
	Abort()
}

// Timeouts are how long the other side may take. Zero fields mean the
// defaults: the minimums of RFC 5321 §4.5.3.2 where it names one.
type Timeouts struct {
	Connect   time.Duration // name lookup and TCP, all addresses together; 1 minute
	Handshake time.Duration // TLS; 1 minute
	Greeting  time.Duration // the 220; 5 minutes
	Command   time.Duration // the reply to any command not named here, and the writing of one; 5 minutes
	Mail      time.Duration // the reply to MAIL; 5 minutes
	Rcpt      time.Duration // the reply to RCPT; 5 minutes
	DataStart time.Duration // the 354; 2 minutes
	DataBlock time.Duration // writing one block of the message; 3 minutes
	DataDone  time.Duration // the verdict on the message; 10 minutes, since giving up early makes duplicates (RFC 1047)
	Closing   time.Duration // the end of the connection after 221 or 421; 2 seconds
}

// Within returns Timeouts that are all d, but for the linger after a goodbye.
func Within(d time.Duration) Timeouts {
	return Timeouts{
		Connect: d, Handshake: d, Greeting: d, Command: d, Mail: d, Rcpt: d,
		DataStart: d, DataBlock: d, DataDone: d,
	}
}

// orDefaults fills the zero fields.
func (t Timeouts) orDefaults() Timeouts {
	fill := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	fill(&t.Connect, time.Minute)
	fill(&t.Handshake, time.Minute)
	fill(&t.Greeting, 5*time.Minute)
	fill(&t.Command, 5*time.Minute)
	fill(&t.Mail, 5*time.Minute)
	fill(&t.Rcpt, 5*time.Minute)
	fill(&t.DataStart, 2*time.Minute)
	fill(&t.DataBlock, 3*time.Minute)
	fill(&t.DataDone, 10*time.Minute)
	fill(&t.Closing, 2*time.Second)
	return t
}
