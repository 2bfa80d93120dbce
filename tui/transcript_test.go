package tui

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

// plainTranscript draws without colours, as on a terminal that has none.
func plainTranscript(w, h int) *transcript { return colouredTranscript(termenv.Ascii, w, h) }

func colouredTranscript(p termenv.Profile, w, h int) *transcript {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(true)
	t := newTranscript(newStyles(r))
	t.setSize(w, h)
	return t
}

// script numbers events and notes what replies answer, as history.Log does.
// Each event comes 3 ms after the one before.
type script struct {
	evs   []protocol.Event
	state protocol.State
	reply protocol.ReplyBuilder
}

func (s *script) add(ev protocol.Event) {
	ev.Seq = len(s.evs) + 1
	ev.Time = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(ev.Seq) * 3 * time.Millisecond)
	if ev.Reply != nil && s.state.Busy() {
		ev.For = s.state.Awaited[0].Seq
	}
	s.state = s.state.Apply(ev)
	s.evs = append(s.evs, ev)
}

// dialogue makes events of lines that begin with "C: ", "S: " or a kind in
// angle brackets.
func dialogue(lines ...string) []protocol.Event {
	s := &script{}
	for _, line := range lines {
		head, text, _ := strings.Cut(line, " ")
		switch head {
		case "C:":
			s.add(protocol.ClientLine(text, s.state))
		case "C!":
			ev := protocol.ClientLine(text, s.state)
			ev.AsTyped = true
			s.add(ev)
		case "S:":
			ev := protocol.Event{Kind: protocol.KindServer, Text: text}
			if r, whole := s.reply.Add([]byte(text + "\r\n")); whole {
				ev.Reply = &r
			}
			s.add(ev)
		case "<held>":
			s.add(protocol.HeldLine(text, s.state))
		case "<body>":
			text = strings.ReplaceAll(text, "|", "\r\n")
			s.add(protocol.Event{Kind: protocol.KindBody, Cmd: "DATA", Text: text, Size: 1234567, SHA256: strings.Repeat("ab12", 16)})
		case "<tls>":
			s.add(protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Verdict: text}})
		default:
			s.add(protocol.Event{Kind: protocol.Kind(strings.Trim(head, "<>")), Text: text})
		}
	}
	return s.evs
}

// mixed has one of everything.
func mixed() []protocol.Event {
	return dialogue(
		"<connect> 192.0.2.1:25",
		"S: 220 mx1.example.org ESMTP",
		"C: EHLO client.example.org",
		"S: 250-mx1.example.org Hello client.example.org, pleased to meet you and all the others",
		"S: 250-PIPELINING", "S: 250-SIZE 10485760", "S: 250-8BITMIME", "S: 250-STARTTLS", "S: 250-DSN", "S: 250-SMTPUTF8", "S: 250 ENHANCEDSTATUSCODES",
		"C: STARTTLS",
		"S: 220 2.0.0 Ready to start TLS",
		"<tls> trusted: chain, name and dates hold",
		"<held> MAIL FROM: <ann@example.org>",
		"C! MAIL FROM: <ann@example.org>",
		"S: 250 2.1.0 Sender ok",
		"C: RCPT TO:<bob@example.org>", "C: RCPT TO:<nobody@example.org>", "C: RCPT TO:<later@example.org>", "C: DATA",
		"S: 250 2.1.5 Recipient ok",
		"S: 550-5.1.1 <nobody@example.org>: Recipient address rejected:",
		"S: 550 5.1.1 User unknown in virtual mailbox table of this server",
		"S: 451 4.7.1 <later@example.org>: greylisted, see https://example.org/a/very/long/address/that/has/no/space/in/it/at/all",
		"S: 354 End data with <CR><LF>.<CR><LF>",
		"<body> Subject: hi||Hello Bob,|über",
		"S: 250 2.0.0 Ok: queued as 4F1A",
		"C: HELP EHLO",
		"S: 214-one", "S: 214-two", "S: 214-three", "S: 214-four", "S: 214-five", "S: 214-six", "S: 214 seven",
		"<note> two\nlines",
		"S: 421 4.4.2 idle too long",
		"<error> read: connection reset by peer",
		"<close> the server closed the connection",
	)
}

