package tui

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sparse is newWireText with entries as near as spread octets.
func sparse(text string, spread int64) *wireText {
	t := &wireText{src: textSource(text), spread: spread}
	s := lineScanner{found: t.add}
	scan(&s, text)
	s.close()
	return t
}

// counting is a source that counts what it is asked for.
type counting struct {
	octetSource
	reads int
	octet int64
}

func (c *counting) octets(from, to int64) (string, error) {
	c.reads++
	c.octet += to - from
	return c.octetSource.octets(from, to)
}

// allLines are the lines of t, read one after the other.
func allLines(t *wireText) []wireLine {
	lines := make([]wireLine, t.len())
	for i := range lines {
		lines[i] = t.at(i)
	}
	return lines
}

// onDisk writes text to a file and indexes it.
func onDisk(t testing.TB, text string) (*wireText, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "message.eml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := indexWireFile(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, path
}

func TestWireTextLines(t *testing.T) {
	type line struct {
		text   string
		octets int64
		end    lineEnd
		marks  wireMarks
	}
	tests := []struct {
		text string
		want []line
	}{
		{"", nil},
		{"\r\n", []line{{"", 2, endCRLF, 0}}},
		{"a\r\nb", []line{{"a", 3, endCRLF, 0}, {"b", 1, endNone, markBare}}},
		{"a\nb\r", []line{{"a", 2, endLF, markBare}, {"b", 2, endCR, markBare}}},
		{"a\r\r\nb", []line{{"a", 2, endCR, markBare}, {"", 2, endCRLF, 0}, {"b", 1, endNone, markBare}}},
		{"\n\r\n", []line{{"", 1, endLF, markBare}, {"", 2, endCRLF, 0}}},
		{".a\r\n b.\r\n", []line{{".a", 4, endCRLF, markDot}, {" b.", 5, endCRLF, 0}}},
		{"\t\xff\x01\r\n", []line{{"\t\xff\x01", 5, endCRLF, mark8bit | markCtrl}}},
		{
			strings.Repeat("é", 3000) + "\r\nb\r\n",
			[]line{{strings.Repeat("é", wireClip/2), 6002, endCRLF, markLong | mark8bit}, {"b", 3, endCRLF, 0}},
		},
		{
			"a" + strings.Repeat("é", 3000),
			[]line{{"a" + strings.Repeat("é", wireClip/2-1), 6001, endNone, markLong | mark8bit | markBare}},
		},
	}
	for _, tt := range tests {
		file, _ := onDisk(t, tt.text)
		for name, text := range map[string]*wireText{"memory": newWireText(tt.text), "sparse": sparse(tt.text, 1), "file": file} {
			var got []line
			for _, l := range allLines(text) {
				got = append(got, line{l.text, l.octets, l.end, l.marks})
			}
			if err := text.trouble(); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: %.20q: %v, %+v", name, tt.text, err, got)
			}
		}
	}
}

// checkWireText compares t with what the filters of wire.Body make of text.
func checkWireText(t *testing.T, w *wireText, text string) {
	t.Helper()
	lines := allLines(w)
	if err := w.trouble(); err != nil {
		t.Fatal(err)
	}
	var exact strings.Builder
	var count wireCount
	for _, l := range lines {
		exact.WriteString(l.text + markOctets[lineEnds[l.end].mark])
		if count = count.behind(&l); count != l.through {
			t.Fatalf("%q: %+v through line %q, counted %+v", text, l.through, l.text, count)
		}
	}
	if exact.String() != text || count != w.whole {
		t.Fatalf("%q is read as %q, %+v", text, exact.String(), w.whole)
	}
	for mode, sum := range map[*wireMode]string{&wireRaw: w.sums().exact, &wireByBDAT: w.sums().ended} {
		if want := fmt.Sprintf("%x", sha256.Sum256([]byte(onWire(t, text, *mode)))); sum != want {
			t.Fatalf("%q %s: digest %s, want %s", text, mode.name, sum, want)
		}
	}
}

