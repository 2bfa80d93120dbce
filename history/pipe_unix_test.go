//go:build unix

package history

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// TestListPassesPipes: nobody waits for who would write to a pipe.
func TestListPassesPipes(t *testing.T) {
	store, ids := several(t, 1)
	if err := syscall.Mkfifo(store.Path(sessionID(noon.Add(time.Hour))), uint32(os.FileMode(fileMode))); err != nil {
		t.Skip(err)
	}
	list, err := store.List(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != ids[0] {
		t.Errorf("%v, %v", list, err)
	}
}