// rowsOf are the rows of a view, checked: all rows there, each as wide as the
// pane, and nothing in them that a terminal would obey.
func rowsOf(tb testing.TB, t *transcript) []string {
	tb.Helper()
	view := t.view()
	colours := regexp.MustCompile("\x1b\\[[0-9;]*m")
	if t.st.fault.Render("x") == "x" {
		colours = regexp.MustCompile("^$")
	}
	if t.w <= 0 || t.h <= 0 {
		if view != "" {
			tb.Fatalf("a pane of %dx%d shows %q", t.w, t.h, view)
		}
		return nil
	}
	rows := strings.Split(view, "\n")
	if len(rows) != t.h {
		tb.Fatalf("%d rows in a pane of %dx%d", len(rows), t.w, t.h)
	}
	for i, row := range rows {
		if got := ansi.StringWidth(row); got != t.w {
			tb.Fatalf("row %d of a pane of %dx%d is %d cells: %q", i, t.w, t.h, got, row)
		}
		if at := strings.IndexFunc(colours.ReplaceAllString(row, ""), hostile); at >= 0 {
			tb.Fatalf("row %d has a control at %d: %q", i, at, row)
		}
	}
	return rows
}

func hostile(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}

// seen tells which of words are to be seen.
func seen(tb testing.TB, t *transcript, words ...string) string {
	tb.Helper()
	view := strings.Join(rowsOf(tb, t), "\n")
	var found []string
	for _, w := range words {
		if strings.Contains(view, w) {
			found = append(found, w)
		}
	}
	return strings.Join(found, " ")
}

// marked are the first words of the rows with the selection mark.
func marked(tb testing.TB, t *transcript) string {
	tb.Helper()
	var found []string
	for _, row := range rowsOf(tb, t) {
		if rest, ok := strings.CutPrefix(row, "▸ "); ok {
			words := strings.Fields(rest)
			found = append(found, strings.Join(words[:min(3, len(words))], " "))
		}
	}
	return strings.Join(found, " | ")
}

func TestTranscriptView(t *testing.T) {
	for _, w := range []int{60, 80, 120} {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			tr := plainTranscript(w, 50)
			tr.append(mixed()...)
			golden.RequireEqual(t, []byte(strings.Join(rowsOf(t, tr), "\n")+"\n"))
		})
	}
	t.Run("selected", func(t *testing.T) {
		tr := plainTranscript(80, 24)
		tr.append(mixed()...)
		tr.setFocus(true)
		tr.move(-8)
		golden.RequireEqual(t, []byte(strings.Join(rowsOf(t, tr), "\n")+"\n"))
	})
	t.Run("errors", func(t *testing.T) {
		tr := plainTranscript(80, 24)
		tr.append(mixed()...)
		tr.errorsOnly(true)
		golden.RequireEqual(t, []byte(strings.Join(rowsOf(t, tr), "\n")+"\n"))
	})
}

// numbered are n commands with their replies.
func numbered(from, n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("C: NOOP n%d.", from+i), fmt.Sprintf("S: 250 r%d.", from+i))
	}
	return lines
}

