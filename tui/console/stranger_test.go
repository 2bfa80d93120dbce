package console

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

// stranger is a mail server by other people, emersion/go-smtp's.
type stranger struct {
	smtp.Session
	from    string
	options smtp.MailOptions
	to      []string
	message chan string
}

func (s *stranger) NewSession(*smtp.Conn) (smtp.Session, error) { return s, nil }
func (s *stranger) Reset()                                      {}
func (s *stranger) Logout() error                               { return nil }

func (s *stranger) Mail(from string, o *smtp.MailOptions) error {
	s.from, s.options, s.to = from, *o, nil
	return nil
}

func (s *stranger) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *stranger) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.message <- string(text)
	return err
}

// TestStranger has each kind of text arrive as it should, in each way it can go.
func TestStranger(t *testing.T) {
	back := &stranger{message: make(chan string, 1)}
	server := smtp.NewServer(back)
	server.EnableBINARYMIME, server.EnableSMTPUTF8 = true, true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() { _ = server.Close(); <-over })

	const crlf, lf, binary = "Subject: x\r\n\r\n.dot\r\n..\r\n", "Subject: x\n\n.dot\n..", "Subject: x\r\n\r\na\rb\x00\nc"
	utf8 := strings.ReplaceAll(crlf, "x", "\u00fc")
	target, err := ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		chunk      int64
		want       string
		body       smtp.BodyType
	}{
		{"CRLF by DATA", crlf, 0, crlf, ""},
		{"CRLF by BDAT", crlf, OneChunk, crlf, ""},
		{"CRLF in chunks", crlf, 7, crlf, ""},
		{"LF by DATA", lf, 0, crlf, ""},
		{"LF by BDAT", lf, OneChunk, crlf, ""},
		{"LF in chunks", lf, 1, crlf, ""},
		{"binary by DATA", binary, 0, "Subject: x\r\n\r\na\r\nb\x00\r\nc\r\n", ""},
		{"binary by BDAT", binary, OneChunk, binary, smtp.BodyBinaryMIME},
		{"binary in chunks", binary, 20, binary, smtp.BodyBinaryMIME},
		{"UTF-8 header", utf8, 0, utf8, smtp.Body8BitMIME},
		{"nothing by DATA", "", 0, "", ""},
		{"nothing by BDAT", "", OneChunk, "", ""},
	} {
		s, err := New(Options{Settings: Settings{Helo: "client.example.org"}}).Begin(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Dial(t.Context()); err != nil {
			t.Fatal(err)
		}
		m := Mail{From: "a@x.example", To: []string{"b@x.example", "c@x.example"}, Octets: octets(c.text), Chunk: c.chunk}
		if err := s.Deliver(t.Context(), m, Delivery{}); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := <-back.message; got != c.want {
			t.Errorf("%s: the server got %q", c.name, got)
		}
		if back.from != m.From || !slices.Equal(back.to, m.To) || back.options.Body != c.body || back.options.UTF8 != (c.text == utf8) {
			t.Errorf("%s: from %q to %q, %+v", c.name, back.from, back.to, back.options)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
