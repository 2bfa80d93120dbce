package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// reader is text to read over the body of the screen: help, explanations.
type reader struct {
	title string
	st    *styles
	make  func(w int) []string // lays the text out for a width
	lines []string
	w, h  int
	first int
}

type readerKeys struct{ up, down, pageUp, pageDown, top, end, leave key.Binding }

var readKeys = readerKeys{
	up: bind("up", "up"), down: bind("down", "down", "enter"), pageUp: bind("page up", "pgup"), pageDown: bind("page down", "pgdown", " "),
	top: bind("top", "home"), end: bind("end", "end"), leave: bind("close", "esc", "f1", "ctrl+c", "ctrl+]", "q"),
}

func newReader(st *styles, title string, make func(w int) []string) *reader {
	return &reader{title: title, st: st, make: make}
}

// handleKey scrolls, and returns true where the reader is to close.
func (r *reader) handleKey(msg tea.KeyMsg) (done bool) {
	switch {
	case key.Matches(msg, readKeys.leave):
		return true
	case key.Matches(msg, readKeys.up):
		r.scroll(-1)
	case key.Matches(msg, readKeys.down):
		r.scroll(1)
	case key.Matches(msg, readKeys.pageUp):
		r.scroll(-r.h + 1)
	case key.Matches(msg, readKeys.pageDown):
		r.scroll(r.h - 1)
	case key.Matches(msg, readKeys.top):
		r.first = 0
	case key.Matches(msg, readKeys.end):
		r.scroll(len(r.lines))
	}
	return false
}

func (r *reader) scroll(n int) {
	r.first = max(0, min(r.first+n, len(r.lines)-r.h))
}

func (r *reader) view(a rect) string {
	if r.w != a.w {
		r.w, r.lines = a.w, r.make(a.w)
	}
	r.h = a.h - 3
	r.scroll(0)
	lines := []string{" " + r.st.title.Render(r.title), r.st.rule.Render(strings.Repeat("─", a.w))}
	lines = append(lines, strings.Split(block(r.lines[r.first:], a.w, r.h), "\n")...)
	foot := " Esc closes"
	if more := len(r.lines) - r.first - r.h; more > 0 {
		foot = fmt.Sprintf(" ▼ %s below · ↑↓ PgUp PgDn · Esc closes", plural(more, "line"))
	}
	return block(append(lines, r.st.faint.Render(foot)), a.w, a.h)
}

// helpPage is the overview: what to do, and every key.
func helpPage(st *styles, keys keyMap) func(w int) []string {
	return func(w int) []string {
		pg := &page{w: w, st: st}
		pg.put(st.text, "Type SMTP at the prompt and press Enter. A line that breaks the rules is held and marked, never sent; F2 mends it, Alt+Enter sends it as it is. The pane on the right (F6 on a narrow screen) explains each reply.")
		pg.gap()
		pg.put(st.title, "A whole mail")
		for _, line := range []string{"EHLO client.example.org", "MAIL FROM:<you@example.org>", "RCPT TO:<bob@example.test>", "DATA", "QUIT"} {
			pg.put(st.accent, "  "+line)
		}
		pg.put(st.text, "After DATA the editor opens: write, then F10 sends it with the final dot.")
		pg.gap()
		pg.put(st.title, "Keys")
		for _, group := range keys.groups() {
			for _, b := range group.bindings {
				pg.row(st.key, b.Help().Key, b.Help().Desc, 15)
			}
			pg.gap()
		}
		pg.put(st.text, "In the prompt Ctrl+A E B F D H K U W Y T P N R and Alt+B F D edit as in a shell; ↑ and ↓ recall lines.")
		pg.gap()
		pg.put(st.title, "At the beginning of a line")
		pg.row(st.key, "!", "sends what follows as typed, whatever the checks say", 15)
		for _, l := range console.Locals() {
			pg.row(st.key, strings.TrimSpace(":"+l.Name+" "+l.Args), l.Summary, 15)
		}
		return pg.lines
	}
}

// editorPage says what the message editor is about, and lists its keys.
func editorPage(st *styles, bindings []key.Binding) func(w int) []string {
	return func(w int) []string {
		pg := &page{w: w, st: st}
		for _, text := range editorWords {
			pg.put(st.text, text)
			pg.gap()
		}
		for _, b := range bindings {
			pg.row(st.key, b.Help().Key, b.Help().Desc, 15)
		}
		pg.gap()
		pg.put(st.title, "In the view of the octets (F9)")
		for _, b := range wireBindings() {
			pg.row(st.key, b.Help().Key, b.Help().Desc, 15)
		}
		return pg.lines
	}
}

// editorWords are what a beginner has to know of a message.
var editorWords = []string{
	"Fill in the form and write the text; or type header lines, an empty line and the text as at a bare connection. F10 sends, and so does a lone dot on the last line.",
	"354: from there the server takes every line for text, up to the lone dot. Only F8, which closes the connection, takes that back. Before it, F10 shows the commands that will be sent.",
	"The envelope (MAIL and RCPT) says where the message goes and where reports of failure go. The header (From, To) is what people see. They may differ.",
	"F9 shows the octets as they go out. F6 shows the message as plain text, yours to break: what stands there goes out. F2 mends what the first remark is about; Alt+Enter sends in spite of errors.",
}

// topicPage explains a word.
func topicPage(st *styles, word string) func(w int) []string {
	return func(w int) []string {
		pg := &page{w: w, st: st}
		if spec := protocol.Lookup(word); spec != nil {
			specLines(pg, spec, protocol.State{})
			pg.gap()
			pg.put(st.title, "Replies")
			for _, o := range spec.Outcomes {
				code := o.Reply + strings.Repeat("x", 3-len(o.Reply))
				pg.row(st.key, code, o.Means+". Next: "+o.Next+".", 4)
			}
			return pg.lines
		}
		topics := protocol.Explain(word)
		topicLines(pg, topics, len(topics))
		if len(topics) == 0 {
			pg.put(st.text, fmt.Sprintf("Nothing is known about %q.", word))
			if near := protocol.Nearest(word); len(near) > 0 {
				pg.put(st.faint, "Near it: "+strings.Join(near, ", "))
			}
		}
		return pg.lines
	}
}
