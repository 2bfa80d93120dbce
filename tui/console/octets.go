package console

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// Octets are the octets of a message. They can be read more than once, each
// reader from the first octet on. The zero Octets are no message: ReadFile,
// SkimFile, Spool and Text make them.
type Octets struct {
	// Open returns a reader, which the caller closes. It fails where the octets
	// are no longer those that were looked at, and so do the reader's methods.
	Open func() (io.ReadCloser, error)
	// Path is the file they are in, as its user named it; "" for none.
	Path string
	// Facts are what they demand of a server.
	Facts protocol.MessageFacts
	// Part is true where only the beginning of a large file was looked at. Size
	// is then an estimate, as RFC 1870 §3 allows, and Exact the file's size; the
	// other facts, and the remarks, are those of the beginning.
	Part bool

	close func() error // nil: nothing to give back
}

// Close gives back what the octets take up outside memory. It may be called
// more than once, and by who has the zero Octets.
func (o Octets) Close() error {
	if o.close == nil {
		return nil
	}
	return o.close()
}

// ReadFile looks at the whole file at path and returns what there is to say of
// it as the message of the session in state st. The file stays where it is:
// nothing of it is held in memory, and Open finds out where it vanished or
// changed. The errors say what is wrong with the file, and ErrChanged is
// wrapped where it changed meanwhile.
func ReadFile(path string, st protocol.State) (Octets, []protocol.MessageRemark, error) {
	return look(path, st, math.MaxInt64)
}

const (
	// largeFile is from where on SkimFile does not look at all of a file, in
	// octets: to look at more takes as long as to send it.
	largeFile = 16 << 20
	// skimmed is how much of such a file it looks at.
	skimmed = 1 << 20
)

// SkimFile is ReadFile for who cannot wait: of a file larger than 16 MiB it
// looks at the beginning only, and says so in Part.
func SkimFile(path string, st protocol.State) (Octets, []protocol.MessageRemark, error) {
	return look(path, st, largeFile)
}

// look looks at the file at path, and at the beginning only where it has more
// than most octets.
func look(path string, st protocol.State, most int64) (Octets, []protocol.MessageRemark, error) {
	f, seen, err := openMessage(path)
	if err != nil {
		return Octets{}, nil, err
	}
	defer f.Close()
	part, through := seen.size > most, pour
	if part {
		through = skim
	}
	l := protocol.NewLinter(st)
	if err := through(l, seen.reader(f)); err != nil {
		return Octets{}, nil, err
	}
	o := Octets{Open: seen.open, Path: path, Facts: l.Facts(), Part: part}
	remarks := mended(l.Remarks())
	if part {
		o.Facts = estimated(o.Facts, seen.size)
		remarks = slices.DeleteFunc(remarks, ofTheEnd)
	}
	return o, remarks, nil
}

// readSize is how much of a file is read at a time.
const readSize = 256 << 10

// pour copies what r has to w in large pieces.
func pour(w io.Writer, r io.Reader) error {
	_, err := io.CopyBuffer(struct{ io.Writer }{w}, r, make([]byte, readSize))
	return err
}

// skim copies the beginning of r to w, up to the end of a line.
func skim(w io.Writer, r io.Reader) error {
	b := make([]byte, skimmed)
	if _, err := io.ReadFull(r, b); err != nil {
		return err
	}
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		b = b[:i+1]
	}
	_, err := w.Write(b)
	return err
}

// estimated are the facts of a text of size octets that begins with one of
// facts f.
func estimated(f protocol.MessageFacts, size int64) protocol.MessageFacts {
	f.Size = int64(math.Ceil(float64(size) * float64(f.Size) / float64(f.Exact)))
	f.Exact = size
	return f
}

// ofTheEnd tells whether a remark says what a text lacks at its end.
func ofTheEnd(r protocol.MessageRemark) bool { return r.Code == "mime.open" }

// mendedLines are the remarks on line ends that DATA, and BDAT where it is not
// binary, put right on the way: text files have such lines.
var mendedLines = map[string]struct {
	severity protocol.Severity
	message  string
}{
	"line.lf": {protocol.Hint, "; it goes out as CRLF"},
	"line.cr": {protocol.Warning, "; it goes out as CRLF, which ends the line there"},
}

// mended makes of remarks on a text those on what arrives of it.
func mended(remarks []protocol.MessageRemark) []protocol.MessageRemark {
	for i, r := range remarks {
		if row, ok := mendedLines[r.Code]; ok {
			remarks[i].Severity = row.severity
			remarks[i].Message += row.message
		}
	}
	return remarks
}

// Text makes Octets of a text that is in memory, as ReadFile does of a file.
func Text(text string, st protocol.State) (Octets, []protocol.MessageRemark) {
	l := protocol.NewLinter(st)
	_, _ = io.WriteString(l, text)
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	return Octets{Open: open, Facts: l.Facts()}, mended(l.Remarks())
}
