package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// hits searches and returns "ID: line" for each hit, and the errors.
func hits(ctx context.Context, store *Store, text string, limit int) (lines []string, errs []error) {
	for hit, err := range store.Search(ctx, text, limit) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s", hit.ID[9:15], hit.Line))
	}
	return lines, errs
}

func TestSearch(t *testing.T) {
	store := Open(t.TempDir())
	for i, script := range []string{
		"# connect\nS: 220 ready \"steady\"\nC: EHLO me.example.org\nS: 550 Über <bob@example.org> \xff end",
		"# connect\nS: 220 ready\nC: MAIL FROM:<Bob@example.org>\n# error dial.refused",
	} {
		rec, err := store.Create(Header{Start: noon.Add(time.Duration(i) * time.Hour), Target: "bob.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		l := NewLog(rec, nil)
		talk(t, l, script)
		l.Append(protocol.Event{Kind: protocol.KindBody, Text: "Subject: hi\r\n\r\nline for BOB\r\nand bob\r\n"})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"bob", 0, []string{"130000: C: MAIL FROM:<Bob@example.org>", "130000: line for BOB", "120000: S: 550 Über <bob@example.org> \xff end", "120000: line for BOB"}},
		{"bob", 1, []string{"130000: C: MAIL FROM:<Bob@example.org>"}},
		{"BOB", 3, []string{"130000: C: MAIL FROM:<Bob@example.org>", "130000: line for BOB", "120000: S: 550 Über <bob@example.org> \xff end"}},
		{`ready "steady"`, 0, []string{`120000: S: 220 ready "steady"`}},
		{"Über", 0, []string{"120000: S: 550 Über <bob@example.org> \xff end"}},
		{"", 0, nil},
		{"nothing of that", 0, nil},
		{`"kind"`, 0, nil}, // of the format, not of the session
		{"client", 0, nil},
		{"hi\r\n", 0, nil},
		{"bob.example.org", 0, nil}, // the header is no event
	} {
		got, errs := hits(t.Context(), store, c.text, c.limit)
		if len(errs) > 0 || !slices.Equal(got, c.want) {
			t.Errorf("%q, at most %d: %q, %v", c.text, c.limit, got, errs)
		}
	}
}

func TestSearchBadFiles(t *testing.T) {
	store := Open(t.TempDir())
	for i, content := range []string{
		"no JSON",
		`{"format":"smtpconsole-session/99"}` + "\n",
		`{"format":"smtpconsole-session/1"}` + "\n" + `{"seq":1,"kind":"note","text":"found"}` + "\n" + `{"seq":2,"kind":"note","text":"found`,
	} {
		if err := os.MkdirAll(store.sessions(), dirMode); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(store.Path(sessionID(noon.Add(time.Duration(i)*time.Hour))), []byte(content), fileMode); err != nil {
			t.Fatal(err)
		}
	}
	got, errs := hits(t.Context(), store, "found", 0)
	if len(got) != 1 || !strings.HasPrefix(got[0], "140000: ") {
		t.Errorf("%q", got)
	}
	if len(errs) != 2 || !errors.Is(errs[0], ErrNewer) || !errors.Is(errs[1], ErrForeign) {
		t.Errorf("%v", errs)
	}
}

func TestSearchEnds(t *testing.T) {
	store := Open(t.TempDir())
	for i := range 5 * listWorkers {
		rec, err := store.Create(Header{Start: noon.Add(time.Duration(i) * time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		l := NewLog(rec, nil)
		l.Append(note("here"))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range store.Search(ctx, "here", 0) {
		n++
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) || n > 3*listWorkers {
		t.Errorf("cancelled: %d more, %v", n, last)
	}
	for range store.Search(t.Context(), "here", 0) {
		break // goleak sees what is left running
	}
}

func TestUnreadableDirectory(t *testing.T) {
	store := Open(t.TempDir())
	if err := os.WriteFile(store.sessions(), nil, fileMode); err != nil { // root may read anything but this
		t.Fatal(err)
	}
	if _, err := store.List(t.Context()); err == nil {
		t.Error("a file is listed")
	}
	if _, errs := hits(t.Context(), store, "x", 0); len(errs) != 1 {
		t.Errorf("%v", errs)
	}
	if _, err := store.Usage(); err == nil {
		t.Error("a file is measured")
	}
}

func BenchmarkSearch10000(b *testing.B) {
	store := Open(b.TempDir())
	fillMany(b, store, 10_000, true)
	for b.Loop() {
		for hit, err := range store.Search(b.Context(), "nobody has this", 100) {
			b.Fatal(hit, err)
		}
	}
}

func BenchmarkFilter10000(b *testing.B) {
	list := make([]Summary, 10_000)
	for i := range list {
		list[i] = Summary{Start: noon, Target: "mx.example.org:25", Outcome: "1 of 1 recipients accepted, message accepted: queued as 4F2A"}
	}
	for b.Loop() {
		f, err := NewFilter("2026-11 example refused tls:no", noon)
		if err != nil || len(f.Of(list)) > 0 {
			b.Fatal(err)
		}
	}
}
