package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// The columns of the wire view: the cursor's line is marked, then comes the
// octet count at the end of each line, then what is special about it.
const (
	wireCountWidth = 10
	wireWordWidth  = 9
	wireMark       = "␍␊"
)

// wireView draws what goes out, octet by octet: for lines in the window only,
// so that a message of any length scrolls.
type wireView struct {
	st   *styles
	m    messageLines
	dots bool // DATA; BDAT doubles none and has no final dot

	counted int   // how many lines are in sum
	sum     int64 // their octets
}

func (c *composer) wire() *wireView { return &wireView{st: c.st, m: c.message(), dots: !c.chunk} }

// len is how many lines go out, the final dot among them.
func (v *wireView) len() int {
	if v.dots {
		return v.m.len() + 1
	}
	return v.m.len()
}

// line is line i as it goes out.
func (v *wireView) line(i int) (text string, stuffed bool) {
	if i == v.m.len() {
		return ".", false
	}
	return v.m.wire(i, v.dots)
}

// octets counts what is sent by the end of line i. It goes there from the line
// it was asked for last, so that neighbours cost next to nothing.
func (v *wireView) octets(i int) int64 {
	for ; v.counted <= i; v.counted++ {
		v.sum += v.size(v.counted)
	}
	for ; v.counted > i+1; v.counted-- {
		v.sum -= v.size(v.counted - 1)
	}
	return v.sum
}

func (v *wireView) size(i int) int64 {
	text, _ := v.line(i)
	return int64(len(text) + len("\r\n"))
}

// view draws h rows of w cells with line at among them.
func (v *wireView) view(at, w, h int) []string {
	if v.len() == 0 {
		return []string{v.st.ghost.Render(fit("  nothing yet", w))}
	}
	at = min(max(0, at), v.len()-1)
	before := v.before(at, w, h/2)
	rows := before
	for i := at; i < v.len() && len(rows) < h; i++ {
		rows = append(rows, v.rows(i, i == at, w, h)...)
	}
	if len(rows) < h { // The end is near: what room is left goes to the lines before.
		rows = append(v.before(at, w, h-(len(rows)-len(before))), rows[len(before):]...)
	}
	return rows[:min(h, len(rows))]
}

// before draws the last n rows of the lines in front of at.
func (v *wireView) before(at, w, n int) []string {
	var lines [][]string
	rows := 0
	for i := at - 1; i >= 0 && rows < n; i-- {
		lines = append(lines, v.rows(i, false, w, n))
		rows += len(lines[len(lines)-1])
	}
	var all []string
	for i := len(lines) - 1; i >= 0; i-- {
		all = append(all, lines[i]...)
	}
	return all[max(0, rows-n):]
}

// rows draws line i, in at most h rows.
func (v *wireView) rows(i int, current bool, w, h int) []string {
	text, stuffed := v.line(i)
	margin := v.margin(i, current, text, stuffed, w)
	room := max(4, w-ansi.StringWidth(margin))
	pieces := v.pieces(text, room, h)
	for n, piece := range pieces {
		lead := strings.Repeat(" ", max(0, w-room))
		if n == 0 {
			lead = margin
		}
		pieces[n] = fit(lead+v.paint(piece, stuffed && n == 0, i == v.m.len()), w)
	}
	return pieces
}

// margin is what stands in front of a line; narrow panes have less of it.
func (v *wireView) margin(i int, current bool, text string, stuffed bool, w int) string {
	mark := "  "
	if current {
		mark = v.st.accent.Render("▸ ")
	}
	style := v.st.faint
	if stuffed || tooLong(text, stuffed) {
		style = v.st.warning
	}
	words := style.Render(fit(v.words(i, text, stuffed), wireWordWidth)) + " "
	if w < 48 {
		return mark + words
	}
	count := fmt.Sprintf("%*s ", wireCountWidth-1, grouped(v.octets(i)))
	return mark + v.st.faint.Render(count) + words
}

