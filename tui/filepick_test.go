package tui

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"
)

// fileTree is a directory with something of everything.
func fileTree(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "home")
	when := time.Date(2026, 1, 2, 15, 4, 5, 0, time.Local)
	for _, name := range []string{"letter.eml", "Letter 2.eml", "notes.txt", ".hidden", "\x1b[31mred\u202e", "mail/inner.eml", "mail/new/deep.txt", ".config/x"} {
		path := filepath.Join(root, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, make([]byte, 1234), 0o600), os.Chtimes(path, when, when))
		if err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.Symlink("mail", filepath.Join(root, "link")), os.Symlink("nowhere", filepath.Join(root, "dangling")),
		os.Chtimes(filepath.Join(root, "mail"), when, when))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// picking is a filePick driven as the model does it.
type picking struct {
	*filePick
	t     *testing.T
	taken string // the path that was taken
	done  bool   // it is to close
}

func pickIn(t *testing.T, dir string, saving bool) *picking {
	t.Helper()
	d := &picking{t: t}
	var cmd tea.Cmd
	d.filePick, cmd = newFilePick(monochrome(), "Attach a file", dir, saving, func(_ *Model, path string) tea.Cmd {
		d.taken = path
		return nil
	})
	d.run(cmd)
	return d
}

// run carries out a command and what follows from it.
func (d *picking) run(cmd tea.Cmd) {
	for cmd != nil {
		cmd = d.act(d.read(cmd().(dirReadMsg)))
	}
}

func (d *picking) act(taken *choice, done bool) tea.Cmd {
	d.done = d.done || done
	if taken == nil {
		return nil
	}
	return taken.take(nil)
}

// keys gives named keys; other words are typed.
func (d *picking) keys(keys ...string) *picking {
	for _, k := range keys {
		d.run(d.act(d.handleKey(strokeOf(k))))
	}
	return d
}

// strokeOf is a named key, or a word that is typed: in quotes where it is a
// key's name.
func strokeOf(name string) tea.KeyMsg {
	if msg, ok := composerStrokes[name]; ok {
		return msg
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Trim(name, "'"))}
}

// names are the rows there are to choose from.
func (d *picking) names() []string {
	var names []string
	for _, i := range d.shown {
		names = append(names, d.rows[i].name)
	}
	return names
}

func TestFilePickRows(t *testing.T) {
	root := fileTree(t)
	all := []string{"../", "link/", "mail/", "\x1b[31mred\u202e", "Letter 2.eml", "dangling", "letter.eml", "notes.txt"}
	tests := []struct {
		name   string
		saving bool
		keys   []string
		want   []string
	}{
		{"all", false, nil, all},
		{"emptied again", false, []string{"x", "backspace"}, all},
		{"filtered", false, []string{"note"}, []string{"notes.txt"}},
		{"best first", false, []string{"letter.eml"}, []string{"letter.eml", "Letter 2.eml"}},
		{"hidden ones", false, []string{".h"}, []string{".hidden"}},
		{"hidden directories", false, []string{".c"}, []string{".config/"}},
		{"above", false, []string{".."}, []string{"../"}},
		{"nothing fits", false, []string{"zzz"}, nil},
		{"names of keys are typed", false, []string{"'down'"}, nil},
		{"a path", false, []string{"mail/in"}, []string{"mail/in"}},
		{"home", false, []string{"~/x"}, []string{"~/x"}},
		{"saving", true, []string{"letter"}, []string{"letter", "letter.eml", "Letter 2.eml"}},
		{"saving, there already", true, []string{"letter.eml"}, []string{"letter.eml", "Letter 2.eml"}},
		{"inside", false, []string{"mail", "enter"}, []string{"../", "new/", "inner.eml"}},
		{"inside a link", false, []string{"link", "enter"}, []string{"../", "new/", "inner.eml"}},
		{"and out again", false, []string{"mail", "enter", "enter"}, all},
		{"a path to a directory", false, []string{"mail/new", "enter"}, []string{"../", "deep.txt"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := pickIn(t, root, tt.saving).keys(tt.keys...)
			if got := d.names(); !slices.Equal(got, tt.want) || d.done || len(d.all) != len(d.rows) {
				t.Errorf("got %q, want %q; done: %v", got, tt.want, d.done)
			}
		})
	}
}

