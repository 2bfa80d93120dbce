package practice

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"
)

// Faults of a line as such. It is read to its end when they are returned, and
// the next one can be read.
var (
	errLong   = errors.New("line too long")         // more octets than the limit before its LF
	errBareLF = errors.New("line ends in LF alone") // no CR before the LF
)

// floodLimit is how many octets without a line end are read before the client
// is hung up on.
const floodLimit = 1 << 20

// link is the connection of one session, used by its goroutine only.
type link struct {
	server *Server
	raw    net.Conn // the connection as accepted: deadlines are set on it
	conn   net.Conn // raw, or TLS over it
	r      *bufio.Reader
	w      *bufio.Writer
}

func newLink(s *Server, nc net.Conn) *link {
	l := &link{server: s, raw: nc, conn: nc}
	l.r = bufio.NewReaderSize(l, 4096)
	l.w = bufio.NewWriterSize(writer{l}, 4096)
	return l
}

// Read is what the buffered reader calls when it has nothing left. The client
// may then be waiting, so the replies kept back go out first: that groups them
// as RFC 2920 §3.2 wishes, and never holds one back for too long.
func (l *link) Read(p []byte) (int, error) {
	if err := l.w.Flush(); err != nil {
		return 0, err
	}
	if err := l.server.arm(l.raw); err != nil {
		return 0, err
	}
	return l.conn.Read(p)
}

// writer is the link's other direction, for the buffered writer.
type writer struct{ *link }

func (w writer) Write(p []byte) (int, error) {
	if err := w.server.arm(w.raw); err != nil {
		return 0, err
	}
	return w.conn.Write(p)
}

// readLine returns the next line without its CR LF. With errLong or errBareLF
// the part that was kept comes along, for the log.
func (l *link) readLine(limit int) (string, error) {
	var line []byte
	for size := 0; ; {
		piece, err := l.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
		size += len(piece)
		line = append(line, piece[:min(len(piece), limit+1-len(line))]...)
		switch {
		case err == nil:
			return judge(line, limit)
		case size > floodLimit:
			return "", hangUp{say(421, "4.7.0", "this line has no end: closing")}
		}
	}
}

// judge tells the faults of a whole line of which at most one octet over limit was kept.
func judge(line []byte, limit int) (string, error) {
	switch {
	case len(line) > limit:
		return string(line[:limit]), errLong
	case bytes.HasSuffix(line, []byte("\r\n")):
		return string(line[:len(line)-2]), nil
	default:
		return string(line[:len(line)-1]), errBareLF
	}
}

// isLineFault tells whether err concerns one line only.
func isLineFault(err error) bool { return errors.Is(err, errLong) || errors.Is(err, errBareLF) }

// pending tells whether the client has sent more than was read so far.
func (l *link) pending() bool { return l.r.Buffered() > 0 }

// upgrade puts TLS on the connection; whoever calls it has sent the 220 and
// made sure that nothing was pending (RFC 3207 §6).
func (l *link) upgrade() (tls.ConnectionState, error) {
	if err := errors.Join(l.w.Flush(), l.server.arm(l.raw)); err != nil {
		return tls.ConnectionState{}, err
	}
	conn := tls.Server(l.raw, l.server.tlsConfig())
	if err := conn.Handshake(); err != nil {
		return tls.ConnectionState{}, err
	}
	l.conn = conn
	return conn.ConnectionState(), nil
}

// close sends what is left and ends the connection. Where the client may still
// be sending, it is listened to for a moment: closing over unread octets would
// make TCP take back the last reply.
func (l *link) close(listen bool) {
	sent := l.w.Flush() == nil
	if half, ok := l.raw.(interface{ CloseWrite() error }); ok && sent && listen && !l.server.closingNow() {
		half.CloseWrite()
		l.raw.SetReadDeadline(time.Now().Add(farewell))
		io.CopyN(io.Discard, l.raw, floodLimit)
	}
	l.conn.Close()
}
