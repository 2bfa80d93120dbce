package message_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"smtpconsole/protocol/message"
)

func read(t testing.TB, source string) (message.Message, []string) {
	t.Helper()
	m, lost, err := message.Read(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return m, lost
}

// fields makes a header of names and values in turn.
func fields(words ...string) []message.Field {
	var list []message.Field
	for i := 0; i < len(words); i += 2 {
		list = append(list, message.Field{Name: words[i], Value: words[i+1]})
	}
	return list
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, source string
		want         message.Message
	}{
		{"nothing", "", message.Message{}},
		{"no header", "hello\nworld\n", message.Message{Text: "hello\nworld\n"}},
		{"no header, 8-bit", "Grüße", message.Message{Text: "Grüße"}},
		{"mbox", "From ann Tue Jan  2 15:04:05 2024\nSubject: x\n\n", message.Message{Text: "From ann Tue Jan  2 15:04:05 2024\nSubject: x\n\n"}},
		{"a sentence", "Note to all: hello\n", message.Message{Text: "Note to all: hello\n"}},
		{"empty line first", "\nSubject: x\n", message.Message{Text: "\nSubject: x\n"}},
		{"blank first", " Subject: x\n\n", message.Message{Text: " Subject: x\n\n"}},
		{"header alone", "From: a@b\nsubject: x\n\n", message.Message{Fields: fields("From", "a@b", "subject", "x")}},
		{"no line end", "A: b\n\nhello", message.Message{Fields: fields("A", "b"), Text: "hello"}},
		{"empty field", "A: \nA: b\n\n", message.Message{Fields: fields("A", "", "A", "b")}},
		{"encoded words", "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\n", message.Message{Fields: fields("Subject", "Grüße")}},
		{"raw UTF-8", "Subject: Grüße\n\n", message.Message{Fields: fields("Subject", "Grüße"), UTF8: true}},
		{
			"names", "To: =?utf-8?b?TcO8bGxlciwgSsO2cmc=?= <j@b>, \"a b\" <a@b>, <c@d>\n\n",
			message.Message{Fields: fields("To", `"Müller, Jörg" <j@b>, a b <a@b>, c@d`)},
		},
		{
			"own MIME", "Content-Type: text/plain; format=flowed\nA: b\n\nhello \nworld\n",
			message.Message{Fields: fields("Content-Type", "text/plain; format=flowed", "A", "b"), Text: "hello \nworld\n"},
		},
		{
			"broken type", "Content-Type: what\n\nhello\n",
			message.Message{Fields: fields("Content-Type", "what"), Text: "hello\n"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, source := range []string{tt.source, crlf(tt.source)} {
				m, lost := read(t, source)
				if len(lost) > 0 || !reflect.DeepEqual(m, tt.want) {
					t.Errorf("got %+v, lost %q, want %+v", m, lost, tt.want)
				}
			}
			got, want := write(t, tt.want, nil), crlf(tt.source)
			if want != "" && !strings.HasSuffix(want, "\n") {
				want += "\r\n"
			}
			if got != want {
				t.Errorf("written again it is %q, want %q", got, want)
			}
		})
	}
}

// TestReadBack: what the form wrote, it can read.
func TestReadBack(t *testing.T) {
	texts := []struct{ text, html string }{
		{"hello\n", ""},
		{"Grüße\n  \nx \n=\n", ""},
		{"", "<p>Grüße</p>\n"},
		{"plain\n", "<p>Grüße</p>\n"},
		{"Grüße", "<p>plain</p>"},
		{strings.Repeat("long ", 400) + "\n", "<p>" + strings.Repeat("ü", 800) + "</p>\n"},
	}
	for _, tt := range texts {
		for _, enc := range []message.Encoding{message.Auto, message.QuotedPrintable, message.Base64, message.EightBit} {
			for _, utf8 := range []bool{false, true} {
				m := message.Message{
					Fields: fields("Date", "Tue, 2 Jan 2024 15:04:05 +0100", "From", "Jörg <j@b>", "Subject", strings.Repeat("Grüße ", 20)+"x"),
					Text:   tt.text, HTML: tt.html, Encoding: enc, UTF8: utf8,
				}
				source := write(t, m, nil)
				back, lost := read(t, source)
				if len(lost) > 0 {
					t.Errorf("%q, %q, %s: lost %q of\n%s", tt.text, tt.html, enc, lost, source)
				}
				if again := write(t, back, nil); again != source {
					t.Errorf("%q, %q, %s: written\n%s\nand again\n%s", tt.text, tt.html, enc, source, again)
				}
				end := strings.TrimSuffix(back.Text, "\n") == strings.TrimSuffix(m.Text, "\n") &&
					strings.TrimSuffix(back.HTML, "\n") == strings.TrimSuffix(m.HTML, "\n")
				if !end || !reflect.DeepEqual(back.Fields[:3], m.Fields) || back.UTF8 != utf8 {
					t.Errorf("got %+v, want %+v", back, m)
				}
			}
		}
	}
}