func TestFilePickTakes(t *testing.T) {
	root := fileTree(t)
	t.Setenv("HOME", root)
	tests := []struct {
		name   string
		saving bool
		keys   []string
		want   string // "" for nothing
		done   bool
	}{
		{"a file", false, []string{"notes", "enter"}, "notes.txt", true},
		{"with the arrows", false, []string{"end", "down", "down", "down", "down", "down", "down", "down", "down", "up", "enter"}, "letter.eml", true},
		{"a file inside", false, []string{"mail", "enter", "inner", "enter"}, "mail/inner.eml", true},
		{"a name that a terminal would obey", false, []string{"red", "enter"}, "\x1b[31mred\u202e", true},
		{"a link to nothing", false, []string{"dang", "enter"}, "dangling", true},
		{"a path", false, []string{"mail/../notes.txt", "enter"}, "notes.txt", true},
		{"an absolute path", false, []string{filepath.Join(root, "mail", "inner.eml"), "enter"}, "mail/inner.eml", true},
		{"a path from home", false, []string{"~/letter.eml", "enter"}, "letter.eml", true},
		{"a path to nothing", false, []string{"mail/none", "enter"}, "", false},
		{"a path through a file", false, []string{"notes.txt/none", "enter"}, "", false},
		{"nothing fits", false, []string{"zzz", "enter"}, "", false},
		{"Esc", false, []string{"notes", "esc"}, "", true},
		{"save under a new name", true, []string{"new.eml", "enter"}, "new.eml", true},
		{"save under a new path", true, []string{"mail/new.eml", "enter"}, "mail/new.eml", true},
		{"save under a name that begins another", true, []string{"note", "enter"}, "note", true},
		{"save over another", true, []string{"note", "down", "enter"}, "notes.txt", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := pickIn(t, root, tt.saving).keys(tt.keys...)
			want := ""
			if tt.want != "" {
				want = filepath.Join(root, tt.want)
			}
			if d.taken != want || d.done != tt.done {
				t.Errorf("took %q, want %q; done: %v", d.taken, want, d.done)
			}
			if !tt.done && len(tt.keys) > 1 && strings.Contains(tt.keys[0], "/") && d.note == "" {
				t.Error("nothing is said")
			}
		})
	}
}

// TestFilePickUnreadable begins in, or goes into, what cannot be read: the list
// stays of use.
func TestFilePickUnreadable(t *testing.T) {
	root := fileTree(t)
	d := pickIn(t, filepath.Join(root, "missing"), true)
	if d.note == "" || d.done || d.taken != "" || !slices.Equal(d.names(), []string{"../"}) {
		t.Fatalf("%q, %q", d.note, d.names())
	}
	if d.keys("enter"); d.dir != root || d.note != "" {
		t.Errorf("the directory above is %q, %q", d.dir, d.note)
	}
	if os.Geteuid() == 0 {
		return // root may read everything
	}
	if err := os.Chmod(filepath.Join(root, "mail"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(root, "mail"), 0o700) })
	before := len(d.names())
	if d.keys("mail/", "enter"); d.note == "" || d.dir != root {
		t.Errorf("%q, in %q", d.note, d.dir)
	}
	if d.keys("ctrl+u"); len(d.names()) != before {
		t.Errorf("got %q", d.names())
	}
}

// TestFilePickStale brings an answer after another question was asked.
func TestFilePickStale(t *testing.T) {
	root := fileTree(t)
	d := pickIn(t, root, false)
	slow := d.look(filepath.Join(root, "mail"))
	fast := d.look(filepath.Join(root, ".config"))
	d.run(fast)
	d.run(slow)
	if d.dir != filepath.Join(root, ".config") {
		t.Errorf("in %q", d.dir)
	}
}

