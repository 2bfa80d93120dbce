package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"smtpconsole/protocol"
)

// fit cuts or pads a styled line to exactly w cells.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if width := ansi.StringWidth(s); width < w {
		return s + strings.Repeat(" ", w-width)
	} else if width > w {
		return ansi.Truncate(s, w, "…")
	}
	return s
}

// block makes lines exactly h rows of w cells.
func block(lines []string, w, h int) string {
	rows := make([]string, max(0, h))
	for i := range rows {
		row := ""
		if i < len(lines) {
			row = lines[i]
		}
		rows[i] = fit(row, w)
	}
	return strings.Join(rows, "\n")
}

// wrap breaks plain text into lines of w cells at most; the lines after the
// first are indented.
func wrap(text string, w, indent int) []string {
	if w < indent+8 {
		indent = 0
	}
	lines := strings.Split(ansi.Wrap(text, max(1, w-indent), " -"), "\n")
	for i := 1; i < len(lines); i++ {
		lines[i] = strings.Repeat(" ", indent) + lines[i]
	}
	return lines
}

// scrolled cuts a styled line so that the cell at cursor is visible in room
// cells. It returns how many cells went on the left.
func scrolled(s string, cursor, room int) (string, int) {
	shift := max(0, cursor-room+1)
	if shift == 0 {
		return ansi.Truncate(s, room, ""), 0
	}
	return ansi.Cut(s, shift, shift+room), shift
}

// errorWords is what an error says, in one line and safe to show.
func errorWords(err error) string {
	return protocol.Safe(strings.ReplaceAll(err.Error(), "\n", "; "))
}

// safeCell is a typed rune as it may be shown.
func safeCell(r rune) string { return protocol.Safe(string(r)) }
