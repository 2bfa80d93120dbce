package console

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// ErrNoChunking is returned for a message that is to go by BDAT to a server
// that does not offer it: it would take the octets for commands.
var ErrNoChunking = errors.New("the server does not offer CHUNKING: send the message by DATA")

// SendMessage sends the octets as the message behind a 354 that has come, and
// waits for the verdict. Progress, if not nil, is told how many octets of text
// are sent, from this goroutine. A refusal is a reply, no error. SMTP has no
// way to cancel: where ctx ends, or o cannot be read to its end, the connection
// is closed.
func (s *Session) SendMessage(ctx context.Context, o Octets, progress func(sent int64)) error {
	_, err := s.upload(o, func(conn *wire.Conn, r io.Reader) (protocol.Reply, error) {
		return lastOf(conn.Body(ctx, r, &wire.Upload{Path: o.Path, Progress: progress}))
	})
	return err
}

// SendFile sends DATA and, behind the 354, the octets as SendMessage does.
// Nothing is sent where they cannot be opened, and DATA alone where it is
// refused.
func (s *Session) SendFile(ctx context.Context, o Octets, progress func(sent int64)) error {
	_, err := s.sendFile(ctx, o, progress)
	return err
}

// sendFile returns the last reply: DATA's where that is a refusal, else the
// verdict.
func (s *Session) sendFile(ctx context.Context, o Octets, progress func(int64)) (protocol.Reply, error) {
	return s.upload(o, func(conn *wire.Conn, r io.Reader) (protocol.Reply, error) {
		reply, err := exchange(ctx, conn, Send{Line: verbDATA})
		if err != nil || s.Log.State().Phase != protocol.PhaseData {
			return reply, err
		}
		return lastOf(conn.Body(ctx, r, &wire.Upload{Path: o.Path, Progress: progress}))
	})
}

// SendChunk sends the octets as they stand as one BDAT chunk, the last one as
// last says (RFC 3030 §2): a chunk may end in the middle of a line. The count
// is worked out here, since a wrong one would put both sides out of step. It
// returns as SendMessage does, and asks nothing of the server's offers.
func (s *Session) SendChunk(ctx context.Context, o Octets, last bool, progress func(sent int64)) error {
	_, err := s.sendChunks(ctx, o, chunks{size: OneChunk, open: !last, asIs: true}, progress)
	return err
}

// SendChunks sends the octets by BDAT: in chunks of so many octets, or with
// OneChunk as a single one (RFC 3030 §2). Without BODY=BINARYMIME in the
// transaction line ends are mended on the way, with it the octets go as they
// stand. It stops at the first chunk that is refused, which is a reply and no
// error, and returns ErrNoChunking where BDAT is not offered.
func (s *Session) SendChunks(ctx context.Context, o Octets, chunk int64, progress func(sent int64)) error {
	if s.Log.State().Caps.Missing(chunking) {
		return ErrNoChunking
	}
	_, err := s.sendChunks(ctx, o, chunks{size: chunk}, progress)
	return err
}

// chunks say how octets are divided.
type chunks struct {
	size int64 // of each; 0 or less: all in one
	open bool  // more follow the last one
	asIs bool  // line ends are not mended, whatever MAIL declared
}

func (s *Session) sendChunks(ctx context.Context, o Octets, c chunks, progress func(int64)) (protocol.Reply, error) {
	o, err := o.counted()
	if err != nil {
		return protocol.Reply{}, err
	}
	total := o.total(s.Log.State().Body)
	if c.asIs {
		total = o.Facts.Exact
	}
	return s.upload(o, func(conn *wire.Conn, r io.Reader) (protocol.Reply, error) {
		if total != o.Facts.Exact {
			r = newCleanReader(r)
		}
		r = newExactly(r, total)
		for sent := int64(0); ; {
			n := pieceOf(total-sent, c.size)
			last := sent+n == total
			reply, err := lastOf(conn.Chunk(ctx, chunkLine(n, last && !c.open), r, n,
				&wire.Upload{Path: o.Path, Progress: behind(sent, progress)}))
			if sent += n; err != nil || last || reply.Refused() {
				return reply, err
			}
		}
	})
}

// behind tells progress what is sent of a chunk that comes after sent octets.
func behind(sent int64, progress func(int64)) func(int64) {
	if progress == nil {
		return nil
	}
	return func(n int64) { progress(sent + n) }
}

// upload opens the octets, has send send them, and closes them.
func (s *Session) upload(o Octets, send func(*wire.Conn, io.Reader) (protocol.Reply, error)) (protocol.Reply, error) {
	conn := s.current()
	if conn == nil {
		return protocol.Reply{}, ErrNoConnection
	}
	r, err := o.Open()
	if err != nil {
		return protocol.Reply{}, err
	}
	defer r.Close()
	return send(conn, r)
}

// lastOf is the last of some replies: where LMTP has several to one message,
// the others are in the log.
func lastOf(replies []protocol.Reply, err error) (protocol.Reply, error) {
	if len(replies) == 0 {
		return protocol.Reply{}, err
	}
	return replies[len(replies)-1], err
}

// counted is o with facts that can be counted on.
func (o Octets) counted() (Octets, error) {
	if !o.Part {
		return o, nil
	}
	r, err := o.Open()
	if err != nil {
		return o, err
	}
	defer r.Close()
	l := protocol.NewLinter(protocol.State{})
	if err := pour(l, r); err != nil {
		return o, err
	}
	o.Facts, o.Part = l.Facts(), false
	return o, nil
}

// cleanReader delivers text with every line ended by CRLF, as DATA sends it.
type cleanReader struct {
	r     io.Reader
	block []byte
	text  bytes.Buffer         // read and not delivered
	lines *protocol.LineWriter // writes to text
	err   error                // of r, once text is empty
}

func newCleanReader(r io.Reader) *cleanReader {
	c := &cleanReader{r: r, block: make([]byte, readSize)}
	c.lines = protocol.NewLineWriter(&c.text)
	return c
}

// Read delivers the next octets.
func (c *cleanReader) Read(p []byte) (int, error) {
	for c.text.Len() == 0 && len(p) > 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.fill()
	}
	return c.text.Read(p)
}

func (c *cleanReader) fill() {
	n, err := c.r.Read(c.block)
	_, _ = c.lines.Write(c.block[:n]) // a buffer in memory takes all
	if err == io.EOF {
		_ = c.lines.Close()
	}
	c.err = err
}

// exactly delivers as many octets as were counted, and the last of them only
// where there are no more: a server must not be told that it has the whole
// message where that is not true.
type exactly struct {
	r    *bufio.Reader
	left int64
}

func newExactly(r io.Reader, n int64) *exactly { return &exactly{bufio.NewReader(r), n} }

// Read delivers the next octets.
func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	if e.left -= int64(n); e.left > 0 || err != nil {
		return n, err
	}
	switch _, err := e.r.Peek(1); {
	case err == nil:
		return 0, fmt.Errorf("the message %w while it was read: it has more octets than were counted; look at it again", ErrChanged)
	case err != io.EOF:
		return 0, err
	}
	return n, nil
}