func TestFilePickClick(t *testing.T) {
	root := fileTree(t)
	d := pickIn(t, root, false)
	d.view(rect{0, 2, 80, 17})
	click := func(row int) { d.run(d.act(d.click(3, 2+3+row))) }
	click(2)
	if d.at != 2 || d.dir != root {
		t.Fatalf("row %d in %q", d.at, d.dir)
	}
	click(2)
	d.view(rect{0, 2, 80, 17})
	if d.dir != filepath.Join(root, "mail") || d.done {
		t.Fatalf("in %q", d.dir)
	}
	click(2)
	click(2)
	if d.taken != filepath.Join(root, "mail", "inner.eml") || !d.done {
		t.Errorf("took %q", d.taken)
	}
}

func TestFilePickView(t *testing.T) {
	tests := []struct {
		name string
		w, h int
		keys []string
	}{
		{"all-40x16", 40, 16, nil},
		{"all-60x16", 60, 16, nil},
		{"all-80x24", 80, 24, []string{"down"}},
		{"filtered-120x40", 120, 40, []string{"let"}},
		{"missing-60x16", 60, 16, []string{"none/of/this", "enter"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := fileTree(t)
			d := pickIn(t, root, false).keys(tt.keys...)
			d.dir, d.note = "/home/ann/a directory with a \x1b long name", strings.ReplaceAll(d.note, root, "/home/ann")
			for i, e := range d.rows {
				d.all[i].help = strings.ReplaceAll(e.help, root, "/home/ann")
			}
			frame := d.view(rect{0, 2, tt.w, tt.h})
			checkFrame(t, frame, tt.w, tt.h)
			golden.RequireEqual(t, []byte(frame+"\n"))
		})
	}
}

func TestFilePickSizes(t *testing.T) {
	root := fileTree(t)
	for _, w := range []int{1, 5, 20, 39, 80, 200} {
		for _, h := range []int{1, 2, 4, 7, 17} {
			d := pickIn(t, root, false)
			checkFrame(t, d.view(rect{0, 2, w, h}), w, h)
			d.keys("none/of/this", "enter")
			checkFrame(t, d.view(rect{0, 2, w, h}), w, h)
			checkFrame(t, newAsk(monochrome(), "A \x1b question", "value\x1b", "help\u202e", nil).view(rect{0, 2, w, h}), w, h)
		}
	}
}

func TestAsk(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want string
		done bool
	}{
		{"Enter takes", []string{"enter"}, "X-", true},
		{"typed", []string{"Mailer", "enter"}, "X-Mailer", true},
		{"edited", []string{"ctrl+u", "Y", "enter"}, "Y", true},
		{"names of keys are typed", []string{"'esc'", "'enter'", "enter"}, "X-escenter", true},
		{"not yet", []string{"Y"}, "none", false},
		{"Esc", []string{"Y", "esc"}, "none", true},
		{"Ctrl+C", []string{"ctrl+c"}, "none", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, done := "none", false
			b := newAsk(monochrome(), "A header field called", "X-", "letters", func(_ *Model, text string) tea.Cmd { got = text; return nil })
			for _, k := range tt.keys {
				var taken *choice
				if taken, done = b.handleKey(strokeOf(k)); taken != nil {
					taken.take(nil)
				}
			}
			if got != tt.want || done != tt.done {
				t.Errorf("got %q, %v", got, done)
			}
		})
	}
}

// TestAskPaste: a line break that is pasted is none.
func TestAskPaste(t *testing.T) {
	b := newAsk(monochrome(), "", "", "", nil)
	b.handleKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("a\r\nBcc: eve\x00"), Paste: true})
	if got := b.input.Value(); strings.ContainsAny(got, "\r\n") {
		t.Errorf("got %q", got)
	}
}

func TestAskView(t *testing.T) {
	for name, a := range map[string]rect{"40x16": {0, 2, 40, 16}, "80x24": {0, 2, 80, 24}} {
		t.Run(name, func(t *testing.T) {
			b := newAsk(monochrome(), "This breaks rules on purpose. Type the server's name, if it is yours to test", "mx1", "mx1.example.org", nil)
			golden.RequireEqual(t, []byte(b.view(a)+"\n"))
		})
	}
}
