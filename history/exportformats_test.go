package history

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"

	"smtpconsole/protocol"
)

func TestExportFormats(t *testing.T) {
	src := exporting(t, exportScript)
	for _, f := range ExportFormats() {
		t.Run(f.Name, func(t *testing.T) {
			of := src
			if f.Name == formatNetcat {
				of = exporting(t, plainScript)
			}
			out, err := export(t, f.Name, of)
			if err != nil {
				t.Fatal(err)
			}
			golden.RequireEqual(t, []byte(out))
		})
	}
	if _, err := FindExportFormat("pdf"); !errors.Is(err, ErrExportFormat) {
		t.Errorf("pdf: %v", err)
	}
}

// TestExportsHoldNoSecret looks for the login in every format, as it was typed
// and as it went out.
func TestExportsHoldNoSecret(t *testing.T) {
	secrets := []string{exportPassword, exportUser, inBase64(exportPassword), inBase64(exportUser), inBase64("\x00" + exportUser + "\x00" + exportPassword)}
	for _, secret := range secrets {
		if !strings.Contains(exportScript, secret) && secret != exportPassword && secret != exportUser {
			t.Fatalf("%q is not in the session", secret)
		}
	}
	src := exporting(t, exportScript)
	for _, f := range ExportFormats() {
		out, err := export(t, f.Name, src)
		var inexpressible *InexpressibleError
		if err != nil && !errors.As(err, &inexpressible) {
			t.Errorf("%s: %v", f.Name, err)
		}
		for _, secret := range secrets {
			if strings.Contains(out, secret) {
				t.Errorf("%s holds %q", f.Name, secret)
			}
		}
	}
}

// TestExportsAreSafe: but for the formats that are data, and the colours of a
// recording, nothing in an export means anything to a terminal.
func TestExportsAreSafe(t *testing.T) {
	src := exporting(t, exportScript)
	for _, format := range []string{"text", "swaks", "markdown", "swaks-command", "openssl", "asciicast"} {
		out, err := export(t, format, src)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out) {
			line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "\t", "")
			if line != protocol.Safe(line) || !utf8.ValidString(line) || strings.Contains(line, `\u001b[2J`) {
				t.Errorf("%s: %q", format, line)
			}
		}
	}
}

func TestInexpressible(t *testing.T) {
	plain, secured := exporting(t, plainScript), exporting(t, exportScript)
	raw := bodyEvent("DATA", "a\r\n.\r\n")
	raw.Raw = true
	cases := []struct {
		format string
		src    Source
	}{
		{"nc", secured},
		{"openssl", plain},
		{"openssl", exporting(t, strings.Replace(exportScript, "C: STARTTLS\n", "C: NOOP\nS: 250 ok\nC: STARTTLS\n", 1))},
		{"openssl", exporting(t, strings.Replace(exportScript, "AUTH LOGIN", "AUTH CRAM-MD5", 1))},
		{"nc", exporting(t, plainScript+plainScript)},
		{"nc", exporting(t, "# connect -oProxyCommand")},
		{"nc", exporting(t, "# connect mx.example.org:-e")},
		{"swaks-command", exporting(t, "# connect a:25\nS: 220 a\nC: EHLO -a\nS: 250 ok")},
		{"nc", Source{Events: Each([]protocol.Event{{Kind: protocol.KindClient, Text: "NOOP"}})}},
		{"swaks-command", exporting(t, "# connect a:25\nS: 220 a\nC: MAIL FROM:<-a@b>\nS: 250 ok")},
		{"swaks-command", Source{Header: Header{Target: "a"}, Events: Each([]protocol.Event{raw})}},
		{"swaks-command", Source{Header: Header{Target: "a"}, Events: Each([]protocol.Event{bodyEvent("DATA", "")})}},
		{"eml", exporting(t, "# connect a:25")},
		{"eml", exporting(t, exportScript+"# message")},
	}
	for _, c := range cases {
		out, err := export(t, c.format, c.src)
		var inexpressible *InexpressibleError
		if !errors.As(err, &inexpressible) || inexpressible.Format != c.format || out != "" {
			t.Errorf("%s: %v, %q", c.format, err, out)
		}
	}
}

