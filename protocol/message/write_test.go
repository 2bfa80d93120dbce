package message_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"smtpconsole/protocol/message"
)

// boundaries makes b1, b2 and so on.
func boundaries() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprint("b", n)
	}
}

// disk opens files from memory.
func disk(files map[string]string) func(string) (io.ReadCloser, error) {
	return func(path string) (io.ReadCloser, error) {
		content, ok := files[path]
		if !ok {
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(content)), nil
	}
}

func write(t *testing.T, m message.Message, files map[string]string) string {
	t.Helper()
	var b strings.Builder
	if m.Boundary == nil {
		m.Boundary = boundaries()
	}
	if err := m.Write(&b, disk(files)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

var minimal = []message.Field{{Name: "Date", Value: "Tue, 2 Jan 2024 15:04:05 +0100"}, {Name: "From", Value: "ann@example.org"}}

const minimalLines = "Date: Tue, 2 Jan 2024 15:04:05 +0100\nFrom: ann@example.org\n"

func TestWriteText(t *testing.T) {
	const (
		mime = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "
		long = "0123456789 abcdef "
	)
	wide := strings.Repeat(long, 70) // 1260 octets
	tests := []struct {
		name string
		m    message.Message
		want string // behind minimalLines
	}{
		{"no text", message.Message{}, "\n"},
		{"ascii", message.Message{Text: "hello\n.\n"}, "\nhello\n.\n"},
		{"no line end", message.Message{Text: "hello"}, "\nhello\n"},
		{"CR and CRLF", message.Message{Text: "a\rb\r\nc\n"}, "\na\nb\nc\n"},
		{"long line", message.Message{Text: wide + "\n"}, "\n" + wide + "\n"},
		{"utf-8", message.Message{Text: "Grüße =\n"}, mime + "quoted-printable\n\nGr=C3=BC=C3=9Fe =3D\n"},
		{"utf-8 as typed", message.Message{Text: "Grüße\n", Encoding: message.EightBit}, mime + "8bit\n\nGrüße\n"},
		{"utf-8 base64", message.Message{Text: "Grüße\n", Encoding: message.Base64}, mime + "base64\n\nR3LDvMOfZQ0K\n"},
		{"ascii base64", message.Message{Text: "hello\n", Encoding: message.Base64}, mime + "base64\n\naGVsbG8NCg==\n"},
		{
			"latin 1",
			message.Message{Text: "Gr\xfc\xdfe\n"},
			strings.Replace(mime, "utf-8", "unknown-8bit", 1) + "quoted-printable\n\nGr=FC=DFe\n",
		},
		{
			"html",
			message.Message{HTML: "<p>hi</p>\n"},
			"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\n<p>hi</p>\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.m.Fields = minimal
			if got, want := write(t, tt.m, nil), crlf(minimalLines+tt.want); got != want {
				t.Errorf("got %q\nwant %q", got, want)
			}
		})
	}
}

// TestWriteBare: without any field the text is the whole message, and with
// MIME fields of its own it goes out as typed.
func TestWriteBare(t *testing.T) {
	const own = "Content-type: text/x\n\nGr=FC=DFe ü\n"
	tests := []struct {
		m    message.Message
		want string
	}{
		{message.Message{}, ""},
		{message.Message{Text: "Subject: typed\n\nGrüße\n"}, "Subject: typed\n\nGrüße\n"},
		{message.Message{Fields: []message.Field{{Name: "Content-type", Value: "text/x"}}, Text: "Gr=FC=DFe ü\n"}, own},
		{message.Message{Fields: []message.Field{{Name: "Content-type", Value: "text/x"}}, Text: "Gr=FC=DFe ü\n", Encoding: message.Base64}, own},
	}
	for _, tt := range tests {
		if got := write(t, tt.m, nil); got != crlf(tt.want) {
			t.Errorf("%+v: got %q, want %q", tt.m, got, crlf(tt.want))
		}
	}
}

// TestWriteParts looks at every octet of a message with everything in it.
func TestWriteParts(t *testing.T) {
	m := message.Message{
		Fields: append([]message.Field{{Name: "content-type", Value: "text/x"}}, minimal...),
		Text:   "Grüße\n",
		HTML:   `<img src="cid:logo">`,
		Files: []message.File{
			{Path: "/tmp/logo.png", Type: "image/png", Inline: true, ID: "logo"},
			{Path: "/tmp/other.png", Type: "image/png", Inline: true, ID: "other"},
			{Path: "/tmp/a.bin", Name: "a b.bin"},
		},
	}
	files := map[string]string{"/tmp/logo.png": "logo", "/tmp/other.png": "other", "/tmp/a.bin": ""}
	want := minimalLines + `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b3

--b3
Content-Type: multipart/alternative; boundary=b2

--b2
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe

--b2
Content-Type: multipart/related; boundary=b1; type="text/html"

--b1
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 7bit

<img src="cid:logo">
--b1
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=logo.png
Content-ID: <logo>

bG9nbw==
--b1--

--b2--

--b3
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=other.png
Content-ID: <other>

b3RoZXI=
--b3
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="a b.bin"


--b3--
`
	if got := write(t, m, files); got != crlf(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestWriteErrors(t *testing.T) {
	files := map[string]string{"x": "12345"}
	when := time.Unix(1, 0)
	tests := []struct {
		name string
		m    message.Message
		want error // nil: any
	}{
		{"empty name", message.Message{Fields: []message.Field{{Name: "", Value: "x"}}}, message.ErrFieldName},
		{"colon", message.Message{Fields: []message.Field{{Name: "a:b", Value: "x"}}}, message.ErrFieldName},
		{"line end", message.Message{Fields: []message.Field{{Name: "a\r\nb", Value: "x"}}}, message.ErrFieldName},
		{"umlaut", message.Message{Fields: []message.Field{{Name: "Größe", Value: "x"}}}, message.ErrFieldName},
		{"encoding", message.Message{Fields: minimal, Encoding: "rot13"}, nil},
		{"encoding of HTML", message.Message{Fields: minimal, HTML: "x", Encoding: "binary"}, nil},
		{"type", message.Message{Files: []message.File{{Path: "x", Type: "nonsense"}}}, nil},
		{"id", message.Message{Files: []message.File{{Path: "x", ID: "a> b"}}}, nil},
		{"boundary", message.Message{Files: []message.File{{Path: "x"}}, Boundary: func() string { return "a\nb" }}, nil},
		{"no boundary", message.Message{Files: []message.File{{Path: "x"}}, Boundary: func() string { return "" }}, nil},
		{"no file", message.Message{Files: []message.File{{Path: "y"}}}, fs.ErrNotExist},
		{"no message file", message.Message{Files: []message.File{{Path: "y", Type: "message/rfc822"}}}, fs.ErrNotExist},
		{"grown", message.Message{Files: []message.File{{Path: "x", Size: 4, ModTime: when}}}, message.ErrChanged},
		{"shrunk", message.Message{Files: []message.File{{Path: "x", Size: 6, ModTime: when}}}, message.ErrChanged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.m.Write(io.Discard, disk(files))
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
		})
	}
}

// TestWriteBroken: an error of the file, and of the writer at any octet, comes out.
func TestWriteBroken(t *testing.T) {
	broken := func(string) (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(io.ErrClosedPipe)), nil }
	for _, kind := range []string{"", "message/rfc822"} {
		m := message.Message{Files: []message.File{{Path: "x", Type: kind}}}
		if err := m.Write(io.Discard, broken); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("type %q: got %v", kind, err)
		}
	}
	m := message.Message{Fields: minimal, Text: "Grüße\n", HTML: "<p>\n", Files: []message.File{{Path: "x"}}}
	whole := write(t, m, map[string]string{"x": strings.Repeat("x", 100_000)})
	for n := 0; n < len(whole); n += len(whole) / 50 {
		w := &shortWriter{left: n}
		if err := m.Write(w, disk(map[string]string{"x": strings.Repeat("x", 100_000)})); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("writer that takes %d octets: got %v", n, err)
		}
	}
}

