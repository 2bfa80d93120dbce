package tui

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// wireBlock is how much of a file is read at a time while it is indexed.
const wireBlock = 256 << 10

// fileSource is a message on the disk. The file stays open, and its name is
// looked at again and again: what an editor puts in its place is another file.
type fileSource struct {
	path string
	f    *os.File
	info fs.FileInfo // when it was indexed
}

// openWireFile opens the file at path where it is one with contents: opening a
// pipe would wait for whoever writes it.
func openWireFile(path string) (*fileSource, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q cannot be read: %w", path, cause(err))
	case info.IsDir():
		return nil, fmt.Errorf("%q is a directory: choose a file in it", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is a device or a pipe: choose a file, which can be read more than once", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be read: %w", path, cause(err))
	}
	return &fileSource{path, f, info}, nil
}

// cause is what a file's error says besides the name of the file.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (s *fileSource) Close() error { return s.f.Close() }

func (s *fileSource) octets(from, to int64) (string, error) {
	p := make([]byte, to-from)
	switch _, err := s.f.ReadAt(p, from); {
	case err == io.EOF:
		return "", s.changed()
	case err != nil:
		return "", fmt.Errorf("%q cannot be read any more: %w", s.path, cause(err))
	}
	return string(p), nil
}

func (s *fileSource) same() error {
	info, err := os.Stat(s.path)
	switch {
	case err != nil:
		return fmt.Errorf("%q cannot be read any more: %w", s.path, cause(err))
	case !os.SameFile(info, s.info), info.Size() != s.info.Size(), !info.ModTime().Equal(s.info.ModTime()):
		return s.changed()
	}
	return nil
}

func (s *fileSource) changed() error { return fmt.Errorf("%q: %w", s.path, errWireChanged) }

// indexWireFile reads the file at path once and returns the view of it, which
// whoever asked has to close. Memory does not grow with the file but for its
// index, of a few megabytes at most. It takes its time: it is for a tea.Cmd,
// and ends early with ctx. Progress, if not nil, is called after each block
// from this goroutine.
func indexWireFile(ctx context.Context, path string, progress func(done, total int64)) (*wireText, error) {
	src, err := openWireFile(path)
	if err != nil {
		return nil, err
	}
	t := &wireText{src: src, spread: max(wireSpread, src.info.Size()/mostEntries)}
	if err := t.index(src, &watchedReader{ctx: ctx, total: src.info.Size(), progress: progress}); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// index takes the octets of src in, as r hands them on.
func (t *wireText) index(src *fileSource, r *watchedReader) error {
	r.r = io.NewSectionReader(src.f, 0, r.total)
	exact, ended := sha256.New(), newEndedSum()
	s := &lineScanner{found: t.add}
	n, err := io.CopyBuffer(io.MultiWriter(s, exact, ended), r, make([]byte, wireBlock))
	switch {
	case err != nil:
		return fmt.Errorf("%q was not read to its end: %w", src.path, cause(err))
	case n < r.total:
		return src.changed()
	}
	s.close()
	t.digests = wireSums{digest(exact), ended.digest()}
	return src.same()
}

// watchedReader reads until ctx ends, and tells how far it is.
type watchedReader struct {
	ctx         context.Context // of the one call that made it
	r           io.Reader
	done, total int64
	progress    func(done, total int64)
}

func (r *watchedReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	r.done += int64(n)
	if r.progress != nil {
		r.progress(r.done, r.total)
	}
	return n, err
}
