package console

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/practice"
	"smtpconsole/protocol/sasl"
	"smtpconsole/protocol/wire"
)

// Options are what a Console is made of. The zero Options work and keep no
// record.
type Options struct {
	Settings Settings
	// Store keeps the sessions; nil keeps none.
	Store *history.Store
	// Version is written into records.
	Version string
	// Settle is how long a server may take to answer raw octets before they
	// count as a part of a message; 0 means 3 seconds.
	Settle time.Duration
	// NoDigest leaves the SHA-256 of messages out, where there is no Store: it
	// takes longer than the sending.
	NoDigest bool
	// Ask asks the person at the terminal for what a login needs; nil where
	// nobody can be asked.
	Ask sasl.Asker
}

// Console makes sessions and ends what it started for them: the practice
// server. Its methods may be called from any goroutine.
type Console struct {
	o    Options
	name string    // what this client calls itself
	room wire.Room // for its connections

	mu       sync.Mutex // guards practice and where
	practice *practice.Server
	where    net.Addr
}

// New returns a Console. It opens nothing.
func New(o Options) *Console { return &Console{o: o, name: o.Settings.name()} }

// AskWith has the person asked by ask from now on. It is for a face that can
// only ask once it runs; call it before the first session.
func (c *Console) AskWith(ask sasl.Asker) { c.o.Ask = ask }

// Store is where sessions are kept; nil where none are.
func (c *Console) Store() *history.Store { return c.o.Store }

// Name is what this client calls itself in EHLO.
func (c *Console) Name() string { return c.name }

// HasUser tells whether the settings, or the target, name a user to log in.
func (c *Console) HasUser(t Target) bool { return t.User != "" || c.o.Settings.User != "" }

// Close ends the practice server, if there is one.
func (c *Console) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.practice == nil {
		return nil
	}
	return c.practice.Close()
}

// practiceServer starts the built-in server once and returns its address.
func (c *Console) practiceServer() (string, *x509.CertPool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.practice == nil {
		server, err := practice.New(nil)
		if err != nil {
			return "", nil, err
		}
		where, err := server.Listen("127.0.0.1:0")
		if err != nil {
			return "", nil, fmt.Errorf("start the practice server: %w", err)
		}
		c.practice, c.where = server, where
	}
	return c.where.String(), c.practice.Roots(), nil
}

// Session is one connection with its log and record. Nothing is dialled yet
// when Begin returns it.
type Session struct {
	Target Target
	Log    *history.Log
	// Record is the ID of the session's record, "" where none is kept.
	Record string

	console  *Console
	options  *wire.Options
	address  string
	original string // ID of the session it replays, "" for none
	keys     io.Closer

	mu     sync.Mutex // guards conn and closed
	conn   *wire.Conn
	closed bool

	end    sync.Once // Close
	endErr error
}

// Begin makes a session for t: its log, its record and its settings. The
// error is one of settings. That no record can be kept is an event in the log
// and stops nothing.
func (c *Console) Begin(t Target) (*Session, error) { return c.begin(t, "") }

// begin is Begin for a session that replays original, an ID, "" for none.
func (c *Console) begin(t Target, original string) (*Session, error) {
	options, keys, err := c.o.Settings.wireOptions(t)
	if err != nil {
		return nil, errors.Join(err, keys.Close())
	}
	s := &Session{Target: t, console: c, options: options, keys: keys, address: t.Address(), original: original}
	if t.Practice {
		if err := c.usePractice(s); err != nil {
			return nil, errors.Join(err, keys.Close())
		}
	}
	s.record()
	s.options.Room = &c.room
	s.options.Sink = func(ev protocol.Event) { s.Log.Append(ev) }
	return s, nil
}

// usePractice points s at the built-in server, whose certificate this process
// made and so can trust.
func (c *Console) usePractice(s *Session) error {
	address, roots, err := c.practiceServer()
	s.address, s.options.Name = address, practice.DefaultName
	s.options.TLS.Roots = roots
	return err
}

// record begins the session's file; without one the session goes on in memory.
func (s *Session) record() {
	store := s.console.o.Store
	if store == nil {
		s.options.NoDigest = s.console.o.NoDigest
		s.Log = history.NewLog(nil, nil)
		return
	}
	rec, err := store.Create(history.Header{Target: s.Target.Name, Client: "smtpconsole " + s.console.o.Version, Original: s.original})
	s.Log = history.NewLog(rec, nil)
	if err != nil {
		s.Log.Append(history.Trouble(err))
		return
	}
	s.Record = rec.Header().ID
	if most := s.console.o.Settings.KeepMax.octets(); most > 0 {
		s.options.Keep, s.options.KeepMax = func() (wire.Keep, error) { return rec.KeepBody() }, most
	}
}

// Dial connects and waits for the greeting. What happens on the way is in the
// log; the error says that there is no session to go on with.
func (s *Session) Dial(ctx context.Context) error {
	conn, err := wire.Dial(ctx, s.address, s.options)
	if err != nil {
		return err
	}
	if !s.adopt(conn) {
		_ = conn.Close()
		return context.Canceled
	}
	_, err = conn.Greeting(ctx)
	return err
}

// adopt takes conn over, unless the session was closed while it was dialled.
func (s *Session) adopt(conn *wire.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = conn
	return !s.closed
}

// Name is what this client calls itself in EHLO.
func (s *Session) Name() string { return s.console.Name() }

// HasUser tells whether there is a user to log in.
func (s *Session) HasUser() bool { return s.console.HasUser(s.Target) }

// State is the session's state, with the client's name and the target's protocol in it.
func (s *Session) State() protocol.State {
	st := s.Log.State()
	st.Name, st.Local = s.Name(), s.Target.LMTP
	return st
}

// Live tells whether there is a connection.
func (s *Session) Live() bool {
	conn := s.current()
	return conn != nil && conn.Err() == nil
}

func (s *Session) current() *wire.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// Done is closed when the connection is over and its last event is in the
// log; at once where there is none.
func (s *Session) Done() <-chan struct{} {
	if conn := s.current(); conn != nil {
		return conn.Done()
	}
	none := make(chan struct{})
	close(none)
	return none
}

// Close ends the connection, if there is one, and the log. The record is
// complete then, or the error says what is missing. Further calls return the
// same.
func (s *Session) Close() error {
	s.end.Do(func() {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		if conn := s.current(); conn != nil {
			conn.Close()
		}
		s.endErr = errors.Join(s.Log.Close(), s.keys.Close())
	})
	return s.endErr
}
