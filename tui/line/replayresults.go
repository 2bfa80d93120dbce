package line

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// resultsFile is where the results of --junit go. The file that is there stays
// as it is until they are whole: they are written beside it, and take its name.
// What is no plain file, such as a device, a pipe or a link, is written into.
type resultsFile struct {
	path string
	file *os.File // nil once it is done with
	own  bool     // the file is one beside path
}

// openResults begins a file of results, before anything else is done: who finds
// out at the end that there is no room for them ran all sessions in vain. A nil
// file for the path "" takes nothing.
func openResults(path string) (*resultsFile, error) {
	switch path {
	case "":
		return nil, nil
	case "-":
		return nil, errors.New("--junit -: name a file: standard output has the table")
	}
	r, mode := &resultsFile{path: path}, fs.FileMode(0o644)
	info, err := os.Lstat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		r.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE, mode)
	case err == nil && info.Mode().Perm()&0o200 == 0:
		err = fs.ErrPermission
	default:
		r.own = true
		beside := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s-%d", filepath.Base(path), os.Getpid()))
		r.file, err = os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	}
	if err != nil {
		return nil, fmt.Errorf("--junit %q cannot be written, so nothing was run: %w", path, cause(err))
	}
	return r, nil
}

// cause is err without the path in it.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// write puts the results that render makes where they belong.
func (r *resultsFile) write(render func() ([]byte, error)) error {
	if r == nil {
		return nil
	}
	defer r.abandon()
	b, err := render()
	if err != nil {
		return err
	}
	if !r.own {
		_ = r.file.Truncate(0) // a device or a pipe has nothing to be cut off
	}
	_, err = r.file.Write(b)
	err = errors.Join(err, r.file.Close())
	if r.own && err == nil {
		err = os.Rename(r.file.Name(), r.path)
	}
	if err != nil {
		return fmt.Errorf("--junit %q: the results could not be written: %w", r.path, cause(err))
	}
	r.file = nil
	return nil
}

// abandon forgets results that were not written. Behind write it does nothing.
func (r *resultsFile) abandon() {
	if r == nil || r.file == nil {
		return
	}
	_ = r.file.Close()
	if r.own {
		_ = os.Remove(r.file.Name())
	}
	r.file = nil
}
