package console

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"smtpconsole/protocol"
)

// file makes a file with this text and returns its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mail.eml")
	writeFile(t, path, text)
	return path
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readAll opens o and reads it.
func readAll(t *testing.T, o Octets) (string, error) {
	t.Helper()
	r, err := o.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	return string(b), err
}

// codes are those of remarks from a severity up.
func codes(remarks []protocol.MessageRemark, least protocol.Severity) []string {
	var list []string
	for _, r := range remarks {
		if r.Severity >= least {
			list = append(list, r.Code)
		}
	}
	return list
}

const fullHeader = "From: a@example.org\nDate: Tue, 2 Jan 2024 15:04:05 +0100\nMessage-ID: <1@example.org>\n"

// TestReadFile: a text file's line ends are mended on the way, so they hold
// nothing up; its octets can be had again and again, as they stand.
func TestReadFile(t *testing.T) {
	const text = fullHeader + "\nGr\xc3\xbc\xc3\x9fe\n.dot"
	o, remarks, err := ReadFile(file(t, text), protocol.State{})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(len(text)); o.Facts.Exact != want || o.Facts.Size != want+7 || !o.Facts.EightBit || o.Part {
		t.Errorf("%+v, part %v", o.Facts, o.Part)
	}
	if got := codes(remarks, protocol.Warning); got != nil {
		t.Errorf("remarks %q", got)
	}
	if got := codes(remarks, protocol.Hint); !slices.Contains(got, "line.lf") {
		t.Errorf("remarks %q", got)
	}
	for range 2 {
		if got, err := readAll(t, o); got != text || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

// TestReadFileRefuses: each kind of thing that holds no message has its
// sentence, with the name in it.
func TestReadFileRefuses(t *testing.T) {
	dir := t.TempDir()
	for path, says := range map[string]string{
		dir:                             "is a directory",
		filepath.Join(dir, "missing"):   "there is no file",
		filepath.Join(dir, "a", "b.ml"): "there is no file",
		os.DevNull:                      "is a device",
	} {
		o, _, err := ReadFile(path, protocol.State{})
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), `"`+path+`"`) || o.Open != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, _, err := ReadFile(filepath.Join(dir, "missing"), protocol.State{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap its cause", err)
	}
	if err := unreadable("x", &fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}); !strings.Contains(err.Error(), "permissions") {
		t.Error(err)
	}
}

// TestChanged: what is sent is what was looked at, or nothing.
func TestChanged(t *testing.T) {
	later := time.Now().Add(time.Minute)
	for name, change := range map[string]func(path string) error{
		"other size": func(path string) error { return os.WriteFile(path, []byte("12345"), 0o600) },
		"other time": func(path string) error { return os.Chtimes(path, later, later) },
		"gone":       os.Remove,
		"directory":  func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	} {
		o, _, err := ReadFile(file(t, "1234"), protocol.State{})
		if err != nil {
			t.Fatal(err)
		}
		if err := change(o.Path); err != nil {
			t.Fatal(err)
		}
		changed := strings.HasPrefix(name, "other")
		if _, err := readAll(t, o); err == nil || errors.Is(err, ErrChanged) != changed {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestChangesWhileRead: the end is only reached where the file is still the same.
func TestChangesWhileRead(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"grows":   func(path string) error { return os.WriteFile(path, []byte("123456789"), 0o600) },
		"shrinks": func(path string) error { return os.Truncate(path, 3) },
	} {
		o, _, err := ReadFile(file(t, "12345678"), protocol.State{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := o.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadFull(r, make([]byte, 2)); err != nil {
			t.Fatal(err)
		}
		if err := change(o.Path); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(r)
		if !errors.Is(err, ErrChanged) || len(rest) > 6 {
			t.Errorf("%s: %q, %v", name, rest, err)
		}
	}
}

// TestSkimFile looks at the beginning of what is large, and says so.
func TestSkimFile(t *testing.T) {
	for _, end := range []string{"\n", "\r\n"} {
		line := strings.Repeat("x", 71) + "\n"
		large := fullHeader + "Content-Type: multipart/mixed; boundary=b\nMIME-Version: 1.0\n\n--b\n\n" + strings.Repeat(line, largeFile/len(line)+1000)
		large = strings.ReplaceAll(large, "\n", end)
		o, remarks, err := SkimFile(file(t, large), protocol.State{})
		if err != nil {
			t.Fatal(err)
		}
		whole, err := o.counted()
		if err != nil {
			t.Fatal(err)
		}
		exact := int64(len(large))
		if !o.Part || o.Facts.Exact != exact || whole.Part || whole.Facts.Exact != exact {
			t.Errorf("%+v, %+v", o, whole)
		}
		if off := o.Facts.Size - whole.Facts.Size; off < -1000 || off > 1000 || end == "\r\n" && off != 0 {
			t.Errorf("the estimate %d is %d off", o.Facts.Size, off)
		}
		if got := codes(remarks, protocol.Warning); got != nil {
			t.Errorf("remarks %q: the end was not looked at", got)
		}
	}
	small, _, err := SkimFile(file(t, fullHeader), protocol.State{})
	if err != nil || small.Part {
		t.Errorf("%+v, %v", small, err)
	}
}

// TestSpool keeps what is written in a file nobody else can find.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	o, remarks, err := Spool(protocol.State{}, func(w io.Writer) error { _, err := io.WriteString(w, "no header\x00"); return err })
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v can be seen", left)
	}
	for range 2 {
		if got, err := readAll(t, o); got != "no header\x00" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	if !slices.Contains(codes(remarks, protocol.Error), "line.nul") {
		t.Errorf("%+v", remarks)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	failed := errors.New("no more")
	if _, _, err := Spool(protocol.State{}, func(io.Writer) error { return failed }); !errors.Is(err, failed) {
		t.Error(err)
	}
	t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
	if _, _, err := Spool(protocol.State{}, func(io.Writer) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestCleanReader delivers what DATA would, whatever the pieces.
func TestCleanReader(t *testing.T) {
	for _, text := range []string{"", "a", "a\n", "a\r\nb\r\n", "\r\r\n\n\r", "a\rb\nc\r\n", strings.Repeat("x\n", readSize)} {
		var want bytes.Buffer
		lines := protocol.NewLineWriter(&want)
		_, _ = io.WriteString(lines, text)
		_ = lines.Close()
		for _, in := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
			got, err := io.ReadAll(newCleanReader(in))
			if err != nil || !bytes.Equal(got, want.Bytes()) {
				t.Errorf("%.20q: %.20q, %v", text, got, err)
			}
		}
	}
	if err := iotest.TestReader(newCleanReader(strings.NewReader("a\nb\rc")), []byte("a\r\nb\r\nc\r\n")); err != nil {
		t.Error(err)
	}
	failed := errors.New("no more")
	if _, err := io.ReadAll(newCleanReader(iotest.ErrReader(failed))); !errors.Is(err, failed) {
		t.Error(err)
	}
}

// TestExactly: the last octets come only where the count was right.
func TestExactly(t *testing.T) {
	for _, c := range []struct {
		text  string
		count int64
		got   string
		err   error
	}{
		{"abcd", 4, "abcd", nil},
		{"", 0, "", nil},
		{"abcde", 4, "", ErrChanged},
		{"abc", 4, "abc", io.EOF},
	} {
		r := newExactly(strings.NewReader(c.text), c.count)
		p := make([]byte, c.count)
		n, err := io.ReadFull(r, p)
		if c.err == io.EOF && err == io.ErrUnexpectedEOF {
			err = io.EOF
		}
		if string(p[:n]) != c.got || !errors.Is(err, c.err) {
			t.Errorf("%q of %d: %q, %v", c.text, c.count, p[:n], err)
		}
	}
}

func TestParseSize(t *testing.T) {
	for in, want := range map[string]int64{"0": 0, "65536": 65536, "64K": 65536, "64k": 65536, "10M": 10 << 20, "1G": 1 << 30} {
		if got, err := ParseSize(in); got != want || err != nil {
			t.Errorf("%s: %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "K", "-1", "-1K", "1.5M", "1T", "99999999999G", "9223372036854775808", " 1", "1ı"} {
		if n, err := ParseSize(in); err == nil {
			t.Errorf("%q: %d", in, n)
		}
	}
}

func TestKeepMax(t *testing.T) {
	for _, c := range []struct {
		in, shown string
		octets    int64
	}{{"10M", "10485760", 10 << 20}, {"0", "0", 0}, {"all", "all", 1<<63 - 1}, {"", "32M", 32 << 20}} {
		var k KeepMax
		if err := k.Set(c.in); (err != nil) != (c.in == "") || k.octets() != c.octets || k.String() != c.shown {
			t.Errorf("%q: %d, shown as %q, %v", c.in, k.octets(), k.String(), err)
		}
	}
}
