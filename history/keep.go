package history

import (
	"encoding/hex"
	"errors"
	"fmt"
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

// Body opens the message kept under a SHA-256 digest, lower-case hex. The
// caller closes it. The error wraps fs.ErrNotExist where there is none.
func (s *Store) Body(sha256 string) (io.ReadCloser, error) {
	if !validDigest(sha256) {
		return nil, fmt.Errorf("open message: %q is not a SHA-256 digest in lower-case hex", sha256)
	}
	f, err := os.Open(filepath.Join(s.bodies(), sha256))
	if err != nil {
		return nil, fmt.Errorf("open message: %w", err)
	}
	return f, nil
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
