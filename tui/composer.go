package tui

import (
	"crypto/rand"
	"fmt"
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
	composerNone      composerAction = iota
	composerFinish                   // end the message and send it
	composerClose                    // back to the prompt; the draft is kept
	composerDrop                     // end the connection; the draft is kept
	composerTemplates                // choose a template
	composerOpen                     // read a file
	composerSave                     // write a file
	composerAttach                   // choose a file to attach
	composerAdd                      // ask for the name of a header field
	composerOutside                  // edit in $EDITOR
	composerPrepare                  // put the message together with its files
	composerConfirmed                // send it: the user has seen where it goes
)

// promptly is the largest message, in octets, that is checked at every
// stroke, and the largest that is edited as source. A larger one is checked
// when its draft is saved.
const promptly = 1 << 20

// composer is the message editor: a form or the source of a message, the
// checks, and a view of what goes out. It knows nothing of connections or
// files; the model tells it the session's state and carries out its actions.
type composer struct {
	st     *styles
	keys   composerKeys
	now    func() time.Time
	unique func() string // the left half of a Message-ID
	w, h   int

	state protocol.State
	chunk bool // the text goes out by BDAT
	letter
	focus          int                            // index of a row; len(fields) is the text
	removed        int                            // the edits of rows that are gone
	before, undone []writing                      // for undo and redo
	cameFrom       *writing                       // what the source was made of, where that was a form
	preparing      bool                           // the message is being put together
	checked        int                            // the edits that the last check has seen
	after          func(*composer) composerAction // what follows once the message is put together

	made    made                     // what would go out, without the files
	ready   *outgoing                // the same with its files, on the disk; nil until it is asked for
	remarks []protocol.MessageRemark // worst first

	beside bool // the preview is wanted beside the form, where that fits
	alone  bool // the preview is shown in place of the form
	shown  int  // the line the preview stands at, while alone

	asking  composerQuestion // the next key answers it
	confirm string           // what is asked before a message leaves this machine
	note    string           // a sentence, until the next key
	handed  bool             // the text went out as it is, and no verdict has come
	lines   bool             // the header is being typed line by line, as tutorials have it
	folds   *formField       // what a line that begins with a blank goes on with
	prefix  bool             // Ctrl+X was pressed
	seed    string           // what the boundaries of a multipart begin with

	drafts draftKeeper
}

func newComposer(st *styles, now func() time.Time) *composer {
	c := &composer{st: st, keys: defaultComposerKeys(), now: now, unique: rand.Text, beside: true}
	c.clear()
	return c
}

