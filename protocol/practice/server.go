// Package practice is a mail server to practise on: on loopback only, in
// memory, never relaying, and strict. It reads each command with the same
// protocol.Parse as the console and folds the same protocol.State, so that
// both always agree on what a line means; what it refuses, it refuses in words
// that say which rule was broken and what to type instead.
//
// The parts: server.go listens and ends, link.go moves octets, session.go
// holds one dialogue, replies.go turns remarks into refusals, hello.go offers
// and secures, auth.go logs in, transaction.go and bdat.go take messages,
// content.go judges their text, recipients.go says who lives here, mailbox.go
// keeps what came, and help.go explains it all.
package practice

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"smtpconsole/protocol"
)

// ErrClosed is returned by Listen after Close.
var ErrClosed = errors.New("the practice server is closed: make a new one")

// ErrNotLoopback is returned by Listen for an address others could reach.
var ErrNotLoopback = errors.New("the practice server listens on loopback only: use 127.0.0.1:PORT, [::1]:PORT or localhost:PORT")

// Server is a practice server. New makes one; its methods may be called from
// any goroutine.
type Server struct {
	opts     Options
	identity identity
	box      mailbox
	grey     greylist
	handlers map[string]handler

	running sync.WaitGroup // one for each accept loop and each session

	mu        sync.Mutex // guards the fields below; never held over I/O that can block
	closing   bool
	sessions  int // begun so far
	listeners []net.Listener
	conns     map[net.Conn]struct{}
}

// New makes a server with its own certificate authority, which lives and ends
// with it. It opens nothing: call Listen or ServeConn. The error says that no
// certificate could be made.
func New(o *Options) (*Server, error) {
	opts := o.withDefaults()
	id, err := newIdentity(opts.Name, opts.Now())
	if err != nil {
		return nil, fmt.Errorf("make the practice certificate: %w", err)
	}
	return &Server{
		opts:     opts,
		identity: id,
		box:      mailbox{count: opts.Limits.Messages, size: opts.Limits.Kept},
		handlers: handlers(),
		conns:    make(map[net.Conn]struct{}),
	}, nil
}

// Roots holds the authority that signed this server's certificate, for a
// client in the same process. The pool is the caller's own.
func (s *Server) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.identity.authority)
	return pool
}

// CertificatePEM is the same authority as a PEM block, for a client in another
// process (curl --cacert).
func (s *Server) CertificatePEM() []byte { return s.identity.pem() }

// Messages returns what was accepted, oldest first. The slice is the caller's;
// the messages must not be changed.
func (s *Server) Messages() []Message { return s.box.all() }

// Listen takes connections on address ("127.0.0.1:0", "localhost:2525") until
// Close, and returns where: port 0 means any free one. It may be called more
// than once. Errors wrap ErrNotLoopback, ErrClosed or the network's.
func (s *Server) Listen(address string) (net.Addr, error) {
	where, err := loopback(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", address, err)
	}
	ln, err := net.ListenTCP("tcp", where)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: %w", address, err)
	}
	if !s.adopt(ln) {
		ln.Close()
		return nil, fmt.Errorf("listen on %q: %w", address, ErrClosed)
	}
	go s.accept(ln)
	return ln.Addr(), nil
}

// loopback resolves address and insists that nobody else can reach it.
func loopback(address string) (*net.TCPAddr, error) {
	where, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	if !where.IP.IsLoopback() {
		return nil, ErrNotLoopback
	}
	return where, nil
}

// adopt makes ln one that Close ends; false means that Close was first.
func (s *Server) adopt(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.listeners = append(s.listeners, ln)
	s.running.Add(1)
	return true
}

// accept starts a session for each connection. It ends when Close closes ln,
// and rests a moment where the system is short of descriptors.
func (s *Server) accept(ln net.Listener) {
	defer s.running.Done()
	for {
		nc, err := ln.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(acceptPause)
		default:
			s.start(nc)
		}
	}
}

// acceptPause keeps a failing Accept from spinning.
const acceptPause = 50 * time.Millisecond

// start serves nc in a goroutine of its own, which ends with the session.
func (s *Server) start(nc net.Conn) {
	n, greeting := s.admit(nc)
	go func() {
		defer s.running.Done()
		newSession(s, nc, n).run(greeting)
	}()
}

// ServeConn holds a session over nc, returns when it is over, and leaves nc
// closed. It counts among the connections like any other.
func (s *Server) ServeConn(nc net.Conn) {
	n, greeting := s.admit(nc)
	defer s.running.Done()
	newSession(s, nc, n).run(greeting)
}

// admit counts nc in, gives its session a number, and says how it is greeted.
// There is no enhanced code in a greeting (RFC 2034 §4).
func (s *Server) admit(nc net.Conn) (session int, greeting protocol.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running.Add(1)
	s.sessions++
	s.conns[nc] = struct{}{}
	switch limit := s.opts.Limits.Connections; {
	case s.closing:
		greeting = say(421, "", s.opts.Name+" is shutting down")
	case len(s.conns) > limit:
		greeting = say(421, "", fmt.Sprintf("%s holds %d connections, which is its limit: try again when one has ended", s.opts.Name, limit))
	default:
		greeting = say(220, "", s.opts.Name+" ESMTP practice server, HELP says what it knows")
	}
	return s.sessions, greeting
}

// dismiss counts nc out.
func (s *Server) dismiss(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, nc)
}

// arm gives nc's next read and write their deadlines: the idle limit, or once
// the server is closing no time to read and little to write.
func (s *Server) arm(nc net.Conn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return lastWord(nc)
	}
	return nc.SetDeadline(time.Now().Add(s.opts.Limits.Idle))
}

// lastWord makes nc's reads fail at once and leaves time for one reply.
func lastWord(nc net.Conn) error {
	return errors.Join(nc.SetReadDeadline(time.Unix(1, 0)), nc.SetWriteDeadline(time.Now().Add(farewell)))
}

// farewell is the time a client has to take the last reply.
const farewell = time.Second

// closingNow tells whether Close was called.
func (s *Server) closingNow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// Close ends every listener and every session (421, RFC 5321 §3.8) and
// returns when no goroutine of the server is left. Messages can still be read
// afterwards. Further calls wait likewise. The error is always nil.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closing = true
	for _, ln := range s.listeners {
		ln.Close()
	}
	s.listeners = nil
	for nc := range s.conns {
		lastWord(nc)
	}
	s.mu.Unlock()
	s.running.Wait()
	return nil
}

// tlsConfig is the server's side of STARTTLS.
func (s *Server) tlsConfig() *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{s.identity.leaf},
		MinVersion:   tls.VersionTLS12,
		Time:         s.opts.Now,
	}
}
