package line

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clipperhouse/displaywidth"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// keepTalk records a conversation: lines with "C: ", and replies of one line
// with "S: ", the parts of longer ones behind " | ".
func keepTalk(t *testing.T, store *history.Store, target, talk string) (id string) {
	t.Helper()
	rec, err := store.Create(history.Header{Start: time.Date(2026, 11, 21, 18, 3, 55, 0, time.UTC), Target: target})
	if err != nil {
		t.Fatal(err)
	}
	log := history.NewLog(rec, func() time.Time { return time.Date(2026, 11, 21, 18, 3, 56, 0, time.UTC) })
	log.Append(protocol.Event{Kind: protocol.KindConnect, Text: target})
	for text := range strings.Lines(talk) {
		mark, rest, _ := strings.Cut(strings.TrimSpace(text), ": ")
		switch mark {
		case "C":
			log.Append(protocol.ClientLine(rest, log.State()))
		case "S":
			code, err := strconv.Atoi(rest[:3])
			if err != nil {
				t.Fatal(err)
			}
			reply := &protocol.Reply{Code: code, Lines: strings.Split(rest[4:], " | ")}
			log.Append(protocol.Event{Kind: protocol.KindServer, Text: rest, Reply: reply})
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	return rec.Header().ID
}

const (
	talkA = `
		S: 220 mx1.example.org ESMTP
		C: EHLO client.example.org
		S: 250 mx1.example.org | PIPELINING | XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT
		C: RCPT TO:<a-recipient-with-a-rather-long-local-part@department.example.org>
		S: 250 2.1.5 Ok
		C: NOOP
		S: 250 ok
		C: QUIT
		S: 221 Bye`
	talkB = `
		S: 220 mx2.example.org ESMTP
		C: EHLO client.example.org
		S: 250 mx2.example.org | PIPELINING
		C: RCPT TO:<a-recipient-with-a-rather-long-local-part@department.example.org>
		S: 550 5.1.1 no` + "\x1b[31m" + ` such user is known here, and this sentence is long enough to need another line
		C: QUIT
		S: 221 Good-bye`
)

func TestDiff(t *testing.T) {
	store := history.Open(t.TempDir())
	a, b := keepTalk(t, store, "mx1.example.org:25", talkA), keepTalk(t, store, "mx2.example.org:25", talkB)
	started := time.Date(2026, 11, 21, 18, 3, 55, 0, time.UTC).In(time.Local).Format("2006-01-02 15:04:05")
	want := "A  " + a + "  " + started + "  mx1.example.org:25\n" +
		"B  " + b + "  " + started + "  mx2.example.org:25\n" + `
code     3  RCPT
            TO:<a-recipient-with-a-rather-long-local-part@department.example.org>
         A  250 2.1.5 Ok
         B  550 5.1.1 no\x1b[31m such user is known here, and this sentence is
            long enough to need another line
missing  4  NOOP
         A  250 ok
         B  -
keyword  2  EHLO client.example.org
         A  XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR
            DESTPORT
         B  -
text     5  QUIT
         A  Bye
         B  Good-bye

4 of 5 steps differ (code 1, missing 1, keyword 1, text 1); left out of account:
host
`
	var out bytes.Buffer
	exit, err := Diff(t.Context(), &out, store, a, b, DiffOptions{By: history.ByText})
	if err != nil || exit != history.ExitDiffers || out.String() != want {
		t.Errorf("exit code %d, %v\n%s", exit, err, out.String())
	}
	var coloured bytes.Buffer
	if _, err := Diff(t.Context(), &coloured, store, a, b, DiffOptions{By: history.ByText, Coloured: true}); err != nil {
		t.Fatal(err)
	}
	plain := strings.NewReplacer(bold, "", red, "", classColours[protocol.ClassDone], "", plainText, "").Replace(coloured.String())
	if plain != want || coloured.String() == want {
		t.Errorf("coloured: %q", coloured.String())
	}
}

// Every width has room for it, but for words that are longer.
func TestDiffWidth(t *testing.T) {
	store := history.Open(t.TempDir())
	a, b := keepTalk(t, store, "mx1:25", strings.ReplaceAll(talkA, "-recipient-with-a-rather-long-local-part@department", "@x")), keepTalk(t, store, "mx2:25", talkB)
	for _, columns := range []int{72, 80, 132} {
		var out bytes.Buffer
		if _, err := Diff(t.Context(), &out, store, a, b, DiffOptions{By: history.ByText, Columns: columns}); err != nil {
			t.Fatal(err)
		}
		for text := range strings.Lines(out.String()) {
			if width := displaywidth.String(strings.TrimSuffix(text, "\n")); width > columns && !strings.Contains(text, "<a-recipient") {
				t.Errorf("%d columns: %q has %d", columns, text, width)
			}
		}
	}
}

func TestDiffSame(t *testing.T) {
	store := history.Open(t.TempDir())
	a := keepTalk(t, store, "mx1:25", talkA)
	var out bytes.Buffer
	exit, err := Diff(t.Context(), &out, store, a, "last", DiffOptions{})
	if err != nil || exit != 0 || !strings.HasSuffix(out.String(), "\n\nno difference in 5 steps\n") {
		t.Errorf("exit code %d, %v\n%s", exit, err, out.String())
	}
}

func TestDiffJSON(t *testing.T) {
	store := history.Open(t.TempDir())
	a, b := keepTalk(t, store, "mx1:25", talkA), keepTalk(t, store, "mx2:25", talkB)
	var out bytes.Buffer
	exit, err := Diff(t.Context(), &out, store, a, b, DiffOptions{JSON: true})
	if err != nil || exit != history.ExitDiffers {
		t.Fatal(exit, err)
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	var kinds []string
	for i, text := range lines[:len(lines)-1] {
		var row struct {
			Step        int
			Want, Got   *struct{ Sent string }
			Differences []history.Difference
		}
		if err := json.Unmarshal(text, &row); err != nil || row.Step != i+1 || row.Differences == nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, d := range row.Differences {
			kinds = append(kinds, string(d.Kind))
		}
		if missing := row.Got == nil; missing != slices.ContainsFunc(row.Differences, func(d history.Difference) bool { return d.Kind == history.DiffMissing }) {
			t.Errorf("%s", text)
		}
	}
	if want := []string{"keyword", "code", "missing"}; !slices.Equal(kinds, want) {
		t.Errorf("%q, want %q", kinds, want)
	}
	var result struct {
		Exit, Steps, Differing int
		Counts                 map[string]int
	}
	if err := json.Unmarshal(lines[len(lines)-1], &result); err != nil || result.Exit != 40 || result.Steps != 5 || result.Differing != 3 || result.Counts["code"] != 1 {
		t.Errorf("%s: %v", lines[len(lines)-1], err)
	}
}

func TestDiffBadInput(t *testing.T) {
	store := history.Open(t.TempDir())
	a := keepTalk(t, store, "mx1:25", talkA)
	var out bytes.Buffer
	for _, c := range []struct{ a, b string }{{a, "gone"}, {"gone", a}} {
		if _, err := Diff(t.Context(), &out, store, c.a, c.b, DiffOptions{}); !errors.Is(err, history.ErrNoSession) {
			t.Errorf("%v: %v", c, err)
		}
	}
	for _, factor := range []float64{-1, 0.5} {
		if _, err := Diff(t.Context(), &out, store, a, a, DiffOptions{Timing: factor}); err == nil {
			t.Errorf("--timing %v is taken", factor)
		}
	}
	if out.Len() > 0 {
		t.Errorf("%q", out.String())
	}

	// A torn line is told of, and the rest is compared.
	torn := keepTalk(t, store, "mx1:25", talkA)
	record, err := os.ReadFile(store.Path(torn))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store.Path(torn), append(record, `{"seq":99,"ki`...), 0o600); err != nil {
		t.Fatal(err)
	}
	var people bytes.Buffer
	exit, err := Diff(t.Context(), &out, store, a, torn, DiffOptions{People: &people})
	if err != nil || exit != ExitHeld || strings.Count(people.String(), torn) != 1 {
		t.Errorf("exit code %d, %v, %q", exit, err, people.String())
	}
}

func TestDiffFlags(t *testing.T) {
	var o DiffOptions
	if err := o.Flags().Parse([]string{"--compare", "text", "--timing", "2.5", "--json"}); err != nil {
		t.Fatal(err)
	}
	if want := (DiffOptions{By: history.ByText, Timing: 2.5, JSON: true}); o != want {
		t.Errorf("%+v", o)
	}
	if err := o.Flags().Parse([]string{"--compare", "words"}); err == nil {
		t.Error("--compare words is taken")
	}
}

// TestDiffFiles: a record and a script are compared like a session, each on
// either side; what a script expects is what the other has to have got.
func TestDiffFiles(t *testing.T) {
	store := history.Open(t.TempDir())
	id := keepTalk(t, store, "mx1.example.org:25", talkA)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	export := func(format string) string {
		path := filepath.Join(dir, format+".jsonl")
		if err := Export(io.Discard, io.Discard, store, id, ExportOptions{Format: format, Output: path}); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const head = `{"format":"smtpconsole-session/1"}` + "\n"
	script := export("script")
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	other := write("other.jsonl", strings.Replace(string(text), `"code":221`, `"code":421`, 1))
	for _, c := range []struct {
		a, b string
		exit int
		want string
	}{
		{export("json"), id, 0, "no difference in 5 steps"},
		{script, id, 0, "no difference in 5 steps"},
		{id, script, 0, "no difference in 5 steps"},
		{script, script, 0, "no difference in 5 steps"},
		{other, id, 40, "         A  expected: 421\n         B  221 Bye\n"},
		{id, other, 40, "         A  221 Bye\n         B  expected: 421\n"},
		{other, script, 40, "expect   5  QUIT\n         A  {\"code\":421}\n         B  {\"code\":221}\n"},
		{id, write("short.jsonl", head+`{"kind":"client","text":"QUIT","expect":{"code":221}}`+"\n"), 40, "3 of 5 steps differ (missing 3)"},
	} {
		var out bytes.Buffer
		exit, err := Diff(t.Context(), &out, store, c.a, c.b, DiffOptions{})
		if err != nil || exit != c.exit || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s %s: exit code %d, %v\n%s\nwant %s", c.a, c.b, exit, err, out.String(), c.want)
		}
	}
	for file, want := range map[string]error{
		"-": nil, filepath.Join(dir, "none"): os.ErrNotExist, dir: nil,
		write("prose.txt", "Dear Bob"):                           history.ErrForeign,
		write("empty.txt", ""):                                   history.ErrForeign,
		write("newer.txt", `{"format":"smtpconsole-session/2"}`): history.ErrNewer,
	} {
		exit, err := Diff(t.Context(), io.Discard, store, id, file, DiffOptions{})
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: exit code %d, %v", file, exit, err)
		}
	}
}
