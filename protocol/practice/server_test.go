package practice

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smtpconsole/protocol"
)

func TestListenOnLoopbackOnly(t *testing.T) {
	s := newServer(t, nil)
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0"} {
		if _, err := s.Listen(address); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%q: got %v, want ErrNotLoopback", address, err)
		}
	}
	if _, err := s.Listen("127.0.0.1"); err == nil {
		t.Error("an address without a port is taken")
	}
	s.Close()
	if _, err := s.Listen("127.0.0.1:0"); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: got %v, want ErrClosed", err)
	}
}

// dial connects over TCP to a server that listens.
func dial(t *testing.T, s *Server) *conn {
	t.Helper()
	addr, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nc, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(10 * time.Second))
	return newConn(t, nc)
}

// TestCloseEndsSessions: idle, in a message and inside TLS.
func TestCloseEndsSessions(t *testing.T) {
	s := newServer(t, nil)
	idle := ready(t, s)
	inData := mailTo(t, s, "bob")
	inData.Writeln("DATA")
	inData.Expect("354")
	inTLS := dial(t, s)
	inTLS.Expect("220")
	inTLS = inTLS.startTLS(s)
	inTLS.Writeln("NOOP")
	inTLS.Expect("250")
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.Close()
	}()
	for _, c := range []*conn{idle, inData, inTLS} {
		c.Expect("421 4.3.2")
		c.ExpectEnd()
	}
	<-closed
	late := connect(t, s)
	late.Expect("421")
	late.ExpectEnd()
}

// startTLS upgrades the connection and trusts the server's own authority only.
func (c *conn) startTLS(s *Server) *conn {
	c.t.Helper()
	c.Writeln("EHLO client.example.org", "STARTTLS")
	c.Expect("250", "220")
	secured := tls.Client(c.Conn, &tls.Config{RootCAs: s.Roots(), ServerName: "127.0.0.1"})
	if err := secured.Handshake(); err != nil {
		c.t.Fatal(err)
	}
	return newConn(c.t, secured)
}

// TestStartTLS: the session begins anew, and STARTTLS is gone (RFC 3207 §4.2).
func TestStartTLS(t *testing.T) {
	s := newServer(t, nil)
	c := dial(t, s)
	c.Expect("220")
	c = c.startTLS(s)
	c.Writeln("MAIL FROM:<>")
	c.Expect("503 5.5.1")
	c.Writeln("EHLO client.example.org")
	if texts := c.Expect("250"); strings.Contains(strings.Join(texts, " "), "STARTTLS") {
		t.Errorf("STARTTLS is offered inside TLS: %q", texts)
	}
	c.Writeln("STARTTLS")
	c.Expect("503 5.5.1")
	c.play(`
		C: MAIL FROM:<>
		S: 250
		C: RCPT TO:<bob@example.test>
		S: 250
		C: DATA
		S: 354
		C: .
		S: 250
		C: QUIT
		S: 221`)
	if got := s.Messages(); len(got) != 1 || !got[0].TLS {
		t.Errorf("got %+v", got)
	}
}

// TestStartTLSInjection: plain text behind STARTTLS is never run (RFC 3207 §6).
func TestStartTLSInjection(t *testing.T) {
	c := ready(t, newServer(t, nil))
	c.Writeln("STARTTLS", "NOOP")
	c.Expect("554 5.5.1")
	c.ExpectEnd()
}

// TestStartTLSFails: no handshake, no session.
func TestStartTLSFails(t *testing.T) {
	c := dial(t, newServer(t, nil))
	c.Expect("220")
	c.Writeln("EHLO client.example.org", "STARTTLS")
	c.Expect("250", "220")
	c.Writeln("NOOP")
	rest, _ := io.ReadAll(c.r)
	if strings.Contains(string(rest), "250") {
		t.Errorf("got %q from a session whose handshake failed", rest)
	}
}

