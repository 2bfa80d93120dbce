package tui

import (
	"context"
	"os"
	"time"

	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// quitPatience is how long a polite QUIT may take when the program ends.
const quitPatience = 2 * time.Second

// leave ends the program: QUIT where that can be said, then the connection,
// the record and the draft.
func (m *Model) leave() tea.Cmd {
	m.quitting = true
	_ = m.composer.saveNow()
	s, polite := m.session, m.live() && !m.state.Busy() && protocol.Lookup("QUIT").Legal(m.state.Phase)
	m.cancel()
	return func() tea.Msg {
		if s == nil {
			return tea.QuitMsg{}
		}
		if polite {
			ctx, cancel := context.WithTimeout(context.Background(), quitPatience)
			defer cancel()
			_ = s.Do(ctx, console.Send{Line: "QUIT"})
		}
		_ = s.Close()
		return tea.QuitMsg{}
	}
}

// copyText puts text into the terminal's clipboard (OSC 52).
func (m *Model) copyText(scope copyScope, what string) tea.Cmd {
	text := m.sight().transcript.copy(scope)
	if text == "" {
		m.say("nothing is selected to copy")
		return nil
	}
	m.say(what + " copied, where the terminal allows it (OSC 52)")
	seq := osc52.New(text)
	if os.Getenv("TMUX") != "" {
		seq = seq.Tmux()
	}
	return func() tea.Msg {
		_, _ = seq.WriteTo(os.Stdout)
		return nil
	}
}
