package line

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpconsole/history"
)

const smallScript = `{"format":"smtpconsole-session/1","target":"practice"}
{"kind":"client","text":"EHLO c.example","expect":{"code":250}}
{"kind":"client","text":"QUIT"}
`

// TestCheckScriptEdges: comments may stand above the first line, a record that
// is cut off is no good script, and a line without an end is not read whole.
func TestCheckScriptEdges(t *testing.T) {
	torn := `{"format":"smtpconsole-session/1","id":"20261121T180355Z-4f2a","start":"2026-11-21T18:03:55Z","target":"x","client":"y"}` + "\n" + `{"seq":1,"kind":"cli`
	for _, tt := range []struct {
		name, text string
		wrong      int
	}{
		{"comments first", "# what it is for\n\n// more\n" + smallScript, 0},
		{"as it was", smallScript, 0},
		{"of an editor on Windows", byteOrderMark + strings.ReplaceAll(smallScript, "\n", "\r\n"), 0},
		{"torn record", torn, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			wrong, err := Check(&out, strings.NewReader(tt.text), CheckOptions{})
			if err != nil || wrong != tt.wrong {
				t.Errorf("%d wrong, %v:\n%s", wrong, err, out.String())
			}
		})
	}
	if _, err := Check(&bytes.Buffer{}, zeros{}, CheckOptions{}); err == nil {
		t.Error("a line without an end is read for ever")
	}
}

// TestScriptsOfEditors are read with the byte order mark that some editors begin a
// file with; one that lacks its first line is told what that is, and is not judged
// as lines of SMTP.
func TestScriptsOfEditors(t *testing.T) {
	script, err := (&ReplayOptions{}).load(t.Context(), nil, scriptFile(t, byteOrderMark+smallScript), nil)
	if err != nil || len(script.Steps) != 2 {
		t.Errorf("%+v, %v", script, err)
	}
	for _, text := range []string{`{"kind":"client","text":"NOOP"}`, `{ "kind": "client"}`} {
		var out bytes.Buffer
		_, checked := Check(&out, strings.NewReader(text), CheckOptions{})
		_, loaded := (&ReplayOptions{}).load(t.Context(), nil, scriptFile(t, text), nil)
		for _, err := range []error{checked, loaded} {
			if !errors.Is(err, history.ErrForeign) || !strings.Contains(err.Error(), `begins with {"format":`) || out.Len() > 0 {
				t.Errorf("%q: %v, %s", text, err, out.String())
			}
		}
	}
}

// zeros is a file of zeros without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestReplayTellsOfTear: a record that is cut off does not pass for a whole one.
func TestReplayTellsOfTear(t *testing.T) {
	path := filepath.Join(t.TempDir(), "torn.jsonl")
	record := `{"format":"smtpconsole-session/1","id":"20261121T180355Z-4f2a","start":"2026-11-21T18:03:55Z","target":"practice","client":"y"}` + "\n" +
		`{"seq":1,"time":"2026-11-21T18:03:55Z","kind":"connect","text":"x"}` + "\n" + `{"seq":2,"kind":"cli`
	if err := os.WriteFile(path, []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &ReplayOptions{}
	script, err := r.load(t.Context(), nil, path, nil)
	if err != nil || script.Torn == nil {
		t.Errorf("%+v, %v", script, err)
	}
}
