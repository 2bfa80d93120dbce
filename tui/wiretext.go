package tui

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"sort"
	"strings"
	"unicode/utf8"

	"smtpconsole/protocol"
)

const (
	// wireClip is how much of a long line is at hand, in octets.
	wireClip = 4 << 10
	// wireSpread is how many octets lie between two entries of the index at
	// least, and about how many are read to show a line in between.
	wireSpread = 32 << 10
	// mostEntries bounds the index: in a file that would need more of them they
	// lie farther apart.
	mostEntries = 1 << 16
)

// errWireChanged is told where a file is not what it was when it was indexed.
var errWireChanged = errors.New("it changed since it was looked at; read it again")

// octetSource is where the octets of a message are.
type octetSource interface {
	// octets returns those from one offset up to another.
	octets(from, to int64) (string, error)
	// same returns an error where they are no longer those that were indexed.
	same() error
	Close() error
}

// textSource is a message in memory.
type textSource string

func (s textSource) octets(from, to int64) (string, error) { return string(s[from:to]), nil }
func (s textSource) same() error                           { return nil }
func (s textSource) Close() error                          { return nil }

// wireSums are digests of a message, in hex: SHA-256 of the octets as they
// stand, and as a server stores them, with every line ended by CRLF.
type wireSums struct{ exact, ended string }

// wireText is a message line by line, whatever its size: an index with an entry
// every wireSpread octets or more, and the few stretches between two entries
// that were shown last. It belongs to one goroutine at a time.
type wireText struct {
	src     octetSource
	spread  int64
	entries []wireEntry
	count   int // lines
	whole   wireCount
	facts   wireFacts

	digests wireSums
	windows [4]*wireWindow
	oldest  int   // the window to give up next
	err     error // why there is nothing to show any more
}

// wireEntry is one entry of the index, about the stretch of lines up to the
// next entry. Only the last of them can reach farther than spread octets: it
// alone is known from here and not by reading.
type wireEntry struct {
	first  int // the number of its first line, from 0
	before wireCount
	marks  wireMarks // of all its lines
	last   wireLine
}

// wireWindow is a stretch that was read.
type wireWindow struct {
	entry int
	lines []wireLine
}

// newWireText is the view of a message in memory. It may be made at every
// keystroke: it looks at each octet once, and copies none.
func newWireText(text string) *wireText {
	t := &wireText{src: textSource(text), spread: wireSpread}
	s := lineScanner{found: t.add}
	scan(&s, text)
	s.close()
	return t
}

// add puts the next line into the index.
func (t *wireText) add(l *wireLine) {
	n := len(t.entries)
	if n == 0 || t.whole.exact-t.entries[n-1].before.exact >= t.spread {
		t.entries = append(t.entries, wireEntry{first: t.count, before: t.whole})
		n++
	}
	t.whole = t.whole.behind(l)
	l.through = t.whole
	t.count++
	t.facts.add(l)
	e := &t.entries[n-1]
	e.marks |= l.marks
	e.last = *l
}

// Close ends the view of a file. Nothing can be shown afterwards.
func (t *wireText) Close() { _ = t.src.Close() }

// len counts the lines, an unended last one among them.
func (t *wireText) len() int { return t.count }

// trouble tells why the lines cannot be shown, or not any more. For a file it
// asks the file system, so once a frame is enough.
func (t *wireText) trouble() error {
	if t.err == nil {
		t.err = t.src.same()
	}
	return t.err
}

// at is line i, counted from 0. Where it cannot be read it is empty, and
// trouble says why.
func (t *wireText) at(i int) wireLine {
	w := t.window(t.entryOf(i))
	if w == nil {
		return wireLine{}
	}
	return w.lines[i-t.entries[w.entry].first]
}

// entryOf is the entry that line i belongs to.
func (t *wireText) entryOf(i int) int {
	return sort.Search(len(t.entries), func(k int) bool { return t.entries[k].first > i }) - 1
}

