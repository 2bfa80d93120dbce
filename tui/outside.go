package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// messageEditedMsg is the message back from $EDITOR.
type messageEditedMsg struct {
	// text is what the editor left, also where err tells that it failed.
	text    string
	changed bool
	err     error
}

// editMessage opens $EDITOR on a whole message.
func editMessage(text string) tea.Cmd {
	return outside("message.eml", text, func(got string, err error) tea.Msg {
		return messageEditedMsg{got, got != text, err}
	})
}

// editLine opens $EDITOR on the prompt's line.
func editLine(text string) tea.Cmd {
	return outside("line.txt", text+"\n", func(got string, err error) tea.Msg {
		return editedMsg{strings.TrimRight(got, "\r\n"), err}
	})
}

// outside opens $EDITOR on text, in a file called name. Back gets what the
// editor left, or text where nothing came back.
func outside(name, text string, back func(text string, err error) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		e, err := newErrand(name, text)
		if err != nil {
			return back(text, err)
		}
		return tea.ExecProcess(e.cmd, func(err error) tea.Msg { return back(e.back(err)) })()
	}
}

// errand is a text on its way to an editor and back, in a file and a directory
// that nobody else may look into.
type errand struct {
	text, path string
	editor     string
	cmd        *exec.Cmd
}

func newErrand(name, text string) (*errand, error) {
	dir, err := os.MkdirTemp("", "smtpconsole-") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("there is no room for the editor's file: %w", err)
	}
	e := &errand{text: text, path: filepath.Join(dir, name), editor: editorName()}
	if err := os.WriteFile(e.path, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("there is no room for the editor's file: %w", errors.Join(err, os.RemoveAll(dir)))
	}
	e.cmd = editorCommand(e.editor, e.path)
	return e, nil
}

// back reads what the editor left, and removes the file. Also an editor that
// failed may have written what its user would miss.
func (e *errand) back(failed error) (string, error) {
	b, err := os.ReadFile(e.path)
	text := string(b)
	switch {
	case err != nil:
		text = e.text
		err = fmt.Errorf("the editor %q left no file, so the text is as it was: %w", e.editor, cause(err))
	case errors.Is(failed, exec.ErrNotFound), errors.Is(failed, fs.ErrNotExist):
		err = fmt.Errorf("the editor %q was not found: set EDITOR to one that is installed", e.editor)
	case failed != nil && text == e.text:
		err = fmt.Errorf("the editor %q failed, and the text is as it was: %w", e.editor, failed)
	case failed != nil:
		err = fmt.Errorf("the editor %q failed, and the text is as it left it: %w", e.editor, failed)
	}
	return text, errors.Join(err, os.RemoveAll(filepath.Dir(e.path)))
}

// editorName is what $VISUAL or $EDITOR name, which may have arguments.
func editorName() string {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if editor := strings.TrimSpace(os.Getenv(name)); editor != "" {
			return editor
		}
	}
	return "vi"
}

func editorCommand(editor, path string) *exec.Cmd {
	words := strings.Fields(editor)
	cmd := exec.Command(words[0], append(words[1:], path)...)
	cmd.Stdin = os.Stdin // the file itself: an editor wants a terminal
	return cmd
}
