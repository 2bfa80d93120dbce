package tui

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A draft is a mail: others on the machine have no business with it.
const (
	draftDirMode  = 0o700
	draftFileMode = 0o600
	draftSuffix   = ".draft"
)

// draft is a message that was written and not sent.
type draft struct {
	path string
	when time.Time // of the last change
	text string    // as draftText wrote it
}

// title names d in a sentence.
func (d draft) title() string { return "draft from " + d.when.Format("2 Jan 15:04") }

// loadDrafts reads the drafts in dir whose program runs no more, newest first.
// A dir that is "" or does not exist has none. With an error come those that
// could be read.
func loadDrafts(dir string) ([]draft, error) {
	if dir == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var drafts []draft
	for _, e := range entries {
		if leftOver(e, outSuffix) { // a message that was put together to be sent, and can be again
			err = errors.Join(err, removeFile(filepath.Join(dir, e.Name())))
		}
		if !leftOver(e, draftSuffix) {
			continue
		}
		d, readErr := readDraft(filepath.Join(dir, e.Name()))
		if err = errors.Join(err, readErr); readErr == nil {
			drafts = append(drafts, d)
		}
	}
	slices.SortFunc(drafts, func(a, b draft) int { return b.when.Compare(a.when) })
	return drafts, err
}

// leftOver tells whether e is a file of that kind and its program is gone. A
// process with this one's number is: in a container they all have the same.
func leftOver(e fs.DirEntry, suffix string) bool {
	number, _, ok := strings.Cut(e.Name(), "-")
	pid, err := strconv.Atoi(number)
	if !ok || err != nil || pid <= 0 || !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), suffix) {
		return false
	}
	return pid == os.Getpid() || !running(pid)
}

func running(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }()
	return !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}

func readDraft(path string) (draft, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return draft{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return draft{}, err
	}
	return draft{path, info.ModTime(), string(text)}, nil
}

// draftFile is where this program keeps its draft. The zero draftFile keeps
// nothing. Its methods may be called from any goroutine.
type draftFile struct {
	mu    sync.Mutex // one writes at a time; guards what follows
	path  string
	taken string // the file of an earlier run whose text this one goes on with
	done  int    // the number of the newest state on disk
}

// put makes text the draft as it is since change number n; "" removes it. What
// an older put wants by now is not done. The file is whole at any moment.
func (f *draftFile) put(n int, text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path == "" || n < f.done {
		return nil
	}
	f.done = n
	if text == "" {
		return errors.Join(removeFile(f.path), f.release())
	}
	if err := replaceFile(f.path, text); err != nil {
		return err
	}
	return f.release()
}

// release removes the file the text came from.
func (f *draftFile) release() error {
	taken := f.taken
	f.taken = ""
	if taken == "" || taken == f.path {
		return nil
	}
	return removeFile(taken)
}

func (f *draftFile) take(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken = path
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replaceFile writes beside path and renames, so that a crash leaves either text.
func replaceFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), draftDirMode); err != nil {
		return err
	}
	beside := path + ".new"
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, draftFileMode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(beside, path)
	}
	if err != nil {
		return errors.Join(err, removeFile(beside))
	}
	return nil
}
