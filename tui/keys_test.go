package tui

import (
	"context"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/tui/console"
)

// places are the panes with every binding that works in each.
func places() map[string][]key.Binding {
	k, p, in := defaultKeys(), newPrompt(newStyles(testRenderer())).keys, textinput.DefaultKeyMap
	global := []key.Binding{k.help, k.templates, k.message, k.sessions, k.panes, k.reconnect, k.palette, k.pageUp, k.pageDown, k.exchangeUp, k.exchangeDown, k.top, k.end, k.redraw}
	editing := []key.Binding{
		p.yank, p.transpose, p.previous, p.next, p.killLine, p.killStart, p.killBack, p.killWord, p.escape,
		in.CharacterForward, in.CharacterBackward, in.WordForward, in.WordBackward, in.DeleteCharacterBackward, in.DeleteCharacterForward, in.LineStart, in.LineEnd,
	}
	return map[string][]key.Binding{
		"prompt":     append(append(append([]key.Binding{}, global...), editing...), k.send, k.asTyped, k.fix, k.complete, k.clear, k.recall, k.cancel),
		"transcript": append(append([]key.Binding{}, global...), k.fold, k.search, k.copyIt, k.errorsOnly),
		"saved":      newModel(context.Background(), Options{Console: console.New(console.Options{})}, testRenderer(), time.Now).savedKeys(),
		"browser": append(browserAt(nil).bindings(), pickKeys.up, pickKeys.down, pickKeys.pageUp, pickKeys.pageDown,
			browserTop, browserEnd, previewUp, previewDown, in.CharacterForward, in.CharacterBackward, in.LineStart, in.LineEnd, in.DeleteCharacterBackward),
		"comparison": append(append([]key.Binding{}, comparisonKeys...), append(sideMoves, sideOn)...),
		"replay":     append((&replayView{}).bindings(), append(sideMoves, sideNext, sideBefore)...),
		"picker":     {pickKeys.up, pickKeys.down, pickKeys.pageUp, pickKeys.pageDown, pickKeys.take, pickKeys.leave},
		"reader":     {readKeys.up, readKeys.down, readKeys.pageUp, readKeys.pageDown, readKeys.top, readKeys.end, readKeys.leave},
	}
}

// TestOneMeaning: no key does two things in one place. Ctrl+D deletes, and
// leaves on an empty line only, as in a shell.
func TestOneMeaning(t *testing.T) {
	for place, bindings := range places() {
		seen := map[string]bool{}
		for _, b := range bindings {
			for _, k := range b.Keys() {
				if seen[k] {
					t.Errorf("%s: %s has two meanings", place, k)
				}
				seen[k] = true
			}
		}
	}
}

// TestLettersType: no letter, digit or sign is a command in the prompt.
func TestLettersType(t *testing.T) {
	p := newPrompt(newStyles(testRenderer()))
	typed := ""
	for r := ' '; r <= '~'; r++ {
		p.handleKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		typed += string(r)
	}
	if p.value() != typed {
		t.Errorf("typed %q, the line is %q", typed, p.value())
	}
}

// TestKeyNames: every key has a name as printed on keyboards, and help for it.
func TestKeyNames(t *testing.T) {
	for _, g := range defaultKeys().groups() {
		for _, b := range g.bindings {
			if h := b.Help(); h.Desc == "" || keyWords[b.Keys()[0]] != h.Key {
				t.Errorf("%v has help %+v", b.Keys(), h)
			}
		}
	}
}

// TestCommands: each row of the table has a key with help, each key once.
func TestCommands(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range commands(defaultKeys()) {
		k := c.key.Keys()[0]
		if seen[k] || c.do == nil || c.key.Help().Desc == "" {
			t.Errorf("%s: twice %v, help %q", k, seen[k], c.key.Help().Desc)
		}
		seen[k] = true
	}
}
