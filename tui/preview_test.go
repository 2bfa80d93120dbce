package tui

import (
	"io"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// wireText is what the connection makes of text: the filters of wire.Body.
func wireText(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	dots := protocol.NewDotWriter(&out)
	lines := protocol.NewLineWriter(dots)
	for _, err := range []error{second(io.WriteString(lines, text)), lines.Close(), dots.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func second(_ int, err error) error { return err }

// viewed is what the wire view is about.
func viewed(c *composer) string {
	var b strings.Builder
	v := c.wire()
	for i := range v.len() {
		text, _ := v.line(i)
		b.WriteString(text + "\r\n")
	}
	return b.String()
}

func TestWireViewIsTheWire(t *testing.T) {
	for _, body := range []string{"", ".", "a", "a\n", "a\n\n", ".\n..\n...", "\n.", letter, "x\rx", strings.Repeat("y", 2000), "\xff\x00"} {
		c := inBody(composerAt(t, asked(), 120, 33))
		c.body.insert(body)
		want := wireText(t, c.text())
		if got := viewed(c); got != want {
			t.Errorf("%q is shown as %q, and goes out as %q", body, got, want)
		}
		v := c.wire()
		if got := v.octets(v.len() - 1); got != int64(len(want)) {
			t.Errorf("%q: %d octets counted, %d go out", body, got, len(want))
		}
		if first := v.octets(0); first != int64(len("From: ann@example.org\r\n")) {
			t.Errorf("going back to the first line counts %d octets", first)
		}
	}
}

func TestWireWords(t *testing.T) {
	tests := map[string]string{
		"plain": "", ".": "dot", ".ü": "dot 8bit", strings.Repeat("x", 998): "", strings.Repeat("x", 999): "long",
		"." + strings.Repeat("x", 997): "dot", "." + strings.Repeat("x", 998): "dot long",
	}
	for body, want := range tests {
		c := inBody(composerAt(t, asked(), 80, 17))
		c.body.insert(body)
		v := c.wire()
		i := len(v.m.head)
		text, stuffed := v.line(i)
		if got := v.words(i, text, stuffed); got != want {
			t.Errorf("%.20q: %q, want %q", body, got, want)
		}
		if got := v.words(i+1, ".", false); got != "end" {
			t.Errorf("the final dot is marked %q", got)
		}
	}
}

// TestWireScroll goes through the wire view of a long message.
func TestWireScroll(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, strings.Repeat("a line\n", 100_000))
	typeIn(c, "f9", "home")
	if !strings.Contains(c.view(), "From: ann@example.org"+wireMark) {
		t.Error("no beginning")
	}
	typeIn(c, "end")
	if frame := c.view(); !strings.Contains(frame, "end       ."+wireMark) {
		t.Errorf("no end:\n%s", frame)
	}
	typeIn(c, "x")
	if c.body.edits != 1 || c.note == "" {
		t.Error("typing in the wire view went into the form")
	}
}

// TestWireResize widens the screen under the wire view: the form is back
// beside it, and takes what is typed.
func TestWireResize(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	typeIn(c, "f9")
	c.setSize(120, 33)
	typeIn(c, "text")
	if c.body.lines[0] != "text" {
		t.Errorf("the body is %q", c.body.lines)
	}
	typeIn(c, "f9", "f9")
	c.setSize(80, 17)
	typeIn(c, " more")
	if c.body.lines[0] != "text more" {
		t.Errorf("the body is %q", c.body.lines)
	}
}

// longComposer has a body of n lines and the cursor in its middle.
func longComposer(b *testing.B, n, w, h int) *composer {
	c := inBody(composerAt(b, asked(), w, h))
	c.body.insert(strings.Repeat("The quick brown fox jumps over the lazy dog, again and again.\n", n))
	c.body.row, c.body.col = n/2, 0
	return c
}

func benchmarkTyping(b *testing.B, n, w, h int) {
	c := longComposer(b, n, w, h)
	for i := 0; b.Loop(); i++ {
		typeIn(c, "x")
		if i%70 == 69 { // Lines stay as long as people write them.
			typeIn(c, "enter")
		}
		c.view()
	}
}

func BenchmarkComposerType10k(b *testing.B)     { benchmarkTyping(b, 10_000, 80, 17) }
func BenchmarkComposerType10kWide(b *testing.B) { benchmarkTyping(b, 10_000, 120, 33) }
func BenchmarkComposerType100kWide(b *testing.B) {
	benchmarkTyping(b, 100_000, 120, 33)
}
