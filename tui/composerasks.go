package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol/message"
)

// composerQuestion is what the editor asks before something is lost, or leaves
// this machine.
type composerQuestion int

const (
	asksNothing composerQuestion = iota
	asksDrop                     // the connection
	asksNew                      // the text
	asksSend                     // the message, to another machine
)

// composerQuestions are the questions; every key that is not yes goes on.
var composerQuestions = [...]struct {
	text func(*composer) string
	yes  func(*composer, tea.KeyMsg) bool
	then func(*composer) composerAction
}{
	asksDrop: {
		func(*composer) string {
			return "Drop the connection? The server forgets the message, the draft stays here. y drops, any other key goes on"
		},
		func(_ *composer, msg tea.KeyMsg) bool {
			return typing(msg) && strings.EqualFold(string(msg.Runes), "y")
		},
		func(*composer) composerAction { return composerDrop },
	},
	asksNew: {
		func(*composer) string {
			return "Begin a new message? This text and its draft are thrown away. F7 begins, any other key goes on with this one"
		},
		func(c *composer, msg tea.KeyMsg) bool { return key.Matches(msg, c.keys.fresh) },
		(*composer).beginNew,
	},
	asksSend: {
		func(c *composer) string { return c.confirm },
		func(c *composer, msg tea.KeyMsg) bool { return key.Matches(msg, c.keys.enter) },
		func(*composer) composerAction { return composerConfirmed },
	},
}

func (c *composer) askDrop() {
	if !c.waiting() {
		c.note = "nothing is under way that only a closed connection could end: Esc goes back to the prompt"
		return
	}
	c.asking = asksDrop
}

func (c *composer) askNew() {
	if c.untouched() {
		c.note = "this is a new message: nothing is written in it yet"
		return
	}
	c.asking = asksNew
}

// askSend asks before the message leaves this machine: text says where it goes.
func (c *composer) askSend(text string) {
	c.asking, c.confirm = asksSend, text
}

// answer takes the key that follows a question.
func (c *composer) answer(msg tea.KeyMsg) (composerAction, tea.Cmd) {
	q := composerQuestions[c.asking]
	sending := c.asking == asksSend
	c.asking = asksNothing
	if !q.yes(c, msg) {
		if sending {
			c.note = "not sent: the connection and the transaction are as they were"
		}
		return composerNone, nil
	}
	return q.then(c), c.save()
}

// beginNew throws the text and its draft away.
func (c *composer) beginNew() composerAction {
	c.clear()
	c.drafts.forget()
	c.begin(c.state, c.headed())
	return composerNone
}

// encodings are the ways a text can travel, in the order a key goes through
// them (RFC 2045 §6).
var encodings = []struct {
	encoding message.Encoding
	words    string
}{
	{message.Auto, "as it stands in ASCII, else quoted-printable, or 8bit where MAIL said BODY=8BITMIME"},
	{message.QuotedPrintable, "quoted-printable: lines of 76 characters in ASCII, still readable"},
	{message.Base64, "base64: lines of 76 characters in ASCII, a third longer"},
	{message.EightBit, "8bit, as it stands: the server should offer 8BITMIME, and MAIL say BODY=8BITMIME"},
}

func (c *composer) nextEncoding() {
	if c.source != nil || c.disk != "" {
		c.note = "the source is sent as it stands: its Content-Transfer-Encoding field says how the text travels"
		return
	}
	at := 0
	for i, e := range encodings {
		if e.encoding == c.encoding {
			at = (i + 1) % len(encodings)
		}
	}
	c.encoding = encodings[at].encoding
	c.note = "the text goes out " + encodings[at].words
	c.edited()
}
