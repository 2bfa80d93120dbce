package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// proverb is one line of text as people write it.
const proverb = "The quick brown fox jumps over the lazy dog, again and again.\n"

// longComposer has a body of n lines and the cursor in its middle.
func longComposer(b *testing.B, n, w, h int) *composer {
	c := inBody(composerAt(b, asked(), w, h))
	c.body.insert(strings.Repeat(proverb, n))
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

// BenchmarkWireFrame10k is a keystroke's share of the wire view: index, digest,
// frame.
func BenchmarkWireFrame10k(b *testing.B) {
	text := strings.Repeat(strings.TrimSuffix(proverb, "\n")+"\r\n", 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		pane(wireOf(text, wireByDATA), 5000, 120, 40)
	}
}

// BenchmarkWireFrame200MB jumps about in an indexed file: no frame finds its
// lines among those read before.
func BenchmarkWireFrame200MB(b *testing.B) {
	path := filepath.Join(b.TempDir(), "big.eml")
	if err := os.WriteFile(path, []byte(strings.Repeat(proverb, 200<<20/len(proverb))), 0o600); err != nil {
		b.Fatal(err)
	}
	text, err := indexWireFile(b.Context(), path, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer text.Close()
	v := &wireView{monochrome(), text, wireByDATA}
	for i := 0; b.Loop(); i++ {
		pane(v, i*123_457%v.len(), 120, 40)
	}
}

func BenchmarkWireIndex(b *testing.B) {
	path := filepath.Join(b.TempDir(), "big.eml")
	if err := os.WriteFile(path, []byte(strings.Repeat(proverb, 64<<20/len(proverb))), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(64 << 20)
	for b.Loop() {
		text, err := indexWireFile(b.Context(), path, nil)
		if err != nil {
			b.Fatal(err)
		}
		text.Close()
	}
}
