package message

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrChanged is wrapped by Changed and Write where a file is not what it was
// when it was attached.
var ErrChanged = errors.New("changed since it was attached")

const (
	// maxName is the longest name a file gets, in octets; file systems stop at 255.
	maxName     = 200
	octetStream = "application/octet-stream"
)

// Attach looks at the file at path and returns it as an attachment: its path
// made absolute, its name, size and time, and its media type by its extension
// or else by its first octets. It must be a regular file that can be read.
func Attach(path string) (File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, fmt.Errorf("attach %q: %w; choose a file that can be read", path, reason(err))
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return File{}, fmt.Errorf("%q is a directory: choose one of the files in it", path)
	case !mode.IsRegular():
		return File{}, fmt.Errorf("%q is no regular file: copy what it gives into one", path)
	}
	kind, err := sniff(path)
	if err != nil {
		return File{}, fmt.Errorf("attach %q: %w; choose a file that can be read", path, reason(err))
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return File{}, fmt.Errorf("attach %q: %w", path, err)
	}
	return File{Path: whole, Name: cleanName(path), Type: kind, Size: info.Size(), ModTime: info.ModTime()}, nil
}

// reason is err without the path it holds: that is foreign text, and said before.
func reason(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}

// Changed says what became of the file since it was attached, or nil: it
// cannot be found or looked at, or, with ErrChanged, its size or time differs.
func (f File) Changed() error {
	info, err := os.Stat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%q is gone: put it back, or take it out of the message: %w", f.Path, fs.ErrNotExist)
	case err != nil:
		return fmt.Errorf("look at %q: %w; make it readable, or take it out of the message", f.Path, reason(err))
	case f.ModTime.IsZero():
		return nil
	case info.Size() != f.Size:
		return f.differs("it had %d octets then and has %d now", f.Size, info.Size())
	case !info.ModTime().Equal(f.ModTime):
		return f.differs("it was written to on %s", info.ModTime().Format("2 Jan 2006 15:04:05"))
	}
	return nil
}

func (f File) differs(how string, args ...any) error {
	return fmt.Errorf("%q has %w: %s; attach it again", f.Path, ErrChanged, fmt.Sprintf(how, args...))
}

// EncodedSize is how many octets the content takes as base64, each line with
// its CRLF (RFC 2045 §6.8).
func (f File) EncodedSize() int64 {
	characters := (f.Size + 2) / 3 * 4
	lines := (characters + base64Line - 1) / base64Line
	return characters + lines*int64(len("\r\n"))
}

// cleanName is the last element of a path of any system, printable and short.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == ".." || name == "/" {
		return "unnamed"
	}
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, name)
	if len(name) <= maxName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > maxName/10 {
		ext = ""
	}
	return cut(name, maxName-len(ext)) + ext
}

// cut is the beginning of s, at most n octets and no half characters.
func cut(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// part is the file as an entity of the message. The file is opened when the
// part is written, and for a message/rfc822 once before.
func (f File) part(open opener) (part, error) {
	kind, enc, err := f.transfer(open)
	if err != nil {
		return part{}, fmt.Errorf("attach %q: %w", f.Path, err)
	}
	if f.ID != "" && (!isName(f.ID) || strings.ContainsAny(f.ID, "<>")) {
		return part{}, fmt.Errorf("attach %q: the Content-ID %q has characters an id cannot have; take letters and digits", f.Path, f.ID)
	}
	name, shown := f.Name, "attachment"
	if name == "" {
		name = f.Path
	}
	if f.Inline {
		shown = "inline"
	}
	fields := []Field{
		{"Content-Type", kind},
		{"Content-Transfer-Encoding", string(enc)},
		{"Content-Disposition", mime.FormatMediaType(shown, map[string]string{"filename": cleanName(name)})},
	}
	if f.ID != "" {
		fields = append(fields, Field{"Content-ID", "<" + f.ID + ">"})
	}
	return part{
		fields:  fields,
		content: func(w io.Writer) error { return f.copy(w, open, enc) },
		wide:    enc == EightBit,
	}, nil
}

// transfer is the media type to name and the encoding for it. What holds
// messages or parts must not be encoded (RFC 2045 §6.4, RFC 2046 §5.2.1); where
// it cannot go as it stands it is a file of octets.
func (f File) transfer(open opener) (kind string, enc Encoding, err error) {
	if f.Type == "" {
		return octetStream, Base64, nil
	}
	kind, params, err := mime.ParseMediaType(f.Type)
	if err != nil || !strings.Contains(kind, "/") {
		return "", "", fmt.Errorf("the type %q is no media type; write one such as application/pdf", f.Type)
	}
	composite := strings.HasPrefix(kind, "message/") || strings.HasPrefix(kind, "multipart/")
	if !composite {
		return mime.FormatMediaType(kind, params), Base64, nil
	}
	if kind == "message/rfc822" {
		enc, err = f.asItStands(open)
	}
	if enc == "" {
		return octetStream, Base64, err
	}
	return kind, enc, err
}

// asItStands reads the file for the encoding it needs to go out without one;
// "" is none: a line is too long, or has a NUL or a lone CR.
func (f File) asItStands(open opener) (Encoding, error) {
	file, err := open(f.Path)
	if err != nil {
		return "", reason(err)
	}
	defer file.Close()
	enc, in := sevenBit, bufio.NewReaderSize(file, maxLine+len("\r\n"))
	for {
		line, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return "", reason(err)
		}
		text := bytes.TrimSuffix(line, []byte("\n"))
		if len(text) < len(line) {
			text = bytes.TrimSuffix(text, []byte("\r"))
		}
		if len(text) > maxLine || bytes.ContainsAny(text, "\r\x00") {
			return "", nil
		}
		if !isASCII(string(text)) {
			enc = EightBit
		}
		if errors.Is(err, io.EOF) {
			return enc, nil
		}
	}
}

// copy writes the content, and checks that it is as much as was attached.
func (f File) copy(w io.Writer, open opener, enc Encoding) error {
	file, err := open(f.Path)
	if err != nil {
		return fmt.Errorf("attach %q: %w", f.Path, reason(err))
	}
	defer file.Close()
	write := io.Copy
	if enc == Base64 {
		write = encodeBase64
	}
	n, err := write(w, file)
	if err != nil {
		return fmt.Errorf("attach %q: %w", f.Path, reason(err))
	}
	if !f.ModTime.IsZero() && n != f.Size {
		return f.differs("it had %d octets then and gave %d now", f.Size, n)
	}
	return nil
}
