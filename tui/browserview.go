package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// setWidth decides whether there is room beside the table.
func (b *browser) setWidth(w int) { b.wide = w >= wideEnough }

func (b *browser) view(a rect) string {
	w := a.w
	if b.wide {
		w = a.w * 13 / 20
	}
	detail := b.detail(a.w-2, max(1, a.h/3))
	b.rows = max(1, a.h-4-len(detail))
	b.area = rect{a.x, a.y + 3, w, b.rows}
	b.first = max(0, min(max(min(b.first, b.at), b.at-b.rows+1), len(b.shown)-b.rows))
	lines := []string{b.head(a.w), b.st.rule.Render(strings.Repeat("─", a.w))}
	table := append([]string{b.st.faint.Render(fit(b.tableHead(w), w))}, b.table(w)...)
	b.previewArea = rect{}
	if b.wide {
		table = b.withPreview(table, a, w)
	}
	for i, row := range detail {
		detail[i] = " " + row
	}
	return block(append(append(append(lines, table...), detail...), b.keyRow(a.w)), a.w, a.h)
}

// table are the visible rows.
func (b *browser) table(w int) []string {
	rows := make([]string, b.rows)
	for i := range min(b.rows, len(b.shown)-b.first) {
		rows[i] = b.row(b.all[b.shown[b.first+i]], b.first+i == b.at, w)
	}
	if len(b.shown) == 0 {
		for i, row := range wrap(b.empty(), max(1, w-4), 0) {
			if i < len(rows) {
				rows[i] = "   " + b.st.faint.Render(row)
			}
		}
	}
	return rows
}

// empty says why no row is there.
func (b *browser) empty() string {
	switch {
	case b.trouble != "":
		return b.trouble
	case b.reading():
		return "reading …"
	case len(b.all) == 0:
		return "no session is saved yet: every conversation becomes one, unless --no-record is set. Esc goes back"
	case b.hits != nil && b.filter.Value() == "":
		return "no session has it; F3 shows all again"
	}
	return "nothing fits the filter: Ctrl+U clears it, Esc goes back"
}

// reading tells whether there are sessions still to be read.
func (b *browser) reading() bool { return b.trouble == "" && (!b.listed || b.unread > 0) }

func (b *browser) head(w int) string {
	count := b.count() + " "
	head := " " + b.st.title.Render("Saved sessions") + "  "
	room := w - ansi.StringWidth(head) - ansi.StringWidth(count) - 2
	return fit(head+b.st.inputView(b.hinted(room), max(1, room)), w-ansi.StringWidth(count)) + b.st.faint.Render(count)
}

// filterHints say what can be typed, in as many words as there may be room for.
var filterHints = []string{
	"type to filter: words of target, outcome, label, note, date; exit:26",
	"type to filter: words of target, outcome, label",
	"type to filter: words of target",
	"type to filter",
}

// hinted is the filter with the longest of its hints that is not cut.
func (b *browser) hinted(room int) textinput.Model {
	in := b.filter
	for _, in.Placeholder = range filterHints {
		if ansi.StringWidth(in.Placeholder) <= room {
			break
		}
	}
	return in
}

// count says how many there are, and how many of them are shown.
func (b *browser) count() string {
	number := func(n int) string { return grouped(int64(n)) }
	total := many(len(b.all), "session")
	if len(b.shown) != len(b.all) {
		total = number(len(b.shown)) + " of " + total
	}
	switch {
	case b.reading() && !b.listed:
		return "reading …"
	case b.reading():
		return fmt.Sprintf("%s of %s read", number(b.total-b.unread), number(b.total))
	case b.octets > 0:
		return total + " · " + sizeWords(b.octets)
	}
	return total
}

// many is plural for numbers that may be long.
func many(n int, what string) string {
	return strings.Replace(plural(n, what), fmt.Sprint(n), grouped(int64(n)), 1)
}

// The columns of the table; the outcome has what is left.
const (
	whenWidth   = 17
	targetWidth = 22
	lengthWidth = 6
	stepsWidth  = 5
	tlsWidth    = 5
)

func (b *browser) tableHead(w int) string {
	return "   " + fit("when", whenWidth) + fit("target", b.targetColumn(w)) + fit("tls", tlsWidth) + fit("steps", stepsWidth+1) + fit("took", lengthWidth+1) + "outcome"
}

// targetColumn is as wide as what stands in it, and leaves the outcome half of a
// narrow screen.
func (b *browser) targetColumn(w int) int {
	return min(targetWidth, max(10, w/4), max(len("target"), b.longest)+2)
}

