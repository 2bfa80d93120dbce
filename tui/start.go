package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// startScreen asks for a server: the practice server first, then those
// connected to lately.
type startScreen struct {
	st     *styles
	input  textinput.Model
	recent []history.Summary // one for each target, newest first
	at     int               // 0 is the practice server
	rows   int               // row of the first choice on the screen
}

// recentTargets is how many targets the start screen lists.
const recentTargets = 8

func newStartScreen(st *styles) *startScreen {
	input := newInput()
	input.Placeholder = "host, host:port, [::1]:25, smtp://host, smtps://host, lmtp://host"
	return &startScreen{st: st, input: input}
}

// setRecent lists the targets of the saved sessions, each once.
func (s *startScreen) setRecent(list []history.Summary) {
	s.recent = nil
	seen := map[string]bool{console.PracticeName: true}
	for _, sum := range list {
		if !seen[sum.Target] && len(s.recent) < recentTargets {
			seen[sum.Target] = true
			s.recent = append(s.recent, sum)
		}
	}
}

// target is what Enter connects to.
func (s *startScreen) target() string {
	if typed := strings.TrimSpace(s.input.Value()); typed != "" {
		return typed
	}
	if s.at > 0 && s.at <= len(s.recent) {
		return s.recent[s.at-1].Target
	}
	return console.PracticeName
}

func (m *Model) startKey(msg tea.KeyMsg, wasLeaving bool) tea.Cmd {
	s := m.start
	switch msg.String() {
	case "enter":
		return m.connect(s.target())
	case "up", "ctrl+p":
		s.at = max(0, s.at-1)
	case "down", "tab", "ctrl+n":
		s.at = min(len(s.recent), s.at+1)
	case "ctrl+c":
		if s.input.Value() == "" {
			m.say("Ctrl+D leaves")
		}
		s.input.SetValue("")
	case "ctrl+d":
		if s.input.Value() == "" {
			return m.leaveKey(msg, wasLeaving)
		}
		editInput(&s.input, msg)
	default:
		editInput(&s.input, msg)
	}
	return nil
}

// startClick takes the choice on a screen row.
func (m *Model) startClick(y int) tea.Cmd {
	if i := y - m.start.rows; i >= 0 && i <= len(m.start.recent) {
		m.start.at = i
		m.start.input.SetValue("")
		return m.connect(m.start.target())
	}
	return nil
}

// connect begins a session with what was typed or chosen.
func (m *Model) connect(target string) tea.Cmd {
	t, err := console.ParseTarget(target)
	if err != nil {
		m.complain(protocol.Safe(err.Error()))
		return nil
	}
	m.o.Target = t
	return begin(m.o.Console, t)
}

func (s *startScreen) view(a rect) string {
	lines := []string{
		"", "  " + s.st.title.Render("smtpconsole") + s.st.faint.Render("  a conversation with a mail server"), "",
		"  " + s.st.faint.Render("Connect to ") + s.st.inputView(s.input, max(8, a.w-14)), "",
	}
	s.rows = a.y + len(lines)
	lines = append(lines, s.row(0, "practice", "the built-in server: nothing leaves this machine", a.w))
	for i, r := range s.recent {
		lines = append(lines, s.row(i+1, protocol.Safe(r.Target), r.Start.Local().Format("2 Jan 15:04")+"  "+protocol.Safe(r.Outcome), a.w))
	}
	lines = append(lines, "", "  "+s.st.faint.Render("New to SMTP? Press Enter: type to a server that explains every mistake."))
	return block(lines, a.w, a.h)
}

func (s *startScreen) row(i int, name, help string, w int) string {
	mark, style := "    ", s.st.text
	if i == s.at && s.input.Value() == "" {
		mark, style = "  ▸ ", s.st.title
	}
	return fit(mark+style.Render(fit(name, min(30, w/2)))+"  "+s.st.faint.Render(help), w)
}
