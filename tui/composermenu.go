package tui

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
	"smtpconsole/tui/console"
)

// openMessageTemplates offers whole messages to begin with.
func (m *Model) openMessageTemplates() tea.Cmd {
	var choices []choice
	for _, t := range message.Templates() {
		choices = append(choices, choice{label: t.Title, help: t.Explain, take: func(m *Model) tea.Cmd { return m.composer.useTemplate(t) }})
	}
	m.overlay = newPicker(m.st, "Templates: one replaces the text, Ctrl+Z brings that back", choices)
	return nil
}

// composerList is every action of the message editor with its key.
func (m *Model) composerList() []choice {
	c := m.composer
	var choices []choice
	for _, row := range composerCommands {
		help := row.key(c.keys).Help()
		if help.Desc == "" {
			continue
		}
		choices = append(choices, choice{label: help.Desc, key: help.Key, take: func(m *Model) tea.Cmd {
			edits := c.edits()
			action := row.do(c)
			if c.edits() != edits {
				return tea.Batch(c.changed(), m.composed(action))
			}
			return m.composed(action)
		}})
	}
	return choices
}

// useTemplate begins with t, filled from the envelope and the clock.
func (c *composer) useTemplate(t message.Template) tea.Cmd {
	fill := message.Fill{From: offerFrom(c), Now: c.now(), ID: offerID(c)}
	for _, r := range c.state.Rcpts {
		if r.Accepted() {
			fill.To = append(fill.To, r.Path)
		}
	}
	form, source := t.Make(fill)
	l := formLetter(form)
	if source != "" {
		l = sourceLetter(source)
	}
	cmd := c.use(l)
	c.note = t.Explain
	return cmd
}

// openAddField asks what a new header field is to be called.
func (m *Model) openAddField() tea.Cmd {
	return m.askLine("A header field called", "X-", "letters, digits and hyphens · RFC 5322 §3.6.8", func(m *Model, name string) tea.Cmd {
		m.composer.newRow(strings.TrimSuffix(strings.TrimSpace(name), ":"))
		return m.composer.changed()
	})
}

// openAttach chooses a file that is to go along.
func (m *Model) openAttach() tea.Cmd {
	return m.chooseFile("Attach a file", false, func(m *Model, path string) tea.Cmd { return attach(path) })
}

// openFile chooses a message or a text to edit.
func (m *Model) openFile() tea.Cmd {
	return m.chooseFile("Read a message or a text", false, func(m *Model, path string) tea.Cmd { return readMessage(path) })
}

// openSave chooses where to write the message.
func (m *Model) openSave() tea.Cmd {
	c := m.composer
	if c.whole(func(*composer) composerAction { return composerSave }) == composerPrepare {
		return c.prepare(m.ctx)
	}
	octets := c.outgoing()
	return m.chooseFile("Save the message as", true, func(m *Model, path string) tea.Cmd { return m.save(octets, path, false) })
}

// save writes the message, and asks before another file is replaced.
func (m *Model) save(octets console.Octets, path string, replace bool) tea.Cmd {
	return func() tea.Msg {
		n, err := writeMessage(octets, path, replace)
		return writtenMsg{octets, path, n, err}
	}
}

// onWritten says what came of saving.
func (m *Model) onWritten(msg writtenMsg) tea.Cmd {
	switch {
	case errors.Is(msg.err, os.ErrExist):
		m.overlay = newPicker(m.st, fmt.Sprintf("%q is there already", msg.path), []choice{
			{label: "leave it", help: "nothing is written", take: func(*Model) tea.Cmd { return nil }},
			{label: "replace it", help: "what is in it is lost", take: func(m *Model) tea.Cmd { return m.save(msg.octets, msg.path, true) }},
		})
	case msg.err != nil:
		m.complain("not saved: " + errorWords(msg.err))
	default:
		m.say(fmt.Sprintf("saved in %s, %s octets", protocol.Safe(msg.path), grouped(msg.size)))
	}
	return nil
}

// writeMessage writes octets to a private file at path. It may be the one they
// come from: what was there is replaced in one go.
func writeMessage(octets console.Octets, path string, replace bool) (n int64, err error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return 0, fmt.Errorf("%q is no file that can be replaced: choose another name", path)
	case err == nil && !replace:
		return 0, os.ErrExist
	}
	r, err := octets.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	f, err := os.CreateTemp(filepath.Dir(path), ".smtpconsole-*") // mode 0600
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return 0, errors.Join(err, removeFile(f.Name()))
	}
	return n, nil
}

// readMessage reads the file at path for the editor; one that is too large to
// edit is only looked at.
func readMessage(path string) tea.Cmd {
	return func() tea.Msg {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return openedMsg{path: path, err: err}
		case !info.Mode().IsRegular():
			return openedMsg{path: path, err: fmt.Errorf("%q is no file with a message in it: choose another", path)}
		case info.Size() > promptly:
			return openedMsg{path: path, large: true}
		}
		text, err := os.ReadFile(path)
		return openedMsg{path: path, text: string(text), err: err}
	}
}

// onOpened shows what was read: in the form, as source, or as it is on disk.
func (m *Model) onOpened(msg openedMsg) tea.Cmd {
	c := m.composer
	switch {
	case msg.err != nil:
		c.note = errorWords(msg.err)
		return nil
	case msg.large || needsDisk(msg.text):
		cmd := c.fromDisk(msg.path)
		return tea.Batch(cmd, c.prepare(m.ctx))
	}
	cmd := c.readText(msg.text)
	if c.note == "" {
		c.note = "read from " + protocol.Safe(filepath.Base(msg.path))
	}
	return cmd
}

// needsDisk tells whether a text holds octets that editing would change: they
// are shown, and sent, as they are.
func needsDisk(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsRune(text, 0) || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r")
}

// openEditor opens $EDITOR on the message.
func (m *Model) openEditor() tea.Cmd {
	text, ok := m.composer.forEditor()
	if !ok {
		return nil
	}
	return editMessage(text)
}

// onMessageEdited takes what $EDITOR has made of the message.
func (m *Model) onMessageEdited(msg messageEditedMsg) tea.Cmd {
	c := m.composer
	var cmd tea.Cmd
	if msg.changed {
		cmd = c.readText(msg.text)
	}
	switch {
	case msg.err != nil:
		c.note = errorWords(msg.err)
	case !msg.changed:
		c.note = "the editor changed nothing"
	case strings.TrimSpace(msg.text) == "":
		c.note = "the editor left nothing: " + c.keys.undo.Help().Key + " brings the message back"
	}
	return cmd
}

// forEditor is the message as text for $EDITOR; false where it is too large.
func (c *composer) forEditor() (string, bool) {
	text := c.made.text
	if out := c.current(); out != nil {
		text = out.text
	}
	if text == "" && c.octets() > promptly {
		c.note = "the message has " + grouped(c.octets()) + " octets: too many to edit as text"
		return "", false
	}
	return strings.ReplaceAll(text, "\r\n", "\n"), true
}

// outgoing are the octets as they stand now.
func (c *composer) outgoing() console.Octets {
	if out := c.current(); out != nil {
		return out.octets
	}
	octets, _ := console.Text(c.made.text, c.state)
	return octets
}

// headText is the header of what goes out.
func (c *composer) headText() string {
	if out := c.current(); out != nil {
		return out.head()
	}
	return strings.Join(c.made.head, "\r\n")
}

// hand notes that the message goes out as it is now.
func (c *composer) hand() { c.handed = true }
