package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"smtpconsole/protocol"
)

// importText reads a text at noon.
func importText(t testing.TB, text string, format Format) *Imported {
	t.Helper()
	got, err := importFrom(strings.NewReader(text), format, noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// importRendered is an import as the golden files have it: what there is to say
// about it, and its events.
func importRendered(t *testing.T, got *Imported) []byte {
	t.Helper()
	var b bytes.Buffer
	line, err := marshalLine(got)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(line)
	if err := WriteJSON(&b, Each(got.Events)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImport reads each text and compares with the file beside it, which
// SMTPCONSOLE_UPDATE=1 writes anew.
func TestImport(t *testing.T) {
	texts, err := filepath.Glob("testdata/import/*.txt")
	if err != nil || len(texts) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	for _, path := range texts {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := importRendered(t, importText(t, string(text), FormatGuess))
			golden := strings.TrimSuffix(path, ".txt") + ".jsonl"
			if os.Getenv("SMTPCONSOLE_UPDATE") != "" {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// importOutline is what a session did and heard: commands, codes of replies, the
// lines of messages, and the kinds and codes of everything else.
func importOutline(events []protocol.Event) []string {
	var out []string
	for _, ev := range events {
		switch ev.Kind {
		case protocol.KindClient:
			out = append(out, "C "+ev.Text)
		case protocol.KindServer:
			if ev.Reply != nil {
				out = append(out, "S "+ev.Text[:3])
			}
		case protocol.KindBody:
			out = append(out, "B "+strings.ReplaceAll(ev.Text, "\r\n", "|"))
		default:
			out = append(out, strings.TrimSpace(string(ev.Kind)+" "+ev.Code))
		}
	}
	return out
}

func TestImportShapes(t *testing.T) {
	const hello = "S: 220 mx.example.test\nC: HELO a\nS: 250 mx\n"
	tests := []struct {
		name    string
		format  Format
		text    string
		want    []string
		unclear []int
	}{
		{
			"marks of all kinds", FormatDialogue,
			"<<< 220 mx\n>>> HELO a\nServer: 250 ok\nclient:NOOP\nS> 250 ok\nC>QUIT\n< 221 bye\n* closing\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C NOOP", "S 250", "C QUIT", "S 221", "note"},
			nil,
		},
		{
			"a message without marks among marked lines", FormatDialogue,
			hello + "C: DATA\nS: 354 go\nSubject: x\n\nC: is a drive\nC: .\nS: 250 ok\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C DATA", "S 354", "B Subject: x||C: is a drive|", "S 250"},
			nil,
		},
		{
			"a message without its dot", FormatDialogue,
			hello + "C: DATA\nS: 354 go\nC: x\nS: 250 ok\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C DATA", "S 354", "note import.end", "B x|", "S 250"},
			nil,
		},
		{
			"a message that is not shown", FormatDialogue,
			hello + "C: DATA\nS: 354 go\nS: 250 ok\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C DATA", "S 354", "note import.message", "B ", "S 250"},
			nil,
		},
		{
			"prose and elisions", FormatDialogue,
			"Say hello first.\n" + hello + "...\nThen go:\nC: QUIT\nS: goodbye\nS: 221 bye\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C QUIT", "S 221"},
			[]int{1, 5, 6, 8},
		},
		{
			"two sessions in one text", FormatDialogue,
			hello + "C: QUIT\nS: 221 bye\nS: 220 mx\nC: HELO b\nS: 250 mx\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C QUIT", "S 221", "connect", "S 220", "C HELO b", "S 250"},
			nil,
		},
		{
			"lines broken by the page", FormatDialogue,
			"S: 220 mx\nC: HELO a\n      b\nS: 250 mx.example.test, a name and a text that fill the page to its\nedge and beyond\n\n      Then leave.\nC: QUIT\nS: 221 bye\n",
			[]string{"connect", "S 220", "C HELO a b", "S 250", "C QUIT", "S 221"},
			[]int{7},
		},
		{
			"what curl -v shows", FormatDialogue,
			"* Trying 192.0.2.25:25...\n< 220 mx\n> DATA\n< 354 go\n} [41 bytes data]\n* We are completely uploaded and fine\n< 250 ok\n",
			[]string{"note", "connect", "S 220", "C DATA", "S 354", "note", "note", "note import.message", "B ", "S 250"},
			nil,
		},
		{
			"a text that begins in the middle", FormatDialogue,
			"S: 250 ok\nC: QUIT\nS: 221 bye\n",
			[]string{"note import.greeting", "S 250", "C QUIT", "S 221"},
			nil,
		},
		{
			"a group sent at once", FormatDialogue,
			hello + "C: MAIL FROM:<a@b.test>\nC: RCPT TO:<c@d.test>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: x\nC: .\nC: QUIT\nS: 250 ok\nS: 221 bye\n",
			[]string{"connect", "S 220", "C HELO a", "S 250", "C MAIL FROM:<a@b.test>", "C RCPT TO:<c@d.test>", "C DATA", "S 250", "S 250", "S 354", "B x|", "C QUIT", "S 250", "S 221"},
			nil,
		},
		{
			"a long line broken by the page", FormatTelnet,
			"220 mx.example.test ESMTP, where every line is logged and read by some\npeople\nHELO a\n250 ok\n",
			[]string{"connect", "S 220", "C HELO a", "S 250"},
			nil,
		},
		{
			"a mistake below a long line", FormatTelnet,
			"220 mx.example.test ESMTP, where every line is logged and read by some\nHELLO\n500 no\n",
			[]string{"connect", "S 220", "C HELLO", "S 500"},
			nil,
		},
		{
			"words around a paste", FormatTelnet,
			"You will see:\n220 mx\nNow say hello to the server, with your own name.\nHELO a\n250 ok\n",
			[]string{"connect", "S 220", "C HELO a", "S 250"},
			[]int{1, 3},
		},
		{
			"nc and a closed connection", FormatTelnet,
			"Connection to mx.example.test 25 port [tcp/smtp] succeeded!\n220 mx\nquit\n221 bye\nConnection closed by foreign host.\n",
			[]string{"connect", "S 220", "C quit", "S 221", "close close.quit"},
			nil,
		},
		{
			"swaks that hides the message, in trouble", FormatSwaks,
			"=== Connected to mx.\n<-  220 mx\n -> DATA\n<-  354 go\n -> 11 lines sent\n<** 550 no\n*** Remote host closed connection unexpectedly.\n",
			[]string{"connect", "S 220", "C DATA", "S 354", "note import.message", "B ", "S 550", "close close.server"},
			[]int{5},
		},
		{
			"log lines without their head", FormatPostfix,
			"> c.test[192.0.2.1]: 220 mx\n< c.test[192.0.2.1]: QUIT\n> c.test[192.0.2.1]: 221 bye\nhello\n",
			[]string{"connect", "S 220", "C QUIT", "S 221"},
			[]int{4},
		},
		{
			"a followed stream without marks", FormatStream,
			"220 mx\r\nQUIT\r\n221 bye\r\n",
			[]string{"connect", "S 220", "C QUIT", "S 221"},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := importText(t, tt.text, tt.format)
			if lines := importOutline(got.Events); !slices.Equal(lines, tt.want) {
				t.Errorf("got  %q\nwant %q", lines, tt.want)
			}
			var unclear []int
			for _, u := range got.Unclear {
				unclear = append(unclear, u.Line)
			}
			if !slices.Equal(unclear, tt.unclear) {
				t.Errorf("unclear lines %v, want %v: %v", unclear, tt.unclear, got.Unclear)
			}
			if got.Lines != got.Said+got.Aside+len(got.Unclear) {
				t.Errorf("%d lines, %d said, %d aside, %d unclear", got.Lines, got.Said, got.Aside, len(got.Unclear))
			}
		})
	}
}

