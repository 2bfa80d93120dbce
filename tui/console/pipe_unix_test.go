//go:build unix

package console

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"smtpconsole/protocol"
)

// TestPipe: a pipe is refused without waiting for who writes to it.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadFile(path, protocol.State{}); err == nil || !strings.Contains(err.Error(), "is a pipe") {
		t.Error(err)
	}
}
