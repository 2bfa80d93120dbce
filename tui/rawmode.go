package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// Raw mode breaks rules on purpose. Against a server on another machine the
// user types its name first.

// raw sends the octets of a file untouched behind a DATA of its own.
func (m *Model) raw(a console.Raw) tea.Cmd {
	return m.ownServer(a.Host, func(m *Model, host string) tea.Cmd {
		a.Host = host
		m.streaming, m.sending = true, true
		return m.onSession(a)
	})
}

// endTest tries a variant of the end of data, or offers those there are.
func (m *Model) endTest(a console.EndTest) tea.Cmd {
	if a.Variant == "" {
		m.openEndTests(a.Host)
		return nil
	}
	return m.ownServer(a.Host, func(m *Model, host string) tea.Cmd {
		a.Host = host
		m.streaming, m.sending = true, true
		return m.onSession(a)
	})
}

// openEndTests lists the variants of the end of data, each with what a correct
// server does.
func (m *Model) openEndTests(host string) {
	var choices []choice
	for _, v := range protocol.EndVariants() {
		choices = append(choices, choice{label: v.Name + " · " + v.Summary, help: v.Correct + " · " + v.Ref, take: func(m *Model) tea.Cmd {
			return m.endTest(console.EndTest{Variant: v.Name, Host: host})
		}})
	}
	m.overlay = newPicker(m.st, "Ends of data: each goes out in a test message", choices)
}

// ownServer does do where the server is on this machine, or its user types
// its name.
func (m *Model) ownServer(host string, do func(m *Model, host string) tea.Cmd) tea.Cmd {
	hold, held := console.Resolve("DATA", m.current()).(console.Hold)
	switch {
	case m.session == nil || !m.live():
		m.complain(console.ErrNoConnection.Error())
		return nil
	case held:
		m.complain(protocol.Safe(hold.Line.Diags[0].Message))
		return nil
	case m.session.Local() || host != "":
		return do(m, host)
	}
	name := m.session.Target.Host
	title := "This breaks rules on purpose, and " + name + " is another machine. If it is yours to test, type its name"
	return m.askLine(title, "", "every octet goes out and into the record as it is", func(m *Model, typed string) tea.Cmd {
		if !strings.EqualFold(strings.TrimSpace(typed), name) {
			m.complain("that is not the server's name: nothing was sent")
			return nil
		}
		return do(m, name)
	})
}
