package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// popup is the list of what can stand at the end of the line. Enter never
// takes from it: Tab does.
type popup struct {
	wants []protocol.Want
	at    int
}

// popupRows is how many proposals are shown at a time.
const popupRows = 8

// complete accepts the only proposal, or opens the list.
func (m *Model) complete() {
	switch wants := m.prompt.wants(); len(wants) {
	case 0:
		m.say("nothing to propose here")
	case 1:
		m.prompt.complete(wants[0])
	default:
		m.popup = &popup{wants: wants}
	}
}

// popupKey moves in the list: Tab takes, Esc closes. A key it does not use
// goes on to the line.
func (m *Model) popupKey(msg tea.KeyMsg) (done, used bool) {
	p := m.popup
	switch {
	case key.Matches(msg, m.keys.complete):
		m.prompt.complete(p.wants[p.at])
		return true, true
	case key.Matches(msg, m.keys.cancel):
		return true, true
	case msg.String() == "up":
		p.at = (p.at + len(p.wants) - 1) % len(p.wants)
		return false, true
	case msg.String() == "down":
		p.at = (p.at + 1) % len(p.wants)
		return false, true
	}
	return false, false
}

// view is the list as rows of w cells.
func (p *popup) view(st *styles, w int) []string {
	first := max(0, min(p.at-popupRows/2, len(p.wants)-popupRows))
	var rows []string
	for i := first; i < min(len(p.wants), first+popupRows); i++ {
		mark, style := "   ", st.text
		if i == p.at {
			mark, style = " ▸ ", st.title
		}
		want := p.wants[i]
		row := fit(mark+style.Render(protocol.Safe(want.Text)), min(32, w)) + " " + st.faint.Render(want.Help)
		if i == p.at {
			row = st.selected.Render(ansi.Strip(fit(row, w)))
		}
		rows = append(rows, fit(row, w))
	}
	return append(rows, fit(st.faint.Render(strings.Repeat(" ", 3)+"Tab takes it · ↑↓ choose · Esc closes"), w))
}
