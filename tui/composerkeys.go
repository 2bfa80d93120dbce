package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
)

// composerKeys are the keys of the editor but for those of bodyKeys.
type composerKeys struct {
	finish, anyway, drop, fresh, preview, help, leave key.Binding
	fix, templates, attach, source, html, encoding    key.Binding
	open, save, outside, undo, redo                   key.Binding
	add, double, remove, rowUp, rowDown, inline, menu key.Binding
	next, previous, up, down, enter                   key.Binding
}

func composerKey(name, help string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, help))
}

func defaultComposerKeys() composerKeys {
	return composerKeys{
		finish: composerKey("F10", "send", "f10"), anyway: composerKey("Alt+Enter", "send despite errors", "alt+enter"),
		drop: composerKey("F8", "drop", "f8"), fresh: composerKey("F7", "new message", "f7"),
		preview: composerKey("F9", "wire", "f9"), help: composerKey("F1", "help", "f1"), leave: composerKey("Esc", "prompt", "esc"),
		fix: composerKey("F2", "mend", "f2"), templates: composerKey("F3", "templates", "f3"), attach: composerKey("F5", "attach", "f5"),
		source: composerKey("F6", "source", "f6"), html: composerKey("Alt+H", "text or HTML", "alt+h"),
		encoding: composerKey("Alt+E", "encoding of the text", "alt+e"),
		open:     composerKey("Ctrl+O", "read a file", "ctrl+o"), save: composerKey("Ctrl+S", "save to a file", "ctrl+s"),
		outside: composerKey("Ctrl+X Ctrl+E", "edit in $EDITOR", "ctrl+e"), undo: composerKey("Ctrl+Z", "undo a template, file, view or fix", "ctrl+z"), redo: composerKey("Alt+Z", "take an undo back", "alt+z"),
		add: composerKey("Alt+N", "add a header field", "alt+n"), double: composerKey("Alt+C", "copy the field", "alt+c"),
		remove: composerKey("Alt+X", "take the field or file out", "alt+x"),
		rowUp:  composerKey("Alt+↑", "move the field up", "alt+up"), rowDown: composerKey("Alt+↓", "move the field down", "alt+down"),
		inline: composerKey("Alt+I", "file inline or attached", "alt+i"), menu: composerKey("Ctrl+]", "all commands", "ctrl+]"),
		next: composerKey("Tab", "next field", "tab"), previous: composerKey("Shift+Tab", "field before", "shift+tab"),
		up: composerKey("↑", "line or field before", "up", "ctrl+p"), down: composerKey("↓", "next line or field", "down", "ctrl+n"),
		enter: composerKey("Enter", "next empty field or line; after a lone dot, send", "enter", "ctrl+j"),
	}
}

// composerCommand is one row of what a key does wherever the cursor is.
type composerCommand struct {
	key func(composerKeys) key.Binding
	do  func(*composer) composerAction
}

// composerCommands is the table that keys, help and palette read.
var composerCommands = []composerCommand{
	{func(k composerKeys) key.Binding { return k.finish }, (*composer).finish},
	{func(k composerKeys) key.Binding { return k.anyway }, func(c *composer) composerAction { return c.whole(sendIt) }},
	{func(k composerKeys) key.Binding { return k.leave }, (*composer).leave},
	{func(k composerKeys) key.Binding { return k.fix }, then((*composer).fix)},
	{func(k composerKeys) key.Binding { return k.templates }, asks(composerTemplates)},
	{func(k composerKeys) key.Binding { return k.attach }, asks(composerAttach)},
	{func(k composerKeys) key.Binding { return k.source }, (*composer).toggleSource},
	{func(k composerKeys) key.Binding { return k.fresh }, then((*composer).askNew)},
	{func(k composerKeys) key.Binding { return k.drop }, then((*composer).askDrop)},
	{func(k composerKeys) key.Binding { return k.preview }, (*composer).togglePreview},
	{func(k composerKeys) key.Binding { return k.html }, then((*composer).toggleHTML)},
	{func(k composerKeys) key.Binding { return k.encoding }, then((*composer).nextEncoding)},
	{func(k composerKeys) key.Binding { return k.open }, asks(composerOpen)},
	{func(k composerKeys) key.Binding { return k.save }, asks(composerSave)},
	{func(composerKeys) key.Binding { return prefixKey }, then(func(c *composer) { c.prefix = true })},
	{func(k composerKeys) key.Binding { return disabled(k.outside) }, (*composer).editOutside},
	{func(k composerKeys) key.Binding { return k.undo }, then((*composer).undo)},
	{func(k composerKeys) key.Binding { return k.redo }, then((*composer).redo)},
	{func(k composerKeys) key.Binding { return k.add }, asks(composerAdd)},
	{func(k composerKeys) key.Binding { return k.double }, then((*composer).doubleRow)},
	{func(k composerKeys) key.Binding { return k.remove }, then((*composer).dropRow)},
	{func(k composerKeys) key.Binding { return k.rowUp }, then(func(c *composer) { c.moveRow(-1) })},
	{func(k composerKeys) key.Binding { return k.rowDown }, then(func(c *composer) { c.moveRow(1) })},
	{func(k composerKeys) key.Binding { return k.inline }, then((*composer).toggleInline)},
}

// disabled is a key that stands in help and palette, and does something only
// behind another.
func disabled(b key.Binding) key.Binding {
	b.SetEnabled(false)
	return b
}

// editOutside asks for $EDITOR, with all of the message at hand.
func (c *composer) editOutside() composerAction {
	return c.whole(func(*composer) composerAction { return composerOutside })
}

// prefixKey begins Ctrl+X Ctrl+E.
var prefixKey = key.NewBinding(key.WithKeys("ctrl+x"))

func then(do func(*composer)) func(*composer) composerAction {
	return func(c *composer) composerAction { do(c); return composerNone }
}

func asks(action composerAction) func(*composer) composerAction {
	return func(*composer) composerAction { return action }
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
	own := []key.Binding{
		k.finish, k.anyway, k.enter, k.leave, k.drop, k.fresh, k.preview, k.source, k.html, k.fix, k.templates, k.attach, k.inline,
		k.add, k.double, k.remove, k.rowUp, k.rowDown, k.encoding, k.open, k.save, k.outside, k.undo, k.redo, k.menu, k.help, k.next, k.previous, k.up, k.down,
	}
	return slices.Concat(own, bodyBindings())
}

// keyRow names the keys that do something now, as many as there is room for.
func (c *composer) keyRow() string {
	k := c.keys
	out := k.leave
	if c.waiting() {
		out = k.drop
	}
	bindings := []key.Binding{k.finish, out, k.help, k.preview, k.source, k.templates, k.attach, k.menu, k.html, k.fresh}
	if slices.ContainsFunc(c.remarks, c.fixable) {
		bindings = slices.Insert(bindings, 2, k.fix)
	}
	if c.drafts.offered != nil {
		bindings = []key.Binding{composerKey("Enter", "go on with the draft", "enter"), k.fresh, out, k.preview}
	}
	return c.st.keyRow(c.w, bindings)
}
