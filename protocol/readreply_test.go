package protocol

import (
	"bufio"
	"bytes"
	"net/textproto"
	"slices"
	"strings"
	"testing"
)

func TestParseReplyLine(t *testing.T) {
	for _, tt := range []struct {
		line  string
		code  int
		last  bool
		text  string
		flaws []string
	}{
		{"250 ok\r", 250, true, "ok", nil},
		{"250 ok\r\n", 250, true, "ok", nil},
		{"250-ok\r", 250, false, "ok", nil},
		{"250  two blanks \r", 250, true, " two blanks ", nil},
		{"250 ok", 250, true, "ok", []string{FlawBareLF}},
		{"250 ok\n", 250, true, "ok", []string{FlawBareLF}},
		{"250 ok\r\r", 250, true, "ok", []string{FlawExtraCR}},
		{"334 \r", 334, true, "", nil},
		{"214-\r", 214, false, "", nil},
		{"250\r", 250, true, "", []string{FlawNoText}},
		{"250OK\r", 250, true, "OK", []string{FlawNoSpace}},
		{"250\tok\r", 250, true, "ok", []string{FlawNoSpace}},
		{"250 a\tb\r", 250, true, "a\tb", nil},
		{"250 gr\xfc\xdfe\r", 250, true, "gr\xfc\xdfe", []string{FlawEightBit}},
		{"250 a\rb\r", 250, true, "a\rb", []string{FlawEightBit}},
		{"250 \x1b[2J\r", 250, true, "\x1b[2J", []string{FlawEightBit}},
		{"099 x\r", 99, true, "x", []string{FlawCodeRange}},
		{"199 x\r", 199, true, "x", []string{FlawCodeRange}},
		{"200 x\r", 200, true, "x", nil},
		{"599 x\r", 599, true, "x", nil},
		{"600-x\r", 600, false, "x", []string{FlawCodeRange}},
		{"250", 250, true, "", []string{FlawBareLF, FlawNoText}},
	} {
		code, last, text, flaws, ok := ParseReplyLine([]byte(tt.line))
		if !ok || code != tt.code || last != tt.last || string(text) != tt.text || !slices.Equal(flaws, tt.flaws) {
			t.Errorf("ParseReplyLine(%q) = %d, %v, %q, %q, %v; want %d, %v, %q, %q, true",
				tt.line, code, last, text, flaws, ok, tt.code, tt.last, tt.text, tt.flaws)
		}
	}
}

func TestParseReplyLineNotOne(t *testing.T) {
	for _, line := range []string{
		"", "\r", "\n", "25", "25 ok\r", " 250 ok\r", "2500 x\r", "2024-01-02\r", "+OK ready\r", "* OK IMAP\r",
		"SSH-2.0-x\r", "HTTP/1.1 400 Bad Request\r", "\x15\x03\x01\x00\x02", "-50 x", "٢٥٠ x",
	} {
		if code, _, _, _, ok := ParseReplyLine([]byte(line)); ok || code != 0 {
			t.Errorf("ParseReplyLine(%q) = %d, %v; want none", line, code, ok)
		}
	}
}

// build feeds the octets line by line and returns the replies that came out.
func build(b *ReplyBuilder, octets string) []Reply {
	var replies []Reply
	for line := range strings.Lines(octets) {
		if r, done := b.Add([]byte(line)); done {
			replies = append(replies, r)
		}
	}
	return replies
}