// TestImportClassics: what every learner pastes leaves nothing unclear.
func TestImportClassics(t *testing.T) {
	for name, want := range map[string]struct {
		format Format
		target string
		bodies int
	}{
		"wikipedia": {FormatDialogue, "smtp.example.com", 1},
		"appendix":  {FormatDialogue, "mx.example.test", 1},
		"telnet":    {FormatTelnet, "mail.example.org:25", 1},
		"swaks":     {FormatSwaks, "mail.example.org:587", 1},
	} {
		text, err := os.ReadFile("testdata/import/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		got := importText(t, string(text), FormatGuess)
		bodies := 0
		for _, ev := range got.Events {
			if ev.Kind == protocol.KindBody || ev.Kind == protocol.KindNote && ev.Code != "" {
				bodies++
			}
		}
		if got.Format != want.format || !got.Guessed || got.Header.Target != want.target || bodies != want.bodies || len(got.Unclear) > 0 {
			t.Errorf("%s: format %q, target %q, %d messages, unclear %v", name, got.Format, got.Header.Target, bodies, got.Unclear)
		}
	}
}

// TestImportSecrets: no password of a text is in what comes of it.
func TestImportSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"plain":      "S: 220 mx\nC: AUTH PLAIN AGxlYXJuZXIAcHJhY3RpY2U=\nS: 235 ok\n",
		"wrapped":    "S: 220 mx\nC: AUTH PLAIN AGxlYXJuZXIA\n      cHJhY3RpY2U=\nS: 235 ok\n",
		"login":      "220 mx\nAUTH LOGIN\n334 VXNlcm5hbWU6\nbGVhcm5lcg==\n334 UGFzc3dvcmQ6\ncHJhY3RpY2U=\n235 ok\n",
		"unanswered": "220 mx\nAUTH LOGIN\n334 VXNlcm5hbWU6\nbGVhcm5lcg==\n334 UGFzc3dvcmQ6\ncHJhY3RpY2U=\n",
		"decoded":    "<-  220 mx\n -> AUTH PLAIN\n<-  334 \n -> \\0learner\\0practice\n<-  235 ok\n",
		"unmarked":   "S: 220 mx\nC: AUTH LOGIN\nS: 334 UGFzc3dvcmQ6\nC: cHJhY3RpY2U=\nS: 535 no\ncHJhY3RpY2U=\n",
		"other process": "postfix/smtpd[1]: > a[192.0.2.1]: 220 mx\npostfix/smtpd[1]: < a[192.0.2.1]: AUTH PLAIN cHJhY3RpY2U=\n" +
			"postfix/smtpd[2]: < b[192.0.2.2]: cHJhY3RpY2U=\n",
		"repeated":         "S: 220 mx\nC: AUTH PLAIN AGxlYXJuZXIAcHJhY3RpY2U=\nS: 535-no AGxlYXJuZXIAcHJhY3RpY2U=\nS: 535 nor practice\n# practice\n",
		"repeated answers": "220 mx\nAUTH LOGIN\n334 VXNlcm5hbWU6\nbGVhcm5lcg==\n334 UGFzc3dvcmQ6\ncHJhY3RpY2U=\n535 not practice\n",
		"repeated unasked": "S: 220 mx\nC: AUTH LOGIN\nS: 504 no\nC: cHJhY3RpY2U=\nS: 500 what is practice\n",
		"repeated record": `{"format":"smtpconsole-session/1","id":"","start":"2026-11-21T12:00:00Z","target":"mx"}` + "\n" +
			`{"seq":1,"time":"2026-11-21T12:00:00Z","kind":"client","text":"AUTH PLAIN AGxlYXJuZXIAcHJhY3RpY2U=","cmd":"AUTH"}` + "\n" +
			`{"seq":2,"time":"2026-11-21T12:00:00Z","kind":"server","text":"535 no practice","reply":{"code":535,"lines":["no practice"]}}` + "\n",
		"aside": "S: 220 mx\nC: AUTH LOGIN\nS: 334 UGFzc3dvcmQ6\nC: <cHJhY3RpY2U=>\n",
		"record": `{"format":"smtpconsole-session/1","id":"","start":"2026-11-21T12:00:00Z","target":"mx"}` + "\n" +
			`{"seq":1,"time":"2026-11-21T12:00:00Z","kind":"client","text":"AUTH PLAIN AGxlYXJuZXIAcHJhY3RpY2U=","cmd":"AUTH"}` + "\n" +
			`{"seq":2,"time":"2026-11-21T12:00:00Z","kind":"held","text":"AUTH PLAIN cHJhY3RpY2U=","diags":[{"code":"x","severity":"error","start":0,"end":1,"message":"m","fix":"AUTH PLAIN cHJhY3RpY2U="}]}` + "\n",
	} {
		got := importRendered(t, importText(t, text, FormatGuess))
		for _, secret := range []string{"cHJhY3RpY2U", "AGxlYXJuZXI", "practice"} {
			if bytes.Contains(got, []byte(secret)) {
				t.Errorf("%s: %q is in\n%s", name, secret, got)
			}
		}
		if !bytes.Contains(got, []byte(protocol.Hidden)) {
			t.Errorf("%s: nothing is masked in\n%s", name, got)
		}
	}
}

