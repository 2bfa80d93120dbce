package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// TLSError says why a connection could not be protected. It is over then: the
// state of the plain-text one is not defined any more (RFC 3207 §4).
type TLSError struct {
	// Code is "tls.name", "tls.expired", "tls.authority" or "tls.certificate"
	// for a certificate that does not hold; "tls.not-tls" where the other
	// side does not speak TLS, "tls.timeout", "tls.injection" where it sent
	// plain text behind its 220, and "tls.handshake" for anything else.
	Code string
	Text string // what failed, and what to do
	// Info describes the certificate that was refused; nil where none was.
	Info *protocol.TLSInfo
	Err  error // the cause, or nil
}

// Error returns Text.
func (e *TLSError) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *TLSError) Unwrap() error { return e.Err }

// StartTLS sends STARTTLS (RFC 3207) and, after a 220, returns when the
// handshake is over. EHLO comes next: what the server offered before is void.
// Any other reply is a refusal, and the session goes on in plain text. The
// errors are Wait's; a handshake that failed is a *TLSError inside a
// *CloseError. A context that ends early ends the connection.
//
// Send does the same with a typed STARTTLS; this is the short form.
func (c *Conn) StartTLS(ctx context.Context) (protocol.Reply, error) {
	p, err := c.Send(ctx, starttls, false)
	if err != nil {
		return protocol.Reply{}, err
	}
	return p.Wait(ctx)
}

// secure performs the handshake that p, the oldest in the queue, waits for.
// Only the reading goroutine calls it, and nobody writes meanwhile, since p
// holds the write lock. It returns false where the connection had to end.
func (c *Conn) secure(p *Pending) bool {
	if n := c.br.Buffered(); n > 0 {
		return c.refuse(&TLSError{Code: "tls.injection", Text: fmt.Sprintf(
			"%d octets of plain text came behind the 220, where only TLS may: someone may be injecting replies (RFC 3207 §6); do not trust this path", n)})
	}
	nc := c.transport()
	_ = nc.SetDeadline(time.Time{})
	info := &protocol.TLSInfo{Implicit: p == c.secured}
	tc := tls.Client(nc, c.tlsConfig(info))
	ctx, cancel := context.WithTimeout(context.Background(), c.o.Timeouts.Handshake)
	defer cancel()
	if err := tc.HandshakeContext(ctx); err != nil {
		return c.refuse(explainTLS(err))
	}
	return c.adopt(tc, info, p)
}

// refuse reports why there is no TLS and ends the connection.
func (c *Conn) refuse(e *TLSError) bool {
	c.mu.Lock()
	c.emit(protocol.Event{Kind: protocol.KindError, Code: e.Code, Text: e.Text, TLS: e.Info})
	c.mu.Unlock()
	c.finish("close.tls", "the connection could not be protected, and this side closed it", e)
	return false
}

// adopt makes tc the connection from now on and answers p.
func (c *Conn) adopt(tc *tls.Conn, info *protocol.TLSInfo, p *Pending) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return false
	}
	c.nc = tc
	c.br.Reset(tc) // which has nothing left of what came before
	c.emit(protocol.Event{Kind: protocol.KindTLS, Text: info.Summary(), TLS: info})
	c.queue = c.queue[1:]
	c.settle(p, nil)
	return true
}

// tlsConfig returns the configuration of one handshake, which fills in info.
// The verification is ours, not crypto/tls's: a certificate is described, and
// every check that fails is named, whether or not that ends the connection.
func (c *Conn) tlsConfig(info *protocol.TLSInfo) *tls.Config {
	o := c.o.TLS
	info.ServerName = strings.TrimSuffix(o.ServerName, ".")
	return &tls.Config{
		ServerName:         info.ServerName,
		Certificates:       o.Certificates,
		MinVersion:         o.Min,
		MaxVersion:         o.Max,
		KeyLogWriter:       o.KeyLog,
		Time:               c.o.Now,
		InsecureSkipVerify: true, // verified in VerifyConnection
		VerifyConnection: func(cs tls.ConnectionState) error {
			describe(cs, info)
			failed := verify(cs.PeerCertificates, info.ServerName, o.Roots, c.o.Now())
			info.Verified, info.Verdict = len(failed) == 0, sentence(failed, info.ServerName)
			if info.Verified || o.Insecure {
				return nil
			}
			return failed.refusal(info)
		},
	}
}

// explainTLS makes a TLSError of the error of a handshake.
func explainTLS(err error) *TLSError {
	var ours *TLSError
	var notTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &notTLS):
		return &TLSError{Code: "tls.not-tls", Text: notTLSText(notTLS.RecordHeader[:]), Err: err}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return &TLSError{
			Code: "tls.timeout", Err: err,
			Text: "the server did not finish the TLS handshake in time; a plain port stays silent here (try smtp://)",
		}
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return &TLSError{
			Code: "tls.handshake", Err: err,
			Text: "the server closed the connection during the TLS handshake; it may want another version (--tls-min, --tls-max) or no TLS here",
		}
	}
	return &TLSError{
		Code: "tls.handshake", Err: err,
		Text: fmt.Sprintf("the TLS handshake failed: %v; another version may help (--tls-min, --tls-max)", err),
	}
}

// notTLSText tells a plain SMTP greeting from other things that are not TLS.
func notTLSText(header []byte) string {
	if _, _, _, _, ok := protocol.ParseReplyLine(header); ok {
		return fmt.Sprintf("the server speaks plain SMTP on this port (%q): connect with smtp:// and send STARTTLS", header)
	}
	return fmt.Sprintf("the server answered the handshake with something that is not TLS (%q): check the port, or connect with smtp://", header)
}
