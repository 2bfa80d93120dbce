package message

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/textproto"

	"smtpconsole/protocol"
)

// maxLine is the longest line, without CRLF, that a server must take
// (RFC 5321 §4.5.3.1.6).
const maxLine = 998

// part is a MIME entity (RFC 2045 §2.4): content, or parts.
type part struct {
	fields   []Field
	content  func(w io.Writer) error // writes it encoded
	boundary string                  // between parts
	parts    []part
	wide     bool // octets above 127 go out as they are
}

func (p part) write(w io.Writer) error {
	if p.content != nil {
		return p.content(w)
	}
	mw := textproto.NewMultipartWriter(w)
	if err := mw.SetBoundary(p.boundary); err != nil {
		return fmt.Errorf("boundary %q: %w", p.boundary, err)
	}
	for _, sub := range p.parts {
		header, err := makeHeader(sub.fields, false)
		if err != nil {
			return err
		}
		pw, err := mw.CreatePart(header)
		if err != nil {
			return err
		}
		if err := sub.write(pw); err != nil {
			return err
		}
	}
	return mw.Close()
}

// multi puts parts together. Its encoding has to tell of octets above 127 in
// any of them, and can be no other (RFC 2045 §6.4).
func (m Message) multi(kind string, params map[string]string, parts []part) part {
	p := part{parts: parts, boundary: m.boundary()}
	all := map[string]string{"boundary": p.boundary}
	maps.Copy(all, params)
	p.fields = []Field{{"Content-Type", mime.FormatMediaType(kind, all)}}
	if slices.ContainsFunc(parts, func(sub part) bool { return sub.wide }) {
		p.wide = true
		p.fields = append(p.fields, Field{"Content-Transfer-Encoding", string(EightBit)})
	}
	return p
}

// encoders write text in each Encoding.
var encoders = map[Encoding]func(w io.Writer, text string) error{
	sevenBit:        writeTyped,
	EightBit:        writeTyped,
	QuotedPrintable: writeQuoted,
	Base64:          writeBase64,
}

// textPart is text of a media type such as text/html.
func textPart(kind, text string, enc Encoding) (part, error) {
	if enc == Auto {
		enc = choose(text)
	}
	write, ok := encoders[enc]
	if !ok {
		return part{}, fmt.Errorf("encoding %q is none for a text; take 8bit, quoted-printable or base64", enc)
	}
	charset := "utf-8"
	if !utf8.ValidString(text) {
		charset = "unknown-8bit"
	}
	return part{
		fields: []Field{
			{"Content-Type", mime.FormatMediaType(kind, map[string]string{"charset": charset})},
			{"Content-Transfer-Encoding", string(enc)},
		},
		content: func(w io.Writer) error { return write(w, text) },
		wide:    enc == EightBit && !isASCII(text),
	}, nil
}

// choose is the encoding that changes least and still arrives everywhere.
func choose(text string) Encoding {
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > maxLine || !isASCII(line) {
			return QuotedPrintable
		}
	}
	return sevenBit
}

func writeTyped(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

func writeQuoted(w io.Writer, text string) error {
	qw := quotedprintable.NewWriter(w)
	if _, err := io.WriteString(qw, text); err != nil {
		return err
	}
	return qw.Close()
}

// writeBase64 encodes text with the line ends it would have as it stands
// (RFC 2045 §6.8).
func writeBase64(w io.Writer, text string) error {
	var lines bytes.Buffer
	if _, err := io.WriteString(protocol.NewLineWriter(&lines), text); err != nil {
		return err
	}
	_, err := encodeBase64(w, &lines)
	return err
}

// A line of base64 has 76 characters (RFC 2045 §6.8), which are 57 octets.
const base64Line, base64Octets = 76, 57

// encodeBase64 copies r to w in lines of base64, CRLF between them. It counts the
// octets read. The caller's part or message ends the last line.
func encodeBase64(w io.Writer, r io.Reader) (int64, error) {
	in := make([]byte, 512*base64Octets)
	out := make([]byte, 0, 512*(base64Line+len("\r\n")))
	for read := int64(0); ; {
		n, err := io.ReadFull(r, in)
		out = out[:0]
		for line := range slices.Chunk(in[:n], base64Octets) {
			if read > 0 {
				out = append(out, "\r\n"...)
			}
			out = base64.StdEncoding.AppendEncode(out, line)
			read += int64(len(line))
		}
		if _, err := w.Write(out); err != nil {
			return read, err
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return read, nil
		case err != nil:
			return read, err
		}
	}
}
