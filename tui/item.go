package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"smtpconsole/protocol"
)

const (
	foldAbove = 6  // lines; a longer reply is folded at first
	shaDigits = 12 // of a body's digest that are shown
)

// longReplies are the commands whose replies are read line by line and stay
// open up to a longer length.
var longReplies = map[string]int32{"EHLO": 16, "LHLO": 16, "HELP": 16}

// metaWords say what happened besides the dialogue.
var metaWords = map[protocol.Kind]string{
	protocol.KindConnect: "connected", protocol.KindTLS: "encrypted", protocol.KindNote: "note",
	protocol.KindError: "error", protocol.KindClose: "closed",
}

// foldState is what the user wants of an entry that can be folded.
type foldState int8

const (
	foldByLength foldState = iota
	foldOpen
	foldShut
)

// paragraph is one line of text before it is wrapped.
type paragraph struct {
	label      string // in front of the first row
	labelStyle lipgloss.Style
	indent     int // cells in front of every row, the label's among them
	hang       int // cells more in front of all rows but the first
	text       string
	head       int // octets of text that are painted like the label
	style      lipgloss.Style
	tail       string          // small print at the right end of the first row
	marks      []protocol.Span // what the search found in text
}

// paragraphs are the texts of entry n, made safe.
func (t *transcript) paragraphs(n int) []paragraph {
	ev := t.event(n)
	switch ev.Kind {
	case protocol.KindClient:
		p := paragraph{label: "C  ", labelStyle: t.st.client, text: protocol.Safe(ev.Text), style: t.st.client}
		if ev.AsTyped {
			p.tail = "as typed"
		}
		return []paragraph{p}
	case protocol.KindServer:
		return t.replyParagraphs(n)
	case protocol.KindBody:
		return t.bodyParagraphs(n)
	case protocol.KindHeld:
		return t.heldParagraphs(ev)
	default:
		return t.metaParagraphs(ev)
	}
}

// replyParagraphs show the code once and every further line below the text.
func (t *transcript) replyParagraphs(n int) []paragraph {
	var ps []paragraph
	style, glyph := t.replyStyle(n)
	code, hang := replyCode(t.event(n).Text), 0
	if code != "" {
		hang = len(code) + 1
	}
	for ev := range t.eventsOf(n) {
		p := paragraph{indent: 4 + hang, text: protocol.Safe(lineBehind(code, ev.Text)), style: t.st.text}
		if len(ps) == 0 {
			p.label, p.labelStyle, p.indent, p.hang = "S "+glyph+" ", style, 4, hang
			p.text, p.head, p.tail = protocol.Safe(firstLine(ev.Text)), len(code), t.replyTail(n)
		}
		ps = append(ps, p)
		if t.folded(n) {
			break
		}
	}
	return ps
}

// replyStyle goes by the whole reply, or by the first line until that is there.
func (t *transcript) replyStyle(n int) (lipgloss.Style, string) {
	if r := t.replyOf(n); r != nil {
		return t.st.class(r.Class())
	}
	return t.st.meta, "·" // not whole: what it means is not known yet
}

// replyOf is the whole reply of entry n; nil for one that is not complete, and
// for every other entry.
func (t *transcript) replyOf(n int) *protocol.Reply {
	return t.events.at(int(t.entries.at(n).last)).Reply
}

// replyTail is how much is folded away and how long the server took.
func (t *transcript) replyTail(n int) string {
	e := t.entries.at(n)
	var words []string
	if t.folded(n) {
		words = append(words, "+"+plural(int(e.lines-1), "line"))
	}
	last := t.events.at(int(e.last))
	if last.Reply == nil {
		return strings.Join(append(words, "incomplete"), "  ")
	}
	if lead := int(e.lead); lead != n {
		if took := latency(t.event(lead).Time, last.Time); took != "" {
			words = append(words, took)
		}
	}
	return strings.Join(words, "  ")
}

// replyCode is the three digits text begins with, or "".
func replyCode(text string) string {
	if len(text) < 3 || strings.Trim(text[:3], "0123456789") != "" {
		return ""
	}
	return text[:3]
}

// firstLine is a reply's first line; that more follow is to be seen below it.
func firstLine(text string) string {
	if code := replyCode(text); code != "" && strings.HasPrefix(text[3:], "-") {
		return code + " " + text[4:]
	}
	return text
}

