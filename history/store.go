package history

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/adrg/xdg"

	"smtpconsole/protocol"
)

// Others on the machine have no business with somebody's mail.
const (
	dirMode  = 0o700
	fileMode = 0o600
)

// What the names of a session's files end with.
const (
	sessionExtension = ".jsonl"
	labelExtension   = ".label" // see Label
	foldExtension    = ".fold"  // see foldCache
)

// Store is the directory of recorded sessions. It keeps none of them in memory,
// so several programs may use one directory at once, and its methods may be
// called from any goroutine.
type Store struct {
	dir    string
	folder string // the one of dir's that has the session files

	group atomic.Pointer[group] // nil outside Together
}

// Open returns the store in dir. The directory is made when the first session
// is; until then the store is empty.
func Open(dir string) *Store { return &Store{dir: dir, folder: "sessions"} }

// Trash is the store of the sessions that Remove took out of s. They are found,
// listed and read as those of s are; Restore is called on s.
func (s *Store) Trash() *Store { return &Store{dir: s.dir, folder: "trash"} }

// DefaultDir is where sessions are kept: $SMTPCONSOLE_STATE_DIR where that is
// set, else smtpconsole in the XDG state directory.
func DefaultDir() string {
	if dir := os.Getenv("SMTPCONSOLE_STATE_DIR"); dir != "" {
		return dir
	}
	return filepath.Join(xdg.StateHome, "smtpconsole")
}

// Dir is the directory that was given to Open.
func (s *Store) Dir() string { return s.dir }

// Path is the file of session id, whether it exists or not.
func (s *Store) Path(id string) string { return s.beside(id, sessionExtension) }

// beside is the file of session id with another extension.
func (s *Store) beside(id, extension string) string {
	return filepath.Join(s.sessions(), id+extension)
}

func (s *Store) sessions() string { return filepath.Join(s.dir, s.folder) }
func (s *Store) bodies() string   { return filepath.Join(s.dir, "bodies") }

// Create makes the file of a new session and writes h as its first line, with
// Format and ID set, and Start where it was zero. No two calls, in this program
// or another, get the same file. Where the error is not nil no file is left.
func (s *Store) Create(h Header) (*Recorder, error) {
	if h.Start.IsZero() {
		h.Start = time.Now()
	}
	h.Format = fmt.Sprint(formatName, formatVersion)
	h.Start = h.Start.Round(0).UTC()
	if err := os.MkdirAll(s.sessions(), dirMode); err != nil {
		return nil, fmt.Errorf("create session: %w", err)
	}
	f, id, err := s.reserve(h.Start)
	if err != nil {
		return nil, fmt.Errorf("create session: %w", err)
	}
	h.ID = id
	r, err := newRecorder(f, h, s.bodies())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create session: %w", err), f.Close(), os.Remove(f.Name()))
	}
	r.group = s.group.Load()
	return r, nil
}

// reserve makes the file of a session that began at start. An ID that is taken
// gives way to the next, a 65,536th of a second later, so that IDs are in the
// order of their sessions. One in the Trash is taken: it may come back.
func (s *Store) reserve(start time.Time) (*os.File, string, error) {
	for ; ; start = start.Add(idTick) {
		id := sessionID(start)
		if _, err := os.Lstat(s.Trash().Path(id)); err == nil {
			continue
		}
		f, err := os.OpenFile(s.Path(id), os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, fileMode)
		if err == nil {
			claim(f)
		}
		if !errors.Is(err, fs.ErrExist) {
			return f, id, err
		}
	}
}

// Session is a recorded session in memory.
type Session struct {
	Header Header
	Events []protocol.Event
	// Torn is the first line that could not be read; nil where all are whole.
	Torn *TornError
}

// Read returns the whole session id, a full ID. A torn line is no error: it
// is reported in the Session. Errors are fs.ErrNotExist, ErrForeign, ErrNewer,
// or the disk's.
func (s *Store) Read(id string) (*Session, error) {
	h, err := s.Header(id)
	if err != nil {
		return nil, err
	}
	session := &Session{Header: h}
	for ev, err := range s.Events(id) {
		var torn *TornError
		switch {
		case err == nil:
			session.Events = append(session.Events, ev)
		case !errors.As(err, &torn):
			return nil, err
		case session.Torn == nil:
			session.Torn = torn
		}
	}
	return session, nil
}

// Header returns the first line of session id, a full ID.
func (s *Store) Header(id string) (Header, error) {
	f, r, err := s.open(id)
	if err != nil {
		return Header{}, err
	}
	return r.header, f.Close()
}

// Events reads session id, a full ID, an event at a time. A *TornError stands
// for one line, and the next events follow it; any other error is the last.
func (s *Store) Events(id string) iter.Seq2[protocol.Event, error] {
	return func(yield func(protocol.Event, error) bool) {
		f, r, err := s.open(id)
		if err != nil {
			yield(protocol.Event{}, err)
			return
		}
		defer f.Close()
		for {
			ev, err := r.next()
			var torn *TornError
			more := err == nil || errors.As(err, &torn)
			if errors.Is(err, io.EOF) || !yield(ev, err) || !more {
				return
			}
		}
	}
}

// open opens the file of session id and reads its header.
func (s *Store) open(id string) (*os.File, *reader, error) {
	if !validID(id) {
		return nil, nil, fmt.Errorf("read session %q: %w", id, ErrNoSession)
	}
	f, err := os.Open(s.Path(id))
	if err != nil {
		return nil, nil, fmt.Errorf("read session: %w", err)
	}
	r, err := newReader(f)
	if err != nil && s.unbegun(id) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read session %s: %w", id, err), f.Close())
	}
	return f, r, nil
}

// unbegun tells whether there is no session id: its file is empty, because a
// program is about to write its first line, or was killed before it could; or
// there is none.
func (s *Store) unbegun(id string) bool {
	info, err := os.Stat(s.Path(id))
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() && info.Size() == 0
}
