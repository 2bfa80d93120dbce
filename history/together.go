package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Together has the sessions that are created from now on wait for the disk
// together, for who makes many: one that ends in order does not wait by itself,
// and the disk has it syncDelay later, as it has the events of a session that
// goes on. A kill loses nothing. Wait ends this: it returns when the disk has
// all of them that ended, or the error of what it may not have. It is called
// once, when the last of them has ended.
func (s *Store) Together() (wait func() error) {
	g := &group{store: s}
	s.group.Store(g)
	return func() error {
		s.group.CompareAndSwap(g, nil)
		return g.wait()
	}
}

// group is the sessions that ended and that the disk may not have.
type group struct {
	store *Store

	syncing sync.Mutex // held over a sync; taken before mu

	mu    sync.Mutex
	ids   []string
	timer *time.Timer // runs from the first of ids; nil where there is none
	err   error       // the first trouble
}

func (g *group) add(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ids = append(g.ids, id)
	if g.timer == nil {
		g.timer = time.AfterFunc(syncDelay, g.sync)
	}
}

// sync waits until the disk has the sessions that ended before the call.
func (g *group) sync() {
	g.syncing.Lock()
	defer g.syncing.Unlock()
	g.mu.Lock()
	ids := g.ids
	g.ids, g.timer = nil, nil
	g.mu.Unlock()
	err := g.store.syncRecords(ids)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil && err != nil {
		g.err = fmt.Errorf("the disk may not have all of the records: %w", err)
	}
}

func (g *group) wait() error {
	g.mu.Lock()
	if g.timer != nil {
		g.timer.Stop()
	}
	g.mu.Unlock()
	g.sync()
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// alone is how many records are synced one by one: for more of them it is less
// work to sync the file system they are on.
const alone = 8

// syncRecords waits until the disk has the files of ids. One that was deleted
// meanwhile needs no disk.
func (s *Store) syncRecords(ids []string) error {
	if len(ids) > alone && syncWhole(s.sessions()) {
		return nil
	}
	for _, id := range ids {
		f, err := os.OpenFile(s.Path(id), os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := errors.Join(syncFile(f), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
