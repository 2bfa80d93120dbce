package history

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestImportForgets: what fails after a large message was read leaves no part of
// it, and what does not fail leaves nothing but the message.
func TestImportForgets(t *testing.T) {
	large := "S: 220 mx\nC: DATA\nS: 354 go\n" + strings.Repeat("C: some words of a message that is long\n", 5000) + "C: .\nS: 250 ok\n"
	for name, c := range map[string]struct {
		tail    io.Reader
		blocked bool // no session can be made
		left    int
	}{
		"good":         {strings.NewReader(""), false, 1},
		"broken text":  {iotest.ErrReader(errors.New("broken")), false, 0},
		"two, broken":  {io.MultiReader(strings.NewReader(large), iotest.ErrReader(errors.New("broken"))), false, 0},
		"two the same": {strings.NewReader(large), false, 1},
		"no room":      {strings.NewReader(""), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			store := Open(t.TempDir())
			if c.blocked {
				if err := os.WriteFile(store.sessions(), nil, fileMode); err != nil {
					t.Fatal(err)
				}
			}
			_, err := store.Import(io.MultiReader(strings.NewReader(large), c.tail), FormatDialogue, "")
			entries, readErr := os.ReadDir(store.bodies())
			if readErr != nil || len(entries) != c.left || (err == nil) != (c.left > 0) {
				t.Errorf("%v: %v, %v", err, entries, readErr)
			}
			for _, e := range entries {
				if !validDigest(e.Name()) {
					t.Error(e.Name())
				}
			}
		})
	}
}

// TestImportChunkTooLong: a chunk of which the text shows more than it announces,
// as one whose lines ended in LF, brings no commands that nobody sent.
func TestImportChunkTooLong(t *testing.T) {
	const text = "S: 220 mx\nC: MAIL FROM:<a@b.example>\nS: 250 ok\nC: BDAT 9 LAST\nC: ab\nC: cd\nC: ef\nC: RSET\nS: 250 ok\nS: 250 ok\nC: gh\nS: 500 what\n"
	got := importText(t, text, FormatDialogue)
	want := []string{"greeting 220", "command MAIL FROM:<a@b.example> 250", "body BDAT 9 LAST 250", "command RSET 250", "command gh 500"}
	if steps := outline(Steps(got.Events)); !slices.Equal(steps, want) {
		t.Errorf("%q", steps)
	}
	if len(got.Unclear) != 0 {
		t.Errorf("%+v", got.Unclear)
	}
	longer := strings.Replace(text, "C: ef\n", "C: ef\nC: ij\n", 1)
	got = importText(t, longer, FormatDialogue)
	if steps := outline(Steps(got.Events)); !slices.Equal(steps, want) {
		t.Errorf("%q", steps)
	}
	if len(got.Unclear) != 1 || got.Unclear[0].Line != 8 {
		t.Errorf("%+v", got.Unclear)
	}
}

// TestImportWrapped: what a text was wrapped into on its way here is taken off.
func TestImportWrapped(t *testing.T) {
	want := []string{"greeting 220", "command HELO a.b 250", "command QUIT 221"}
	for name, text := range map[string]string{
		"quoted":     "> S: 220 mx.example.test\n>\n> C: HELO a.b\n> S: 250 mx\n> C: QUIT\n> S: 221 bye\n",
		"coloured":   "\x1b[1;32mS: 220 mx.example.test\x1b[0m\n\x1b[1mC: HELO a.b\x1b[m\nS: 250 mx\nC: QUIT\n\x1b[32mS: 221 bye\x1b[0m\n",
		"fenced":     "```text\nS: 220 mx.example.test\nC: HELO a.b\nS: 250 mx\nC: QUIT\nS: 221 bye\n```\n",
		"receiver":   "R: 220 mx.example.test\nS: HELO a.b\nR: 250 mx\nS: QUIT\nR: 221 bye\n",
		"html":       "<pre>\nS: 220 mx.example.test<br>\nC: HELO a.b<br/>\nS: 250 mx &lt;x&gt;<br>\nC: QUIT\nS: 221 bye for RCPT TO:&lt;a&gt;</pre>\n",
		"line feeds": "220 mx.example.test\r\r\nHELO a.b\r\r\n250 mx\r\r\nQUIT\r\r\n221 bye\r\r\n",
	} {
		got := importText(t, text, FormatGuess)
		if steps := outline(Steps(got.Events)); !slices.Equal(steps, want) || len(got.Unclear) > 0 {
			t.Errorf("%s: %q, %+v", name, steps, got.Unclear)
		}
	}
}
