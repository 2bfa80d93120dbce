package tui

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
)

// composerAction is what a key in the message editor asks the model for.
type composerAction int

const (
	composerNone   composerAction = iota
	composerFinish                // end the message and send it
	composerClose                 // back to the prompt; the draft is kept
	composerDrop                  // end the connection; the draft is kept
)

// promptly is the largest message, in octets, that is checked at every
// stroke. A larger one is checked when its draft is saved.
const promptly = 1 << 20

// composer is the message editor: a form for the header, the body, the checks,
// and a view of what goes out. It knows nothing of connections; the model
// tells it the session's state and carries out its actions.
type composer struct {
	st     *styles
	keys   composerKeys
	now    func() time.Time
	unique func() string // the left half of a Message-ID
	w, h   int

	state   protocol.State
	chunk   bool // the text goes out by BDAT
	fields  []*formField
	focus   int // index of a field; len(fields) is the body
	removed int // the edits of fields that are gone
	body    bodyText
	remarks []protocol.MessageRemark // worst first

	beside bool // the preview is wanted beside the form, where that fits
	alone  bool // the preview is shown in place of the form
	shown  int  // the line the preview stands at, while alone

	asking composerQuestion // the next key answers it
	note   string           // a sentence, until the next key
	handed bool             // the text went out as it is, and no verdict has come
	lines  bool             // the header is being typed line by line, as tutorials have it
	folds  *formField       // what a line that begins with a blank goes on with

	drafts draftKeeper
}

func newComposer(st *styles, now func() time.Time) *composer {
	c := &composer{st: st, keys: defaultComposerKeys(), now: now, unique: rand.Text, beside: true}
	c.clear()
	return c
}

// clear begins an empty message.
func (c *composer) clear() {
	c.fields, c.body, c.focus = newForm(), bodyText{lines: []string{""}}, 0
	c.alone, c.handed, c.lines, c.folds, c.remarks = false, false, false, nil, nil
}

func (c *composer) setSize(w, h int) { c.w, c.h = w, h }

// open shows the editor in state st, where name is what this client calls
// itself. What is there stays; fields nobody wrote in are filled from the
// envelope and the clock.
func (c *composer) open(st protocol.State, name string) tea.Cmd {
	st.Name = name
	c.chunk = false
	c.begin(st, true)
	return nil
}

// openChunk shows the editor for the octets of a BDAT command (RFC 3030 §2).
// The state is the one of setState. Only the first chunk has a header.
func (c *composer) openChunk(last bool) tea.Cmd {
	c.chunk = true
	c.begin(c.state, c.headed())
	if !last {
		c.note = "a part of the message: it goes on in the next BDAT, up to the one with LAST"
	}
	return nil
}

// headed tells whether what goes out begins with a header.
func (c *composer) headed() bool { return !c.chunk || c.state.Phase != protocol.PhaseChunk }

func (c *composer) begin(st protocol.State, header bool) {
	c.state, c.asking, c.note = st, asksNothing, ""
	untouched := c.untouched()
	if header {
		c.offer()
	}
	if untouched {
		c.focusOn(len(c.fields))
		if header {
			c.focusOn(c.emptyFrom(0))
		}
	}
	c.check()
}

// setState tells the editor where the session stands.
func (c *composer) setState(st protocol.State) {
	c.state = st
	c.checkSmall()
}

// waiting tells whether the server takes message lines now: from there SMTP
// knows no way back but a closed connection (RFC 5321 §4.1.1.4).
func (c *composer) waiting() bool { return c.state.Phase == protocol.PhaseData }

// untouched tells whether nothing was written in this run that could be missed.
func (c *composer) untouched() bool {
	return c.drafts.offered != nil || c.body.empty() && !slices.ContainsFunc(c.fields, func(f *formField) bool { return f.touched() })
}

// sent forgets the draft of a message the server took. A message that did not
// come from here, or was changed since, is none of its business.
func (c *composer) sent() {
	if c.handed {
		c.clear()
		c.drafts.forget()
	}
}

// refused keeps the text for another try: the message was not taken.
func (c *composer) refused() { c.handed = false }

// message is the text in lines. A form without any field is no header: then
// the body is the whole message. An empty last line of the body is only where
// the cursor stands.
func (c *composer) message() messageLines {
	var m messageLines
	for _, f := range c.fields {
		if v := f.value(); v != "" {
			m.head = append(m.head, f.name+": "+v)
		}
	}
	if m.head != nil {
		m.head = append(m.head, "")
	}
	m.body = c.body.lines
	if last := len(m.body) - 1; m.body[last] == "" {
		m.body = m.body[:last]
	}
	return m
}

// text is the message as it is handed to the connection: lines ended by CRLF,
// dots not doubled.
func (c *composer) text() string { return c.message().text() }

