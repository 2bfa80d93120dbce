package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// wireMode is a way for a message to travel.
type wireMode struct {
	name  string
	ended bool      // every line end becomes a CRLF
	dots  bool      // dots are doubled, and a lone one ends the message
	marks wireMarks // what is worth a word
}

// The ways there are: DATA (RFC 5321 §4.5.2), BDAT (RFC 3030 §2), BDAT behind
// BODY=BINARYMIME (RFC 3030 §3), and behind DATA as it stands, where a server
// takes a dot away that nobody doubled.
var (
	wireByDATA = wireMode{"by DATA", true, true, markDot | wireAlways}
	wireByBDAT = wireMode{"by BDAT", true, false, wireAlways}
	wireBinary = wireMode{"by BDAT, binary", false, false, markBare | wireAlways}
	wireRaw    = wireMode{"raw", false, false, markDot | markBare | wireAlways}
)

// wireAlways is special however a message travels.
const wireAlways = markLong | mark8bit | markCtrl

// octets is what c counts, as it travels.
func (m wireMode) octets(c wireCount) int64 {
	n := c.exact
	if m.ended {
		n += c.ends
	}
	if m.dots {
		n += c.dots
	}
	return n
}

// wireMoves are the keys of the wire view, and where each leads from line at
// with page lines on the screen.
var wireMoves = []struct {
	key key.Binding
	to  func(v *wireView, at, page int) int
}{
	{composerKey("↑", "line before", "up", "ctrl+p"), func(_ *wireView, at, _ int) int { return at - 1 }},
	{composerKey("↓", "next line", "down", "ctrl+n", "enter"), func(_ *wireView, at, _ int) int { return at + 1 }},
	{composerKey("PgUp", "page before", "pgup"), func(_ *wireView, at, page int) int { return at - max(1, page) }},
	{composerKey("PgDn", "next page", "pgdown"), func(_ *wireView, at, page int) int { return at + max(1, page) }},
	{composerKey("Home", "beginning of the message", "home", "ctrl+home"), func(*wireView, int, int) int { return 0 }},
	{composerKey("End", "end of the message", "end", "ctrl+end"), func(v *wireView, _, _ int) int { return v.len() - 1 }},
	{composerKey("Tab", "next line that is marked", "tab"), func(v *wireView, at, _ int) int { return v.text.special(at, 1, v.mode.marks) }},
	{composerKey("Shift+Tab", "marked line before", "shift+tab"), func(v *wireView, at, _ int) int { return v.text.special(at, -1, v.mode.marks) }},
}

// wireBindings are the keys of the wire view, for help.
func wireBindings() []key.Binding {
	var bindings []key.Binding
	for _, m := range wireMoves {
		bindings = append(bindings, m.key)
	}
	return bindings
}

// move is the line a key leads to. Keys that mean nothing here stay, and so do
// letters.
func (v *wireView) move(msg tea.KeyMsg, at, page int) int {
	if typing(msg) || v.len() == 0 {
		return at
	}
	for _, m := range wireMoves {
		if key.Matches(msg, m.key) {
			return max(0, min(m.to(v, at, page), v.len()-1))
		}
	}
	return at
}
