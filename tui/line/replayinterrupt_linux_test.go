package line_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReplayInterrupted ends a replay with Ctrl+C where a server does not answer:
// it is called interrupted, in the file of results too, and the exit code is the
// one that shells know.
func TestReplayInterrupted(t *testing.T) {
	dir := t.TempDir()
	script, results := filepath.Join(dir, "script.jsonl"), filepath.Join(dir, "results.xml")
	const text = `{"format":"smtpconsole-session/1"}
{"kind":"client","text":"DATA"}
{"kind":"body","text":"Subject: x\n"}
`
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"SMTPCONSOLE_STATE_DIR=" + filepath.Join(dir, "state"), "NO_COLOR=1"}
	pressed := false
	answer := func(seen string) string {
		if pressed || !strings.Contains(seen, `"step":2`) {
			return ""
		}
		pressed = true
		return "\x03"
	}
	address := deaf(t)
	seen, exit := inTerminal(t, env, answer, "replay", script, address, "--json", "--junit", results)
	if exit != 130 || !strings.Contains(seen, `"result":"interrupted","exit":130`) || strings.Contains(seen, "cancel") {
		t.Errorf("exit code %d:\n%q", exit, seen)
	}
	b, err := os.ReadFile(results)
	if err != nil || !strings.Contains(string(b), `<error message="interrupted">`) {
		t.Errorf("%v:\n%s", err, b)
	}
}
