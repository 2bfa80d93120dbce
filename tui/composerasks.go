package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// composerQuestion is what the editor asks before something is lost.
type composerQuestion int

const (
	asksNothing composerQuestion = iota
	asksDrop                     // the connection
	asksNew                      // the text
)

// composerQuestions are the questions; every key that is not yes goes on.
var composerQuestions = [...]struct {
	text string
	yes  func(*composer, tea.KeyMsg) bool
	then func(*composer) composerAction
}{
	asksDrop: {
		"Drop the connection? The server forgets the message, the draft stays here. y drops, any other key goes on",
		func(_ *composer, msg tea.KeyMsg) bool {
			return typing(msg) && strings.EqualFold(string(msg.Runes), "y")
		},
		func(*composer) composerAction { return composerDrop },
	},
	asksNew: {
		"Begin a new message? This text and its draft are thrown away. F7 begins, any other key goes on with this one",
		func(c *composer, msg tea.KeyMsg) bool { return key.Matches(msg, c.keys.fresh) },
		(*composer).beginNew,
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

// answer takes the key that follows a question.
func (c *composer) answer(msg tea.KeyMsg) (composerAction, tea.Cmd) {
	q := composerQuestions[c.asking]
	c.asking = asksNothing
	if !q.yes(c, msg) {
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
