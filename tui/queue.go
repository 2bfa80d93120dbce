package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/tui/console"
)

// messageIn splits a queue of lines at the lone dot that ends a message; ok is
// false where there is none.
func messageIn(queue []string) (text string, rest []string, ok bool) {
	i := slices.Index(queue, ".")
	if i < 0 {
		return "", queue, false
	}
	return strings.Join(undotted(queue[:i]), "\r\n"), queue[i+1:], true
}

// undotted takes one dot away where two begin a line, as scripts for a bare
// connection double them (RFC 5321 §4.5.2).
func undotted(lines []string) []string {
	text := slices.Clone(lines)
	for i, line := range text {
		if strings.HasPrefix(line, "..") {
			text[i] = line[1:]
		}
	}
	return text
}

// nextQueued carries out the next line that waits, where the one before went
// through and everything that it led to has been taken in.
func (m *Model) nextQueued() tea.Cmd {
	if len(m.queue) == 0 || m.paused || m.composing || !m.live() || m.behind() {
		return nil
	}
	line := m.queue[0]
	m.queue = m.queue[1:]
	if len(m.queue) == 0 && m.status == lineWaits {
		m.status = ""
	}
	a := console.Resolve(line, m.current())
	hold, held := a.(console.Hold)
	if !held {
		return tea.Batch(m.accepted(a, line), m.nextQueued())
	}
	m.paused = len(m.queue) > 0
	if m.prompt.value() == "" {
		m.prompt.set(line)
	}
	if m.paused {
		m.complain(fmt.Sprintf("held; %s wait: mend the line and press Enter, or Ctrl+C drops them", plural(len(m.queue), "line")))
	}
	return m.onSession(hold)
}

// paste offers what can be done with several lines at once.
func (m *Model) paste(text string) {
	if !m.live() {
		m.complain("several lines need a connection: F7 connects, then paste them again")
		return
	}
	lines := strings.Split(strings.TrimRight(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n"), "\n")
	n := plural(len(lines), "line")
	m.overlay = newPicker(m.st, n+" were pasted", []choice{
		{label: "send one by one", help: "each waits for the reply to the one before", take: func(m *Model) tea.Cmd { m.queue = lines; return m.nextQueued() }},
		{label: "send as one group", help: "all in one write, as PIPELINING allows (RFC 2920)", take: func(m *Model) tea.Cmd { return m.sendGroup(lines) }},
		{label: "put the first into the prompt", help: fmt.Sprintf("drops the %d others", len(lines)-1), take: func(m *Model) tea.Cmd { m.prompt.set(lines[0]); return nil }},
		{label: "drop them all", help: "nothing is sent", take: func(*Model) tea.Cmd { return nil }},
	})
}
