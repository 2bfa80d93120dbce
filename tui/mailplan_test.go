package tui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// chunked is a session that takes BDAT.
func chunked() protocol.State {
	st := ready()
	st.Caps.List = append(st.Caps.List, protocol.Cap{Keyword: "CHUNKING"})
	return st
}

func planAt(st protocol.State, from string, to ...string) *mailPlan {
	octets, _ := console.Text("Subject: x\r\n\r\nhello\r\n", st)
	return newMailPlan(monochrome(), st, octets, from, to)
}

func TestMailPlanView(t *testing.T) {
	tests := []struct {
		name string
		w, h int
		plan *mailPlan
		keys []tea.KeyType
	}{
		{"plain-80x24", 80, 21, planAt(ready(), "ann@example.org", "bob@example.test", "carol@example.test"), nil},
		{"chunks-60x16", 60, 13, planAt(chunked(), "", "bob@example.test"), []tea.KeyType{tea.KeyTab, tea.KeyTab, tea.KeyRight}},
		{"nobody-120x40", 120, 37, planAt(protocol.State{Phase: protocol.PhaseGreeted, Name: "c.example"}, "ann@example.org"), []tea.KeyType{tea.KeyEnter}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, k := range tt.keys {
				tt.plan.handleKey(tea.KeyMsg{Type: k})
			}
			frame := tt.plan.view(rect{w: tt.w, h: tt.h})
			checkFrame(t, frame, tt.w, tt.h)
			golden.RequireEqual(t, []byte(frame+"\n"))
		})
	}
}

// TestMailPlan: what is shown is what is sent, and what cannot be sent is not.
func TestMailPlan(t *testing.T) {
	p := planAt(chunked(), "", "")
	p.to.SetValue(" <bob@example.test>, carol@example.test ")
	p.from.SetValue("<ann@example.org>")
	p.way = 1
	mail := p.mail()
	if mail.From != "ann@example.org" || !slices.Equal(mail.To, []string{"bob@example.test", "carol@example.test"}) || mail.Chunk != console.OneChunk {
		t.Errorf("got %+v", mail)
	}
	p.to.SetValue(`"a b"@example.test, "x,y"@example.test, <bob@example.test> NOTIFY=SUCCESS ORCPT=rfc822;bob@example.test`)
	p.from.SetValue("<ann@example.org> RET=HDRS")
	mail = p.mail()
	if want := []string{`"a b"@example.test`, `"x,y"@example.test`, "bob@example.test"}; !slices.Equal(mail.To, want) || mail.Params != "RET=HDRS" || mail.RcptParams[2] != "NOTIFY=SUCCESS ORCPT=rfc822;bob@example.test" {
		t.Errorf("got %+v", mail)
	}
	p.to.SetValue("bob@example.test NOTIFY=SUCCESS")
	if taken, done := p.send(); taken == nil || !done {
		t.Error("a good mail is not taken: " + p.note)
	}
	for _, to := range []string{"", ",", "bob@example test@", "<a b>@", "x@y@z"} {
		p.to.SetValue(to)
		if taken, done := p.send(); taken != nil || done || p.note == "" {
			t.Errorf("%q was taken", to)
		}
	}
	plain := planAt(ready(), "", "b@example.test")
	plain.changeWay(1)
	if plain.way != 0 {
		t.Error("BDAT is offered where the server does not take it")
	}
}

func TestEnvelopeOf(t *testing.T) {
	tests := []struct {
		head, from string
		to         []string
	}{
		{"From: Ann <ann@example.org>\r\nTo: bob@example.test,\r\n =?utf-8?q?Gr=C3=BC?= <c@example.test>\r\nCc: d@example.test\r\nBcc: e@example.test", "ann@example.org", []string{"bob@example.test", "c@example.test", "d@example.test", "e@example.test"}},
		{"Subject: nobody", "", nil},
		{"To: not an address\r\nFrom: a@example.org", "a@example.org", nil},
		{"no header at all", "", nil},
		{"", "", nil},
	}
	for _, tt := range tests {
		if from, to := envelopeOf(tt.head); from != tt.from || !slices.Equal(to, tt.to) {
			t.Errorf("%q: %q, %q", tt.head, from, to)
		}
	}
}

