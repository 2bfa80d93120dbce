package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
)

// Tutorials show a message as it is typed at a bare connection: header lines,
// an empty line, text, a dot. Whoever types that into the form gets what they
// mean: a whole header line becomes a field, and the empty line ends the
// header.

// addedNames are fields besides formRows that a line typed in a field is taken
// for. Names that people also begin a subject with, as Comments, are left out.
var addedNames = []string{
	"cc", "bcc", "sender", "reply-to", "in-reply-to", "references", "received", "return-path", "mime-version",
	"user-agent", "auto-submitted", "organization", "precedence", "disposition-notification-to", "dkim-signature",
}

// addedPrefixes begin names of the same kind.
var addedPrefixes = []string{"x-", "content-", "list-", "resent-"}

// namesField tells whether line is a header line, and no subject such as
// "Re: hello".
func namesField(line string) bool {
	name, _, ok := strings.Cut(strings.ToLower(line), ":")
	return ok && (slices.Contains(addedNames, name) ||
		slices.ContainsFunc(addedPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) ||
		slices.ContainsFunc(formRows, func(r formRow) bool { return strings.EqualFold(r.name, name) }))
}

// headerTyped puts a line such as "Subject: hello" into its field, or makes
// one for it. It reports false where the line is none. A name that is not
// known has a blank behind its colon, as the scheme of a URL has not.
func (c *composer) headerTyped(line string) bool {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !fieldName(name) || value != "" && value[0] != ' ' && !namesField(line) {
		return false
	}
	value = strings.TrimSpace(value)
	i := slices.IndexFunc(c.fields, func(f *formField) bool { return !f.added && strings.EqualFold(f.name, name) })
	switch {
	case i >= 0:
		c.folds = c.fields[i]
		c.folds.set(value)
	case value == "":
		c.folds, c.note = nil, name+" is empty: it does not go out"
		return true
	default:
		c.folds = c.addField(name, value)
	}
	c.folds.edits++
	return true
}

// folded goes on with the field before, where line begins with a blank
// (RFC 5322 §2.2.3).
func (c *composer) folded(line string) bool {
	text := strings.TrimLeft(line, " \t")
	if c.folds == nil || text == line || text == "" {
		return false
	}
	c.folds.set(c.folds.value() + " " + text)
	c.folds.edits++
	return true
}

// fieldName tells whether s is what a header field can be called, as far as
// tutorials go: letters, digits and hyphens, a letter first (RFC 5322 §2.2).
func fieldName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return s != "" && strings.Contains(letters, s[:1]) && strings.Trim(s, "-0123456789"+letters) == ""
}

// enterLine is Enter in the body while the header is typed line by line. It
// reports whether the line was taken.
func (c *composer) enterLine() bool {
	if !c.lines || c.body.row != 0 || len(c.body.lines) > 1 {
		c.lines = false
		return false
	}
	line := c.body.current()
	c.lines = line != "" && (c.folded(line) || c.headerTyped(line))
	if line != "" && !c.lines {
		return false
	}
	c.body.lines, c.body.col = []string{""}, 0
	c.body.edits++
	return true
}

// feed takes lines that were typed or pasted before the server asked for them.
// They are no part of an old draft. The command saves the draft.
func (c *composer) feed(lines []string) tea.Cmd {
	if len(lines) == 0 {
		return nil
	}
	if c.drafts.offered != nil {
		c.setDraftAside()
	}
	c.lines, c.folds = c.body.empty(), nil
	c.focusOn(len(c.fields))
	c.body.last()
	if c.body.current() != "" {
		c.body.breakLine()
	}
	for _, line := range lines {
		c.body.insert(line)
		if !c.enterLine() {
			c.body.breakLine()
		}
	}
	c.check()
	return c.save()
}

// goOn puts the beginning of a line where the cursor is, to be typed on.
func (c *composer) goOn(text string) tea.Cmd {
	if text == "" {
		return nil
	}
	c.insert(text)
	return c.changed()
}

// slip says what a line of text is often meant for; "" for most lines.
func slip(line string) string {
	word := strings.TrimSpace(line)
	switch {
	case word == "." && line != ".":
		return "a dot with a blank beside it is text: the dot that ends the message stands alone"
	case protocol.Lookup(word) != nil && word == strings.ToUpper(word) || word == "SEND" || word == "EOF":
		return word + " is text here, as every line is up to the lone dot: F10 sends the message"
	}
	return ""
}
