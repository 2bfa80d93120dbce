package console

import (
	"context"
	"errors"
	"fmt"

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
		_, err := exchange(ctx, conn, a)
		return err
	case StartTLS:
		_, err := conn.StartTLS(ctx)
		return err
	case Login:
		return s.login(ctx, conn, a.Mechanism)
	case Raw:
		return s.rawFile(ctx, a)
	case End:
		return s.SendEnd(ctx)
	case EndTest:
		return s.endTest(ctx, a)
	case Drop:
		return conn.Close()
	}
	return nil
}

// rawFile looks at no more of the file than it must: what is in it goes out
// whatever it is.
func (s *Session) rawFile(ctx context.Context, a Raw) error {
	octets, _, err := SkimFile(a.Path, s.State())
	if err != nil {
		return err
	}
	return s.SendRaw(ctx, octets, a.Host, nil)
}

func (s *Session) endTest(ctx context.Context, a EndTest) error {
	variant, ok := protocol.FindEndVariant(a.Variant)
	if !ok {
		return fmt.Errorf("%q: %w", a.Variant, ErrNoVariant)
	}
	return s.TestEnd(ctx, variant, "", a.Host)
}

// exchange sends a line and waits for its reply.
func exchange(ctx context.Context, conn *wire.Conn, a Send) (protocol.Reply, error) {
	pending, err := conn.Send(ctx, a.Line, a.AsTyped)
	if err != nil {
		return protocol.Reply{}, err
	}
	return pending.Wait(ctx)
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
		if _, err := exchange(ctx, conn, Send{Line: "*"}); err != nil {
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

// Reason is err; where it ended a connection that could not be protected, it is
// the reason for that, which says what to do.
func Reason(err error) error {
	var reason *wire.TLSError
	if errors.As(err, &reason) {
		return reason
	}
	return err
}

// Reported tells whether err is in the log as an event already, so that a face
// need not say it a second time.
func Reported(err error) bool {
	var closed *wire.CloseError
	var dial *wire.DialError
	var late *wire.TimeoutError
	return errors.As(err, &closed) || errors.As(err, &dial) || errors.As(err, &late) || errors.Is(err, ErrRefused)
}
