package message

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/textproto"
)

// ReadMax is the longest message, in octets, that Read takes.
const ReadMax = 1 << 20

// ErrLarge is wrapped by Read for a message over ReadMax.
var ErrLarge = errors.New("too large for a form; send it from its file")

// Read reads a message, its lines ended by CRLF or LF, into a form. A text
// that does not begin with a header is Text alone, without Fields.
//
// With it comes what the form cannot hold, each a phrase such as
// `an attachment "x.pdf" of 12 KB`. Where there is none, Write gives the
// octets of r again, but for a random boundary and with all lines ended by
// CRLF: Read has tried it. Where there is one, whoever goes on with the
// Message loses that, and had better stay with the source. Read makes no
// Files.
//
// The error is r's, or wraps ErrLarge.
func Read(r io.Reader) (Message, []string, error) {
	octets, err := io.ReadAll(io.LimitReader(r, ReadMax+1))
	switch {
	case err != nil:
		return Message{}, nil, fmt.Errorf("read the message: %w", err)
	case len(octets) > ReadMax:
		return Message{}, nil, fmt.Errorf("the message has over %d octets: %w", ReadMax, ErrLarge)
	}
	rd := reading{source: strings.ReplaceAll(string(octets), "\r\n", "\n")}
	rd.parse()
	if len(rd.lost) == 0 {
		for _, m := range rd.candidates() {
			if rd.written(m) == rd.original() {
				return m, nil, nil
			}
		}
	}
	return rd.m, rd.losses(), nil
}

// reading is one run of Read.
type reading struct {
	source   string   // its lines ended by LF
	fields   []Field  // the whole header
	raw      []string // each of the fields as it stands, with CRLF
	body     string   // as it stands
	asIs     bool     // body is text that nobody need decode
	boundary string   // of the body
	m        Message  // what the form would show
	shown    []string // media types of the texts in m
	files    int      // parts that are no text of m
	lost     []string
}

func (rd *reading) lose(format string, args ...any) {
	rd.lost = append(rd.lost, fmt.Sprintf(format, args...))
}

// parse fills in everything but the Encoding.
func (rd *reading) parse() {
	in := bufio.NewReader(strings.NewReader(rd.source))
	header, err := textproto.ReadHeader(in)
	rd.split(header)
	if len(rd.fields) == 0 || !isName(rd.fields[0].Name) {
		rd.fields, rd.m.Text = nil, rd.source
	} else if err != nil || slices.ContainsFunc(rd.fields, func(f Field) bool { return !isName(f.Name) }) {
		rd.fields, rd.m.Text = nil, rd.source
		rd.lose("a line in the header that is no field, with no empty line before it")
	} else {
		body, _ := io.ReadAll(in) // A strings.Reader has no errors.
		rd.body = string(body)
		rd.m.Fields = slices.DeleteFunc(slices.Clone(rd.fields), isMIME)
		rd.m.UTF8 = !isASCII(strings.Join(rd.raw, ""))
		rd.parts(header)
	}
	if !utf8.ValidString(strings.Join(rd.raw, "") + rd.m.Text + rd.m.HTML) {
		rd.lose("octets that are no UTF-8")
	}
}

// split takes the header apart. The value is what stands between the colon, with
// a blank, and the end, without the line ends (RFC 5322 §2.2.3).
func (rd *reading) split(header textproto.Header) {
	for fields := header.Fields(); fields.Next(); {
		raw, err := fields.Raw()
		if err != nil {
			continue // Only a field that was not read can have an error.
		}
		name, value, _ := strings.Cut(string(raw), ":")
		name = strings.TrimRight(name, " \t")
		value = strings.TrimPrefix(strings.ReplaceAll(value, "\r\n", ""), " ")
		rd.raw = append(rd.raw, string(raw))
		rd.fields = append(rd.fields, Field{name, clean(decode(name, value))})
	}
}

// candidates are the forms that could give the original, the best first.
func (rd *reading) candidates() []Message {
	var list []Message
	for _, enc := range []Encoding{Auto, QuotedPrintable, Base64, EightBit} {
		m := rd.m
		m.Encoding = enc
		list = append(list, m)
	}
	if rd.asIs {
		list = append(list, Message{Fields: rd.fields, Text: rd.body, UTF8: rd.m.UTF8})
	}
	return list
}

// original is the source as Write has to give it.
func (rd *reading) original() string {
	source := rd.source
	if source != "" && !strings.HasSuffix(source, "\n") {
		source += "\n"
	}
	return strings.ReplaceAll(source, "\n", "\r\n")
}

// written is what becomes of m, with the original's boundary. A form that
// cannot be written gives what is no original.
func (rd *reading) written(m Message) string {
	var b strings.Builder
	m.Boundary = func() string { return rd.boundary }
	if err := m.Write(&b, nil); err != nil {
		return err.Error()
	}
	return b.String()
}