// TestUnkeptMessage: a dialogue says what is missing, and what needs the octets
// fails.
func TestUnkeptMessage(t *testing.T) {
	src := exporting(t, exportScript)
	events := collect(t, src)
	for i := range events {
		if events[i].Kind == protocol.KindBody {
			events[i].Text = ""
		}
	}
	src.Events = Each(events)
	fails := map[string]bool{"eml": true, "swaks-command": true, "openssl": true, "nc": true, "script": true}
	for _, f := range ExportFormats() {
		if _, err := export(t, f.Name, src); errors.Is(err, fs.ErrNotExist) != fails[f.Name] {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if out, _ := export(t, "text", src); !strings.Contains(out, "\n# message: ") || strings.Contains(out, "C: .\n") {
		t.Errorf("%s", out)
	}
}

func collect(t testing.TB, src Source) []protocol.Event {
	t.Helper()
	var events []protocol.Event
	for ev, err := range src.Events {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, ev)
	}
	return events
}

// TestExportStreams: a message beside the record is in every format that shows
// one, and eml has its octets.
func TestExportStreams(t *testing.T) {
	store, rec := create(t, Header{Target: "a"})
	large := strings.Repeat("0123456789\r\n.dot\r\n", 6000) + strings.Repeat("x", longLine+1) + "\r\n"
	ev := bodyEvent("DATA", large)
	ev.Text = ""
	kept, err := rec.KeepBody()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(kept, large); err != nil {
		t.Fatal(err)
	}
	if err := kept.Commit(ev.SHA256); err != nil {
		t.Fatal(err)
	}
	src := Source{Header: rec.Header(), Events: Each([]protocol.Event{ev}), Body: store.Body}
	if out, err := export(t, "eml", src); err != nil || out != large {
		t.Errorf("eml: %d octets, %v", len(out), err)
	}
	out, err := export(t, "text", src)
	if err != nil || strings.Count(out, "C: ..dot\n") != 6000 || strings.Count(out, "x") != longLine+1 || !strings.HasSuffix(out, "C: .\n") {
		t.Errorf("text: %d octets, %v", len(out), err)
	}
	out, err = export(t, "json", src)
	if _, text, _ := strings.Cut(out, "\n"); err != nil || !decodesTo(text, large) {
		t.Errorf("json: %d octets, %v", len(out), err)
	}
}

func decodesTo(line, text string) bool {
	var ev protocol.Event
	return json.Unmarshal([]byte(line), &ev) == nil && ev.Text == text
}

// TestRecordIsTheRecord reads an export as any session file is read.
func TestRecordIsTheRecord(t *testing.T) {
	src := exporting(t, exportScript)
	out, err := export(t, "json", src)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReader(strings.NewReader(out))
	if err != nil || r.header != src.Header {
		t.Fatalf("%+v, %v", r.header, err)
	}
	for i, want := range collect(t, src) {
		if got, err := r.next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("event %d: %+v, %v", i, got, err)
		}
	}
	if _, err := r.next(); !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}

// TestScriptIsTheSession reads an exported script, and compares what it does.
func TestScriptIsTheSession(t *testing.T) {
	for _, session := range []string{exportScript, plainScript} {
		src := exporting(t, strings.ReplaceAll(session, "2.7.0", "${to}"))
		out, err := export(t, "script", src)
		if err != nil {
			t.Fatal(err)
		}
		script, err := ReadScript(strings.NewReader(out), ScriptOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := Steps(collect(t, src))
		if len(script.Steps) != len(want) {
			t.Fatalf("%d steps, want %d:\n%s", len(script.Steps), len(want), out)
		}
		for i, got := range script.Steps {
			same := got.Kind == want[i].Kind && got.Line == want[i].Line && got.Verb == want[i].Verb && reflect.DeepEqual(got.Expect, want[i].answer())
			if !same || !sameText(got.Body, want[i].Body) || (got.Group > 0) != (want[i].Group > 0) {
				t.Errorf("step %d: %+v, want %+v", i, got, want[i])
			}
		}
	}
}

// sameText compares messages as they go out: DATA mends line ends.
func sameText(a, b *protocol.Event) bool {
	if a == nil || b == nil {
		return a == b
	}
	return strings.ReplaceAll(a.Text, "\r\n", "\n") == strings.ReplaceAll(b.Text, "\r\n", "\n")
}

// TestExportsTellOfTornLines: all the rest is written, and the damage told.
func TestExportsTellOfTornLines(t *testing.T) {
	store, id := storeWith(t, `{"format":"smtpconsole-session/1","target":"a"}`+"\n{\n"+`{"seq":2,"kind":"client","text":"NOOP"}`+"\n")
	src, err := store.Source(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "swaks", "markdown", "json", "script", "nc", "swaks-command", "asciicast"} {
		for _, src := range []Source{src, anonymised(t, src)} {
			if out, err := export(t, format, src); !isTorn(err) || !strings.Contains(out, "NOOP") {
				t.Errorf("%s: %v\n%s", format, err, out)
			}
		}
	}
}

func TestMarkdownFenceHolds(t *testing.T) {
	out, err := export(t, "markdown", exporting(t, exportScript))
	if err != nil || strings.Count(out, "\n"+fence) != 2 {
		t.Errorf("%v\n%s", err, out)
	}
	if got := cell("a|b`c\n<x>"); got != "a\\|b\\`c\\\\n\\<x\\>" {
		t.Errorf("cell: %q", got)
	}
}

func TestMessages(t *testing.T) {
	messages, err := exporting(t, plainScript+"# message\nS: 250 ok\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: BDAT 1\n# chunk x\nS: 250 ok\nC: RSET\nS: 250 ok\nC: BDAT 1 LAST\n# chunk y\nS: 250 ok").Messages()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range messages {
		var text strings.Builder
		if err := m.Write(&text); err != nil {
			t.Fatal(err)
		}
		got = append(got, text.String())
	}
	if want := []string{"Subject: ab.", exportMessage, "y"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}
