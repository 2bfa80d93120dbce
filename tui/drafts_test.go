package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol/message"
)

// write edits c and returns the command the edit asks for.
func write(c *composer, text string) tea.Cmd {
	_, cmd := inBody(c).handleKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	return cmd
}

// keeping is an editor with drafts in dir.
func keeping(t *testing.T, dir string) *composer {
	t.Helper()
	c := composerAt(t, asked(), 80, 17)
	c.keepDrafts(dir)
	return c
}

// run carries out a command, and gives its message back to c.
func run(c *composer, cmd tea.Cmd) {
	for cmd != nil {
		cmd = c.update(cmd())
	}
}

// once is run without what follows.
func once(c *composer, cmd tea.Cmd) tea.Cmd { return c.update(cmd()) }

// files are the names in dir.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// deadPID is the number of a process that is no more.
func deadPID(t *testing.T) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

// leave puts a draft into dir as program pid would have left it.
func leave(t *testing.T, dir string, pid int, age time.Duration, text string) string {
	t.Helper()
	path := filepath.Join(dir, fmt.Sprintf("%d-1%s", pid, draftSuffix))
	if err := os.WriteFile(path, []byte(text), draftFileMode); err != nil {
		t.Fatal(err)
	}
	when := time.Now().Add(-age)
	if err := os.Chtimes(path, when, when); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDraftSurvives writes, ends without a word, and starts again.
func TestDraftSurvives(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "drafts")
	c := keeping(t, dir)
	if write(c, "one\n.\n\n") == nil {
		t.Fatal("a change asks for no saving")
	}
	if write(c, "two\ttabs \xff") != nil {
		t.Error("a second change asks for another tick")
	}
	c.fields[6].set("")
	c.addField("X-A", "b: c")
	run(c, c.update(draftTickMsg{}))
	if c.drafts.trouble != "" {
		t.Fatal(c.drafts.trouble)
	}

	again := keeping(t, dir)
	again.keepDrafts(dir)
	run(again, findDrafts(dir))
	_, cmd := again.handleKey(composerStrokes["enter"])
	run(again, cmd)
	if got, want := goesOut(again), goesOut(c); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if again.notice() == "" || again.notice() != "" {
		t.Error("the restored draft must be told of once")
	}
	if len(files(t, dir)) != 1 {
		t.Errorf("files %q: the old one was to go", files(t, dir))
	}
}

func TestDraftPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "drafts")
	c := keeping(t, dir)
	write(c, "text")
	if err := c.saveNow(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != draftDirMode {
		t.Errorf("directory: %v %v", info.Mode(), err)
	}
	info, err = os.Stat(filepath.Join(dir, files(t, dir)[0]))
	if err != nil || info.Mode().Perm() != draftFileMode {
		t.Errorf("file: %v %v", info.Mode(), err)
	}
}

// TestDraftEnds says when a draft stays and when it goes.
func TestDraftEnds(t *testing.T) {
	finish := func(c *composer) {
		if typeIn(c, "f10") == composerFinish && c.waiting() { // as the model does
			c.hand()
		}
	}
	tests := []struct {
		name string
		do   func(*composer)
		kept bool
	}{
		{"sent", func(c *composer) { finish(c); c.sent() }, false},
		{"ended by a dot and sent", func(c *composer) { typeIn(c, "enter", ".", "enter"); c.hand(); c.sent() }, false},
		{"sent and taken by two recipients", func(c *composer) { finish(c); c.sent(); c.sent() }, false},
		{"refused", func(c *composer) { finish(c); c.refused() }, true},
		{"refused, then a file was sent", func(c *composer) { finish(c); c.refused(); c.sent() }, true},
		{"another message was sent", func(c *composer) { c.sent() }, true},
		{"changed after it went out", func(c *composer) { finish(c); write(c, "more"); c.sent() }, true},
		{"finished before 354", func(c *composer) { c.open(notYet(), ""); finish(c); c.sent() }, true},
		{"closed", func(c *composer) { c.open(notYet(), ""); typeIn(c, "esc") }, true},
		{"dropped", func(c *composer) { typeIn(c, "f8", "y") }, true},
		{"all removed again", func(c *composer) { typeIn(c, "ctrl+u") }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			c := keeping(t, dir)
			write(c, "text")
			run(c, c.save())
			tt.do(c)
			if err := c.saveNow(); err != nil {
				t.Fatal(err)
			}
			if got := len(files(t, dir)); (got == 1) != tt.kept || got > 1 {
				t.Errorf("files %q", files(t, dir))
			}
			if c.untouched() == tt.kept {
				t.Errorf("the text is %q", goesOut(c))
			}
		})
	}
}

// TestDraftSavedOnTheWayOut: closing and dropping save at once.
func TestDraftSavedOnTheWayOut(t *testing.T) {
	for _, keys := range [][]string{{"esc"}, {"f8", "y"}} {
		dir := t.TempDir()
		c := keeping(t, dir)
		if keys[0] == "esc" {
			c.open(notYet(), "")
		}
		write(c, "text")
		var cmd tea.Cmd
		for _, k := range keys {
			msg, ok := composerStrokes[k]
			if !ok {
				msg = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
			}
			_, cmd = c.handleKey(msg)
		}
		run(c, cmd)
		if len(files(t, dir)) != 1 {
			t.Errorf("%q saved nothing", keys)
		}
	}
}

