package tui

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
)

// made is the message as it goes out, as far as memory holds it: the contents
// of files are left out until the message is put together on the disk.
type made struct {
	text  string // lines ended by CRLF, dots not doubled
	head  []string
	wire  *wireText
	facts protocol.MessageFacts
	// asTyped is true where the lines behind the header are those of the body.
	asTyped bool
	err     error
}

// lines are the lines a text sends. An empty last one is only where the cursor
// stands, and a lone dot before it that is about to end the message is none.
func (b *bodyText) sends(ending bool) []string {
	lines := b.lines
	if ending {
		lines = lines[:b.row]
	}
	if last := len(lines) - 1; last >= 0 && lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

// String is the text with its lines ended by LF.
func (b *bodyText) String() string { return ended(b.sends(false), "\n") }

func ended(lines []string, end string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, end) + end
}

// make puts together what would go out now. Files count as empty.
func (c *composer) make() made {
	ending := c.endsByDot()
	var m made
	switch {
	case c.disk != "":
		return made{}
	case c.source != nil:
		m.text = ended(c.source.sends(ending), "\r\n")
	default:
		m = c.makeForm(ending)
	}
	m.head = headLines(m.text)
	m.wire = newWireText(m.text)
	return m
}

// makeForm lets package message write the form. A form without any field is no
// header: then the body is the whole message.
func (c *composer) makeForm(ending bool) made {
	msg := c.message()
	if lines := c.body.sends(ending && !c.onHTML); len(msg.Fields) == 0 && c.plain() && c.encoding == message.Auto {
		return made{text: ended(lines, "\r\n"), asTyped: true}
	} else if ending && !c.onHTML {
		msg.Text = ended(lines, "\n")
	}
	msg = c.suited(msg)
	for i := range msg.Files {
		msg.Files[i].Size, msg.Files[i].ModTime = 0, time.Time{} // They are not looked at now.
	}
	var b strings.Builder
	err := msg.Write(&b, noFile)
	asIs := msg.Encoding == message.EightBit || msg.Encoding == message.Auto && isASCII(msg.Text)
	return made{text: b.String(), asTyped: c.plain() && asIs, err: err}
}

// suited lets a message go as the transaction allows: its header in UTF-8 where
// MAIL said SMTPUTF8 (RFC 6531), its text in 8 bits where it said so (RFC 6152).
// Its boundaries are the same every time, so that what was shown goes out.
func (c *composer) suited(msg message.Message) message.Message {
	n := 0
	msg.Boundary = func() string {
		n++
		return fmt.Sprintf("%s-%d", c.seed, n)
	}
	msg.UTF8 = msg.UTF8 || c.state.UTF8
	if msg.Encoding == message.Auto && c.state.Body != "" && !isASCII(msg.Text+msg.HTML) {
		msg.Encoding = message.EightBit
	}
	return msg
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// noFile stands in for a file that is not read now.
func noFile(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }

// headLines are the lines of text up to the empty one that ends the header.
func headLines(text string) []string {
	head, _, ok := strings.Cut(text, "\r\n\r\n")
	if !ok {
		head = strings.TrimSuffix(text, "\r\n")
	}
	if head == "" {
		return nil
	}
	return append(strings.Split(head, "\r\n"), "")
}

// check puts the message together and judges it.
func (c *composer) check() {
	c.made, c.checked = c.make(), c.edits()
	if c.disk != "" {
		if c.ready != nil {
			c.remarks = c.ready.remarks
		}
		return
	}
	linter := protocol.NewLinter(c.state)
	_, _ = io.WriteString(linter, c.made.text)
	c.remarks = append(linter.Remarks(), c.formRemarks()...)
	c.made.facts = linter.Facts()
	c.sizeWithFiles()
	c.remarks = slices.DeleteFunc(c.remarks, c.pointless)
	slices.SortStableFunc(c.remarks, func(a, b protocol.MessageRemark) int {
		return cmp.Or(int(b.Severity-a.Severity), rankOf(a)-rankOf(b))
	})
}

// headless is the code of the remark that others follow from: there is no
// header at all.
const headless = "header.none"

// rankOf puts the remark that others follow from first.
func rankOf(r protocol.MessageRemark) int {
	if r.Code == headless {
		return 0
	}
	return 1
}

// sizeWithFiles counts the files in, which the text that was judged leaves out.
func (c *composer) sizeWithFiles() {
	for _, file := range c.files() {
		c.made.facts.Size += sizeOnWire(file)
	}
	most := c.state.Caps.MaxSize()
	if len(c.files()) > 0 && most > 0 && c.made.facts.Size > most {
		c.remarks = append(c.remarks, remark("message.size", protocol.Error, "RFC 1870 §6",
			fmt.Sprintf("about %s octets with the files, and the server takes %s at most: it will refuse the message", grouped(c.made.facts.Size), grouped(most))))
	}
}

// formRemarks are about what only the form knows: its files, and what could
// not be put together.
func (c *composer) formRemarks() []protocol.MessageRemark {
	var list []protocol.MessageRemark
	if c.made.err != nil {
		list = append(list, remark("message.compose", protocol.Error, "RFC 5322 §2.2", c.made.err.Error()))
	}
	if c.source != nil {
		return list
	}
	for _, f := range c.fields {
		if f.file != nil && f.file.err != nil {
			list = append(list, remark("file.unreadable", protocol.Error, "RFC 2183", f.file.err.Error()))
		}
	}
	return list
}

func remark(code string, sev protocol.Severity, ref, text string) protocol.MessageRemark {
	return protocol.MessageRemark{Diagnostic: protocol.Diagnostic{Code: code, Severity: sev, Ref: ref, Message: text}}
}

// checkSmall is check for a text that takes no time worth mentioning.
func (c *composer) checkSmall() {
	if c.disk == "" && c.body.size()+c.html.size() <= promptly && (c.source == nil || c.source.size() <= promptly) {
		c.check()
	}
}

// pointless tells whether a remark does not concern a chunk: it has no dots to
// double, and no header but in the first.
func (c *composer) pointless(r protocol.MessageRemark) bool {
	area, _, _ := strings.Cut(r.Code, ".")
	later := c.state.Phase == protocol.PhaseChunk && (area == "header" || area == "envelope" || area == "mime")
	return c.chunk && (later || r.Code == "line.dot")
}

// place names line n of the message as the form shows it: a field, or a line of
// the body. 0 is the whole message, and has no place.
func (c *composer) place(n int) string {
	head := c.made.head
	switch {
	case n == 0:
		return ""
	case c.source != nil || c.disk != "":
		return fmt.Sprintf("line %d: ", n)
	case n <= len(head):
		return protocol.Safe(fieldAt(head, n)) + ": "
	case c.made.asTyped:
		return fmt.Sprintf("body line %d: ", n-len(head))
	}
	return fmt.Sprintf("line %d on the wire: ", n)
}

// fieldAt names the field that line n of the header, from 1, belongs to.
func fieldAt(head []string, n int) string {
	for n--; n > 0 && strings.HasPrefix(head[n], " "); n-- {
	}
	name, _, _ := strings.Cut(head[n], ":")
	return name
}

// octets counts what would go out, with the files.
func (c *composer) octets() int64 {
	switch {
	case c.ready != nil:
		return c.ready.octets.Facts.Size
	case c.made.facts.Size == 0:
		return int64(len(c.made.text))
	}
	return c.made.facts.Size
}
