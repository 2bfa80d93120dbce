package console

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// ErrFar is returned where raw octets would go to another machine and its
// user has not named it.
var ErrFar = errors.New("raw octets break rules on purpose: to another machine they go only where its name is given again")

// ErrNoVariant is returned for an end of data that is not in the list.
var ErrNoVariant = errors.New("there is no such end of data: :eod lists them")

// settleTime is how long a server may take to answer octets that may be a
// whole message to it, and may be a part of one.
const settleTime = 3 * time.Second

// Local tells whether t is on this machine: the practice server, a socket, a
// loopback address, or a name that means one everywhere (RFC 6761 §6.3).
func (t Target) Local() bool {
	host := strings.ToLower(strings.TrimSuffix(t.Host, "."))
	addr, err := netip.ParseAddr(host)
	return t.Practice || t.Path != "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && addr.Unmap().IsLoopback()
}

// Local tells whether the server is on this machine. Behind a proxy it is not:
// the name means another machine there.
func (s *Session) Local() bool {
	return s.Target.Practice || s.Target.Path != "" || s.Target.Local() && s.console.o.Settings.Proxy == ""
}

// mayBreak returns ErrFar unless rules may be broken here: host is the name
// the user confirmed, "" for none.
func (s *Session) mayBreak(host string) error {
	named := host != "" && (strings.EqualFold(host, s.Target.Host) || strings.EqualFold(host, s.Target.Name))
	if named || s.Local() {
		return nil
	}
	return fmt.Errorf("%w, and that is %q", ErrFar, cmp.Or(s.Target.Host, s.Target.Name))
}

// SendRaw sends DATA and, behind the 354, the octets untouched: no line end is
// mended, no dot doubled, no final dot added. It waits a few seconds for a
// reply; where none comes a note with the code "raw.open" says that the server
// still reads, and SendEnd ends the message. Host is the server's name where
// it is not on this machine; without it the error is ErrFar. A refusal is a
// reply, no error.
func (s *Session) SendRaw(ctx context.Context, o Octets, host string, progress func(sent int64)) error {
	if err := s.mayBreak(host); err != nil {
		return err
	}
	_, err := s.upload(o, func(conn *wire.Conn, r io.Reader) (protocol.Reply, error) {
		pending, err := s.raw(ctx, conn, r, &wire.Upload{Path: o.Path, Progress: progress})
		if pending == nil {
			return protocol.Reply{}, err
		}
		early, err := s.early(ctx, pending)
		if early == nil && err == nil {
			s.note("raw.open", fmt.Sprintf("no reply within %v: the server still reads the message; :end sends CRLF . CRLF", s.settle()))
		}
		return protocol.Reply{}, err
	})
	return err
}

// raw sends DATA and then r untouched. It returns nil where DATA was refused.
func (s *Session) raw(ctx context.Context, conn *wire.Conn, r io.Reader, u *wire.Upload) (*wire.Pending, error) {
	if s.State().Busy() || s.State().Phase == protocol.PhaseData { // DATA would be a line of what the server reads.
		return nil, ErrNotReady
	}
	_, err := exchange(ctx, conn, Send{Line: verbDATA})
	if err != nil || s.Log.State().Phase != protocol.PhaseData {
		return nil, err
	}
	return conn.Raw(ctx, r, u)
}

// early waits a moment for the reply to raw octets; it is nil where none came.
func (s *Session) early(ctx context.Context, p *wire.Pending) (*protocol.Reply, error) {
	short, cancel := context.WithTimeout(ctx, s.settle())
	defer cancel()
	reply, err := p.Wait(short)
	switch {
	case err == nil:
		return &reply, nil
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return nil, nil
	}
	return nil, err
}

// settle is how long early waits: less than a reply may take, which would be
// trouble with the connection.
func (s *Session) settle() time.Duration {
	d := cmp.Or(s.console.o.Settle, settleTime)
	if limit := time.Duration(s.console.o.Settings.Timeout); limit > 0 {
		d = min(d, limit/2)
	}
	return d
}

// SendEnd sends CRLF . CRLF untouched, which ends a message that SendRaw left
// open, and waits for the verdict.
func (s *Session) SendEnd(ctx context.Context) error {
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	_, err := end(ctx, conn)
	return err
}

func end(ctx context.Context, conn *wire.Conn) (protocol.Reply, error) {
	pending, err := conn.Raw(ctx, strings.NewReader(protocol.EndOfData), nil)
	if err != nil {
		return protocol.Reply{}, err
	}
	return pending.Wait(ctx)
}

// TestEnd finds out what the server takes for the end of a message: it sends
// DATA, text, and the octets of variant untouched, waits a few seconds for a
// reply and, where none comes, sends the real end. The verdict is a note with
// the code "end." and the one of protocol.JudgeEnd. A text of "" is a small
// message that says what it is for. Host is SendRaw's.
func (s *Session) TestEnd(ctx context.Context, variant protocol.EndVariant, text, host string) error {
	if err := s.mayBreak(host); err != nil {
		return err
	}
	conn := s.current()
	if conn == nil {
		return ErrNoConnection
	}
	text = cmp.Or(text, testMessage(variant, s.State()))
	pending, err := s.raw(ctx, conn, strings.NewReader(text+variant.Octets), nil)
	if pending == nil {
		return err
	}
	var late *protocol.Reply
	early, err := s.early(ctx, pending)
	if early == nil && err == nil {
		late, err = answered(end(ctx, conn))
	}
	if err != nil && !Reported(err) {
		return err
	}
	closed := early != nil && early.Refused() && s.hangsUp(ctx, conn) || errors.As(err, new(*wire.CloseError))
	verdict := protocol.JudgeEnd(variant, early, late, closed)
	s.note("end."+verdict.Code, verdict.Text)
	return err
}

// hangsUp tells whether the server ends the connection within a moment.
func (s *Session) hangsUp(ctx context.Context, conn *wire.Conn) bool {
	short, cancel := context.WithTimeout(ctx, s.settle())
	defer cancel()
	select {
	case <-conn.Done():
		return true
	case <-short.Done():
		return false
	}
}

// answered is a reply that came, or nil.
func answered(r protocol.Reply, err error) (*protocol.Reply, error) {
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// testMessage is a message to try variant with. The variant's octets follow
// its last line directly.
func testMessage(variant protocol.EndVariant, st protocol.State) string {
	from := cmp.Or(st.From, "postmaster@example.org")
	return "From: <" + from + ">\r\nSubject: end-of-data test " + variant.Name + "\r\n\r\n" +
		"This message tries another end of data than CRLF . CRLF, and may be thrown away."
}

func (s *Session) note(code, text string) {
	s.Log.Append(protocol.Event{Kind: protocol.KindNote, Code: code, Text: text})
}
