package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// openHelp shows help for what has the focus: the word in the prompt, or the
// overview.
func (m *Model) openHelp() {
	if m.saved != nil {
		m.reader = newReader(m.st, "Help on a saved session", keysPage(m.st, savedWords, m.savedKeys()))
		return
	}
	if m.composing {
		m.reader = newReader(m.st, "Help on the message editor", editorPage(m.st, m.composer.bindings()))
		return
	}
	if spec := m.prompt.line.Spec; spec != nil && m.start == nil && m.focus == focusPrompt {
		m.openTopic(spec.Verb)
		return
	}
	m.reader = newReader(m.st, "Help", helpPage(m.st, m.keys))
}

func (m *Model) openTopic(word string) {
	if l, ok := console.FindLocal(word); ok {
		m.reader = newReader(m.st, ":"+l.Name+" "+l.Args, func(w int) []string {
			pg := &page{w: w, st: m.st}
			pg.put(m.st.text, l.Summary)
			return pg.lines
		})
		return
	}
	if word == "" {
		m.reader = newReader(m.st, "Help", helpPage(m.st, m.keys))
		return
	}
	m.reader = newReader(m.st, protocol.Safe(word), topicPage(m.st, word))
}

// openShow shows one of the views a local command names.
func (m *Model) openShow(what string) tea.Cmd {
	state := m.state
	switch what {
	case "history":
		return m.openSessions()
	case "caps":
		m.reader = newReader(m.st, "Offered extensions", func(w int) []string { return capsPage(m.st, w, state.Caps) })
	case "tls":
		m.reader = newReader(m.st, "Protection", func(w int) []string { return tlsPage(m.st, w, state.TLS) })
	case "state":
		m.reader = newReader(m.st, "The session", func(w int) []string { return statePage(m.st, w, state) })
	}
	return nil
}

func capsPage(st *styles, w int, caps protocol.Caps) []string {
	pg := &page{w: w, st: st}
	if len(caps.List) == 0 {
		pg.put(st.text, "Nothing is known to be offered. EHLO asks the server.")
		return pg.lines
	}
	capsLines(pg, caps)
	return pg.lines
}

func statePage(st *styles, w int, s protocol.State) []string {
	pg := &page{w: w, st: st}
	pg.put(st.title, stateWords(s))
	pg.put(st.text, "Server: "+s.Target)
	if s.HasFrom {
		pg.put(st.text, "Reverse-path: <"+s.From+">")
	}
	for _, r := range s.Rcpts {
		style, glyph := st.class(protocol.ClassOf(r.Code))
		pg.put(style, glyph+" <"+r.Path+"> "+codeText(r.Code))
	}
	pg.gap()
	pg.put(st.text, nowLine(s))
	return pg.lines
}

func codeText(code int) string {
	meaning, _ := protocol.CodeMeaning(code)
	return meaning.Word + " " + meaning.Title
}

// openSessions lists the saved sessions.
func (m *Model) openSessions() tea.Cmd {
	if m.o.Saved == nil {
		m.say("no sessions are kept")
		return nil
	}
	return m.browse()
}

// openTemplates offers the commands, those legal now first.
func (m *Model) openTemplates() {
	var choices []choice
	for _, t := range protocol.Templates(m.state) {
		help := t.Spec.Summary
		if !t.Legal {
			help = "not now: " + help
		}
		choices = append(choices, choice{label: t.Text, help: help, faint: !t.Legal, take: func(m *Model) tea.Cmd {
			m.setFocus(focusPrompt)
			m.prompt.fill(t)
			m.explain()
			return nil
		}})
	}
	m.overlay = newPicker(m.st, "Templates", choices)
}

// openRecall searches the lines typed before.
func (m *Model) openRecall() {
	var choices []choice
	for _, line := range m.o.Recall.Lines() {
		choices = append(choices, choice{label: protocol.Safe(line), take: func(m *Model) tea.Cmd {
			m.prompt.set(line)
			m.explain()
			return nil
		}})
	}
	m.overlay = newPicker(m.st, "Lines typed before", choices)
}

// openPalette lists every action with its key.
func (m *Model) openPalette() {
	if m.composing {
		m.overlay = newPicker(m.st, "What the message editor can do", m.composerList())
		return
	}
	m.overlay = newPicker(m.st, "All commands", m.actionsList())
}

