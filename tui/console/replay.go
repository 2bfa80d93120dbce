package console

import (
	"context"
	"io"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// Replay makes a session with t, and a replay of script on it. The session's
// record names the original. Nothing is dialled yet: the first step is the
// greeting. The caller closes the session.
func (c *Console) Replay(t Target, script *history.Script, o history.RerunOptions) (*Session, *history.Rerun, error) {
	s, err := c.begin(t, script.Header.ID)
	if err != nil {
		return nil, nil, err
	}
	o.Trusted = t.Practice // which is on no way
	return s, history.NewRerun(s, script.Steps, o), nil
}

// ReplayAgain makes another session with the target of s, for r to begin anew
// on. Its record names the same original. The caller closes both sessions.
func (c *Console) ReplayAgain(s *Session, r *history.Rerun) (*Session, *history.Rerun, error) {
	next, err := c.begin(s.Target, s.original)
	if err != nil {
		return nil, nil, err
	}
	return next, r.On(next), nil
}

var _ history.Player = (*Session)(nil)

// Body sends a message behind a 354 that has come, and waits for the verdict.
// Where raw is true the octets go out untouched, and a verdict is waited for as
// SendRaw does; that goes to this machine only, or the error is ErrFar.
func (s *Session) Body(ctx context.Context, r io.Reader, path string, raw bool) error {
	conn := s.current()
	switch {
	case conn == nil:
		return ErrNoConnection
	case !raw:
		_, err := conn.Body(ctx, r, &wire.Upload{Path: path})
		return err
	}
	if err := s.mayBreak(""); err != nil {
		return err
	}
	pending, err := conn.Raw(ctx, r, &wire.Upload{Path: path})
	if err != nil {
		return err
	}
	_, err = s.early(ctx, pending)
	return err
}

// Chunk sends a BDAT line, and as many octets of r as it announces (RFC 3030 §2).
func (s *Session) Chunk(ctx context.Context, line string, r io.Reader, path string) error {
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	size := protocol.Parse(line, s.State()).Cmd.Size
	_, err := conn.Chunk(ctx, line, r, size, &wire.Upload{Path: path})
	return err
}

// StartTLS sends STARTTLS and, after a 220, performs the handshake (RFC 3207).
func (s *Session) StartTLS(ctx context.Context) error { return s.Do(ctx, StartTLS{}) }

// Login logs in with a mechanism, "" for the best one offered (RFC 4954). What
// it needs comes from the settings, or from the person at the terminal.
func (s *Session) Login(ctx context.Context, mechanism string) error {
	return s.Do(ctx, Login{Mechanism: mechanism})
}

// Since returns the events behind the one numbered seq.
func (s *Session) Since(seq int) []protocol.Event {
	if s.Log.Len() <= seq {
		return nil
	}
	events, _ := s.Log.Next(context.Background(), seq) // there are some, so it does not wait
	return events
}
