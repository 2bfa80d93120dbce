package tui

import (
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// withSubject is the prefilled header with more in it.
func withSubject(subject string, added ...string) string {
	head := strings.Replace(prefilled, "Date:", "Subject: "+subject+"\r\nDate:", 1)
	head = strings.TrimSuffix(head, "\r\n")
	for _, line := range added {
		head += line + "\r\n"
	}
	return head + "\r\n"
}

// TestComposerTypedLines types each line with Enter behind it, from the moment
// the editor opens; the last is the dot that sends.
func TestComposerTypedLines(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"the example of RFC 5321", []string{"Blah blah blah...", "...etc. etc. etc.", "."}, withSubject("Blah blah blah...") + "...etc. etc. etc.\r\n"},
		{"no subject", []string{"", "text", "."}, prefilled + "text\r\n"},
		{"a dot at once", []string{"."}, prefilled},
		{"fields of one's own", []string{"Subject: hi", "X-Mailer: y", "MIME-Version: 1.0", "", "one", "."}, withSubject("hi", "X-Mailer: y", "MIME-Version: 1.0") + "one\r\n"},
		{"such a field first", []string{"Content-Type: text/html", "cc: ", "", "one", "."}, strings.TrimSuffix(prefilled, "\r\n") + "Content-Type: text/html\r\n\r\none\r\n"},
		{"one twice", []string{"Subject: a", "Foo1: a", "Foo1: b", "Subject: b", "", "."}, withSubject("b", "Foo1: a", "Foo1: b")},
		{"folded", []string{"Subject: hi", "Content-Type: text/plain;", "\tcharset=utf-8", "", " one", "."}, withSubject("hi", "Content-Type: text/plain; charset=utf-8") + " one\r\n"},
		{"an empty field", []string{"Subject: hi", "Foo:", "", "one", "."}, withSubject("hi") + "one\r\n"},
		{"a subject with a colon", []string{"Re: hello", "Note: this is text", "."}, withSubject("Re: hello") + "Note: this is text\r\n"},
		{"a URL ends the header", []string{"Subject: hi", "http://example.org/", "X-Mailer: y", "."}, withSubject("hi") + "http://example.org/\r\nX-Mailer: y\r\n"},
		{"text ends the header", []string{"Subject: hi", "no field", "X-Mailer: y", "."}, withSubject("hi") + "no field\r\nX-Mailer: y\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := composerAt(t, asked(), 80, 17)
			action := composerNone
			for _, line := range tt.lines {
				if action != composerNone {
					t.Fatalf("ended before %q", line)
				}
				if line != "" {
					typeIn(c, line)
				}
				action = typeIn(c, "enter")
			}
			if action != composerFinish {
				t.Errorf("the dot gives %v", action)
			}
			if got := goesOut(c); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			checkFrame(t, c.view(), 80, 17)
		})
	}
}

// TestComposerFeed gives lines that were typed before the 354.
func TestComposerFeed(t *testing.T) {
	tests := []struct {
		name   string
		before string // in the body
		lines  []string
		want   string
	}{
		{"nothing", "", nil, prefilled},
		{"text", "", []string{"one", "two"}, prefilled + "one\r\ntwo\r\n"},
		{"header and text", "", []string{"Subject: hi", "X-Mailer: y", "", "Note: one"}, withSubject("hi", "X-Mailer: y") + "Note: one\r\n"},
		{"header alone", "", []string{"Subject: hi"}, withSubject("hi")},
		{"behind a text", "before", []string{"Subject: hi"}, prefilled + "before\r\nSubject: hi\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := composerAt(t, asked(), 80, 17)
			c.body.insert(tt.before)
			c.feed(tt.lines)
			if got := goesOut(c); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if len(tt.lines) > 0 && typeIn(c, ".", "enter") != composerFinish {
				t.Error("the dot does not end it")
			}
		})
	}
}

