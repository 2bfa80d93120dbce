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

// TrashTime is how long Expire leaves a removed session in the Trash.
const TrashTime = 30 * 24 * time.Hour

// ErrRecording is wrapped where a session cannot be moved or deleted, because
// a running program is still writing it.
var ErrRecording = errors.New("a running program records it: end that session first")

// Remove puts session id, a full ID, with its label into the Trash. It wraps
// fs.ErrNotExist where there is no such session, and ErrRecording.
func (s *Store) Remove(id string) error {
	unlock, err := s.lock()
	if err != nil {
		return fmt.Errorf("remove session: %w", err)
	}
	defer unlock()
	if err := s.free(id); err != nil {
		return fmt.Errorf("remove session %q: %w", id, err)
	}
	// The age of a file in the trash is the time since it was put there.
	err = os.Chtimes(s.Path(id), time.Time{}, time.Now())
	if err = cmp.Or(err, s.move(id, s.Trash())); err != nil {
		return fmt.Errorf("remove session %s: %w", id, err)
	}
	return nil
}

// Restore brings session id, a full ID, with its label back from the Trash. It
// wraps fs.ErrNotExist where it is not there.
func (s *Store) Restore(id string) error {
	unlock, err := s.lock()
	if err != nil {
		return fmt.Errorf("restore session: %w", err)
	}
	defer unlock()
	if err := s.Trash().free(id); err != nil {
		return fmt.Errorf("restore session %q: %w", id, err)
	}
	if err := s.Trash().move(id, s); err != nil {
		return fmt.Errorf("restore session %s: %w", id, err)
	}
	return nil
}

// Expire deletes what has been in the Trash for longer than TrashTime.
func (s *Store) Expire(ctx context.Context) error {
	_, err := s.Empty(ctx, time.Now().Add(-TrashTime))
	return err
}

// Empty deletes, for good, the sessions that were put into the Trash before a
// time, and the kept messages that no session refers to any more. It returns
// how many sessions it deleted. Where it fails some may be deleted.
func (s *Store) Empty(ctx context.Context, before time.Time) (int, error) {
	old, err := s.Trash().untouched(before)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	unlock, err := s.lock()
	if err != nil {
		return 0, fmt.Errorf("empty the trash: %w", err)
	}
	defer unlock()
	for i, id := range old {
		if err := s.Trash().erase(id); err != nil {
			return i, fmt.Errorf("empty the trash: %w", err)
		}
	}
	return len(old), s.sweep(ctx)
}

// untouched returns the IDs of the sessions that nobody wrote to since a time.
func (s *Store) untouched(since time.Time) ([]string, error) {
	ids, err := s.ids()
	var old []string
	for _, id := range ids {
		if info, err := os.Stat(s.Path(id)); err == nil && info.ModTime().Before(since) {
			old = append(old, id)
		}
	}
	return old, err
}

// lock waits until no other program moves or deletes sessions, so that none
// hides between two folders from who looks for the messages in use. The
// directory must be there.
func (s *Store) lock() (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_WRONLY, fileMode)
	if err != nil {
		return nil, err
	}
	claim(f)
	return func() { f.Close() }, nil
}

// free tells whether session id is there and nobody writes it.
func (s *Store) free(id string) error {
	if !validID(id) {
		return ErrNoSession
	}
	f, err := os.Open(s.Path(id))
	if err != nil {
		return err
	}
	defer f.Close()
	if claimed(f) {
		return ErrRecording
	}
	return nil
}

// move moves session id to another folder. Its label is at no time where the
// session neither is nor comes to.
func (s *Store) move(id string, to *Store) error {
	if err := os.MkdirAll(to.sessions(), dirMode); err != nil {
		return err
	}
	if _, err := os.Lstat(to.Path(id)); err == nil {
		return fmt.Errorf("%s: %w", to.Path(id), fs.ErrExist)
	}
	err := os.Rename(s.beside(id, labelExtension), to.beside(id, labelExtension))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(s.Path(id), to.Path(id)); err != nil {
		return err
	}
	_ = os.Remove(s.beside(id, foldExtension)) // it is made again
	return errors.Join(syncDir(to.sessions()), syncDir(s.sessions()))
}

// erase deletes the files of session id.
func (s *Store) erase(id string) error {
	if err := s.free(id); err != nil {
		return fmt.Errorf("delete session %s: %w", id, err)
	}
	for _, extension := range []string{sessionExtension, labelExtension, foldExtension} {
		if err := os.Remove(s.beside(id, extension)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete session %s: %w", id, err)
		}
	}
	return nil
}