// TestDraftTicks: an edit that also ends the message does not stop the saving
// of later ones.
func TestDraftTicks(t *testing.T) {
	c := keeping(t, t.TempDir())
	c.drafts.ticking = true
	write(c, ".")
	c.drafts.ticking = false
	action, cmd := c.handleKey(composerStrokes["enter"])
	if batch, ok := cmd().(tea.BatchMsg); action != composerFinish || !ok || len(batch) != 2 {
		t.Errorf("%v, and the commands are %T", action, cmd())
	}
}

// TestDraftOrder lets an older saving run last: it must not win.
func TestDraftOrder(t *testing.T) {
	dir := t.TempDir()
	c := keeping(t, dir)
	write(c, "old")
	old := c.save()
	write(c, " and new")
	run(c, c.save())
	run(c, old)
	path := filepath.Join(dir, files(t, dir)[0])
	if got, err := os.ReadFile(path); err != nil || string(got) != c.draftText() {
		t.Errorf("got %q, %v", got, err)
	}
	c.handed = true
	late := c.save()
	c.sent()
	run(c, late)
	if len(files(t, dir)) != 0 {
		t.Error("the draft of a sent message came back")
	}
}

func TestLoadDrafts(t *testing.T) {
	dir := t.TempDir()
	gone := deadPID(t)
	older := leave(t, dir, gone, 2*time.Hour, "older")
	newer := leave(t, dir, os.Getpid(), time.Hour, "newer")
	leave(t, dir, os.Getppid(), 0, "of a program that runs")
	for _, name := range []string{"notes.draft", fmt.Sprint(gone, "-2.draft.new"), "0-1.draft", "-5-1.draft"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, draftFileMode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, fmt.Sprint(gone, "-3.draft")), draftDirMode); err != nil {
		t.Fatal(err)
	}
	drafts, err := loadDrafts(dir)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, d := range drafts {
		paths = append(paths, d.path)
	}
	if want := []string{newer, older}; !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
	for _, dir := range []string{"", filepath.Join(dir, "none")} {
		if drafts, err := loadDrafts(dir); drafts != nil || err != nil {
			t.Errorf("%q: %v, %v", dir, drafts, err)
		}
	}
}

// TestDraftWaits: what is being written is not replaced by an old draft.
func TestDraftWaits(t *testing.T) {
	dir := t.TempDir()
	old := leave(t, dir, deadPID(t), time.Hour, "old")
	c := keeping(t, dir)
	write(c, "new")
	run(c, findDrafts(dir))
	run(c, c.save())
	if c.body.lines[0] != "new" || c.notice() != "" {
		t.Errorf("the body is %q", c.body.lines)
	}
	if got, err := os.ReadFile(old); err != nil || string(got) != "old" {
		t.Errorf("the old draft: %q, %v", got, err)
	}
}

func TestDraftTrouble(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c := keeping(t, filepath.Join(file, "drafts"))
	run(c, findDrafts(filepath.Join(file, "drafts")))
	if c.drafts.trouble == "" {
		t.Error("a directory that cannot be read is not told of")
	}
	write(c, "text")
	once(c, c.update(draftTickMsg{}))
	if c.drafts.trouble == "" || !c.drafts.unsaved {
		t.Error("a failed saving is not told of, or not tried again")
	}
	checkFrame(t, c.view(), 80, 17)
	if c.saveNow() == nil {
		t.Error("saveNow hides that the draft is lost")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	once(c, c.update(draftTickMsg{}))
	if c.drafts.trouble != "" {
		t.Errorf("it went well, and says %q", c.drafts.trouble)
	}
}

func TestDraftsInMemory(t *testing.T) {
	c := keeping(t, "")
	write(c, "text")
	if cmd := c.update(draftTickMsg{}); cmd != nil || c.saveNow() != nil {
		t.Error("something is written without a directory")
	}
}

// TestDraftLetter: a draft keeps every octet of what was written, and a file
// that is none is shown as it is.
func TestDraftLetter(t *testing.T) {
	source := exact("Subject: x\n\n\xff")
	for _, want := range []writing{
		{},
		{Text: "one\n\n.\n\xff\x00", HTML: "<p>é</p>", Encoding: message.Base64},
		{Source: &source},
		{Disk: "/tmp/mail.eml"},
		{Files: kept([]message.File{{Path: "/tmp/a b.pdf", Name: "a b.pdf", Type: "application/pdf", Inline: true, ID: "x@y", Size: 3}})},
		{Fields: []message.Field{{Name: "X-A", Value: "b: c"}, {Name: "X-A", Value: "d"}}},
	} {
		l := want.letter()
		text, err := json.Marshal(l.writing())
		if err != nil {
			t.Fatal(err)
		}
		got := draftLetter(string(text))
		again, _ := json.Marshal(got.writing())
		if string(again) != string(text) || got.writing().Text != want.Text || (want.Source != nil) != (got.source != nil) {
			t.Errorf("%s became %s", text, again)
		}
	}
	for _, text := range []string{"", "From: a@example.org\n\nx", "{", "one\r\ntwo"} {
		if got := draftLetter(text); got.source == nil || !slices.Equal(got.source.lines, unfoldedLines(text)) {
			t.Errorf("%q became %+v", text, got)
		}
	}
}

// TestDraftIntoTransaction: a draft found after the editor opened gets what
// the envelope has for its empty fields.
func TestDraftIntoTransaction(t *testing.T) {
	c := keeping(t, "")
	c.update(draftsMsg{drafts: []draft{{text: `{"fields":[{"Name":"To","Value":"all"},{"Name":"Subject","Value":"s"}],"text":"x"}`}}})
	if got, want := goesOut(c), "From: ann@example.org\r\nTo: all\r\nSubject: s\r\n\r\nx\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
