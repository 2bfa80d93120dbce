package message_test

import (
	"errors"
	"io/fs"
	"mime"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"smtpconsole/protocol/message"
)

func put(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAttach(t *testing.T) {
	tests := []struct{ name, content, kind string }{
		{"a.pdf", "x", "application/pdf"},
		{"A.TXT", "\x00", "text/plain"},
		{"a.eml", "x", "message/rfc822"},
		{"page.html", "x", "text/html"},
		{"pdf", "%PDF-1.7", "application/pdf"},
		{"png", "\x89PNG\r\n\x1a\n", "image/png"},
		{"text", "Grüße\n\tx", "text/plain"},
		{"cut", strings.Repeat("x", 511) + "ü", "text/plain"},
		{"latin", "Gr\xfc\xdfe und mehr", "application/octet-stream"},
		{"empty", "", "text/plain"},
		{"a.no-such-extension", "a\x00b", "application/octet-stream"},
	}
	for _, tt := range tests {
		path := put(t, tt.name, tt.content)
		f, err := message.Attach(path)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if f.Path != path || f.Name != tt.name || f.Type != tt.kind || f.Size != int64(len(tt.content)) || f.ModTime.IsZero() {
			t.Errorf("%s: got %+v, want the type %s", tt.name, f, tt.kind)
		}
		if err := f.Changed(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestAttachRelative: a draft may be opened from another directory.
func TestAttachRelative(t *testing.T) {
	path := put(t, "x.txt", "x")
	t.Chdir(filepath.Dir(path))
	f, err := message.Attach("x.txt")
	if err != nil || !filepath.IsAbs(f.Path) {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestAttachRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := message.Attach(dir); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: got %v", err)
	}
	if _, err := message.Attach(filepath.Join(dir, "x\x1b[2J")); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("a missing file: got %v", err)
	}
	socket := filepath.Join(dir, "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer ln.Close()
	if _, err := message.Attach(socket); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a socket: got %v", err)
	}
}

func TestChanged(t *testing.T) {
	path := put(t, "x.txt", "12345")
	f, err := message.Attach(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, f.ModTime.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := f.Changed(); !errors.Is(err, message.ErrChanged) {
		t.Errorf("written to: got %v", err)
	}
	if err := os.Truncate(path, 3); err != nil {
		t.Fatal(err)
	}
	if err := f.Changed(); !errors.Is(err, message.ErrChanged) || !strings.Contains(err.Error(), "5") {
		t.Errorf("shorter: got %v", err)
	}
	if err := (message.File{Path: path}).Changed(); err != nil {
		t.Errorf("never looked at: got %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Changed(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: got %v", err)
	}
	if err := (message.File{Path: filepath.Join(path, "below")}).Changed(); err == nil {
		t.Error("a file in a file that is gone has not changed")
	}
}

// TestEncodedSize compares with what is written.
func TestEncodedSize(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 56, 57, 58, 114, 115, 1000, 512 * 57, 512*57 + 1, 100_000} {
		f := message.File{Path: "x", Size: int64(n), ModTime: time.Unix(1, 0)}
		files := map[string]string{"x": strings.Repeat("x", n)}
		got := write(t, message.Message{Files: []message.File{f}}, files)
		_, body, _ := strings.Cut(got, "filename=x\r\n\r\n")
		body, _, _ = strings.Cut(body, "--b1--")
		if n == 0 {
			body = strings.TrimPrefix(body, "\r\n") // The delimiter's own line end is all there is.
		}
		if int64(len(body)) != f.EncodedSize() {
			t.Errorf("%d octets take %d, EncodedSize says %d", n, len(body), f.EncodedSize())
		}
	}
}

func TestFileNames(t *testing.T) {
	tests := []struct{ path, name, want string }{
		{"/a/b.pdf", "", "b.pdf"},
		{"/a/b.pdf", "c d.pdf", "c d.pdf"},
		{"x", "../../x", "x"},
		{"x", `C:\dir\x.doc`, "x.doc"},
		{"x", "a\r\nb", "a__b"},
		{"x", "a\x00\x1b[2J\u202efdp.exe", "a__[2J_fdp.exe"},
		{"x", "ü.pdf", "ü.pdf"},
		{"x", `a"b\`, `a"b`},
		{"x", `a"b;c=d`, `a"b;c=d`},
		{"x", "..", "unnamed"},
		{"x", "/", "unnamed"},
		{"x", strings.Repeat("long", 100) + ".tar.gz", strings.Repeat("long", 100)[:197] + ".gz"},
		{"x", strings.Repeat("ü", 200) + ".pdf", strings.Repeat("ü", 98) + ".pdf"},
		{"x", "a." + strings.Repeat("long", 100), ("a." + strings.Repeat("long", 100))[:200]},
	}
	for _, tt := range tests {
		m := message.Message{Files: []message.File{{Path: tt.path, Name: tt.name}}}
		got := write(t, m, map[string]string{tt.path: ""})
		_, value, _ := strings.Cut(got, "Content-Disposition: ")
		value, _, _ = strings.Cut(value, "\r\n\r\n")
		_, params, err := mime.ParseMediaType(strings.ReplaceAll(value, "\r\n", ""))
		if name := params["filename"]; err != nil || name != tt.want || strings.ContainsFunc(name, unicode.IsControl) {
			t.Errorf("%q, %q: got %q (%q), want %q", tt.path, tt.name, name, value, tt.want)
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r > '~' }) {
			t.Errorf("%q, %q: %q is not ASCII", tt.path, tt.name, value)
		}
	}
}

// TestWriteMessage: what holds a message goes out as it stands or as octets.
func TestWriteMessage(t *testing.T) {
	head := "Subject: x\n\n"
	tests := []struct{ name, kind, content, wantKind, wantEnc, wantOuter string }{
		{"LF", "message/rfc822", head + "text\n", "message/rfc822", "7bit", ""},
		{"CRLF", "message/rfc822", crlf(head + "text\n"), "message/rfc822", "7bit", ""},
		{"empty", "message/rfc822", "", "message/rfc822", "7bit", ""},
		{"8-bit", "message/rfc822", head + "Grüße", "message/rfc822", "8bit", "8bit"},
		{"998", "message/rfc822", crlf(head + strings.Repeat("x", 998) + "\n"), "message/rfc822", "7bit", ""},
		{"999", "message/rfc822", head + strings.Repeat("x", 999) + "\n", "application/octet-stream", "base64", ""},
		{"5000", "message/rfc822", head + strings.Repeat("x", 5000), "application/octet-stream", "base64", ""},
		{"CR", "message/rfc822", head + "a\rb\n", "application/octet-stream", "base64", ""},
		{"CR at the end", "message/rfc822", head + "a\r", "application/octet-stream", "base64", ""},
		{"NUL", "message/rfc822", head + "a\x00b\n", "application/octet-stream", "base64", ""},
		{"partial", "message/partial; id=x", head, "application/octet-stream", "base64", ""},
		{"multipart", "multipart/mixed; boundary=x", head, "application/octet-stream", "base64", ""},
		{"charset", "text/plain; charset=iso-8859-1", "x", "text/plain; charset=iso-8859-1", "base64", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := message.Message{Fields: minimal, Files: []message.File{{Path: "x.eml", Type: tt.kind}}}
			got := write(t, m, map[string]string{"x.eml": tt.content})
			part := "--b1\r\nContent-Type: " + tt.wantKind + "\r\nContent-Transfer-Encoding: " + tt.wantEnc + "\r\n"
			if !strings.Contains(got, part) {
				t.Errorf("no %q in %q", part, got)
			}
			if outer, _, _ := strings.Cut(got, "\r\n\r\n"); strings.Contains(outer, "Content-Transfer-Encoding: 8bit") != (tt.wantOuter == "8bit") {
				t.Errorf("the outer header is %q", outer)
			}
			if lines := strings.ReplaceAll(got, "\r\n", ""); strings.ContainsAny(lines, "\r\n") {
				t.Errorf("a lone CR or LF in %q", got)
			}
			if as := crlf(strings.ReplaceAll(tt.content, "\r\n", "\n")); tt.wantEnc != "base64" && !strings.Contains(got, "\r\n\r\n"+as+"\r\n--b1--") {
				t.Errorf("the content is not in %q", got)
			}
		})
	}
}
