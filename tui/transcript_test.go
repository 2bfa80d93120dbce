package tui

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
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
			s.add(protocol.HeldLine(protocol.Parse(text, s.state), s.state))
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
		if i := strings.IndexFunc(ansi.Strip(row), hostile); i >= 0 {
			tb.Fatalf("row %d has a control at %d: %q", i, i, row)
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
	if got := seen(t, tr, "r10.", "n11.", "r13.", "new below"); got != "n11. r13." || !tr.following() {
		t.Fatalf("at the end: %s, following %v", got, tr.following())
	}
	tr.scroll(-4)
	tr.append(evs[30:]...)
	if got := seen(t, tr, "n9.", "n10.", "r11.", "r13.", "▼ 12 new below"); got != "n9. n10. ▼ 12 new below" || tr.below() != 12 || tr.following() {
		t.Fatalf("scrolled up: %s, %d below", got, tr.below())
	}
	tr.scroll(6)
	if tr.below() != 11 {
		t.Errorf("one of them is in the window, %d below", tr.below())
	}
	tr.setSize(40, 4)
	if !tr.click(3, 3) || !tr.following() || tr.below() != 0 {
		t.Error("a click on the last row does not lead to the end")
	}
	if got := seen(t, tr, "n19.", "r19."); got != "n19. r19." {
		t.Errorf("at the end: %s", got)
	}
	tr.top()
	if got := seen(t, tr, "connected", "220 hi", "n0."); got != "connected 220 hi n0." || tr.following() {
		t.Errorf("at the top: %s", got)
	}
	tr.page(1)
	if got := seen(t, tr, "r0.", "n1.", "connected"); got != "r0. n1." {
		t.Errorf("a page down: %s", got)
	}
	tr.page(100)
	if !tr.following() {
		t.Error("scrolled to the end and not following")
	}
	tr.page(-1)
	tr.bottom()
	if !tr.following() || seen(t, tr, "r19.") == "" {
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
	if tr.following() || tr.below() != 0 || seen(t, tr, "r2.") == "" {
		t.Errorf("below %d: %s", tr.below(), tr.view())
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
	if !tr.following() {
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
	for !tr.following() {
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

// TestTranscriptIncomplete: a reply that is arriving stands under what waits.
func TestTranscriptIncomplete(t *testing.T) {
	evs := dialogue("<connect> x", "S: 220 hi", "C: NOOP a", "C: HELP", "C: NOOP b", "S: 250 a", "S: 214-one", "<note> meanwhile", "S: 214 two", "S: 250 b")
	for n, want := range map[int]string{
		6:  "NOOP a 1 true, HELP 0 false, NOOP b 0 false",
		7:  "NOOP a 1 true, HELP 1 false, NOOP b 0 false",
		8:  "NOOP a 1 true, HELP 1 false, NOOP b 0 false",
		9:  "NOOP a 1 true, HELP 2 true, NOOP b 0 false",
		10: "NOOP a 1 true, HELP 2 true, NOOP b 1 true",
	} {
		tr := plainTranscript(60, 20)
		tr.append(evs[:n]...)
		tr.top()
		var got []string
		for range 3 {
			tr.move(1)
			x, _ := tr.selection()
			got = append(got, fmt.Sprintf("%s %d %v", x.lead.Text, len(x.server), x.reply != nil))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("after %d events: %s\nwant %s", n, s, want)
		}
	}
	tr := plainTranscript(60, 20)
	tr.append(dialogue("<connect> x", "S: 220-hi", "<close> gone", "<connect> y", "S: 220 ho")...)
	if got := seen(t, tr, "220 hi", "incomplete", "220 ho"); got != "220 hi incomplete 220 ho" {
		t.Errorf("a reply cut off: %s", got)
	}
}

// TestTranscriptLMTP: one message, a reply for each recipient (RFC 2033 §4.2).
func TestTranscriptLMTP(t *testing.T) {
	tr := plainTranscript(60, 20)
	tr.append(dialogue("<connect> x", "S: 220 hi", "C: LHLO a", "S: 250 hi", "C: MAIL FROM:<a@example.org>", "S: 250 ok",
		"C: RCPT TO:<b@example.org>", "S: 250 ok", "C: RCPT TO:<c@example.org>", "S: 250 ok", "C: DATA", "S: 354 go",
		"<body> hi", "S: 250 ok b", "S: 452 full c")...)
	x, _ := tr.selection()
	if x.lead.Kind != protocol.KindBody || len(x.server) != 2 || x.reply.Code != 452 {
		t.Errorf("the exchange is %+v", x)
	}
	tr.errorsOnly(true)
	if got := seen(t, tr, "message", "ok b", "full c", "LHLO"); got != "message ok b full c" {
		t.Errorf("filtered: %s", got)
	}
}

func TestTranscriptFold(t *testing.T) {
	tr := plainTranscript(80, 40)
	tr.append(mixed()...)
	tr.find("HELP")
	for _, want := range []string{"seven", "+6 lines", "seven"} {
		if got := seen(t, tr, "+6 lines", "seven"); got != want {
			t.Fatalf("HELP shows %s, want %s", got, want)
		}
		tr.toggleFold()
	}
	tr.find("message,")
	if got := seen(t, tr, "+4 lines", "Hello Bob,"); got != "+4 lines" {
		t.Errorf("a message is open at first: %s", got)
	}
	tr.toggleFold()
	if got := seen(t, tr, "+4 lines", "Hello Bob,", "über"); got != "Hello Bob, über" {
		t.Errorf("unfolded: %s", got)
	}
	tr.find("EHLO client")
	tr.toggleFold()
	if got := seen(t, tr, "PIPELINING", "+7 lines"); got != "+7 lines" {
		t.Errorf("EHLO folded: %s", got)
	}
	long := []string{"<connect> x", "S: 220 hi", "C: EHLO a"}
	for i := range foldAbove + 20 {
		long = append(long, fmt.Sprintf("S: 250-X%d", i))
	}
	tr.reset()
	tr.append(dialogue(append(long, "S: 250 END")...)...)
	tr.setSize(80, 8)
	if got := seen(t, tr, "+26 lines"); got == "" {
		t.Errorf("a long reply is open: %s", tr.view())
	}
	tr.toggleFold()
	if got := seen(t, tr, "C  EHLO a", "X3", "END"); got != "C  EHLO a X3" {
		t.Errorf("unfolded where it does not fit, its beginning is not shown: %s", got)
	}
}

func TestTranscriptFind(t *testing.T) {
	tr := plainTranscript(80, 24)
	tr.append(mixed()...)
	if hits := tr.find("RECIPIENT"); hits != 2 {
		t.Fatalf("%d hits", hits)
	}
	at := func() string { n, m := tr.found(); return fmt.Sprintf("%d of %d %s", n, m, marked(t, tr)) }
	steps := []struct {
		step func()
		want string
	}{
		{func() {}, "2 of 2 C RCPT TO:<nobody@example.org> | S ✗ 550"},
		{tr.next, "1 of 2 C RCPT TO:<bob@example.org> | S ✓ 250"},
		{tr.next, "2 of 2 C RCPT TO:<nobody@example.org> | S ✗ 550"},
		{tr.prev, "1 of 2 C RCPT TO:<bob@example.org> | S ✓ 250"},
		{tr.prev, "2 of 2 C RCPT TO:<nobody@example.org> | S ✗ 550"},
	}
	for i, s := range steps {
		if s.step(); at() != s.want {
			t.Errorf("step %d: %s, want %s", i, at(), s.want)
		}
	}
	tr.find("seven")
	if got := seen(t, tr, "seven"); got == "" {
		t.Error("a match that was folded away is not shown")
	}
	if n := tr.find("no such text"); n != 0 || seen(t, tr, "seven") == "" {
		t.Error("a search without a match moved the window")
	}
	tr.find("mailbox")
	more := protocol.Event{Seq: 100, Kind: protocol.KindNote, Text: "another Mailbox"}
	tr.append(more)
	if _, m := tr.found(); m != 2 {
		t.Errorf("%d hits with what came later", m)
	}
	tr.errorsOnly(true)
	if _, m := tr.found(); m != 1 {
		t.Errorf("%d hits among the errors", m)
	}
	tr.clearFind()
	if n, m := tr.found(); n != 0 || m != 0 {
		t.Errorf("%d of %d after the search", n, m)
	}
}

// TestTranscriptMarks: matches are painted, and only they.
func TestTranscriptMarks(t *testing.T) {
	tr := colouredTranscript(termenv.ANSI, 40, 4)
	tr.append(dialogue("<connect> x", "S: 220 one Two one", "C: NOOP")...)
	tr.find("ONE")
	row := ""
	for _, r := range rowsOf(t, tr) {
		if strings.Contains(r, "220") {
			row = r
		}
	}
	painted := 0
	for part := range strings.SplitSeq(row, "\x1b[") {
		codes, text, _ := strings.Cut(part, "m")
		if strings.HasPrefix(codes, "7") {
			painted++
			if text != "one" {
				t.Errorf("%q is marked", text)
			}
		}
	}
	if painted != 2 {
		t.Errorf("%d marks in %q", painted, row)
	}
}

func TestIndexFold(t *testing.T) {
	for _, c := range []struct {
		s, query string
		want     int
	}{
		{"MAIL FROM", "from", 5}, {"mail from", "L F", 3}, {"abc", "abcd", -1}, {"aab", "AB", 1},
		{"Füße ÜBER", "über", 7}, {"ПРИВЕТ", "вет", 6}, {"日本語", "本", 3}, {"", "x", -1},
	} {
		if got := indexFold(c.s, c.query); got != c.want {
			t.Errorf("%q in %q: %d, want %d", c.query, c.s, got, c.want)
		}
	}
}

// TestTranscriptErrorsLive: the filter takes what arrives, in the order of the wire.
func TestTranscriptErrorsLive(t *testing.T) {
	tr := plainTranscript(60, 10)
	tr.errorsOnly(true)
	evs := dialogue("<connect> x", "S: 220 hi", "C: NOOP a", "C: NOOP b", "C: NOOP c", "S: 550 a!", "S: 250 b!", "S: 450-c!", "S: 450 c?")
	tr.append(evs[:2]...)
	if got := seen(t, tr, "nothing was refused"); got == "" {
		t.Error("an empty list does not say why")
	}
	tr.append(evs[2:]...)
	var got []string
	for _, row := range rowsOf(t, tr) {
		if f := strings.Fields(row); len(f) > 0 {
			got = append(got, f[len(f)-1-min(len(f)-1, strings.Count(row, " ms")*2)])
		}
	}
	if s := strings.Join(got, " "); s != "a c a! c! c?" {
		t.Errorf("listed: %s\n%s", s, tr.view())
	}
	tr.errorsOnly(false)
	if got := seen(t, tr, "b!"); got == "" || !tr.following() {
		t.Error("the list did not come back")
	}
}

func TestTranscriptCopy(t *testing.T) {
	tr := plainTranscript(60, 6)
	if tr.copy(copyAll) != "" {
		t.Error("an empty transcript has text")
	}
	tr.append(dialogue("<connect> x", "S: 220 hi", "C: EHLO a", "S: 250-hi \x1b[31m", "S: 250 SIZE", "C: NOOP")...)
	tr.move(-1)
	for scope, want := range map[copyScope]string{
		copyLine:     "C: EHLO a",
		copyExchange: "C: EHLO a\nS: 250-hi \\x1b[31m\nS: 250 SIZE",
		copyAll:      "# connect: x\nS: 220 hi\nC: EHLO a\nS: 250-hi \\x1b[31m\nS: 250 SIZE\nC: NOOP",
	} {
		if got := tr.copy(scope); got != want {
			t.Errorf("scope %d is %q, want %q", scope, got, want)
		}
	}
	tr.click(5, 3)
	if got := tr.copy(copyLine); got != "S: 250-hi \\x1b[31m\nS: 250 SIZE" {
		t.Errorf("the reply clicked is %q", got)
	}
	if tr.click(5, 6) || tr.click(-1, 0) {
		t.Error("a click outside hit something")
	}
}

// TestTranscriptResize: what is selected stays in sight at any size, and the
// window comes back as it was.
func TestTranscriptResize(t *testing.T) {
	tr := plainTranscript(80, 10)
	tr.append(mixed()...)
	for _, n := range []int{-12, -5, -5} {
		tr.scroll(n)
		before, selected := tr.view(), marked(t, tr)
		for _, size := range [][2]int{{50, 10}, {33, 4}, {20, 3}, {0, 0}, {120, 7}, {5, 60}} {
			tr.setSize(size[0], size[1])
			if size[0] >= 20 && marked(t, tr) == "" {
				t.Errorf("%v: the selection is out of sight", size)
			}
		}
		if tr.setSize(80, 10); tr.view() != before || selected == "" {
			t.Errorf("the window was\n%s\nand is\n%s", before, tr.view())
		}
	}
}

// TestTranscriptHostile: whatever a server sends, a row is a row.
func TestTranscriptHostile(t *testing.T) {
	texts := []string{
		"220 \x1b[2J\x1b]52;c;YQ==\a", "220 \u202eevil\u2066", "220 a\x00b\r\n250 c", strings.Repeat("x", 64<<10), strings.Repeat("日", 20<<10),
		"220 \xff\xfe caf\xe9", "220-\u0301\u0301", "250 e\u0301\u0301\u0301\u0301\u0301", "250 👩\u200d👩\u200d👧 🇩🇪🇫🇷", "25", "", "250-", "250", strings.Repeat(" ", 300),
	}
	kinds := []protocol.Kind{protocol.KindServer, protocol.KindClient, protocol.KindHeld, protocol.KindNote, protocol.KindBody, "odd\x1b"}
	for i, w := range []int{2, 20, 61, 200} {
		tr := colouredTranscript([]termenv.Profile{termenv.Ascii, termenv.TrueColor}[i%2], w, 9)
		tr.setFocus(true)
		for _, kind := range kinds {
			for _, text := range texts {
				tr.append(protocol.Event{Seq: tr.events.len() + 1, Kind: kind, Text: text, SHA256: text, Diags: []protocol.Diagnostic{{Message: text}}})
				rowsOf(t, tr)
			}
			tr.toggleFold()
			rowsOf(t, tr)
		}
		tr.find("x")
		for range 50 {
			tr.page(-1)
			rowsOf(t, tr)
		}
		if i := strings.IndexFunc(strings.ReplaceAll(tr.copy(copyAll), "\n", ""), hostile); i >= 0 {
			t.Errorf("the copy has a control at %d", i)
		}
	}
}

func TestWrapCells(t *testing.T) {
	for _, c := range []struct {
		s     string
		limit int
		want  string
	}{
		{"", 5, ""}, {"abc", 5, "abc"}, {"ab cd ef", 5, "ab cd|ef"}, {"abcdefgh", 3, "abc|def|gh"}, {"ab  cd", 3, "ab |cd"},
		{"a bcdefg", 4, "a |bcde|fg"}, {"日本語", 4, "日本|語"}, {"日本", 1, "日|本"}, {" abc日", 4, " |abc|日"}, {"abcd ", 4, "abcd"},
	} {
		var rows []string
		for _, span := range wrapCells(c.s, c.limit, c.limit) {
			rows = append(rows, c.s[span.Start:span.End])
		}
		if got := strings.Join(rows, "|"); got != c.want {
			t.Errorf("%q in %d cells: %q, want %q", c.s, c.limit, got, c.want)
		}
	}
}

func TestLatency(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-1: "", 0: "<1 ms", 3 * time.Millisecond: "3 ms", 999 * time.Millisecond: "999 ms", 1234 * time.Millisecond: "1.2 s", 75 * time.Second: "75 s",
	} {
		if got := latency(now, now.Add(d)); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	if got := latency(time.Time{}, now); got != "" {
		t.Errorf("without a beginning: %q", got)
	}
}

// FuzzTranscript: for any events, sizes and keys the view has its shape.
func FuzzTranscript(f *testing.F) {
	for seed := range uint64(24) {
		f.Add(seed, "250-a\x1b b 日本 x")
	}
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		r := rand.New(rand.NewPCG(seed, 7))
		tr := colouredTranscript([]termenv.Profile{termenv.Ascii, termenv.TrueColor}[r.IntN(2)], 40, 10)
		for range 150 {
			act(r, tr, text)
			rowsOf(t, tr)
			if n := tr.below(); n < 0 || n > 0 && tr.following() {
				t.Fatalf("%d below, following %v", n, tr.following())
			}
			if _, ok := tr.selection(); ok != (tr.count() > 0) {
				t.Fatal("entries are listed and none is selected, or the other way round")
			}
		}
	})
}

// act does one thing of those a session or its user can do.
func act(r *rand.Rand, t *transcript, text string) {
	n := r.IntN(7) - 3
	actions := []func(){
		func() { t.append(randomEvent(r, t, text)) }, func() { t.append(randomEvent(r, t, text), randomEvent(r, t, text)) },
		func() { t.append(randomEvent(r, t, text)) }, func() { t.append(randomEvent(r, t, text)) },
		func() { t.setSize(r.IntN(100)-1, r.IntN(30)-1) }, func() { t.setFocus(n > 0) },
		func() { t.move(n) }, func() { t.scroll(n) }, func() { t.page(n) }, t.top, t.bottom, t.toggleFold, t.next, t.prev,
		func() { t.find(cutAnywhere(r, text)) }, t.clearFind, func() { t.errorsOnly(n > 0) }, func() { t.click(r.IntN(100), r.IntN(30)) },
		func() { t.copy(copyScope(r.IntN(3))) },
	}
	if r.IntN(200) == 0 {
		t.reset()
	}
	actions[r.IntN(len(actions))]()
}

func cutAnywhere(r *rand.Rand, s string) string {
	i := r.IntN(len(s) + 1)
	return s[i : i+r.IntN(len(s)-i+1)]
}

func randomEvent(r *rand.Rand, t *transcript, text string) protocol.Event {
	kinds := []protocol.Kind{
		protocol.KindConnect, protocol.KindTLS, protocol.KindBody, protocol.KindHeld, protocol.KindNote, protocol.KindError, protocol.KindClose,
		protocol.KindClient, protocol.KindClient, protocol.KindClient, protocol.KindServer, protocol.KindServer, protocol.KindServer, protocol.KindServer, "",
	}
	seq := t.events.len() + 1
	ev := protocol.Event{Seq: seq, Time: time.Unix(int64(seq), 0), Kind: kinds[r.IntN(len(kinds))], Text: strings.Repeat(cutAnywhere(r, text), r.IntN(4)), AsTyped: r.IntN(5) == 0}
	if ev.Kind == protocol.KindServer && r.IntN(2) == 0 {
		ev.Reply = &protocol.Reply{Code: r.IntN(1000), Lines: []string{ev.Text}}
		ev.For = r.IntN(seq+2) - 1
	}
	return ev
}

// million is a session of a million lines; its transcript follows.
func million(b *testing.B) *transcript {
	tr := colouredTranscript(termenv.TrueColor, 110, 50)
	reply := &protocol.Reply{Code: 250, Enhanced: "2.1.5", Lines: []string{"2.1.5 Recipient ok"}}
	for seq := 1; seq <= 1_000_000; seq += 2 {
		now := time.Unix(0, int64(seq)*1e6)
		tr.append(
			protocol.Event{Seq: seq, Time: now, Kind: protocol.KindClient, Cmd: "RCPT", Text: "RCPT TO:<somebody@example.org>"},
			protocol.Event{Seq: seq + 1, Time: now, Kind: protocol.KindServer, Text: "250 2.1.5 Recipient ok", Reply: reply, For: seq},
		)
	}
	b.ReportAllocs()
	return tr
}

func BenchmarkView1M(b *testing.B) {
	if flag.Lookup("test.short").Value.String() == "true" {
		b.Skip("a million lines take a while to make")
	}
	tr := million(b)
	b.Run("still", func(b *testing.B) {
		for b.Loop() {
			tr.view()
		}
	})
	b.Run("scrolling", func(b *testing.B) {
		tr.scroll(-500_000)
		for b.Loop() {
			tr.scroll(-3)
			tr.view()
		}
	})
	b.Run("resizing", func(b *testing.B) {
		for b.Loop() {
			tr.setSize(221-tr.w, 50)
			tr.view()
		}
	})
	b.Run("arriving", func(b *testing.B) {
		tr.bottom()
		for b.Loop() {
			tr.append(protocol.Event{Seq: tr.events.len() + 1, Kind: protocol.KindNote, Text: "another"})
			tr.view()
		}
	})
}

func BenchmarkAppend1M(b *testing.B) {
	tr := million(b)
	for b.Loop() {
		tr.append(protocol.Event{Seq: tr.events.len() + 1, Kind: protocol.KindNote, Text: "another"})
	}
}

func BenchmarkFind1M(b *testing.B) {
	tr := million(b)
	for b.Loop() {
		tr.find("SOMEBODY ELSE")
	}
}

func BenchmarkErrorsOnly1M(b *testing.B) {
	tr := million(b)
	for b.Loop() {
		tr.errorsOnly(!tr.onlyErrors)
	}
}
