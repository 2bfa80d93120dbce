package tui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

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
	tr.append(dialogue("<connect> x", "S: 220 one Two one oneone", "C: NOOP")...)
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
			if text != "one" && text != "oneone" {
				t.Errorf("%q is marked", text)
			}
		}
	}
	if painted != 3 {
		t.Errorf("%d marks in %q", painted, row)
	}
}

func TestIndexFold(t *testing.T) {
	for _, c := range []struct {
		s, query string
		want     int
	}{
		{"MAIL FROM", "from", 5},
		{"mail from", "L F", 3},
		{"abc", "abcd", -1},
		{"aab", "AB", 1},
		{"Füße ÜBER", "über", 7},
		{"ПРИВЕТ", "вет", 6},
		{"日本語", "本", 3},
		{"", "x", -1},
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
	if got := seen(t, tr, "b!"); got == "" || !tr.follow {
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