func TestCertificate(t *testing.T) {
	s := newServer(t, nil)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.CertificatePEM()) || !pool.Equal(s.Roots()) {
		t.Error("CertificatePEM and Roots differ")
	}
	leaf, err := x509.ParseCertificate(s.identity.leaf.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", DefaultName, "127.0.0.1", "::1"} {
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: pool}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConnectionsBound(t *testing.T) {
	s := newServer(t, &Options{Limits: Limits{Connections: 1}})
	first := connect(t, s)
	first.Expect("220")
	second := connect(t, s)
	second.Expect("421")
	second.ExpectEnd()
	first.Writeln("QUIT")
	first.Expect("221")
	first.ExpectEnd()
}

func TestCommandsBound(t *testing.T) {
	c := connect(t, newServer(t, &Options{Limits: Limits{Commands: 2}}))
	c.play(`
		S: 220
		C: NOOP
		S: 250
		C: NOOP
		S: 250
		C: NOOP
		S: 421 4.7.0`)
	c.ExpectEnd()
}

func TestErrorsBound(t *testing.T) {
	c := connect(t, newServer(t, &Options{Limits: Limits{Errors: 1}}))
	c.play(`
		S: 220
		C: FROB
		S: 500
		C: NOOP
		S: 250
		C: FROB
		S: 421 4.7.0`)
	c.ExpectEnd()
}

func TestRecipientsBound(t *testing.T) {
	c := mailTo(t, newServer(t, &Options{Limits: Limits{Recipients: 1}}), "bob")
	c.Writeln("RCPT TO:<ann@example.test>")
	c.Expect("452 4.5.3")
	c.Writeln("DATA")
	c.Expect("354")
}

// TestEndlessLine and message: the client is hung up on, not waited for.
func TestEndless(t *testing.T) {
	s := newServer(t, &Options{Limits: Limits{Message: 1000}})
	line := connect(t, s)
	line.Expect("220")
	go io.Copy(line, endless('x'))
	line.Expect("421 4.7.0")
	message := mailTo(t, s, "bob")
	message.Writeln("DATA")
	message.Expect("354")
	go io.Copy(message, endless('x'))
	message.Expect("421 4.7.0")
}

// endless reads as one octet for ever.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// TestIdle runs on a clock that moves by itself.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, nil)
		ours, theirs := net.Pipe()
		go s.ServeConn(theirs)
		c := newConn(t, ours)
		begun := time.Now()
		c.Expect("220", "421 4.4.2")
		c.ExpectEnd()
		if took := time.Since(begun); took != 5*time.Minute {
			t.Errorf("closed after %v", took)
		}
	})
}

// TestLogFoldsToTheSameState: whoever folds the log agrees with the server.
func TestLogFoldsToTheSameState(t *testing.T) {
	var st protocol.State
	var phases []protocol.Phase
	s := newServer(t, &Options{Log: func(_ int, ev protocol.Event) {
		st = st.Apply(ev)
		if ev.Reply != nil {
			phases = append(phases, st.Phase)
		}
	}})
	c := mailTo(t, s, "bob")
	c.play(`
		C: DATA
		S: 354
		C: hi
		C: .
		S: 250
		C: QUIT
		S: 221`)
	c.ExpectEnd()
	s.Close()
	want := []protocol.Phase{
		protocol.PhaseGreeted, protocol.PhaseReady, protocol.PhaseMail, protocol.PhaseRcpt,
		protocol.PhaseData, protocol.PhaseReady, protocol.PhaseClosing,
	}
	if len(phases) != len(want) {
		t.Fatalf("got %v, want %v", phases, want)
	}
	for i := range want {
		if phases[i] != want[i] {
			t.Errorf("reply %d: got %v, want %v", i, phases[i], want[i])
		}
	}
	if st.Phase != protocol.PhaseClosed || st.Messages != 1 {
		t.Errorf("got %+v at the end", st)
	}
}