func TestReplyBuilder(t *testing.T) {
	for _, tt := range []struct {
		name, octets string
		want         Reply
	}{
		{"one line", "250 2.1.0 Ok\r\n", Reply{Code: 250, Enhanced: "2.1.0", Lines: []string{"2.1.0 Ok"}}},
		{"no text", "250\r\n", Reply{Code: 250, Lines: []string{""}, Flaws: []string{FlawNoText}}},
		{"no space", "250OK\r\n", Reply{Code: 250, Lines: []string{"OK"}, Flaws: []string{FlawNoSpace}}},
		{"tab", "250\tok\r\n", Reply{Code: 250, Lines: []string{"ok"}, Flaws: []string{FlawNoSpace}}},
		{"empty challenge", "334 \r\n", Reply{Code: 334, Lines: []string{""}}},
		{
			"ehlo", "250-mail.example.org\r\n250-SIZE 100\r\n250 HELP\r\n",
			Reply{Code: 250, Lines: []string{"mail.example.org", "SIZE 100", "HELP"}},
		},
		{
			"every oddity of the grammar", "214-2.0.0 Commands:\r\n214-2.0.0 EHLO MAIL\r\n214-\r\n214\r\n",
			Reply{Code: 214, Enhanced: "2.0.0", Lines: []string{"2.0.0 Commands:", "2.0.0 EHLO MAIL", "", ""}, Flaws: []string{FlawNoText}},
		},
		{
			"bare LF and CR CR LF", "250-a\n250 b\r\r\n",
			Reply{Code: 250, Lines: []string{"a", "b"}, Flaws: []string{FlawBareLF, FlawExtraCR}},
		},
		{
			"mixed codes", "250-a\r\n550-b\r\n451 4.3.0 c\r\n",
			Reply{Code: 451, Enhanced: "4.3.0", Lines: []string{"a", "b", "4.3.0 c"}, Flaws: []string{FlawCodes}},
		},
		{
			"garbage inside", "250-a\r\nfoo\r\n\r\n2024-01-02 x\r\n250 b\r\n",
			Reply{Code: 250, Lines: []string{"a", "foo", "", "2024-01-02 x", "b"}, Flaws: []string{FlawGarbage}},
		},
		{
			"blank line first", "\r\n220 ready\r\n",
			Reply{Code: 220, Lines: []string{"", "ready"}, Flaws: []string{FlawGarbage}},
		},
		{
			"8-bit", "550 5.1.1 inconnu: \xe9\r\n",
			Reply{Code: 550, Enhanced: "5.1.1", Lines: []string{"5.1.1 inconnu: \xe9"}, Flaws: []string{FlawEightBit}},
		},
		{
			"code inside a text", "503-All RCPT commands were rejected:\r\n503-550 unknown\r\n503 Valid RCPT\r\n",
			Reply{Code: 503, Lines: []string{"All RCPT commands were rejected:", "550 unknown", "Valid RCPT"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b ReplyBuilder
			got := build(&b, tt.octets+tt.octets)
			if len(got) != 2 || !sameReply(got[0], tt.want) || !sameReply(got[1], tt.want) {
				t.Errorf("twice %q gave %+v, want twice %+v", tt.octets, got, tt.want)
			}
		})
	}
}

func sameReply(a, b Reply) bool {
	return a.Code == b.Code && a.Enhanced == b.Enhanced && slices.Equal(a.Lines, b.Lines) && slices.Equal(a.Flaws, b.Flaws)
}

func TestReplyEnhanced(t *testing.T) {
	for _, tt := range []struct {
		code  int
		lines []string
		want  string
	}{
		{250, []string{"2.1.0"}, "2.1.0"},
		{550, []string{"5.7.509 no"}, "5.7.509"},
		{550, []string{"5.123.456 no"}, "5.123.456"},
		{550, []string{"5.1.1234 no"}, ""},
		{550, []string{"5.1.1: no"}, ""},
		{550, []string{"5.1.1<a@b>"}, ""},
		{550, []string{"5.1 no"}, ""},
		{550, []string{"5..1 no"}, ""},
		{550, []string{"5.1. no"}, ""},
		{550, []string{"4.1.1 no"}, ""},
		{550, []string{" 5.1.1 no"}, ""},
		{354, []string{"3.0.0 go"}, ""},
		{334, []string{"2.0.0 go"}, ""},
		{650, []string{"6.0.0 x"}, ""},
		{550, []string{"5.1.1 first", "5.7.1 last"}, "5.7.1"},
		{550, []string{"no", "5.1.1 middle", "5.7.1 x", "last"}, "5.1.1"},
		{550, []string{"4.1.1 no", "5.1.1 x", "last"}, "5.1.1"},
		{550, []string{""}, ""},
	} {
		if got := replyEnhanced(tt.code, tt.lines); got != tt.want {
			t.Errorf("replyEnhanced(%d, %q) = %q, want %q", tt.code, tt.lines, got, tt.want)
		}
	}
}

func TestReplyBuilderCounts(t *testing.T) {
	var b ReplyBuilder
	for i, line := range []string{"250-a\r\n", "junk\n", "250-b\r\n"} {
		if b.Lines() != i {
			t.Errorf("before %q: %d lines, want %d", line, b.Lines(), i)
		}
		b.Add([]byte(line))
	}
	if b.Lines() != 3 || b.Bytes() != 19 {
		t.Errorf("%d lines, %d octets; want 3, 19", b.Lines(), b.Bytes())
	}
	if _, done := b.Add([]byte("250 c\r\n")); !done || b.Lines() != 0 || b.Bytes() != 0 {
		t.Errorf("after the last line: done %v, %d lines, %d octets; want true, 0, 0", done, b.Lines(), b.Bytes())
	}
}

// The reader's buffer is used again for the next line; a reply must not change with it.
func TestReplyBuilderKeepsNothing(t *testing.T) {
	var b ReplyBuilder
	line := []byte("250 first\r\n")
	r, _ := b.Add(line)
	copy(line, "250 other\r\n")
	b.Add(line)
	if r.Lines[0] != "first" {
		t.Errorf("the reply became %q", r.Lines[0])
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		"250 ok\r\n", "250-a\r\n250\r\n", "250-a\nfoo\n251 2.0.0 b\n", "250OK\r\n", "\r\n\r\n", "999-\r\n000 x\r\n", "550 5.1.1\xff\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, octets string) {
		var b ReplyBuilder
		var texts []string
		for line := range strings.Lines(octets) {
			code, last, text, flaws, ok := ParseReplyLine([]byte(line))
			if !ok {
				text = bytes.TrimRight([]byte(strings.TrimSuffix(line, "\n")), "\r")
			}
			texts = append(texts, string(text))
			r, done := b.Add([]byte(line))
			if done != (ok && last) {
				t.Fatalf("%q: done is %v, want %v", line, done, ok && last)
			}
			if !done {
				continue
			}
			if r.Code != code || !slices.Equal(r.Lines, texts) {
				t.Fatalf("%q gave %+v, want code %d and texts %q", octets, r, code, texts)
			}
			for _, flaw := range flaws {
				if !slices.Contains(r.Flaws, flaw) {
					t.Fatalf("%q: flaw %q is missing in %+v", line, flaw, r)
				}
			}
			if r.Enhanced != "" && int(r.Enhanced[0]-'0') != r.Code/100 {
				t.Fatalf("enhanced code %q in reply %d", r.Enhanced, r.Code)
			}
			texts = nil
		}
		if b.Lines() != len(texts) {
			t.Fatalf("%q: %d lines pending, want %d", octets, b.Lines(), len(texts))
		}
	})
}

