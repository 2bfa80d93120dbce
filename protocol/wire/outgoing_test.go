package wire_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// sizes are around those at which text changes hands inside.
var sizes = []int{0, 1, 1<<16 - 1, 1 << 16, 1 << 17, 1 << 18, 1<<18 + 1, 1 << 20, 3<<20 + 5}

// filler is text of n octets, in tidy lines as far as they go.
func filler(n int) string {
	return strings.Repeat("0123456789abcd\r\n", n/16) + strings.Repeat("x", n%16)
}

// The event of a text is out before its last octet, and right, whatever its size.
func TestEventOfAnySize(t *testing.T) {
	ways := map[string]func(c *wire.Conn, text string, o *wire.Upload) error{
		"DATA": func(c *wire.Conn, text string, o *wire.Upload) error {
			_, err := c.Body(t.Context(), strings.NewReader(text), o)
			return err
		},
		"raw": func(c *wire.Conn, text string, o *wire.Upload) error {
			p, err := c.Raw(t.Context(), strings.NewReader(text), o)
			if err == nil {
				_, err = p.Wait(t.Context())
			}
			return err
		},
	}
	for name, send := range ways {
		for _, size := range sizes {
			text := filler(size &^ 15) // Body would end the last line
			if text == "" && name == "raw" {
				continue // a server cannot know when to answer nothing
			}
			onWire := text
			if name == "DATA" {
				onWire += ".\r\n"
			}
			c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) { s.takes(onWire); s.follow("S: 250 taken") })
			check(t, c, tp, text, func(o *wire.Upload) error { return send(c, text, o) })
		}
	}
}

func TestChunkOfAnySize(t *testing.T) {
	for _, size := range sizes {
		text := filler(size)
		line := fmt.Sprintf("BDAT %d LAST", size)
		c, tp := pairWith(t, wire.Options{}, func(s *server) {
			s.follow("S: 220 x", "C: "+line)
			s.takes(text)
			s.follow("S: 250 taken")
		})
		greeted(t, c)
		check(t, c, tp, text, func(o *wire.Upload) error {
			_, err := c.Chunk(t.Context(), line, strings.NewReader(text+"more"), int64(size), o)
			return err
		})
	}
}

// check sends text and looks at its event, its place, and its progress.
func check(t *testing.T, c *wire.Conn, tp *tape, text string, send func(*wire.Upload) error) {
	t.Helper()
	steps := []int64{0}
	err := send(&wire.Upload{Path: "a.eml", Progress: func(n int64) { steps = append(steps, n) }})
	if err != nil {
		t.Fatalf("%d octets: %v", len(text), err)
	}
	events := slices.DeleteFunc(tp.all(), func(ev protocol.Event) bool {
		return ev.Kind != protocol.KindBody && ev.Text != "250 taken"
	})
	if len(events) != 2 || events[0].Kind != protocol.KindBody {
		t.Fatalf("%d octets: the events are %v", len(text), events)
	}
	if ev := events[0]; ev.Size != int64(len(text)) || ev.SHA256 != digest(text) || ev.Path != "a.eml" || (ev.Text == text) != (len(text) <= protocol.InlineBody) {
		t.Errorf("%d octets: the event is %v with %d of them", len(text), ev, len(ev.Text))
	}
	if last := steps[len(steps)-1]; last != int64(len(text)) || !slices.IsSorted(steps) {
		t.Errorf("%d octets: progress was %v", len(text), steps)
	}
	_ = c.Close()
}

func TestKeepMax(t *testing.T) {
	const large = 200 << 10
	tests := []struct {
		name       string
		most, size int64
		kept, told bool
	}{
		{"no limit", 0, large, true, false},
		{"at the limit", large, large, true, false},
		{"over the limit", large - 1, large, false, true},
		{"over the limit at once", 1, large, false, true},
		{"inline all the same", 1, protocol.InlineBody, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keep := &shelf{}
			o := wire.Options{KeepMax: tt.most, Keep: func() (wire.Keep, error) { return keep, nil }}
			c, tp := atData(t, o, "EHLO", func(s *server) { drain(s); s.follow("S: 250 ok") })
			text := filler(int(tt.size))
			if _, err := c.Body(t.Context(), strings.NewReader(text), nil); err != nil {
				t.Fatal(err)
			}
			ev := tp.of(protocol.KindBody)[0]
			if ev.Size != tt.size || ev.SHA256 != digest(text) || (keep.sum == ev.SHA256) != tt.kept || keep.aborted && tt.kept {
				t.Errorf("the event is %v; kept as %q, aborted %v", ev, keep.sum, keep.aborted)
			}
			if got := notes(tp); got != tt.told || len(tp.codes()) != 0 {
				t.Errorf("told is %v, want %v; codes %q", got, tt.told, tp.codes())
			}
		})
	}
}

func TestNoDigest(t *testing.T) {
	keep := &shelf{}
	tests := []struct {
		name string
		o    wire.Options
		sum  string
	}{
		{"without a record", wire.Options{NoDigest: true}, ""},
		{"with one", wire.Options{NoDigest: true, Keep: func() (wire.Keep, error) { return keep, nil }}, digest(filler(1 << 20))},
	}
	for _, tt := range tests {
		c, tp := atData(t, tt.o, "EHLO", func(s *server) { drain(s); s.follow("S: 250 ok") })
		if _, err := c.Body(t.Context(), strings.NewReader(filler(1<<20)), nil); err != nil {
			t.Fatal(err)
		}
		if ev := tp.of(protocol.KindBody)[0]; ev.Size != 1<<20 || ev.SHA256 != tt.sum {
			t.Errorf("%s: %d octets with the digest %q, want %q", tt.name, ev.Size, ev.SHA256, tt.sum)
		}
	}
	if keep.sum == "" {
		t.Error("the message is not kept")
	}
}

