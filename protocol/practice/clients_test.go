package practice

import (
	"crypto/tls"
	"net/smtp"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

const letter = "From: ann@example.org\r\nSubject: hello\r\n\r\n.a dot\r\n"

// listen returns the address of a server that listens.
func listen(t *testing.T, s *Server) string {
	t.Helper()
	addr, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return addr.String()
}

func expectLetter(t *testing.T, s *Server, auth string) {
	t.Helper()
	got := s.Messages()
	if len(got) != 1 || string(got[0].Data) != letter || !got[0].TLS || got[0].Auth != auth || len(got[0].Rcpts) != 2 {
		t.Errorf("got %+v, want the letter once, for two, over TLS, after AUTH %s", got, auth)
	}
}

// TestNetSMTP: the standard library's client, with STARTTLS and each AUTH it has.
func TestNetSMTP(t *testing.T) {
	auths := map[string]smtp.Auth{
		"PLAIN":    smtp.PlainAuth("", Username, Password, "127.0.0.1"),
		"CRAM-MD5": smtp.CRAMMD5Auth(Username, Password),
	}
	for name, auth := range auths {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, nil)
			c, err := smtp.Dial(listen(t, s))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			must(t, c.StartTLS(&tls.Config{RootCAs: s.Roots(), ServerName: "localhost"}))
			must(t, c.Auth(auth))
			must(t, c.Mail("ann@example.org"))
			must(t, c.Rcpt("bob@example.test"))
			must(t, c.Rcpt("carol@example.test"))
			w, err := c.Data()
			must(t, err)
			_, err = w.Write([]byte(letter))
			must(t, err)
			must(t, w.Close())
			must(t, c.Quit())
			expectLetter(t, s, name)
		})
	}
}

// TestGoSMTP: a client by other people.
func TestGoSMTP(t *testing.T) {
	auths := map[string]sasl.Client{
		"PLAIN": sasl.NewPlainClient("", Username, Password),
		"LOGIN": sasl.NewLoginClient(Username, Password),
	}
	for name, auth := range auths {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, nil)
			c, err := gosmtp.DialStartTLS(listen(t, s), &tls.Config{RootCAs: s.Roots(), ServerName: DefaultName})
			must(t, err)
			defer c.Close()
			must(t, c.Auth(auth))
			must(t, c.SendMail("ann@example.org", []string{"bob@example.test", "carol@example.org"}, strings.NewReader(letter)))
			must(t, c.Quit())
			expectLetter(t, s, name)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestManyAtOnce: sessions share the mailbox and nothing else.
func TestManyAtOnce(t *testing.T) {
	s := newServer(t, nil)
	address := listen(t, s)
	const clients = 20
	done := make(chan error)
	for range clients {
		go func() { done <- deliver(address) }()
	}
	for range clients {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(s.Messages()); n != clients {
		t.Errorf("got %d messages, want %d", n, clients)
	}
}

// deliver sends the letter in plain text.
func deliver(address string) error {
	c, err := gosmtp.Dial(address)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SendMail("ann@example.org", []string{"bob@example.test"}, strings.NewReader(letter)); err != nil {
		return err
	}
	return c.Quit()
}
