package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// TestJourneyReplay runs a session again with every key there is for it.
func TestJourneyReplay(t *testing.T) {
	j := travel(t)
	for _, step := range [][2]string{
		{"EHLO client.example.org", "ENHANCED"},
		{"NOOP one", "2.0.0"},
		{"MAIL FROM:<ann@example.org>", "2.1.0"},
		{"NOOP two", "2.0.0"},
		{"RCPT TO:<bob@example.test>", "2.1.5"},
		{"RSET", "2.0.0"},
		{"QUIT", "221"},
	} {
		j.line(step[0])
		j.see(step[1])
	}
	j.key(tea.KeyF5)
	j.see("Saved sessions")
	j.key(tea.KeyF7)
	j.see("Run it again on")
	j.key(tea.KeyEnter)
	j.see("As it was")
	j.key(tea.KeyF7)
	j.see("no connection yet")
	for _, row := range []string{"= (connect)", "= EHLO client.example.org"} {
		j.key(tea.KeyEnter)
		j.see(row)
	}
	j.key(tea.KeyF2)
	j.see("in place of")
	j.key(tea.KeyCtrlU)
	j.line("MAIL FROM:ann@example.org")
	j.see("! in front")
	j.key(tea.KeyCtrlU)
	j.line("NOOP one edited")
	j.see("= NOOP one edited")
	j.key(tea.KeyEnter)
	j.see("= MAIL FROM:<ann@example.org>")
	j.key(tea.KeyF8)
	j.see("▸ RCPT TO:<bob@example.test>")
	j.key(tea.KeyF3)
	j.see("before the next step")
	j.line("RCPT bob")
	j.see("! in front")
	j.key(tea.KeyCtrlU)
	j.line("!RCPT bob")
	j.see("+ RCPT bob")
	j.key(tea.KeyF7)
	j.see("connected again")
	j.key(tea.KeyEnter)
	j.see("= RCPT TO:<bob@example.test>")
	j.key(tea.KeyF10)
	j.see("all steps are done")
	j.key(tea.KeyEsc)
	j.see("the replay is over")
	rec := j.record()
	if n := strings.Count(rec, `"client":"smtpconsole test","original":"`); n != 2 {
		t.Errorf("%d runs name their original", n)
	}
	for line, n := range map[string]int{
		`"NOOP one edited"`: 1, `"NOOP two"`: 1, `"RCPT bob"`: 1, `"MAIL FROM:ann`: 0, `"MAIL FROM:<ann@example.org>"`: 3, `"RCPT TO:<bob@example.test>"`: 2,
	} {
		if got := strings.Count(rec, `"text":`+line); got != n {
			t.Errorf("%s stands %d times in the records, not %d", line, got, n)
		}
	}
}
