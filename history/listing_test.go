package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// several are n sessions, the newest first.
func several(t *testing.T, n int) (*Store, []string) {
	t.Helper()
	store := Open(t.TempDir())
	var ids []string
	for i := range n {
		rec, err := store.Create(Header{Start: noon.Add(time.Duration(i) * time.Minute), Target: "mx.example.org"})
		if err != nil {
			t.Fatal(err)
		}
		l := NewLog(rec, clock())
		talk(t, l, "# connect\nS: 220 mx\nC: NOOP needle\nS: 250 ok\nC: NOOP needle\nS: 250 ok")
		ids = append(ids, rec.Header().ID)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	slices.Reverse(ids)
	return store, ids
}

// TestListingInParts: parts of any size are the whole list, in its order.
func TestListingInParts(t *testing.T) {
	store, ids := several(t, 10)
	if err := store.SetLabel(ids[4], Label{Label: "mine"}); err != nil {
		t.Fatal(err)
	}
	whole, err := store.List(t.Context())
	if err != nil || len(whole) != len(ids) || whole[4].Label != "mine" {
		t.Fatalf("%d sessions, %v", len(whole), err)
	}
	for _, n := range []int{1, 3, 10, 99} {
		l, err := store.Listing()
		if err != nil || l.Len() != len(ids) || l.Left() != len(ids) {
			t.Fatalf("%d, %d left, %v", l.Len(), l.Left(), err)
		}
		var parts []Summary
		for l.Left() > 0 {
			some, err := l.Read(t.Context(), n)
			if err != nil || len(some) > n {
				t.Fatalf("%d of %d at a time, %v", len(some), n, err)
			}
			parts = append(parts, some...)
		}
		if !slices.Equal(parts, whole) {
			t.Errorf("%d at a time: %v", n, parts)
		}
	}
}

// TestListingMeanwhile: a session that goes away between the two looks is no
// trouble, and the end of ctx is told.
func TestListingMeanwhile(t *testing.T) {
	store, ids := several(t, 3)
	l, err := store.Listing()
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Remove(ids[1]); err != nil {
		t.Fatal(err)
	}
	list, err := l.Read(t.Context(), 3)
	if err != nil || len(list) != 2 || list[0].ID != ids[0] || list[1].ID != ids[2] {
		t.Errorf("%v, %v", list, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if l, err = store.Listing(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestListingPutsOff: a large session that must be read whole comes last, the
// list has it in its place, and what was read of it is kept for the next time.
func TestListingPutsOff(t *testing.T) {
	store, ids := several(t, 3)
	rec, err := store.Create(Header{Start: noon.Add(time.Hour), Target: "large"})
	if err != nil {
		t.Fatal(err)
	}
	large := NewLog(rec, clock())
	large.Append(note(strings.Repeat("x", quickSize)))
	defer large.Close()
	l, err := store.Listing()
	if err != nil {
		t.Fatal(err)
	}
	first, err := l.Read(t.Context(), l.Left())
	if err != nil || len(first) != 3 || first[0].ID != ids[0] || l.Left() != 1 {
		t.Fatalf("%d at first, %d left, %v", len(first), l.Left(), err)
	}
	last, err := l.Read(t.Context(), 9)
	if err != nil || len(last) != 1 || last[0].Target != "large" || l.Left() != 0 {
		t.Fatalf("%+v, %d left, %v", last, l.Left(), err)
	}
	list, err := store.List(t.Context())
	if err != nil || len(list) != 4 || list[0].Target != "large" {
		t.Errorf("%+v, %v", list, err)
	}
	if l, err = store.Listing(); err != nil {
		t.Fatal(err)
	}
	if again, err := l.Read(t.Context(), 9); err != nil || len(again) != 4 {
		t.Errorf("%d the next time, %v", len(again), err)
	}
}

// TestSummaryOfOne is what the list says of it.
func TestSummaryOfOne(t *testing.T) {
	store, ids := several(t, 2)
	if err := store.SetLabel(ids[0], Label{Label: "mine", Note: "a\nb"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.Path(sessionID(noon.Add(time.Hour))), []byte("no session\n"), fileMode); err != nil {
		t.Fatal(err)
	}
	whole, err := store.List(t.Context())
	if err != nil || len(whole) != 3 {
		t.Fatalf("%d sessions, %v", len(whole), err)
	}
	for _, want := range whole {
		if sum, err := store.Summary(want.ID); err != nil || sum != want {
			t.Errorf("%+v, %v; listed as %+v", sum, err, want)
		}
	}
	for _, id := range []string{sessionID(noon.Add(2 * time.Hour)), "", "../" + ids[0]} {
		if sum, err := store.Summary(id); !errors.Is(err, fs.ErrNotExist) || sum != (Summary{}) {
			t.Errorf("%q: %+v, %v", id, sum, err)
		}
	}
}

// TestSearchSessions: each session once, by its first hit.
func TestSearchSessions(t *testing.T) {
	store, ids := several(t, 3)
	var found []string
	for hit, err := range store.SearchSessions(t.Context(), "NEEDLE") {
		if err != nil || hit.Event.Seq != 3 {
			t.Errorf("event %d, %v", hit.Event.Seq, err)
		}
		found = append(found, hit.ID)
	}
	if !slices.Equal(found, ids) {
		t.Errorf("found in %v of %v", found, ids)
	}
	for hit := range store.SearchSessions(t.Context(), "") {
		t.Errorf("nothing is found in %s", hit.ID)
	}
}
