package history

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpconsole/protocol"
)

func TestIDsAreUnique(t *testing.T) {
	const stores, each = 8, 40
	dir := t.TempDir()
	var mu sync.Mutex
	seen := map[string]bool{}
	var all sync.WaitGroup
	for range stores {
		all.Go(func() {
			store := Open(dir) // as another program would
			for range each {
				rec, err := store.Create(Header{Start: noon})
				if err != nil {
					t.Error(err)
					return
				}
				if err := NewLog(rec, nil).Close(); err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[rec.Header().ID] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(seen) != stores*each {
		t.Errorf("%d IDs for %d sessions", len(seen), stores*each)
	}
	for id := range seen {
		if !validID(id) {
			t.Errorf("%q is not an ID", id)
		}
	}
}

func TestIDsSort(t *testing.T) {
	last := noon.Add(time.Second - 1)
	ids := []string{sessionID(noon), sessionID(noon.Add(idTick + 1)), sessionID(last), sessionID(last.Add(1))}
	if want := []string{"20261121T120000Z-0000", "20261121T120000Z-0001", "20261121T120000Z-ffff", "20261121T120001Z-0000"}; !slices.Equal(ids, want) {
		t.Errorf("IDs %v", ids)
	}
}

// fill makes a session file that ended in order, for each start.
func fill(t testing.TB, store *Store, starts ...time.Time) []string {
	t.Helper()
	var ids []string
	for _, start := range starts {
		rec, err := store.Create(Header{Start: start, Target: "mx.example.org:25"})
		if err != nil {
			t.Fatal(err)
		}
		if err := rec.Close(Progress{Steps: 5, End: start.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, rec.Header().ID)
	}
	return ids
}

func TestFind(t *testing.T) {
	store := Open(t.TempDir())
	if _, err := store.Find("last"); !errors.Is(err, ErrNoSession) {
		t.Errorf("in an empty store: %v", err)
	}
	ids := fill(t, store, noon, noon.Add(time.Second/2), noon.Add(time.Hour))
	for _, c := range []struct {
		ref  string
		want int // index in ids; -1 none, -2 several
	}{
		{ids[0], 0},
		{"last", 2},
		{"last-0", 2},
		{"last-1", 1},
		{"last-2", 0},
		{"last-3", -1},
		{"last--1", -1},
		{"lasting", -1},
		{"20261121T13", 2},
		{"20261121t13", 2},
		{"8000", 1},
		{"20261121T12", -2},
		{"0000", -2},
		{"2025", -1},
		{"", -1},
		{"../" + ids[0], -1},
	} {
		id, err := store.Find(c.ref)
		var many *AmbiguousError
		switch {
		case c.want >= 0 && (err != nil || id != ids[c.want]):
			t.Errorf("%q finds %q, %v", c.ref, id, err)
		case c.want == -1 && !errors.Is(err, ErrNoSession):
			t.Errorf("%q finds %q, %v", c.ref, id, err)
		case c.want == -2 && (!errors.As(err, &many) || len(many.Candidates) < 2):
			t.Errorf("%q finds %q, %v", c.ref, id, err)
		}
	}
}

func TestListSkipsForeignFiles(t *testing.T) {
	store := Open(t.TempDir())
	if list, err := store.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("empty store: %v, %v", list, err)
	}
	ids := fill(t, store, noon, noon.Add(time.Hour))
	for _, name := range []string{"README", "copy.jsonl", ids[0] + ".label", ".swp"} {
		if err := os.WriteFile(filepath.Join(store.sessions(), name), []byte("x"), fileMode); err != nil {
			t.Fatal(err)
		}
	}
	list, err := store.List(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != ids[1] || list[1].ID != ids[0] {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, sum := range list {
		if sum.Problem != "" || sum.Target != "mx.example.org:25" || sum.Steps != 5 {
			t.Errorf("%+v", sum)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.List(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestUnbegun: a program that is killed may leave a file without a first line,
// which is no session to list, to search or to find.
func TestUnbegun(t *testing.T) {
	store := Open(t.TempDir())
	ids := fill(t, store, noon, noon.Add(time.Hour))
	empty := sessionID(noon.Add(2 * time.Hour))
	if err := os.WriteFile(store.Path(empty), nil, fileMode); err != nil {
		t.Fatal(err)
	}
	if list, err := store.List(t.Context()); err != nil || len(list) != 2 || list[0].ID != ids[1] {
		t.Errorf("listed are %+v, %v", list, err)
	}
	for ref, want := range map[string]string{"last": ids[1], "last-1": ids[0], ids[0]: ids[0], "last-2": "", empty: ""} {
		if id, err := store.Find(ref); id != want || (want == "") != errors.Is(err, ErrNoSession) {
			t.Errorf("%s finds %q, %v, want %q", ref, id, err, want)
		}
	}
	if found, errs := hits(t.Context(), store, "x", 0); len(found)+len(errs) > 0 {
		t.Errorf("found are %q, %v", found, errs)
	}
	if _, err := store.Read(empty); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading it: %v", err)
	}
}

// TestSummaryWithoutEnd checks that a listing of a killed session says what
// that of an ended one would, for files below and above the edges.
func TestSummaryWithoutEnd(t *testing.T) {
	for _, padding := range []int{0, 3 * edgeSize} {
		store, rec := create(t, Header{Start: noon, Target: "mx", Label: "kept"})
		l := NewLog(rec, clock())
		talk(t, l, "# connect\nS: 220 ready\nC: EHLO me.example.org\nS: 502 no")
		l.Append(note(strings.Repeat("x", padding)))
		cut, err := os.ReadFile(store.Path(rec.Header().ID))
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		ended, err := store.List(t.Context())
		if err != nil || len(ended) != 1 || ended[0].Steps != 2 || ended[0].Label != "kept" {
			t.Fatalf("%+v, %v", ended, err)
		}
		if err := os.WriteFile(store.Path(rec.Header().ID), cut, fileMode); err != nil {
			t.Fatal(err)
		}
		ended[0].Size = int64(len(cut))
		for range 2 { // folded, and as the fold was kept
			killed, err := store.List(t.Context())
			if err != nil || !slices.Equal(killed, ended) {
				t.Errorf("ended:  %+v\nkilled: %+v, %v", ended, killed, err)
			}
		}
	}
}

// TestFoldIsKept checks that a session which did not end is read whole once,
// and again after it grew.
func TestFoldIsKept(t *testing.T) {
	store, rec := create(t, Header{Start: noon})
	id, l := rec.Header().ID, NewLog(rec, clock())
	defer l.Close()
	steps := func() int {
		list, err := store.List(t.Context())
		if err != nil || len(list) != 1 || list[0].Problem != "" {
			t.Fatalf("%+v, %v", list, err)
		}
		return list[0].Steps
	}
	talk(t, l, "# connect\nS: 220 ready\nC: NOOP\nS: 250 ok")
	if n := steps(); n != 2 {
		t.Fatalf("%d steps", n)
	}
	info, err := os.Stat(store.Path(id))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(store.Path(id))
	if err != nil {
		t.Fatal(err)
	}
	// Other content of the same size and time shows that nobody read it.
	other := bytes.Replace(b, []byte(`"kind":"client"`), []byte(`"king":"client"`), 1)
	for _, c := range []struct {
		modified time.Time
		want     int
	}{{info.ModTime(), 2}, {info.ModTime().Add(time.Second), 1}} {
		if err := errors.Join(os.WriteFile(store.Path(id), other, fileMode), os.Chtimes(store.Path(id), c.modified, c.modified)); err != nil {
			t.Fatal(err)
		}
		if n := steps(); n != c.want {
			t.Errorf("%d steps, not %d", n, c.want)
		}
	}
	talk(t, l, "C: NOOP\nC: NOOP")
	if n := steps(); n != 3 {
		t.Errorf("%d steps after it grew", n)
	}
	if err := os.WriteFile(store.beside(id, foldExtension), []byte("{"), fileMode); err != nil {
		t.Fatal(err)
	}
	if n := steps(); n != 3 {
		t.Errorf("%d steps beside a broken fold", n)
	}
}

// TestGoneMeanwhile: what another program removes after the directory was read is
// no trouble.
func TestGoneMeanwhile(t *testing.T) {
	store := Open(t.TempDir())
	if sum := store.summary(sessionID(noon), make([]byte, edgeSize)); sum != (Summary{}) {
		t.Errorf("%+v", sum)
	}
	results := make(chan chan found, 1)
	result := make(chan found, 1)
	_, err := store.searchOne(t.Context(), sessionID(noon), newSought("x", 0))
	result <- found{err: err}
	results <- result
	close(results)
	for hit, err := range flatten(results) {
		t.Errorf("%+v, %v", hit, err)
	}
}

// keep keeps one message beside a record.
func keep(t *testing.T, rec *Recorder, body string) (digest string) {
	t.Helper()
	kept, err := rec.KeepBody()
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Abort()
	if _, err := io.WriteString(kept, body); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	digest = hex.EncodeToString(sum[:])
	if err := kept.Commit(digest); err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestBody(t *testing.T) {
	store, rec := create(t, Header{})
	defer rec.Close(Progress{})
	for range 2 { // the same message may be sent again
		body, err := store.Body(keep(t, rec, "Subject: x\r\n\r\n\xff\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(body)
		if err := errors.Join(err, body.Close()); err != nil || string(got) != "Subject: x\r\n\r\n\xff\r\n" {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := store.Body(strings.Repeat("0", 64)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such message: %v", err)
	}
}

func TestBodyDamaged(t *testing.T) {
	store, rec := create(t, Header{})
	for _, now := range []string{"", "Subject", "Subject: X\r\n", "Subject: x\r\nmore"} {
		digest := keep(t, rec, "Subject: x\r\n")
		if err := os.WriteFile(filepath.Join(store.bodies(), digest), []byte(now), fileMode); err != nil {
			t.Fatal(err)
		}
		body, err := store.Body(digest)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(body); string(got) != now || !errors.Is(err, ErrDamaged) {
			t.Errorf("%q is read as %q, %v", now, got, err)
		}
		body.Close()
		if _, err := store.Octets(&protocol.Event{SHA256: digest, Size: 12}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q for a replay: %v", now, err)
		}
	}
	if err := rec.Close(Progress{}); err != nil {
		t.Fatal(err)
	}
}

func TestBodyNotKept(t *testing.T) {
	store, rec := create(t, Header{})
	defer rec.Close(Progress{})
	for _, digest := range []string{"", "../sessions/x", strings.Repeat("A", 64), strings.Repeat("a", 63)} {
		kept, err := rec.KeepBody()
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.Commit(digest); err == nil {
			t.Errorf("a message is kept as %q", digest)
		}
		if _, err := store.Body(digest); err == nil {
			t.Errorf("there is a message %q", digest)
		}
	}
	kept, err := rec.KeepBody()
	if err != nil {
		t.Fatal(err)
	}
	kept.Abort()
	if left, err := os.ReadDir(store.bodies()); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("SMTPCONSOLE_STATE_DIR", "/some/where")
	if dir := DefaultDir(); dir != "/some/where" {
		t.Errorf("%q", dir)
	}
	t.Setenv("SMTPCONSOLE_STATE_DIR", "")
	if dir := DefaultDir(); filepath.Base(dir) != "smtpconsole" || !filepath.IsAbs(dir) {
		t.Errorf("%q", dir)
	}
}

// fillMany writes session files that ended in order, without waiting for the disk.
func fillMany(b *testing.B, store *Store, n int, end bool) {
	b.Helper()
	if err := os.MkdirAll(store.sessions(), dirMode); err != nil {
		b.Fatal(err)
	}
	for i := range n {
		f := &limited{room: 1 << 20}
		start := noon.Add(time.Duration(i) * time.Minute)
		h := Header{Format: formatName + "1", ID: sessionID(start), Start: start, Target: "mx.example.org:25"}
		rec, err := newRecorder(f, h, "")
		if err != nil {
			b.Fatal(err)
		}
		l := NewLog(rec, clock())
		talk(b, l, toMail+strings.Repeat("C: RCPT TO:<bob@example.org>\nS: 250 ok\n", 18))
		if end {
			l.Close()
		}
		if err := os.WriteFile(store.Path(h.ID), f.written, fileMode); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkList10000(b *testing.B) {
	for _, end := range []bool{true, false} {
		b.Run(fmt.Sprintf("ended=%v", end), func(b *testing.B) {
			store := Open(b.TempDir())
			fillMany(b, store, 10_000, end)
			for b.Loop() {
				if list, err := store.List(b.Context()); err != nil || len(list) != 10_000 || list[0].Steps != 21 {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}

// BenchmarkFirstScreen reads the beginning of a long session.
func BenchmarkFirstScreen(b *testing.B) {
	store, rec := create(b, Header{})
	l := NewLog(rec, clock())
	for range 100_000 {
		l.Append(note("one of very many"))
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for _, err := range store.Events(rec.Header().ID) {
			if n++; err != nil || n == 100 {
				break
			}
		}
		if n != 100 {
			b.Fatal(n)
		}
	}
}
