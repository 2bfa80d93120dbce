package tui

import (
	"fmt"
	"slices"
	"strings"

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
	wireSumDigits  = 16
	// narrowWire is the width up to which the octet counts are left out.
	narrowWire = 48
)

// wireView draws what goes out, octet by octet: for lines in the window only,
// so that a message of any length scrolls. Making one costs nothing.
type wireView struct {
	st   *styles
	text *wireText
	mode wireMode
}

// len is how many lines go out, the final dot among them.
func (v *wireView) len() int {
	if v.mode.dots {
		return v.text.len() + 1
	}
	return v.text.len()
}

// final tells whether line i is the dot that ends the message.
func (v *wireView) final(i int) bool { return v.mode.dots && i == v.text.len() }

// wireRow is a line as it goes out.
type wireRow struct {
	text    string // where a dot was put in front, with it
	length  int64  // octets of the text, of which a long line shows the first
	mark    string // its end
	words   string // what is special about it, for who cannot see colours
	style   lipgloss.Style
	stuffed bool
	through int64 // octets sent by its end
}

// line is line i as it goes out.
func (v *wireView) line(i int) wireRow {
	if v.final(i) {
		return wireRow{text: ".", length: 1, mark: wireMark, words: "end", style: v.st.faint, through: v.total()}
	}
	l := v.text.at(i)
	row := wireRow{text: l.text, length: l.length(), mark: lineEnds[l.end].mark, through: v.mode.octets(l.through)}
	row.words, row.style = v.words(l)
	if v.mode.ended {
		row.mark = wireMark
	}
	if v.mode.dots && l.marks&markDot != 0 {
		row.text, row.stuffed = "."+row.text, true
		row.length++
	}
	return row
}

// wireWords are the words for marks. For a bare end lineEnds has them.
var wireWords = []struct {
	mark wireMarks
	word string
}{{markDot, "dot"}, {markLong, "long"}, {mark8bit, "8bit"}, {markCtrl, "ctrl"}}

// words say what is special about l in the view's mode. A dot put in front does
// not make a line too long (RFC 5321 §4.5.3.1.6).
func (v *wireView) words(l wireLine) (string, lipgloss.Style) {
	marks := l.marks & v.mode.marks
	var words []string
	for _, w := range wireWords {
		if marks&w.mark != 0 {
			words = append(words, w.word)
		}
	}
	if marks&markBare != 0 {
		words = append(words, lineEnds[l.end].word)
	}
	if marks&^mark8bit != 0 {
		return strings.Join(words, " "), v.st.warning
	}
	return strings.Join(words, " "), v.st.faint
}

// total counts all octets that go out, the final dot's among them.
func (v *wireView) total() int64 {
	n := v.mode.octets(v.text.whole)
	if v.mode.dots {
		n += int64(len(".\r\n"))
	}
	return n
}

// view draws h rows of w cells at most, with line at among them.
func (v *wireView) view(at, w, h int) []string {
	rows := v.draw(at, w, h)
	if err := v.text.trouble(); err != nil { // Also what drawing met.
		rows = wrap("  "+protocol.Safe(err.Error()), max(1, w-1), 2)
		for i, row := range rows {
			rows[i] = v.st.fault.Render(fit(row, w))
		}
	}
	return rows[:min(h, len(rows))]
}

func (v *wireView) draw(at, w, h int) []string {
	if v.len() == 0 {
		return []string{v.st.ghost.Render(fit("  nothing yet", w))}
	}
	at = min(max(0, at), v.len()-1)
	before := v.before(at, w, h/2)
	rows := slices.Concat(before, v.rows(at, true, w, h-len(before)))
	for i := at + 1; i < v.len() && len(rows) < h; i++ {
		rows = append(rows, v.rows(i, false, w, h)...)
	}
	if len(rows) < h { // The end is near: what room is left goes to the lines before.
		rows = append(v.before(at, w, h-(len(rows)-len(before))), rows[len(before):]...)
	}
	return rows
}

// before draws the last n rows of the lines in front of at.
func (v *wireView) before(at, w, n int) []string {
	var lines [][]string
	rows := 0
	for i := at - 1; i >= 0 && rows < n; i-- {
		lines = append(lines, v.rows(i, false, w, n))
		rows += len(lines[len(lines)-1])
	}
	slices.Reverse(lines)
	all := slices.Concat(lines...)
	return all[max(0, rows-n):]
}

// rows draws line i, in at most h rows.
func (v *wireView) rows(i int, current bool, w, h int) []string {
	row := v.line(i)
	margin := v.margin(row, current, w)
	room := max(4, w-ansi.StringWidth(margin))
	pieces := row.pieces(room, h)
	for n, piece := range pieces {
		lead := strings.Repeat(" ", max(0, w-room))
		if n == 0 {
			lead = margin
		}
		pieces[n] = fit(lead+v.paint(piece, row, n == 0, v.final(i)), w)
	}
	return pieces
}

// margin is what stands in front of a line; narrow panes have less of it. More
// words than its column holds take room from the line.
func (v *wireView) margin(row wireRow, current bool, w int) string {
	mark := "  "
	if current {
		mark = v.st.accent.Render("▸ ")
	}
	words := row.style.Render(fit(row.words, max(wireWordWidth, len(row.words)))) + " "
	if w < narrowWire {
		return mark + words
	}
	column := max(wireCountWidth-1, len(grouped(v.total())))
	return mark + v.st.faint.Render(fmt.Sprintf("%*s ", column, grouped(row.through))) + words
}

