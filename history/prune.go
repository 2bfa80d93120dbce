package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Usage is what a store takes on the disk. Sizes are in octets.
type Usage struct {
	Sessions int   `json:"sessions"` // how many there are
	Removed  int   `json:"removed"`  // how many more are in the Trash
	Octets   int64 `json:"octets"`   // of all session files and labels, the removed ones too
	Messages int64 `json:"messages"` // of the messages kept beside them
}

// Total is all of it, in octets.
func (u Usage) Total() int64 { return u.Octets + u.Messages }

// Usage measures the store, without reading sessions.
func (s *Store) Usage() (Usage, error) {
	var u Usage
	ids, err := s.ids()
	removed, err2 := s.Trash().ids()
	if err := cmp.Or(err, err2); err != nil {
		return u, err
	}
	u.Sessions, u.Removed = len(ids), len(removed)
	for _, folder := range []struct {
		dir    string
		octets *int64
	}{{s.sessions(), &u.Octets}, {s.Trash().sessions(), &u.Octets}, {s.bodies(), &u.Messages}} {
		n, err := sizeOf(folder.dir)
		if err != nil {
			return u, fmt.Errorf("measure the store: %w", err)
		}
		*folder.octets += n
	}
	return u, nil
}

// sizeOf is the size of the files in dir, 0 where there is no dir.
func sizeOf(dir string) (octets int64, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil { // else it is gone
			octets += info.Size()
		}
	}
	return octets, nil
}

// Limits say what a store is to be pruned to. The zero Limits allow everything.
type Limits struct {
	// Before is when a session must have begun to be deleted for its age.
	Before time.Time
	// Larger is what the store may take, in octets with messages and Trash:
	// above it the removed sessions go first, then the oldest. 0 is no limit.
	Larger int64
}

// Pruned is what Prune deleted, or would delete.
type Pruned struct {
	IDs    []string `json:"ids"`    // the oldest first, removed sessions before the others; not nil
	Octets int64    `json:"octets"` // what that frees, messages included
}

// Prune deletes, for good, the sessions beyond l and the kept messages that no
// other session refers to; a message of the last day goes with a later call. A
// session that is being recorded stays. Where dry is true nothing is deleted.
// Where it fails some sessions may be deleted; the result has those that are.
func (s *Store) Prune(ctx context.Context, l Limits, dry bool) (Pruned, error) {
	p := Pruned{IDs: []string{}}
	if over, err := s.exceeds(l); !over || err != nil {
		return p, err
	}
	unlock, err := s.lock()
	if err != nil {
		return p, fmt.Errorf("prune: %w", err)
	}
	defer unlock()
	doomed, err := s.choose(ctx, l)
	if err != nil {
		return p, fmt.Errorf("prune: %w", err)
	}
	for _, d := range doomed {
		if !dry {
			err = d.store.erase(d.id)
		}
		if err != nil {
			return p, fmt.Errorf("prune: %w", err)
		}
		p.IDs, p.Octets = append(p.IDs, d.id), p.Octets+d.octets
	}
	if dry || len(doomed) == 0 {
		return p, nil
	}
	return p, s.sweep(ctx)
}

// exceeds tells quickly whether there is something to prune.
func (s *Store) exceeds(l Limits) (bool, error) {
	u, err := s.Usage()
	if err != nil || l.Larger > 0 && u.Total() > l.Larger {
		return true, err
	}
	for _, store := range []*Store{s, s.Trash()} {
		ids, err := store.ids()
		if err != nil || len(ids) > 0 && ids[len(ids)-1] < sessionID(l.Before) {
			return true, err
		}
	}
	return false, nil
}

// choose returns the sessions to be deleted, with the octets that each frees
// once those before it are gone.
func (s *Store) choose(ctx context.Context, l Limits) ([]item, error) {
	all, err := s.inventory(ctx)
	if err != nil {
		return nil, err
	}
	u, err := s.Usage()
	if err != nil {
		return nil, err
	}
	total, uses := u.Total(), countUses(all)
	var doomed []item
	for _, it := range all {
		large := l.Larger > 0 && total > l.Larger
		if !large && it.id >= sessionID(l.Before) || errors.Is(it.store.free(it.id), ErrRecording) {
			continue
		}
		for _, digest := range it.digests {
			if uses[digest]--; uses[digest] == 0 {
				it.octets += s.bodySize(digest)
			}
		}
		total -= it.octets
		doomed = append(doomed, it)
	}
	return doomed, nil
}

// bodySize is the size of a kept message, 0 where there is none.
func (s *Store) bodySize(digest string) int64 {
	info, err := os.Stat(filepath.Join(s.bodies(), digest))
	if err != nil {
		return 0
	}
	return info.Size()
}
