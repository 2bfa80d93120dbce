package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An ID is the start of its session in UTC, and the part of the second in
// steps of idTick, four hex digits: "20261121T180355Z-4f2a".
const (
	idTime = "20060102T150405Z"
	idTick = time.Second >> 16
)

// sessionID is the ID of a session that began at t.
func sessionID(t time.Time) string {
	return fmt.Sprintf("%s-%04x", t.UTC().Format(idTime), int64(t.Nanosecond())<<16/int64(time.Second))
}

// validID tells whether id has an ID's form. Files with other names are not
// ours, and an ID is safe to be a file name.
func validID(id string) bool {
	date, part, ok := strings.Cut(id, "-")
	if !ok || len(part) != 4 || strings.Trim(part, "0123456789abcdef") != "" {
		return false
	}
	_, err := time.Parse(idTime, date)
	return err == nil && len(date) == len(idTime)
}

// ErrNoSession is wrapped where a reference names no session.
var ErrNoSession = errors.New("no such session: list them with smtpconsole history list")

// AmbiguousError tells that a reference fits several sessions.
type AmbiguousError struct {
	Ref        string
	Candidates []string // full IDs, newest first
}

// Error names some of the candidates.
func (e *AmbiguousError) Error() string {
	shown := e.Candidates[:min(len(e.Candidates), 5)]
	return fmt.Sprintf("%q fits %d sessions, name more of it: %s", e.Ref, len(e.Candidates), strings.Join(shown, ", "))
}

// Find returns the full ID that ref means: an ID, the beginning of one, any
// part of one (a part that begins one goes first), "last" for the newest, or
// "last-2" for the second before that. It wraps ErrNoSession where there is
// none, and returns an *AmbiguousError where there are several.
func (s *Store) Find(ref string) (string, error) {
	ids, err := s.ids()
	if err != nil {
		return "", err
	}
	if back, ok := parseLast(ref); ok {
		return s.back(ids, ref, back)
	}
	for _, fits := range []func(id, ref string) bool{strings.HasPrefix, strings.Contains} {
		found := slices.DeleteFunc(matching(ids, ref, fits), s.unbegun)
		if len(found) > 0 && ref != "" {
			return single(ref, found)
		}
	}
	return "", fmt.Errorf("%q: %w", ref, ErrNoSession)
}

// back returns the session that has n after it in ids, of those that began.
func (s *Store) back(ids []string, ref string, n int) (string, error) {
	began := 0
	for _, id := range ids {
		switch {
		case s.unbegun(id):
		case began == n:
			return id, nil
		default:
			began++
		}
	}
	return "", fmt.Errorf("%q, of %d sessions: %w", ref, began, ErrNoSession)
}

// matching returns the ids that ref fits; letters may be in either case.
func matching(ids []string, ref string, fits func(id, ref string) bool) []string {
	var found []string
	for _, id := range ids {
		if fits(strings.ToLower(id), strings.ToLower(ref)) {
			found = append(found, id)
		}
	}
	return found
}

// single returns the only one of the IDs found.
func single(ref string, found []string) (string, error) {
	if len(found) > 1 {
		return "", &AmbiguousError{Ref: ref, Candidates: found}
	}
	return found[0], nil
}

// parseLast reads "last" and "last-N".
func parseLast(ref string) (back int, ok bool) {
	rest, ok := strings.CutPrefix(ref, "last")
	if !ok || rest == "" {
		return 0, ok
	}
	digits, ok := strings.CutPrefix(rest, "-")
	back, err := strconv.Atoi(digits)
	return back, ok && err == nil && back >= 0
}

// ids returns the IDs of all sessions, newest first. Other files are not ours
// and are passed over, and so are pipes: opening one would wait for its writer.
func (s *Store) ids() ([]string, error) {
	ids, _, err := s.names()
	return ids, err
}

// names is ids, and tells which of the sessions have a label of their own.
func (s *Store) names() (ids []string, labelled map[string]bool, err error) {
	entries, err := os.ReadDir(s.sessions())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("list sessions: %w; the directory must be yours to read, or SMTPCONSOLE_STATE_DIR name another", err)
	}
	ids, labelled = make([]string, 0, len(entries)), map[string]bool{}
	for _, entry := range entries {
		id, extension, _ := strings.Cut(entry.Name(), ".")
		switch "." + extension {
		case sessionExtension:
			if validID(id) && entry.Type()&fs.ModeNamedPipe == 0 {
				ids = append(ids, id)
			}
		case labelExtension:
			labelled[id] = true
		}
	}
	slices.Reverse(ids) // ReadDir sorts by name, which is by time
	return ids, labelled, nil
}
