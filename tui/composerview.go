package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
)

// The editor from top to bottom: title, form or wire view, remarks, and a
// sentence about what the cursor is in or what has just happened. The question
// about a draft stands under the title.
const (
	formLabelWidth  = 13
	mostRemarkRows  = 5
	fewestBodyLines = 4
)

// composerAreas are the heights of the editor's parts in rows.
type composerAreas struct{ fields, body, remarks int }

// divide shares out h rows, where sentences take some; remarks are the most
// rows they may have. The body goes first, so that one can write
// on the smallest screen.
func divide(h, fields, sentences int) composerAreas {
	free := max(0, h-2-sentences) // Title and the body's rule are always there.
	a := composerAreas{fields: min(fields, max(min(fields, 1), free-fewestBodyLines))}
	a.body = max(0, free-a.fields)
	a.remarks = min(mostRemarkRows, a.body/3)
	return a
}

// view draws exactly h lines of w cells; "" where there is no room at all.
func (c *composer) view() string {
	if c.w <= 0 || c.h <= 0 {
		return ""
	}
	head, foot := c.head(), c.foot()
	a := divide(c.h, c.rowCount(), len(head)-1+len(foot))
	remarks := c.remarkRows(max(a.remarks, a.body-len(c.text().lines)-1))
	a.body -= len(remarks)
	rows := append(head, c.middle(a)...)
	rows = append(rows, remarks...)
	return block(append(rows, foot...), c.w, c.h)
}

// rowCount is how many rows of the form there are to show.
func (c *composer) rowCount() int {
	if c.source != nil || c.disk != "" || !c.headed() {
		return 0
	}
	return len(c.fields)
}

// head is the title, and under it the question about a draft.
func (c *composer) head() []string {
	rows := []string{c.title()}
	if d := c.drafts.offered; d != nil {
		question := "A " + d.title() + " is here: Enter goes on with it · F7, or typing, begins a new message (the draft stays for later)"
		rows = append(rows, c.sentence(question, c.st.warning)...)
	}
	return rows
}

// title says what the text is to become, and how it stands.
func (c *composer) title() string {
	where := "a draft: F10 sends it"
	switch {
	case c.chunk:
		where = "goes out as a BDAT chunk"
	case c.waiting():
		where = "354: the server waits"
	}
	left := " " + c.st.title.Render("Message") + c.st.faint.Render(" · "+where)
	for _, facts := range c.facts() {
		if gap := c.w - ansi.StringWidth(left) - ansi.StringWidth(facts) - 1; gap > 0 {
			return left + strings.Repeat(" ", gap) + c.st.faint.Render(facts)
		}
	}
	return left
}

// facts are size and number of remarks, and shorter forms of them.
func (c *composer) facts() []string {
	size, most, remarks := grouped(c.octets())+" octets", "", ""
	if n := c.state.Caps.MaxSize(); n > 0 {
		most = " of " + grouped(n)
	}
	if count := remarkCount(c.remarks); count != "" {
		remarks = count + " · "
	}
	if len(c.files()) > 0 && c.source == nil && c.current() == nil {
		size = "about " + size
	}
	return []string{remarks + size + most, remarks + size, size}
}

// middle is form, wire view, or both side by side.
func (c *composer) middle(a composerAreas) []string {
	h := a.fields + 1 + a.body
	switch {
	case c.disk != "" && c.current() == nil:
		return strings.Split(block(c.sentence("reading "+protocol.Safe(c.disk)+" …", c.st.faint), c.w, h), "\n")
	case c.disk != "":
		return c.wirePane(c.shown, c.w, h, c.st.ruleFocused)
	case c.previewBeside():
		return c.halves(a, h)
	case c.alone:
		return c.wirePane(c.shown, c.w, h, c.st.ruleFocused)
	}
	return c.form(a, c.w)
}

func (c *composer) halves(a composerAreas, h int) []string {
	w := (c.w - 1) / 2
	left := c.form(a, w)
	right := c.wirePane(c.cursorLine(), c.w-w-1, h, c.st.rule)
	rows := make([]string, h)
	for i := range rows {
		other := ""
		if i < len(right) {
			other = right[i]
		}
		rows[i] = fit(left[i], w) + c.st.rule.Render("│") + other
	}
	return rows
}

func (c *composer) wirePane(at, w, h int, rule lipgloss.Style) []string {
	v := c.wire()
	rows := append([]string{v.heading(w, rule)}, v.view(at, w, h-1)...)
	return append(rows, make([]string, max(0, h-len(rows)))...)
}

// form is the fields, or those around the focus, and the body under its rule.
func (c *composer) form(a composerAreas, w int) []string {
	first := min(max(0, c.focus-a.fields+1), max(0, c.rowCount()-a.fields))
	var rows []string
	for i := first; i < first+a.fields; i++ {
		rows = append(rows, c.fieldRow(i, w))
	}
	rows = append(rows, c.bodyRule(w))
	from, to := c.text().window(max(1, a.body))
	for i := from; i < to && len(rows) < a.fields+1+a.body; i++ {
		rows = append(rows, c.bodyRow(i, w))
	}
	for len(rows) < a.fields+1+a.body {
		rows = append(rows, "")
	}
	return rows
}

