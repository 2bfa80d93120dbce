package wire_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		serve(nc)
	}()
	t.Cleanup(func() { _ = ln.Close(); <-over })
	return ln.Addr().String()
}

func TestImplicitTLS(t *testing.T) {
	roots, cert := authority(t)
	address := listen(t, func(nc net.Conn) {
		tc := tls.Server(nc, &tls.Config{Certificates: []tls.Certificate{cert}, Time: now})
		_, _ = tc.Write([]byte("220 hello\r\n"))
		_, _ = tc.Read(make([]byte, 1))
	})
	o := tlsOptions(roots, "mx.example.test")
	o.TLS.Implicit = true
	tp := newTape()
	o.Sink = tp.Sink
	c, err := wire.Dial(t.Context(), address, &o)
	if err != nil {
		t.Fatal(err)
	}
	greeted(t, c)
	_ = c.Close()
	ended(t, c, tp, "close.user")
	all := tp.all()
	if all[1].Kind != protocol.KindTLS || !all[1].TLS.Implicit || all[2].Text != "220 hello" {
		t.Errorf("the events are %v", all)
	}
}

func TestImplicitTLSOnAPlainPort(t *testing.T) {
	address := listen(t, func(nc net.Conn) {
		_, _ = nc.Write([]byte("220 plain\r\n"))
		_, _ = nc.Read(make([]byte, 1000))
	})
	tp := newTape()
	o := wire.Options{Sink: tp.Sink, TLS: wire.TLSOptions{Implicit: true}}
	c, err := wire.Dial(t.Context(), address, &o)
	var failed *wire.TLSError
	var dial *wire.DialError
	if c != nil || !errors.As(err, &dial) || dial.Code != "dial.tls" || !errors.As(err, &failed) || failed.Code != "tls.not-tls" ||
		!strings.Contains(dial.Text, failed.Text) {
		t.Errorf("Dial: %v", err)
	}
	if got := tp.codes(); len(got) != 2 || got[0] != "tls.not-tls" || got[1] != "close.tls" {
		t.Errorf("codes %q", got)
	}
}

func TestDialCancelledInTheHandshake(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	address := listen(t, func(nc net.Conn) {
		_, _ = nc.Read(make([]byte, 1)) // the ClientHello is on its way
		cancel()
		_, _ = nc.Read(make([]byte, 10_000))
		_, _ = nc.Read(make([]byte, 1))
	})
	_, err := wire.Dial(ctx, address, &wire.Options{TLS: wire.TLSOptions{Implicit: true}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Dial: %v", err)
	}
}

// A line sent during the handshake waits for its end.
func TestImplicitTLSHoldsTheWriteLock(t *testing.T) {
	roots, cert := authority(t)
	o := tlsOptions(roots, "mx.example.test")
	o.TLS.Implicit = true
	c, tp := pairWith(t, o, func(s *server) {
		if s.secure(cert) {
			s.follow("S: 220 ready", "C: NOOP", "S: 250 ok")
		}
	})
	must(t, c, "NOOP", 250)
	if all := tp.all(); all[1].Kind != protocol.KindTLS {
		t.Errorf("the events are %v", all)
	}
}
