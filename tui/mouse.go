package tui

import tea "github.com/charmbracelet/bubbletea"

// onMouse scrolls what the wheel is over and selects what is clicked.
func (m *Model) onMouse(msg tea.MouseMsg) tea.Cmd {
	if m.areas.tooSmall {
		return nil
	}
	switch {
	case msg.Button == tea.MouseButtonWheelUp:
		m.wheel(msg, -3)
	case msg.Button == tea.MouseButtonWheelDown:
		m.wheel(msg, 3)
	case msg.Button == tea.MouseButtonLeft && msg.Action == tea.MouseActionPress:
		return m.click(msg)
	}
	return nil
}

func (m *Model) wheel(msg tea.MouseMsg, n int) {
	switch {
	case m.reader != nil:
		m.reader.scroll(n)
	case m.overlay != nil:
		if b, ok := m.overlay.(*browser); ok && b.previewArea.contains(msg.X, msg.Y) {
			b.shownBeside.scroll(n)
			return
		}
		m.overlay.move(n)
	case m.replay != nil && m.saved == nil:
		m.replay.move(n)
	case !m.uncovered():
	case m.areas.side.contains(msg.X, msg.Y) || m.sight().focus == focusInspector && m.areas.side.w == 0:
		m.sight().inspector.scroll(n)
	default:
		m.sight().transcript.scroll(n)
	}
}

func (m *Model) click(msg tea.MouseMsg) tea.Cmd {
	switch {
	case m.reader != nil || m.question != nil:
	case m.overlay != nil:
		return m.choose(m.overlay.click(msg.X, msg.Y))
	case m.start != nil && m.saved == nil:
		return m.startClick(msg.Y)
	case !m.uncovered():
	case m.areas.prompt.contains(msg.X, msg.Y):
		if m.saved == nil {
			m.setFocus(focusPrompt)
		}
	case m.areas.side.contains(msg.X, msg.Y):
		m.setFocus(focusInspector)
	case m.areas.main.contains(msg.X, msg.Y):
		m.setFocus(focusTranscript)
		m.sight().transcript.click(msg.X-m.areas.main.x, msg.Y-m.areas.main.y)
		m.explain()
	}
	return nil
}