// clear begins an empty message.
func (c *composer) clear() {
	c.letter, c.focus, c.seed = newLetter(), 0, c.unique()
	c.alone, c.handed, c.lines, c.folds, c.remarks = false, false, false, nil, nil
	c.discard()
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
func (c *composer) openChunk(size int64, last bool) tea.Cmd {
	c.chunk = true
	c.begin(c.state, c.headed())
	if size > 0 {
		c.note = fmt.Sprintf("BDAT %d was typed: the line goes out with the number of octets that are here", size)
	}
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
	if header && c.source == nil {
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
	name := c.state.Name
	c.state = st
	if st.Name == "" {
		c.state.Name = name
	}
	c.checkSmall()
}

// waiting tells whether the server takes message lines now: from there SMTP
// knows no way back but a closed connection (RFC 5321 §4.1.1.4).
func (c *composer) waiting() bool { return c.state.Phase == protocol.PhaseData }

// untouched tells whether nothing was written in this run that could be missed.
func (c *composer) untouched() bool { return c.drafts.offered != nil || c.letter.untouched() }

// sent forgets the draft of a message the server took. A message that did not
// come from here, or was changed since, is none of its business.
func (c *composer) sent() {
	if c.handed {
		c.clear()
		c.drafts.forget()
	}
}

// chunkSent begins the next chunk. The text of the one that went is kept until
// the server has taken the whole message. One that goes whole, in chunks that
// nobody typed, stays as it is.
func (c *composer) chunkSent() {
	if c.handed && c.chunk {
		c.remember()
		c.drafts.setAside()
		c.clear()
	}
}

// refused keeps the text for another try: the message was not taken.
func (c *composer) refused() { c.handed = false }

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
	return action, tea.Batch(cmd, c.save())
}

// edits changes whenever the text does.
func (c *composer) edits() int {
	n := c.removed + c.body.edits + c.html.edits
	if c.source != nil {
		n += c.source.edits
	}
	for _, f := range c.fields {
		n += f.edits
	}
	return n
}

// edited counts a change that no row and no text counts.
func (c *composer) edited() { c.removed++ }

func (c *composer) act(msg tea.KeyMsg) composerAction {
	prefixed := c.prefix
	c.prefix = false
	switch {
	case prefixed && key.Matches(msg, c.keys.outside):
		return c.editOutside()
	case typing(msg):
		c.insert(string(msg.Runes))
	default:
		return c.command(msg)
	}
	return composerNone
}

// command does what the keys of the table mean, and gives the others to what
// has the cursor.
func (c *composer) command(msg tea.KeyMsg) composerAction {
	for _, row := range composerCommands {
		if key.Matches(msg, row.key(c.keys)) {
			return row.do(c)
		}
	}
	switch {
	case c.previewAlone() || c.disk != "":
		c.previewKey(msg)
	case key.Matches(msg, c.keys.next):
		c.moveFocus(1)
	case key.Matches(msg, c.keys.previous):
		c.moveFocus(-1)
	case c.focus < len(c.fields) && c.source == nil:
		return c.fieldKey(msg)
	default:
		return c.textKey(msg)
	}
	return composerNone
}

// insert puts typed or pasted text where the cursor is.
func (c *composer) insert(text string) {
	switch {
	case c.disk != "":
		c.note = "a message sent from disk is not edited here: " + c.keys.fresh.Help().Key + " begins another"
	case c.previewAlone():
		c.note = "this is the view of the wire: " + c.keys.preview.Help().Key + " goes back to the form"
	case c.focus < len(c.fields) && c.source == nil:
		if c.fields[c.focus].file != nil {
			c.note = "the name of a file is not changed here: Alt+X takes it out"
			return
		}
		c.fields[c.focus].insert(text)
		if strings.ContainsAny(text, "\r\n") {
			c.note = "the line ends in what was pasted are blanks now: a field has one line, and another line would be another field"
		}
	default:
		c.insertText(text)
	}
}

// insertText types into the text. A message pasted whole brings its final dot:
// it ends the message, and is none of it.
func (c *composer) insertText(text string) {
	lines := unfoldedLines(text)
	n := len(lines)
	for n > 1 && lines[n-1] == "" {
		n--
	}
	if b := c.text(); n > 1 && lines[n-1] == "." && !c.chunk && b.endsAtCursor() {
		c.note = "the final dot of what was pasted is not part of the message: " + c.keys.finish.Help().Key + " sends"
		lines = undotted(lines[:n-1])
		text = joined(lines) + "\n"
	}
	c.text().insert(text)
}

// textKey edits the text. Enter behind a lone dot on the last line ends the
// message, as every tutorial for telnet teaches.
func (c *composer) textKey(msg tea.KeyMsg) composerAction {
	b, enter := c.text(), key.Matches(msg, c.keys.enter)
	switch {
	case c.disk != "":
		return composerNone
	case enter && c.enterLine():
		return composerNone
	case enter && c.endsByDot():
		b.removeDot()
		return c.finish()
	case enter && !c.chunk && b.current() == ".":
		c.note = "a lone dot inside the text goes out as two, and the server takes one away; at the end of the text it ends the message"
	case enter && !c.chunk:
		c.note = slip(b.current())
	case key.Matches(msg, c.keys.up) && b.row == 0 && c.source == nil:
		c.moveFocus(-1)
		return composerNone
	}
	b.handleKey(msg.String())
	return composerNone
}

// endsByDot tells whether Enter would end the message: the cursor stands
// behind a lone dot at the end of the text. BDAT knows no such dot.
func (c *composer) endsByDot() bool {
	inText := c.focus == len(c.fields) || c.source != nil
	return !c.chunk && inText && c.disk == "" && c.text().endsWithDot()
}

// finish sends the message, unless an error holds it as it holds a command.
func (c *composer) finish() composerAction {
	c.check()
	if i := slices.IndexFunc(c.remarks, func(r protocol.MessageRemark) bool { return r.Severity == protocol.Error }); i >= 0 {
		r := c.remarks[i]
		c.note = "held: " + c.place(r.Line) + protocol.Safe(r.Message) + c.fixWords(r) + " · Alt+Enter sends it as it is"
		return composerNone
	}
	return c.whole(sendIt)
}

func sendIt(*composer) composerAction { return composerFinish }

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
