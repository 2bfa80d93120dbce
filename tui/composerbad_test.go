package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// TestDeleteLastWord: Alt+D on the last word of a line, and behind it, takes
// what is there.
func TestDeleteLastWord(t *testing.T) {
	for _, tt := range []struct {
		value string
		at    int
		want  string
	}{{"ab", 1, "a"}, {"ab", 0, ""}, {"ab", 2, "ab"}, {"ab cd", 2, "ab"}, {"ab  ", 2, "ab"}, {"ab cd ef", 0, " cd ef"}} {
		in := newInput()
		in.SetValue(tt.value)
		in.SetCursor(tt.at)
		editInput(&in, composerStrokes["alt+d"])
		if in.Value() != tt.want || in.Position() > len(tt.want) {
			t.Errorf("%q at %d: %q at %d, want %q", tt.value, tt.at, in.Value(), in.Position(), tt.want)
		}
	}
}

// TestLargeTextGoesWhole: what was typed since the last check of a large text
// goes out with it.
func TestLargeTextGoesWhole(t *testing.T) {
	for _, key := range []string{"alt+enter", "f10", "f6"} {
		c := inBody(composerAt(t, asked(), 80, 17))
		paste(c, strings.Repeat("0123456789\n", promptly/8))
		typeIn(c, "LAST WORDS")
		typeIn(c, key)
		octets := c.outgoing()
		if text, err := readAll(octets); err != nil || !strings.HasSuffix(text, "LAST WORDS\r\n") {
			t.Errorf("%s: %d octets go out, %v", key, len(text), err)
		}
	}
}

// TestUndoLosesNothing: typing since the last great change comes back.
func TestUndoLosesNothing(t *testing.T) {
	c := inBody(composerAt(t, asked(), 80, 17))
	typeIn(c, "f6")
	paste(c, "half an hour of typing")
	was := goesOut(c)
	typeIn(c, "ctrl+z")
	if goesOut(c) == was {
		t.Fatal("nothing was undone")
	}
	c.redo()
	if got := goesOut(c); got != was {
		t.Errorf("got %q, want %q", got, was)
	}
}

// TestNoFixOfOwnMIME: a text whose encoding its user declared is not encoded
// behind their back.
func TestNoFixOfOwnMIME(t *testing.T) {
	st := asked()
	st.Caps.List = append(st.Caps.List, protocol.Cap{Keyword: "8BITMIME"})
	c := inBody(composerAt(t, st, 80, 17))
	c.addField("MIME-Version", "1.0")
	c.addField("Content-Type", "text/plain; charset=utf-8")
	c.focusOn(len(c.fields))
	paste(c, "Grü")
	for _, r := range c.remarks {
		if strings.HasPrefix(r.Code, "body.") && c.fixable(r) {
			t.Errorf("%s is offered a fix that does nothing", r.Code)
		}
	}
	long := composerAt(t, asked(), 80, 17)
	long.addField("X-Long", strings.Repeat("x", 1200))
	long.check()
	for _, r := range long.remarks {
		if r.Code == "line.long" && long.fixable(r) {
			t.Error("a long header field is offered the encoding of the text")
		}
	}
}

// TestNothingBetween: while a message is under way nothing else goes out.
func TestNothingBetween(t *testing.T) {
	m := shownModel(t, 80, 24)
	m.state.Phase = protocol.PhaseData
	m.session = &console.Session{Log: m.log}
	m.sending, m.running = true, 1
	m.setFocus(focusPrompt)
	for _, line := range []string{"", "NOOP"} {
		m.prompt.set(line)
		if cmd := m.enterAsTyped(); cmd != nil {
			t.Errorf("%q would go out", line)
		}
	}
	for _, a := range []console.Action{console.Send{Line: "x"}, console.Raw{}, console.End{}, console.EndTest{}, console.Data{Path: "x"}, console.BData{}} {
		m.status = ""
		if m.carry(a); m.status != messageUnderWay {
			t.Errorf("%T would go out", a)
		}
	}
	m.finish(true)
	if m.composer.handed {
		t.Error("a second message counts as handed over")
	}
}

// TestFailedUploadIsNotSent: what did not go out is not erased when another
// message is accepted.
func TestFailedUploadIsNotSent(t *testing.T) {
	m := shownModel(t, 80, 24)
	m.composer.open(notYet(), "")
	paste(inBody(m.composer), "mine")
	m.composer.hand()
	m.Update(doneMsg{session: m.session, err: console.ErrRefused})
	m.composer.sent()
	if got := m.composer.body.lines[0]; got != "mine" {
		t.Errorf("the text is %q", got)
	}
}

// TestSaveOntoItself: a message saved onto the file it comes from is that file.
func TestSaveOntoItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.eml")
	text := "Subject: x\r\n\r\n" + strings.Repeat("y\r\n", 100_000)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	octets, _, err := console.ReadFile(path, protocol.State{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writeMessage(octets, path, false); err == nil {
		t.Error("a file that is there is replaced unasked")
	}
	n, err := writeMessage(octets, path, true)
	got, _ := os.ReadFile(path)
	if err != nil || n != int64(len(text)) || string(got) != text {
		t.Errorf("%d octets, %v; the file has %d", n, err, len(got))
	}
	if _, err := writeMessage(octets, filepath.Dir(path), true); err == nil {
		t.Error("a directory was replaced")
	}
}

// TestDropKeepsEditor: the server hangs up while a message is typed, and what
// is typed on stays in the editor.
func TestDropKeepsEditor(t *testing.T) {
	m := shownModel(t, 80, 24)
	m.composing = true
	m.composer.open(asked(), "")
	paste(inBody(m.composer), "do not look at the ")
	m.onClose(protocol.Event{Kind: protocol.KindClose, Text: "the server closed the connection"})
	m.onKey(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("keyboard")})
	if got := m.composer.body.lines[0]; got != "do not look at the keyboard" || m.prompt.value() != "" {
		t.Errorf("the text is %q, the prompt %q", got, m.prompt.value())
	}
}