// check judges the text anew. A dot that is about to end the message is none
// of it.
func (c *composer) check() {
	m := c.message()
	if c.endsByDot() {
		m.body = m.body[:c.body.row]
	}
	c.remarks = slices.DeleteFunc(protocol.LintMessage(m.text(), c.state), c.pointless)
	slices.SortStableFunc(c.remarks, func(a, b protocol.MessageRemark) int { return int(b.Severity - a.Severity) })
}

// checkSmall is check for a text that takes no time worth mentioning.
func (c *composer) checkSmall() {
	if m := c.message(); m.octets(0, m.len()) <= promptly {
		c.check()
	}
}

// pointless tells whether a remark does not concern a chunk: it has no dots to
// double, and no header but in the first.
func (c *composer) pointless(r protocol.MessageRemark) bool {
	area, _, _ := strings.Cut(r.Code, ".")
	later := c.state.Phase == protocol.PhaseChunk && (area == "header" || area == "envelope")
	return c.chunk && (later || r.Code == "line.dot")
}

// handleKey edits, and tells what is left to do for the model.
func (c *composer) handleKey(msg tea.KeyMsg) (composerAction, tea.Cmd) {
	if c.asking != asksNothing {
		return c.answer(msg)
	}
	c.note = ""
	if c.drafts.offered != nil {
		if cmd, done := c.answerDraft(msg); done {
			return composerNone, cmd
		}
	}
	edits, dot := c.edits(), c.endsByDot()
	action := c.act(msg)
	var cmd tea.Cmd
	switch {
	case c.edits() != edits:
		cmd = c.changed()
	case c.endsByDot() != dot:
		c.checkSmall()
	}
	if action == composerNone {
		return action, cmd
	}
	c.handed = action == composerFinish && (c.waiting() || c.chunk)
	return action, tea.Batch(cmd, c.save())
}

// edits changes whenever the text does.
func (c *composer) edits() int {
	n := c.removed + c.body.edits
	for _, f := range c.fields {
		n += f.edits
	}
	return n
}

func (c *composer) act(msg tea.KeyMsg) composerAction {
	switch {
	case typing(msg):
		c.insert(string(msg.Runes))
	case key.Matches(msg, c.keys.finish):
		return c.finish()
	case key.Matches(msg, c.keys.anyway):
		return composerFinish
	case key.Matches(msg, c.keys.leave):
		return c.leave()
	case key.Matches(msg, c.keys.drop):
		c.askDrop()
	case key.Matches(msg, c.keys.fresh):
		c.askNew()
	case key.Matches(msg, c.keys.preview):
		c.togglePreview()
	case c.previewAlone():
		c.previewKey(msg)
	case key.Matches(msg, c.keys.next):
		c.moveFocus(1)
	case key.Matches(msg, c.keys.previous):
		c.moveFocus(-1)
	case c.focus < len(c.fields):
		return c.fieldKey(msg)
	default:
		return c.bodyKey(msg)
	}
	return composerNone
}

// insert puts typed or pasted text where the cursor is.
func (c *composer) insert(text string) {
	switch {
	case c.previewAlone():
		c.note = "this is the view of the wire: F9 goes back to the form"
	case c.focus < len(c.fields):
		c.fields[c.focus].insert(text)
	default:
		c.body.insert(text)
	}
}

// bodyKey edits the body. Enter behind a lone dot on the last line ends the
// message, as every tutorial for telnet teaches.
func (c *composer) bodyKey(msg tea.KeyMsg) composerAction {
	enter := key.Matches(msg, c.keys.enter)
	switch {
	case enter && c.enterLine():
		return composerNone
	case enter && c.endsByDot():
		c.body.removeDot()
		return c.finish()
	case enter && !c.chunk && c.body.current() == ".":
		c.note = "a lone dot inside the text goes out as two, and the server takes one away; at the end of the text it ends the message"
	case key.Matches(msg, c.keys.up) && c.body.row == 0:
		c.moveFocus(-1)
		return composerNone
	}
	c.body.handleKey(msg.String())
	return composerNone
}

// endsByDot tells whether Enter would end the message: the cursor stands
// behind a lone dot at the end of the text. BDAT knows no such dot.
func (c *composer) endsByDot() bool {
	return !c.chunk && c.focus == len(c.fields) && c.body.endsWithDot()
}

// finish sends the message, unless an error holds it as it holds a command.
func (c *composer) finish() composerAction {
	c.check()
	if len(c.remarks) > 0 && c.remarks[0].Severity == protocol.Error {
		c.note = "held: " + c.place(c.remarks[0].Line) + c.remarks[0].Message + " · Alt+Enter sends it as it is"
		return composerNone
	}
	return composerFinish
}

// leave goes back: from the preview to the form, from the form to the prompt.
func (c *composer) leave() composerAction {
	switch {
	case c.previewAlone():
		c.alone = false
	case c.waiting():
		c.note = "SMTP has no cancel here: F10, or a lone dot at the end, finishes and sends; F8 drops the connection, and the server forgets the message"
	default:
		return composerClose
	}
	return composerNone
}
