package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
)

// foundMsg is what a search found: the first hit of each session, by its ID.
type foundMsg struct {
	browser *browser
	text    string
	hits    map[string]history.Hit
	unread  int // sessions that could not be searched
	err     error
}

// search asks for a text and shows the sessions that have it; at the second
// stroke it shows all again.
func (b *browser) search() (*choice, bool) {
	if b.hits != nil {
		was := b.selectedID()
		b.hits, b.query, b.note = nil, "", "all sessions again"
		b.match(was)
		return b.preview(), false
	}
	return taking(func(m *Model) tea.Cmd {
		return m.askOver(b, "Search in all sessions for", "", "in lines, replies, messages, notices; F3 shows all sessions again", func(m *Model, text string) tea.Cmd {
			m.overlay = b
			if text == "" {
				return nil
			}
			b.note = "searching … Esc goes back"
			return b.find(text)
		})
	}), false
}

// find searches all sessions until the browser closes.
func (b *browser) find(text string) tea.Cmd {
	return func() tea.Msg {
		msg := foundMsg{browser: b, text: text, hits: map[string]history.Hit{}}
		for hit, err := range b.store.SearchSessions(b.ctx, text) {
			switch {
			case err == nil:
				msg.hits[hit.ID] = hit
			case hit.ID != "":
				msg.unread++
			default:
				msg.err = err
			}
		}
		return msg
	}
}

func (msg foundMsg) tell(*Model) tea.Cmd {
	b := msg.browser
	was := b.selectedID()
	b.hits, b.query = msg.hits, msg.text
	b.note = many(len(msg.hits), "session") + " with " + quoted(msg.text) + " · Enter opens one where it is said · F3 shows all"
	if len(msg.hits) == 0 {
		b.note = "no session has " + quoted(msg.text) + " · F3 shows all"
	}
	if msg.unread > 0 {
		b.note += " · " + plural(msg.unread, "session") + " could not be searched"
	}
	if msg.err != nil {
		b.note = errorWords(msg.err)
	}
	b.match(was)
	return b.show()
}