func FuzzWireText(f *testing.F) {
	f.Add("one\r\n.two\nthree\r\r\nfour", int64(3))
	f.Add("\r\n\r\n\n\n\r\r\n", int64(1))
	f.Fuzz(func(t *testing.T, text string, spread int64) {
		if len(text) > wireClip || spread < 1 {
			return
		}
		checkWireText(t, sparse(text, spread), text)
		file, _ := onDisk(t, text)
		checkWireText(t, file, text)
	})
}

// TestWireTextOrder reads lines of a file here and there, so that stretches are
// given up and read again.
func TestWireTextOrder(t *testing.T) {
	var b strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	ends := []string{"\r\n", "\n", "\r"}
	for b.Len() < 20*wireSpread {
		b.WriteString(strings.Repeat("x", random.IntN(500)) + ends[random.IntN(len(ends))])
	}
	b.WriteString(strings.Repeat("y", 3*wireSpread) + "\r\nlast")
	text, _ := onDisk(t, b.String())
	want := allLines(newWireText(b.String()))
	for range 2000 {
		if i := random.IntN(text.len()); text.at(i) != want[i] {
			t.Fatalf("line %d is %+v, want %+v", i, text.at(i), want[i])
		}
	}
	if len(text.entries) < 15 || text.trouble() != nil {
		t.Errorf("%d entries, %v", len(text.entries), text.trouble())
	}
}

func TestWireFacts(t *testing.T) {
	text := ".a\r\nb\xff\nc\x00\xff\r.\r\n" + strings.Repeat("d", 1500) + "\r\ne"
	f := newWireText(text).facts
	for mark, want := range map[wireMarks]int64{markDot: 2, markLong: 1, mark8bit: 2, markCtrl: 1, markBare: 3} {
		if got := f.lines(mark); got != want {
			t.Errorf("mark %b: %d lines, want %d", mark, got, want)
		}
	}
	if f.ends != [...]int64{3, 1, 1, 1} || f.longest != 1500 {
		t.Errorf("%+v", f)
	}
}

// TestWireTextReads: whatever is asked for, only as much is read as a screen
// shows.
func TestWireTextReads(t *testing.T) {
	plain := strings.Repeat(proverb, 20_000)
	tests := []struct {
		name, text string
		ask        func(*wireView)
		reads      int
	}{
		{"a frame", plain, func(v *wireView) { pane(v, 10_000, 120, 40) }, 2},
		{"the same frame again", plain, func(v *wireView) { pane(v, 9000, 120, 40); pane(v, 9001, 120, 40) }, 2},
		{"a frame of long lines", strings.Repeat(strings.Repeat("x", 100_000)+"\r\n", 40), func(v *wireView) { pane(v, 20, 80, 24) }, 2},
		{"nothing special", plain, func(v *wireView) { v.text.special(0, 1, markDot) }, 0},
		{"something special far away", plain + ".\n" + plain, func(v *wireView) { v.text.special(0, 1, markDot) }, 1},
		{"something special behind", "..\n" + plain + ".\n" + plain, func(v *wireView) { v.text.special(30_000, -1, markDot) }, 1},
		{"special before, and far away", ".\n" + plain + ".\n", func(v *wireView) { v.text.special(0, 1, markDot) }, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := wireOf(tt.text, wireByDATA)
			source := &counting{octetSource: v.text.src}
			v.text.digests = v.text.sums()
			v.text.src = source
			tt.ask(v)
			if source.reads > tt.reads || source.octet > int64(tt.reads)*(wireSpread+wireClip) {
				t.Errorf("%d reads of %d octets, want %d at most", source.reads, source.octet, tt.reads)
			}
		})
	}
}

func TestWireSpecialFar(t *testing.T) {
	plain := strings.Repeat("plain\r\n", 30_000)
	text := newWireText(plain + ".\r\n" + plain)
	if got := text.special(0, 1, markDot); got != 30_000 {
		t.Errorf("from the beginning: %d", got)
	}
	if got := text.special(60_000, -1, markDot); got != 30_000 {
		t.Errorf("from the end: %d", got)
	}
}

