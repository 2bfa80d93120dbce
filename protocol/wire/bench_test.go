package wire_test

import (
	"bufio"
	"bytes"
	"net"
	"testing"

	"smtpconsole/protocol/wire"
)

// BenchmarkBody is a message of 1 MiB and its verdict, over a net.Pipe to a
// server that removes the dots again.
func BenchmarkBody(b *testing.B) {
	text := bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog, and so on and so forth.\r\n"), 1<<14)
	near, far := net.Pipe()
	go func() {
		s := &server{nc: far, br: bufio.NewReader(far)}
		_, _ = far.Write([]byte("220 x\r\n"))
		for {
			if _, err := s.br.ReadString('\n'); err != nil {
				return
			}
			_, _ = far.Write([]byte("354 go\r\n"))
			drain(s)
			_, _ = far.Write([]byte("250 ok\r\n"))
		}
	}()
	c := wire.New(near, nil)
	defer c.Close()
	_, _ = c.Greeting(b.Context())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := c.Send(b.Context(), "DATA", false)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = p.Wait(b.Context())
		if _, err := c.Body(b.Context(), bytes.NewReader(text), nil); err != nil {
			b.Fatal(err)
		}
	}
}
