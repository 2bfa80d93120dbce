package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

const (
	markCells = 2  // the selection mark and a space
	minText   = 16 // cells; where small print would leave less, it takes a row of its own
)

func (t *transcript) setFocus(on bool) { t.focused = on }

// setSize takes the pane's cells. While not following, what is at the top stays
// there unless that would hide what is selected.
func (t *transcript) setSize(w, h int) {
	if w != t.w {
		t.drawn.clear()
	}
	t.w, t.h = w, h
	atSelected := func(s spot) bool { return s.entry == t.at }
	if !t.follow && !slices.ContainsFunc(t.window(), atSelected) {
		t.show(spot{t.at, 0})
	}
}

// view is exactly h lines of exactly w cells, or "" where there is no room.
func (t *transcript) view() string {
	if t.w <= 0 || t.h <= 0 {
		return ""
	}
	lead := t.litLead()
	rows := make([]string, 0, t.h)
	for _, s := range t.window() {
		rows = append(rows, t.drawing(s.entry, t.leadAt(s.entry) == lead).rows[s.row])
	}
	if len(rows) == 0 {
		rows = append(rows, t.emptyRow())
	}
	blank := strings.Repeat(" ", t.w)
	for len(rows) < t.h {
		rows = append(rows, blank)
	}
	if n := t.below(); n > 0 && t.h > 1 {
		rows[t.h-1] = t.belowRow(n)
	}
	return strings.Join(rows, "\n")
}

// litLead is the lead of the exchange drawn as selected, -1 for none.
func (t *transcript) litLead() int {
	if t.follow && !t.focused {
		return -1
	}
	return t.leadAt(t.selected())
}

// leadAt is the lead of entry n, -1 where n is no entry.
func (t *transcript) leadAt(n int) int {
	if n < 0 {
		return -1
	}
	return int(t.entries.at(n).lead)
}

// emptyRow stands where there is nothing to list.
func (t *transcript) emptyRow() string {
	if !t.onlyErrors || t.entries.len() == 0 {
		return strings.Repeat(" ", t.w)
	}
	return t.fitted(t.st.faint.Render("  · nothing was refused and nothing failed"))
}

// belowRow says how much came that is below the window.
func (t *transcript) belowRow(n int) string {
	words := "▼ " + grouped(int64(n)) + " new below"
	left := max(0, (t.w-ansi.StringWidth(words))/2)
	return t.fitted(strings.Repeat(" ", left) + t.st.faint.Render(words))
}

// fitted is s cut or padded to the pane's width.
func (t *transcript) fitted(s string) string { return fit(ansi.Truncate(s, t.w, ""), t.w) }

// drawing is an entry as drawn.
type drawing struct {
	rows []string
	hit  int // the first row with a match, -1 for none
}

// drawing draws entry n, or returns it as drawn before.
func (t *transcript) drawing(n int, lit bool) drawing {
	key := drawnKey{n, lit}
	if d, ok := t.drawn.get(key); ok {
		return d
	}
	d := drawing{hit: -1}
	for _, p := range t.paragraphs(n) {
		t.draw(&d, p, lit)
	}
	t.drawn.put(key, d)
	return d
}

// draw wraps p and adds its rows to d.
func (t *transcript) draw(d *drawing, p paragraph, lit bool) {
	p.indent = max(p.indent, ansi.StringWidth(p.label))
	limit, beside, below := t.w-markCells-p.indent-1, p.tail, ""
	if p.tail != "" {
		limit -= ansi.StringWidth(p.tail) + 2
		if limit < minText {
			limit, beside, below = t.w-markCells-p.indent-1, "", p.tail
		}
	}
	marks := t.marks(p.text)
	for i, span := range wrapCells(p.text, max(1, limit)) {
		if d.hit < 0 && len(marks) > 0 && marks[0].Start < span.End {
			d.hit = len(d.rows)
		}
		var strokes []stroke
		strokes, marks = p.strokes(span, marks, t.st.match)
		d.rows = append(d.rows, t.row(append(t.gutter(p, i, lit && len(d.rows) == 0), strokes...), beside, lit))
		beside = ""
	}
	if below != "" {
		d.rows = append(d.rows, t.row(nil, below, lit))
	}
}

// stroke is text of one style.
type stroke struct {
	text  string
	style lipgloss.Style
}