// TestWireFileChanges: what changed is not shown.
func TestWireFileChanges(t *testing.T) {
	const text = "From: a\n\nold\n"
	tests := map[string]func(path string) error{
		"rewritten": func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("From: b\n\nnew\n"), 0o600), os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
		},
		"grown":     func(path string) error { return os.WriteFile(path, []byte(text+text), 0o600) },
		"truncated": func(path string) error { return os.Truncate(path, 3) },
		"replaced": func(path string) error {
			info, err := os.Stat(path)
			return errors.Join(err, os.WriteFile(path+"~", []byte(text), 0o600), os.Chtimes(path+"~", time.Time{}, info.ModTime()), os.Rename(path+"~", path))
		},
		"removed": os.Remove,
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			file, path := onDisk(t, text)
			v := &wireView{monochrome(), file, wireByDATA}
			if frame := pane(v, 0, 60, 6); !strings.Contains(frame, "old") {
				t.Fatalf("before:\n%s", frame)
			}
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			frame := pane(v, 0, 60, 6)
			checkFrame(t, frame, 60, 6)
			if strings.Contains(frame, "old") || strings.Contains(frame, "From") || file.trouble() == nil {
				t.Errorf("after:\n%s", frame)
			}
			if removed := errors.Is(file.trouble(), fs.ErrNotExist); removed != (name == "removed") || !removed && !errors.Is(file.trouble(), errWireChanged) {
				t.Errorf("got %v", file.trouble())
			}
		})
	}
}

// TestWireFileShrinks cuts a file under a view that has not read its lines.
func TestWireFileShrinks(t *testing.T) {
	file, path := onDisk(t, strings.Repeat(proverb, 10_000))
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	if l := file.at(5000); l != (wireLine{}) || !errors.Is(file.trouble(), errWireChanged) {
		t.Errorf("got %+v, %v", l, file.trouble())
	}
}

// TestWireFileReshaped puts other lines into a file of the same size, at places
// that were not read yet, and at the same time of day.
func TestWireFileReshaped(t *testing.T) {
	long := strings.Repeat("x", 3*wireSpread) + "\n"
	for name, text := range map[string]string{"long lines": strings.Repeat(long, 3), "short lines": strings.Repeat("x\n", 3*wireSpread)} {
		for _, fill := range []string{"\n", "\r", ".\r\n"} {
			file, path := onDisk(t, text)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			other := strings.Repeat(fill, len(text))[:len(text)]
			if err := errors.Join(os.WriteFile(path, []byte(other), 0o600), os.Chtimes(path, time.Time{}, info.ModTime())); err != nil {
				t.Fatal(err)
			}
			if l := file.at(file.len() - 1); l != (wireLine{}) || !errors.Is(file.trouble(), errWireChanged) {
				t.Errorf("%s become %q: %.20q, %v", name, fill, l.text, file.trouble())
			}
		}
	}
}

func TestWireFileRefused(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret\x1b")
	if err := os.WriteFile(secret, nil, 0); err != nil {
		t.Fatal(err)
	}
	paths := []string{dir, filepath.Join(dir, "missing"), os.DevNull}
	if os.Geteuid() != 0 { // root may read everything
		paths = append(paths, secret)
	}
	for _, path := range paths {
		refused(t, path)
	}
}

// refused checks that path is not read, and that the error names it.
func refused(t *testing.T, path string) {
	t.Helper()
	text, err := indexWireFile(t.Context(), path, nil)
	if err == nil {
		text.Close()
		t.Errorf("%q was read", path)
	} else if !strings.Contains(err.Error(), fmt.Sprintf("%q", path)) {
		t.Errorf("%q: %v", path, err)
	}
}

func TestWireFileProgress(t *testing.T) {
	path := filepath.Join(t.TempDir(), "message.eml")
	const size = 5*wireBlock + 1
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	var steps []int64
	text, err := indexWireFile(t.Context(), path, func(done, total int64) {
		if total != size {
			t.Errorf("of %d octets", total)
		}
		steps = append(steps, done)
	})
	if err != nil {
		t.Fatal(err)
	}
	text.Close()
	if !slices.IsSorted(steps) || len(steps) < 6 || steps[len(steps)-1] != size {
		t.Errorf("got %v", steps)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = indexWireFile(ctx, path, func(done, _ int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
