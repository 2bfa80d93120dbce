package tui

import (
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

// monochrome are the styles without a colour.
func monochrome() *styles {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	return newStyles(r)
}

// wireOf is the view of text on its way by mode.
func wireOf(text string, mode wireMode) *wireView {
	return &wireView{st: monochrome(), text: newWireText(text), mode: mode}
}

// onWire is what the connection makes of text: the filters of wire.Body.
func onWire(t testing.TB, text string, mode wireMode) string {
	t.Helper()
	var out strings.Builder
	var w io.Writer = &out
	var closers []io.Closer
	if mode.dots {
		dots := protocol.NewDotWriter(w)
		w, closers = dots, append(closers, dots)
	}
	if mode.ended {
		lines := protocol.NewLineWriter(w)
		w, closers = lines, append([]io.Closer{lines}, closers...)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	for _, c := range closers {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// markOctets are what the marks at the ends of lines stand for.
var markOctets = map[string]string{"␍␊": "\r\n", "␊": "\n", "␍": "\r", "": ""}

// shownBy is what v is about, for lines none of which is clipped.
func shownBy(v *wireView) string {
	var b strings.Builder
	for i := range v.len() {
		row := v.line(i)
		b.WriteString(row.text + markOctets[row.mark])
	}
	return b.String()
}

var wireModes = []wireMode{wireByDATA, wireByBDAT, wireBinary, wireRaw}

func TestWireViewIsTheWire(t *testing.T) {
	for _, text := range []string{"", ".", "a", "a\n", "a\n\n", ".\n..\n...", "\n.", fullLetter, "x\rx", "\r\r\n\n\r", "a\r", strings.Repeat("y", 2000), "\xff\x00"} {
		for _, mode := range wireModes {
			v, want := wireOf(text, mode), onWire(t, text, mode)
			if got := shownBy(v); got != want {
				t.Errorf("%s: %q is shown as %q, and goes out as %q", mode.name, text, got, want)
			}
			if got := v.total(); got != int64(len(want)) {
				t.Errorf("%s: %q: %d octets counted, %d go out", mode.name, text, got, len(want))
			}
			if last := v.len() - 1; last >= 0 && v.line(last).through != v.total() {
				t.Errorf("%s: %q: %d octets through the last line, %d in all", mode.name, text, v.line(last).through, v.total())
			}
		}
	}
}

func TestWireWords(t *testing.T) {
	tests := []struct {
		text       string
		data, bdat string
		raw        string
	}{
		{"plain\r\n", "", "", ""},
		{".\r\n", "dot", "", "dot"},
		{".ü\r\n", "dot 8bit", "8bit", "dot 8bit"},
		{"a\ttab\r\n", "", "", ""},
		{"\x1b[2J\x7f\r\n", "ctrl", "ctrl", "ctrl"},
		{"\x00\xff", "8bit ctrl", "8bit ctrl", "8bit ctrl no end"},
		{"a\n", "", "", "bare LF"},
		{"a\r", "", "", "bare CR"},
		{strings.Repeat("x", 998) + "\r\n", "", "", ""},
		{strings.Repeat("x", 999) + "\r\n", "long", "long", "long"},
		{"." + strings.Repeat("x", 997) + "\r\n", "dot", "", "dot"},
		{"." + strings.Repeat("x", 998) + "\r\n", "dot long", "long", "dot long"},
	}
	for _, tt := range tests {
		for mode, want := range map[*wireMode]string{&wireByDATA: tt.data, &wireByBDAT: tt.bdat, &wireRaw: tt.raw} {
			if got := wireOf(tt.text, *mode).line(0).words; got != want {
				t.Errorf("%.20q %s: %q, want %q", tt.text, mode.name, got, want)
			}
		}
		if got := wireOf(tt.text, wireByDATA).line(1).words; got != "end" {
			t.Errorf("the final dot is marked %q", got)
		}
	}
}

func TestWireMove(t *testing.T) {
	text := "one\n.two\nthree\nfour\xff\nfive\nsix\n"
	tests := []struct {
		key      string
		mode     wireMode
		at, want int
	}{
		{"up", wireByDATA, 2, 1},
		{"up", wireByDATA, 0, 0},
		{"down", wireByDATA, 2, 3},
		{"down", wireByDATA, 6, 6},
		{"down", wireByBDAT, 5, 5},
		{"enter", wireByDATA, 2, 3},
		{"pgup", wireByDATA, 5, 2},
		{"pgdown", wireByDATA, 1, 4},
		{"pgdown", wireByDATA, 5, 6},
		{"home", wireByDATA, 4, 0},
		{"end", wireByDATA, 0, 6},
		{"tab", wireByDATA, 0, 1},
		{"tab", wireByDATA, 1, 3},
		{"tab", wireByDATA, 3, 3},
		{"tab", wireByBDAT, 0, 3},
		{"tab", wireRaw, 0, 1},
		{"shift+tab", wireByDATA, 6, 3},
		{"shift+tab", wireByDATA, 3, 1},
		{"shift+tab", wireByDATA, 1, 1},
		{"left", wireByDATA, 1, 1},
		{"g", wireByDATA, 1, 1},
		{"'home'", wireByDATA, 1, 1},
	}
	for _, tt := range tests {
		if got := wireOf(text, tt.mode).move(strokeOf(tt.key), tt.at, 3); got != tt.want {
			t.Errorf("%s %s from %d: %d, want %d", tt.mode.name, tt.key, tt.at, got, tt.want)
		}
	}
	if got := wireOf("", wireRaw).move(composerStrokes["end"], 0, 3); got != 0 {
		t.Errorf("an empty text has line %d", got)
	}
}

// TestWireKeys: each key has one meaning, and help names it.
func TestWireKeys(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range wireBindings() {
		if b.Help().Key == "" || b.Help().Desc == "" {
			t.Errorf("%q is not in help", b.Keys())
		}
		for _, k := range b.Keys() {
			if seen[k] {
				t.Errorf("%s has two meanings", k)
			}
			seen[k] = true
		}
	}
}

// pane is heading and view, as h rows.
func pane(v *wireView, at, w, h int) string {
	rows := append([]string{v.heading(w, v.st.rule)}, v.view(at, w, h-1)...)
	return block(rows, w, h)
}

// specimen has a line of each kind.
const specimen = "From: ann@example.org\r\nSubject: of all kinds\r\n\r\n" + fullLetter +
	"\nwith a bare LF\nwith a bare CR\rand an escape \x1b[31mred\x00\r\n.\r\n..two dots\r\nno end"

func TestWireView(t *testing.T) {
	long := "short\r\n" + strings.Repeat("0123456789", 1000) + "\r\nbehind it\r\n"
	tests := []struct {
		name string
		w, h int
		mode wireMode
		text string
		at   int
	}{
		{"data-40x16", 40, 16, wireByDATA, specimen, 5},
		{"data-60x16", 60, 16, wireByDATA, specimen, 5},
		{"data-80x24", 80, 24, wireByDATA, specimen, 0},
		{"data-120x40", 120, 40, wireByDATA, specimen, 99},
		{"bdat-80x24", 80, 24, wireByBDAT, specimen, 3},
		{"raw-40x16", 40, 16, wireRaw, specimen, 99},
		{"raw-60x16", 60, 16, wireRaw, specimen, 99},
		{"raw-80x24", 80, 24, wireRaw, specimen, 0},
		{"raw-120x40", 120, 40, wireRaw, specimen, 11},
		{"long-60x16", 60, 16, wireByDATA, long, 1},
		{"empty-60x16", 60, 16, wireByDATA, "", 0},
		{"nothing-60x16", 60, 16, wireRaw, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := pane(wireOf(tt.text, tt.mode), tt.at, tt.w, tt.h)
			checkFrame(t, frame, tt.w, tt.h)
			golden.RequireEqual(t, []byte(frame+"\n"))
		})
	}
}

// TestWireSizes draws hostile octets into panes of every size.
func TestWireSizes(t *testing.T) {
	hostile := "\x1b[2J\u202e\x00 日本語 cafe\u0301 \xff\r" + strings.Repeat("é", 20_000) + "\n.\n\r\n..␍␊\n" + strings.Repeat("x\u0301", 3000)
	for _, mode := range wireModes {
		for _, w := range []int{1, 4, 13, 20, 39, 47, 60, 80, 200} {
			for _, h := range []int{2, 3, 9, 33} {
				for _, at := range []int{-1, 0, 1, 4, 99} {
					checkFrame(t, pane(wireOf(hostile, mode), at, w, h), w, h)
				}
			}
		}
	}
}

func TestWireHeading(t *testing.T) {
	v := wireOf("a\n", wireByDATA)
	sum := v.text.sums().ended
	for _, tt := range []struct {
		w    int
		want string
	}{{130, sum}, {80, sum[:wireSumDigits] + " "}, {60, sum[:wireSumDigits] + " "}, {40, "octets"}} {
		got := v.heading(tt.w, v.st.rule)
		if !strings.Contains(got, tt.want) || !strings.Contains(got, "by DATA") || ansi.StringWidth(got) != tt.w {
			t.Errorf("%d cells: %q", tt.w, got)
		}
	}
	if raw := wireOf("a\n", wireRaw).heading(130, v.st.rule); !strings.Contains(raw, v.text.sums().exact) || !strings.Contains(raw, " raw ") {
		t.Errorf("raw: %q", raw)
	}
}

func TestWireHelp(t *testing.T) {
	tests := []struct {
		text string
		mode wireMode
		want string // behind "marked"
	}{
		{"plain\r\n", wireByDATA, ""},
		{".a\n.b\n\xff\n", wireByDATA, "2 dot, 1 8bit"},
		{".a\n.b\n\xff\n", wireByBDAT, "1 8bit"},
		{".a\n.b\r\xff\x00", wireRaw, "2 dot, 1 8bit, 1 ctrl, 1 bare LF, 1 bare CR, 1 no end"},
		{strings.Repeat(".\n", 1000), wireByDATA, "1,000 dot"},
	}
	for _, tt := range tests {
		if _, got, _ := strings.Cut(wireOf(tt.text, tt.mode).help(), "marked "); got != tt.want {
			t.Errorf("%s %.10q: %q, want %q", tt.mode.name, tt.text, got, tt.want)
		}
	}
}

// TestWireScroll goes through the wire view of a long message.
func TestWireScroll(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, strings.Repeat("a line\n", 100_000))
	typeIn(c, "f9", "home")
	if !strings.Contains(c.view(), "From: ann@example.org"+wireMark) {
		t.Error("no beginning")
	}
	typeIn(c, "end")
	if frame := c.view(); !strings.Contains(frame, "end       ."+wireMark) {
		t.Errorf("no end:\n%s", frame)
	}
	typeIn(c, "x")
	if c.body.edits != 1 || c.note == "" {
		t.Error("typing in the wire view went into the form")
	}
}

// TestWireResize widens the screen under the wire view: the form is back
// beside it, and takes what is typed.
func TestWireResize(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	typeIn(c, "f9")
	c.setSize(120, 33)
	typeIn(c, "text")
	if c.body.lines[0] != "text" {
		t.Errorf("the body is %q", c.body.lines)
	}
	typeIn(c, "f9", "f9")
	c.setSize(80, 17)
	typeIn(c, " more")
	if c.body.lines[0] != "text more" {
		t.Errorf("the body is %q", c.body.lines)
	}
}
