package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// exists tells whether the store has a message.
func exists(t *testing.T, store *Store, digest string) bool {
	t.Helper()
	body, err := store.Body(digest)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return body.Close() == nil
}

// withBody makes an ended session that refers to a message.
func withBody(t *testing.T, store *Store, start time.Time, body string) (id, digest string) {
	t.Helper()
	rec, err := store.Create(Header{Start: start})
	if err != nil {
		t.Fatal(err)
	}
	digest = keep(t, rec, body)
	l := NewLog(rec, nil)
	l.Append(protocol.Event{Kind: protocol.KindBody, Cmd: "DATA", Size: int64(len(body)), SHA256: digest})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return rec.Header().ID, digest
}

// age makes files as old as if nobody had written them for so long.
func age(t *testing.T, by time.Duration, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-by)); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *Store) bodyPath(digest string) string { return filepath.Join(s.bodies(), digest) }

func TestRemoveAndRestore(t *testing.T) {
	store := Open(t.TempDir())
	ids := fill(t, store, noon, noon.Add(time.Hour))
	if err := store.SetLabel(ids[0], Label{Label: "kept", Note: "too"}); err != nil {
		t.Fatal(err)
	}
	before, err := store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Remove(ids[0]); err != nil {
		t.Fatal(err)
	}
	if left, err := store.ids(); err != nil || !slices.Equal(left, ids[1:]) {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := store.Header(ids[0]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Remove: %v", err)
	}
	if err := store.Remove(ids[0]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("again: %v", err)
	}
	trash, err := store.Trash().List(t.Context())
	if err != nil || len(trash) != 1 || trash[0] != before[1] {
		t.Errorf("trash: %+v, %v", trash, err)
	}
	if id, err := store.Trash().Find("last"); err != nil || id != ids[0] {
		t.Errorf("%q, %v", id, err)
	}
	if err := store.Restore(ids[0]); err != nil {
		t.Fatal(err)
	}
	if after, err := store.List(t.Context()); err != nil || !slices.Equal(after, before) {
		t.Errorf("restored: %+v, %v", after, err)
	}
	if err := store.Restore(ids[0]); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("restored again: %v", err)
	}
	for _, id := range []string{"", "../sessions/" + ids[1]} {
		if err := store.Remove(id); !errors.Is(err, ErrNoSession) {
			t.Errorf("remove %q: %v", id, err)
		}
	}
}

func TestRestoreReplacesNothing(t *testing.T) {
	store := Open(t.TempDir())
	id := fill(t, store, noon)[0]
	copied, err := os.ReadFile(store.Path(id))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Remove(id); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.Path(id), copied, fileMode); err != nil { // as by hand: Create would take another ID
		t.Fatal(err)
	}
	if err := store.Restore(id); !errors.Is(err, fs.ErrExist) {
		t.Errorf("restore: %v", err)
	}
	if err := store.Remove(id); !errors.Is(err, fs.ErrExist) {
		t.Errorf("remove: %v", err)
	}
	for _, s := range []*Store{store, store.Trash()} {
		if _, err := s.Header(id); err != nil {
			t.Error(err)
		}
	}
}

