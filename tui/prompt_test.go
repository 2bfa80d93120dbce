package tui

import (
	"io"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

// testRenderer draws without colours.
func testRenderer() *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	return r
}

// press gives keys to a prompt: names of tea, or text.
func press(p *prompt, keys ...string) {
	for _, k := range keys {
		if t, ok := named(k); ok {
			p.handleKey(t)
			continue
		}
		for _, r := range k {
			p.handleKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
		}
	}
}

func named(name string) (tea.KeyMsg, bool) {
	if rest, ok := strings.CutPrefix(name, "alt+"); ok && len(rest) == 1 {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(rest), Alt: true}, true
	}
	for t := tea.KeyType(-120); t < 128; t++ {
		if k := (tea.KeyMsg{Type: t}); k.String() == name && len(name) > 1 {
			return k, true
		}
	}
	return tea.KeyMsg{}, false
}

// TestReadline: the keys do what they do in a shell.
func TestReadline(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
		at   int
	}{
		{[]string{"abc", "ctrl+a", "x"}, "xabc", 1},
		{[]string{"abc", "ctrl+a", "ctrl+e", "x"}, "abcx", 4},
		{[]string{"abc", "ctrl+b", "x"}, "abxc", 3},
		{[]string{"abc", "ctrl+a", "ctrl+f", "x"}, "axbc", 2},
		{[]string{"abc", "ctrl+a", "ctrl+d"}, "bc", 0},
		{[]string{"abc", "ctrl+h"}, "ab", 2},
		{[]string{"ab cd", "ctrl+b", "ctrl+b", "ctrl+k"}, "ab ", 3},
		{[]string{"ab cd", "ctrl+b", "ctrl+b", "ctrl+u"}, "cd", 0},
		{[]string{"ab cd", "ctrl+w"}, "ab ", 3},
		{[]string{"ab cd", "ctrl+w", "ctrl+y", "ctrl+y"}, "ab cdcd", 7},
		{[]string{"ab cd ef", "ctrl+w", "ctrl+w", "ctrl+y"}, "ab cd ef", 8},
		{[]string{"ab cd ef", "ctrl+a", "alt+d", "alt+d", "ctrl+e", "ctrl+y"}, " efab cd", 8},
		{[]string{"ab cd", "ctrl+w", "x", "ctrl+w", "ctrl+y"}, "ab x", 4},
		{[]string{"ab cd", "ctrl+u", "x", "ctrl+y"}, "xab cd", 6},
		{[]string{"abdc", "ctrl+t"}, "abcd", 4},
		{[]string{"bacd", "ctrl+a", "ctrl+f", "ctrl+t"}, "abcd", 2},
		{[]string{"ab cd", "alt+b", "x"}, "ab xcd", 4},
		{[]string{"ab cd", "ctrl+a", "alt+f", "x"}, "abx cd", 3},
		{[]string{"ab cd", "ctrl+a", "alt+d"}, " cd", 0},
		{[]string{"ctrl+p"}, "newest", 6},
		{[]string{"half", "up", "up", "down", "down"}, "half", 4},
		{[]string{"up", "up", "up"}, "oldest", 6},
	} {
		t.Run(strings.Join(c.keys, " "), func(t *testing.T) {
			p := newPrompt(newStyles(testRenderer()))
			p.lines = []string{"newest", "oldest"}
			press(p, c.keys...)
			if p.value() != c.want || p.input.Position() != c.at {
				t.Errorf("%q at %d, want %q at %d", p.value(), p.input.Position(), c.want, c.at)
			}
		})
	}
}

func ready() protocol.State {
	return protocol.State{Phase: protocol.PhaseReady, Hello: "EHLO", Caps: protocol.Caps{Known: true, List: []protocol.Cap{{Keyword: "SIZE"}}}}
}

// TestRemark: the caret stands under the fault, and an unfinished line is let be.
func TestRemark(t *testing.T) {
	for _, c := range []struct{ line, code string }{
		{"MAIL FROM: <a@example.org>", "path.space"},
		{"MAIL FROM:<a@exa_mple.org>", "domain.underscore"},
		{"MAIL FROM:<a@example.org> SIZE=1 BODY=8BITMIME RET=FULL SIZE=2", "param.twice"},
		{"MAIL FROM:<joe@somewhere.in.the.middle.exa_mple.org>", "domain.underscore"},
		{"MAIL", ""},
		{"MAIL FROM:<a@exa", ""},
		{"MAIL FROM:<a@example.org", ""},
		{"EH", ""},
		{"MAIL FROM:<a@example.org> ", ""},
	} {
		p := newPrompt(newStyles(testRenderer()))
		p.setState(ready())
		press(p, c.line)
		d, _ := p.remark()
		if d.Code != c.code {
			t.Errorf("%q: remark %q, want %q", c.line, d.Code, c.code)
		}
		if c.code == "" {
			continue
		}
		rows := p.view(100)
		caret := strings.IndexByte(rows[1], '^')
		column := ansi.StringWidth(p.label() + c.line[:d.Start])
		if caret < 0 || ansi.StringWidth(rows[1][:caret]) != column {
			t.Errorf("%q: caret in %q, want column %d", c.line, rows[1], column)
		}
	}
}

// TestPromptRows: whatever is typed, the prompt is three rows of its width and
// passes no control to the terminal.
func TestPromptRows(t *testing.T) {
	for _, line := range []string{"", "MAIL FROM:<a@example.org>", strings.Repeat("x", 500), "世界 " + strings.Repeat("é", 90), "MAIL FROM: <" + strings.Repeat("a", 200)} {
		for _, w := range []int{40, 60, 80, 200} {
			p := newPrompt(newStyles(testRenderer()))
			p.setState(ready())
			p.set(line)
			for i, row := range p.view(w) {
				if ansi.StringWidth(row) != w || strings.ContainsAny(row, "\x1b\r\n\t") {
					t.Errorf("%.20q at %d: row %d is %d cells: %q", line, w, i, ansi.StringWidth(row), row)
				}
			}
		}
	}
}

// TestSlots: a template's slots are typed over, Tab goes from one to the next.
func TestSlots(t *testing.T) {
	p := newPrompt(newStyles(testRenderer()))
	p.setState(ready())
	for _, tpl := range protocol.Templates(ready()) {
		if tpl.Spec.Verb == "XCLIENT" {
			p.fill(tpl)
		}
	}
	press(p, "192.0.2.77")
	if !p.nextSlot() {
		t.Fatal("no second slot")
	}
	press(p, "mx.example")
	if want := "XCLIENT ADDR=192.0.2.77 NAME=mx.example"; p.value() != want {
		t.Errorf("%q, want %q", p.value(), want)
	}
	p.nextSlot()
	if p.nextSlot() {
		t.Error("a third slot")
	}
}