// TestComposerFeedGoesOn: the header goes on where the lines end.
func TestComposerFeedGoesOn(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	c.feed([]string{"Subject: hi"})
	typeIn(c, "X-Mailer: y", "enter", "enter", "one")
	if got, want := goesOut(c), withSubject("hi", "X-Mailer: y")+"one\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestComposerEnter says where Enter in a field goes, and that Tab goes
// everywhere.
func TestComposerEnter(t *testing.T) {
	bounce := asked()
	bounce.From = ""
	tests := []struct {
		name string
		st   protocol.State
		keys []string
		want string
	}{
		{"from the subject", asked(), []string{"hi", "enter"}, "Body"},
		{"from the empty subject", asked(), []string{"down", "end", "ctrl+u", "up", "enter"}, "Body"},
		{"past what is filled", asked(), []string{"up", "up", "enter"}, "Subject"},
		{"to the next that is empty", bounce, []string{"enter"}, "Subject"},
		{"Tab", asked(), []string{"tab"}, "Date"},
		{"down", asked(), []string{"down", "down"}, "Message-ID"},
	}
	for _, tt := range tests {
		c := composerAt(t, tt.st, 80, 17)
		typeIn(c, tt.keys...)
		names := make([]string, 0, len(c.fields)+1)
		for _, f := range c.fields {
			names = append(names, f.name)
		}
		if got := append(names, "Body")[c.focus]; got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestComposerDotPutsBack: the dot that ends the message from a field is not
// its value.
func TestComposerDotPutsBack(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	typeIn(c, "down", "ctrl+u")
	if typeIn(c, ".", "enter") != composerFinish || goesOut(c) != prefilled {
		t.Errorf("got %q", goesOut(c))
	}
	chunk := composerAt(t, notYet(), 80, 17)
	chunk.openChunk(0, true)
	if typeIn(chunk, ".", "enter") != composerNone || chunk.fields[4].value() != "." {
		t.Errorf("BDAT: the subject is %q", chunk.fields[4].value())
	}
}

// TestComposerAddedField edits a field that was typed, and empties it.
func TestComposerAddedField(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	typeIn(c, "X-A: b", "enter", "X-C: d", "enter", "enter", "one")
	typeIn(c, "home", "up", "up", "end", "b")
	want := strings.Replace(withSubject("", "X-A: bb", "X-C: d"), "Subject: \r\n", "", 1) + "one\r\n"
	if got := goesOut(c); got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	edits := c.edits()
	typeIn(c, "ctrl+u", "down")
	if got := len(c.fields); got != len(formRows)+1 || c.fields[c.focus].name != "X-C" || c.edits() <= edits {
		t.Errorf("%d fields, the focus is %d", got, c.focus)
	}
	typeIn(c, "ctrl+u", "tab")
	if got := goesOut(c); len(c.fields) != len(formRows) || c.focus != len(c.fields) || got != prefilled+"one\r\n" {
		t.Errorf("got %q, the focus is %d", got, c.focus)
	}
}

// TestComposerManyFields: the row with the focus is on the screen.
func TestComposerManyFields(t *testing.T) {
	c := composerAt(t, asked(), 60, 9)
	for _, name := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		c.addField("X-"+name, "value")
	}
	for i := range c.fields {
		c.focusOn(i)
		frame := c.view()
		checkFrame(t, frame, 60, 9)
		if !strings.Contains(frame, "▸ "+c.fields[i].name+" ") {
			t.Fatalf("%s is not to be seen:\n%s", c.fields[i].name, frame)
		}
	}
}

// TestComposerNew throws a text away, after a second F7.
func TestComposerNew(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	if typeIn(c, "f7"); c.asking != asksNothing || c.note == "" {
		t.Error("an empty message is asked about")
	}
	typeIn(c, "hi", "enter", "X-A: b", "f7", "x")
	if got := goesOut(c); got != withSubject("hi")+"X-A: b\r\n" {
		t.Errorf("another key: got %q", got)
	}
	typeIn(c, "f7", "f7")
	if got := goesOut(c); got != prefilled || c.fields[c.focus].name != "Subject" {
		t.Errorf("got %q, the focus is %d", got, c.focus)
	}
}

// TestComposerLastDot: what ends the message is not remarked on as text, but
// is as soon as the cursor leaves it.
func TestComposerLastDot(t *testing.T) {
	has := func(c *composer) bool {
		return slices.ContainsFunc(c.remarks, func(r protocol.MessageRemark) bool { return r.Code == "line.dot" })
	}
	c := inBody(composerAt(t, asked(), 80, 17))
	typeIn(c, "one", "enter", ".")
	if has(c) {
		t.Error("the dot that ends the message is remarked on")
	}
	if typeIn(c, "up"); !has(c) {
		t.Error("the cursor left it, and there is no remark")
	}
	if typeIn(c, "down"); has(c) {
		t.Error("the cursor is back, and the remark stays")
	}
	if typeIn(c, "."); !has(c) {
		t.Error("two dots are not remarked on")
	}
}

func TestComposerPlace(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	c.addField("X-A", "b")
	c.check()
	for n, want := range []string{"", "From: ", "To: ", "Date: ", "Message-ID: ", "X-A: "} {
		if got := c.place(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := c.place(8); got != "body line 2: " {
		t.Errorf("got %q", got)
	}
}

// TestComposerBindings: every key that help names is one.
func TestComposerBindings(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	seen := map[string]bool{}
	for _, b := range c.bindings() {
		if h := b.Help(); h.Key == "" || h.Desc == "" || seen[h.Key] {
			t.Errorf("%q: %q", h.Key, h.Desc)
		}
		seen[b.Help().Key] = true
	}
	for _, b := range bodyBindings() {
		for _, k := range b.Keys() {
			if bodyKeys[k] == nil {
				t.Errorf("%s is no key of the body", k)
			}
		}
	}
}

// TestComposerTypedHeader: a message typed as tutorials show it, header lines
// and all, comes out as meant.
func TestComposerTypedHeader(t *testing.T) {
	c := composerAt(t, asked(), 80, 24)
	for _, line := range []string{"From: me@example.org", "Subject: hello: world", "", "Note: this is text", "the end"} {
		typeIn(c, line, "enter")
	}
	text := goesOut(c)
	for _, want := range []string{"From: me@example.org\r\n", "Subject: hello: world\r\n", "\r\n\r\nNote: this is text\r\nthe end\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	if strings.Count(text, "Subject:") != 1 || strings.Count(text, "From:") != 1 {
		t.Errorf("a header line stands twice: %q", text)
	}
	if action := typeIn(c, ".", "enter"); action != composerFinish {
		t.Errorf("the dot gives %v", action)
	}
}