// actionsList is every action there is: the keys' and the local commands'.
func (m *Model) actionsList() []choice {
	var choices []choice
	for _, c := range m.commands {
		if c.key.Help() != m.keys.palette.Help() {
			choices = append(choices, choice{label: c.key.Help().Desc, key: c.key.Help().Key, take: c.do})
		}
	}
	onLine := func(b key.Binding, do func(*Model)) choice {
		return choice{label: b.Help().Desc, key: b.Help().Key, take: func(m *Model) tea.Cmd { do(m); return nil }}
	}
	choices = append(choices,
		onLine(m.keys.fix, (*Model).fix), onLine(m.keys.recall, (*Model).openRecall), onLine(m.keys.clear, (*Model).clearLine), onLine(m.keys.cancel, (*Model).cancelRunning))
	choices = append(choices,
		choice{label: "search the transcript", key: m.keys.search.Help().Key, take: func(m *Model) tea.Cmd { m.openSearch(); return nil }},
		choice{label: "show refusals only, or all again", key: m.keys.errorsOnly.Help().Key, take: func(m *Model) tea.Cmd { m.toggleErrors(); return nil }},
		choice{label: "copy the line selected", take: func(m *Model) tea.Cmd { return m.copyText(copyLine, "line") }},
		choice{label: "copy the exchange selected", key: m.keys.copyIt.Help().Key, take: func(m *Model) tea.Cmd { return m.copyText(copyExchange, "exchange") }},
		choice{label: "copy the whole session", take: func(m *Model) tea.Cmd { return m.copyText(copyAll, "session") }},
	)
	for _, l := range console.Locals() {
		choices = append(choices, choice{label: strings.TrimSpace(":" + l.Name + " " + l.Args), help: l.Summary, take: func(m *Model) tea.Cmd {
			if l.Args != "" && !strings.HasPrefix(l.Args, "[") {
				m.prompt.set(":" + l.Name + " ")
				return nil
			}
			return m.carry(console.Resolve(":"+l.Name, m.current()))
		}})
	}
	return choices
}

// transcriptKey handles a key while the transcript has the focus. A letter
// goes back to the prompt and is typed there.
func (m *Model) transcriptKey(msg tea.KeyMsg) tea.Cmd {
	defer m.explain()
	t := m.sight().transcript
	switch {
	case key.Matches(msg, m.keys.fold):
		t.toggleFold()
	case key.Matches(msg, m.keys.search):
		m.openSearch()
	case key.Matches(msg, m.keys.copyIt):
		return m.copyText(copyExchange, "exchange")
	case key.Matches(msg, m.keys.errorsOnly):
		m.toggleErrors()
	case msg.String() == "up":
		t.move(-1)
	case msg.String() == "down":
		t.move(1)
	case msg.String() == "home":
		t.top()
	case msg.String() == "end":
		t.bottom()
	default:
		return m.backToPrompt(msg)
	}
	return nil
}

// inspectorKey scrolls the inspector.
func (m *Model) inspectorKey(msg tea.KeyMsg) tea.Cmd {
	in := m.sight().inspector
	switch msg.String() {
	case "up":
		in.scroll(-1)
	case "down":
		in.scroll(1)
	case "home":
		in.scroll(-len(in.lines))
	case "end":
		in.scroll(len(in.lines))
	default:
		return m.backToPrompt(msg)
	}
	return nil
}

// backToPrompt returns the focus; what can be typed is typed. Beside a saved
// session there is nothing to type.
func (m *Model) backToPrompt(msg tea.KeyMsg) tea.Cmd {
	if m.saved != nil {
		m.say("nothing can be typed here: a saved session is read · Esc goes back")
		return nil
	}
	m.setFocus(focusPrompt)
	if typing(msg) || key.Matches(msg, m.keys.recall) {
		return m.promptKey(msg, false)
	}
	return nil
}

func (m *Model) toggleErrors() {
	s := m.sight()
	s.onlyBad = !s.onlyBad
	s.transcript.errorsOnly(s.onlyBad)
	if s.onlyBad {
		m.say("only refusals and failures are shown; Ctrl+E in the transcript shows all")
	}
}

func (m *Model) openSearch() {
	m.setFocus(focusTranscript)
	s := m.sight()
	s.searching = true
	s.search.SetValue("")
}

// searchKey types the query; Enter and the arrows step through what it finds.
func (m *Model) searchKey(msg tea.KeyMsg) {
	s := m.sight()
	switch msg.String() {
	case "esc", "ctrl+c":
		s.searching = false
		s.transcript.clearFind()
	case "enter", "down":
		s.transcript.next()
	case "up":
		s.transcript.prev()
	default:
		before := s.search.Value()
		editInput(&s.search, msg)
		if q := s.search.Value(); q != before {
			s.transcript.find(q)
		}
	}
	m.explain()
}