// endless serves the same octets again and again.
type endless struct {
	octets string
	at     int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.octets[e.at:])
	e.at = (e.at + n) % len(e.octets)
	return n, nil
}

var benchmarkReplies = []struct{ name, octets string }{
	{"single", "250 2.1.5 Recipient ok\r\n"},
	{"ehlo", "250-mail.example.org Hello client.example.net\r\n250-PIPELINING\r\n250-SIZE 10485760\r\n250-VRFY\r\n250-ETRN\r\n" +
		"250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 DSN\r\n"},
}

// BenchmarkReadReply compares with net/textproto on the same octets.
func BenchmarkReadReply(b *testing.B) {
	for _, bm := range benchmarkReplies {
		b.Run(bm.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			in, rb := bufio.NewReader(&endless{octets: bm.octets}), &ReplyBuilder{}
			for b.Loop() {
				for done := false; !done; {
					line, err := in.ReadSlice('\n')
					if err != nil {
						b.Fatal(err)
					}
					_, done = rb.Add(line)
				}
			}
		})
		b.Run(bm.name+"/textproto", func(b *testing.B) {
			b.ReportAllocs()
			in := textproto.NewReader(bufio.NewReader(&endless{octets: bm.octets}))
			for b.Loop() {
				if _, _, err := in.ReadResponse(250); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