func TestReadLosses(t *testing.T) {
	const mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	const alternative = "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n" +
		"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\nx\n" +
		"--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\ny\n--b--\n"
	if _, lost := read(t, "A: b\n"+alternative); len(lost) > 0 {
		t.Errorf("lost %q", lost)
	}
	tests := []struct {
		name, source string
		want         []string
		text         string
	}{
		{
			"attachment", mixed + "\nhello\n--b\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.pdf\nContent-Transfer-Encoding: base64\n\n" +
				strings.Repeat("AAAA", 4000) + "\n--b--\n",
			[]string{`an attachment "ü.pdf" of 12 KB`},
			"hello",
		},
		{"part", mixed + "Content-Type: image/png\n\n12345\n--b--\n", []string{`a part of type "image/png" of 5 octets`}, ""},
		{"two texts", mixed + "\nhello\n--b\n\nworld\n--b--\n", []string{`a part of type "text/plain" of 5 octets`}, "hello"},
		{"charset", "Content-Type: text/plain; charset=ISO-8859-15\n\n\xa4\n", []string{`the charset "ISO-8859-15" of the text`}, "€\n"},
		{"unknown charset", "Content-Type: text/plain; charset=x-none\n\nx\n", []string{`the charset "x-none" of the text`}, "x\n"},
		{"unknown encoding", "Content-Transfer-Encoding: x-uu\n\nx\n", []string{`the encoding "x-uu" of the text`}, "x\n"},
		{"bad base64", "Content-Transfer-Encoding: base64\n\n!!!!\n", []string{"the end of a text, which cannot be decoded"}, ""},
		{"no boundary", "Content-Type: multipart/mixed\n\nx\n", []string{"parts that cannot be told apart"}, ""},
		{"cut off", mixed + "\nhello", []string{"the end of a text, which cannot be decoded", "parts that cannot be told apart"}, "hello"},
		{"not UTF-8", "A: b\n\nGr\xfc\xdfe\n", []string{"octets that are no UTF-8"}, "Gr\xfc\xdfe\n"},
		{"header not UTF-8", "A: Gr\xfc\xdfe\n\nx\n", []string{"octets that are no UTF-8", `how these fields are folded or encoded: "A"`}, "x\n"},
		{"no empty line", "A: b\nhello\n", []string{"a line in the header that is no field, with no empty line before it"}, "A: b\nhello\n"},
		{"a line with a colon", "A: b\nand then: hello\n\n", []string{"a line in the header that is no field, with no empty line before it"}, "A: b\nand then: hello\n\n"},
		{"folding", "A: b\n c\nB: d\nC : e\n\nx\n", []string{`how these fields are folded or encoded: "A", "C"`}, "x\n"},
		{"tab", "A: b\tc\n\nx\n", []string{`how these fields are folded or encoded: "A"`}, "x\n"},
		{"no name", "A: b\n: c\n\nx\n", []string{`how line 2 is written: ": c"`}, "x\n"},
		{"header end", "A: b\n", []string{`how line 2 is written: ""`}, ""},
		{"lone CR", "A: b\n\nx\ry\n", []string{`how line 3 is written: "x\ry"`}, "x\ry\n"},
		{"8-bit", "A: b\n\nGrüße\n", []string{`how line 2 is written: ""`}, "Grüße\n"},
		{
			"preamble", "A: b\n" + strings.Replace(alternative, "\n\n", "\n\nnot MIME\n", 1),
			[]string{`how line 5 is written: "not MIME"`},
			"x",
		},
		{"epilogue", "A: b\n" + alternative + "not MIME\n", []string{`how line 16 is written: "not MIME"`}, "x"},
		{
			"field of a part", "A: b\n" + strings.Replace(alternative, "7bit\n", "7bit\nContent-Language: en\n", 1),
			[]string{`how line 8 is written: "Content-Language: en"`},
			"x",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, lost := read(t, crlf(tt.source))
			if !reflect.DeepEqual(lost, tt.want) || m.Text != tt.text {
				t.Errorf("got %q, text %q\nwant %q, text %q", lost, m.Text, tt.want, tt.text)
			}
			if len(m.Files) > 0 {
				t.Errorf("got the files %+v", m.Files)
			}
		})
	}
}

// TestReadMany: a hostile message costs little, and few words.
func TestReadMany(t *testing.T) {
	deep, wide := "", "Content-Type: multipart/mixed; boundary=b\n\n"
	for i := range 10_000 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	wide += strings.Repeat("--b\nContent-Type: x/y\n\n", 20_000)
	names := strings.Repeat("A : b\n", 20_000) + "\n"
	for _, source := range []string{deep, wide, names} {
		_, lost := read(t, source)
		if len(lost) == 0 || len(lost) > 12 || len(strings.Join(lost, "")) > 2000 {
			t.Errorf("%.60q is said to lose %.2000q", source, lost)
		}
	}
}

func TestReadErrors(t *testing.T) {
	_, _, err := message.Read(io.LimitReader(zeros{}, message.ReadMax+1))
	if !errors.Is(err, message.ErrLarge) {
		t.Errorf("a large message: got %v", err)
	}
	if _, _, err := message.Read(io.LimitReader(zeros{}, message.ReadMax)); err != nil {
		t.Errorf("the largest message: got %v", err)
	}
	if _, _, err := message.Read(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a broken reader: got %v", err)
	}
}

// FuzzRead: never a panic, and where nothing is lost the octets come back.
func FuzzRead(f *testing.F) {
	f.Add("")
	f.Add("hello\r\n")
	f.Add("Subject: =?utf-8?q?x?=\r\n y\r\nTo: =?utf-8?q?=C3=BC?= <a@b>\r\n\r\nbody\r\n.\r\n")
	f.Add("Content-Transfer-Encoding: quoted-printable\n\n=C3=BC=\n")
	f.Add("MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b1\n\n--b1\nContent-Type: text/plain; charset=utf-8\n" +
		"Content-Transfer-Encoding: 7bit\n\nx\n--b1\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\ny\n--b1--\n")
	f.Fuzz(func(t *testing.T, source string) {
		m, lost, err := message.Read(strings.NewReader(source))
		if err != nil || len(lost) > 0 || m.HTML != "" && m.Text != "" {
			return // The boundary of an alternative is another one.
		}
		want := crlf(strings.ReplaceAll(source, "\r\n", "\n"))
		if want != "" && !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		if got := write(t, m, nil); got != want {
			t.Errorf("%q is read as %+v and written as %q", source, m, got)
		}
	})
}
