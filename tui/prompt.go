package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// prompt is the line being typed: editing, colours by token, ghost text, the
// first remark under its column. It is judged anew on every change, once.
type prompt struct {
	input textinput.Model
	keys  promptKeys
	st    *styles

	state protocol.State
	line  protocol.Line

	killed  string          // what the last kill cut, for yank
	pending string          // first stroke of Ctrl+X Ctrl+E
	slots   []protocol.Span // what is left to fill of a template, in bytes
	lines   []string        // recall, newest first
	at      int             // place in lines; -1 is the line being typed
	typed   string          // the line being typed, while recalling
}

// promptKeys are readline's keys that textinput does not have.
type promptKeys struct {
	yank, transpose, previous, next, killLine, killWord, killBack, killStart, escape, editor key.Binding
}

func newPrompt(st *styles) *prompt {
	return &prompt{
		input: newInput(), st: st, at: -1,
		keys: promptKeys{
			yank: bind("put back what was cut", "ctrl+y"), transpose: bind("swap two letters", "ctrl+t"),
			previous: bind("line before", "up", "ctrl+p"), next: bind("line after", "down", "ctrl+n"),
			killLine: bind("cut to the end", "ctrl+k"), killStart: bind("cut to the beginning", "ctrl+u"),
			killBack: bind("cut the word before", "ctrl+w", "alt+backspace"), killWord: bind("cut the word after", "alt+d"),
			escape: bind("", "ctrl+x"), editor: bind("edit in $EDITOR", "ctrl+e"),
		},
	}
}

func (p *prompt) value() string { return p.input.Value() }

// setState judges the line in a new state of the session.
func (p *prompt) setState(st protocol.State) {
	p.state = st
	p.judge()
}

// judge parses the line; what speaks to the console is no SMTP.
func (p *prompt) judge() {
	if p.line = (protocol.Line{Raw: p.value()}); !strings.HasPrefix(p.value(), ":") {
		p.line = console.Judged(p.value(), p.state)
	}
}

// wants are the proposals for the end of the line.
func (p *prompt) wants() []protocol.Want {
	if !strings.HasPrefix(p.value(), ":") {
		return p.line.Wants(p.state)
	}
	var wants []protocol.Want
	for _, l := range console.Locals() {
		if strings.HasPrefix(":"+l.Name, p.value()) {
			wants = append(wants, protocol.Want{Text: ":" + l.Name, Help: l.Summary})
		}
	}
	return wants
}

// set replaces the line and puts the cursor at its end.
func (p *prompt) set(text string) {
	p.input.SetValue(text)
	p.input.CursorEnd()
	p.slots = nil
	p.judge()
}

func (p *prompt) clear() {
	p.set("")
	p.at = -1
}

// fill takes a template: the first slot is selected, typing replaces it.
func (p *prompt) fill(t protocol.Template) {
	p.set(t.Text)
	p.slots = t.Slots
	p.showSlot()
}

func (p *prompt) showSlot() {
	if len(p.slots) > 0 {
		p.input.SetCursor(len([]rune(p.value()[:p.slots[0].End])))
	}
}

// nextSlot moves to the next slot and tells whether there was one to leave.
func (p *prompt) nextSlot() bool {
	if len(p.slots) == 0 {
		return false
	}
	if p.slots = p.slots[1:]; len(p.slots) == 0 {
		p.input.CursorEnd()
	}
	p.showSlot()
	return true
}

// cursorByte is the cursor's offset into the value in bytes.
func (p *prompt) cursorByte() int {
	return len(string([]rune(p.value())[:p.input.Position()]))
}

// handleKey edits the line. It returns true for Ctrl+X Ctrl+E.
func (p *prompt) handleKey(msg tea.KeyMsg) (edit bool) {
	if p.pending != "" {
		p.pending = ""
		return key.Matches(msg, p.keys.editor)
	}
	before := p.value()
	switch {
	case key.Matches(msg, p.keys.escape):
		p.pending = msg.String()
		return false
	case key.Matches(msg, p.keys.previous):
		p.recall(1)
	case key.Matches(msg, p.keys.next):
		p.recall(-1)
	case key.Matches(msg, p.keys.yank):
		p.insert(p.killed)
	case key.Matches(msg, p.keys.transpose):
		p.transpose()
	default:
		p.edit(msg, before)
	}
	p.judge()
	return false
}

