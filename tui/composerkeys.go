package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"
)

// composerKeys are the keys of the editor but for those of bodyKeys.
type composerKeys struct {
	finish, anyway, drop, fresh, preview, help, leave key.Binding
	next, previous, up, down, enter                   key.Binding
}

func composerKey(name, help string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, help))
}

func defaultComposerKeys() composerKeys {
	return composerKeys{
		finish: composerKey("F10", "send", "f10", "ctrl+s"), anyway: composerKey("Alt+Enter", "send as it is", "alt+enter"),
		drop: composerKey("F8", "drop the connection", "f8"), fresh: composerKey("F7", "new message", "f7"),
		preview: composerKey("F9", "wire", "f9"), help: composerKey("F1", "help", "f1"), leave: composerKey("Esc", "prompt", "esc"),
		next: composerKey("Tab", "next field", "tab"), previous: composerKey("Shift+Tab", "field before", "shift+tab"),
		up: composerKey("↑", "line or field before", "up", "ctrl+p"), down: composerKey("↓", "next line or field", "down", "ctrl+n"),
		enter: composerKey("Enter", "next empty field or line; after a lone dot, send", "enter", "ctrl+j"),
	}
}

// bodyBindings names for help what bodyKeys and the fields do; arrows and
// deleting keys go without saying.
func bodyBindings() []key.Binding {
	return []key.Binding{
		composerKey("PgUp", "page before", "pgup"), composerKey("PgDn", "next page", "pgdown"),
		composerKey("Ctrl+Home", "beginning of the text", "ctrl+home"), composerKey("Ctrl+End", "end of the text", "ctrl+end"),
		composerKey("Ctrl+A", "beginning of the line", "ctrl+a", "home"), composerKey("Ctrl+E", "end of the line", "ctrl+e", "end"),
		composerKey("Alt+B", "word back", "alt+b", "alt+left", "ctrl+left"), composerKey("Alt+F", "word on", "alt+f", "alt+right", "ctrl+right"),
		composerKey("Ctrl+U", "cut to the beginning of the line", "ctrl+u"), composerKey("Ctrl+K", "cut to the end of the line", "ctrl+k"),
		composerKey("Ctrl+W", "cut the word before", "ctrl+w"), composerKey("Alt+D", "cut the next word", "alt+d"),
		composerKey("Ctrl+Y", "put back what was cut", "ctrl+y"),
	}
}

// bindings are all keys of the editor, in the order help shows them.
func (c *composer) bindings() []key.Binding {
	k := c.keys
	own := []key.Binding{k.finish, k.anyway, k.enter, k.leave, k.drop, k.fresh, k.preview, k.help, k.next, k.previous, k.up, k.down}
	return slices.Concat(own, bodyBindings())
}

// keyRow names the keys that do something now, as many as there is room for.
func (c *composer) keyRow() string {
	k := c.keys
	out := k.leave
	if c.waiting() {
		out = k.drop
	}
	bindings := []key.Binding{k.finish, out, k.fresh, k.help, k.preview, k.next}
	if c.drafts.offered != nil {
		bindings = []key.Binding{composerKey("Enter", "go on with the draft", "enter"), k.fresh, out, k.preview}
	}
	row, gap := "", " "
	for _, b := range bindings {
		part := gap + c.st.key.Render(b.Help().Key) + " " + c.st.keyHelp.Render(b.Help().Desc)
		if ansi.StringWidth(row+part) <= c.w {
			row, gap = row+part, "   "
		}
	}
	return row
}
