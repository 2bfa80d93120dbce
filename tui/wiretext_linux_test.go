package tui

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestWireFilePipe names a pipe nobody writes to: opening it would never end.
func TestWireFilePipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path)
}
