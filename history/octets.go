package history

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"smtpconsole/protocol"
)

// Octets opens what a body event tells of: its own text, the message kept under
// its digest, or the file it came from where that is still the same. A file
// without a digest, as a script names it, is taken as it is. The caller closes
// it. The error wraps ErrNoBody where there is none of these, and ErrDamaged
// where what is kept is another message by now. A nil Store keeps no messages.
func (s *Store) Octets(ev *protocol.Event) (io.ReadCloser, error) {
	if ev.Text != "" || ev.Size == 0 && ev.Path == "" {
		return io.NopCloser(strings.NewReader(ev.Text)), nil
	}
	if s != nil && ev.SHA256 != "" {
		kept, err := s.bodyFile(ev.SHA256)
		switch {
		case err == nil:
			return kept, nil
		case errors.Is(err, ErrDamaged):
			if f, other := openSame(ev); other == nil {
				return f, nil
			}
			return nil, err
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	if ev.Path == "" {
		return nil, fmt.Errorf("message of %d octets, SHA-256 %s: %w", ev.Size, digestWords(ev), ErrNoBody)
	}
	return openSame(ev)
}

// digestWords is the digest of a body, or what stands for none.
func digestWords(ev *protocol.Event) string {
	if ev.SHA256 == "" {
		return "unknown"
	}
	return ev.SHA256
}

// openSame opens the file of a body event, if it still holds the same octets.
func openSame(ev *protocol.Event) (io.ReadCloser, error) {
	f, err := os.Open(ev.Path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBody, err)
	}
	if err := same(f, ev); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// same is an error where f does not hold the octets of ev. What went out had
// its line ends mended, unless it was raw or a chunk.
func same(f *os.File, ev *protocol.Event) error {
	if ev.SHA256 == "" {
		return nil
	}
	exact, mended := sha256.New(), sha256.New()
	lines := protocol.NewLineWriter(mended)
	if _, err := io.Copy(io.MultiWriter(exact, lines), f); err != nil {
		return fmt.Errorf("%w: read %q: %w", ErrNoBody, ev.Path, err)
	}
	_ = lines.Close() // a hash takes all
	sums := []string{hex.EncodeToString(exact.Sum(nil)), hex.EncodeToString(mended.Sum(nil))}
	if sums[0] != ev.SHA256 && (sums[1] != ev.SHA256 || ev.Raw || ev.Cmd == "BDAT") {
		return fmt.Errorf("the file %q has changed since it was sent: %w", ev.Path, ErrNoBody)
	}
	_, err := f.Seek(0, io.SeekStart)
	return err
}