func TestTranscriptFollow(t *testing.T) {
	evs := dialogue(append([]string{"<connect> x", "S: 220 hi"}, numbered(0, 20)...)...)
	tr := plainTranscript(40, 6)
	tr.append(evs[:30]...)
	if got := seen(t, tr, "r10.", "n11.", "r13.", "new below"); got != "n11. r13." || !tr.follow {
		t.Fatalf("at the end: %s, following %v", got, tr.follow)
	}
	tr.scroll(-4)
	tr.append(evs[30:]...)
	if got := seen(t, tr, "n9.", "n10.", "r11.", "r13.", "▼ 12 new below"); got != "n9. n10. ▼ 12 new below" || tr.below() != 12 || tr.follow {
		t.Fatalf("scrolled up: %s, %d below", got, tr.below())
	}
	tr.scroll(6)
	if tr.below() != 11 {
		t.Errorf("one of them is in the window, %d below", tr.below())
	}
	tr.setSize(40, 4)
	if !tr.click(3, 3) || !tr.follow || tr.below() != 0 {
		t.Error("a click on the last row does not lead to the end")
	}
	if got := seen(t, tr, "n19.", "r19."); got != "n19. r19." {
		t.Errorf("at the end: %s", got)
	}
	tr.top()
	if got := seen(t, tr, "connected", "220 hi", "n0."); got != "connected 220 hi n0." || tr.follow {
		t.Errorf("at the top: %s", got)
	}
	tr.page(1)
	if got := seen(t, tr, "r0.", "n1.", "connected"); got != "r0. n1." {
		t.Errorf("a page down: %s", got)
	}
	tr.page(100)
	if !tr.follow {
		t.Error("scrolled to the end and not following")
	}
	tr.page(-1)
	tr.setSize(40, 30)
	if rows := rowsOf(t, tr); strings.TrimSpace(rows[29]) == "" || tr.below() != 0 {
		t.Error("a taller window has empty rows at the end and none at the top")
	}
	tr.bottom()
	if !tr.follow || seen(t, tr, "r19.") == "" {
		t.Error("bottom does not follow")
	}
}

// TestTranscriptShort: what comes into the empty rest of a window is not below it.
func TestTranscriptShort(t *testing.T) {
	evs := dialogue(append([]string{"<connect> x", "S: 220 hi"}, numbered(0, 4)...)...)
	tr := plainTranscript(40, 8)
	tr.append(evs[:6]...)
	tr.move(-1)
	tr.append(evs[6:8]...)
	if tr.follow || tr.below() != 0 || seen(t, tr, "r2.") == "" {
		t.Errorf("below %d: %s", tr.below(), tr.view())
	}
	tr.scroll(-1)
	if tr.follow {
		t.Error("scrolled up and following")
	}
	tr.append(evs[8:]...)
	if tr.below() == 0 || !strings.Contains(marked(t, tr), "n0.") {
		t.Errorf("below %d: %s", tr.below(), tr.view())
	}
}

func TestTranscriptMove(t *testing.T) {
	tr := plainTranscript(80, 12)
	tr.append(mixed()...)
	tr.setFocus(true)
	for _, c := range []struct {
		n    int
		want string
	}{
		{0, "· closed the"},
		{-1, "✗ error read:"},
		{-1, "S ! 421"},
		{-1, "· note two"},
		{-1, "C HELP EHLO | S ✓ 214"},
		{-1, "C message, 1,234,567 | S ✓ 250"},
		{-1, "C DATA | S …"},
		{+2, "C HELP EHLO | S ✓ 214"},
		{-100, "· connected 192.0.2.1:25 | S ✓ 220"},
		{+2, "C STARTTLS | S ✓ 220"},
		{+100, "· closed the"},
	} {
		if c.n != 0 {
			tr.move(c.n)
		}
		got := marked(t, tr)
		if !strings.HasPrefix(got, c.want) {
			t.Fatalf("moved by %d to %q, want %q\n%s", c.n, got, c.want, tr.view())
		}
	}
	if !tr.follow {
		t.Error("the last exchange is selected and nothing follows")
	}
	tr.setFocus(false)
	if got := marked(t, tr); got != "" {
		t.Errorf("without focus the mark stands at %s", got)
	}
}

func TestTranscriptSelection(t *testing.T) {
	tr := plainTranscript(80, 12)
	if _, ok := tr.selection(); ok {
		t.Error("something is selected in an empty transcript")
	}
	tr.append(mixed()...)
	tr.top()
	var got []string
	for !tr.follow {
		x, _ := tr.selection()
		code := 0
		if x.reply != nil {
			code = x.reply.Code
		}
		got = append(got, fmt.Sprintf("%s %s %d/%d", x.lead.Kind, x.lead.Cmd, code, len(x.server)))
		tr.move(1)
	}
	want := []string{
		"connect  220/1", "client EHLO 250/8", "client STARTTLS 220/1", "tls  0/0", "held MAIL 0/0", "client MAIL 250/1",
		"client RCPT 250/1", "client RCPT 550/2", "client RCPT 451/1", "client DATA 354/1", "body DATA 250/1",
		"client HELP 214/7", "note  0/0", "  421/1", "error  0/0",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("exchanges:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
