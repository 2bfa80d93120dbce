package tui

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// oldDraft is a draft with everything one can have.
func oldDraft(c *composer) draft {
	return draft{when: c.now(), text: oldText}
}

const oldText = `{"fields":[{"Name":"From","Value":""},{"Name":"To","Value":"all"},{"Name":"Subject","Value":"old"},{"Name":"Date","Value":"d"},` +
	`{"Name":"Message-ID","Value":""},{"Name":"X-Mailer","Value":"y"}],"text":"old text"}`

// TestDraftOffered says what becomes of an old draft and its file: nobody
// mixes it with a new message, and nothing of it is lost.
func TestDraftOffered(t *testing.T) {
	was := "From: ann@example.org\r\nTo: all\r\nSubject: old\r\nDate: d\r\nX-Mailer: y\r\n\r\nold text"
	tests := []struct {
		name string
		do   func(*composer)
		text string
		left bool // the old file, as it was
		more bool // another one
	}{
		{"nobody looked", func(*composer) {}, was + "\r\n", true, false},
		{"keys that answer nothing", func(c *composer) { typeIn(c, "tab", "backspace", "f10", "alt+enter", "up") }, was + "\r\n", true, false},
		{"dropped", func(c *composer) { typeIn(c, "f8", "y") }, was + "\r\n", true, false},
		{"another message was sent", func(c *composer) { c.sent() }, was + "\r\n", true, false},
		{"Enter goes on", func(c *composer) { typeIn(c, "enter", "end", "!") }, was + "!\r\n", false, true},
		{"and then begins anew", func(c *composer) { typeIn(c, "enter", "f7", "f7") }, prefilled, false, false},
		{"and is sent", func(c *composer) { typeIn(c, "enter", "f10"); c.hand(); c.sent() }, "", false, false},
		{"F7", func(c *composer) { typeIn(c, "f7") }, prefilled, true, false},
		{"F7 and a new message", func(c *composer) { typeIn(c, "f7", "hi", "enter", "new") }, strings.Replace(prefilled, "Date", "Subject: hi\r\nDate", 1) + "new\r\n", true, true},
		{"typing", func(c *composer) { typeIn(c, "hi", "enter", "new") }, strings.Replace(prefilled, "Date", "Subject: hi\r\nDate", 1) + "new\r\n", true, true},
		{"typed ahead", func(c *composer) { c.feed([]string{"new"}) }, prefilled + "new\r\n", true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := leave(t, dir, deadPID(t), time.Hour, oldText)
			c := keeping(t, dir)
			c.open(asked(), "client.example")
			run(c, findDrafts(dir))
			tt.do(c)
			if err := c.saveNow(); err != nil {
				t.Fatal(err)
			}
			if got := goesOut(c); got != tt.text {
				t.Errorf("got %q, want %q", got, tt.text)
			}
			got, err := os.ReadFile(path)
			if left := err == nil && string(got) == oldText; left != tt.left {
				t.Errorf("the old file: %q, %v", got, err)
			}
			if more := len(files(t, dir)) > 1 || !tt.left && len(files(t, dir)) == 1; more != tt.more {
				t.Errorf("files %q", files(t, dir))
			}
		})
	}
}

// TestDraftOfferedBefore: a draft found before any session asks when the
// editor opens, and again when it opens again.
func TestDraftOfferedBefore(t *testing.T) {
	c := composerAt(t, protocol.State{}, 80, 17)
	c.update(draftsMsg{drafts: []draft{oldDraft(c)}})
	for range 2 {
		c.open(notYet(), "")
		if c.drafts.offered == nil || typeIn(c, "esc") != composerClose {
			t.Fatal("the question is gone, or Esc does not leave it")
		}
	}
	c.open(asked(), "")
	typeIn(c, "enter")
	c.open(asked(), "")
	if c.drafts.offered != nil || c.fields[4].value() != "old" {
		t.Error("the draft that was taken is asked about again")
	}
}

// TestComposerLargeIsCheckedLater: a large text is judged when it is saved.
func TestComposerLargeIsCheckedLater(t *testing.T) {
	c := composerAt(t, protocol.State{}, 80, 17)
	write(c, strings.Repeat("x", promptly))
	has := func() bool {
		return slices.ContainsFunc(c.remarks, func(r protocol.MessageRemark) bool { return r.Code == "line.long" })
	}
	if has() {
		t.Error("a large text is checked at every stroke")
	}
	c.update(draftTickMsg{})
	if !has() {
		t.Error("a large text is never checked")
	}
}
