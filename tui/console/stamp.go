package console

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// ErrChanged is wrapped by the errors of a file that is no longer as it was
// when it was looked at, or is different while it is sent.
var ErrChanged = errors.New("changed")

// unfit are the kinds of file that hold no message.
var unfit = []struct {
	mode fs.FileMode
	what string
}{
	{fs.ModeDir, "a directory"},
	{fs.ModeNamedPipe, "a pipe"},
	{fs.ModeSocket, "a socket"},
	{fs.ModeDevice, "a device"},
	{fs.ModeIrregular, "no regular file"},
}

// fitting returns an error where a file of this kind holds no message.
func fitting(path string, mode fs.FileMode) error {
	for _, kind := range unfit {
		if mode&kind.mode != 0 {
			return fmt.Errorf("%q is %s: name one file that holds the message", path, kind.what)
		}
	}
	return nil
}

// causes are the reasons for which a file cannot be read, in words.
var causes = []struct {
	err  error
	says string
}{
	{fs.ErrNotExist, "there is no file %q: check its name, and the directory it is in"},
	{fs.ErrPermission, "%q may not be read: change its permissions, or copy it"},
}

// unreadable says why the file at path cannot be read. It wraps err.
func unreadable(path string, err error) error {
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return &fileError{fmt.Sprintf(c.says, path), err}
		}
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return fmt.Errorf("%q cannot be read: %w", path, err)
}

// fileError is a sentence about a file, and its cause.
type fileError struct {
	text string
	err  error
}

func (e *fileError) Error() string { return e.text }
func (e *fileError) Unwrap() error { return e.err }

// openMessage opens a file that can be read more than once. It looks before it
// opens: to open a pipe is to wait for its writer.
func openMessage(path string) (*os.File, stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, stamp{}, unreadable(path, err)
	}
	if err := fitting(path, info.Mode()); err != nil {
		return nil, stamp{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, stamp{}, unreadable(path, err)
	}
	return f, stamp{path, info.Size(), info.ModTime()}, nil
}

// stamp tells whether a file is still the one that was looked at.
type stamp struct {
	path string
	size int64
	when time.Time
}

// open opens the file again, if it is the same.
func (s stamp) open() (io.ReadCloser, error) {
	f, now, err := openMessage(s.path)
	if err != nil {
		return nil, err
	}
	if err := s.differs(now, "since it was looked at"); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s.reader(f), nil
}

// differs returns an error where the file is not what it was.
func (s stamp) differs(now stamp, since string) error {
	switch {
	case now.size != s.size:
		return fmt.Errorf("%q %w %s: it had %d octets and now has %d; look at it again", s.path, ErrChanged, since, s.size, now.size)
	case !now.when.Equal(s.when):
		return fmt.Errorf("%q %w %s: it was written to at %s; look at it again", s.path, ErrChanged, since, now.when.Format(time.TimeOnly))
	}
	return nil
}

// reader reads f, of which s was taken.
func (s stamp) reader(f *os.File) *steady { return &steady{f, s, s.size} }

// steady reads a file that must not change meanwhile: it delivers as many
// octets as were there, and io.EOF only where they are still all of it.
type steady struct {
	file *os.File
	stamp
	left int64
}

// Read delivers the next octets.
func (r *steady) Read(p []byte) (int, error) {
	n, err := r.file.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	if err != nil && err != io.EOF {
		return 0, unreadable(r.path, err)
	}
	return 0, r.end()
}

// end is io.EOF, or what is wrong at the end.
func (r *steady) end() error {
	info, err := r.file.Stat()
	if err != nil {
		return unreadable(r.path, err)
	}
	err = r.differs(stamp{r.path, info.Size(), info.ModTime()}, "while it was read")
	if r.left > 0 {
		err = cmp.Or(err, fmt.Errorf("%q %w while it was read: it ended %d octets early; look at it again", r.path, ErrChanged, r.left))
	}
	return cmp.Or(err, io.EOF)
}

// Close closes the file.
func (r *steady) Close() error { return r.file.Close() }
