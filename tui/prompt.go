package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

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

	killed  string          // what the last kills in a row cut, for yank
	killing bool            // the key before was a kill
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
	before, joined := p.value(), p.killing
	p.killing = false
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
		p.edit(msg, before, joined)
	}
	p.judge()
	return false
}

// edit hands the key to textinput, and keeps what a kill key cut.
func (p *prompt) edit(msg tea.KeyMsg, before string, joined bool) {
	at := p.cursorByte()
	if typing(msg) && len(p.slots) > 0 {
		p.replaceSlot(msg)
		return
	}
	editInput(&p.input, msg)
	p.shiftSlots(before, at)
	if key.Matches(msg, p.keys.killLine, p.keys.killStart, p.keys.killBack, p.keys.killWord) {
		p.keepCut(p.cut(before), joined, key.Matches(msg, p.keys.killStart, p.keys.killBack))
	}
}

// keepCut keeps what a kill took for yank. Kills in a row are one, in the order
// of the line; a kill that took nothing leaves what there was.
func (p *prompt) keepCut(cut string, joined, before bool) {
	p.killing = true
	switch {
	case cut == "":
	case joined && before:
		p.killed = cut + p.killed
	case joined:
		p.killed += cut
	default:
		p.killed = cut
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

// cut is what is in before and not in the line any more: it stood where the
// cursor is now.
func (p *prompt) cut(before string) string {
	old, at := []rune(before), p.input.Position()
	return string(old[at : at+len(old)-len([]rune(p.value()))])
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
