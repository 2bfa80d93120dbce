package tui

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// bodyText is the text below the header, edited line by line. It is our own
// because bubbles' textarea stops at 10,000 lines without a word, draws all of
// them for every frame (134 ms at that number), and turns tabs into spaces.
// One line here is one line on the wire: nothing is wrapped.
type bodyText struct {
	lines    []string // at least one
	row, col int      // the cursor; col in bytes
	goal     int      // the column in cells that up and down keep to
	top      int      // the first line shown
	page     int      // how many lines are shown
	killed   string   // what the last kill cut, for yank
	edits    int
}

// bodyKeys are the keys of the body; where a shell has one too it is readline's.
var bodyKeys = map[string]func(*bodyText){
	"left": (*bodyText).left, "ctrl+b": (*bodyText).left,
	"right": (*bodyText).right, "ctrl+f": (*bodyText).right,
	"up": (*bodyText).up, "ctrl+p": (*bodyText).up,
	"down": (*bodyText).down, "ctrl+n": (*bodyText).down,
	"pgup": (*bodyText).pageUp, "pgdown": (*bodyText).pageDown,
	"home": (*bodyText).home, "ctrl+a": (*bodyText).home,
	"end": (*bodyText).end, "ctrl+e": (*bodyText).end,
	"ctrl+home": (*bodyText).first, "alt+<": (*bodyText).first,
	"ctrl+end": (*bodyText).last, "alt+>": (*bodyText).last,
	"alt+b": (*bodyText).wordLeft, "alt+left": (*bodyText).wordLeft, "ctrl+left": (*bodyText).wordLeft,
	"alt+f": (*bodyText).wordRight, "alt+right": (*bodyText).wordRight, "ctrl+right": (*bodyText).wordRight,
	"enter": (*bodyText).breakLine, "ctrl+j": (*bodyText).breakLine,
	"backspace": deleting((*bodyText).left), "ctrl+h": deleting((*bodyText).left),
	"delete": deleting((*bodyText).right), "ctrl+d": deleting((*bodyText).right),
	"ctrl+k": killing((*bodyText).lineEnd), "ctrl+u": killing((*bodyText).lineStart),
	"ctrl+w": killing((*bodyText).wordLeft), "alt+backspace": killing((*bodyText).wordLeft),
	"alt+d": killing((*bodyText).wordRight), "alt+delete": killing((*bodyText).wordRight),
	"ctrl+y": (*bodyText).yank,
}

// vertical are the keys that keep the column they came from.
var vertical = []string{"up", "ctrl+p", "down", "ctrl+n", "pgup", "pgdown"}

// handleKey takes the name of an editing key and ignores others.
func (b *bodyText) handleKey(name string) {
	edit, ok := bodyKeys[name]
	if !ok {
		return
	}
	if !slices.Contains(vertical, name) {
		defer b.setGoal()
	}
	edit(b)
}

func (b *bodyText) setGoal() { b.goal = cellsOf(b.current()[:b.col]) }

func (b *bodyText) current() string { return b.lines[b.row] }

// size counts the octets of the text with line ends of two octets.
func (b *bodyText) size() int {
	n := 0
	for _, line := range b.lines {
		n += len(line) + 2
	}
	return n
}

// endsAtCursor tells whether the cursor stands on an empty line at the end.
func (b *bodyText) endsAtCursor() bool {
	return b.row == len(b.lines)-1 && b.current() == ""
}

func (b *bodyText) empty() bool { return len(b.lines) == 1 && b.lines[0] == "" }

// endsWithDot tells whether the cursor stands behind a lone dot with nothing
// but empty lines after it.
func (b *bodyText) endsWithDot() bool {
	return b.current() == "." && b.col == 1 &&
		!slices.ContainsFunc(b.lines[b.row+1:], func(s string) bool { return s != "" })
}

// removeDot takes the dot that ended the message out of the text.
func (b *bodyText) removeDot() {
	b.lines = b.lines[:b.row+1]
	b.lines[b.row], b.col = "", 0
	b.edits++
	b.setGoal()
}

// insert puts text at the cursor; its line ends become ours.
func (b *bodyText) insert(text string) {
	if text == "" {
		return
	}
	parts := unfoldedLines(text)
	head, tail := b.current()[:b.col], b.current()[b.col:]
	last := len(parts) - 1
	parts[0] = head + parts[0]
	b.col = len(parts[last])
	parts[last] += tail
	b.lines = slices.Replace(b.lines, b.row, b.row+1, parts...)
	b.row += last
	b.edits++
	b.setGoal()
}

func (b *bodyText) breakLine() { b.insert("\n") }

func (b *bodyText) yank() { b.insert(b.killed) }

// deleting makes an edit that removes what a motion passes over.
func deleting(motion func(*bodyText)) func(*bodyText) {
	return func(b *bodyText) { b.cut(motion) }
}

