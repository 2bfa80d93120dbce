package tui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

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
		{"", 5, ""},
		{"abc", 5, "abc"},
		{"ab cd ef", 5, "ab cd|ef"},
		{"abcdefgh", 3, "abc|def|gh"},
		{"ab  cd", 3, "ab |cd"},
		{"a bcdefg", 4, "a |bcde|fg"},
		{"日本語", 4, "日本|語"},
		{"日本", 1, "日|本"},
		{" abc日", 4, " |abc|日"},
		{"abcd ", 4, "abcd"},
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
			if n := tr.below(); n < 0 || n > 0 && tr.follow {
				t.Fatalf("%d below, following %v", n, tr.follow)
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
