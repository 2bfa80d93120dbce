package history

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"smtpconsole/protocol"
)

// resized is a BDAT line with another size (RFC 3030 §2).
func resized(line string, size int64) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return line
	}
	return strings.Replace(line, " "+words[1], " "+strconv.FormatInt(size, 10), 1)
}

// announced is a MAIL line whose SIZE is that of a message with so many octets
// more (RFC 1870 §3).
func announced(line string, more int64) string {
	words := strings.Split(line, " ")
	for i, word := range words {
		name, value, _ := strings.Cut(word, "=")
		size, err := strconv.ParseInt(value, 10, 64)
		if err == nil && strings.EqualFold(name, "SIZE") {
			words[i] = name + "=" + strconv.FormatInt(max(0, size+more), 10)
			break
		}
	}
	return strings.Join(words, " ")
}

// message is the event of a message with the size and the digest of its new
// text.
func (a *anonymiser) message(ev protocol.Event) (protocol.Event, error) {
	text, err := a.open(ev)
	if errors.Is(err, fs.ErrNotExist) {
		ev.SHA256 = ""
		return ev, nil
	}
	if err != nil {
		return ev, err
	}
	defer text.Close()
	var inline strings.Builder
	digest := sha256.New()
	to := io.Writer(digest)
	if ev.Text != "" {
		to = io.MultiWriter(digest, &inline)
	}
	original := ev
	if ev.Size, err = io.Copy(to, text); err != nil {
		return ev, fmt.Errorf("anonymise: %w", err)
	}
	ev.Text, ev.SHA256 = inline.String(), hex.EncodeToString(digest.Sum(nil))
	a.originals[ev.SHA256] = original
	return ev, nil
}

// open opens the new text of a message.
func (a *anonymiser) open(ev protocol.Event) (io.ReadCloser, error) {
	body, err := a.src.open(ev)
	if err != nil {
		return nil, err
	}
	return &namelessBody{in: bufio.NewReaderSize(body, longLine), names: a.names, body: body, header: true}, nil
}

// body is Source.Body for the new session.
func (a *anonymiser) body(sha256 string) (io.ReadCloser, error) {
	ev, ok := a.originals[sha256]
	if !ok {
		return nil, errNotKept
	}
	return a.open(ev)
}

// namelessBody reads a message with its names replaced, a line at a time.
type namelessBody struct {
	in     *bufio.Reader
	names  *pseudonyms
	body   io.Closer
	header bool                             // the empty line has not come yet
	field  func(*pseudonyms, string) string // replaces what the field says; nil for exact
	rest   []byte
}

// namingFields are those of a header in which a word without a mark may name a
// host (RFC 5321 §4.4) or a person (RFC 5322 §3.6.2, §3.6.3).
var namingFields = map[string]func(*pseudonyms, string) string{
	"received": (*pseudonyms).loose, "x-received": (*pseudonyms).loose, "x-originating-ip": (*pseudonyms).loose,
	"from": (*pseudonyms).people, "sender": (*pseudonyms).people, "reply-to": (*pseudonyms).people,
	"to": (*pseudonyms).people, "cc": (*pseudonyms).people, "bcc": (*pseudonyms).people,
	"resent-from": (*pseudonyms).people, "resent-sender": (*pseudonyms).people, "resent-to": (*pseudonyms).people,
	"resent-cc": (*pseudonyms).people, "resent-bcc": (*pseudonyms).people, "return-path": (*pseudonyms).people,
	"delivered-to": (*pseudonyms).people, "x-original-to": (*pseudonyms).people, "errors-to": (*pseudonyms).people,
	"disposition-notification-to": (*pseudonyms).people, "return-receipt-to": (*pseudonyms).people, "list-owner": (*pseudonyms).people,
}

// Read delivers text.
func (b *namelessBody) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		line, err := b.in.ReadSlice('\n')
		if err != nil && len(line) == 0 {
			return 0, err
		}
		b.rest = []byte(b.line(string(line)))
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// line is a line of the message without its names.
func (b *namelessBody) line(text string) string {
	b.header = b.header && strings.TrimRight(text, "\r\n") != ""
	if !b.header {
		return b.names.exact(text)
	}
	if text[0] == ' ' || text[0] == '\t' { // the field goes on
		return b.replaced(text)
	}
	name, value, found := strings.Cut(text, ":")
	if !found {
		return b.names.exact(text)
	}
	b.field = namingFields[strings.ToLower(strings.TrimRight(name, " \t"))]
	return name + ":" + b.replaced(value)
}

// replaced is text of the field that is being read.
func (b *namelessBody) replaced(text string) string {
	if b.field == nil {
		return b.names.exact(text)
	}
	return b.field(b.names, text)
}

// Close closes the original.
func (b *namelessBody) Close() error { return b.body.Close() }
