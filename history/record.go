package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"smtpconsole/protocol"
)

// A record's first line names its format and version. The version goes up when
// an older reader would misunderstand a newer file, not when fields are added.
const (
	formatName    = "smtpconsole-session/"
	formatVersion = 1
)

// Reasons for which a file cannot be read as a session.
var (
	ErrForeign = errors.New("not a session record")                                                // the first line is no Header
	ErrNewer   = errors.New("written by a newer smtpconsole in a later format: update to read it") // the version is above ours
)

// Header is the first line of a session file. It is written before the first
// event and never changes.
type Header struct {
	// Format is "smtpconsole-session/1". Store.Create sets it.
	Format string `json:"format"`
	// ID names the session and its file: the start in UTC to the second, and
	// the 65,536th part of that second in hex. Store.Create sets it.
	ID string `json:"id"`
	// Start is when the session began. The zero time means the moment of Create.
	Start time.Time `json:"start"`
	// Target is where it was to go, as the user named it, without a password.
	Target string `json:"target"`
	// Client is the program and version that wrote the file.
	Client string `json:"client,omitempty"`
	// Label is the name its user gave at the start.
	Label string `json:"label,omitempty"`
	// Original is the ID of the session that this one replays.
	Original string `json:"original,omitempty"`
}

// checkFormat tells whether a Header's format can be read.
func checkFormat(format string) error {
	digits, ok := strings.CutPrefix(format, formatName)
	version, err := strconv.Atoi(digits)
	switch {
	case !ok || err != nil || version < 1:
		return ErrForeign
	case version > formatVersion:
		return fmt.Errorf("format %q: %w", format, ErrNewer)
	}
	return nil
}

// syncDelay is how long an event may be in the kernel's memory only. A sync
// for each event would make every line wait for the disk.
const syncDelay = time.Second

// file is what a Recorder needs of an *os.File.
type file interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
}

// Recorder writes one session's file. Log is its only user after Store.Create,
// except for KeepBody. After its first error it writes nothing more, so that
// what stands in the file stays a prefix of the session.
type Recorder struct {
	header Header
	bodies string // directory for KeepBody
	group  *group // whose part the last sync is; nil for the Recorder's own

	mu    sync.Mutex // guards what follows; held over a write, not over a sync
	file  file
	timer *time.Timer // runs from the first line after a sync; nil before that
	err   error       // the first trouble, for ever
}

// newRecorder writes the header to f and goes on from there.
func newRecorder(f file, h Header, bodies string) (*Recorder, error) {
	r := &Recorder{header: h, bodies: bodies, file: f}
	if err := r.write(marshalLine(h)); err != nil {
		return nil, err
	}
	return r, nil
}

// Header returns the first line of the file.
func (r *Recorder) Header() Header { return r.header }

// Append writes ev as one line in one write. It returns the first error the
// Recorder ever had; nothing is written after one. It may be called from any
// goroutine, and the order of the lines is the order of the calls.
func (r *Recorder) Append(ev protocol.Event) error { return r.write(ev.JSONLine()) }

// endLine is the last line of a session that ended in order.
type endLine struct {
	Summary Summary `json:"summary"`
}

// Close writes the summary of a session that came as far as p, waits until the
// disk has the file, or leaves that to Store.Together, and closes it. It
// returns the first error the Recorder ever had. It is called once.
func (r *Recorder) Close(p Progress) error {
	_ = r.write(marshalLine(endLine{p.Summary(r.header)})) // kept in r.err
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
	if r.err == nil && r.group == nil {
		r.err = syncFile(r.file)
	}
	if r.err == nil {
		r.err = r.there()
	}
	err := errors.Join(r.err, r.file.Close())
	if err == nil && r.group != nil {
		r.group.add(r.header.ID)
	}
	return err
}

// there tells whether the file still has its name: what somebody removed
// meanwhile is no record.
func (r *Recorder) there() error {
	f, ok := r.file.(*os.File)
	if !ok {
		return nil
	}
	if _, err := os.Stat(f.Name()); err != nil {
		return fmt.Errorf("the record was removed while it was written, nothing of this session is kept: %w", err)
	}
	return nil
}

// write writes a line, unless it could not be made or the Recorder is in
// trouble.
func (r *Recorder) write(line []byte, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	if err == nil {
		_, err = r.file.Write(line)
	}
	if err != nil {
		r.err = err
		return err
	}
	if r.timer == nil {
		r.timer = time.AfterFunc(syncDelay, r.sync)
	}
	return nil
}

// sync runs syncDelay after the first line that the disk may not have.
func (r *Recorder) sync() {
	r.mu.Lock()
	r.timer = nil
	r.mu.Unlock()
	err := syncFile(r.file)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// syncFile waits until the disk has f. That a file system cannot do so, or
// that f was synced and closed meanwhile, is no trouble.
func syncFile(f file) error {
	err := f.Sync()
	for _, harmless := range []error{syscall.EINVAL, errors.ErrUnsupported, os.ErrClosed} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}

// marshalLine is v as one line of JSON, with "<" and ">" left as they are: the
// file is for grep as well.
func marshalLine(v any) ([]byte, error) {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return line.Bytes(), err
}