// TestImportRefuses: what is no dialogue is an error that says so.
func TestImportRefuses(t *testing.T) {
	broken := errors.New("broken")
	tests := map[string]struct {
		text   io.Reader
		format Format
		want   error
	}{
		"empty":          {strings.NewReader(""), FormatGuess, ErrNoDialogue},
		"prose":          {strings.NewReader("Dear Bob,\n\nall is well.\n"), FormatGuess, ErrNoDialogue},
		"unknown format": {strings.NewReader("220 mx\n"), "pcap", ErrUnknownFormat},
		"foreign record": {strings.NewReader("{}\n"), FormatRecord, ErrForeign},
		"no reply":       {io.MultiReader(strings.NewReader("S: 220 mx\n"), &repeating{"C: NOOP\n", 1 << 20}), FormatDialogue, errImportAwaited},
		"a script":       {strings.NewReader("# by hand\n{\"format\":\"smtpconsole-session/1\"}\n\n{\"kind\":\"connect\"}\n"), FormatGuess, ErrScript},
		"UTF-16":         {strings.NewReader("\xff\xfeS\x00:\x00"), FormatGuess, errImportUTF16},
		"newer record":   {strings.NewReader(`{"format":"smtpconsole-session/99"}`), FormatGuess, ErrNewer},
		"endless line":   {io.MultiReader(strings.NewReader("S: 220 "), &repeating{"x", maxLine + 1}), FormatDialogue, errImportLine},
		"endless wrap":   {io.MultiReader(strings.NewReader("S: 220 mx\n"), &repeating{"   and so on\n", 8 << 20}), FormatDialogue, errImportUnclear},
		"endless prose":  {&repeating{"one two three four five six seven\n", 8 << 20}, FormatDialogue, errImportUnclear},
		"broken stream":  {io.MultiReader(strings.NewReader("220 mx\n"), iotest.ErrReader(broken)), FormatTelnet, broken},
	}
	for name, tt := range tests {
		if _, err := importFrom(tt.text, tt.format, noon, nil); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// repeating reads as its text again and again, left octets of it.
type repeating struct {
	text string
	left int
}

func (p *repeating) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(p.text) <= len(b) && p.left > 0 {
		n += copy(b[n:], p.text)
		p.left -= len(p.text)
	}
	return n, nil
}

// TestImportKeeps: a session that is imported is one of the store's, with
// messages that no event has room for beside it.
func TestImportKeeps(t *testing.T) {
	store := Open(t.TempDir())
	line := strings.Repeat("x", 70) + "\n"
	text := "220 mx.example.test\nHELO a\n250 mx\nDATA\n354 go\n" + strings.Repeat(line, 2000) + ".\n250 ok\nQUIT\n221 bye\n"
	got, err := store.Import(strings.NewReader(text), FormatGuess, "pasted.txt")
	if err != nil {
		t.Fatal(err)
	}
	session, err := store.Read(got.Header.ID)
	if err != nil {
		t.Fatal(err)
	}
	if h := session.Header; h.Label != "pasted.txt" || h.Client != "import telnet" || h.Target != "mx.example.test" {
		t.Errorf("header %+v", h)
	}
	if !slices.Equal(importOutline(session.Events), importOutline(got.Events)) || len(session.Events) == 0 {
		t.Errorf("stored %q\nimported %q", importOutline(session.Events), importOutline(got.Events))
	}
	i := slices.IndexFunc(session.Events, func(ev protocol.Event) bool { return ev.Kind == protocol.KindBody })
	if body := session.Events[i]; body.Text != "" || body.Size != 2000*72 {
		t.Errorf("body of %d octets, %d in the event", body.Size, len(body.Text))
	}
	kept, err := store.Body(session.Events[i].SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if b, err := io.ReadAll(kept); err != nil || string(b) != strings.Repeat(strings.Replace(line, "\n", "\r\n", 1), 2000) {
		t.Errorf("%d octets kept, %v", len(b), err)
	}
}

// TestImportRecord: a record comes in as it was.
func TestImportRecord(t *testing.T) {
	const text = "220 mx.example.test\nHELO a\n250 mx\nDATA\n354 go\nx\n.\n250 ok\nQUIT\n221 bye\n"
	store := Open(t.TempDir())
	first, err := store.Import(strings.NewReader(text), FormatGuess, "")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(store.Path(first.Header.ID))
	if err != nil {
		t.Fatal(err)
	}
	got := importText(t, string(file)+`{"seq":99,"ki`, FormatGuess)
	if got.Format != FormatRecord || len(got.Unclear) != 1 || !strings.Contains(got.Header.Client, first.Header.Client) {
		t.Errorf("format %q, client %q, unclear %v", got.Format, got.Header.Client, got.Unclear)
	}
	if a, b := eventsJSON(t, got.Events), eventsJSON(t, first.Events); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

func eventsJSON(t *testing.T, events []protocol.Event) string {
	t.Helper()
	b, err := json.Marshal(events)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestImportLargeMessage: the memory for a message does not grow with it.
func TestImportLargeMessage(t *testing.T) {
	text := io.MultiReader(strings.NewReader("220 mx\nDATA\n354 go\n"), &repeating{strings.Repeat("y", 63) + "\n", 64 << 20}, strings.NewReader(".\n250 ok\n"))
	got, err := importFrom(text, FormatTelnet, noon, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"connect", "S 220", "C DATA", "S 354", "note import.message", "B ", "S 250"}
	if lines := importOutline(got.Events); !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

// FuzzImport: any text is read to its end or refused, each of its lines has
// one fate, and the lines that were said are those of the events.
func FuzzImport(f *testing.F) {
	formats := []Format{FormatGuess, FormatDialogue, FormatTelnet, FormatSwaks, FormatPostfix, FormatStream, FormatRecord}
	texts, _ := filepath.Glob("testdata/import/*")
	for _, path := range texts {
		if text, err := os.ReadFile(path); err == nil {
			f.Add(string(text), uint8(0))
		}
	}
	for i := range formats {
		f.Add("S: 220 x\n220 x\nDATA\n354\n.\n", uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, format uint8) {
		got, err := importFrom(strings.NewReader(text), formats[int(format)%len(formats)], noon, nil)
		if err != nil {
			return
		}
		if lines := strings.Count(text, "\n"); got.Lines < lines || got.Lines > lines+1 {
			t.Errorf("%d lines, want %d or one more", got.Lines, lines)
		}
		if got.Lines != got.Said+got.Aside+len(got.Unclear) {
			t.Errorf("%d lines, %d said, %d aside, %d unclear", got.Lines, got.Said, got.Aside, len(got.Unclear))
		}
		if said := saidIn(got.Events); got.Format != FormatRecord && got.Said < said {
			t.Errorf("%d lines said, %d in the events", got.Said, said)
		}
	})
}

// saidIn counts the lines that one side said in events.
func saidIn(events []protocol.Event) int {
	n := 0
	for _, ev := range events {
		switch ev.Kind {
		case protocol.KindClient, protocol.KindServer:
			n++
		case protocol.KindBody:
			n += strings.Count(ev.Text, "\r\n")
		}
	}
	return n
}

// TestImportTarget: the port that the text names is not lost.
func TestImportTarget(t *testing.T) {
	for text, want := range map[string]string{
		"# connect: mx.example.test (192.0.2.1:2525)\nS: 220 mx ESMTP\nC: QUIT\nS: 221 bye\n": "mx.example.test:2525",
		"# connect: mx.example.test (192.0.2.1:25)\nS: 220 mx ESMTP\nC: QUIT\nS: 221 bye\n":   "mx.example.test",
		"# connect: 127.0.0.1:2525 (127.0.0.1:2525)\nS: 220 mx ESMTP\nC: QUIT\nS: 221 bye\n":  "127.0.0.1:2525",
		"# connect: practice (127.0.0.1:40123)\nS: 220 practice ESMTP\nC: QUIT\nS: 221 bye\n": "practice",
	} {
		got, err := Import(strings.NewReader(text), FormatGuess)
		if err != nil || got.Header.Target != want {
			t.Errorf("%q: %+v, %v; want %q", text, got, err, want)
		}
	}
}
