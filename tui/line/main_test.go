package line_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// built is the directory of the program under test, "" until it was needed.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(exit int) {
		if built.dir != "" {
			os.RemoveAll(built.dir)
		}
		os.Exit(exit)
	}))
}

// binary is the program. The environment variable SMTPCONSOLE names one that
// is built already.
func binary(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("SMTPCONSOLE"); path != "" {
		return path
	}
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "smtpconsole-test-"); built.err != nil {
			return
		}
		var out []byte
		if out, built.err = exec.Command("go", "build", "-o", filepath.Join(built.dir, "smtpconsole"), "smtpconsole").CombinedOutput(); built.err != nil {
			t.Logf("%s", out)
		}
	})
	if built.err != nil {
		t.Fatalf("build the program: %v", built.err)
	}
	return filepath.Join(built.dir, "smtpconsole")
}
