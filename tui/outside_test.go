package tui

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// errandModel runs one command and keeps its message.
type errandModel struct {
	cmd tea.Cmd
	got tea.Msg
}

func (m *errandModel) Init() tea.Cmd { return m.cmd }
func (m *errandModel) View() string  { return "" }

func (m *errandModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg.(type) {
	case messageEditedMsg, editedMsg:
		m.got = msg
		return m, tea.Quit
	}
	return m, nil
}

// editedBy runs cmd in a program of its own, with a shell script as the editor,
// and returns the message it ends in.
func editedBy(t *testing.T, script string, cmd tea.Cmd) tea.Msg {
	t.Helper()
	path := filepath.Join(t.TempDir(), "editor.sh")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VISUAL", "sh "+path)
	m := &errandModel{cmd: cmd}
	if _, err := tea.NewProgram(m, tea.WithInput(strings.NewReader("")), tea.WithOutput(io.Discard), tea.WithoutSignalHandler()).Run(); err != nil {
		t.Fatal(err)
	}
	return m.got
}

// privateTemp is a directory for temporary files, which has to be empty in the
// end.
func privateTemp(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		if left := files(t, dir); left != nil {
			t.Errorf("left behind: %q", left)
		}
	})
}

func TestEditMessage(t *testing.T) {
	const text = "From: ann@example.org\r\n\r\n.dot\r\n"
	tests := []struct {
		name, script string
		want         string
		failed       bool
	}{
		{"writes", `printf 'new\n' >"$1"`, "new\n", false},
		{"leaves all as it is", `:`, text, false},
		{"empties", `: >"$1"`, "", false},
		{"replaces the file", `printf 'other' >"$1.new" && mv "$1.new" "$1"`, "other", false},
		{"leaves a backup", `cp "$1" "$1~"`, text, false},
		{"fails", `exit 3`, text, true},
		{"fails and has written", `printf 'half' >"$1"; exit 1`, "half", true},
		{"is killed", `printf 'half' >"$1"; kill -9 $$`, "half", true},
		{"removes the file", `rm "$1"`, text, true},
		{"makes a directory of it", `rm "$1"; mkdir "$1"`, text, true},
		{"looks at what is allowed", `test "$(stat -c %a "$1")$(stat -c %a "$(dirname "$1")")" = 600700`, text, false},
		{"is given a name", `test "$(basename "$1")" = message.eml`, text, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			privateTemp(t)
			got, ok := editedBy(t, tt.script, editMessage(text)).(messageEditedMsg)
			if !ok || got.text != tt.want || got.changed != (tt.want != text) || (got.err != nil) != tt.failed {
				t.Fatalf("got %+v", got)
			}
			if tt.failed && !strings.Contains(got.err.Error(), fmt.Sprintf("%q", os.Getenv("VISUAL"))) {
				t.Errorf("the editor is not named: %v", got.err)
			}
		})
	}
}

func TestEditLine(t *testing.T) {
	privateTemp(t)
	if got := editedBy(t, `printf 'NOOP\n\n' >"$1"`, editLine("EHLO x")); got != (editedMsg{text: "NOOP"}) {
		t.Errorf("got %+v", got)
	}
}

// TestEditorMissing names an editor that is not there, and a directory there is
// no room in.
func TestEditorMissing(t *testing.T) {
	privateTemp(t)
	t.Setenv("VISUAL", " ")
	t.Setenv("EDITOR", "no-such-editor -w")
	m := &errandModel{cmd: editMessage("text")}
	if _, err := tea.NewProgram(m, tea.WithInput(strings.NewReader("")), tea.WithOutput(io.Discard), tea.WithoutSignalHandler()).Run(); err != nil {
		t.Fatal(err)
	}
	got, _ := m.got.(messageEditedMsg)
	if got.text != "text" || got.changed || got.err == nil || !strings.Contains(got.err.Error(), `"no-such-editor -w"`) {
		t.Errorf("got %+v", got)
	}
	t.Setenv("TMPDIR", filepath.Join(os.Getenv("TMPDIR"), "missing"))
	if got, _ := editMessage("text")().(messageEditedMsg); got.text != "text" || got.changed || got.err == nil {
		t.Errorf("without a directory: %+v", got)
	}
}

func TestEditorName(t *testing.T) {
	for _, tt := range []struct{ visual, editor, want string }{
		{"", "", "vi"},
		{"  ", "\t", "vi"},
		{"", "nano", "nano"},
		{"emacs -nw", "nano", "emacs -nw"},
	} {
		t.Setenv("VISUAL", tt.visual)
		t.Setenv("EDITOR", tt.editor)
		if got := editorName(); got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
	if cmd := editorCommand("emacs -nw", "/tmp/a file"); len(cmd.Args) != 3 || cmd.Args[2] != "/tmp/a file" {
		t.Errorf("got %q", cmd.Args)
	}
	var missing *exec.Error
	if err := editorCommand("no-such-editor", "x").Run(); !errors.As(err, &missing) || !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
