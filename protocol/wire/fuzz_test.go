package wire_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// FuzzReader lets a server send anything at all while a client goes about its
// business. Whatever comes, the client ends, with one close event, which is
// the last, and with as many octets reported as came.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		"", "220", "220 x\r\n", "220-x\r\n220 y\r\n250 z\r\n354 go\r\n250 ok\r\n",
		"220 x\r\n220 go\r\n", "220 x\r\n421 no\r\n221 bye\r\n250 what", "\r\n\n\r250\n", "HTTP/1.1 200", "\x16\x03\x01",
		"220 x\r\n250-\r\n999-\r\nzzz\r\n000 \r\n", "220 x\r\n334 YQ==\r\n334 ***\r\n", strings.Repeat("2", 70<<10),
		strings.Repeat("250-x\r\n", 11_000), strings.Repeat("250 x\r\n", 1_100),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		near, far := net.Pipe()
		tp := newTape()
		c := wire.New(near, &wire.Options{Sink: tp.Sink, Timeouts: wire.Within(time.Minute)})
		heard := make(chan struct{})
		go func() {
			defer close(heard)
			_, _ = io.Copy(io.Discard, far)
		}()
		go func() {
			_, _ = far.Write(said)
			_ = far.Close()
		}()
		business(t.Context(), c)
		<-c.Done()
		<-heard
		closes, octets := 0, 0
		for _, ev := range tp.all() {
			switch ev.Kind {
			case protocol.KindClose:
				closes++
			case protocol.KindServer:
				octets += len(ev.Text)
			}
		}
		all := tp.all()
		if closes != 1 || all[len(all)-1].Kind != protocol.KindClose || octets > len(said) {
			t.Errorf("%d close events, the last event is %v, %d octets of %d", closes, all[len(all)-1], octets, len(said))
		}
	})
}

// business is a session that cares little for the answers.
func business(ctx context.Context, c *wire.Conn) {
	_, _ = c.Greeting(ctx)
	for _, line := range []string{"EHLO a.example", "MAIL FROM:<>", "RCPT TO:<a@b.example>", "DATA"} {
		if p, err := c.Send(ctx, line, false); err == nil {
			_, _ = p.Wait(ctx)
		}
	}
	_, _ = c.Body(ctx, strings.NewReader("text"), nil)
	_, _ = c.Auth(ctx, "LOGIN", tim, false)
	_, _ = c.StartTLS(ctx)
}
