package history

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncWhole waits until the disk has the file system that dir is on, and tells
// whether it does.
func syncWhole(dir string) bool {
	d, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd())) == nil
}
