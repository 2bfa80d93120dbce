package line

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// TestCarets stand under what is meant, whatever is in front of it.
func TestCarets(t *testing.T) {
	for text, want := range map[string]string{
		"ab!":          "    ^ error: m (r)",
		"日本!":          "      ^ error: m (r)", // two columns each
		"e\u0301!":     "   ^ error: m (r)",    // a mark has none
		"\t!":          "    ^ error: m (r)",   // shown as \t
		"\x1b!":        "      ^ error: m (r)", // shown as \x1b
		"\xff\u202e!!": "            ^^ error: m (r)",
	} {
		at := strings.Index(text, "!")
		ln := protocol.Line{Raw: text, Diags: []protocol.Diagnostic{{
			Severity: protocol.Error, Span: protocol.Span{Start: at, End: len(text)}, Message: "m", Ref: "r",
		}}}
		var out strings.Builder
		writeRemarks(&out, aside(""), ln, protocol.State{})
		lines := strings.Split(out.String(), "\n")
		if lines[1] != notWire+strings.TrimPrefix(want, "  ") {
			t.Errorf("%q: %q, not %q", text, lines[1], want)
		}
	}
}

// TestRemarkSecret: neither the line nor its fix shows a secret.
func TestRemarkSecret(t *testing.T) {
	st := protocol.State{Phase: protocol.PhaseReady, Hello: "EHLO"}
	var out strings.Builder
	writeRemarks(&out, beside("1: "), protocol.Parse("AUTH  PLAIN AGEAYg==", st), st)
	if strings.Contains(out.String(), "AGEAYg==") || !strings.Contains(out.String(), "1: AUTH  PLAIN ********\n") {
		t.Error(out.String())
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, "\n"},
		{"one two three", 9, "  one two\n  three\n"},
		{"one   two", 80, "  one two\n"},
		{"a-very-long-word b", 8, "  a-very-long-word\n  b\n"},
		{"日本 日本", 8, "  日本\n  日本\n"},
	} {
		if got := wrap(c.text, "  ", c.width); got != c.want {
			t.Errorf("%q: %q, not %q", c.text, got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	rows := [][]string{{"a", "b\x1b", "c"}, {"日本", "", "long text to be set in two lines here"}}
	want := "a     b\\x1b  c\n日本         long text to be set in\n             two lines here\n"
	if got := table(rows, 36); got != want {
		t.Errorf("%q", got)
	}
}

func TestLooksBase64(t *testing.T) {
	for text, want := range map[string]bool{
		"bGVhcm5lcg==": true, "YQ==": true, "YWE=": true, "YWFh": true,
		"YQ=": false, "Y===": false, "MAIL FROM:<a@example.org>": false, "YWF*": false, "*": false,
	} {
		if got := looksBase64(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestChunk(t *testing.T) {
	for _, c := range []struct {
		size  int64
		lines []string
		want  string
	}{
		{0, nil, ""},
		{5, []string{"hello"}, "hello"},
		{7, []string{"hello"}, "hello\r\n"},
		{6, []string{"hello"}, "hello\r\n"}, // the right number is sent
		{9, []string{"hello", "ab"}, "hello\r\nab"},
	} {
		octets := chunk{size: c.size}
		for _, text := range c.lines {
			if octets.full() {
				t.Errorf("%d octets: full too early", c.size)
			}
			octets.add(text)
		}
		if !octets.full() || octets.text.String() != c.want {
			t.Errorf("%d octets: %q", c.size, octets.text.String())
		}
	}
}

// TestInput reads lines of all kinds, and survives an interruption.
func TestInput(t *testing.T) {
	in := newInput(strings.NewReader("a\r\n\nb\rc\nlast"))
	var got []string
	for {
		text, err := in.next(t.Context(), nil)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			break
		}
		got = append(got, text)
	}
	if want := []string{"a", "", "b\rc", "last"}; !slices.Equal(got, want) || in.number != 4 {
		t.Errorf("%q, %d lines", got, in.number)
	}
}

func TestInputInterrupted(t *testing.T) {
	r, w := io.Pipe()
	in := newInput(r)
	interrupts := make(chan os.Signal, 1)
	interrupts <- os.Interrupt
	if _, err := in.next(t.Context(), interrupts); !errors.Is(err, errInterrupted) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := in.next(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(w, "typed meanwhile\n"); w.Close() }()
	if text, err := in.next(t.Context(), interrupts); err != nil || text != "typed meanwhile" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestHistory lists and shows what a store has.
func TestHistory(t *testing.T) {
	store := history.Open(t.TempDir())
	var out, people strings.Builder
	if err := List(t.Context(), &out, &people, store, ListOptions{}); err != nil || out.String() != "no session is kept\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	rec, err := store.Create(history.Header{Target: "mx\x1b", Label: "first", Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	l := history.NewLog(rec, nil)
	l.Append(protocol.Event{Kind: protocol.KindNote, Text: "\x1b[2J"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := List(t.Context(), &out, &people, store, ListOptions{}); err != nil || !strings.Contains(out.String(), `mx\x1b`) || !strings.Contains(out.String(), "first\n") {
		t.Errorf("%q, %v", out.String(), err)
	}
	out.Reset()
	if err := Show(&out, &people, store, "last", "text", 0); err != nil || out.String() != "# label: first\n# note: \\x1b[2J\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	// A torn line is told, and the rest is shown.
	f, err := os.OpenFile(store.Path(rec.Header().ID), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString(`{"seq":2,"kind":"no`)
	f.Close()
	out.Reset()
	if err := Show(&out, &people, store, "2026", "text", 0); err != nil || out.String() != "# label: first\n# note: \\x1b[2J\n" || people.Len() == 0 {
		t.Errorf("%q, %q, %v", out.String(), people.String(), err)
	}
	if err := Show(&out, &people, store, "2027", "text", 0); !errors.Is(err, history.ErrNoSession) {
		t.Error(err)
	}
}