// lineBehind is a further line without the code that stands above it. A line
// with another code, or with none, is shown whole.
func lineBehind(code, text string) string {
	rest, ok := strings.CutPrefix(text, code)
	switch {
	case code == "" || !ok:
		return text
	case rest == "":
		return ""
	case rest[0] == '-' || rest[0] == ' ':
		return rest[1:]
	default:
		return text
	}
}

// latency is how long an answer took, in few characters; "" where that is not known.
func latency(from, to time.Time) string {
	d := to.Sub(from)
	switch {
	case from.IsZero() || to.IsZero() || d < 0:
		return ""
	case d < time.Millisecond:
		return "<1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
}

// bodyParagraphs are a message's size and digest and, unfolded, its text.
func (t *transcript) bodyParagraphs(n int) []paragraph {
	ev := t.event(n)
	p := paragraph{label: "C  ", labelStyle: t.st.client, text: bodyWords(ev), style: t.st.meta}
	lines := bodyLines(ev.Text)
	if t.folded(n) {
		if len(lines) > 0 {
			p.tail = "+" + plural(len(lines), "line")
		}
		return []paragraph{p}
	}
	ps := []paragraph{p}
	for _, line := range lines {
		ps = append(ps, paragraph{indent: 3, text: protocol.Safe(line), style: t.st.text})
	}
	return ps
}

// bodyWords describe a message in one line.
func bodyWords(ev *protocol.Event) string {
	words := "message, " + grouped(ev.Size) + " octets"
	if ev.Raw {
		words = "RAW octets, sent untouched: " + grouped(ev.Size)
	}
	if ev.Path != "" {
		words += " from " + protocol.Safe(ev.Path)
	}
	if sum := protocol.Safe(ev.SHA256); len(sum) > shaDigits {
		words += " · sha256 " + sum[:shaDigits] + "…"
	}
	return words
}

// bodyLines are the lines of text without their line ends. A CR or LF alone is
// part of its line and shown as an escape.
func bodyLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n")
}

// grouped writes n with a comma before every third digit from the end.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// heldParagraphs are a line that was not sent and the first reason.
func (t *transcript) heldParagraphs(ev *protocol.Event) []paragraph {
	const word = "held"
	ps := []paragraph{{
		label: "⊘ ", labelStyle: t.st.warning, style: t.st.text,
		text: word + "  " + protocol.Safe(ev.Text), head: len(word),
	}}
	if len(ev.Diags) > 0 {
		ps = append(ps, paragraph{indent: 2 + len(word) + 2, text: protocol.Safe(ev.Diags[0].Message), style: t.st.faint})
	}
	return ps
}

// metaParagraphs are what was not said on the wire.
func (t *transcript) metaParagraphs(ev *protocol.Event) []paragraph {
	word, ok := metaWords[ev.Kind]
	if !ok {
		word = protocol.Safe(string(ev.Kind))
	}
	p := paragraph{label: "· ", labelStyle: t.st.meta, indent: 2, style: t.st.meta, head: len(word)}
	if ev.Kind == protocol.KindError {
		p.label, p.labelStyle, p.style = "✗ ", t.st.fault, t.st.errorMark
	}
	var ps []paragraph
	for line := range strings.SplitSeq(strings.TrimRight(metaText(ev), "\n"), "\n") {
		p.text = protocol.Safe(line)
		if len(ps) == 0 {
			p.text = word + "  " + p.text
		}
		ps = append(ps, p)
		p.label, p.head = "", 0
	}
	return ps
}

// metaText is the sentence of an event that was not on the wire.
func metaText(ev *protocol.Event) string {
	if ev.TLS != nil && ev.Kind == protocol.KindTLS {
		return ev.TLS.Summary()
	}
	return ev.Text
}

// folded tells whether only the first line of entry n is drawn.
func (t *transcript) folded(n int) bool {
	e := t.entries.at(n)
	switch {
	case !t.foldable(n):
		return false
	case e.fold != foldByLength:
		return e.fold == foldShut
	case t.event(n).Kind == protocol.KindBody:
		return true
	}
	limit, ok := longReplies[t.event(int(e.lead)).Cmd]
	if !ok {
		limit = foldAbove
	}
	return e.lines > limit
}

// foldable tells whether entry n has more than its first line.
func (t *transcript) foldable(n int) bool {
	ev := t.event(n)
	return t.entries.at(n).lines > 1 || ev.Kind == protocol.KindBody && ev.Text != ""
}
