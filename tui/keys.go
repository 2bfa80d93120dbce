package tui

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/x/ansi"
)

// keyMap is every key of the console that is not an editing key of the prompt.
// A binding is an action's only name for its key: footer, help and palette
// read it from here.
type keyMap struct {
	help, fix, templates, message, sessions, panes, reconnect key.Binding
	palette, recall, connect, send, asTyped, complete, cancel key.Binding
	clear, leave, redraw, editor                              key.Binding
	pageUp, pageDown, exchangeUp, exchangeDown, top, end      key.Binding
	fold, search, copyIt, errorsOnly                          key.Binding
}

func bind(help string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(keyNames(keys[0]), help))
}

// keyNames writes a key as it is printed on keyboards.
func keyNames(k string) string {
	if name, ok := keyWords[k]; ok {
		return name
	}
	return k
}

var keyWords = map[string]string{
	"f1": "F1", "f2": "F2", "f3": "F3", "f4": "F4", "f5": "F5", "f6": "F6", "f7": "F7", "ctrl+]": "Ctrl+]", "ctrl+r": "Ctrl+R",
	"up": "↑", "down": "↓", "shift+tab": "Shift+Tab", "enter": "Enter", "alt+enter": "Alt+Enter", "tab": "Tab", "esc": "Esc", "ctrl+c": "Ctrl+C", "ctrl+d": "Ctrl+D", "ctrl+l": "Ctrl+L",
	"ctrl+x ctrl+e": "Ctrl+X Ctrl+E", "pgup": "PgUp", "pgdown": "PgDn", "ctrl+up": "Ctrl+Up", "ctrl+down": "Ctrl+Down",
	"ctrl+home": "Ctrl+Home", "ctrl+end": "Ctrl+End", "ctrl+s": "Ctrl+S", "ctrl+o": "Ctrl+O", "ctrl+e": "Ctrl+E", "ctrl+z": "Ctrl+Z", "f8": "F8", "f9": "F9", "f10": "F10",
}

func defaultKeys() keyMap {
	return keyMap{
		help:         bind("help", "f1"),
		fix:          bind("fix the line", "f2"),
		templates:    bind("templates", "f3"),
		message:      bind("message", "f4"),
		sessions:     bind("sessions", "f5"),
		panes:        bind("next pane", "f6"),
		reconnect:    bind("connect again", "f7"),
		palette:      bind("all commands", "ctrl+]"),
		recall:       bind("recall a line", "ctrl+r"),
		send:         bind("send", "enter", "ctrl+j"),
		connect:      bind("connect", "enter"),
		asTyped:      bind("send as typed", "alt+enter"),
		complete:     bind("complete", "tab"),
		cancel:       bind("cancel", "esc"),
		clear:        bind("clear the line", "ctrl+c"),
		leave:        bind("leave", "ctrl+d"),
		redraw:       bind("draw again", "ctrl+l"),
		editor:       bind("edit in $EDITOR", "ctrl+x ctrl+e"),
		pageUp:       bind("scroll back", "pgup"),
		pageDown:     bind("scroll on", "pgdown"),
		exchangeUp:   bind("exchange before", "ctrl+up"),
		exchangeDown: bind("exchange after", "ctrl+down"),
		top:          bind("go to the beginning", "ctrl+home"),
		end:          bind("go to the end", "ctrl+end"),
		fold:         bind("fold", "enter"),
		search:       bind("search", "ctrl+s"),
		copyIt:       bind("copy the exchange", "ctrl+o"),
		errorsOnly:   bind("refusals only", "ctrl+e"),
	}
}

// keyGroup is a heading's worth of bindings, for help and palette.
type keyGroup struct{ bindings []key.Binding }

// groups are all bindings in the order help shows them.
func (k keyMap) groups() []keyGroup {
	return []keyGroup{
		{[]key.Binding{k.send, k.asTyped, k.fix, k.complete, k.clear, k.recall, k.editor}},
		{[]key.Binding{k.help, k.templates, k.message, k.sessions, k.panes, k.reconnect, k.palette}},
		{[]key.Binding{k.pageUp, k.pageDown, k.exchangeUp, k.exchangeDown, k.top, k.end}},
		{[]key.Binding{k.fold, k.search, k.copyIt, k.errorsOnly, k.cancel, k.redraw, k.leave}},
	}
}

// keyRow is as many of the keys in a row of w cells as there is room for.
func (s *styles) keyRow(w int, bindings []key.Binding) string {
	row, _ := s.keysApart(w, "   ", bindings)
	return row
}

// keysApart leaves the keys out that do not fit whole, and tells whether all did.
func (s *styles) keysApart(w int, apart string, bindings []key.Binding) (row string, all bool) {
	gap, all := " ", true
	for _, b := range bindings {
		part := gap + s.key.Render(b.Help().Key) + " " + s.keyHelp.Render(b.Help().Desc)
		if ansi.StringWidth(row+part) > w {
			all = false
			continue
		}
		row, gap = row+part, apart
	}
	return row, all
}

// keyLine is keys in a row, closer together where they would not fit.
func (s *styles) keyLine(w int, bindings []key.Binding) string {
	row, all := s.keysApart(w, "   ", bindings)
	if !all {
		row, _ = s.keysApart(w, "  ", bindings)
	}
	return row
}