// TestRecordingIsSafe: what is being recorded is neither moved nor deleted, also
// where another program asks for it.
func TestRecordingIsSafe(t *testing.T) {
	store, rec := create(t, Header{Start: noon})
	id, other := rec.Header().ID, Open(store.Dir())
	if err := other.Remove(id); !errors.Is(err, ErrRecording) {
		t.Errorf("remove: %v", err)
	}
	if p, err := other.Prune(t.Context(), Limits{Before: noon.Add(time.Hour), Larger: 1}, false); err != nil || len(p.IDs) > 0 {
		t.Errorf("prune: %+v, %v", p, err)
	}
	list, err := other.List(t.Context())
	if err != nil || len(list) != 1 || !list[0].Recording {
		t.Errorf("%+v, %v", list, err)
	}
	if err := other.SetLabel(id, Label{Label: "meanwhile"}); err != nil {
		t.Error(err)
	}
	if err := rec.Close(Progress{}); err != nil {
		t.Error(err)
	}
	if err := other.Remove(id); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

func TestEmpty(t *testing.T) {
	store := Open(t.TempDir())
	gone, lost := withBody(t, store, noon, "only here")
	shared, _ := withBody(t, store, noon.Add(time.Second), "in two sessions")
	_, kept := withBody(t, store, noon.Add(2*time.Second), "in two sessions")
	young, fresh := withBody(t, store, noon.Add(3*time.Second), "kept a moment ago")
	age(t, 2*settled, store.bodyPath(lost), store.bodyPath(kept))
	for _, id := range []string{gone, shared, young} {
		if err := store.Remove(id); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Expire(t.Context()); err != nil || !exists(t, store, lost) {
		t.Fatalf("expired at once: %v", err)
	}
	age(t, TrashTime+time.Hour, store.Trash().Path(gone), store.Trash().Path(shared))
	if err := store.Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := store.Trash().ids(); err != nil || !slices.Equal(left, []string{young}) {
		t.Errorf("left in the trash: %v, %v", left, err)
	}
	if exists(t, store, lost) || !exists(t, store, kept) || !exists(t, store, fresh) {
		t.Error("the wrong messages are deleted")
	}
	if n, err := store.Empty(t.Context(), time.Now().Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if !exists(t, store, fresh) {
		t.Error("a message that may be on its way into a record is deleted")
	}
}

// TestSweepGivesUp: where a session cannot be read, any message may be its own.
func TestSweepGivesUp(t *testing.T) {
	store := Open(t.TempDir())
	id, digest := withBody(t, store, noon, "x")
	age(t, 2*settled, store.bodyPath(digest))
	if err := os.WriteFile(store.Path("20200101T000000Z-0000"), make([]byte, maxLine+1), fileMode); err != nil {
		t.Fatal(err)
	}
	if err := store.Remove(id); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Empty(t.Context(), time.Now().Add(time.Hour)); !errors.Is(err, errLineLimit) || !exists(t, store, digest) {
		t.Errorf("%v", err)
	}
}

func TestPrune(t *testing.T) {
	const octets = 1 << 12
	store := Open(t.TempDir())
	var ids, digests []string
	for i, body := range []string{"a", "b", "a", "c"} {
		id, digest := withBody(t, store, noon.AddDate(0, 0, i), strings.Repeat(body, octets))
		ids, digests = append(ids, id), append(digests, digest)
		age(t, 2*settled, store.bodyPath(digest))
	}
	if err := store.Remove(ids[1]); err != nil {
		t.Fatal(err)
	}
	u, err := store.Usage()
	if err != nil || u.Sessions != 3 || u.Removed != 1 || u.Messages != 3*octets || u.Octets == 0 || u.Total() != u.Octets+u.Messages {
		t.Fatalf("%+v, %v", u, err)
	}
	for _, c := range []struct {
		name   string
		limits Limits
		want   []string
		octets int64 // of messages
	}{
		{"no limit", Limits{}, nil, 0},
		{"all young enough", Limits{Before: noon}, nil, 0},
		{"small enough", Limits{Larger: u.Total()}, nil, 0},
		{"removed first", Limits{Larger: u.Total() - 1}, ids[1:2], octets},
		{"then the oldest, until enough is free", Limits{Larger: 2 * octets}, []string{ids[1], ids[0], ids[2]}, 2 * octets},
		{"by age", Limits{Before: noon.AddDate(0, 0, 1)}, ids[:1], 0},
		{"by both", Limits{Before: noon.AddDate(0, 0, 3), Larger: 1}, []string{ids[1], ids[0], ids[2], ids[3]}, 3 * octets},
	} {
		p, err := store.Prune(t.Context(), c.limits, true)
		if err != nil || !slices.Equal(p.IDs, c.want) || p.Octets/octets != c.octets/octets || (p.Octets > 0) != (len(c.want) > 0) {
			t.Errorf("%s: %+v, %v", c.name, p, err)
		}
	}
	if again, err := store.Usage(); err != nil || again != u {
		t.Fatalf("a dry run leaves %+v of %+v, %v", again, u, err)
	}
	p, err := store.Prune(t.Context(), Limits{Before: noon.AddDate(0, 0, 2)}, false)
	if err != nil || !slices.Equal(p.IDs, []string{ids[1], ids[0]}) {
		t.Errorf("%+v, %v", p, err)
	}
	if exists(t, store, digests[1]) || !exists(t, store, digests[0]) || !exists(t, store, digests[3]) {
		t.Error("the wrong messages are deleted")
	}
	if left, err := store.Usage(); err != nil || left.Sessions != 2 || left.Removed != 0 || left.Total() != u.Total()-p.Octets {
		t.Errorf("%+v of %+v is left, %v", left, u, err)
	}
}

func TestSweepTakesWhatAKillLeft(t *testing.T) {
	store := Open(t.TempDir())
	id, digest := withBody(t, store, noon, "x")
	for _, name := range []string{"incoming-1", "leaving-" + digest, "incoming-2", "notes.txt"} {
		if err := os.WriteFile(store.bodyPath(name), []byte("x"), fileMode); err != nil {
			t.Fatal(err)
		}
		if name != "incoming-2" {
			age(t, 2*settled, store.bodyPath(name))
		}
	}
	if err := store.Remove(id); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Empty(t.Context(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(store.bodies())
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	want := []string{digest, "incoming-2", "notes.txt"}
	slices.Sort(want)
	if err != nil || !slices.Equal(left, want) {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestRemoveAfterKill: a program that is gone records nothing any more.
func TestRemoveAfterKill(t *testing.T) {
	store := Open(t.TempDir())
	killAfter(t, store.Dir(), 5)
	id, err := store.Find("last")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := store.List(t.Context()); err != nil || len(list) != 1 || list[0].Recording {
		t.Errorf("%+v, %v", list, err)
	}
	if err := store.Remove(id); err != nil {
		t.Error(err)
	}
}

// TestSeveralRemove: of programs that remove the same sessions at once, one does
// each, and none loses any.
func TestSeveralRemove(t *testing.T) {
	const programs = 4
	dir := t.TempDir()
	var starts []time.Time
	for i := range 20 {
		starts = append(starts, noon.Add(time.Duration(i)*time.Minute))
	}
	ids := fill(t, Open(dir), starts...)
	var removed atomic.Int64
	var all sync.WaitGroup
	for range programs {
		all.Go(func() {
			store := Open(dir)
			for _, id := range ids {
				switch err := store.Remove(id); {
				case err == nil:
					removed.Add(1)
				case !errors.Is(err, fs.ErrNotExist):
					t.Error(err)
				}
				if _, err := store.List(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	trash, err := Open(dir).Trash().ids()
	if err != nil || removed.Load() != int64(len(ids)) || len(trash) != len(ids) {
		t.Errorf("removed %d times, %d in the trash, %v", removed.Load(), len(trash), err)
	}
}

// TestRemoveTwice: what is in the Trash keeps its ID.
func TestRemoveTwice(t *testing.T) {
	store := Open(t.TempDir())
	var all []string
	for range 2 {
		id := fill(t, store, noon)[0]
		if err := store.Remove(id); err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	for _, id := range all {
		if err := store.Restore(id); err != nil {
			t.Error(err)
		}
	}
	if ids, err := store.ids(); err != nil || len(ids) != 2 {
		t.Errorf("%v, %v", ids, err)
	}
}
