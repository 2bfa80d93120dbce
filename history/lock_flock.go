//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package history

import (
	"errors"
	"os"
	"syscall"
)

// claim marks f as in use until it is closed or its process ends, and waits
// while somebody else has claimed it. A file system that knows no locks leaves
// the file unmarked.
func claim(f *os.File) { _ = flock(f, syscall.LOCK_EX) }

// claimed tells whether somebody has claimed f.
func claimed(f *os.File) bool {
	if errors.Is(flock(f, syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
		return true
	}
	_ = flock(f, syscall.LOCK_UN) // who claims it next must not wait until f is closed
	return false
}

func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
