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
	{name: "From", help: "who writes, as people see it; MAIL names the reverse-path · RFC 5322 §3.6.2", offer: offerFrom, follows: true},
	{name: "To", help: "for whom, as people see it; RCPT decides who gets it · RFC 5322 §3.6.3", offer: offerTo, follows: true},
	{name: "Cc", help: "who else is shown as a reader; a blind copy is a RCPT and stands nowhere here · RFC 5322 §3.6.3", offer: offerNothing, optional: true},
	{name: "Reply-To", help: "where answers should go, when not to From · RFC 5322 §3.6.2", offer: offerNothing, optional: true},
	{name: "Subject", help: "what it is about, in one line; letters outside ASCII go out as encoded words · RFC 5322 §3.6.5", offer: offerNothing},
	{name: "Date", help: "when it was written; every message must say so · RFC 5322 §3.6.1", offer: offerDate},
	{name: "Message-ID", help: "a name no other message has, as <left@right> · RFC 5322 §3.6.4", offer: offerID},
}

// The lines of help for the texts.
const (
	bodyHelp   = "the text; a lone dot on the last line ends the message · RFC 5321 §4.1.1.4"
	htmlHelp   = "the same in HTML: both go out, and the reader's program chooses (multipart/alternative) · RFC 2046 §5.1.4"
	sourceHelp = "the whole message exactly as it goes out: header, an empty line, text; a lone dot on the last line ends it"
)

// addedHelp is the line of help for a field that formRows does not have.
const addedHelp = "any header field; emptied, it goes away · Alt+↑ Alt+↓ move it, Alt+C copies it · RFC 5322 §3.6"

// formRow says what one field is.
type formRow struct {
	name, help string
	// offer proposes a value; "" is none.
	offer func(*composer) string
	// follows is true where the value follows the envelope until somebody
	// writes in the field; else the first proposal stays.
	follows bool
	// optional is true for a field that most messages do without: Enter
	// passes it over.
	optional bool
	// added is true for a field that somebody typed: it goes when it is emptied.
	added bool
}

// formField is one header field being written, or one file that goes with the
// message. An empty one does not go out.
type formField struct {
	formRow
	input textinput.Model
	given string   // the proposal taken last
	was   string   // what a line typed in the field is put back to
	own   bool     // somebody decided on it in an earlier run: no more proposals
	file  *fileRow // nil for a header field
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
	return &formField{formRow: row, input: newInput()}
}

// newAdded is a field that the form does not have by itself.
func newAdded(name, value string) *formField {
	f := newField(formRow{name: name, help: addedHelp, offer: offerNothing, added: true})
	f.set(value)
	return f
}

// addField puts a field of any name behind the other fields.
func (c *composer) addField(name, value string) *formField {
	f := newAdded(name, value)
	c.insertRow(c.headerRows(), f)
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
