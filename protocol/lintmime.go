package protocol

import (
	"bytes"
	"mime"
	"strings"
)

// multipart follows the parts of a message, those on top alone: what a part
// consists of is its own affair (RFC 2046 §5.1). The zero value is a message
// without parts.
type multipart struct {
	delimiter string // "--" and the boundary; "" for no parts
	field     int    // the line of Content-Type
	closed    bool   // the closing delimiter has come
	begun     tally  // the delimiter that was the line before
	misplaced tally  // what looks like a delimiter and should not
}

// multipartOf reads a Content-Type. One that cannot be read has no parts.
func multipartOf(f headerField) multipart {
	kind, params, err := mime.ParseMediaType(f.value)
	if err != nil || !strings.HasPrefix(kind, "multipart/") || params["boundary"] == "" {
		return multipart{}
	}
	return multipart{delimiter: "--" + params["boundary"], field: f.line}
}

// wants tells whether the text of a line that begins with c matters.
func (m *multipart) wants(c byte) bool {
	return m.delimiter != "" && (c == '-' || m.begun.times > 0)
}

// line takes the next line. A delimiter is recognized by its beginning alone,
// so that a line of text that begins so cuts the part in two; proper are only
// the delimiter with nothing but blanks behind it, and header or empty line
// next, and the closing one (RFC 2046 §5.1.1).
func (m *multipart) line(ln textLine, text []byte) {
	if before := m.begun; before.times > 0 && ln.octets > 0 && !beginsField(text) {
		m.misplaced.add(before.line, before.Span)
	}
	m.begun = tally{}
	rest, found := bytes.CutPrefix(text, []byte(m.delimiter))
	if !found {
		return
	}
	whole := len(text) == ln.octets
	switch end := string(bytes.TrimRight(rest, " \t")); {
	case whole && !m.closed && end == "":
		m.begun.add(ln.number, Span{0, ln.octets})
	case whole && !m.closed && end == "--":
		m.closed = true
	default:
		m.misplaced.add(ln.number, Span{0, ln.octets})
	}
}

// beginsField tells whether a line begins a header field.
func beginsField(text []byte) bool {
	name, _, found := strings.Cut(string(text), ":")
	return found && isFieldName(strings.TrimRight(name, " \t"))
}

// multipart judges what makes a message MIME.
func (l *Linter) multipart() {
	types := l.header.all("Content-Type")
	if len(types) > 0 && len(l.header.all("MIME-Version")) == 0 && !l.header.huge {
		l.note(versionRow, types[0].line, Span{0, len("Content-Type")})
	}
	l.noteAll(boundaryRow, l.parts.misplaced)
	if l.parts.delimiter != "" && !l.parts.closed {
		l.note(openRow, l.parts.field, Span{0, len("Content-Type")})
	}
}
