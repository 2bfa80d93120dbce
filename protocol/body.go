package protocol

import (
	"bufio"
	"bytes"
	"io"
)

// InlineBody is the largest message text, in octets, that an event carries in
// its Text. A larger one is kept beside the record under its SHA-256.
const InlineBody = 64 << 10

// Message text goes through three small filters. A LineWriter gives it proper
// line ends, a DotWriter makes it safe to end with a dot, and a DotReader on
// the other side takes that back. None of them allocates once it is made.

var (
	crlf = []byte("\r\n")
	dot  = []byte(".")
)

// LineWriter passes text on with every line ended by CRLF: a CRLF is kept, and
// a lone LF or a lone CR becomes one. RFC 5321 §2.3.8 allows neither alone,
// and each has been used to smuggle a second message through a server that
// took it for a line end. Use NewLineWriter. It belongs to one goroutine.
type LineWriter struct {
	w io.Writer
	// skip is true after a CR at the very end of a Write: an LF that comes
	// next is the second half of a line end already written.
	skip bool
	// open is true while the last line has no line end.
	open bool
}

// NewLineWriter returns a LineWriter that writes to w. Where the text has lone
// LFs it writes piece by piece, so w had better be buffered.
func NewLineWriter(w io.Writer) *LineWriter { return &LineWriter{w: w} }

// Write passes p on. It reports len(p) or an error of the writer below.
func (l *LineWriter) Write(p []byte) (int, error) {
	rest := p
	if l.skip && len(rest) > 0 {
		rest = bytes.TrimPrefix(rest, crlf[1:])
		l.skip = false
	}
	if isTidy(rest) {
		return len(p), l.put(rest)
	}
	for len(rest) > 0 {
		n := tidy(rest)
		if err := l.put(rest[:n]); err != nil {
			return 0, err
		}
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
		if err := l.put(crlf); err != nil {
			return 0, err
		}
		l.skip = len(rest) == 1 && rest[0] == '\r'
		rest = rest[1:]
	}
	return len(p), nil
}

// Close ends the last line where it has no line end, and adds nothing to an
// empty text. It does not close the writer below.
func (l *LineWriter) Close() error {
	if !l.open {
		return nil
	}
	return l.put(crlf)
}

func (l *LineWriter) put(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	l.open = p[len(p)-1] != '\n'
	_, err := l.w.Write(p)
	return err
}

// isTidy tells whether each CR and each LF of p is half of a CRLF: there are as
// many of either as there are pairs.
func isTidy(p []byte) bool {
	lfs := bytes.Count(p, crlf[1:])
	return bytes.Count(p, crlf[:1]) == lfs && (evenPairs(p) == lfs || pairs(p) == lfs)
}

// pairs counts the CRLFs in front of the first LF without its CR.
func pairs(p []byte) int {
	for n := 0; ; n++ {
		end := bytes.IndexByte(p, '\n')
		if end < 1 || p[end-1] != '\r' {
			return n
		}
		p = p[end+1:]
	}
}

// evenPairs counts the CRLFs that stand as far apart as the first two, without
// a look at what is between them. In base64, of which large messages are made,
// that is all of them.
func evenPairs(p []byte) int {
	first := bytes.IndexByte(p, '\n')
	line := 1 + bytes.IndexByte(p[first+1:], '\n')
	n := 0
	for i := first; 0 < i && i < len(p) && p[i] == '\n' && p[i-1] == '\r'; i += max(line, 1) {
		n++
	}
	return n
}

// tidy measures the part of p in front of the first lone LF, lone CR, or CR
// that is p's last octet.
func tidy(p []byte) int {
	for n := 0; ; {
		lf := bytes.IndexByte(p[n:], '\n')
		line := p[n:]
		if lf >= 0 {
			line = line[:lf]
		}
		cr := bytes.IndexByte(line, '\r')
		switch {
		case lf < 0 && cr < 0:
			return len(p)
		case cr < 0:
			return n + lf
		case lf < 0 || cr != lf-1:
			return n + cr
		}
		n += lf + 1
	}
}