func (b *browser) row(sum history.Summary, selected bool, w int) string {
	mark := []rune("   ")
	if sum.ID == b.marked {
		mark[0] = '*'
	}
	if selected {
		mark[1] = '▸'
	}
	text := string(mark) + fit(began(sum), whenWidth) + fit(protocol.Safe(sum.Target), b.targetColumn(w)-1) + " " + fit(tlsShort(sum.TLS), tlsWidth) +
		fit(fmt.Sprintf("%*d", stepsWidth, sum.Steps), stepsWidth+1) + fit(lasted(sum), lengthWidth+1) + replayMark(sum) + outcomeOf(sum)
	row := fit(text, w)
	if selected {
		return b.st.selected.Render(row)
	}
	return b.st.text.Render(row)
}

// replayMark stands in front of what a replay came to.
func replayMark(sum history.Summary) string {
	if sum.Original == "" {
		return ""
	}
	return "↻ "
}

// began is when a session began. Where its file does not say so its ID does.
func began(sum history.Summary) string {
	start := sum.Start
	if start.IsZero() {
		date, _, _ := strings.Cut(sum.ID, "-")
		start, _ = time.Parse("20060102T150405Z", date)
	}
	return start.Local().Format("2006-01-02 15:04")
}

// tlsShort is the version of TLS, with ! where nobody vouches for the server.
func tlsShort(tls string) string {
	version, unverified, _ := strings.Cut(strings.TrimPrefix(tls, "TLS "), " ")
	if unverified != "" {
		version += "!"
	}
	return version
}

// lasted is how long a session took; "" where that is not known.
func lasted(sum history.Summary) string {
	if sum.End.IsZero() {
		return ""
	}
	return elapsed(sum.End.Sub(sum.Start))
}

// outcomeOf is a session's end in words, behind its label.
func outcomeOf(sum history.Summary) string {
	text := protocol.Safe(sum.Words())
	if sum.Label != "" {
		text = "[" + protocol.Safe(sum.Label) + "] " + text
	}
	return text
}

// withPreview puts what was said beside the table, under a heading of its own.
func (b *browser) withPreview(table []string, a rect, w int) []string {
	room := a.w - w - 1
	b.previewArea = rect{a.x + w + 1, b.area.y, room, b.rows}
	b.shownBeside.setSize(room, b.rows)
	said := make([]string, b.rows)
	if sum := b.selected(); sum != nil && b.wanted(*sum) == b.has {
		said = strings.Split(b.shownBeside.view(), "\n")
	}
	heading := b.st.faint.Render(fit(" what was said · Ctrl+↑ Ctrl+↓ scroll", room))
	for i, right := range append([]string{heading}, said...) {
		table[i] = fit(table[i], w) + b.st.rule.Render("│") + right
	}
	return table
}

// detail is what happened last, and all that is known of the selected session,
// in most rows of w cells at most.
func (b *browser) detail(w, most int) []string {
	texts, more := []styled{{b.st.warning, b.wrong}, {b.st.hint, b.note}}, "…"
	if sum := b.selected(); sum != nil {
		texts = append(texts, b.facts(*sum, w)...)
		if sum.Note != "" {
			more = "… F9 shows all of the note"
		}
	}
	rows := []string{}
	for _, t := range texts {
		if t.text == "" {
			continue
		}
		for _, row := range wrap(t.text, max(1, w), 0) {
			rows = append(rows, t.style.Render(row))
		}
	}
	if len(rows) == 0 {
		rows = append(rows, "")
	}
	if len(rows) > most {
		rows = append(rows[:most-1:most-1], b.st.faint.Render(more))
	}
	return rows
}

// styled is text to be wrapped, and how it looks.
type styled struct {
	style lipgloss.Style
	text  string
}

// facts are what is known of a session: the line that a search found, how it
// ended, what it runs again, and its note.
func (b *browser) facts(sum history.Summary, w int) []styled {
	var texts []styled
	if hit, ok := b.hits[sum.ID]; ok {
		texts = append(texts, styled{b.st.match, ansi.Truncate(protocol.Safe(hit.Line), max(1, w), "…")})
	}
	texts = append(texts, styled{b.st.faint, dotted(sum.ID, protectionWords(sum), outcomeOf(sum))}, styled{b.st.faint, b.replays(sum)})
	lead := "note: "
	for line := range strings.Lines(sum.Note) {
		texts = append(texts, styled{b.st.text, lead + protocol.Safe(strings.TrimRight(line, "\r\n"))})
		lead = ""
	}
	return texts
}

// replays says which session this one ran again.
func (b *browser) replays(sum history.Summary) string {
	if sum.Original == "" {
		return ""
	}
	if original := b.known(sum.Original); original != nil {
		return "↻ replays " + describe(*original) + " · " + original.ID
	}
	return "↻ replays " + protocol.Safe(sum.Original) + ", which is not in the list"
}

func (b *browser) keyRow(w int) string { return b.st.keyRow(w, b.bindings()) }

// bindings are the keys of the table, the most wanted first.
func (b *browser) bindings() []key.Binding {
	bindings := []key.Binding{browserLeave, browserHelp, browserSearch}
	for _, a := range browserActions {
		bindings = append(bindings, a.key)
	}
	return append(bindings, browserUndo)
}
