package wire_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	gosasl "github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
	"smtpconsole/protocol/wire"
)

// stranger is a mail server by other people: emersion/go-smtp's, which takes
// one message.
type stranger struct {
	smtp.Session
	message chan string
}

func (s *stranger) NewSession(*smtp.Conn) (smtp.Session, error) { return s, nil }
func (s *stranger) Mail(string, *smtp.MailOptions) error        { return nil }
func (s *stranger) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (s *stranger) Reset()                                      {}
func (s *stranger) Logout() error                               { return nil }
func (s *stranger) AuthMechanisms() []string                    { return []string{"PLAIN", "LOGIN"} }

func (s *stranger) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.message <- string(text)
	return err
}

func (s *stranger) Auth(string) (gosasl.Server, error) {
	return gosasl.NewPlainServer(func(_, user, password string) error {
		if user != "tim" || password != "tanstaaftanstaaf" {
			return errors.New("wrong password")
		}
		return nil
	}), nil
}

// newStranger starts one on loopback; implicit puts TLS before its greeting.
func newStranger(t *testing.T, implicit bool) (*stranger, string, wire.Options) {
	t.Helper()
	roots, cert := authority(t)
	back := &stranger{message: make(chan string, 1)}
	srv := smtp.NewServer(back)
	srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, Time: now}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serve := ln
	if implicit {
		serve = tls.NewListener(ln, srv.TLSConfig)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = srv.Serve(serve)
	}()
	t.Cleanup(func() { _ = srv.Close(); <-over })
	o := tlsOptions(roots, "mx.example.test")
	o.TLS.Implicit = implicit
	return back, ln.Addr().String(), o
}

func TestStranger(t *testing.T) {
	const text = "Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n"
	tests := []struct {
		name              string
		implicit, chunked bool
	}{
		{"STARTTLS and DATA", false, false},
		{"STARTTLS and BDAT", false, true},
		{"implicit TLS", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			back, address, o := newStranger(t, tt.implicit)
			tp := newTape()
			o.Sink = tp.Sink
			c, err := wire.Dial(t.Context(), address, &o)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			greeted(t, c)
			must(t, c, "EHLO me.example.test", 250)
			if !tt.implicit {
				if r, err := c.StartTLS(t.Context()); err != nil || r.Code != 220 {
					t.Fatalf("STARTTLS: %v, %v", r, err)
				}
				must(t, c, "EHLO me.example.test", 250)
			}
			mechanism, ok := sasl.Pick(c.State().Caps.Mechanisms(), c.State().TLS != nil)
			if r, err := c.Auth(t.Context(), mechanism, tim, true); !ok || err != nil || r.Code != 235 {
				t.Fatalf("Auth with %q: %v, %v", mechanism, r, err)
			}
			must(t, c, "MAIL FROM:<a@b.example>", 250)
			must(t, c, "RCPT TO:<c@d.example>", 250)
			replies := send(t, c, text, tt.chunked)
			if got := <-back.message; got != text || len(replies) != 1 || replies[0].Code != 250 {
				t.Errorf("the server got %q and said %v", got, replies)
			}
			must(t, c, "QUIT", 221)
			ended(t, c, tp, "close.quit")
			if slices.ContainsFunc(tp.dialogue(), func(line string) bool { return strings.Contains(line, "AHRpbQ") }) {
				t.Errorf("a password is in %q", tp.dialogue())
			}
		})
	}
}

func send(t *testing.T, c *wire.Conn, text string, chunked bool) []protocol.Reply {
	t.Helper()
	var replies []protocol.Reply
	var err error
	if chunked {
		replies, err = c.Chunk(t.Context(), fmt.Sprintf("BDAT %d LAST", len(text)), strings.NewReader(text), int64(len(text)), nil)
	} else {
		must(t, c, "DATA", 354)
		replies, err = c.Body(t.Context(), bytes.NewReader([]byte(text)), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return replies
}
