package history

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// wireLines are what both sides said, replies in full, and what a handshake
// came to: all that a text of the session can hold.
func wireLines(events []protocol.Event) []string {
	var out []string
	for _, ev := range events {
		switch ev.Kind {
		case protocol.KindClient, protocol.KindServer:
			out = append(out, ev.String())
		case protocol.KindBody:
			out = append(out, fmt.Sprintf("%s %d %s", ev.Cmd, ev.Size, ev.SHA256))
		case protocol.KindTLS:
			out = append(out, ev.TLS.Version+" "+ev.TLS.Cipher)
		}
	}
	return out
}

// TestImportRoundTrip: a session that leaves as text or in the notation of
// swaks comes back with the same commands, replies and messages.
func TestImportRoundTrip(t *testing.T) {
	texts, err := filepath.Glob("testdata/import/*.txt")
	if err != nil || len(texts) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	sessions := map[string]string{
		"dots":  "S: 220 mx.example.test\nC: DATA\nS: 354 go\nC: ..\nC: ...\nC:\nC: S: 250 ok\nC: # note: no\nC:  two blanks\nC: \tx\nC: ..C: x\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye\n",
		"empty": "S: 220 mx.example.test\nC: DATA\nS: 354 go\nC: .\nS: 250 ok\nC: QUIT\nS: 221 bye\n",
		"odd":   "=== Connected to mx.\n<-  220 mx.example.test\n ->   HELO  a \n<-  250-mx\n<-  250\n -> <x>\n<** 500 what\n -> ...\n<** 500 what\n -> \n<** 500 what\n -> QUIT\n<-  221 bye\n",
	}
	for _, path := range texts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sessions[filepath.Base(path)] = string(text)
	}
	for name, text := range sessions {
		first := importText(t, text, FormatGuess)
		for _, format := range []Format{FormatDialogue, FormatSwaks} {
			t.Run(name+" "+string(format), func(t *testing.T) { roundTrip(t, first, format) })
		}
	}
}

func roundTrip(t *testing.T, first *Imported, format Format) {
	t.Helper()
	row := map[Format]string{FormatDialogue: "text", FormatSwaks: "swaks"}[format]
	export, err := FindExportFormat(row)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := export.Write(&out, Source{Header: first.Header, Events: Each(first.Events)}); err != nil {
		t.Fatal(err)
	}
	again := importText(t, out.String(), FormatGuess)
	if again.Format != format || len(again.Unclear) > 0 {
		t.Errorf("read as %s, unclear %v", again.Format, again.Unclear)
	}
	if got, want := wireLines(again.Events), wireLines(first.Events); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\nby\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), out.String())
	}
}
