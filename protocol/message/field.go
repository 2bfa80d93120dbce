package message

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/textproto"
)

// ErrFieldName is wrapped by Write for a name no header field can have.
var ErrFieldName = errors.New("only printable ASCII without blanks and colons names a header field; rename it")

// lineWidth is the longest line, without CRLF, that holds an encoded word
// (RFC 2047 §2). RFC 5322 §2.1.1 recommends 78 for the others.
const lineWidth = 76

// mimeFields say what the body is (RFC 2045 §4 to §6).
var mimeFields = []string{"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

// in tells whether name is in list, in any case.
func in(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}

// isMIME is true for the fields that a composed body brings itself.
func isMIME(f Field) bool { return in(mimeFields, f.Name) }

// makeHeader writes the fields in their order. A textproto.Header is built from its end.
func makeHeader(fields []Field, utf8 bool) (textproto.Header, error) {
	var h textproto.Header
	for _, f := range slices.Backward(fields) {
		raw, err := f.raw(utf8)
		if err != nil {
			return h, err
		}
		h.AddRaw([]byte(raw))
	}
	return h, nil
}

// raw is the field as it goes out, with its CRLF.
func (f Field) raw(utf8 bool) (string, error) {
	if !isName(f.Name) {
		return "", fmt.Errorf("header field %q: %w", f.Name, ErrFieldName)
	}
	value := clean(f.Value)
	if !utf8 && !isASCII(value) {
		value = encode(f.Name, value)
	}
	return fold(f.Name, value), nil
}

// isName: field-name = 1*ftext, printable ASCII but no colon   RFC 5322 §3.6.8
func isName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) < 0
}

// clean makes a line of a value: one that holds a CRLF would begin another field.
func clean(value string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ReplaceAll(value, "\r\n", " "))
}

func isASCII(s string) bool { return strings.IndexFunc(s, isWide) < 0 }

func isWide(r rune) bool { return r >= utf8.RuneSelf }

// fold writes a field on lines of lineWidth where its words allow that. It
// breaks in front of the blanks before any word but the first: no line is
// blank, no word is broken, and without the line ends it is the same value
// (RFC 5322 §2.2.3).
func fold(name, value string) string {
	var b strings.Builder
	b.WriteString(name + ": ")
	at := b.Len()
	for n := 0; value != ""; value = value[n:] {
		n = wordEnd(value)
		if b.Len() > len(name+": ") && at+n > lineWidth {
			b.WriteString("\r\n")
			at = 0
		}
		b.WriteString(value[:n])
		at += n
	}
	return b.String() + "\r\n"
}

// wordEnd measures the blanks and the word that s begins with, and the blanks
// behind where no other word follows.
func wordEnd(s string) int {
	blanks := len(s) - len(strings.TrimLeft(s, " "))
	n := strings.IndexByte(s[blanks:], ' ')
	if n < 0 || strings.TrimLeft(s[blanks+n:], " ") == "" {
		return len(s)
	}
	return blanks + n
}
