package tui

import tea "github.com/charmbracelet/bubbletea"

// overlay lies over panes and prompt and takes the keys: a picker, a file
// chooser, a line to type, the plan of a mail.
type overlay interface {
	// handleKey returns what was chosen, nil for nothing yet, and done where
	// the overlay is to close.
	handleKey(tea.KeyMsg) (taken *choice, done bool)
	// click is handleKey for a cell of the screen.
	click(x, y int) (taken *choice, done bool)
	// move scrolls by n rows.
	move(n int)
	view(rect) string
	// left is called where the overlay closes and nothing was chosen.
	left(*Model) tea.Cmd
}

// choose carries out what an overlay said.
func (m *Model) choose(taken *choice, done bool) tea.Cmd {
	was := m.overlay
	if done {
		m.overlay = nil
	}
	switch {
	case taken != nil:
		return taken.take(m)
	case done:
		return was.left(m)
	}
	return nil
}

// askLine asks for one line.
func (m *Model) askLine(title, value, help string, take func(*Model, string) tea.Cmd) tea.Cmd {
	m.overlay = newAsk(m.st, title, value, help, take)
	return nil
}

// askOver is askLine over another overlay, which comes back where nothing is
// typed.
func (m *Model) askOver(back overlay, title, value, help string, take func(*Model, string) tea.Cmd) tea.Cmd {
	box := newAsk(m.st, title, value, help, take)
	box.back = back
	m.overlay = box
	return nil
}

// chooseFile asks for a file.
func (m *Model) chooseFile(title string, saving bool, take func(*Model, string) tea.Cmd) tea.Cmd {
	p, cmd := newFilePick(m.st, title, m.dir, saving, take)
	m.overlay = p
	return cmd
}

// chooseFileOver is chooseFile over another overlay, which comes back where no
// file is chosen.
func (m *Model) chooseFileOver(back overlay, title string, saving bool, take func(*Model, string) tea.Cmd) tea.Cmd {
	p, cmd := newFilePick(m.st, title, m.dir, saving, take)
	p.onLeft = func(m *Model) tea.Cmd { m.overlay = back; return nil }
	m.overlay = p
	return cmd
}

// onDirRead gives what a directory holds to the file chooser that asked.
func (m *Model) onDirRead(msg dirReadMsg) tea.Cmd {
	if m.overlay != overlay(msg.pick) {
		return nil
	}
	if msg.dir && msg.err == nil {
		m.dir = msg.path
	}
	return m.choose(msg.pick.read(msg))
}