// TestJourneyPlan sends a mail from the form step by step: one recipient is
// refused, and the other two get it.
func TestJourneyPlan(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCED")
	j.key(tea.KeyF4)
	j.see("Message-ID")
	j.typed("ann@example.org")
	j.key(tea.KeyTab)
	j.typed("bob@example.test, nobody@nowhere.example, carol@example.test")
	j.key(tea.KeyF10)
	j.see("step by step")
	j.key(tea.KeyEnter)
	j.see("Refused: RCPT")
	j.key(tea.KeyEnter)
	j.see("accepted for 2 recipients")
	rec := j.record()
	for _, want := range []string{`"text":"MAIL FROM:<ann@example.org> SIZE=`, `"text":"RCPT TO:<nobody@nowhere.example>"`, `To: bob@example.test, nobody`} {
		if !strings.Contains(rec, want) {
			t.Errorf("the record has no %s:\n%s", want, rec)
		}
	}
	if strings.Contains(rec, `"fields":[`) {
		t.Error("the draft of a sent message is left")
	}
}

// TestJourneyPlanChunks sends the form in many chunks: the text stays whole
// until the last is taken, and no draft of it is left.
func TestJourneyPlanChunks(t *testing.T) {
	j := travel(t)
	j.line("EHLO client.example.org")
	j.see("ENHANCED")
	j.key(tea.KeyF4)
	j.see("Message-ID")
	j.typed("ann@example.org")
	j.key(tea.KeyTab)
	j.typed("bob@example.test")
	j.key(tea.KeyF10)
	j.see("step by step")
	j.key(tea.KeyTab)
	j.key(tea.KeyTab)
	j.key(tea.KeyRight)
	j.key(tea.KeyRight)
	j.see("BDAT 100")
	j.key(tea.KeyEnter)
	j.see("queued in memory")
	rec := j.record()
	if strings.Count(rec, `"text":"BDAT `) < 2 || strings.Contains(rec, `"fields":[`) {
		t.Errorf("one chunk only, or the draft of a sent message is left:\n%s", rec)
	}
}

// TestJourneyPlanStops: where nobody is left to get it the mail stops, and the plan opens again to
// be changed.
func TestJourneyPlanStops(t *testing.T) {
	j := travel(t)
	j.key(tea.KeyF4)
	j.see("Message-ID")
	j.typed("ann@example.org")
	j.key(tea.KeyTab)
	j.typed("unknown@example.test")
	j.key(tea.KeyF10)
	j.see("step by step")
	j.key(tea.KeyEnter)
	j.see("Refused: RCPT")
	j.key(tea.KeyEnter)
	j.see("step by step")
	if rec := j.record(); !strings.Contains(rec, `"fields":[`) || strings.Contains(rec, `"text":"DATA"`) || !strings.Contains(rec, `"text":"RSET"`) {
		t.Errorf("the draft is lost, or DATA was sent:\n%s", rec)
	}
}

// TestJourneyAttached: a message with a file goes out as it was put together.
func TestJourneyAttached(t *testing.T) {
	path := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("hello\n", 20_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	j := travel(t)
	for _, step := range [][2]string{{"EHLO client.example.org", "ENHANCED"}, {"MAIL FROM:<ann@example.org>", "2.1.0"}, {"RCPT TO:<bob@example.test>", "2.1.5"}, {"DATA", "Message-ID"}} {
		j.line(step[0])
		j.see(step[1])
	}
	j.key(tea.KeyF5)
	j.see("the directory above")
	j.typed(path)
	j.key(tea.KeyEnter)
	j.see("is attached")
	j.key(tea.KeyF10)
	j.see("queued in memory")
	rec := j.record()
	if !strings.Contains(rec, "filename=note.txt") {
		t.Error("the record does not have the message")
	}
	if left, _ := filepath.Glob(filepath.Join(j.dir, "drafts", "*")); len(left) > 0 {
		t.Errorf("left on the disk: %q", left)
	}
}

// TestJourneyEnd: an end of data that the practice server does not take, and
// the verdict on it.
func TestJourneyEnd(t *testing.T) {
	j := travel(t)
	for _, step := range [][2]string{{"EHLO client.example.org", "ENHANCED"}, {"MAIL FROM:<ann@example.org>", "2.1.0"}, {"RCPT TO:<bob@example.test>", "2.1.5"}} {
		j.line(step[0])
		j.see(step[1])
	}
	j.line(":eod")
	j.see("Ends of data")
	j.typed("crlf-dot-crlf")
	j.key(tea.KeyEnter)
	j.see("note")
	if rec := j.record(); !strings.Contains(rec, `"code":"end.ended"`) || !strings.Contains(rec, `"raw":true`) {
		t.Errorf("no verdict in the record:\n%s", rec)
	}
}
