package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// settled is how old a kept message must be before it can be taken for one that
// no session refers to: its session says so only after the server has it all.
const settled = 24 * time.Hour

// sweep deletes the kept messages that no session refers to, in the Trash or
// out of it. Who calls it holds the lock.
func (s *Store) sweep(ctx context.Context) error {
	all, err := s.inventory(ctx)
	if err != nil {
		return fmt.Errorf("look for messages no longer in use: %w", err)
	}
	uses := countUses(all)
	entries, err := os.ReadDir(s.bodies())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for messages no longer in use: %w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if uses[name] == 0 && (validDigest(name) || isPartial(name)) {
			if err := s.dropBody(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// isPartial tells whether name is what a program that was killed left behind.
func isPartial(name string) bool {
	return strings.HasPrefix(name, "incoming-") || strings.HasPrefix(name, "leaving-")
}

// dropBody deletes a message, unless somebody has just kept it again: it is
// taken away first and looked at then, when nobody can replace it any more.
func (s *Store) dropBody(name string) error {
	path := filepath.Join(s.bodies(), name)
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < settled {
		return nil // gone, or too young
	}
	away := filepath.Join(s.bodies(), "leaving-"+name)
	if err := os.Rename(path, away); err != nil {
		return fmt.Errorf("delete a message: %w", err)
	}
	if info, err := os.Stat(away); err == nil && time.Since(info.ModTime()) < settled {
		return os.Rename(away, path)
	}
	return os.Remove(away)
}

// item is a session as what can be deleted of it.
type item struct {
	store   *Store // or its Trash
	id      string
	octets  int64
	digests []string // of the messages it refers to, each once
}

// inventory reads all sessions: those in the Trash first, and of each folder
// the oldest first.
func (s *Store) inventory(ctx context.Context) ([]item, error) {
	var all []item
	for _, store := range []*Store{s.Trash(), s} {
		ids, err := store.ids()
		if err != nil {
			return nil, err
		}
		for i := len(ids) - 1; i >= 0; i-- {
			it, err := store.item(ctx, ids[i])
			switch {
			case errors.Is(err, fs.ErrNotExist):
				continue // deleted by hand, this moment
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil:
				return nil, fmt.Errorf("what session %s needs cannot be told, move %s away: %w", ids[i], store.Path(ids[i]), err)
			}
			all = append(all, it)
		}
	}
	return all, nil
}

// item reads one session. Lines are looked at without understanding them, so
// that a record of a later version keeps its messages too.
func (s *Store) item(ctx context.Context, id string) (item, error) {
	f, err := os.Open(s.Path(id))
	if err != nil {
		return item{}, err
	}
	defer f.Close()
	it, seen := item{store: s, id: id}, map[string]bool{}
	for r := rawReader(f); ctx.Err() == nil; {
		if err := r.readLine(); errors.Is(err, io.EOF) {
			return it, nil
		} else if err != nil {
			return item{}, err
		}
		it.octets += int64(len(r.text))
		for digest := range digestsIn(r.text) {
			if !seen[digest] {
				seen[digest] = true
				it.digests = append(it.digests, digest)
			}
		}
	}
	return item{}, ctx.Err()
}

// digestsIn yields the SHA-256 digests that a line of a session file names.
func digestsIn(line []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			_, rest, ok := bytes.Cut(line, []byte(`"sha256":"`))
			if !ok {
				return
			}
			digest := string(rest[:min(64, len(rest))])
			if validDigest(digest) && !yield(digest) {
				return
			}
			line = rest
		}
	}
}

// countUses counts the sessions that refer to each message.
func countUses(all []item) map[string]int {
	uses := map[string]int{}
	for _, it := range all {
		for _, digest := range it.digests {
			uses[digest]++
		}
	}
	return uses
}
