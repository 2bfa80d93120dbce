package tui

import (
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

// composerAt is an editor of w by h cells, opened in st at a fixed moment.
func composerAt(t testing.TB, st protocol.State, w, h int) *composer {
	t.Helper()
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	zone := time.FixedZone("", 3600)
	c := newComposer(newStyles(r), func() time.Time { return time.Date(2026, 1, 2, 15, 4, 5, 0, zone) })
	c.unique = func() string { return "unique" }
	c.setSize(w, h)
	c.open(st, "client.example")
	return c
}

// asked is a transaction whose server waits for the message.
func asked() protocol.State {
	return protocol.State{
		Phase: protocol.PhaseData, HasFrom: true, From: "ann@example.org",
		Rcpts: []protocol.Rcpt{{Path: "bob@example.test", Code: 250}, {Path: "full@example.test", Code: 452}, {Path: "carol@example.test", Code: 251}},
		Caps:  protocol.Caps{Known: true, List: []protocol.Cap{{Keyword: "SIZE", Params: []string{"10485760"}}}},
	}
}

// goesOut is the message as it would go out now.
func goesOut(c *composer) string { return c.make().text }

// TestComposerPastedWhole: the dot that ends a message pasted whole is none of
// it, and dots doubled for a bare connection are single again.
func TestComposerPastedWhole(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, "one\n..two\n.\n")
	if got, want := goesOut(c), prefilled+"one\r\n.two\r\n"; got != want || c.note == "" {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, chunk := range []bool{false, true} {
		c := inBody(composerAt(t, asked(), 80, 17))
		c.chunk = chunk
		paste(c, "..one\n.\ntwo\n")
		if got, want := joined(c.body.lines), "..one\n.\ntwo\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// notYet is the same one command earlier.
func notYet() protocol.State {
	st := asked()
	st.Phase = protocol.PhaseRcpt
	return st
}

var composerStrokes = map[string]tea.KeyMsg{
	"enter": {Type: tea.KeyEnter}, "tab": {Type: tea.KeyTab}, "shift+tab": {Type: tea.KeyShiftTab}, "esc": {Type: tea.KeyEsc},
	"up": {Type: tea.KeyUp}, "down": {Type: tea.KeyDown}, "left": {Type: tea.KeyLeft}, "right": {Type: tea.KeyRight},
	"home": {Type: tea.KeyHome}, "end": {Type: tea.KeyEnd}, "pgup": {Type: tea.KeyPgUp}, "pgdown": {Type: tea.KeyPgDown},
	"backspace": {Type: tea.KeyBackspace}, "delete": {Type: tea.KeyDelete}, "f7": {Type: tea.KeyF7}, "f8": {Type: tea.KeyF8}, "f9": {Type: tea.KeyF9}, "f10": {Type: tea.KeyF10},
	"ctrl+s": {Type: tea.KeyCtrlS}, "ctrl+u": {Type: tea.KeyCtrlU}, "ctrl+k": {Type: tea.KeyCtrlK}, "ctrl+w": {Type: tea.KeyCtrlW}, "ctrl+y": {Type: tea.KeyCtrlY},
	"ctrl+home": {Type: tea.KeyCtrlHome}, "ctrl+end": {Type: tea.KeyCtrlEnd}, "ctrl+c": {Type: tea.KeyCtrlC},
	"alt+enter": {Type: tea.KeyEnter, Alt: true}, "alt+b": {Type: tea.KeyRunes, Runes: []rune("b"), Alt: true}, "alt+d": {Type: tea.KeyRunes, Runes: []rune("d"), Alt: true},
	"f2": {Type: tea.KeyF2}, "f6": {Type: tea.KeyF6}, "ctrl+z": {Type: tea.KeyCtrlZ},
	"alt+q": {Type: tea.KeyRunes, Runes: []rune("q"), Alt: true},
}

// typeIn gives the named keys; other words are typed. It returns the action
// of the last.
func typeIn(c *composer, keys ...string) composerAction {
	action := composerNone
	for _, k := range keys {
		msg, ok := composerStrokes[k]
		if !ok {
			msg = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		}
		action, _ = c.handleKey(msg)
	}
	return action
}

func paste(c *composer, text string) {
	c.handleKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

// inBody moves the focus to the body.
func inBody(c *composer) *composer {
	c.moveFocus(len(c.fields))
	return c
}

const prefilled = "From: ann@example.org\r\nTo: bob@example.test, carol@example.test\r\n" +
	"Date: Fri, 02 Jan 2026 15:04:05 +0100\r\nMessage-ID: <unique@example.org>\r\n\r\n"

func TestComposerPrefill(t *testing.T) {
	null := asked()
	null.From = ""
	bare := notYet()
	bare.Rcpts = []protocol.Rcpt{{Path: "postmaster", Code: 250}}
	tests := []struct {
		name string
		st   protocol.State
		want string
	}{
		{"envelope", asked(), prefilled},
		{"null reverse-path", null, strings.Replace(strings.TrimPrefix(prefilled, "From: ann@example.org\r\n"), "unique@example.org", "unique@client.example", 1)},
		{"recipient without a domain", bare, strings.Replace(prefilled, "To: bob@example.test, carol@example.test\r\n", "", 1)},
		{"no session", protocol.State{}, "Date: Fri, 02 Jan 2026 15:04:05 +0100\r\nMessage-ID: <unique@client.example>\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := goesOut(composerAt(t, tt.st, 80, 17)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestComposerFollows opens the editor twice: what nobody wrote follows the
// envelope, what somebody wrote or emptied stays.
func TestComposerFollows(t *testing.T) {
	c := composerAt(t, protocol.State{}, 80, 17)
	typeIn(c, "down", "down", "down", "down", "hello", "down", "ctrl+u", "down", "down", "text")
	c.open(asked(), "client.example")
	want := "From: ann@example.org\r\nTo: bob@example.test, carol@example.test\r\nSubject: hello\r\nMessage-ID: <unique@client.example>\r\n\r\ntext\r\n"
	if got := goesOut(c); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	more := asked()
	more.From, more.Rcpts = "dan@example.org", more.Rcpts[:1]
	c.fields[1].set("everybody")
	c.open(more, "client.example")
	if got := c.fields[0].value() + " " + c.fields[1].value(); got != "dan@example.org everybody" {
		t.Errorf("got %q", got)
	}
}

func TestComposerNoHeader(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	c.focus = 0
	for range c.fields {
		typeIn(c, "end", "ctrl+u", "down")
	}
	paste(c, "Subject: mine\n\ntext")
	if got, want := goesOut(c), "Subject: mine\r\n\r\ntext\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestComposerActions(t *testing.T) {
	tests := []struct {
		name string
		st   protocol.State
		keys []string
		want composerAction
	}{
		{"F10 sends", asked(), []string{"f10"}, composerFinish},
		{"Ctrl+S saves", asked(), []string{"ctrl+s"}, composerSave},
		{"Esc is no cancel after 354", asked(), []string{"esc"}, composerNone},
		{"Esc before", notYet(), []string{"esc"}, composerClose},
		{"Ctrl+C is nothing", asked(), []string{"ctrl+c"}, composerNone},
		{"drop asks", asked(), []string{"f8"}, composerNone},
		{"drop once more", asked(), []string{"f8", "f8"}, composerNone},
		{"drop, yes", asked(), []string{"f8", "y"}, composerDrop},
		{"drop, no", asked(), []string{"f8", "n", "y"}, composerNone},
		{"nothing to drop", notYet(), []string{"f8", "y"}, composerNone},
		{"dot at the end", asked(), []string{"tab", "tab", "tab", "text", "enter", ".", "enter"}, composerFinish},
		{"dot alone", asked(), []string{"tab", "tab", "tab", ".", "enter"}, composerFinish},
		{"dot and blank", asked(), []string{"tab", "tab", "tab", ".", " ", "enter"}, composerNone},
		{"two dots", asked(), []string{"tab", "tab", "tab", "..", "enter"}, composerNone},
		{"dot in the middle", asked(), []string{"tab", "tab", "tab", ".", "right", "left", "enter", "x", "up", "enter"}, composerNone},
		{"dot in a field", asked(), []string{".", "enter"}, composerFinish},
		{"dot behind a field's value", asked(), []string{"down", ".", "enter"}, composerNone},
		{"new message asks", asked(), []string{"x", "f7"}, composerNone},
		{"Esc leaves the wire view first", notYet(), []string{"f9", "esc"}, composerNone},
		{"and then the editor", notYet(), []string{"f9", "esc", "esc"}, composerClose},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := composerAt(t, tt.st, 80, 17)
			if got := typeIn(c, tt.keys...); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestComposerDotEnds checks that the dot of the tutorials is no text.
func TestComposerDotEnds(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	if typeIn(c, "one", "enter", ".", "enter") != composerFinish {
		t.Fatal("the dot did not end the message")
	}
	if got, want := goesOut(c), prefilled+"one\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestComposerDotStays checks that a dot is text where it cannot end anything.
func TestComposerDotStays(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, "one\n.\ntwo\n")
	if c.note != "" || c.edits() == 0 {
		t.Fatal("a pasted dot was taken for a key")
	}
	typeIn(c, "up", "up", "end")
	if typeIn(c, "enter") != composerNone || c.note == "" {
		t.Error("a dot in the middle was not explained")
	}
	chunk := composerAt(t, notYet(), 80, 17)
	chunk.openChunk(0, true)
	inBody(chunk)
	if typeIn(chunk, ".", "enter") != composerNone || !strings.HasSuffix(goesOut(chunk), "\r\n.\r\n") {
		t.Errorf("BDAT: got %q", goesOut(chunk))
	}
}

func TestComposerHeld(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, strings.Repeat("x", 999))
	if typeIn(c, "f10") != composerNone || c.note == "" {
		t.Error("a line of 999 octets was not held")
	}
	if typeIn(c, "alt+enter") != composerFinish {
		t.Error("Alt+Enter does not send it")
	}
}

// TestComposerInjection pastes line breaks into a field: they must not make
// another field.
func TestComposerInjection(t *testing.T) {
	c := composerAt(t, asked(), 80, 17)
	if c.fields[c.focus].name != "Subject" {
		t.Fatalf("the focus is on %s", c.fields[c.focus].name)
	}
	paste(c, "a\r\nBcc: eve@example.test\rX: y\nZ: z\x1b[2J\x00")
	head, _, _ := strings.Cut(goesOut(c), "\r\n\r\n")
	if want := "Subject: a Bcc: eve@example.test X: y Z: z[2J"; strings.Count(head, "\r\n") != 4 || !strings.Contains(head, want) {
		t.Errorf("got %q", head)
	}
}

func TestComposerPasteBody(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	paste(c, "a\r\nb\rc\n\td")
	if got, want := goesOut(c), prefilled+"a\r\nb\r\nc\r\n\td\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestComposerTypesKeyNames types words that are names of keys, as they arrive
// from a fast writer or a terminal without bracketed paste.
func TestComposerTypesKeyNames(t *testing.T) {
	for _, word := range []string{"enter", "esc", "f10", "up", "home", "ctrl+u"} {
		c := composerAt(t, asked(), 80, 17)
		typed := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(word)}
		if action, _ := c.handleKey(typed); action != composerNone || c.fields[4].value() != word {
			t.Errorf("%q in a field: %v, %q", word, action, c.fields[4].value())
		}
		inBody(c).handleKey(typed)
		if c.body.lines[0] != word {
			t.Errorf("%q in the body: %q", word, c.body.lines)
		}
	}
}

// checkFrame: exactly h lines of w cells, and nothing a terminal obeys.
func checkFrame(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines, want %d", len(lines), h)
	}
	for _, l := range lines {
		if got := ansi.StringWidth(l); got != w {
			t.Fatalf("%d cells, want %d: %q", got, w, l)
		}
		if protocol.Safe(l) != l {
			t.Fatalf("not safe: %q", l)
		}
	}
}

func TestComposerSizes(t *testing.T) {
	hostile := "\x1b[2J\u202e\x00 日本語 caf\u0301 \xff" + strings.Repeat("long ", 20_000) + "\n.\n..\n"
	for _, w := range []int{1, 5, 20, 39, 47, 60, 80, 99, 100, 120, 200} {
		for _, h := range []int{1, 2, 3, 4, 7, 9, 17, 33} {
			c := inBody(composerAt(t, asked(), w, h))
			c.body.insert(hostile)
			checkFrame(t, c.view(), w, h)
			typeIn(c, "ctrl+home", "end", "f9")
			checkFrame(t, c.view(), w, h)
			typeIn(c, "end", "up", "pgup", "home", "pgdown", "shift+tab", "f8")
			checkFrame(t, c.view(), w, h)
		}
	}
	c := composerAt(t, asked(), 0, 10)
	if c.view() != "" {
		t.Error("no width, and something is drawn")
	}
}

// fullLetter is a message with everything the views show.
const fullLetter = "Dear Bob,\n\n.hidden files begin with a dot.\n.\n" +
	"Gr\u00fc\u00dfe \u65e5\u672c, a tab\there\n" +
	"A line that is longer than any pane is wide, to see how it is cut here and broken there: 0123456789012345678901234567890123456789\n" +
	"Ann"

func TestComposerView(t *testing.T) {
	tests := []struct {
		name string
		w, h int
		make func(*testing.T, *composer)
	}{
		{"opened-80x24", 80, 17, func(*testing.T, *composer) {}},
		{"letter-80x24", 80, 17, func(_ *testing.T, c *composer) { c.focus = 4; typeIn(c, "hello"); inBody(c); paste(c, fullLetter) }},
		{"wire-80x24", 80, 17, func(_ *testing.T, c *composer) { inBody(c); paste(c, fullLetter); typeIn(c, "f9") }},
		{"letter-120x40", 120, 33, func(_ *testing.T, c *composer) { c.focus = 4; typeIn(c, "hello"); inBody(c); paste(c, fullLetter) }},
		{"no-wire-120x40", 120, 33, func(_ *testing.T, c *composer) { inBody(c); paste(c, fullLetter); typeIn(c, "f9") }},
		{"bad-header-80x24", 80, 17, func(_ *testing.T, c *composer) {
			c.focus = 0
			typeIn(c, "end", "ctrl+u", "down", "down", "down", "down", "Grüße", "down", "ctrl+u", "today")
		}},
		{"esc-80x24", 80, 17, func(_ *testing.T, c *composer) { typeIn(c, "esc") }},
		{"drop-60x16", 60, 9, func(_ *testing.T, c *composer) { inBody(c); paste(c, fullLetter); typeIn(c, "f8") }},
		{"added-60x16", 60, 9, func(_ *testing.T, c *composer) {
			c.feed([]string{"MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit", "X-Mailer: smtpconsole", "", "one"})
			typeIn(c, "shift+tab", "shift+tab")
		}},
		{"added-80x24", 80, 17, func(_ *testing.T, c *composer) {
			c.feed([]string{"MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit", "", "one", "."})
			typeIn(c, "backspace")
		}},
		{"offered-60x16", 60, 9, func(_ *testing.T, c *composer) { c.update(draftsMsg{drafts: []draft{oldDraft(c)}}) }},
		{"offered-80x24", 80, 17, func(_ *testing.T, c *composer) { c.update(draftsMsg{drafts: []draft{oldDraft(c)}}) }},
		{"new-80x24", 80, 17, func(_ *testing.T, c *composer) { typeIn(c, "hello", "f7") }},
		{"chunk-120x40", 120, 33, func(_ *testing.T, c *composer) {
			c.setState(notYet())
			inBody(c)
			paste(c, fullLetter)
			c.openChunk(0, false)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := composerAt(t, asked(), tt.w, tt.h)
			tt.make(t, c)
			frame := c.view()
			checkFrame(t, frame, tt.w, tt.h)
			golden.RequireEqual(t, []byte(frame+"\n"+c.keyRow()+"\n"))
		})
	}
}
