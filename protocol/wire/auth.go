package wire

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
)

// ErrAuthCancelled is wrapped by the error of Auth where this side ended the
// exchange with "*" (RFC 4954 §4).
var ErrAuthCancelled = errors.New("the exchange was cancelled")

// maxAuthLine is the longest command line without its line end (RFC 5321
// §4.5.3.1.4): an initial response that does not fit goes out on its own line.
const maxAuthLine = 512 - len("\r\n")

// Auth authenticates with a mechanism of package sasl (RFC 4954). Ask is
// called on this goroutine for what the mechanism needs before anything is
// sent, so to cancel there costs nothing. Initial puts the first response into
// the AUTH line where the mechanism has one and it fits.
//
// It returns the last reply: 235, or the server's refusal, which is no error.
// The errors are sasl.New's, Send's and Wait's; one that wraps
// ErrAuthCancelled says what was wrong with the server's challenge, and comes
// with the reply to the cancellation. A ctx that ends while the server waits
// for an answer cancels the exchange; one that ends while its reply is awaited
// leaves it, and Send of "*" ends it.
func (c *Conn) Auth(ctx context.Context, mechanism string, ask sasl.Asker, initial bool) (protocol.Reply, error) {
	client, err := sasl.New(ctx, mechanism, c.confide(ask))
	if err != nil {
		return protocol.Reply{}, err
	}
	name, first, err := client.Start()
	if err != nil {
		return protocol.Reply{}, fmt.Errorf("auth %s: %w", mechanism, err)
	}
	line := "AUTH " + name
	if whole := line + " " + initialResponse(first); initial && first != nil && len(whole) <= maxAuthLine {
		line, first = whole, nil
	}
	r, err := c.ask(ctx, line)
	for err == nil && r.Code == 334 {
		r, err = c.respond(ctx, client, r, &first)
	}
	return r, err
}

// confide is ask, with its secrets remembered so that no reply repeats them.
func (c *Conn) confide(ask sasl.Asker) sasl.Asker {
	return func(ctx context.Context, p sasl.Prompt) (string, error) {
		answer, err := ask(ctx, p)
		if p.Secret {
			c.mu.Lock()
			c.secrets.Password(answer, c.state)
			c.mu.Unlock()
		}
		return answer, err
	}
}

// initialResponse writes a response for the AUTH line; "=" is the empty one.
func initialResponse(b []byte) string {
	if len(b) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(b)
}

// respond answers one challenge, or cancels the exchange where it cannot. An
// initial response that did not go out with the command is the first answer.
func (c *Conn) respond(ctx context.Context, client sasl.Client, r protocol.Reply, first *[]byte) (protocol.Reply, error) {
	challenge, err := base64.StdEncoding.Strict().DecodeString(r.Lines[len(r.Lines)-1])
	if err != nil {
		err = fmt.Errorf("the challenge %q is not base64", r.Lines[len(r.Lines)-1])
	}
	answer := *first
	*first = nil
	if answer == nil && err == nil {
		answer, err = client.Next(challenge)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return c.cancelAuth(ctx, err)
	}
	return c.ask(ctx, base64.StdEncoding.EncodeToString(answer))
}

// cancelAuth ends the exchange because of cause. It also does so for a ctx
// that has ended, but then does not wait for the reply.
func (c *Conn) cancelAuth(ctx context.Context, cause error) (protocol.Reply, error) {
	p, err := c.Send(context.WithoutCancel(ctx), "*", false)
	if err != nil {
		return protocol.Reply{}, err
	}
	r, err := p.Wait(ctx)
	if err != nil && ctx.Err() == nil {
		return r, err
	}
	return r, fmt.Errorf("auth: %w: %w; try another mechanism, or type the exchange by hand", ErrAuthCancelled, cause)
}

// ask sends a line and waits for its reply.
func (c *Conn) ask(ctx context.Context, line string) (protocol.Reply, error) {
	p, err := c.Send(ctx, line, false)
	if err != nil {
		return protocol.Reply{}, err
	}
	return p.Wait(ctx)
}