// edit hands the key to textinput, and keeps what a kill key cut.
func (p *prompt) edit(msg tea.KeyMsg, before string) {
	at := p.cursorByte()
	if typing(msg) && len(p.slots) > 0 {
		p.replaceSlot(msg)
		return
	}
	editInput(&p.input, msg)
	p.shiftSlots(before, at)
	if key.Matches(msg, p.keys.killLine, p.keys.killStart, p.keys.killBack, p.keys.killWord) {
		if cut := cutBetween(before, p.value()); cut != "" {
			p.killed = cut
		}
	}
}

func typing(msg tea.KeyMsg) bool {
	return (msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace) && !msg.Alt
}

// replaceSlot types over the selected slot; the slot stays open for more.
func (p *prompt) replaceSlot(msg tea.KeyMsg) {
	slot, rest := p.slots[0], p.slots[1:]
	text := string(msg.Runes)
	grown := len(text) - (slot.End - slot.Start)
	p.input.SetValue(p.value()[:slot.Start] + text + p.value()[slot.End:])
	p.input.SetCursor(len([]rune(p.value()[:slot.Start+len(text)])))
	p.slots = nil
	for _, s := range rest {
		p.slots = append(p.slots, protocol.Span{Start: s.Start + grown, End: s.End + grown})
	}
	if len(rest) > 0 {
		p.slots = append([]protocol.Span{{Start: slot.Start + len(text), End: slot.Start + len(text)}}, p.slots...)
	}
}

// shiftSlots keeps the slots behind the cursor where their text went.
func (p *prompt) shiftSlots(before string, at int) {
	grown := len(p.value()) - len(before)
	for i := range p.slots {
		if p.slots[i].Start >= at || i > 0 {
			p.slots[i].Start += grown
			p.slots[i].End += grown
		}
		if p.slots[i].Start < 0 || p.slots[i].End > len(p.value()) {
			p.slots = nil
			return
		}
	}
}

// cutBetween is what is in before and not in after, which lost one piece.
func cutBetween(before, after string) string {
	old, left := []rune(before), []rune(after)
	head := 0
	for head < len(left) && old[head] == left[head] {
		head++
	}
	return string(old[head : len(old)-(len(left)-head)])
}

func (p *prompt) insert(text string) {
	runes, at := []rune(p.value()), p.input.Position()
	p.input.SetValue(string(runes[:at]) + text + string(runes[at:]))
	p.input.SetCursor(at + len([]rune(text)))
}

// transpose swaps the letters around the cursor, as readline does.
func (p *prompt) transpose() {
	runes, at := []rune(p.value()), p.input.Position()
	if at == len(runes) {
		at--
	}
	if at < 1 {
		return
	}
	runes[at-1], runes[at] = runes[at], runes[at-1]
	p.input.SetValue(string(runes))
	p.input.SetCursor(at + 1)
}

// recall steps through the lines typed before; step 1 is further back.
func (p *prompt) recall(step int) {
	to := p.at + step
	if to < -1 || to >= len(p.lines) {
		return
	}
	if p.at == -1 {
		p.typed = p.value()
	}
	p.at = to
	if to == -1 {
		p.set(p.typed)
		return
	}
	p.set(p.lines[to])
}

// complete accepts a proposal.
func (p *prompt) complete(w protocol.Want) {
	prefix := len(p.value()) - len(p.line.Raw)
	p.set(p.value()[:prefix+w.Start] + w.Text)
}

// remark is the first thing to say about the line while it is typed: what is
// merely unfinished is not said.
func (p *prompt) remark() (protocol.Diagnostic, bool) {
	var best protocol.Diagnostic
	found, atEnd := false, p.input.Position() == len([]rune(p.value()))
	for _, d := range p.line.Diags {
		if atEnd && p.unfinished(d) {
			continue
		}
		if !found || d.Severity > best.Severity {
			best, found = d, true
		}
	}
	return best, found
}

// unfinished tells whether more typing at the end of the line could mend d.
func (p *prompt) unfinished(d protocol.Diagnostic) bool {
	switch d.Code {
	case "line.trailing", "line.empty":
		return true
	case "verb.unknown", "verb.typo", "domain.single", "path.brackets", "mailbox.domain", "auth.mechanism":
		return d.End == len(p.line.Raw)
	}
	return d.Start == len(p.line.Raw)
}

// label says where the session stands, as the prompt's beginning.
func (p *prompt) label() string { return stateLabel(p.state) + " › " }

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
