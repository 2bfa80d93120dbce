package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
)

// fileHelp is the line of help for a file.
const fileHelp = "a file of the message · Alt+I inline or attached, Alt+X takes it out, Alt+↑ Alt+↓ move it · RFC 2183"

// fileRow is what a row knows of the file it names.
type fileRow struct {
	message.File
	err error // why it cannot be sent
}

// attachedMsg brings what was found out about a file to be attached.
type attachedMsg struct {
	path string
	file message.File
	err  error
}

// filesMsg brings what has become of the files of the rows, by their paths.
type filesMsg map[string]error

// attach looks at the file at path.
func attach(path string) tea.Cmd {
	return func() tea.Msg {
		file, err := message.Attach(path)
		return attachedMsg{path, file, err}
	}
}

// lookAtFiles finds out whether the files are still what was attached.
func lookAtFiles(files []message.File) tea.Cmd {
	if len(files) == 0 {
		return nil
	}
	return func() tea.Msg {
		found := filesMsg{}
		for _, file := range files {
			found[file.Path] = file.Changed()
		}
		return found
	}
}

func newFileRow(file message.File) *formField {
	f := newField(formRow{name: fileWord(file.Inline), help: fileHelp, offer: offerNothing, added: true})
	f.file = &fileRow{File: file}
	f.set(file.Name)
	f.given = f.value()
	return f
}

// fileWord is what a file's row is called.
func fileWord(inline bool) string {
	if inline {
		return "Inline"
	}
	return "Attached"
}

// onAttached adds a row for a file that can be read.
func (c *composer) onAttached(msg attachedMsg) tea.Cmd {
	if msg.err != nil {
		c.note = errorWords(msg.err)
		return nil
	}
	c.formNow()
	c.insertRow(len(c.fields), newFileRow(msg.file))
	c.note = protocol.Safe(msg.file.Name) + " is attached: " + fileFacts(msg.file)
	return c.changed()
}

// onFiles notes what has become of the files.
func (c *composer) onFiles(found filesMsg) {
	for _, f := range c.fields {
		if f.file == nil {
			continue
		}
		if err, ok := found[f.file.Path]; ok {
			f.file.err = err
		}
	}
	c.checkSmall()
}

// toggleInline says whether the cursor's file is shown in the text, or attached.
func (c *composer) toggleInline() {
	f := c.row()
	if f == nil || f.file == nil {
		c.note = "only a file can be inline: go to one, or attach one with " + c.keys.attach.Help().Key
		return
	}
	f.file.Inline = !f.file.Inline
	f.name = fileWord(f.file.Inline)
	if f.file.Inline && f.file.ID == "" {
		f.file.ID = c.unique() + "@smtpconsole"
	}
	if f.file.Inline {
		c.note = `the HTML shows it with <img src="cid:` + f.file.ID + `"> (RFC 2392)`
	}
	f.edits++
}

// sizeOnWire is about how many octets a file takes in the message.
func sizeOnWire(file message.File) int64 {
	if strings.HasPrefix(file.Type, "message/") {
		return file.Size
	}
	return file.EncodedSize()
}

// fileFacts are type, size and encoding of a file. A message in a message may
// not be encoded (RFC 2046 §5.2.1).
func fileFacts(file message.File) string {
	encoding := string(message.Base64)
	if strings.HasPrefix(file.Type, "message/") {
		encoding = "as it is"
	}
	return fmt.Sprintf("%s · %s octets · %s", file.Type, grouped(file.Size), encoding)
}
