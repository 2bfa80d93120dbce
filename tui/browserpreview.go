package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

const (
	// previewEvents is how many events of a session are shown beside the table,
	// at least, where it has so many.
	previewEvents = 200
	// previewMost is how many are read to come to what a search found.
	previewMost = 100_000
	// previewStep is how many rows a key scrolls.
	previewStep = 3
)

// previewed is a part of a session: its beginning, or what lies around a hit.
type previewed struct {
	id  string
	hit int // number of the event that a search found; 0 for none
}

// previewMsg brings a part of a session.
type previewMsg struct {
	browser *browser
	part    previewed
	events  []protocol.Event
}

// readPreview reads a session up to a little behind the hit. Of a long way
// there only the end is kept.
func (b *browser) readPreview(part previewed) tea.Cmd {
	ctx := b.ctx
	return func() tea.Msg {
		msg := previewMsg{browser: b, part: part}
		read, until := 0, min(max(previewEvents, part.hit+previewEvents/2), previewMost)
		for ev, err := range b.store.Events(part.id) {
			if ctx.Err() != nil {
				break
			}
			if err != nil {
				continue // the line is left out; who opens the session is told
			}
			if msg.events = append(msg.events, ev); len(msg.events) == 2*previewEvents {
				msg.events = msg.events[previewEvents:]
			}
			if read++; read >= until {
				break
			}
		}
		return msg
	}
}

// wanted is what is to be shown of a session.
func (b *browser) wanted(sum history.Summary) previewed {
	return previewed{sum.ID, b.hits[sum.ID].Event.Seq}
}

// show asks for the dialogue of the selected session, where it is not there and
// there is room for it.
func (b *browser) show() tea.Cmd {
	sum := b.selected()
	if sum == nil || !b.wide || sum.Problem != "" || b.wanted(*sum) == b.asked {
		return nil
	}
	b.asked = b.wanted(*sum)
	return b.readPreview(b.asked)
}

// preview is show for who returns a choice.
func (b *browser) preview() *choice {
	cmd := b.show()
	if cmd == nil {
		return nil
	}
	return &choice{take: func(*Model) tea.Cmd { return cmd }}
}

// tell shows what was read, unless something else was asked for meanwhile.
func (msg previewMsg) tell(*Model) tea.Cmd {
	b, t := msg.browser, msg.browser.shownBeside
	if msg.part != b.asked {
		return nil
	}
	b.has = msg.part
	t.reset()
	t.append(msg.events...)
	t.unmarked = true
	if t.top(); msg.part.hit > 0 {
		t.find(b.query)
		t.unmarked = false
	}
	t.seen = t.entries.len()
	return nil
}