// pieces breaks a line, made safe and with its mark, into rows of room cells.
// A line that would fill more than h rows says how much of it is not shown.
func (r wireRow) pieces(room, h int) []string {
	shown := clip(r.text, room*max(1, h))
	pieces := strings.Split(ansi.Hardwrap(protocol.Safe(shown), room, true), "\n")
	rest := ""
	if most := max(1, h-1); len(pieces) > most || int64(len(shown)) < r.length {
		pieces = pieces[:min(most, len(pieces))]
		rest = fmt.Sprintf("… %s octets in all ", grouped(r.length))
	}
	if last := len(pieces) - 1; rest == "" && ansi.StringWidth(pieces[last])+ansi.StringWidth(r.mark) <= room {
		pieces[last] += r.mark
		return pieces
	}
	return append(pieces, rest+r.mark)
}

// paint colours one row of a line.
func (v *wireView) paint(piece string, row wireRow, first, final bool) string {
	text, ended := strings.CutSuffix(piece, row.mark)
	style, head, tail := v.st.text, "", ""
	switch {
	case final:
		style = v.st.accent
	case row.stuffed && first:
		text = strings.TrimPrefix(text, ".")
		head = v.st.warning.Render(".")
	}
	if ended {
		tail = v.st.faint.Render(row.mark)
	}
	return head + style.Render(text) + tail
}

// heading is the rule over the wire view: what goes out and how, as much of it
// as there is room for.
func (v *wireView) heading(w int, rule lipgloss.Style) string {
	sum := v.text.sums().exact
	if v.mode.ended {
		sum = v.text.sums().ended
	}
	lines, octets := grouped(int64(v.len()))+" lines", grouped(v.total())+" octets"
	if v.len() == 1 {
		lines = "1 line"
	}
	titles := []string{
		"Wire " + v.mode.name + " · " + lines + ", " + octets + " · SHA-256 " + sum,
		"Wire " + v.mode.name + " · " + lines + ", " + octets + " · SHA-256 " + sum[:wireSumDigits],
		v.mode.name + " · " + octets + " · SHA-256 " + sum[:wireSumDigits],
		v.mode.name + " · " + octets + " · " + sum[:wireSumDigits],
	}
	for _, title := range titles {
		if ansi.StringWidth(title) <= w-4 {
			return ruleWith(title, w, rule, v.st.faint)
		}
	}
	return ruleWith(v.mode.name+" · "+octets, w, rule, v.st.faint)
}

// help is a sentence about what is on the screen, and what Tab finds in it.
func (v *wireView) help() string {
	text := "every octet that goes out; " + wireMark + " is a line end"
	if !v.mode.ended {
		text = "every octet as it stands; " + wireMark + " is a line end, ␊ or ␍ alone is none"
	}
	var found []string
	add := func(n int64, word string) {
		if n > 0 && word != "" {
			found = append(found, grouped(n)+" "+word)
		}
	}
	for _, w := range wireWords {
		add(v.text.facts.lines(w.mark&v.mode.marks), w.word)
	}
	if v.mode.marks&markBare != 0 {
		for end, n := range v.text.facts.ends {
			add(n, lineEnds[end].word)
		}
	}
	if found == nil {
		return text
	}
	return text + " · Tab goes through the lines marked " + strings.Join(found, ", ")
}

// wire is the view of what the editor holds: with its files, where the message
// was put together with them.
func (c *composer) wire() *wireView {
	v := &wireView{st: c.st, text: c.made.wire, mode: wireByDATA}
	if c.chunk {
		v.mode = wireByBDAT
	}
	if out := c.current(); out != nil {
		v.text = out.wire
	}
	if v.text == nil {
		v.text = newWireText("")
	}
	return v
}

// previewBeside and previewAlone say where the wire view is, in the width there
// is now.
func (c *composer) previewBeside() bool { return c.beside && c.w >= wideEnough }
func (c *composer) previewAlone() bool  { return c.alone && !c.previewBeside() }

// togglePreview shows or hides the wire view, beside the form where it fits.
func (c *composer) togglePreview() composerAction {
	if len(c.files()) > 0 && c.source == nil && c.current() == nil {
		return c.whole(func(c *composer) composerAction {
			c.beside, c.alone, c.shown = true, true, c.cursorLine()
			return composerNone
		})
	}
	if c.w >= wideEnough {
		c.beside, c.alone = !c.beside, false
		return composerNone
	}
	c.alone, c.shown = !c.alone, c.cursorLine()
	return composerNone
}

// cursorLine is the line of the message the cursor is in, or near.
func (c *composer) cursorLine() int {
	switch {
	case c.disk != "":
		return c.shown
	case c.source != nil:
		return c.source.row
	case c.focus == len(c.fields):
		return c.textLine() + c.text().row
	}
	name := c.fields[c.focus].name + ":"
	return max(0, slices.IndexFunc(c.made.head, func(line string) bool { return strings.HasPrefix(line, name) }))
}

// textLine is the line of the message at which the text with the cursor begins.
func (c *composer) textLine() int {
	if c.plain() {
		return len(c.made.head)
	}
	kind := "\r\nContent-Type: text/plain"
	if c.onHTML {
		kind = "\r\nContent-Type: text/html"
	}
	before, part, _ := strings.Cut(c.made.text, kind)
	head, _, _ := strings.Cut(part, "\r\n\r\n")
	return strings.Count(before, "\r\n") + strings.Count(head, "\r\n") + 3 // the field's own line end, and the empty line
}

// previewKey scrolls the wire view while it stands in place of the form.
func (c *composer) previewKey(msg tea.KeyMsg) { c.shown = c.wire().move(msg, c.shown, c.h-4) }
