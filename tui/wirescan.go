package tui

import (
	"math/bits"

	"smtpconsole/protocol"
)

// lineEnd is what ends a line of a message. Only CRLF may (RFC 5321 §2.3.8).
type lineEnd uint8

const (
	endCRLF lineEnd = iota
	endLF
	endCR
	endNone // the text is over, and its last line has no end
)

// lineEnds says of each how many octets it has, how it is shown, and what it is
// called where it is no proper one.
var lineEnds = [...]struct {
	octets     int64
	mark, word string
}{
	endCRLF: {2, "␍␊", ""}, endLF: {1, "␊", "bare LF"}, endCR: {1, "␍", "bare CR"}, endNone: {0, "", "no end"},
}

// wireMarks is a set of what can be special about a line.
type wireMarks uint8

const (
	markDot  wireMarks = 1 << iota // begins with a dot (RFC 5321 §4.5.2)
	markLong                       // longer than protocol.MaxTextLine
	mark8bit                       // has octets above 127 (RFC 6152)
	markCtrl                       // has control octets, tabs aside
	markBare                       // ends with something else than CRLF
	markEnd                        // of an octet: CR or LF
)

// octetMarks says of each octet what it makes of the line it is in.
var octetMarks = func() (marks [256]wireMarks) {
	for b := range marks {
		switch {
		case b == '\r' || b == '\n':
			marks[b] = markEnd
		case b > 0x7f:
			marks[b] = mark8bit
		case b < ' ' && b != '\t' || b == 0x7f:
			marks[b] = markCtrl
		}
	}
	return marks
}()

// wireCount counts octets from the beginning of a message up to some place.
type wireCount struct {
	exact int64 // as they stand
	ends  int64 // more for line ends, once each of them is a CRLF
	dots  int64 // more for dots, once they are doubled
}

// wireLine is one line of a message.
type wireLine struct {
	text    string // without its end; of a long line the beginning
	octets  int64  // as it stands, with its end
	end     lineEnd
	marks   wireMarks
	through wireCount // up to the end of the line
}

// length counts the octets of a line without its end.
func (l *wireLine) length() int64 { return l.octets - lineEnds[l.end].octets }

// behind is the count behind l, where c is the one in front of it.
func (c wireCount) behind(l *wireLine) wireCount {
	c.exact += l.octets
	c.ends += lineEnds[endCRLF].octets - lineEnds[l.end].octets
	if l.marks&markDot != 0 {
		c.dots++
	}
	return c
}

// wireFacts are what is to be known of a message as a whole.
type wireFacts struct {
	marked  [8]int64             // lines, by the bit of a mark
	ends    [len(lineEnds)]int64 // lines, by their end
	longest int64                // octets of the longest line without its end
}

// lines counts the lines that have mark; no mark has none.
func (f *wireFacts) lines(mark wireMarks) int64 {
	if mark == 0 {
		return 0
	}
	return f.marked[bits.TrailingZeros8(uint8(mark))]
}

func (f *wireFacts) add(l *wireLine) {
	for m := l.marks; m != 0; m &= m - 1 {
		f.marked[bits.TrailingZeros8(uint8(m))]++
	}
	f.ends[l.end]++
	f.longest = max(f.longest, l.length())
}

// lineScanner finds the lines in a stream of octets, as protocol.LineWriter
// does: CRLF ends one, and so does a lone CR or LF. It does not look at text
// or through.
type lineScanner struct {
	found func(*wireLine)
	line  wireLine // the one that has begun
	cr    bool     // the octet before is a CR: what follows tells which end it is
}

// Write takes the next octets. It never fails.
func (s *lineScanner) Write(p []byte) (int, error) {
	scan(s, p)
	return len(p), nil
}

// scan is Write for octets of either kind.
func scan[T string | []byte](s *lineScanner, p T) {
	for len(p) > 0 {
		if s.cr {
			if p[0] == '\n' {
				s.finish(endCRLF)
				p = p[1:]
				continue
			}
			s.finish(endCR)
		}
		n, marks := plainRun(p)
		if n > 0 && s.line.octets == 0 && p[0] == '.' {
			marks |= markDot
		}
		s.line.octets += int64(n)
		s.line.marks |= marks
		if n == len(p) {
			return
		}
		if p[n] == '\r' {
			s.cr = true
		} else {
			s.finish(endLF)
		}
		p = p[n+1:]
	}
}

// plainRun measures p up to its first CR or LF, and says what its octets are.
func plainRun[T string | []byte](p T) (n int, marks wireMarks) {
	for ; n < len(p); n++ {
		m := octetMarks[p[n]]
		if m == markEnd {
			break
		}
		marks |= m
	}
	return n, marks
}

// close ends the last line where that is missing.
func (s *lineScanner) close() {
	if s.cr {
		s.finish(endCR)
	} else if s.line.octets > 0 {
		s.finish(endNone)
	}
}

func (s *lineScanner) finish(end lineEnd) {
	l := &s.line
	if l.octets > protocol.MaxTextLine {
		l.marks |= markLong
	}
	if end != endCRLF {
		l.marks |= markBare
	}
	l.end = end
	l.octets += lineEnds[end].octets
	s.found(l)
	s.line, s.cr = wireLine{}, false
}