// firstBehind is the line behind those of entry k.
func (t *wireText) firstBehind(k int) int {
	if k+1 < len(t.entries) {
		return t.entries[k+1].first
	}
	return t.count
}

// window is the stretch of entry k, nil where it cannot be read.
func (t *wireText) window(k int) *wireWindow {
	for _, w := range t.windows {
		if w != nil && w.entry == k {
			return w
		}
	}
	if t.err != nil {
		return nil
	}
	w, err := t.read(k)
	if err != nil {
		t.err = err
		return nil
	}
	t.windows[t.oldest] = w
	t.oldest = (t.oldest + 1) % len(t.windows)
	return w
}

// read reads the stretch of entry k, in one piece of a bounded size wherever its
// last line ends. View waits for it, where it shows lines it has not shown of
// late: the disk is asked for about what a screen holds.
func (t *wireText) read(k int) (*wireWindow, error) {
	e := t.entries[k]
	octets, err := t.src.octets(e.before.exact, min(e.last.through.exact, e.before.exact+t.spread+wireClip))
	if err != nil {
		return nil, err
	}
	n, found, at := t.firstBehind(k)-e.first, 0, e.before
	w := &wireWindow{entry: k, lines: make([]wireLine, 0, n)}
	s := lineScanner{found: func(l *wireLine) {
		if found++; found > n {
			return
		}
		if found == n {
			l = &e.last
		}
		l.text = shownPart(octets[at.exact-e.before.exact:], l.length())
		at = at.behind(l)
		l.through = at
		w.lines = append(w.lines, *l)
	}}
	scan(&s, octets)
	s.close()
	if found != n || at != e.last.through {
		return nil, errWireChanged
	}
	return w, nil
}

// shownPart is the part of a line of n octets that is shown. It is not cut
// inside a character.
func shownPart(s string, n int64) string {
	if n <= wireClip {
		return s[:min(int64(len(s)), n)]
	}
	s = s[:min(len(s), wireClip)]
	for i := 1; i < utf8.UTFMax && i < len(s); i++ {
		if tail := s[len(s)-i:]; utf8.RuneStart(tail[0]) && !utf8.FullRuneInString(tail) {
			return s[:len(s)-i]
		}
	}
	return s
}

// special is the nearest line from line i on, in steps of 1 or -1, that has one
// of marks; i where there is none. It passes stretches by that have no such
// line, and so reads two at most.
func (t *wireText) special(i, step int, marks wireMarks) int {
	for n := i + step; n >= 0 && n < t.count; {
		k := t.entryOf(n)
		switch {
		case t.entries[k].marks&marks == 0 && step < 0:
			n = t.entries[k].first - 1
		case t.entries[k].marks&marks == 0:
			n = t.firstBehind(k)
		case t.at(n).marks&marks != 0:
			return n
		default:
			n += step
		}
	}
	return i
}

// sums are the digests of the message. For a text in memory they are worked out
// when they are first asked for.
func (t *wireText) sums() wireSums {
	if text, ok := t.src.(textSource); ok && t.digests.exact == "" {
		exact := sha256.New()
		copyText(exact, string(text))
		t.digests.exact = digest(exact)
		t.digests.ended = t.digests.exact
		if t.whole.ends != 0 {
			ended := newEndedSum()
			copyText(ended, string(text))
			t.digests.ended = ended.digest()
		}
	}
	return t.digests
}

// copyText gives text to a digest, which never fails, in pieces.
func copyText(w io.Writer, text string) {
	_, _ = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{strings.NewReader(text)}, make([]byte, wireSpread))
}

// endedSum digests octets as they travel, with every line ended by CRLF.
type endedSum struct {
	*protocol.LineWriter
	buf *bufio.Writer
	sum hash.Hash
}

func newEndedSum() endedSum {
	sum := sha256.New()
	buf := bufio.NewWriterSize(sum, wireSpread)
	return endedSum{protocol.NewLineWriter(buf), buf, sum}
}

func (s endedSum) digest() string {
	_, _ = s.Close(), s.buf.Flush() // a digest takes everything
	return digest(s.sum)
}

func digest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
