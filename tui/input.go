package tui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// newInput is a line to type in, with the keys that mean something else here
// taken out.
func newInput() textinput.Model {
	input := textinput.New()
	input.Prompt = ""
	for _, b := range []*key.Binding{&input.KeyMap.Paste, &input.KeyMap.NextSuggestion, &input.KeyMap.PrevSuggestion, &input.KeyMap.AcceptSuggestion} {
		b.SetEnabled(false)
	}
	input.Focus()
	return input
}

// editInput gives a key to a line. Deleting the next word is ours: textinput
// reads past the end of the line where the word is the last.
func editInput(in *textinput.Model, msg tea.KeyMsg) {
	if !key.Matches(msg, in.KeyMap.DeleteWordForward) {
		*in, _ = in.Update(msg)
		return
	}
	runes, at := []rune(in.Value()), in.Position()
	rest := strings.TrimLeftFunc(string(runes[at:]), unicode.IsSpace)
	rest = strings.TrimLeftFunc(rest, func(r rune) bool { return !unicode.IsSpace(r) })
	in.SetValue(string(runes[:at]) + rest)
	in.SetCursor(at)
}

// inputView draws a line with its cursor, safe to show, in room cells at most.
func (s *styles) inputView(in textinput.Model, room int) string {
	runes := []rune(in.Value())
	if len(runes) == 0 {
		first, rest := " ", ""
		if in.Placeholder != "" {
			first, rest = in.Placeholder[:1], in.Placeholder[1:]
		}
		return ansi.Truncate(s.cursor.Render(first)+s.ghost.Render(rest), room, "")
	}
	if in.EchoMode == textinput.EchoPassword {
		runes = []rune(strings.Repeat(string(in.EchoCharacter), len(runes)))
	}
	at := in.Position()
	cell, behind := " ", ""
	if at < len(runes) {
		cell, behind = protocol.Safe(string(runes[at])), protocol.Safe(string(runes[at+1:]))
	}
	before := protocol.Safe(string(runes[:at]))
	line := s.text.Render(before) + s.cursor.Render(cell) + s.text.Render(behind)
	text, _ := scrolled(line, ansi.StringWidth(before), room)
	return text
}

// editedLine draws text in room cells with the cursor at byte at; none for -1.
func (s *styles) editedLine(text string, at, room int) string {
	if room <= 0 {
		return ""
	}
	if at < 0 {
		return s.text.Render(ansi.Truncate(protocol.Safe(clip(text, room)), room, "…"))
	}
	before, rest := protocol.Safe(text[:at]), text[at:]
	under, after := " ", ""
	if rest != "" {
		n := clusterLen(rest)
		under, after = protocol.Safe(rest[:n]), protocol.Safe(clip(rest[n:], room))
	}
	styled := s.text.Render(before) + s.cursor.Render(under) + s.text.Render(after)
	styled, _ = scrolled(styled, ansi.StringWidth(before)+ansi.StringWidth(under)-1, room)
	return styled
}
