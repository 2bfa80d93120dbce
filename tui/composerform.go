package tui

import (
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
)

// formRows are the header fields of the form, in the order they go out.
var formRows = []formRow{
	{"From", "who writes, as people see it; MAIL named the reverse-path · RFC 5322 §3.6.2", offerFrom, true, false},
	{"To", "for whom, as people see it; RCPT decides who gets it · RFC 5322 §3.6.3", offerTo, true, false},
	{"Subject", "what it is about, in one line · RFC 5322 §3.6.5", offerNothing, false, false},
	{"Date", "when it was written; every message must say so · RFC 5322 §3.6.1", offerDate, false, false},
	{"Message-ID", "a name no other message has, as <left@right> · RFC 5322 §3.6.4", offerID, false, false},
}

// bodyHelp is the line of help for the body.
const bodyHelp = "the text; a lone dot on the last line ends the message · RFC 5321 §4.1.1.4"

// addedHelp is the line of help for a field that formRows does not have.
const addedHelp = "typed as a header line; emptied, it goes away · RFC 5322 §3.6"

// formRow says what one field is.
type formRow struct {
	name, help string
	// offer proposes a value; "" is none.
	offer func(*composer) string
	// follows is true where the value follows the envelope until somebody
	// writes in the field; else the first proposal stays.
	follows bool
	// added is true for a field that somebody typed: it goes when it is emptied.
	added bool
}

// formField is one header field being written. An empty one does not go out.
type formField struct {
	formRow
	input textinput.Model
	given string // the proposal taken last
	was   string // what a line typed in the field is put back to
	own   bool   // somebody decided on it in an earlier run: no more proposals
	edits int
}

func newForm() []*formField {
	fields := make([]*formField, len(formRows))
	for i, row := range formRows {
		fields[i] = newField(row)
	}
	return fields
}

func newField(row formRow) *formField {
	input := textinput.New()
	input.KeyMap.Paste.SetEnabled(false)
	input.KeyMap.NextSuggestion.SetEnabled(false)
	input.KeyMap.PrevSuggestion.SetEnabled(false)
	input.KeyMap.AcceptSuggestion.SetEnabled(false)
	input.Focus()
	return &formField{formRow: row, input: input}
}

// addField puts a field of any name behind the others.
func (c *composer) addField(name, value string) *formField {
	f := newField(formRow{name: name, help: addedHelp, offer: offerNothing, added: true})
	f.set(value)
	if c.focus == len(c.fields) {
		c.focus++ // The body moved on.
	}
	c.fields = append(c.fields, f)
	return f
}

func (f *formField) value() string { return f.input.Value() }

// touched tells whether somebody wrote in the field.
func (f *formField) touched() bool { return f.value() != f.given }

// set replaces the value and puts the cursor at its end.
func (f *formField) set(value string) {
	f.input.SetValue(value)
	f.input.CursorEnd()
	f.was = f.value()
}

// cursor is the cursor's offset into the value in bytes.
func (f *formField) cursor() int {
	return len(string([]rune(f.value())[:f.input.Position()]))
}

// insert types text. A line break in it would begin another field, or the
// body: it becomes a blank.
func (f *formField) insert(text string) {
	text = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ").Replace(text)
	// Marked as pasted, a text that reads like the name of a key is none.
	f.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

// handleKey takes an editing key; textinput would type other Alt keys.
func (f *formField) handleKey(msg tea.KeyMsg) {
	k := f.input.KeyMap
	if msg.Type != tea.KeyRunes || key.Matches(msg, k.WordBackward, k.WordForward, k.DeleteWordForward) {
		f.update(msg)
	}
}

func (f *formField) update(msg tea.KeyMsg) {
	before := f.value()
	editInput(&f.input, msg)
	if f.value() != before {
		f.edits++
	}
}

// offer fills the fields nobody wrote in.
func (c *composer) offer() {
	for _, f := range c.fields {
		value := f.offer(c)
		if f.own || f.touched() || value == "" || f.given != "" && !f.follows {
			continue
		}
		f.set(value)
		f.given = f.value()
	}
}

func offerNothing(*composer) string { return "" }

// offerFrom: bounces have a null reverse-path, and say themselves who they are from.
func offerFrom(c *composer) string { return c.state.From }

// offerTo lists the accepted recipients that have a domain, as a header needs.
func offerTo(c *composer) string {
	var list []string
	for _, r := range c.state.Rcpts {
		if r.Accepted() && strings.Contains(r.Path, "@") {
			list = append(list, r.Path)
		}
	}
	return strings.Join(list, ", ")
}

// offerDate: date-time   RFC 5322 §3.3
func offerDate(c *composer) string { return c.now().Format(time.RFC1123Z) }

// offerID: msg-id = "<" id-left "@" id-right ">"   RFC 5322 §3.6.4
func offerID(c *composer) string {
	domain := "localhost"
	if at := strings.LastIndexByte(c.state.From, '@'); at >= 0 {
		domain = c.state.From[at+1:]
	} else if c.state.Name != "" {
		domain = c.state.Name
	}
	return "<" + c.unique() + "@" + domain + ">"
}

// messageLines is a message line by line, without line ends. The head holds
// the empty line that ends it.
type messageLines struct{ head, body []string }

func (m messageLines) len() int { return len(m.head) + len(m.body) }

func (m messageLines) at(i int) string {
	if i < len(m.head) {
		return m.head[i]
	}
	return m.body[i-len(m.head)]
}

// octets counts lines [from, to) with their CRLF, as SIZE counts (RFC 1870 §3).
func (m messageLines) octets(from, to int) int64 {
	var n int64
	for i := from; i < to; i++ {
		n += int64(len(m.at(i)) + len("\r\n"))
	}
	return n
}

func (m messageLines) text() string {
	var b strings.Builder
	b.Grow(int(m.octets(0, m.len())))
	for i := range m.len() {
		b.WriteString(m.at(i))
		b.WriteString("\r\n")
	}
	return b.String()
}

// wire is line i as DATA carries it (RFC 5321 §4.5.2). It is protocol.DotWriter's
// work for one line that is on the screen; a test compares the two.
func (m messageLines) wire(i int, dots bool) (line string, stuffed bool) {
	line = m.at(i)
	if dots && strings.HasPrefix(line, ".") {
		return "." + line, true
	}
	return line, false
}

// unfoldedLines normalises what was pasted or read: every CRLF and lone CR
// becomes a line end.
func unfoldedLines(text string) []string {
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
}

// remarkCount says how many remarks of each severity there are.
func remarkCount(remarks []protocol.MessageRemark) string {
	var words []string
	for sev := protocol.Error; sev >= protocol.Hint; sev-- {
		n := 0
		for _, r := range remarks {
			if r.Severity == sev {
				n++
			}
		}
		if n > 0 {
			words = append(words, plural(n, sev.String()))
		}
	}
	return strings.Join(words, ", ")
}