// lineEnd says where in a line a stream of text stands. The zero value is the
// beginning of a line, where every message begins.
type lineEnd int

const (
	lineStart lineEnd = iota // nothing since the last CRLF
	midLine                  // something since then
	afterCR                  // something since then, and its last octet is a CR
)

// after returns where the text stands behind p.
func (e lineEnd) after(p []byte) lineEnd {
	switch {
	case len(p) == 0:
		return e
	case bytes.HasSuffix(p, crlf), e == afterCR && len(p) == 1 && p[0] == '\n':
		return lineStart
	case p[len(p)-1] == '\r':
		return afterCR
	default:
		return midLine
	}
}

// DotWriter writes message text as DATA wants it (RFC 5321 §4.5.2): a dot in
// front of every line that begins with one, and at the end the line with the
// lone dot. Only CRLF begins a line; give it text without lone CR and LF, as a
// LineWriter makes. Use NewDotWriter. It belongs to one goroutine.
type DotWriter struct {
	w  io.Writer
	at lineEnd
}

// NewDotWriter returns a DotWriter that writes to w, in pieces between
// doubled dots: w had better be buffered.
func NewDotWriter(w io.Writer) *DotWriter { return &DotWriter{w: w} }

// Write passes p on with its dots doubled. It reports len(p), not counting
// what it added, or an error of the writer below.
func (d *DotWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if d.at == lineStart && rest[0] == '.' {
			if _, err := d.w.Write(dot); err != nil {
				return 0, err
			}
		}
		n := d.span(rest)
		if _, err := d.w.Write(rest[:n]); err != nil {
			return 0, err
		}
		d.at = d.at.after(rest[:n])
		rest = rest[n:]
	}
	return len(p), nil
}

// span measures the part of p, not empty, in front of the next place that can
// need a dot. It looks for dots, which are fewer than lines in most text.
func (d *DotWriter) span(p []byte) int {
	if d.at == afterCR && p[0] == '\n' {
		return 1
	}
	for n := 0; ; n++ {
		i := bytes.IndexByte(p[n:], '.')
		if i < 0 {
			return len(p)
		}
		n += i
		if bytes.HasSuffix(p[:n], crlf) {
			return n
		}
	}
}

// Close ends the last line where that is missing and writes the line with the
// lone dot. After an empty text it is that line alone. It does not close the
// writer below.
func (d *DotWriter) Close() error {
	end := []byte("\r\n.\r\n")
	if d.at == lineStart {
		end = end[len(crlf):]
	}
	_, err := d.w.Write(end)
	return err
}

// DotReader reads what a DotWriter wrote: it removes the doubled dots and
// returns io.EOF behind the line with the lone dot, which it takes from the
// stream. Nothing but CRLF "." CRLF ends the text (RFC 5321 §4.1.1.4); lone CR
// and LF are passed on as they came, for whoever wants to refuse them. Use
// NewDotReader. It belongs to one goroutine.
type DotReader struct {
	r    *bufio.Reader
	at   lineEnd
	rest []byte // read and not delivered; part of r's buffer
	err  error
}

// NewDotReader returns a DotReader that reads from r, and no octet past the
// end of the text. Nobody else may use r until io.EOF.
func NewDotReader(r *bufio.Reader) *DotReader { return &DotReader{r: r} }

// Read delivers text. It returns io.EOF after the lone dot,
// io.ErrUnexpectedEOF where the stream ended before it, or the stream's error.
func (d *DotReader) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// fill takes the next line, or as much of it as the buffer holds.
func (d *DotReader) fill() {
	part, err := d.r.ReadSlice('\n')
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != bufio.ErrBufferFull {
		d.err = err
	}
	if d.at == lineStart && bytes.HasPrefix(part, dot) {
		if string(part) == ".\r\n" {
			d.err = io.EOF
			return
		}
		d.at, part = midLine, part[1:]
	}
	d.at = d.at.after(part)
	d.rest = part
}
