package protocol_test

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"smtpconsole/protocol"
)

// chop writes s to w in pieces of n octets; 0 means whole.
func chop(t *testing.T, w io.Writer, s string, n int) {
	t.Helper()
	for len(s) > 0 {
		k := len(s)
		if n > 0 {
			k = min(n, k)
		}
		if _, err := io.WriteString(w, s[:k]); err != nil {
			t.Fatal(err)
		}
		s = s[k:]
	}
}

func TestLineWriter(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a\r\n", "a\r\n"},
		{"a", "a\r\n"},
		{"a\nb\n", "a\r\nb\r\n"},
		{"a\rb", "a\r\nb\r\n"},
		{"a\r", "a\r\n"},
		{"a\r\r\nb", "a\r\n\r\nb\r\n"},
		{"a\n\r\nb\r\n", "a\r\n\r\nb\r\n"},
		{"\n.\n", "\r\n.\r\n"},
		{"\r.\r", "\r\n.\r\n"},
		{"one\r\ntwo\nthree\r\n", "one\r\ntwo\r\nthree\r\n"},
	}
	for _, tt := range tests {
		for n := range 4 {
			var out strings.Builder
			w := protocol.NewLineWriter(&out)
			chop(t, w, tt.in, n)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.want {
				t.Errorf("in pieces of %d, %q became %q, want %q", n, tt.in, out.String(), tt.want)
			}
		}
	}
}

func TestDotWriter(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ".\r\n"},
		{".", "..\r\n.\r\n"},
		{".\r\n", "..\r\n.\r\n"},
		{"a.b\r\n", "a.b\r\n.\r\n"},
		{"a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n.\r\n"},
		{"a\r\n\r\n.\r\n", "a\r\n\r\n..\r\n.\r\n"},
		{"no end", "no end\r\n.\r\n"},
	}
	for _, tt := range tests {
		for n := range 4 {
			var out strings.Builder
			w := protocol.NewDotWriter(&out)
			chop(t, w, tt.in, n)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.want {
				t.Errorf("in pieces of %d, %q became %q, want %q", n, tt.in, out.String(), tt.want)
			}
		}
	}
}

func TestDotReader(t *testing.T) {
	tests := []struct {
		in, want string
		err      error
		rest     string
	}{
		{".\r\nQUIT\r\n", "", nil, "QUIT\r\n"},
		{"a\r\n..b\r\n.\r\nNOOP", "a\r\n.b\r\n", nil, "NOOP"},
		{"a\n.\n.\r\n.\r\n", "a\n.\n.\r\n", nil, ""},
		{"a\r.\r\r\n.\r\n", "a\r.\r\r\n", nil, ""},
		{".\n.\r\n", "\n.\r\n", io.ErrUnexpectedEOF, ""},
		{"cut", "cut", io.ErrUnexpectedEOF, ""},
		{"", "", io.ErrUnexpectedEOF, ""},
	}
	for _, tt := range tests {
		br := bufio.NewReader(iotest.OneByteReader(strings.NewReader(tt.in)))
		got, err := io.ReadAll(protocol.NewDotReader(br))
		rest, _ := io.ReadAll(br)
		if string(got) != tt.want || err != tt.err || string(rest) != tt.rest {
			t.Errorf("%q: read %q, %v, left %q; want %q, %v, %q", tt.in, got, err, rest, tt.want, tt.err, tt.rest)
		}
	}
}

// inLines is text with its line ends mended, by three passes over all of it.
func inLines(text string) string {
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if lines != "" && !strings.HasSuffix(lines, "\n") {
		lines += "\n"
	}
	return strings.ReplaceAll(lines, "\n", "\r\n")
}

func FuzzDots(f *testing.F) {
	for _, s := range []string{
		"", ".", "\r\n.\r\n", "a\n.\n", "\r.\r", "..\r\n...", strings.Repeat("x", 40) + "\r\n.",
		"abcdef\r\nabcdef\r\nabc\rde\r\nabcd\n\r\n", "abcdef\r\nabcdef\r\na\r\ncd\r\nabcdef\r\n",
	} {
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, text []byte, n int) {
		var tidied, wire bytes.Buffer
		lw := protocol.NewLineWriter(&tidied)
		chop(t, lw, string(text), max(0, n%40))
		_ = lw.Close()
		if want := inLines(string(text)); tidied.String() != want {
			t.Fatalf("%q became %q, want %q", text, tidied.String(), want)
		}
		dw := protocol.NewDotWriter(&wire)
		chop(t, dw, tidied.String(), max(0, n%40))
		_ = dw.Close()
		back, err := io.ReadAll(protocol.NewDotReader(bufio.NewReaderSize(&wire, 16)))
		if err != nil || !bytes.Equal(back, tidied.Bytes()) {
			t.Fatalf("%q came back as %q, %v", tidied.String(), back, err)
		}
	})
}

// texts are what messages are made of: prose, a hundredth of its lines with a
// dot in front; an attachment; and a file with the line ends of Unix.
func texts() map[string][]byte {
	prose := strings.Repeat("The quick brown fox, and so on. ", 2) + "end of line\r\nA shorter one,\r\n"
	prose = strings.Repeat(strings.Repeat(prose, 50)+".dot\r\n", 10)
	base64 := strings.Repeat(strings.Repeat("AbC+", 19)+"\r\n", 1000)
	return map[string][]byte{
		"prose": []byte(prose), "base64": []byte(base64), "unix": []byte(strings.ReplaceAll(prose, "\r\n", "\n")),
	}
}

func benchmarkFilter(b *testing.B, filter func(io.Writer) io.Writer) {
	for name, text := range texts() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			w := filter(bufio.NewWriterSize(io.Discard, 64<<10))
			for b.Loop() {
				_, _ = w.Write(text)
			}
		})
	}
}

func BenchmarkLineWriter(b *testing.B) {
	benchmarkFilter(b, func(w io.Writer) io.Writer { return protocol.NewLineWriter(w) })
}

func BenchmarkDotWriter(b *testing.B) {
	benchmarkFilter(b, func(w io.Writer) io.Writer { return protocol.NewDotWriter(w) })
}

// BenchmarkDotStuff is all that is done to a text before it is sent by DATA.
func BenchmarkDotStuff(b *testing.B) {
	benchmarkFilter(b, func(w io.Writer) io.Writer {
		return protocol.NewLineWriter(bufio.NewWriterSize(protocol.NewDotWriter(w), 64<<10))
	})
}
