package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// The rows of the form: header fields in the order they go out, then files.

// headerRows is how many rows are header fields.
func (c *composer) headerRows() int {
	i := slices.IndexFunc(c.fields, func(f *formField) bool { return f.file != nil })
	if i < 0 {
		return len(c.fields)
	}
	return i
}

// insertRow puts a row at index i. The cursor stays in what it is in.
func (c *composer) insertRow(i int, f *formField) {
	if c.focus >= i {
		c.focus++
	}
	c.fields = slices.Insert(c.fields, i, f)
	c.edited()
}

// removeRow takes row i out; a row of the form's own is emptied.
func (c *composer) removeRow(i int) {
	f := c.fields[i]
	if !f.added {
		f.set("")
		f.edits++
		return
	}
	c.removed += f.edits + 1
	c.fields = slices.Delete(c.fields, i, i+1)
	if c.focus > i {
		c.focus--
	}
}

// row is the row the cursor is in; nil in a text.
func (c *composer) row() *formField {
	if c.focus >= len(c.fields) || c.source != nil || c.disk != "" {
		return nil
	}
	return c.fields[c.focus]
}

// moveRow exchanges the cursor's row with its neighbour of the same kind.
func (c *composer) moveRow(n int) {
	f, to := c.row(), c.focus+n
	if f == nil || to < 0 || to >= len(c.fields) || (c.fields[to].file == nil) != (f.file == nil) {
		return
	}
	c.fields[c.focus], c.fields[to] = c.fields[to], f
	c.focus = to
	c.edited()
}

// doubleRow puts a second field of the same kind below; as some servers must
// be shown a header that has one twice.
func (c *composer) doubleRow() {
	f := c.row()
	if f == nil || f.file != nil {
		c.note = "only a header field can be copied: go to one"
		return
	}
	c.insertRow(c.focus, newAdded(f.name, f.value()))
	c.fields[c.focus-1], c.fields[c.focus] = c.fields[c.focus], c.fields[c.focus-1]
}

// dropRow takes the cursor's row out.
func (c *composer) dropRow() {
	if c.row() == nil {
		c.note = "only a header field or a file can be taken out: go to one"
		return
	}
	c.remember()
	c.removeRow(c.focus)
}

// newRow adds a field of any name, with the cursor in it.
func (c *composer) newRow(name string) {
	if !fieldName(name) {
		c.note = "a field's name is letters, digits and hyphens: X-Test (RFC 5322 §2.2)"
		return
	}
	c.formNow()
	c.addField(name, "")
	c.focus = c.headerRows() - 1
}

// focusOn goes to field i, or to the body. A field that was added goes when it
// is left empty.
func (c *composer) focusOn(i int) {
	left := c.focus
	c.focus = min(max(0, i), len(c.fields))
	if left != c.focus && left < len(c.fields) && c.fields[left].added && c.fields[left].value() == "" {
		c.removeRow(left)
	}
	if c.focus < len(c.fields) {
		c.fields[c.focus].was = c.fields[c.focus].value()
	}
}

// moveFocus goes n fields on; the body is the last.
func (c *composer) moveFocus(n int) {
	if c.source == nil && c.disk == "" && c.headed() {
		c.focusOn(c.focus + n)
	}
}

// emptyFrom is the first empty field from field i on that a message should
// have, or the body.
func (c *composer) emptyFrom(i int) int {
	for ; i < len(c.fields); i++ {
		if c.fields[i].value() == "" && !c.fields[i].optional {
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
	case c.fields[c.focus].file != nil:
		if key.Matches(msg, deleteKeys) {
			c.dropRow()
		}
	default:
		c.fields[c.focus].handleKey(msg)
	}
	return composerNone
}

// deleteKeys take a file's row out.
var deleteKeys = key.NewBinding(key.WithKeys("delete", "backspace", "ctrl+d"))

// enterField is Enter in a field. What was typed as at a bare connection is no
// value: a lone dot ends the message, and a whole header line goes where it
// belongs, as the next lines do.
func (c *composer) enterField() composerAction {
	f := c.fields[c.focus]
	line := f.value()
	switch {
	case f.file != nil:
		c.moveFocus(1)
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
