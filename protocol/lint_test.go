package protocol

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const goodMessage = goodHeader + "\r\nA line.\r\n"

const goodHeader = "From: Ann <ann@example.org>\r\nTo: bob@example.test\r\nSubject: hello\r\n" +
	"Date: Fri, 2 Jan 2026 15:04:05 +0100\r\nMessage-ID: <1@example.org>\r\n"

// missing is what a text without any field lacks.
var missing = []string{"0 header.missing.from", "0 header.missing.date", "0 header.missing.id"}

// envelopeOf is a transaction that goodMessage fits.
func envelopeOf(caps ...string) State {
	st := State{Phase: PhaseData, HasFrom: true, From: "ann@example.org", Rcpts: []Rcpt{{Path: "bob@example.test", Code: 250}}}
	st.Caps = ParseCaps(Reply{Code: 250, Lines: append([]string{"mx.example.test"}, caps...)})
	return st
}

// found writes remarks as "line code" each.
func found(remarks []MessageRemark) []string {
	var list []string
	for _, r := range remarks {
		list = append(list, fmt.Sprint(r.Line, " ", r.Code))
	}
	return list
}

func TestLintMessage(t *testing.T) {
	swap := func(old, with string) string { return strings.Replace(goodMessage, old, with, 1) }
	null := envelopeOf()
	null.From = ""
	copied := envelopeOf()
	copied.Rcpts = append(copied.Rcpts, Rcpt{"carol@example.test", 250}, Rcpt{"dave@example.test", 550})
	utf8Mail := envelopeOf("SMTPUTF8")
	utf8Mail.UTF8 = true
	declared := envelopeOf("8BITMIME")
	declared.Body = "8BITMIME"
	binary := envelopeOf("8BITMIME", "CHUNKING", "BINARYMIME")
	binary.Body = "BINARYMIME"
	folded := goodHeader + "X: y\r\n" + strings.Repeat("\tz\r\n", textKept/4)
	long := strings.Repeat("x", MaxTextLine)

	tests := []struct {
		name, text string
		st         State
		want       []string
	}{
		{"good", goodMessage, envelopeOf(), nil},
		{"good in the zero state", goodMessage, State{}, nil},
		{"nothing", "", State{}, missing},
		{"no From", swap("From: Ann <ann@example.org>\r\n", ""), envelopeOf(), []string{"0 header.missing.from"}},
		{"From without an address", swap("Ann <ann@example.org>", "Ann"), State{}, []string{"1 header.from"}},
		{"no Date", swap("Date:", "X-Date:"), envelopeOf(), []string{"0 header.missing.date"}},
		{"no Message-ID", swap("Message-ID:", "X-Id:"), envelopeOf(), []string{"0 header.missing.id"}},
		{"To five times", swap("Subject:", "to: a\r\nTO: b\r\nTo: c\r\nto: d\r\nSubject:"), envelopeOf(), []string{"3 header.twice"}},
		{"From twice", swap("Subject:", "from: ann@example.org\r\nSubject:"), envelopeOf(), []string{"3 header.twice"}},
		{"Date twice", swap("\r\n\r\n", "\r\nDate: 2 Jan 2026 15:04 +0000\r\n\r\n"), envelopeOf(), []string{"6 header.twice"}},
		{"Received twice", swap("From:", "Received: a\r\nReceived: b\r\nFrom:"), envelopeOf(), nil},
		{"wrong day", swap("Fri,", "Sat,"), envelopeOf(), []string{"4 header.date"}},
		{"month in digits", swap("2 Jan 2026", "2026-01-02"), envelopeOf(), []string{"4 header.date"}},
		{"zone by name", swap("+0100", "GMT (Greenwich)"), envelopeOf(), nil},
		{"id without brackets", swap("<1@example.org>", "1@example.org"), envelopeOf(), []string{"5 header.id"}},
		{"id with a blank", swap("<1@", "<1 1@"), envelopeOf(), []string{"5 header.id"}},
		{"blank before the colon", swap("Subject:", "Subject :"), envelopeOf(), []string{"3 header.blank"}},
		{"no empty line", swap("\r\n\r\n", "\r\n"), envelopeOf(), []string{"6 header.end"}},
		{"no field first", "A line.\r\n\r\n", State{}, append(slices.Clone(missing), "1 header.none")},
		{"folded first", " a: b\r\n", State{}, append(slices.Clone(missing), "1 header.none")},
		{"no end, no line end", "A: b\r\nA line", State{}, append(slices.Clone(missing), "2 header.end")},
		{"huge header", folded + "\r\n.\r\n", envelopeOf(), []string{fmt.Sprint(7+(textKept-len(goodHeader)-6)/4, " header.huge"), fmt.Sprint(8+textKept/4, " line.dot")}},
		{"huge field", "X: " + strings.Repeat("x", textKept) + "\r\n\tmore\r\n" + goodMessage, envelopeOf(), []string{"1 header.huge", "1 line.long"}},
		{"header alone", strings.TrimSuffix(goodMessage, "\r\nA line.\r\n"), envelopeOf(), nil},
		{"no header", "\r\n" + goodMessage, envelopeOf(), append(slices.Clone(missing), "0 envelope.blind")},
		{"folded", swap("Subject: hello", "Subject: hello\r\n\tonce more"), envelopeOf(), nil},
		{"folded To", swap("To: bob", "To: eve@example.test,\r\n bob"), envelopeOf(), []string{"0 envelope.shown"}},
		{"Bcc", swap("Subject:", "bcc: carol@example.test\r\nSubject:"), envelopeOf(), []string{"3 header.bcc"}},
		{"Return-Path", "Return-Path: <ann@example.org>\r\n" + goodMessage, envelopeOf(), []string{"1 header.returnpath"}},

		{"From is not the reverse-path", swap("ann@", "anna@"), envelopeOf(), []string{"1 envelope.from"}},
		{"null reverse-path", goodMessage, null, []string{"1 envelope.from"}},
		{"case of the address", swap("ann@", "ANN@"), envelopeOf(), nil},
		{"comma in quotes", swap("Ann <", `"Ann, <ann@example.com>" <`), envelopeOf(), nil},
		{"address with a comment", swap("Ann <ann@example.org>", "ann@example.org (Ann)"), envelopeOf(), nil},
		{"blind copy", goodMessage, copied, []string{"0 envelope.blind"}},
		{"in Cc", swap("Subject:", "Cc: carol@example.test\r\nSubject:"), copied, nil},

		{"bare CR", swap("A line", "A\rline"), envelopeOf(), []string{"7 line.cr"}},
		{"CR at the end", goodMessage + "\r", envelopeOf(), []string{"8 line.cr"}},
		{"bare LF", swap("A line.\r\n", "A line.\n"), envelopeOf(), []string{"7 line.lf"}},
		{"NUL", swap("A line", "A\x00line"), envelopeOf(), []string{"7 line.nul"}},
		{"998 octets", goodMessage + long, envelopeOf(), []string{"8 line.wide"}},
		{"999 octets", goodMessage + long + "x", envelopeOf(), []string{"8 line.long"}},
		{"78 characters", goodMessage + strings.Repeat("ü", 78), State{}, nil},
		{"79 characters", goodMessage + strings.Repeat("ü", 79), State{}, []string{"8 line.wide"}},
		{"dots", goodMessage + ".\r\na.b\r\n..\r\n", envelopeOf(), []string{"8 line.dot"}},
		{"8-bit body, offered and not announced", swap("A line", "Grüße"), envelopeOf("8BITMIME"), []string{"7 body.undeclared"}},
		{"8-bit body, announced", swap("A line", "Grüße"), declared, nil},
		{"8-bit body, no transaction", swap("A line", "Grüße"), State{Caps: declared.Caps}, nil},
		{"8-bit body, not offered", swap("A line", "Grüße"), envelopeOf(), []string{"7 body.8bit"}},
		{"8-bit body, not known", swap("A line", "Grüße"), State{}, nil},
		{"UTF-8 header", swap("hello", "Grüße"), envelopeOf("SMTPUTF8", "8BITMIME"), []string{"3 header.utf8"}},
		{"UTF-8 header, asked for", swap("hello", "Grüße"), utf8Mail, nil},

		{"binary", goodMessage + "\x00\r\xff\n" + long + "x\r\n", binary, nil},
		{"as large as may be", goodMessage, envelopeOf(fmt.Sprint("SIZE ", len(goodMessage))), nil},
		{"too large once mended", strings.ReplaceAll(goodMessage, "\r\n", "\n"), envelopeOf(fmt.Sprint("SIZE ", len(goodMessage)-1)), []string{"0 message.size", "1 line.lf"}},
		{"too large", goodMessage, envelopeOf(fmt.Sprint("SIZE ", len(goodMessage)-1)), []string{"0 message.size"}},
		{"no limit", goodMessage, envelopeOf("SIZE 0"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(lintMessage(tt.text, tt.st)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLintOnce checks that many lines with one fault are one remark, in its
// first place.
func TestLintOnce(t *testing.T) {
	text := goodMessage + strings.Repeat("a\r\n..dots\r\n", 1000)
	got := lintMessage(text, envelopeOf())
	if len(got) != 1 || got[0].Line != 9 || got[0].Span != (Span{0, 1}) || !strings.Contains(got[0].Message, "999") {
		t.Errorf("got %+v", got)
	}
	got = lintMessage("Subject: a\r\n"+strings.Repeat("subject: b\r\n", 30)+goodHeader, envelopeOf())
	if len(got) != 1 || got[0].Line != 2 || got[0].Span != (Span{0, 7}) || !strings.Contains(got[0].Message, "30 more") {
		t.Errorf("got %+v", got)
	}
}

// TestLintSeverities pins what is held and what is only said.
func TestLintSeverities(t *testing.T) {
	text := "Bcc: b@example.org\r\n\r\n\x00 \r x\n" + strings.Repeat("x", 1000)
	want := map[string]Severity{
		"header.missing.from": Warning, "header.missing.date": Warning, "header.missing.id": Hint, "header.bcc": Warning,
		"line.cr": Error, "line.lf": Error, "line.nul": Error, "line.long": Error, "message.size": Error, "envelope.blind": Hint,
	}
	got := lintMessage(text, envelopeOf("SIZE 20"))
	for _, r := range got {
		if r.Severity != want[r.Code] {
			t.Errorf("%s is %v, want %v", r.Code, r.Severity, want[r.Code])
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %q", found(got))
	}
}

// TestRemarkRows walks the tables.
func TestRemarkRows(t *testing.T) {
	rows := []remarkRow{
		noBlankRow, noneRow, noEndRow, hugeRow, twiceRow, fromRow, blindRow, shownRow, sizeRow, versionRow, boundaryRow, openRow,
	}
	for _, c := range lineChecks {
		rows = append(rows, c.remarkRow)
	}
	for _, c := range requiredFields {
		rows = append(rows, c.remarkRow)
	}
	for _, c := range fieldChecks {
		rows = append(rows, c.remarkRow)
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.code] || !strings.Contains(r.code, ".") || r.message == "" || !refForm.MatchString(r.ref) {
			t.Errorf("row %+v", r)
		}
		seen[r.code] = true
	}
}

// lintIn gives text to a Linter in pieces of n octets; 0 means whole.
func lintIn(text string, st State, n int) ([]MessageRemark, MessageFacts) {
	l := NewLinter(st)
	for piece := range slices.Chunk([]byte(text), max(n, 1)+len(text)*(1-min(n, 1))) {
		_, _ = l.Write(piece)
		clear(piece)
	}
	return l.Remarks(), l.Facts()
}

func FuzzLint(f *testing.F) {
	for _, s := range []string{
		"", goodMessage, "a\r\n.\r\n", " folded: first\r\n", ": x\r\n", "From: <<>,\"\r\n", "Date: ,\n", "\r\r\n\x00", "a\r", "\r.\r\r.\r\n.\n",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nA:\r\n\r\n--bb\r\n--b \r\n\r\n--b--\r\n--b\r\n", strings.Repeat("ü", 80) + "\xff\n",
	} {
		f.Add(s, 1)
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		st := envelopeOf("SIZE 100", "8BITMIME")
		remarks, facts := lintIn(text, st, 0)
		inPieces, factsInPieces := lintIn(text, st, n&63)
		if !slices.Equal(remarks, inPieces) || facts != factsInPieces {
			t.Fatalf("%q in pieces of %d:\n%+v, %+v, want\n%+v, %+v", text, n&63, inPieces, factsInPieces, remarks, facts)
		}
		if want := plainFacts(text); facts.Size != want.Size || facts.Lines != want.Lines || facts.Longest != want.Longest || facts.Stuffed != want.Stuffed {
			t.Fatalf("%q: %+v, want %+v", text, facts, want)
		}
		lines := strings.Split(text, "\n")
		for _, r := range remarks {
			if r.Line < 0 || r.Line > len(lines) || r.Start < 0 || r.End < r.Start {
				t.Fatalf("%q: %+v", text, r)
			}
			if r.Line > 0 && r.End > len(lines[r.Line-1]) {
				t.Fatalf("%q: span outside line %q: %+v", text, lines[r.Line-1], r)
			}
		}
	})
}

func BenchmarkLinter(b *testing.B) {
	for _, line := range []string{
		"The quick brown fox jumps over the lazy dog, again and again.\r\n",
		"Falsches Üben von Xylophonmusik quält jeden größeren Zwerg.\r\n",
		strings.Repeat("x", 1<<20) + "\r\n",
	} {
		text := []byte(strings.Repeat(line, 1+1<<20/len(line)))
		b.Run(fmt.Sprint(len(line)), func(b *testing.B) {
			l := NewLinter(envelopeOf())
			_, _ = l.Write([]byte(goodMessage))
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = l.Write(text)
			}
		})
	}
}

// lintMessage returns what a Linter has to say about text, which it is given
// whole.
func lintMessage(text string, st State) []MessageRemark {
	l := NewLinter(st)
	_, _ = l.Write([]byte(text)) // a Linter never fails
	return l.Remarks()
}
