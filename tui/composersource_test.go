package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
)

// TestSourceAndBack: the source rules while it is shown; what the form can show
// goes back into it, and what it cannot show stays source.
func TestSourceAndBack(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, "Hello\n.dot")
	was := goesOut(c)
	typeIn(c, "f6")
	if c.source == nil || goesOut(c) != was {
		t.Fatalf("the source is %q, was %q", goesOut(c), was)
	}
	typeIn(c, "f6")
	if c.source != nil || goesOut(c) != was {
		t.Fatalf("back in the form it is %q, was %q; %s", goesOut(c), was, c.note)
	}
	typeIn(c, "f6", "ctrl+home")
	paste(c, "X-Folded: a\n  b\n")
	shown := goesOut(c)
	typeIn(c, "f6")
	if c.source == nil || goesOut(c) != shown || c.note == "" {
		t.Errorf("folding was lost without a word: %q", goesOut(c))
	}
	typeIn(c, "ctrl+z", "ctrl+z")
	if c.source == nil && goesOut(c) != was {
		t.Errorf("undone it is %q", goesOut(c))
	}
}

// TestReadText: a message goes into the form where the form can show it all.
func TestReadText(t *testing.T) {
	tests := []struct {
		name, text string
		source     bool
	}{
		{"plain", "From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n", false},
		{"no header", "hello\n", false},
		{"attachment", "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Disposition: attachment; filename=f\r\n\r\ny\r\n--b--\r\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := composerAt(t, asked(), 80, 17)
			c.readText(tt.text)
			if (c.source != nil) != tt.source {
				t.Fatalf("source: %v; %s", c.source != nil, c.note)
			}
			want := strings.ReplaceAll(strings.ReplaceAll(tt.text, "\r\n", "\n"), "\n", "\r\n")
			if got := goesOut(c); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// has tells whether a remark stands beside the message.
func has(c *composer, code string) bool {
	return slices.ContainsFunc(c.remarks, func(r protocol.MessageRemark) bool { return r.Code == code })
}

// TestFixes: F2 takes away the remark it mends, and undo brings the text back.
func TestFixes(t *testing.T) {
	eight := asked()
	eight.Caps.Known = true
	source := func(text string) func(*composer) {
		return func(c *composer) { c.use(sourceLetter(text)); c.check() }
	}
	tests := []struct {
		code string
		do   func(*composer)
	}{
		{"header.missing.from", func(c *composer) { c.fields[0].set(""); c.check() }},
		{"header.missing.date", func(c *composer) { c.fields[5].set(""); c.check() }},
		{"header.missing.id", func(c *composer) { c.fields[6].set(""); c.check() }},
		{"header.date", func(c *composer) { c.fields[5].set("today"); c.check() }},
		{"header.id", func(c *composer) { c.fields[6].set("x"); c.check() }},
		{"header.twice", func(c *composer) { c.addField("Subject", "a"); c.fields[4].set("b"); c.check() }},
		{"header.bcc", func(c *composer) { c.addField("Bcc", "x@example.org"); c.check() }},
		{"header.returnpath", func(c *composer) { c.addField("Return-Path", "<x@example.org>"); c.check() }},
		{"line.long", func(c *composer) { paste(inBody(c), strings.Repeat("x", 1200)) }},
		{"line.nul", func(c *composer) { paste(inBody(c), "a\x00b") }},
		{"body.8bit", func(c *composer) { c.encoding = message.EightBit; paste(inBody(c), "é") }},
		{"header.missing.from", source("Date: Fri, 02 Jan 2026 15:04:05 +0100\n\nx")},
		{"header.date", source("From: a@example.org\nDate: today\n\nx")},
		{"header.twice", source("From: a@example.org\nFrom: b@example.org\n folded\n\nx")},
		{"header.end", source("From: a@example.org\nhello there\n")},
		{"header.none", source("hello there\n\nyou")},
		{"header.blank", source("From : a@example.org\n\nx")},
		{"header.bcc", source("Bcc: a@example.org\n\nx")},
		{"mime.version", source("From: a@example.org\nContent-Type: text/plain\n\nx")},
	}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			c := composerAt(t, eight, 80, 24)
			tt.do(c)
			if !has(c, tt.code) {
				t.Fatalf("not remarked on: %+v", c.remarks)
			}
			c.remarks = slices.DeleteFunc(c.remarks, func(r protocol.MessageRemark) bool { return r.Code != tt.code })
			before := goesOut(c)
			typeIn(c, "f2")
			if has(c, tt.code) || goesOut(c) == before {
				t.Errorf("not mended: %q; %s", goesOut(c), c.note)
			}
			typeIn(c, "ctrl+z")
			if got := goesOut(c); got != before {
				t.Errorf("undone it is %q, was %q", got, before)
			}
		})
	}
}

// TestFixesExist: no fix is for a code that nothing remarks.
func TestFixesExist(t *testing.T) {
	for code, fix := range remarkFixes {
		if fix.words == "" || fix.mend == nil || strings.Count(code, ".") == 0 {
			t.Errorf("%s: %q", code, fix.words)
		}
	}
}

