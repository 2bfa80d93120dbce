package history

import (
	"bufio"
	"errors"
	"fmt"
	"html"
	"io"
	"strings"
)

// maxImport bounds a text that is imported, in octets.
const maxImport = 1 << 30

// sampleSize is how much of a text is looked at to guess its format.
const sampleSize = 64 << 10

var (
	errImportLine  = fmt.Errorf("a line is longer than %d octets: this is not the text of a dialogue", maxLine)
	errImportUTF16 = errors.New("the text is UTF-16: convert it first, as with iconv -f utf-16 -t utf-8")
	errImportSize  = fmt.Errorf("the text is larger than %d octets: cut out the part with the dialogue", maxImport)
)

// textLine is one line of a text.
type textLine struct {
	number int    // from 1
	text   string // without its line end
}

// textReader reads the lines of a text with one line of foresight.
type textReader struct {
	in       *bufio.Reader
	size     int  // octets read
	number   int  // lines given
	unescape bool // the text is HTML's source
	quoted   bool // each line begins with ">", as mail quotes it
	ahead    *textLine
	err      error // what follows behind ahead
}

func newTextReader(r io.Reader) *textReader {
	t := &textReader{in: bufio.NewReaderSize(r, sampleSize)}
	if b, _ := t.in.Peek(3); string(b) == "\ufeff" {
		_, _ = t.in.Discard(3)
	}
	if b, _ := t.in.Peek(2); string(b) == "\xff\xfe" || string(b) == "\xfe\xff" {
		t.err = errImportUTF16
	}
	t.unescape, t.quoted = escaped(t.sample()), isQuoted(t.sample())
	return t
}

// sample is the beginning of the text, with HTML's entities read where it has
// them. An error of the reading comes again where the lines are read.
func (t *textReader) sample() string {
	b, _ := t.in.Peek(sampleSize)
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		out.WriteString(t.plain([]byte(line)) + "\n")
	}
	return out.String()
}

// escaped tells whether the text was copied from HTML's source: a path then
// begins with an entity.
func escaped(sample string) bool {
	upper := strings.ToUpper(sample)
	for _, opening := range []string{"&LT;", "&#60;", "&#X3C;"} {
		if strings.Contains(upper, "FROM:"+opening) || strings.Contains(upper, "TO:"+opening) {
			return true
		}
	}
	return false
}

// next returns the next line. The error is io.EOF at the end, or final.
func (t *textReader) next() (textLine, error) {
	ln, err := t.peek()
	if err == nil {
		t.ahead = nil
		t.number = ln.number
	}
	return ln, err
}

// peek returns the line that next will return.
func (t *textReader) peek() (textLine, error) {
	if t.ahead == nil && t.err == nil {
		text, err := t.read()
		if err != nil {
			t.err = err
		} else {
			t.ahead = &textLine{number: t.number + 1, text: text}
		}
	}
	if t.ahead == nil {
		return textLine{}, t.err
	}
	return *t.ahead, nil
}

// read reads a line and takes its line end away.
func (t *textReader) read() (string, error) {
	var line []byte
	for {
		part, err := t.in.ReadSlice('\n')
		line = append(line, part...)
		t.size += len(part)
		switch {
		case len(line) > maxLine:
			return "", errImportLine
		case t.size > maxImport:
			return "", errImportSize
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(line) == 0):
			return "", err
		}
		return t.plain(line), nil
	}
}

// plain is a line without its line end, and without what was put around it on its
// way here.
func (t *textReader) plain(line []byte) string {
	text := strings.TrimRight(string(line), "\r\n")
	if strings.Contains(text, "\x1b[") {
		text = withoutColours(text)
	}
	if t.quoted {
		text = dedentOne(strings.TrimPrefix(text, ">"))
	}
	if t.unescape {
		text = html.UnescapeString(withoutTags(text))
	}
	return text
}

// isQuoted tells whether each line of a text begins with ">" but those that are
// empty, and some hold marks behind it.
func isQuoted(sample string) bool {
	marked := false
	for line := range strings.Lines(sample) {
		line = strings.TrimSpace(line)
		said, quoted := strings.CutPrefix(line, "> ")
		if line != "" && line != ">" && !quoted {
			return false
		}
		by, _ := cutLabel(said, labels())
		marked = marked || by == theServer || isReply(said)
	}
	return marked
}

// withoutColours is a line of a terminal's text without the sequences that set
// colours and the like: CSI, parameters and a final octet (ECMA-48 §5.4).
func withoutColours(line string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(line, "\x1b[")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		rest = strings.TrimLeft(rest, "0123456789;:?")
		line = rest[min(1, len(rest)):]
	}
}

// withoutTags is a line of HTML's source without its tags. What the page shows
// between angle brackets is an entity there.
func withoutTags(line string) string {
	var out strings.Builder
	for {
		before, rest, _ := strings.Cut(line, "<")
		tag, after, closed := strings.Cut(rest, ">")
		if !closed {
			return out.String() + line
		}
		out.WriteString(before)
		if name := strings.TrimLeft(tag, "/!"); name == "" || !isWordRune(rune(name[0])) {
			out.WriteString("<" + tag + ">")
		}
		line = after
	}
}

// indentation is how many octets of blanks a line begins with.
func indentation(line string) int { return len(line) - len(trimIndent(line)) }

// trimIndent is line without the blanks it begins with; what a web page has for
// blanks among them.
func trimIndent(line string) string { return strings.TrimLeft(line, " \t\u00a0") }

// dedent takes up to n octets of blanks away.
func dedent(line string, n int) string { return line[min(n, indentation(line)):] }
