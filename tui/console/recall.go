package console

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"smtpconsole/protocol"
)

// Recall is the lines typed before, in this run and earlier ones. Lines that
// hold a secret are never taken. Its methods may be called from any goroutine.
type Recall struct {
	mu    sync.Mutex // guards lines and file
	lines []string
	path  string
}

// recallLimit is how many lines are read back from earlier runs.
const recallLimit = 2000

// OpenRecall reads the lines kept in dir, "" for none kept. What cannot be
// read is as if it were empty.
func OpenRecall(dir string) *Recall {
	if dir == "" {
		return &Recall{}
	}
	r := &Recall{path: filepath.Join(dir, "recall")}
	kept, err := os.ReadFile(r.path)
	if err == nil && len(kept) > 0 {
		r.lines = lastOnce(strings.Split(strings.TrimSuffix(string(kept), "\n"), "\n"))
	}
	return r
}

// lastOnce is the end of lines, oldest first, each only where it stands last.
func lastOnce(lines []string) []string {
	seen, last := map[string]bool{}, []string{}
	for _, line := range slices.Backward(lines) {
		if !seen[line] && len(last) < recallLimit {
			seen[line] = true
			last = append(last, line)
		}
	}
	slices.Reverse(last)
	return last
}

// push appends line as the newest, once.
func (r *Recall) push(line string) {
	if i := slices.Index(r.lines, line); i >= 0 {
		r.lines = slices.Delete(r.lines, i, i+1)
	}
	r.lines = append(r.lines, line)
}

// Add takes a line typed in state st, and tells whether it did: a line that
// holds a secret, or may, is not recalled.
func (r *Recall) Add(line string, st protocol.State) bool {
	_, secret := protocol.SecretSpan(strings.TrimPrefix(line, asTypedPrefix), st)
	if line == "" || secret || strings.ContainsAny(line, "\r\n") || st.Phase == protocol.PhaseAuth {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.push(line)
	return true
}

// Keep writes a line that Add took, for later runs.
func (r *Recall) Keep(line string) error {
	if r.path == "" {
		return nil
	}
	if err := appendLine(r.path, line); err != nil {
		return fmt.Errorf("the line will not be recalled next time: %w", err)
	}
	return nil
}

func appendLine(path, line string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line + "\n")
	return errors.Join(err, f.Close())
}

// Lines returns what can be recalled, newest first. The slice is the caller's.
func (r *Recall) Lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := slices.Clone(r.lines)
	slices.Reverse(lines)
	return lines
}
