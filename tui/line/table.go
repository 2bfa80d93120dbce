package line

import (
	"os"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"

	"smtpconsole/protocol"
)

// table lays rows out in columns, two spaces apart, each cell made safe. The
// last column is as wide as it gets, or is wrapped to end at width.
func table(rows [][]string, width int) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displaywidth.String(protocol.Safe(cell))+2)
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		used := 0
		for i, cell := range row[:len(row)-1] {
			cell = protocol.Safe(cell)
			line.WriteString(cell + strings.Repeat(" ", widths[i]-displaywidth.String(cell)))
			used += widths[i]
		}
		line.WriteString(hang(protocol.Safe(row[len(row)-1]), used, width))
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// hang is text behind the column used, wrapped to stay behind it; no wider
// than width, where there is room for that.
func hang(text string, used, width int) string {
	const room = 20
	if width-used < room {
		return text
	}
	return strings.TrimSpace(wrap(text, strings.Repeat(" ", used), width))
}

// defaultWidth is how wide text is set where nobody knows the terminal's width.
const defaultWidth = 80

// maxWidth is how wide lines of prose get, however wide the terminal is.
const maxWidth = 100

// Width is how wide text is to be set on f.
func Width(f *os.File) int {
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
		return min(columns, maxWidth)
	}
	return defaultWidth
}

// aloud is text as lines that were not on the wire. Where there are columns
// the lines are wrapped, but for those that are laid out already.
func aloud(text string, columns int) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line = strings.TrimRight(line, "\n")
		if columns == 0 || strings.Contains(line, "  ") || line == "" {
			b.WriteString(strings.TrimRight(notWire+line, " ") + "\n")
			continue
		}
		b.WriteString(wrap(line, notWire, columns))
	}
	return b.String()
}

// wrap sets text in lines of at most width columns behind indent. A word wider
// than that has its own line.
func wrap(text, indent string, width int) string {
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(text) {
		w := displaywidth.String(word)
		switch {
		case used == 0:
			b.WriteString(indent)
			used = displaywidth.String(indent)
		case used+1+w > width:
			b.WriteString("\n" + indent)
			used = displaywidth.String(indent)
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += w
	}
	b.WriteString("\n")
	return b.String()
}