// shortWriter takes so many octets, and no more.
type shortWriter struct{ left int }

func (w *shortWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return w.left, io.ErrShortWrite
	}
	w.left -= len(p)
	return len(p), nil
}

// TestWriteMemory sends a file of 64 MB.
func TestWriteMemory(t *testing.T) {
	const size = 64 << 20
	f := message.File{Path: "x", Size: size, ModTime: time.Unix(1, 0)}
	open := func(string) (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zeros{}, size)), nil
	}
	var before, after runtime.MemStats
	var out counter
	runtime.ReadMemStats(&before)
	if err := (message.Message{Fields: minimal, Files: []message.File{f}}).Write(&out, open); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d octets were allocated on the way", used)
	}
	if frame := int64(out) - f.EncodedSize(); frame < 0 || frame > 1000 {
		t.Errorf("%d octets went out, of which the file has %d", out, f.EncodedSize())
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// TestBoundary: each is its own.
func TestBoundary(t *testing.T) {
	m := message.Message{Text: "a", HTML: "b"}
	var one, two bytes.Buffer
	if err := errors.Join(m.Write(&one, nil), m.Write(&two, nil)); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two messages have the same boundary")
	}
}

func ExampleMessage_Write() {
	m := message.Message{
		Fields: []message.Field{
			{Name: "Date", Value: "Tue, 2 Jan 2024 15:04:05 +0100"},
			{Name: "From", Value: "Jörg <joerg@example.org>"},
			{Name: "Subject", Value: "Grüße"},
		},
		Text: "Schöne Grüße\n",
	}
	var b strings.Builder
	if err := m.Write(&b, nil); err != nil {
		fmt.Println(err)
	}
	fmt.Print(strings.ReplaceAll(b.String(), "\r\n", "\n"))
	// Output:
	// Date: Tue, 2 Jan 2024 15:04:05 +0100
	// From: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>
	// Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
	// MIME-Version: 1.0
	// Content-Type: text/plain; charset=utf-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// Sch=C3=B6ne Gr=C3=BC=C3=9Fe
}