func (c *composer) fieldRow(i, w int) string {
	f, at := c.fields[i], -1
	mark, label := "  ", c.st.faint
	if i == c.focus && c.drafts.offered == nil {
		mark, label, at = c.st.accent.Render("▸ "), c.st.key, f.cursor()
	}
	column := c.labelWidth(w)
	lead := mark + label.Render(fit(f.name, column-3)) + " "
	if f.file != nil {
		return lead + c.fileText(f, w-column-1)
	}
	if at < 0 && f.value() == "" {
		return lead + c.st.ghost.Render("left out")
	}
	return lead + c.st.editedLine(f.value(), at, w-column-1)
}

// fileText is a file's name and facts, or why it cannot be sent.
func (c *composer) fileText(f *formField, room int) string {
	text, style := fileFacts(f.file.File), c.st.faint
	if f.file.err != nil {
		text, style = f.file.err.Error(), c.st.errorMark
	}
	name := ansi.Truncate(protocol.Safe(f.file.Name), max(8, room-ansi.StringWidth(text)-2), "…")
	return ansi.Truncate(c.st.text.Render(name)+"  "+style.Render(protocol.Safe(text)), room, "…")
}

// labelWidth is the column of the names: as wide as they need, up to two fifths.
func (c *composer) labelWidth(w int) int {
	column := formLabelWidth
	for _, f := range c.fields {
		column = max(column, len(f.name)+3)
	}
	return min(column, max(formLabelWidth, 2*w/5))
}

// bodyRule is the line above a text, with its name and the cursor's place in it
// as the remarks count it.
func (c *composer) bodyRule(w int) string {
	if c.source == nil && c.focus < len(c.fields) {
		return ruleWith(c.textTitle(), w, c.st.rule, c.st.faint)
	}
	b := c.text()
	title := fmt.Sprintf("%s · line %d, %s", c.textTitle(), b.row+1, plural(len(b.current()), "octet"))
	return ruleWith(title, w, c.st.ruleFocused, c.st.faint)
}

// textTitle names the text on the screen, and says where there is another.
func (c *composer) textTitle() string {
	title := "Body"
	switch {
	case c.source != nil:
		return "Source"
	case c.onHTML:
		title = "HTML · the text is " + c.keys.html.Help().Key
	case !c.html.empty():
		title = "Text · the HTML is " + c.keys.html.Help().Key
	}
	if c.encoding != message.Auto {
		title += " · " + string(c.encoding)
	}
	return title
}

func (c *composer) bodyRow(i, w int) string {
	b, at := c.text(), -1
	if (c.focus == len(c.fields) || c.source != nil) && i == b.row && c.drafts.offered == nil {
		at = b.col
	}
	if at < 0 && b.empty() {
		return "  " + c.st.ghost.Render(ansi.Truncate("the text; Tab goes there", max(0, w-3), "…"))
	}
	return "  " + c.st.editedLine(b.lines[i], at, w-3)
}

// remarkRows are the remarks that fit into most rows, worst first. Of the
// first, part of it is better than nothing.
func (c *composer) remarkRows(most int) []string {
	var rows []string
	for i, r := range c.remarks {
		next := c.remarkLines(r)
		left := len(c.remarks) - i - 1
		switch {
		case len(rows)+len(next)+min(left, 1) <= most:
			rows = append(rows, next...)
		case len(rows) == 0:
			return next[:min(len(next), most)]
		case len(rows) < most:
			return append(rows, "  "+c.st.faint.Render("and "+remarkCount(c.remarks[i:])+" more"))
		default:
			return rows
		}
	}
	return rows
}

func (c *composer) remarkLines(r protocol.MessageRemark) []string {
	const column = 10
	rows := wrap(c.place(r.Line)+protocol.Safe(r.Message)+" · "+r.Ref+c.fixWords(r), max(1, c.w-column-1), 0)
	for i, text := range rows {
		word := ""
		if i == 0 {
			word = r.Severity.String()
		}
		rows[i] = "  " + c.st.severity(r.Severity).Render(fit(word, column-2)) + c.st.text.Render(text)
	}
	return rows
}

// foot is the most urgent sentence there is.
func (c *composer) foot() []string {
	text, style := c.help(), c.st.faint
	switch {
	case c.asking != asksNothing:
		text, style = composerQuestions[c.asking].text(c), c.st.warning
	case c.note != "":
		text, style = c.note, c.st.hint
	case c.drafts.trouble != "":
		text, style = c.drafts.trouble, c.st.fault
	}
	return c.sentence(text, style)
}

func (c *composer) sentence(text string, style lipgloss.Style) []string {
	rows := wrap(text, max(1, c.w-2), 0)
	for i, row := range rows {
		rows[i] = " " + style.Render(row)
	}
	return rows
}

// help is about what the cursor is in.
func (c *composer) help() string {
	switch {
	case c.previewAlone():
		return c.wire().help() + " · " + c.keys.preview.Help().Key + " goes back to the form"
	case c.drafts.offered != nil:
		return "this is the draft as it was left"
	case c.disk != "":
		return "sent from disk, whatever its size · " + c.wire().help()
	case c.source != nil:
		return sourceHelp
	case c.focus < len(c.fields):
		return c.fields[c.focus].help
	case c.onHTML:
		return htmlHelp
	case c.chunk:
		return "the text; a lone dot is a line like any other here · RFC 3030 §2"
	}
	return bodyHelp
}

// ruleWith is a rule of w cells with a title in it.
func ruleWith(title string, w int, rule, text lipgloss.Style) string {
	title = ansi.Truncate(title, max(0, w-4), "…")
	rest := max(0, w-ansi.StringWidth(title)-3)
	return fit(rule.Render("─")+" "+text.Render(title)+" "+rule.Render(strings.Repeat("─", rest)), w)
}
