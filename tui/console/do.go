package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
	"smtpconsole/protocol/wire"
)

// ErrNoConnection is returned for an action that needs a live connection.
var ErrNoConnection = errors.New("there is no connection: :connect begins a new one")

// Do carries out a and, where it sends something, waits for the reply. It may
// block as long as the server's deadlines allow, and ends early with ctx. The
// events are in the log; the error is for what could not become one, and is
// nil for a refusal, which is a reply. Actions for a face are none of its
// business and do nothing.
func (s *Session) Do(ctx context.Context, a Action) error {
	switch a := a.(type) {
	case Hold:
		s.Log.Append(protocol.HeldLine(a.Line.Raw, s.State()))
		return nil
	case Note:
		s.Log.Append(protocol.Event{Kind: protocol.KindNote, Code: "note.user", Text: a.Text})
		return nil
	}
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	switch a := a.(type) {
	case Send:
		return send(ctx, conn, a)
	case StartTLS:
		_, err := conn.StartTLS(ctx)
		return err
	case Login:
		return s.login(ctx, conn, a.Mechanism)
	case Drop:
		return conn.Close()
	}
	return nil
}

func send(ctx context.Context, conn *wire.Conn, a Send) error {
	pending, err := conn.Send(ctx, a.Line, a.AsTyped)
	if err != nil {
		return err
	}
	_, err = pending.Wait(ctx)
	return err
}

// SendGroup sends lines in one write and waits for all replies (RFC 2920).
func (s *Session) SendGroup(ctx context.Context, lines []string) error {
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	pending, err := conn.SendAll(ctx, lines, false)
	if err != nil {
		return err
	}
	for _, p := range pending {
		if _, err := p.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// SendMessage sends r as the message after a 354 and waits for the verdict.
// Progress, if not nil, is told the octets sent so far.
func (s *Session) SendMessage(ctx context.Context, r io.Reader, progress func(int64)) error {
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	_, err := conn.Body(ctx, r, progress)
	return err
}

// SendFile sends DATA and, behind the 354, the file at path as the message.
// Nothing is sent where the file cannot be opened; where DATA is refused the
// file is not, and that is a reply, no error. Progress is SendMessage's.
func (s *Session) SendFile(ctx context.Context, path string, progress func(int64)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return errors.Join(err, fmt.Errorf("%q is a directory: name one file that holds the message", path))
	}
	if err := s.Do(ctx, Send{Line: "DATA"}); err != nil {
		return err
	}
	if s.Log.State().Phase != protocol.PhaseData {
		return nil
	}
	return s.SendMessage(ctx, f, progress)
}

// SendChunk sends text as one BDAT chunk, the last one as last says. The count
// is worked out here, whatever was typed: a wrong one would put both sides out
// of step (RFC 3030 §2).
func (s *Session) SendChunk(ctx context.Context, text string, last bool) error {
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	line := fmt.Sprintf("BDAT %d", len(text))
	if last {
		line += " LAST"
	}
	_, err := conn.Chunk(ctx, line, strings.NewReader(text), int64(len(text)))
	return err
}

// ErrNoMechanism is returned by a login where nothing offered can be used.
var ErrNoMechanism = errors.New("no offered mechanism fits: STARTTLS first, or name one, as in :auth PLAIN")

// login runs AUTH with the mechanism named, or the best one offered. An
// exchange that was begun by hand is cancelled first (RFC 4954 §4), and its
// mechanism is taken where none is named.
func (s *Session) login(ctx context.Context, conn *wire.Conn, mechanism string) error {
	st := s.Log.State()
	if st.Phase == protocol.PhaseAuth {
		if mechanism == "" {
			mechanism = st.AuthMech
		}
		if err := send(ctx, conn, Send{Line: "*"}); err != nil {
			return err
		}
	}
	if mechanism == "" {
		best, ok := sasl.Pick(st.Caps.Mechanisms(), st.TLS != nil || s.Target.Practice)
		if !ok {
			return ErrNoMechanism
		}
		mechanism = best
	}
	_, err := conn.Auth(ctx, mechanism, s.asker(), true)
	return err
}

// Reported tells whether err is in the log as an event already, so that a face
// need not say it a second time.
func Reported(err error) bool {
	var closed *wire.CloseError
	var dial *wire.DialError
	var late *wire.TimeoutError
	return errors.As(err, &closed) || errors.As(err, &dial) || errors.As(err, &late)
}