// gutter is what stands in front of p's text on its row i.
func (t *transcript) gutter(p paragraph, i int, marked bool) []stroke {
	mark, label := "  ", strings.Repeat(" ", p.indent)
	if marked {
		mark = "▸ "
	}
	if i == 0 && p.label != "" {
		label = fit(p.label, p.indent)
	}
	return []stroke{{mark, t.st.accent}, {label, p.labelStyle}}
}

// strokes divides p's text within span by style. It returns the marks that are
// not passed yet, so that a long line looks at each but once.
func (p paragraph) strokes(span protocol.Span, marks []protocol.Span, match lipgloss.Style) ([]stroke, []protocol.Span) {
	var strokes []stroke
	for at := span.Start; at < span.End; {
		for len(marks) > 0 && marks[0].End <= at {
			marks = marks[1:]
		}
		style, end := p.style, span.End
		if at < p.head {
			style, end = p.labelStyle, min(end, p.head)
		}
		switch {
		case len(marks) > 0 && marks[0].Start <= at:
			style, end = match, min(span.End, marks[0].End)
		case len(marks) > 0:
			end = min(end, marks[0].Start)
		}
		strokes = append(strokes, stroke{p.text[at:end], style})
		at = end
	}
	return strokes, marks
}

// row paints one row: strokes from the left, small print at the right.
func (t *transcript) row(strokes []stroke, tail string, lit bool) string {
	var b strings.Builder
	for _, k := range strokes {
		b.WriteString(t.paint(k, lit))
	}
	left, right := b.String(), ""
	if tail != "" {
		right = t.paint(stroke{tail + " ", t.st.faint}, lit)
	}
	room := t.w - ansi.StringWidth(left) - ansi.StringWidth(right)
	if room < 0 {
		return t.fitted(left + right)
	}
	return left + t.paint(stroke{strings.Repeat(" ", room), t.st.text}, lit) + right
}

// paint leaves blanks alone that have no ground to show.
func (t *transcript) paint(k stroke, lit bool) string {
	if lit {
		return k.style.Inherit(t.st.selected).Render(k.text)
	}
	if strings.Trim(k.text, " ") == "" && !k.style.GetReverse() {
		return k.text
	}
	return k.style.Render(k.text)
}

// wrapCells divides s into rows of at most limit cells: behind a space where
// there is one, within a word where there is none. One space that does not fit
// is left out at the end of a row. There is always one row.
func wrapCells(s string, limit int) []protocol.Span {
	var rows []protocol.Span
	start, gap, cells := 0, 0, 0 // gap is behind the last space
	for i := 0; i < len(s); {
		n, w := cellAt(s[i:])
		for cells+w > limit && i > start && (s[i] != ' ' || cells != limit) {
			end := i
			if gap > start {
				end = gap
			}
			rows = append(rows, rowSpan(s, start, end, cells > limit))
			start, cells = end, ansi.StringWidth(s[end:i])
		}
		cells += w
		i += n
		if s[i-1] == ' ' {
			gap = i
		}
	}
	return append(rows, rowSpan(s, start, len(s), cells > limit))
}

// rowSpan is the row from start to end, less the space that was too much.
func rowSpan(s string, start, end int, over bool) protocol.Span {
	if over && s[end-1] == ' ' {
		end--
	}
	return protocol.Span{Start: start, End: end}
}

// cellAt measures the first character of s, with the marks on it, in octets
// and cells.
func cellAt(s string) (n, w int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1, 1
	}
	cluster, w := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return len(cluster), w
}

// drawnRows is how many rows a generation of drawnCache takes.
const drawnRows = 2048

type drawnKey struct {
	entry int
	lit   bool
}

// drawnCache keeps what was drawn lately. What is used moves to the young
// generation; when that is full the old one is forgotten. The zero value is empty.
type drawnCache struct {
	young, old map[drawnKey]drawing
	rows       int // in young
}

func (c *drawnCache) get(key drawnKey) (drawing, bool) {
	if d, ok := c.young[key]; ok {
		return d, true
	}
	d, ok := c.old[key]
	if ok {
		c.put(key, d)
	}
	return d, ok
}

func (c *drawnCache) put(key drawnKey, d drawing) {
	if c.young == nil || c.rows > drawnRows {
		c.young, c.old, c.rows = map[drawnKey]drawing{}, c.young, 0
	}
	c.young[key] = d
	c.rows += len(d.rows)
}

// drop forgets how entry n looked.
func (c *drawnCache) drop(n int) {
	for _, key := range []drawnKey{{n, false}, {n, true}} {
		delete(c.young, key)
		delete(c.old, key)
	}
}

func (c *drawnCache) clear() { *c = drawnCache{} }
