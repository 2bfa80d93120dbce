package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"smtpconsole/protocol"
)

// DialError says why there is no connection.
type DialError struct {
	// Code is "dial.address" for an address that is none, "dial.name" where
	// it could not be looked up, "dial.refused", "dial.timeout",
	// "dial.unreachable", "dial.cancelled" where ctx ended, "dial.tls" where
	// implicit TLS failed (the cause is then a *TLSError inside a
	// *CloseError), or "dial.failed" for the rest.
	Code    string
	Address string // as it was given
	Text    string // what failed, and what to try
	Err     error  // the cause
}

// Error returns Text.
func (e *DialError) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *DialError) Unwrap() error { return e.Err }

// Dial connects to address, "host:port", "[::1]:25" or the path of a socket as
// o.Network says, and with o.TLS.Implicit finishes the handshake. The addresses
// of a host are tried one after the other, IPv6 and IPv4 side by side
// (RFC 8305). It does not wait for the greeting. The error is a *DialError,
// which is also reported as an event. Ctx ends the dialling only: not the Conn.
func Dial(ctx context.Context, address string, o *Options) (*Conn, error) {
	var opts Options
	if o != nil {
		opts = *o
	}
	if opts.Network == "" {
		opts.Network = "tcp"
	}
	nc, err := opts.dial(ctx, address)
	if err != nil {
		return nil, opts.notConnected(explainDial(ctx, address, err))
	}
	if host, _, err := net.SplitHostPort(address); err == nil && opts.TLS.ServerName == "" {
		opts.TLS.ServerName = host
	}
	if opts.Name == "" {
		opts.Name = address
	}
	c := New(nc, &opts)
	if c.secured == nil {
		return c, nil
	}
	if _, err := c.secured.Wait(ctx); err != nil {
		<-c.done
		return nil, notProtected(address, err)
	}
	return c, nil
}

// notProtected is the error of an implicit handshake. Its events are out.
func notProtected(address string, err error) *DialError {
	why := err
	if failed := (*TLSError)(nil); errors.As(err, &failed) {
		why = failed
	}
	return &DialError{Code: "dial.tls", Address: address, Text: fmt.Sprintf("connect to %q: %v", address, why), Err: err}
}

// dial makes the connection.
func (o *Options) dial(ctx context.Context, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeouts.orDefaults().Connect)
	defer cancel()
	if o.Dial != nil {
		return o.Dial(ctx, o.Network, address)
	}
	d := net.Dialer{LocalAddr: o.LocalAddr, Resolver: o.Resolver}
	return d.DialContext(ctx, o.Network, address)
}

// notConnected reports e and returns it.
func (o *Options) notConnected(e *DialError) error {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	if o.Sink != nil {
		o.Sink(protocol.Event{Time: now(), Kind: protocol.KindError, Code: e.Code, Text: e.Text})
	}
	return e
}

// reasons are the ways to fail to connect, the first that fits counts.
var reasons = []struct {
	is           func(error) bool
	code, advice string
}{
	{isName, "dial.name", "the name cannot be looked up; check its spelling and the resolver, or give an address"},
	{is(syscall.ECONNREFUSED), "dial.refused", "nothing listens on that port; try 25, 587 or 465 (smtps://), or ask whether the server runs"},
	{isTimeout, "dial.timeout", "no answer came; a firewall may drop port 25 (many providers do): try 587 or 465, or another network"},
	{is(syscall.ENETUNREACH), "dial.unreachable", "there is no route to the network; check this machine's connection, or try -4 or -6"},
	{is(syscall.EHOSTUNREACH), "dial.unreachable", "there is no route to the host; check the address, or try -4 or -6"},
	{isAddress, "dial.address", "give host:port, and an IPv6 address in brackets, as in [::1]:25"},
	{is(os.ErrNotExist), "dial.refused", "there is no such socket; check its path, and that the server runs"},
}

// explainDial makes a DialError of the error of a dial.
func explainDial(ctx context.Context, address string, err error) *DialError {
	e := &DialError{Code: "dial.failed", Address: address, Err: err}
	advice := "check the address and this machine's network"
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		e.Code, advice = "dial.cancelled", "you broke off"
	} else {
		for _, r := range reasons {
			if r.is(err) {
				e.Code, advice = r.code, r.advice
				break
			}
		}
	}
	e.Text = fmt.Sprintf("connect to %q: %v; %s", address, err, advice)
	return e
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func isName(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

func isAddress(err error) bool {
	var addr *net.AddrError
	return errors.As(err, &addr)
}
