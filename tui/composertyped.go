package tui

import (
	"fmt"
	"strings"
)

// Tutorials show a message as it is typed at a bare connection: header lines,
// an empty line, text, a dot. Whoever types that into the form gets what they
// mean: a whole header line goes to its field, and the empty line ends the
// header.

// headerTyped takes a line such as "Subject: hello" out of text and puts it
// into its field. It reports false where the line is none, or the form has no
// such field.
func (c *composer) headerTyped(line string) bool {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !fieldName(name) {
		return false
	}
	for _, f := range c.fields {
		if strings.EqualFold(f.name, name) {
			f.set(strings.TrimSpace(value))
			f.edits++
			return true
		}
	}
	if c.lines {
		c.note = fmt.Sprintf("the form has no field %s: the line stays in the text", name)
	}
	return false
}

// fieldName tells whether s is what a header field can be called, letters and
// hyphens as far as tutorials go (RFC 5322 §2.2).
func fieldName(s string) bool {
	return s != "" && strings.Trim(s, "-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// enterField is Enter in a field: a header line typed whole goes where it
// belongs, and the next lines are read the same way.
func (c *composer) enterField() {
	f := c.fields[c.focus]
	line := f.value()
	if !c.headerTyped(line) {
		c.moveFocus(1)
		return
	}
	if f.value() == line {
		f.set(f.given)
	}
	c.lines = true
	c.focus = len(c.fields)
}

// enterLine is Enter in the body while the header is typed line by line. It
// reports whether the line was taken.
func (c *composer) enterLine() bool {
	if !c.lines || c.body.row != 0 || len(c.body.lines) > 1 {
		c.lines = false
		return false
	}
	line := c.body.current()
	if line != "" && !c.headerTyped(line) {
		return false
	}
	c.lines = line != ""
	c.body.lines, c.body.col = []string{""}, 0
	c.body.edits++
	return true
}
