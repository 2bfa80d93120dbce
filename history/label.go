package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Label is what a person says of a session, at any time after its start. It
// stands in a file of its own, since a session file is never edited. The zero
// Label says nothing.
type Label struct {
	Label string `json:"label"` // a name, in one line
	Note  string `json:"note"`  // any text
	// Edited is when; SetLabel sets it. It is zero where nobody has edited it.
	Edited time.Time `json:"edited"`
}

// Label returns what is said of session id, a full ID: what SetLabel kept, else
// what the session's Header says. It wraps fs.ErrNotExist where there is no
// such session.
func (s *Store) Label(id string) (Label, error) {
	h, err := s.Header(id)
	if err != nil {
		return Label{}, err
	}
	b, err := os.ReadFile(s.beside(id, labelExtension))
	if errors.Is(err, fs.ErrNotExist) {
		return Label{Label: h.Label}, nil
	}
	var l Label
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	if err != nil {
		return Label{Label: h.Label}, fmt.Errorf("read the label of session %s: %w; give it a new one", id, err)
	}
	return l, nil
}

// SetLabel keeps l for session id, a full ID, in place of what was said before,
// also while the session is being recorded. Of two programs that do so at once
// the later one goes first. Where the error is not nil nothing has changed.
func (s *Store) SetLabel(id string, l Label) error {
	if _, err := s.Header(id); err != nil {
		return err
	}
	if strings.ContainsAny(l.Label, "\r\n") {
		return fmt.Errorf("label %q has more than one line: put the rest into the note", l.Label)
	}
	l.Edited = time.Now().Round(0).UTC()
	if err := replaceFile(s.beside(id, labelExtension), l, syncFile); err != nil {
		return fmt.Errorf("label session %s: %w", id, err)
	}
	return nil
}

// setLabel takes over what is said of the session, unless that cannot be read.
func (sum *Summary) setLabel(l Label, err error) {
	if err == nil {
		sum.Label, sum.Note = l.Label, l.Note
	}
}

// replaceFile makes v, as one line of JSON, the content of the file at path.
// Readers see the old content or the new, never a part; with syncFile as settle
// that holds after a power failure too.
func replaceFile(path string, v any, settle func(file) error) error {
	line, err := marshalLine(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(line)
	if err = errors.Join(err, settle(f), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
