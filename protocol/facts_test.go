package protocol

import (
	"strings"
	"testing"
	"unsafe"
)

// plainFacts counts in what a LineWriter makes of text.
func plainFacts(text string) MessageFacts {
	var b strings.Builder
	w := NewLineWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	facts := MessageFacts{Size: int64(b.Len())}
	for line := range strings.Lines(b.String()) {
		facts.Lines++
		facts.Longest = max(facts.Longest, int64(len(line)-len("\r\n")))
		if line[0] == '.' {
			facts.Stuffed++
		}
	}
	return facts
}

func TestFacts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       MessageFacts
	}{
		{"nothing", "", MessageFacts{}},
		{"one line", "ab\r\n", MessageFacts{Size: 4, Exact: 4, Lines: 1, Longest: 2}},
		{"no line end", "ab", MessageFacts{Size: 4, Exact: 2, Lines: 1, Longest: 2}},
		{"bare LF is mended", "a\nb\n", MessageFacts{Size: 6, Exact: 4, Lines: 2, Longest: 1}},
		{"lone CR", "a\rbc\r\n", MessageFacts{Size: 7, Exact: 6, Lines: 2, Longest: 2, Binary: true}},
		{"CR at the end", "a\r", MessageFacts{Size: 3, Exact: 2, Lines: 1, Longest: 1, Binary: true}},
		{"CR CR LF", "a\r\r\n", MessageFacts{Size: 5, Exact: 4, Lines: 2, Longest: 1, Binary: true}},
		{"dots", ".\r\n..\r\na.\r\n.", MessageFacts{Size: 14, Exact: 12, Lines: 4, Longest: 2, Stuffed: 3}},
		{"dots behind lone CR and LF", "a\r.\n.", MessageFacts{Size: 9, Exact: 5, Lines: 3, Longest: 1, Stuffed: 2, Binary: true}},
		{"NUL", "\x00\r\n", MessageFacts{Size: 3, Exact: 3, Lines: 1, Longest: 1, Binary: true}},
		{"8-bit body", "A: b\r\n\r\n\xfc\r\n", MessageFacts{Size: 11, Exact: 11, Lines: 3, Longest: 4, EightBit: true}},
		{"8-bit header", "A: \xfc\r\n\r\n", MessageFacts{Size: 8, Exact: 8, Lines: 2, Longest: 4, EightBit: true, UTF8Header: true}},
		{"8-bit folded", "A: b\r\n \xfc", MessageFacts{Size: 10, Exact: 8, Lines: 2, Longest: 4, EightBit: true, UTF8Header: true}},
		{"8-bit where the header ends by itself", "A: b\r\n\xfc\r\n", MessageFacts{Size: 9, Exact: 9, Lines: 2, Longest: 4, EightBit: true}},
	} {
		for _, n := range []int{0, 1, 2} {
			if _, got := lintIn(c.text, State{}, n); got != c.want {
				t.Errorf("%s, in pieces of %d: got %+v, want %+v", c.name, n, got, c.want)
			}
		}
	}
}

// TestOdd tries every octet at every place of short and long texts.
func TestOdd(t *testing.T) {
	for n := range 20 {
		for at := range n {
			text := []byte(strings.Repeat("~", n))
			for c := range 256 {
				text[at] = byte(c)
				if want := c == 0 || c == '\r' || c > 127; odd(text) != want {
					t.Fatalf("%q: got %v", text, !want)
				}
			}
		}
	}
}

// TestLinterMemory: neither an endless line nor endless lines make a Linter
// grow, and behind the header it allocates nothing.
func TestLinterMemory(t *testing.T) {
	const mostKept = 8 << 20
	for _, head := range []string{"X: y\r\n", "X: y\r\n\r\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"} {
		for _, line := range []string{"x", "x:\r\n", " \r\n", "--bb\r\n", "\xff\r\x00.\n"} {
			l := NewLinter(envelopeOf("8BITMIME"))
			_, _ = l.Write([]byte(head))
			block := []byte(strings.Repeat(line, textKept/8))
			for range 9 {
				_, _ = l.Write(block)
			}
			if got := testing.AllocsPerRun(1, func() { _, _ = l.Write(block) }); got > 0 && !l.inHeader {
				t.Errorf("%q and lines of %q: %v allocations for a block", head, line, got)
			}
			kept := cap(l.kept) + cap(l.header.values) + int(unsafe.Sizeof(headerField{}))*cap(l.header.fields)
			if kept > mostKept || len(l.remarks) > 100 {
				t.Errorf("%q and lines of %q: %d octets and %d remarks are kept", head, line, kept, len(l.remarks))
			}
		}
	}
}
