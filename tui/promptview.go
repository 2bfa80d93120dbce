package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// label says where the session stands, as the prompt's beginning.
func (p *prompt) label() string { return console.Standing(p.state) + " › " }

// view is the line with its remark and its hint: three rows of w cells.
func (p *prompt) view(w int) []string {
	label := p.label()
	room := max(8, w-ansi.StringWidth(label)-1)
	text, shift := p.coloured(room)
	first := p.st.faint.Render(label) + text
	remark, left := p.remarkRow(ansi.StringWidth(label)-shift, w)
	return []string{fit(first, w), fit(remark, w), fit(p.hintRow(left), w)}
}

// coloured draws the value from its tokens, with cursor and ghost: the part of
// it that fits into room cells and holds the cursor. It returns how many cells
// are scrolled off on the left.
func (p *prompt) coloured(room int) (string, int) {
	runes, at := []rune(p.value()), p.input.Position()
	first := max(0, at-room)
	gone := string(runes[:first])
	remark, _ := p.remark()
	offset := len(gone)
	prefix := len(p.value()) - len(p.line.Raw)
	var b strings.Builder
	for i := first; i < min(len(runes), at+room); i++ {
		style := p.styleAt(offset-prefix, remark)
		switch {
		case i == at:
			style = p.st.cursor
		case p.inSlot(offset):
			style = p.st.selected.Underline(true)
		}
		b.WriteString(style.Render(p.cell(runes[i], offset-prefix)))
		offset += len(string(runes[i]))
	}
	if at == len(runes) {
		b.WriteString(p.ghost())
	}
	text, shift := scrolled(b.String(), ansi.StringWidth(protocol.Safe(string(runes[first:at]))), room)
	return text, shift + ansi.StringWidth(protocol.Safe(gone))
}

// cell is a rune as it may be shown; a credential is not.
func (p *prompt) cell(r rune, offset int) string {
	if tok, ok := p.line.At(offset); ok && tok.Role == protocol.RoleSecret {
		return "•"
	}
	return safeCell(r)
}

// ghost is the cursor at the end of the line with the rest of the syntax behind.
func (p *prompt) ghost() string {
	ghost := p.line.Ghost(p.state)
	if p.value() == "" {
		ghost = "type a command; Tab shows what may come now"
	}
	if ghost == "" {
		return p.st.cursor.Render(" ")
	}
	runes := []rune(ghost)
	return p.st.cursor.Render(string(runes[0])) + p.st.ghost.Render(string(runes[1:]))
}

func (p *prompt) inSlot(at int) bool {
	return len(p.slots) > 0 && p.slots[0].Start <= at && at < p.slots[0].End
}

// styleAt is the colour of the octet at offset into the judged line; what is
// remarked on is underlined.
func (p *prompt) styleAt(offset int, remark protocol.Diagnostic) lipgloss.Style {
	if remark.Code != "" && remark.Start <= offset && offset < remark.End {
		return p.st.severity(remark.Severity).Underline(true)
	}
	if tok, ok := p.line.At(offset); ok {
		return p.st.roles[tok.Role]
	}
	return p.st.text
}

// remarkRow puts a caret under the fault and the sentence beside it: to the
// right, or to the left where that is too narrow. Where it fits on neither
// side the sentence is returned for the row below.
func (p *prompt) remarkRow(label, w int) (row, below string) {
	d, ok := p.remark()
	if !ok {
		return "", ""
	}
	typed := p.value()[:len(p.value())-len(p.line.Raw)+min(d.Start, len(p.line.Raw))]
	column := max(0, label+ansi.StringWidth(protocol.Safe(typed)))
	style, text := p.st.severity(d.Severity), remarkText(d)
	width := ansi.StringWidth(text)
	switch {
	case column+2+width <= w:
		return strings.Repeat(" ", column) + style.Render("^ "+text), ""
	case width+1 < column:
		return strings.Repeat(" ", column-width-1) + style.Render(text+" ^"), ""
	}
	return strings.Repeat(" ", column) + style.Render("^"), style.Render(text)
}

// remarkText is a diagnostic in one sentence with its rule.
func remarkText(d protocol.Diagnostic) string {
	text := d.Message
	if d.Severity != protocol.Error {
		text = d.Severity.String() + ": " + text
	}
	if d.Ref != "" {
		text += " (" + d.Ref + ")"
	}
	return text
}

// hintRow names the keys that help with the line as it is; a remark that has no
// room above stands here with them.
func (p *prompt) hintRow(remark string) string {
	d, shown := p.remark()
	_, fix := p.line.Fix()
	var keys []string
	switch {
	case shown && d.Severity == protocol.Error:
		keys = append(keys, "Enter holds this line")
		if fix {
			keys = append(keys, "F2 fixes it")
		}
		keys = append(keys, "Alt+Enter sends it as typed")
	case shown && fix:
		keys = append(keys, "Enter sends it", "F2 changes it as proposed")
	case p.line.Spec != nil && p.value() != "":
		keys = append(keys, p.line.Spec.Syntax, p.line.Spec.Summary)
	}
	if remark != "" && len(keys) > 1 {
		keys = keys[1:]
	}
	return " " + strings.Join(append(compact(remark), p.st.faint.Render(strings.Join(keys, " · "))), " · ")
}

// compact is the words that are there.
func compact(words ...string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return w == "" })
}