// words say what is special about a line, for who cannot see colours.
func (v *wireView) words(i int, text string, stuffed bool) string {
	if i == v.m.len() {
		return "end"
	}
	var words []string
	if stuffed {
		words = append(words, "dot")
	}
	if tooLong(text, stuffed) {
		words = append(words, "long")
	}
	if strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		words = append(words, "8bit")
	}
	return strings.Join(words, " ")
}

// tooLong: a dot that was put in front does not count (RFC 5321 §4.5.3.1.6).
func tooLong(line string, stuffed bool) bool {
	if stuffed {
		line = line[1:]
	}
	return len(line) > protocol.MaxTextLine
}

// pieces breaks a line, made safe and with its mark, into rows of room cells.
// A line that would fill more than h rows says how much of it is not shown.
func (v *wireView) pieces(text string, room, h int) []string {
	shown := clip(text, room*max(1, h))
	pieces := strings.Split(ansi.Hardwrap(protocol.Safe(shown), room, true), "\n")
	rest := ""
	if most := max(1, h-1); len(pieces) > most || len(shown) < len(text) {
		pieces = pieces[:min(most, len(pieces))]
		rest = fmt.Sprintf("… %s octets ", grouped(int64(len(text))))
	}
	if last := len(pieces) - 1; rest == "" && ansi.StringWidth(pieces[last])+len([]rune(wireMark)) <= room {
		pieces[last] += wireMark
		return pieces
	}
	return append(pieces, rest+wireMark)
}

// paint colours one row of a line.
func (v *wireView) paint(piece string, stuffed, end bool) string {
	text, ended := strings.CutSuffix(piece, wireMark)
	style, head := v.st.text, ""
	switch {
	case end:
		style = v.st.accent
	case stuffed:
		text = strings.TrimPrefix(text, ".")
		head = v.st.warning.Render(".")
	}
	tail := ""
	if ended {
		tail = v.st.faint.Render(wireMark)
	}
	return head + style.Render(text) + tail
}

// heading is the rule over the wire view.
func (v *wireView) heading(w int, rule lipgloss.Style) string {
	title := "Wire · " + plural(v.len(), "line") + ", " + grouped(v.octets(v.len()-1)) + " octets"
	if !v.dots {
		title += " by BDAT"
	}
	return ruleWith(title, w, rule, v.st.faint)
}

// previewBeside and previewAlone say where the wire view is, in the width there
// is now.
func (c *composer) previewBeside() bool { return c.beside && c.w >= wideEnough }
func (c *composer) previewAlone() bool  { return c.alone && !c.previewBeside() }

// togglePreview shows or hides the wire view, beside the form where it fits.
func (c *composer) togglePreview() {
	if c.w >= wideEnough {
		c.beside, c.alone = !c.beside, false
		return
	}
	c.alone, c.shown = !c.alone, c.cursorLine()
}

// cursorLine is the line of the message the cursor is in.
func (c *composer) cursorLine() int {
	head := len(c.message().head)
	if c.focus == len(c.fields) {
		return head + c.body.row
	}
	n := 0
	for _, f := range c.fields[:c.focus] {
		if f.value() != "" {
			n++
		}
	}
	return min(n, max(0, head-1))
}

// previewKey scrolls the wire view while it stands in place of the form.
func (c *composer) previewKey(msg tea.KeyMsg) {
	page := max(1, c.h-4)
	last := c.wire().len() - 1
	steps := []struct {
		keys []string
		to   int
	}{
		{[]string{"up", "ctrl+p"}, c.shown - 1},
		{[]string{"down", "ctrl+n", "enter"}, c.shown + 1},
		{[]string{"pgup"}, c.shown - page},
		{[]string{"pgdown"}, c.shown + page},
		{[]string{"home", "ctrl+home"}, 0},
		{[]string{"end", "ctrl+end"}, last},
	}
	for _, step := range steps {
		if key.Matches(msg, key.NewBinding(key.WithKeys(step.keys...))) {
			c.shown = max(0, min(step.to, last))
		}
	}
}
