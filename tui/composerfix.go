package tui

import (
	"slices"
	"strings"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
)

// remarkFixes say how a remark is mended, by its code; words say it to the
// user. What is not here has no fix that is surely meant.
var remarkFixes = map[string]struct {
	words string
	mend  func(*composer, protocol.MessageRemark)
}{
	"header.missing.from": {"puts the reverse-path there", giveField("From", offerFrom)},
	"header.missing.date": {"puts the time there", giveField("Date", offerDate)},
	"header.missing.id":   {"makes one", giveField("Message-ID", offerID)},
	"header.date":         {"puts the time there", giveField("Date", offerDate)},
	"header.id":           {"makes one", giveField("Message-ID", offerID)},
	"header.twice":        {"takes this one out", dropField},
	"header.bcc":          {"takes it out", dropField},
	"header.returnpath":   {"takes it out", dropField},
	"header.blank":        {"takes the blank out", sourceLine(func(s string) string { return strings.Replace(s, " :", ":", 1) })},
	"header.end":          {"puts the empty line there", emptyLineBefore},
	"header.none":         {"puts a header there", giveHeader},
	"line.nul":            {"takes them out", everyLine(func(s string) string { return strings.ReplaceAll(s, "\x00", "") })},
	"line.long":           {"encodes the text as quoted-printable", encodeText},
	"body.8bit":           {"encodes the text as quoted-printable", encodeText},
	"body.undeclared":     {"encodes the text as quoted-printable", encodeText},
	"mime.version":        {"adds MIME-Version", giveField("MIME-Version", func(*composer) string { return "1.0" })},
	"file.unreadable":     {"takes the file out", dropFiles},
}

// fixable tells whether r can be mended here.
func (c *composer) fixable(r protocol.MessageRemark) bool {
	if _, ok := remarkFixes[r.Code]; !ok || c.disk != "" {
		return false
	}
	switch r.Code {
	case "line.long", "body.8bit", "body.undeclared":
		own := c.rowOf("Content-Type", 1) >= 0 || c.rowOf("Content-Transfer-Encoding", 1) >= 0
		return c.source == nil && c.encoding != message.QuotedPrintable && !own && r.Line > len(c.made.head)
	case "header.end", "header.blank":
		return c.source != nil
	case "header.missing.from":
		return c.state.From != ""
	}
	return true
}

// fixWords say what F2 does about r, behind the remark; "" for nothing.
func (c *composer) fixWords(r protocol.MessageRemark) string {
	if !c.fixable(r) {
		return ""
	}
	return " · " + c.keys.fix.Help().Key + " " + remarkFixes[r.Code].words
}

// fix mends the worst remark that can be mended.
func (c *composer) fix() {
	i := slices.IndexFunc(c.remarks, c.fixable)
	if i < 0 {
		c.note = "nothing here can be mended by one key"
		return
	}
	r := c.remarks[i]
	c.remember()
	remarkFixes[r.Code].mend(c, r)
	c.edited()
	if c.source != nil {
		c.source.edits++
	}
	c.note = "mended: " + c.place(r.Line) + remarkFixes[r.Code].words + " · " + c.keys.undo.Help().Key + " takes that back"
}

// giveField fills the field of that name, or adds it.
func giveField(name string, value func(*composer) string) func(*composer, protocol.MessageRemark) {
	return func(c *composer, _ protocol.MessageRemark) {
		if c.source != nil {
			c.sourceField(name, value(c))
			return
		}
		if i := c.rowOf(name, 1); i >= 0 {
			c.fields[i].set(value(c))
			return
		}
		c.addField(name, value(c))
	}
}

// sourceField writes a field at the top of the source, in place of one of its
// name.
func (c *composer) sourceField(name, value string) {
	s, line := c.source, name+": "+value
	for i := 0; i < len(s.lines) && s.lines[i] != ""; i++ {
		if has, _, ok := strings.Cut(s.lines[i], ":"); ok && strings.EqualFold(strings.TrimSpace(has), name) {
			s.lines[i] = line
			return
		}
	}
	s.lines = slices.Insert(s.lines, 0, line)
	s.row++
}

// rowOf is the index of the nth row, from 1, of a header field; -1 for none.
func (c *composer) rowOf(name string, nth int) int {
	for i, f := range c.fields {
		if f.file == nil && strings.EqualFold(f.name, name) {
			if nth--; nth == 0 {
				return i
			}
		}
	}
	return -1
}

// dropField takes out the field a remark is about.
func dropField(c *composer, r protocol.MessageRemark) {
	if c.source != nil {
		c.cutSource(r.Line)
		return
	}
	name := fieldAt(c.made.head, r.Line)
	nth := 0
	for _, line := range c.made.head[:r.Line] {
		if has, _, ok := strings.Cut(line, ":"); ok && strings.EqualFold(has, name) {
			nth++
		}
	}
	if i := c.rowOf(name, nth); i >= 0 {
		c.removeRow(i)
	}
}

// cutSource takes out the field on line n of the source, folded lines and all.
func (c *composer) cutSource(n int) {
	s, end := c.source, n
	for end < len(s.lines) && s.lines[end] != "" && strings.ContainsAny(s.lines[end][:1], " \t") {
		end++
	}
	s.lines = slices.Delete(s.lines, n-1, end)
	if len(s.lines) == 0 {
		s.lines = []string{""}
	}
	s.row, s.col = min(s.row, len(s.lines)-1), 0
}

func sourceLine(mend func(string) string) func(*composer, protocol.MessageRemark) {
	return func(c *composer, r protocol.MessageRemark) {
		c.source.lines[r.Line-1] = mend(c.source.lines[r.Line-1])
		c.source.col = 0
	}
}

func emptyLineBefore(c *composer, r protocol.MessageRemark) {
	c.source.lines = slices.Insert(c.source.lines, r.Line-1, "")
	c.source.row++
}

// giveHeader puts the form's proposals above a text that has no header.
func giveHeader(c *composer, _ protocol.MessageRemark) {
	text := joined(c.text().lines)
	l := newLetter()
	l.body = newText(text)
	c.letter = l
	c.offer()
	c.focus = len(c.fields)
}

func everyLine(mend func(string) string) func(*composer, protocol.MessageRemark) {
	return func(c *composer, _ protocol.MessageRemark) {
		b := c.text()
		for i, line := range b.lines {
			b.lines[i] = mend(line)
		}
		b.col = 0
	}
}

func encodeText(c *composer, _ protocol.MessageRemark) { c.encoding = message.QuotedPrintable }

func dropFiles(c *composer, _ protocol.MessageRemark) {
	for i := len(c.fields) - 1; i >= 0; i-- {
		if f := c.fields[i].file; f != nil && f.err != nil {
			c.removeRow(i)
		}
	}
}
