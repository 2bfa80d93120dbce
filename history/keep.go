package history

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// KeptBody takes the octets of one message on their way to the server, so
// that a session can be replayed. It has one user at a time.
type KeptBody struct {
	file *os.File
	done bool
}

// KeepBody begins to keep one message beside the record. The caller ends it
// with Commit or Abort.
func (r *Recorder) KeepBody() (*KeptBody, error) {
	if err := os.MkdirAll(r.bodies, dirMode); err != nil {
		return nil, fmt.Errorf("keep message: %w", err)
	}
	f, err := os.CreateTemp(r.bodies, "incoming-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("keep message: %w", err)
	}
	return &KeptBody{file: f}, nil
}

// Write takes the next octets.
func (k *KeptBody) Write(b []byte) (int, error) { return k.file.Write(b) }

// Commit keeps the message under the hex digest of its octets, and returns
// when the disk has it. Where the error is not nil nothing is kept.
func (k *KeptBody) Commit(sha256 string) error {
	defer k.Abort()
	if !validDigest(sha256) {
		return fmt.Errorf("keep message: %q is not a SHA-256 digest in lower-case hex", sha256)
	}
	if err := errors.Join(syncFile(k.file), k.file.Close()); err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	dir := filepath.Dir(k.file.Name())
	if err := os.Rename(k.file.Name(), filepath.Join(dir, sha256)); err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	k.done = true
	return syncDir(dir)
}

// Abort forgets the message. After Commit, and a second time, it does nothing.
func (k *KeptBody) Abort() {
	if k.done {
		return
	}
	k.done = true
	k.file.Close()
	os.Remove(k.file.Name())
}

// ErrDamaged is wrapped where a kept message is read to its end and is not the
// one that was kept.
var ErrDamaged = errors.New("the kept message is damaged, its octets are not those that were sent: delete its file")

// whole reads a kept message, and looks at its end whether that is all of it.
type whole struct {
	file   *os.File
	sum    hash.Hash
	digest string
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.file.Read(p)
	w.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(w.sum.Sum(nil)) != w.digest {
		err = fmt.Errorf("read %q: %w", w.file.Name(), ErrDamaged)
	}
	return n, err
}

func (w *whole) Close() error { return w.file.Close() }

// Body opens the message kept under a SHA-256 digest, lower-case hex. The
// caller closes it. The error wraps fs.ErrNotExist where there is none. The end
// of one whose digest is another by now is ErrDamaged, not io.EOF.
func (s *Store) Body(digest string) (io.ReadCloser, error) {
	body, err := s.body(digest)
	if err != nil {
		return nil, err // a nil *whole would be no nil io.ReadCloser
	}
	return body, nil
}

func (s *Store) body(digest string) (*whole, error) {
	if !validDigest(digest) {
		return nil, fmt.Errorf("open message: %q is not a SHA-256 digest in lower-case hex", digest)
	}
	f, err := os.Open(filepath.Join(s.bodies(), digest))
	if err != nil {
		return nil, fmt.Errorf("open message: %w", err)
	}
	return &whole{f, sha256.New(), digest}, nil
}

// bodyFile is Body for who must know before the first octet that the message is
// whole.
func (s *Store) bodyFile(digest string) (*os.File, error) {
	body, err := s.body(digest)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, body)
	if err == nil {
		_, err = body.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return body.file, nil
}

// validDigest tells whether digest is one, and with that a safe file name.
func validDigest(digest string) bool {
	b, err := hex.DecodeString(digest)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == digest
}

// syncDir waits until the disk has the names in dir, where the system can.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil // Windows does not open directories, and needs no sync
	}
	defer d.Close()
	return syncFile(d)
}
