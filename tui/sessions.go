package tui

import (
	"errors"
	"slices"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// onRecent fills the start screen.
func (m *Model) onRecent(msg recentMsg) {
	if msg.err != nil {
		m.complain(errorWords(msg.err))
	}
	if m.start != nil {
		unread := func(sum history.Summary) bool { return sum.Problem != "" }
		m.start.setRecent(slices.DeleteFunc(msg.list, unread)) // they name no target
	}
}

// browse shows the table of saved sessions, and has it filled.
func (m *Model) browse() tea.Cmd {
	b := newBrowser(m.ctx, m.st, m.now, m.o.Saved)
	b.limits = m.o.Limits
	b.setWidth(m.w)
	m.overlay = b
	return b.list()
}

// listedMsg brings some more of the saved sessions. Its listing belongs to the
// command that reads on.
type listedMsg struct {
	browser     *browser
	listing     *history.Listing
	list        []history.Summary
	total, left int // of the listing
	err         error
}

const (
	// listPatience is how long sessions are read before the table shows them.
	listPatience = 100 * time.Millisecond
	// listStep is how many are read before the clock is looked at.
	listStep = 64
)

// list looks which sessions there are, and reads the first.
func (b *browser) list() tea.Cmd {
	return func() tea.Msg {
		l, err := b.store.Listing()
		if err != nil {
			return listedMsg{browser: b, err: err}
		}
		return b.readMore(l)()
	}
}

// readMore reads some of the sessions that are left.
func (b *browser) readMore(l *history.Listing) tea.Cmd {
	return func() tea.Msg {
		msg := listedMsg{browser: b, listing: l}
		for began := time.Now(); msg.err == nil && l.Left() > 0 && time.Since(began) < listPatience; {
			var some []history.Summary
			some, msg.err = l.Read(b.ctx, listStep)
			msg.list = append(msg.list, some...)
		}
		msg.total, msg.left = l.Len(), l.Left()
		return msg
	}
}

// tell adds what was read to the table, and has more read. There is no hurry
// with the rest: it comes last.
func (msg listedMsg) tell(*Model) tea.Cmd {
	b := msg.browser
	if msg.err != nil {
		b.trouble = errorWords(msg.err)
		return nil
	}
	b.listed, b.total, b.unread = true, msg.total, msg.left
	b.add(msg.list)
	if b.unread > 0 {
		return tea.Batch(b.show(), b.readMore(msg.listing))
	}
	return tea.Batch(b.show(), b.tidy())
}

// tidiedMsg tells what was deleted for its age or size, and what is left.
type tidiedMsg struct {
	browser *browser
	pruned  history.Pruned
	usage   history.Usage
	err     error
}

// tidy keeps the store within the limits that the settings name, if they do,
// and measures it.
func (b *browser) tidy() tea.Cmd {
	return func() tea.Msg {
		msg := tidiedMsg{browser: b}
		if b.limits != nil {
			var pruning error
			msg.err = b.store.Expire(b.ctx)
			msg.pruned, pruning = b.store.Prune(b.ctx, b.limits(b.now()), false)
			msg.err = errors.Join(msg.err, pruning)
		}
		usage, err := b.store.Usage()
		msg.usage, msg.err = usage, errors.Join(msg.err, err)
		return msg
	}
}

// tell says what is gone.
func (msg tidiedMsg) tell(*Model) tea.Cmd {
	b := msg.browser
	b.octets = msg.usage.Total()
	if n := len(msg.pruned.IDs); n > 0 {
		b.drop(msg.pruned.IDs...)
		b.note = plural(n, "session") + " deleted for good, " + sizeWords(msg.pruned.Octets) + ": keep-days or keep-size says so"
	}
	if msg.err != nil {
		b.note = errorWords(msg.err)
	}
	return b.show()
}

// help lists the keys of the table.
func (b *browser) help() (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		more := []key.Binding{browserTop, browserEnd, previewUp, previewDown}
		m.reader = newReader(m.st, "Help on saved sessions", keysPage(m.st, browserWords, append(b.bindings(), more...)))
		return nil
	}), false
}

// browserWords say what can be typed in the table.
const browserWords = "Letters filter: words of target, outcome, label and note; a date as in 2026-11 or today; tls:no, exit:26, label:, note:, id:. " +
	"A * marks the session that another is compared with, ↻ a session that runs another again."

// keysPage lists the keys of a place under a word on it.
func keysPage(st *styles, about string, bindings []key.Binding) func(w int) []string {
	return func(w int) []string {
		pg := &page{w: w, st: st}
		pg.put(st.text, about)
		pg.gap()
		for _, b := range bindings {
			pg.row(st.key, b.Help().Key, b.Help().Desc, 15)
		}
		return pg.lines
	}
}

// quoted is foreign text in quotes, safe to show.
func quoted(text string) string { return "\"" + protocol.Safe(text) + "\"" }
