package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// focusOn goes to field i, or to the body. A field that was added goes when it
// is left empty.
func (c *composer) focusOn(i int) {
	left := c.focus
	c.focus = min(max(0, i), len(c.fields))
	if left != c.focus && left < len(c.fields) && c.fields[left].added && c.fields[left].value() == "" {
		c.removed += c.fields[left].edits
		c.fields = slices.Delete(c.fields, left, left+1)
		if c.focus > left {
			c.focus--
		}
	}
	if c.focus < len(c.fields) {
		c.fields[c.focus].was = c.fields[c.focus].value()
	}
}

// moveFocus goes n fields on; the body is the last.
func (c *composer) moveFocus(n int) { c.focusOn(c.focus + n) }

// emptyFrom is the first empty field from field i on, or the body.
func (c *composer) emptyFrom(i int) int {
	for ; i < len(c.fields); i++ {
		if c.fields[i].value() == "" {
			return i
		}
	}
	return len(c.fields)
}

func (c *composer) fieldKey(msg tea.KeyMsg) composerAction {
	switch {
	case key.Matches(msg, c.keys.up):
		c.moveFocus(-1)
	case key.Matches(msg, c.keys.enter):
		return c.enterField()
	case key.Matches(msg, c.keys.down):
		c.moveFocus(1)
	default:
		c.fields[c.focus].handleKey(msg)
	}
	return composerNone
}

// enterField is Enter in a field. What was typed as at a bare connection is no
// value: a lone dot ends the message, and a whole header line goes where it
// belongs, as the next lines do.
func (c *composer) enterField() composerAction {
	f := c.fields[c.focus]
	line := f.value()
	switch {
	case line == "." && !c.chunk:
		f.set(f.was)
		return c.finish()
	case namesField(line) && c.headerTyped(line):
		if f.value() == line {
			f.set(f.was)
		}
		c.lines = c.body.empty()
		c.focusOn(len(c.fields))
	case f.name == "Subject" && line == "":
		c.focusOn(len(c.fields))
	default:
		c.focusOn(c.emptyFrom(c.focus + 1))
	}
	return composerNone
}
