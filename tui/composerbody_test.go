package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestBodyKeys edits "one two", "ǘ three", "" with the cursor at row:col. The
// result has the cursor as |.
func TestBodyKeys(t *testing.T) {
	tests := []struct {
		row, col int
		keys     string
		want     string
	}{
		{0, 7, "left", "one tw|o/ǘ three/"},
		{1, 0, "left", "one two|/ǘ three/"},
		{0, 0, "left", "|one two/ǘ three/"},
		{1, 0, "right", "one two/ǘ| three/"},
		{1, 4, "left", "one two/|ǘ three/"},
		{0, 7, "right", "one two/|ǘ three/"},
		{2, 0, "right", "one two/ǘ three/|"},
		{0, 3, "down", "one two/ǘ t|hree/"},
		{0, 7, "down up", "one two|/ǘ three/"},
		{0, 7, "down down up up", "one two|/ǘ three/"},
		{2, 0, "up", "one two/|ǘ three/"},
		{0, 3, "end", "one two|/ǘ three/"},
		{0, 3, "home", "|one two/ǘ three/"},
		{0, 3, "ctrl+end", "one two/ǘ three/|"},
		{2, 0, "ctrl+home", "|one two/ǘ three/"},
		{0, 7, "alt+b", "one |two/ǘ three/"},
		{0, 0, "alt+f alt+f", "one two|/ǘ three/"},
		{1, 0, "alt+f", "one two/ǘ| three/"},
		{0, 3, "enter", "one/| two/ǘ three/"},
		{1, 0, "backspace", "one two|ǘ three/"},
		{1, 4, "backspace", "one two/| three/"},
		{0, 0, "backspace", "|one two/ǘ three/"},
		{0, 7, "delete", "one two|ǘ three/"},
		{1, 0, "delete", "one two/| three/"},
		{2, 0, "delete", "one two/ǘ three/|"},
		{0, 3, "ctrl+k", "one|/ǘ three/"},
		{0, 7, "ctrl+k", "one two|ǘ three/"},
		{0, 3, "ctrl+u", "| two/ǘ three/"},
		{0, 7, "ctrl+w", "one |/ǘ three/"},
		{0, 0, "alt+d", "| two/ǘ three/"},
		{0, 3, "ctrl+k down ctrl+y", "one/ǘ t two|hree/"},
		{0, 7, "ctrl+k ctrl+y", "one two/|ǘ three/"},
		{0, 3, "ctrl+k ctrl+c alt+q ctrl+y", "one two|/ǘ three/"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.keys, " at ", tt.row, ",", tt.col), func(t *testing.T) {
			b := bodyText{lines: []string{"one two", "ü\u0301 three", ""}, row: tt.row, col: tt.col}
			b.setGoal()
			for k := range strings.FieldsSeq(tt.keys) {
				b.handleKey(k)
			}
			b.lines[b.row] = b.current()[:b.col] + "|" + b.current()[b.col:]
			if got := strings.Join(b.lines, "/"); got != strings.ReplaceAll(tt.want, "ǘ", "ü\u0301") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzBody edits any text with any keys: the cursor stays on a character, and
// text that is not removed stays.
func FuzzBody(f *testing.F) {
	f.Add("one\ntwo\x00\xff\u202e\u0301", "lrudk")
	f.Add("日本\tlangu\u0301", "wWyen")
	names := slices.Sorted(maps.Keys(bodyKeys))
	f.Fuzz(func(t *testing.T, text, keys string) {
		c := inBody(composerAt(t, asked(), 120, 20))
		c.body.insert(text)
		for i := range len(keys) {
			c.body.handleKey(names[int(keys[i])%len(names)])
			if c.body.row >= len(c.body.lines) || c.body.col > len(c.body.current()) || c.body.row < 0 || c.body.col < 0 {
				t.Fatalf("the cursor is at %d,%d of %q", c.body.row, c.body.col, c.body.lines)
			}
		}
		checkFrame(t, c.view(), 120, 20)
		c.check()
		if shown, sent := shownBy(c.wire()), onWire(t, goesOut(c), wireByDATA); shown != sent {
			t.Fatalf("shown %q, sent %q", shown, sent)
		}
	})
}