// killing is deleting, and keeps what was removed.
func killing(motion func(*bodyText)) func(*bodyText) {
	return func(b *bodyText) {
		if gone := b.cut(motion); gone != "" {
			b.killed = gone
		}
	}
}

// cut removes what motion passes over and returns it.
func (b *bodyText) cut(motion func(*bodyText)) string {
	row, col := b.row, b.col
	motion(b)
	endRow, endCol := b.row, b.col
	if endRow < row || endRow == row && endCol < col {
		row, col, endRow, endCol = endRow, endCol, row, col
	}
	if row == endRow && col == endCol {
		return ""
	}
	gone := slices.Clone(b.lines[row : endRow+1])
	gone[len(gone)-1] = gone[len(gone)-1][:endCol]
	gone[0] = gone[0][col:]
	b.lines = slices.Replace(b.lines, row, endRow+1, b.lines[row][:col]+b.lines[endRow][endCol:])
	b.row, b.col = row, col
	b.edits++
	return strings.Join(gone, "\n")
}

func (b *bodyText) home() { b.col = 0 }
func (b *bodyText) end()  { b.col = len(b.current()) }

func (b *bodyText) first() { b.row, b.col = 0, 0 }
func (b *bodyText) last()  { b.row = len(b.lines) - 1; b.end() }

// lineEnd goes to the end of the line, and from there past the line break.
func (b *bodyText) lineEnd() {
	if b.col == len(b.current()) {
		b.right()
		return
	}
	b.end()
}

// lineStart is lineEnd's opposite.
func (b *bodyText) lineStart() {
	if b.col == 0 {
		b.left()
		return
	}
	b.home()
}

func (b *bodyText) left() {
	switch {
	case b.col > 0:
		b.col = clusterBefore(b.current(), b.col)
	case b.row > 0:
		b.row--
		b.end()
	}
}

func (b *bodyText) right() {
	switch {
	case b.col < len(b.current()):
		b.col += clusterLen(b.current()[b.col:])
	case b.row < len(b.lines)-1:
		b.row++
		b.home()
	}
}

func (b *bodyText) up()       { b.moveRows(-1) }
func (b *bodyText) down()     { b.moveRows(1) }
func (b *bodyText) pageUp()   { b.moveRows(-max(1, b.page-1)) }
func (b *bodyText) pageDown() { b.moveRows(max(1, b.page-1)) }

func (b *bodyText) moveRows(n int) {
	b.row = min(max(0, b.row+n), len(b.lines)-1)
	b.col = offsetOf(b.current(), b.goal)
}

// wordLeft and wordRight stop at the ends of words, as readline's do.
func (b *bodyText) wordLeft() {
	if b.col == 0 {
		b.left()
		return
	}
	head := strings.TrimRightFunc(b.current()[:b.col], notWord)
	b.col = len(strings.TrimRightFunc(head, isWord))
}

func (b *bodyText) wordRight() {
	tail := b.current()[b.col:]
	if tail == "" {
		b.right()
		return
	}
	rest := strings.TrimLeftFunc(strings.TrimLeftFunc(tail, notWord), isWord)
	b.col = len(b.current()) - len(rest)
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}
func notWord(r rune) bool { return !isWord(r) }

// window returns the lines to show in h rows, with the cursor's among them.
func (b *bodyText) window(h int) (from, to int) {
	b.page = h
	b.top = min(max(b.top, b.row-h+1), b.row)
	b.top = max(0, min(b.top, len(b.lines)-h))
	return b.top, min(len(b.lines), b.top+h)
}

// clusterLen is the length in bytes of the first character a person sees in s:
// a letter with its marks.
func clusterLen(s string) int {
	if len(s) > 1 && s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf {
		return 1
	}
	cluster, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return len(cluster)
}

// clusterBefore is where the character in front of offset i begins, i > 0.
// It looks back no further than the nearest ASCII letter.
func clusterBefore(s string, i int) int {
	j := i
	for j > 0 && s[j-1] >= utf8.RuneSelf {
		j--
	}
	if j == i {
		return i - 1
	}
	j = max(0, j-1)
	for {
		n := clusterLen(s[j:])
		if j+n >= i {
			return j
		}
		j += n
	}
}

// cellsOf is the width of s on the screen.
func cellsOf(s string) int { return ansi.StringWidth(protocol.Safe(s)) }

// offsetOf is the offset of the character at cell in s, or len(s).
func offsetOf(s string, cell int) int {
	for i := 0; i < len(s); {
		n := clusterLen(s[i:])
		if cell -= cellsOf(s[i : i+n]); cell < 0 {
			return i
		}
		i += n
	}
	return len(s)
}

// clip cuts s to no less than what fills cells cells, so that a line of
// megabytes costs no more to draw than another. A cell shows one letter of at
// most four bytes and four marks of as many.
func clip(s string, cells int) string {
	most := 24 * cells
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
