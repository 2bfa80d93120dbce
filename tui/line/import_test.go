package line

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// classics are the texts every learner finds, as the tests of the import have
// them.
const classics = "../../history/testdata/import"

// TestImportReplays imports the classic tutorials, lists them, and runs them
// again on the practice server: it answers each step with the code they print.
// What it offers, and its certificate, are its own.
func TestImportReplays(t *testing.T) {
	t.Setenv("SMTPCONSOLE_PASSWORD", console.PracticePassword)
	for _, name := range []string{"wikipedia.txt", "appendix.txt", "telnet.txt", "swaks.txt"} {
		t.Run(name, func(t *testing.T) {
			store := history.Open(t.TempDir())
			var out bytes.Buffer
			if err := Import(t.Context(), &out, store, filepath.Join(classics, name), ImportOptions{JSON: true}); err != nil {
				t.Fatal(err)
			}
			var told history.Imported
			if err := json.Unmarshal(out.Bytes(), &told); err != nil {
				t.Fatal(err)
			}
			if len(told.Unclear) > 0 {
				t.Errorf("unclear: %v", told.Unclear)
			}
			list, err := store.List(t.Context())
			if err != nil || len(list) != 1 || list[0].ID != told.Header.ID || list[0].Label != name || list[0].Problem != "" {
				t.Fatalf("listed %+v, %v", list, err)
			}
			for _, res := range replayed(t, store, list[0].ID) {
				differences := slices.DeleteFunc(res.Differences, func(d history.Difference) bool {
					return d.Kind == history.DiffKeyword || d.Kind == history.DiffTLS
				})
				if len(differences) > 0 || res.Skipped != "" {
					t.Errorf("%s %q: %+v %s", res.Want.Kind, res.Want.Line, differences, res.Skipped)
				}
			}
		})
	}
}

// replayed runs a session on the practice server.
func replayed(t *testing.T, store *history.Store, id string) []history.Result {
	t.Helper()
	session, err := store.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	c := console.New(console.Options{Store: store, Settings: console.Settings{Helo: "client.example.org", User: console.PracticeUser}})
	defer c.Close()
	script := &history.Script{Header: session.Header, Steps: history.Steps(session.Events)}
	live, run, err := c.Replay(console.Target{Name: console.PracticeName, Practice: true}, script, history.RerunOptions{Store: store})
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	var all []history.Result
	for err == nil {
		var results []history.Result
		results, err = run.Next(t.Context())
		all = append(all, results...)
	}
	if !errors.Is(err, history.ErrDone) || len(all) < 8 {
		t.Errorf("%d steps, %v", len(all), err)
	}
	return all
}

// TestImportWords: the report names the session, how the text was read, and
// each line that was not understood, with nothing in it that a terminal obeys.
func TestImportWords(t *testing.T) {
	const text = "220 mx.example.test\n\x1b]52;c;aGk=\x07 and so it goes on and on.\nHELO a\n250 mx\n"
	for _, dry := range []bool{false, true} {
		store := history.Open(t.TempDir())
		var out bytes.Buffer
		if err := Import(t.Context(), &out, store, "-", ImportOptions{In: strings.NewReader(text), Label: "by hand", DryRun: dry}); err != nil {
			t.Fatal(err)
		}
		list, err := store.List(t.Context())
		if err != nil || (len(list) == 0) != dry || len(list) == 1 && list[0].Label != "by hand" {
			t.Errorf("dry run %v: listed %+v, %v", dry, list, err)
		}
		id := "not kept"
		if !dry {
			id = list[0].ID
		}
		if got := out.String(); !strings.HasPrefix(got, id) || !strings.Contains(got, "\nread as telnet") || !strings.Contains(got, "\nline 2: ") || strings.ContainsAny(got, "\x1b\x07") {
			t.Errorf("dry run %v: %q", dry, got)
		}
	}
}

// TestImportErrors: what cannot be read leaves no session behind.
func TestImportErrors(t *testing.T) {
	store := history.Open(t.TempDir())
	tests := map[string]struct {
		file string
		o    ImportOptions
		want error
	}{
		"no such file":   {filepath.Join(t.TempDir(), "none"), ImportOptions{}, os.ErrNotExist},
		"no dialogue":    {"-", ImportOptions{In: strings.NewReader("hello\n")}, history.ErrNoDialogue},
		"script":         {"-", ImportOptions{In: strings.NewReader("# by hand\n{\"format\":\"smtpconsole-session/1\"}\n{\"kind\":\"connect\"}\n")}, history.ErrScript},
		"unknown format": {"-", ImportOptions{In: strings.NewReader("220 mx\n"), Format: "pcap"}, history.ErrUnknownFormat},
	}
	for name, tt := range tests {
		if err := Import(t.Context(), io.Discard, store, tt.file, tt.o); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := store.List(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("listed %+v, %v", list, err)
	}
}

// TestImportIsEnded: whoever waits for the other end of a named pipe can give up.
func TestImportIsEnded(t *testing.T) {
	ended := errors.New("ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	defer in.Close()
	first := make(chan struct{})
	r := &heldFile{ctx: ctx, file: out}
	go func() {
		<-first
		cancel(ended)
	}()
	_, _ = in.WriteString("220 mx\n")
	if n, err := r.Read(make([]byte, 100)); n != 7 || err != nil {
		t.Errorf("%d octets, %v", n, err)
	}
	close(first)
	if n, err := r.Read(make([]byte, 100)); n != 0 || !errors.Is(err, ended) {
		t.Errorf("%d octets, %v", n, err)
	}
	_, err = openInput(ctx, filepath.Join(t.TempDir(), "none"))
	if !errors.Is(err, ended) && !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
