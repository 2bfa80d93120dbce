package wire_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

func TestDialErrors(t *testing.T) {
	tests := []struct {
		err  error
		code string
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "x.invalid", IsNotFound: true}}, "dial.name"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "dial.refused"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ETIMEDOUT)}, "dial.timeout"},
		{&net.OpError{Op: "dial", Err: context.DeadlineExceeded}, "dial.timeout"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}, "dial.unreachable"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}, "dial.unreachable"},
		{errors.New("socks: refused"), "dial.failed"},
	}
	for _, tt := range tests {
		tp := newTape()
		_, err := wire.Dial(t.Context(), "mx.example.test:25", &wire.Options{
			Sink: tp.Sink,
			Dial: func(context.Context, string, string) (net.Conn, error) { return nil, tt.err },
		})
		var failed *wire.DialError
		if !errors.As(err, &failed) || failed.Code != tt.code || !errors.Is(err, tt.err) {
			t.Errorf("%v became %v, want %s", tt.err, err, tt.code)
		}
		if all := tp.all(); len(all) != 1 || all[0].Code != tt.code || all[0].Kind != protocol.KindError {
			t.Errorf("%v made events %v", tt.err, all)
		}
	}
}

func TestDialForReal(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := free.Addr().String()
	_ = free.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		ctx           context.Context
		network, addr string
		code          string
	}{
		{t.Context(), "", closed, "dial.refused"},
		{t.Context(), "tcp4", "[::1]:25", "dial.address"},
		{t.Context(), "", "::1:25", "dial.address"},
		{t.Context(), "", "localhost", "dial.address"},
		{t.Context(), "unix", t.TempDir() + "/none", "dial.refused"},
		{ctx, "", closed, "dial.cancelled"},
	}
	for _, tt := range tests {
		_, err := wire.Dial(tt.ctx, tt.addr, &wire.Options{Network: tt.network})
		var failed *wire.DialError
		if !errors.As(err, &failed) || failed.Code != tt.code {
			t.Errorf("%s %q: %v, want %s", tt.network, tt.addr, err, tt.code)
		}
	}
}

// A host with several addresses is reached by the one that answers.
func TestDialSeveralAddresses(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		nc, err := ln.Accept()
		if err == nil {
			_, _ = nc.Write([]byte("220 x\r\n"))
			_ = nc.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	tp := newTape()
	c, err := wire.Dial(t.Context(), net.JoinHostPort("localhost", port), &wire.Options{Sink: tp.Sink})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	greeted(t, c)
	if connect := tp.all()[0]; connect.Text != "localhost:"+port+" (127.0.0.1:"+port+")" {
		t.Errorf("the connect event says %q", connect.Text)
	}
}
