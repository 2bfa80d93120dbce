package history

import (
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// pending counts the sessions that ended and were not synced.
func (g *group) pending() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.ids)
}

func TestTogether(t *testing.T) {
	for _, n := range []int{1, alone + 1} {
		synctest.Test(t, func(t *testing.T) {
			store := Open(t.TempDir())
			wait := store.Together()
			g := store.group.Load()
			fill(t, store, make([]time.Time, n)...)
			if g.pending() != n {
				t.Errorf("%d of %d sessions wait for the disk", g.pending(), n)
			}
			time.Sleep(syncDelay)
			synctest.Wait()
			if g.pending() != 0 {
				t.Errorf("%d of %d sessions wait after %v", g.pending(), n, syncDelay)
			}
			fill(t, store, time.Now())
			if err := wait(); err != nil || g.pending() != 0 {
				t.Errorf("at the end %d wait, error %v", g.pending(), err)
			}
			if list, err := store.ids(); err != nil || len(list) != n+1 {
				t.Errorf("%d sessions are there, error %v", len(list), err)
			}
			fill(t, store, time.Now())
			if g.pending() != 0 {
				t.Error("a session waits for a group that has ended")
			}
		})
	}
}

func TestTogetherTellsOfTrouble(t *testing.T) {
	store := Open(t.TempDir())
	wait := store.Together()
	both := fill(t, store, noon, noon.Add(time.Second))
	for _, id := range both {
		if err := os.Remove(store.Path(id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(store.Path(both[1]), dirMode); err != nil {
		t.Fatal(err)
	}
	if wait() == nil {
		t.Error("a record that cannot be synced is no error")
	}
}