// notes tells whether the tape has one note that a message is too large.
func notes(tp *tape) bool {
	all := tp.of(protocol.KindNote)
	return len(all) == 1 && all[0].Code == "record.large"
}

// A message over the limit gives its place up at once, not at its end.
func TestKeepMaxAtOnce(t *testing.T) {
	aborted := make(chan struct{})
	o := wire.Options{KeepMax: 1 << 20, Keep: func() (wire.Keep, error) { return place{abort: func() { close(aborted) }}, nil }}
	c, _ := atData(t, o, "EHLO", func(s *server) { drain(s); s.follow("S: 250 ok") })
	rest := readFunc(func([]byte) (int, error) { <-aborted; return 0, io.EOF })
	if _, err := c.Body(t.Context(), io.MultiReader(strings.NewReader(filler(2<<20)), rest), nil); err != nil {
		t.Fatal(err)
	}
}

// The chunks of a message count together, in events and in the record.
func TestKeepMaxChunks(t *testing.T) {
	const chunk = 40 << 10
	t.Run("three", func(t *testing.T) { testKeepMaxChunks(t, chunk, 3*chunk, 2) })
	t.Run("none", func(t *testing.T) { testKeepMaxChunks(t, chunk, 1, 0) })
}

// testKeepMaxChunks sends two messages of five chunks, of which the first is
// inline, so many behind it are kept, and the rest are not.
func testKeepMaxChunks(t *testing.T, chunk, most int64, kept int) {
	text := filler(int(chunk))
	shelves := []*shelf{}
	o := wire.Options{KeepMax: most, Keep: func() (wire.Keep, error) {
		shelves = append(shelves, &shelf{})
		return shelves[len(shelves)-1], nil
	}}
	lines := slices.Repeat([]string{fmt.Sprintf("BDAT %d", chunk)}, 5)
	lines[4] += " LAST"
	c, tp := pairWith(t, o, func(s *server) {
		s.follow("S: 220 x", "C: EHLO a.example", "S: 250 x")
		for range 2 {
			s.follow("C: MAIL FROM:<>", "S: 250 ok", "C: RCPT TO:<a@b.example>", "S: 250 ok")
			for _, line := range lines {
				s.follow("C: " + line)
				s.takes(text)
				s.follow("S: 250 ok")
			}
		}
	})
	greeted(t, c)
	must(t, c, "EHLO a.example", 250)
	for message := range 2 {
		must(t, c, "MAIL FROM:<>", 250)
		must(t, c, "RCPT TO:<a@b.example>", 250)
		for _, line := range lines {
			if _, err := c.Chunk(t.Context(), line, strings.NewReader(text), chunk, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := len(tp.of(protocol.KindNote)); got != message+1 {
			t.Errorf("%d notes after message %d", got, message+1)
		}
	}
	for i, ev := range tp.of(protocol.KindBody) {
		if inline := ev.Text != ""; inline != (i%5 == 0) || ev.SHA256 != digest(text) {
			t.Errorf("chunk %d: %v, inline %v", i+1, ev, inline)
		}
	}
	if len(shelves) != 2*kept || slices.ContainsFunc(shelves, func(s *shelf) bool { return s.sum == "" }) {
		t.Errorf("%d chunks of two messages were to be kept, want %d of each", len(shelves), kept)
	}
}

// A Keep that fails in the middle never harms the message.
func TestKeepFailsLate(t *testing.T) {
	left, aborted := 1<<20, false
	keep := place{
		write: func(p []byte) (int, error) {
			if left -= len(p); left < 0 {
				return 0, errors.New("disk full")
			}
			return len(p), nil
		},
		abort: func() { aborted = true },
	}
	o := wire.Options{Keep: func() (wire.Keep, error) { return keep, nil }}
	c, tp := atData(t, o, "EHLO", func(s *server) { drain(s); s.follow("S: 250 ok") })
	text := filler(4 << 20)
	if _, err := c.Body(t.Context(), strings.NewReader(text), nil); err != nil {
		t.Fatal(err)
	}
	if ev := tp.of(protocol.KindBody)[0]; ev.SHA256 != digest(text) || !aborted || !slices.Equal(tp.codes(), []string{"record.body"}) {
		t.Errorf("the event is %v, aborted %v, codes %q", ev, aborted, tp.codes())
	}
}

// place is a Keep that never keeps.
type place struct {
	write func([]byte) (int, error) // nil takes all
	abort func()
}

func (k place) Write(p []byte) (int, error) {
	if k.write == nil {
		return len(p), nil
	}
	return k.write(p)
}

func (k place) Commit(string) error { return errors.New("this place keeps nothing") }
func (k place) Abort()              { k.abort() }

// A server that stops reading after a megabyte is given up as one that never
// read: what is under way beside the sending ends with it.
func TestBodyStallsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, tp := atData(t, wire.Options{}, "EHLO", func(s *server) { _, _ = io.CopyN(io.Discard, s.br, 1<<20) })
		if _, err := c.Body(t.Context(), endless{}, nil); err == nil {
			t.Error("Body came back without an error")
		}
		ended(t, c, tp, "timeout.write", "close.timeout")
	})
}
