package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
)

// mostUndo is how many states of the text undo goes back.
const mostUndo = 20

// remember keeps the text as it is for undo. It is called before whatever
// replaces more than a stroke does.
func (c *composer) remember() {
	c.before, c.undone = append(c.before, c.letter.writing()), nil
	if n := len(c.before) - mostUndo; n > 0 {
		c.before = slices.Delete(c.before, 0, n)
	}
}

// undo brings back the text as it was before the last great change.
func (c *composer) undo() {
	n := len(c.before)
	if n == 0 {
		c.note = "nothing to bring back: it undoes a template, a file that was read, a change of view, a fix"
		return
	}
	c.undone = append(c.undone, c.letter.writing())
	c.replace(c.before[n-1].letter())
	c.before = c.before[:n-1]
	c.note = "as it was before · " + c.keys.redo.Help().Key + " goes forward again"
}

// redo takes an undo back.
func (c *composer) redo() {
	n := len(c.undone)
	if n == 0 {
		c.note = "nothing was taken back"
		return
	}
	c.before = append(c.before, c.letter.writing())
	c.replace(c.undone[n-1].letter())
	c.undone = c.undone[:n-1]
}

// replace puts l in place of what is written.
func (c *composer) replace(l letter) {
	edits := c.edits()
	c.letter, c.cameFrom = l, nil
	c.removed += edits + 1 - c.edits() // The count of edits goes on, never back.
	c.focusOn(len(c.fields))
	c.lines, c.folds = false, nil
	c.discard()
}

// use replaces what is written, where undo can bring it back.
func (c *composer) use(l letter) tea.Cmd {
	c.remember()
	c.drafts.offered = nil
	c.replace(l)
	return c.changed()
}

// toSource shows the message as text, which from now on rules.
func (c *composer) toSource() composerAction {
	return c.whole(func(c *composer) composerAction {
		text := c.made.text
		if out := c.current(); out != nil {
			text = out.text
		}
		if text == "" && c.octets() > 0 {
			c.note = "with its files the message has " + grouped(c.octets()) + " octets: too many to edit as text; " + c.keys.preview.Help().Key + " shows them"
			return composerNone
		}
		c.remember()
		form := c.letter.writing()
		c.replace(sourceLetter(text))
		c.cameFrom = &form
		return composerNone
	})
}

// sourceLetter is text as source, with the cursor behind the header.
func sourceLetter(text string) letter {
	source := newText(text)
	source.row = slices.Index(source.lines, "") + 1
	if source.row >= len(source.lines) {
		source.row = 0
	}
	l := newLetter()
	l.source = &source
	return l
}

// toForm shows the source in the form, if that can show all of it.
func (c *composer) toForm() {
	if c.cameFrom != nil && c.source.edits == 0 { // Nothing was changed in it.
		c.replace(c.cameFrom.letter())
		return
	}
	const back = " · Ctrl+Z brings the form back"
	m, lost, err := message.Read(strings.NewReader(ended(c.source.sends(false), "\r\n")))
	switch {
	case err != nil:
		c.note = "the source stays: " + protocol.Safe(err.Error()) + back
	case len(lost) > 0:
		c.note = "the source stays, since the form cannot show " + protocol.Safe(strings.Join(lost, ", ")) + back
	default:
		c.remember()
		c.replace(formLetter(m))
	}
}

// formLetter is m in the form.
func formLetter(m message.Message) letter {
	l := formWriting(m).letter()
	l.utf8 = m.UTF8
	return l
}

func formWriting(m message.Message) writing {
	return writing{Fields: m.Fields, Text: exact(strings.TrimSuffix(m.Text, "\n")), HTML: exact(strings.TrimSuffix(m.HTML, "\n")), Encoding: m.Encoding}
}

// toggleSource goes from the form to the source or back.
func (c *composer) toggleSource() composerAction {
	c.alone = false
	switch {
	case c.disk != "":
		c.note = "a message sent from disk is not edited here"
	case c.source != nil:
		c.toForm()
	default:
		return c.toSource()
	}
	return composerNone
}

// formNow leaves the source for the form, for what only the form can do.
func (c *composer) formNow() {
	if c.source != nil {
		c.toForm()
	}
}

// readText puts the text of a file into the editor: into the form where that
// can show it, else as source.
func (c *composer) readText(text string) tea.Cmd {
	m, lost, err := message.Read(strings.NewReader(text))
	if err == nil && len(lost) == 0 {
		return c.use(formLetter(m))
	}
	cmd := c.use(sourceLetter(text))
	c.note = "shown as source"
	if len(lost) > 0 {
		c.note += ", since the form cannot show " + protocol.Safe(strings.Join(lost, ", "))
	}
	return cmd
}

// toggleHTML goes to the other form of the text.
func (c *composer) toggleHTML() {
	if c.source != nil || c.disk != "" {
		c.note = "the source holds all forms of the text at once: " + c.keys.source.Help().Key + " goes to the form"
		return
	}
	c.onHTML = !c.onHTML
	c.focusOn(len(c.fields))
}
