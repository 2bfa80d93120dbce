package message

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-message/textproto"
)

const (
	// maxDepth is how far into parts of parts Read looks.
	maxDepth = 8
	// maxListed is how many of the same kind of loss are named.
	maxListed = 8
	// maxShown is how much of a foreign text is named, in octets.
	maxShown = 60
)

var errDeep = errors.New("parts within parts within parts")

// parts goes through the body for what the form shows and what it cannot.
func (rd *reading) parts(header textproto.Header) {
	root, rootErr := message.New(message.Header{Header: header}, strings.NewReader(rd.body))
	err := root.Walk(func(path []int, e *message.Entity, err error) error {
		if path == nil {
			err = rootErr
		}
		if len(path) > maxDepth {
			return errDeep
		}
		rd.part(path, e, err)
		return nil
	})
	if err != nil {
		rd.lose("parts that cannot be told apart")
	}
	if rd.files > maxListed {
		rd.lose("%d more parts", rd.files-maxListed)
	}
}

// part takes one entity; err says that it cannot be decoded.
func (rd *reading) part(path []int, e *message.Entity, err error) {
	kind, params, typeErr := e.Header.ContentType()
	if typeErr != nil || !strings.Contains(kind, "/") {
		kind = "text/plain" // RFC 2045 §5.2: what cannot be understood is plain text.
	}
	if strings.HasPrefix(kind, "multipart/") {
		if path == nil {
			rd.boundary = params["boundary"]
		}
		return
	}
	text := map[string]*string{"text/plain": &rd.m.Text, "text/html": &rd.m.HTML}[kind]
	name, _ := (&mail.AttachmentHeader{Header: e.Header}).Filename()
	how, _, _ := e.Header.ContentDisposition()
	if text == nil || slices.Contains(rd.shown, kind) || name != "" || how == "attachment" {
		rd.file(e, name, kind)
		return
	}
	rd.shown = append(rd.shown, kind)
	plain := rd.charset(params["charset"])
	enc := rd.encoding(e, err)
	rd.asIs = path == nil && kind == "text/plain" && plain && enc != QuotedPrintable && enc != Base64
	octets, err := io.ReadAll(e.Body)
	if err != nil {
		rd.lose("the end of a text, which cannot be decoded")
	}
	*text = strings.ReplaceAll(string(octets), "\r\n", "\n")
}

// charset tells whether text of that name is UTF-8.
func (rd *reading) charset(name string) bool {
	if in([]string{"", "us-ascii", "utf-8"}, name) {
		return true
	}
	rd.lose("the charset %q of the text", cutLine(name))
	return false
}

// encoding is the one of a text.
func (rd *reading) encoding(e *message.Entity, err error) Encoding {
	enc := Encoding(strings.ToLower(e.Header.Get("Content-Transfer-Encoding")))
	if message.IsUnknownEncoding(err) {
		rd.lose("the encoding %q of the text", cutLine(string(enc)))
	} else if _, ok := encoders[enc]; ok && enc != sevenBit {
		rd.m.Encoding = enc
	}
	return enc
}

// file takes a part that the form does not show.
func (rd *reading) file(e *message.Entity, name, kind string) {
	rd.files++
	if rd.files > maxListed {
		return
	}
	n, _ := io.Copy(io.Discard, e.Body) // What cannot be decoded is lost like the rest.
	if name == "" {
		rd.lose("a part of type %q of %s", cutLine(kind), size(n))
	} else {
		rd.lose("an attachment %q of %s", cutLine(name), size(n))
	}
}

// losses are the phrases for everything that would not come out as it was.
func (rd *reading) losses() []string {
	lost := rd.lost
	if names := rd.rewritten(); len(names) > 0 {
		more := ""
		if len(names) > maxListed {
			more = fmt.Sprintf(" and %d more", len(names)-maxListed)
			names = names[:maxListed]
		}
		lost = append(lost, "how these fields are folded or encoded: "+strings.Join(names, ", ")+more)
	}
	if len(lost) == 0 {
		n, line := rd.difference()
		lost = append(lost, fmt.Sprintf("how line %d is written: %q", n, cutLine(line)))
	}
	return lost
}

// rewritten names the fields that Write would write in another way.
func (rd *reading) rewritten() []string {
	var names []string
	for i, f := range rd.fields {
		raw, err := f.raw(rd.m.UTF8)
		if !isMIME(f) && (err != nil || raw != rd.raw[i]) {
			names = append(names, fmt.Sprintf("%q", cutLine(f.Name)))
		}
	}
	return names
}

// difference is the first line, counted from 1, that Write would write in
// another way, as it is in the original.
func (rd *reading) difference() (int, string) {
	was := strings.Split(rd.original(), "\r\n")
	now := strings.Split(rd.written(rd.m), "\r\n")
	for i, line := range was {
		if i == len(now) || now[i] != line {
			return i + 1, line
		}
	}
	return len(was), was[len(was)-1]
}

func cutLine(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return cut(s, maxShown) + "…"
}

// size is n octets in few digits.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d octets", n)
	}
	return fmt.Sprintf("%d KB", (n+500)/1000)
}
