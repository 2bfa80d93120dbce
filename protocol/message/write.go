package message

import (
	"bufio"
	"crypto/rand"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/emersion/go-message/textproto"

	"smtpconsole/protocol"
)

// opener opens a file to be read.
type opener func(path string) (io.ReadCloser, error)

// Write writes the message to w as octets, all lines ended by CRLF. Files are
// opened by open, nil being os.Open, and streamed; memory does not grow with
// them. Nothing is written after an error, and what was written before it is
// no whole message.
//
// ASCII text alone goes out as it stands, with no MIME field added; so does
// text where the fields say themselves how it is encoded, and text without
// any field, which then is the whole message. Other text is UTF-8, or the
// charset unknown-8bit (RFC 1428) where it is not valid UTF-8; either way each
// octet arrives. Text and HTML are alternatives, the files of cid: links stand
// beside the HTML (RFC 2387), and the other files come behind.
//
// Errors: ErrFieldName; an Encoding or a Type that is none; a file that
// cannot be read, or, with ErrChanged, is not the one that was attached; and
// those of w.
func (m Message) Write(w io.Writer, open func(path string) (io.ReadCloser, error)) error {
	if open == nil {
		open = func(path string) (io.ReadCloser, error) { return os.Open(path) }
	}
	root, err := m.root(open)
	if err != nil {
		return err
	}
	header, err := m.header(root)
	if err != nil {
		return err
	}
	// Whatever is below, nothing but CRLF ends a line on the way out.
	buf := bufio.NewWriterSize(w, 64<<10)
	lines := protocol.NewLineWriter(buf)
	if header.Len() > 0 {
		if err := textproto.WriteHeader(lines, header); err != nil {
			return err
		}
	}
	if err := root.write(lines); err != nil {
		return err
	}
	if err := lines.Close(); err != nil {
		return err
	}
	return buf.Flush()
}

// header is the form's fields, and those of a composed body behind them.
func (m Message) header(root part) (textproto.Header, error) {
	fields := m.Fields
	if len(root.fields) > 0 {
		fields = slices.DeleteFunc(slices.Clone(fields), isMIME)
		fields = append(fields, Field{"MIME-Version", "1.0"})
		fields = append(fields, root.fields...)
	}
	return makeHeader(fields, m.UTF8)
}

// root is the body as a part. It has no fields where the text goes out as it stands.
func (m Message) root(open opener) (part, error) {
	if m.plain() {
		return part{content: func(w io.Writer) error { return writeTyped(w, m.Text) }}, nil
	}
	var beside, behind []part
	for _, f := range m.Files {
		p, err := f.part(open)
		if err != nil {
			return part{}, err
		}
		if m.shows(f) {
			beside = append(beside, p)
		} else {
			behind = append(behind, p)
		}
	}
	parts, err := m.texts(beside)
	if err != nil {
		return part{}, err
	}
	if len(parts) > 1 {
		parts = []part{m.multi("multipart/alternative", nil, parts)}
	}
	if len(behind) > 0 {
		return m.multi("multipart/mixed", nil, append(parts, behind...)), nil
	}
	return parts[0], nil
}

// plain tells whether the text goes out as it stands.
func (m Message) plain() bool {
	if m.HTML != "" || len(m.Files) > 0 {
		return false
	}
	return len(m.Fields) == 0 || slices.ContainsFunc(m.Fields, isMIME) || m.Encoding == Auto && isASCII(m.Text)
}

// shows tells whether the HTML shows f.
func (m Message) shows(f File) bool {
	return f.Inline && f.ID != "" && strings.Contains(m.HTML, "cid:"+f.ID)
}

// texts are the parts of Text and HTML, the latter with the files it shows.
func (m Message) texts(shown []part) ([]part, error) {
	var parts []part
	if m.Text != "" || m.HTML == "" && len(m.Files) == 0 {
		p, err := textPart("text/plain", m.Text, m.Encoding)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	if m.HTML == "" {
		return parts, nil
	}
	p, err := textPart("text/html", m.HTML, m.Encoding)
	if len(shown) > 0 {
		p = m.multi("multipart/related", map[string]string{"type": "text/html"}, append([]part{p}, shown...))
	}
	return append(parts, p), err
}

func (m Message) boundary() string {
	if m.Boundary != nil {
		return m.Boundary()
	}
	return rand.Text()
}
