package practice

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"
)

// script is a connection whose client sends all it has at once and listens to
// the end.
type script struct {
	in  io.Reader
	out bytes.Buffer
}

func (c *script) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c *script) Write(p []byte) (int, error)      { return c.out.Write(p) }
func (c *script) Close() error                     { return nil }
func (c *script) LocalAddr() net.Addr              { return nil }
func (c *script) RemoteAddr() net.Addr             { return nil }
func (c *script) SetDeadline(time.Time) error      { return nil }
func (c *script) SetReadDeadline(time.Time) error  { return nil }
func (c *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzSession: whatever a client sends, the session ends when the client does
// and every reply is grammatical.
func FuzzSession(f *testing.F) {
	const hello = "EHLO client.example.org\r\n"
	const begun = hello + "MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.test>\r\n"
	for _, seed := range []string{
		"", "\r\n", "\n", "\x00\xff", "QUIT\r\n", "HELO\r\nHELLO x\r\nHELP\r\nHELP MAIL\r\n",
		hello + "VRFY ann\r\nEXPN staff\r\nNOOP\r\nRSET\r\nQUIT\r\n",
		hello + "AUTH LOGIN\r\nbGVhcm5lcg==\r\ncHJhY3RpY2U=\r\nAUTH PLAIN\r\n*\r\n",
		hello + "AUTH CRAM-MD5\r\n=\r\nAUTH PLAIN AGxlYXJuZXIAcHJhY3RpY2U=\r\n",
		begun + "DATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n",
		begun + "DATA\r\na\n.\nb\r.\r\r\n.\r\n",
		begun + "BDAT 2\r\nhi" + "BDAT 4 LAST\r\nhi\r\nBDAT 9999999999999\r\n",
		hello + "STARTTLS\r\n", hello + "STARTTLS\r\nNOOP\r\n",
		hello + "MAIL FROM:<jörg@example.org> SMTPUTF8 SIZE=1 BODY=7BIT\r\n",
	} {
		f.Add([]byte(seed))
	}
	s := newServer(f, &Options{Limits: Limits{Message: 1000, Messages: 3}})
	f.Fuzz(func(t *testing.T, sent []byte) {
		c := &script{in: bytes.NewReader(sent)}
		s.ServeConn(c)
		for line := range bytes.Lines(c.out.Bytes()) {
			if !replyLine.Match(line) || len(line) > replyLimit {
				t.Fatalf("%q was answered with %q", sent, line)
			}
			if bytes.HasPrefix(line, []byte("220 2.0.0")) {
				return // what follows is TLS
			}
		}
	})
}