// TestFiles attaches, moves, shows inline and takes out.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ü report.txt")
	if err := os.WriteFile(path, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := inBody(composerAt(t, asked(), 80, 24))
	paste(c, "text")
	run(c, attach(path))
	if files := c.files(); len(files) != 1 || files[0].Size != 6 || c.focus != len(c.fields) {
		t.Fatalf("attached %+v, the cursor is at %d of %d", files, c.focus, len(c.fields))
	}
	if !strings.Contains(c.view(), "Attached") || !strings.Contains(goesOut(c), "multipart/mixed") {
		t.Errorf("the file is not to be seen:\n%s", c.view())
	}
	typeIn(c, "up")
	typeIn(c, "x")
	if c.files()[0].Name != "ü report.txt" {
		t.Error("typing changed the name of the file")
	}
	c.toggleInline()
	if !c.files()[0].Inline || c.files()[0].ID == "" {
		t.Errorf("not inline: %+v", c.files()[0])
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	run(c, lookAtFiles(c.files()))
	if !has(c, "file.unreadable") {
		t.Errorf("a file that is gone is not remarked on: %+v", c.remarks)
	}
	typeIn(c, "f2")
	if len(c.files()) != 0 {
		t.Error("F2 left the file")
	}
	for _, bad := range []string{dir, filepath.Join(dir, "none")} {
		c.note = ""
		run(c, attach(bad))
		if len(c.files()) != 0 || c.note == "" {
			t.Errorf("%s was attached, or nothing said", bad)
		}
	}
}

// TestRows adds, doubles, moves and takes out header fields.
func TestRows(t *testing.T) {
	c := composerAt(t, asked(), 80, 24)
	c.newRow("X-Test")
	typeIn(c, "one")
	c.doubleRow()
	c.moveRow(-1)
	c.check()
	if got, want := goesOut(c), strings.TrimSuffix(prefilled, "\r\n")+"X-Test: one\r\nX-Test: one\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for range 2 {
		c.moveRow(-1)
	}
	c.dropRow()
	if n := len(c.fields); n != len(formRows)+1 {
		t.Errorf("%d rows", n)
	}
	c.newRow("no name")
	if c.note == "" || len(c.fields) != len(formRows)+1 {
		t.Error("a name with a blank was taken")
	}
	c.focusOn(0)
	c.dropRow()
	if c.fields[0].name != "From" || c.fields[0].value() != "" {
		t.Error("a row of the form is emptied, not taken out")
	}
}

// TestHTMLAlternative: both texts go out, and the preview's octets are those
// that are sent.
func TestHTMLAlternative(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 24))
	paste(c, "text é")
	c.toggleHTML()
	paste(c, "<p>text é</p>")
	first := goesOut(c)
	if !strings.Contains(first, "multipart/alternative") || !strings.Contains(first, "text/html") {
		t.Errorf("got %q", first)
	}
	if again := goesOut(c); again != first {
		t.Error("each time the message is put together it is another one")
	}
}

// TestTemplatesAll: each template can be used, goes out as something, and is undone.
func TestTemplatesAll(t *testing.T) {
	for _, tmpl := range message.Templates() {
		c := inBody(composerAt(t, asked(), 80, 24))
		paste(c, "mine")
		was := goesOut(c)
		c.useTemplate(tmpl)
		if goesOut(c) == was || c.note == "" {
			t.Errorf("%s changed nothing", tmpl.Name)
		}
		checkFrame(t, c.view(), 80, 24)
		typeIn(c, "ctrl+z")
		if got := goesOut(c); got != was {
			t.Errorf("%s: undone it is %q", tmpl.Name, got)
		}
	}
}

// TestDiskMessage: a message from disk is shown and sent as it is, and not edited.
func TestDiskMessage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big.eml")
	if err := os.WriteFile(path, []byte("From: a@example.org\nSubject: x\n\n.dot\nbare\rCR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := composerAt(t, asked(), 80, 24)
	c.fromDisk(path)
	msg := c.prepare(t.Context())()
	c.prepared(msg.(preparedMsg))
	if c.current() == nil || !has(c, "line.cr") {
		t.Fatalf("not looked at: %+v, %s", c.remarks, c.note)
	}
	typeIn(c, "x", "enter", "down")
	if c.shown == 0 {
		t.Error("the view does not move")
	}
	checkFrame(t, c.view(), 80, 24)
	if got := typeIn(c, "f10"); got != composerFinish { // Its line ends are mended on the way.
		t.Errorf("F10 gives %v, %q", got, c.note)
	}
	if octets := c.outgoing(); octets.Path != path {
		t.Errorf("it would send %q", octets.Path)
	}
	c.fromDisk(filepath.Join(filepath.Dir(path), "none"))
	c.prepared(c.prepare(t.Context())().(preparedMsg))
	if c.disk != "" || c.note == "" {
		t.Error("a file that is not there stays")
	}
}
