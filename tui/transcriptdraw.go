package tui

import (
	"sort"
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

// setSize takes the pane's cells. The place in the session stays; see first.
func (t *transcript) setSize(w, h int) {
	if w != t.w {
		t.drawn.clear()
	}
	t.w, t.h = w, h
}

// view is exactly h lines of exactly w cells, or "" where there is no room.
func (t *transcript) view() string {
	if t.w <= 0 || t.h <= 0 {
		return ""
	}
	lead := t.litLead()
	rows := make([]string, 0, t.h)
	for _, s := range t.window() {
		rows = append(rows, t.painted(s, t.leadAt(s.entry) == lead))
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
	if t.unmarked || t.follow && !t.focused {
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

// drawing is an entry laid out in rows for the pane's width.
type drawing struct {
	texts []paragraph
	rows  []drawnRow
	hit   int // the first row with a match, -1 for none
}

// drawnRow is a part of a paragraph.
type drawnRow struct {
	text    int // index of the paragraph
	span    protocol.Span
	first   bool   // the paragraph begins here
	tail    bool   // its small print stands here
	painted string // once it was seen, and not selected
}

// drawing lays entry n out, or returns it as laid out before.
func (t *transcript) drawing(n int) *drawing {
	if d, ok := t.drawn.get(n); ok {
		return d
	}
	d := &drawing{texts: t.paragraphs(n), hit: -1}
	for i := range d.texts {
		d.texts[i].marks = t.marks(d.texts[i].text)
		d.lay(i, t.w)
	}
	t.drawn.put(n, d)
	return d
}

// lay wraps paragraph i to a pane of w cells. Where its small print would
// leave too little room on the first row, it gets a row of its own.
func (d *drawing) lay(i, w int) {
	p := &d.texts[i]
	p.indent = max(p.indent, ansi.StringWidth(p.label))
	room := w - markCells - p.indent - 1
	first := room
	if p.tail != "" {
		first -= ansi.StringWidth(p.tail) + 2
	}
	beside := first >= minText
	if !beside {
		first = room
	}
	if room-p.hang < minText {
		p.hang = 0
	}
	for k, span := range wrapCells(p.text, max(1, first), max(1, room-p.hang)) {
		if d.hit < 0 && len(p.marks) > 0 && p.marks[0].Start < span.End {
			d.hit = len(d.rows)
		}
		d.rows = append(d.rows, drawnRow{text: i, span: span, first: k == 0, tail: k == 0 && beside})
	}
	if p.tail != "" && !beside {
		end := len(p.text)
		d.rows = append(d.rows, drawnRow{text: i, span: protocol.Span{Start: end, End: end}, tail: true})
	}
}

// painted is one row as it is shown.
func (t *transcript) painted(s spot, lit bool) string {
	d := t.drawing(s.entry)
	r := &d.rows[s.row]
	if lit {
		return t.paintRow(&d.texts[r.text], r, s.row == 0, true)
	}
	if r.painted == "" {
		r.painted = t.paintRow(&d.texts[r.text], r, false, false)
	}
	return r.painted
}

// paintRow paints what is left of the text, the text, and at the right end the
// small print.
func (t *transcript) paintRow(p *paragraph, r *drawnRow, marked, lit bool) string {
	strokes := append(t.gutter(p, r, marked), p.strokes(r.span, t.st.match)...)
	var b strings.Builder
	for _, k := range strokes {
		b.WriteString(t.paint(k, lit))
	}
	left, right := b.String(), ""
	if r.tail && p.tail != "" {
		right = t.paint(stroke{p.tail + " ", t.st.faint}, lit)
	}
	room := t.w - ansi.StringWidth(left) - ansi.StringWidth(right)
	if room < 0 {
		return t.fitted(left + right)
	}
	return left + t.paint(stroke{strings.Repeat(" ", room), t.st.text}, lit) + right
}

// stroke is text of one style.
type stroke struct {
	text  string
	style lipgloss.Style
}

// gutter is what stands in front of the text: the selection mark and the label.
func (t *transcript) gutter(p *paragraph, r *drawnRow, marked bool) []stroke {
	mark, label := "  ", strings.Repeat(" ", p.indent+p.hang)
	if marked {
		mark = "▸ "
	}
	if r.first {
		label = fit(p.label, p.indent)
	}
	return []stroke{{mark, t.st.accent}, {label, p.labelStyle}}
}

// strokes divides the text within span by style.
func (p *paragraph) strokes(span protocol.Span, match lipgloss.Style) []stroke {
	var strokes []stroke
	k := sort.Search(len(p.marks), func(k int) bool { return p.marks[k].End > span.Start })
	for at := span.Start; at < span.End; {
		style, end := p.style, span.End
		if at < p.head {
			style, end = p.labelStyle, min(end, p.head)
		}
		switch {
		case k < len(p.marks) && p.marks[k].Start <= at:
			style, end = match, min(span.End, p.marks[k].End)
			k++
		case k < len(p.marks):
			end = min(end, p.marks[k].Start)
		}
		strokes = append(strokes, stroke{p.text[at:end], style})
		at = end
	}
	return strokes
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

// wrapCells divides s into rows of at most first cells, for the first one, and
// rest: behind a space where there is one, within a word where there is none.
// One space that does not fit is left out at the end of a row. There is always
// one row.
func wrapCells(s string, first, rest int) []protocol.Span {
	var rows []protocol.Span
	limit, start, gap, cells := first, 0, 0, 0 // gap is behind the last space
	for i := 0; i < len(s); {
		n, w := cellAt(s[i:])
		for cells+w > limit && i > start && (s[i] != ' ' || cells != limit) {
			end := i
			if gap > start {
				end = gap
			}
			rows = append(rows, rowSpan(s, start, end, cells > limit))
			limit, start, cells = rest, end, ansi.StringWidth(s[end:i])
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

// drawnCache keeps what was laid out lately, by entry. What is used moves to
// the young generation; when that is full the old one is forgotten. The zero
// value is empty.
type drawnCache struct {
	young, old map[int]*drawing
	rows       int // in young
}

func (c *drawnCache) get(n int) (*drawing, bool) {
	if d, ok := c.young[n]; ok {
		return d, true
	}
	d, ok := c.old[n]
	if ok {
		c.put(n, d)
	}
	return d, ok
}

func (c *drawnCache) put(n int, d *drawing) {
	if c.young == nil || c.rows > drawnRows {
		c.young, c.old, c.rows = map[int]*drawing{}, c.young, 0
	}
	c.young[n] = d
	c.rows += len(d.rows)
}

// drop forgets how entry n looked.
func (c *drawnCache) drop(n int) {
	delete(c.young, n)
	delete(c.old, n)
}

func (c *drawnCache) clear() { *c = drawnCache{} }
