package history

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"smtpconsole/protocol"
)

// importedText is a message, or a chunk of one, that is being read.
type importedText struct {
	cmd    string
	left   int64 // octets a chunk still wants; below 0 where the lone dot ends it
	lines  int
	size   int64
	sum    hash.Hash
	inline bytes.Buffer
	beside *KeptBody     // where it is larger than an event may be, and kept
	out    *bufio.Writer // to beside
	err    error         // why it is not kept
	// marked is true where the lines of the message have the client's mark.
	marked bool
}

// beginText says that the next lines of the client are message text: octets of
// it, or below 0 up to the lone dot.
func (im *importer) beginText(cmd string, octets int64) {
	im.body = &importedText{cmd: cmd, left: octets, sum: sha256.New()}
	im.indent = indentation(im.line.text)
	if octets == 0 {
		im.finishText()
	}
}

// message takes a line of message text, or the lone dot.
func (im *importer) message(text string) {
	im.out.Said++
	b := im.body
	if b.left >= 0 {
		im.chunk(text)
		return
	}
	if text == "." {
		im.finishText()
		return
	}
	if text != "" && text[0] == '.' {
		text = text[1:] // the dot that DATA adds (RFC 5321 §4.5.2)
	}
	b.lines++
	b.write(im.keep, text, "\r\n")
}

// chunk takes a line of a chunk. A chunk may end before its last line does.
func (im *importer) chunk(text string) {
	b := im.body
	text += "\r\n"
	n := min(b.left, int64(len(text)))
	b.lines++
	b.left -= n
	b.write(im.keep, text[:n])
	if rest := len(text) - int(n); rest > len("\r\n") {
		im.over = true
		im.remark("import.end", fmt.Sprintf("the chunk announces fewer octets than the text shows: %d are left out", rest))
	}
	if b.left == 0 {
		im.finishText()
	}
}

// endText ends a message whose end the text does not show.
func (im *importer) endText() {
	switch b := im.body; {
	case b == nil:
		return
	case b.lines == 0 && im.held == nil: // the text ends here
		im.body = nil
		return
	case b.lines == 0:
		im.remark("import.message", "the text does not show the message: a replay sends an empty one")
	default:
		im.remark("import.end", "the text does not show the end of the message: it is taken to be here")
	}
	im.finishText()
}

// finishText makes the message read an event.
func (im *importer) finishText() {
	b := im.body
	im.body = nil
	ev := protocol.Event{Kind: protocol.KindBody, Cmd: b.cmd, Size: b.size, SHA256: hex.EncodeToString(b.sum.Sum(nil)), Text: b.inline.String()}
	if b.err != nil {
		im.err = b.err
		return
	}
	if b.out != nil {
		im.err = im.out.bodies.add(b, ev.SHA256)
	}
	if b.size > protocol.InlineBody && b.out == nil {
		im.remark("import.message", "the message is too large for the record and is not kept")
	}
	im.emit(ev)
}

// write adds the pieces of a line, in the event while they fit into it.
func (b *importedText) write(keep func() (*KeptBody, error), pieces ...string) {
	for _, piece := range pieces {
		_, _ = io.WriteString(b.sum, piece) // a hash takes all
		b.size += int64(len(piece))
		switch {
		case b.size <= protocol.InlineBody:
			b.inline.WriteString(piece)
			continue
		case b.out == nil && keep != nil && b.err == nil:
			b.moveOut(keep)
		}
		b.inline = bytes.Buffer{}
		if b.out != nil {
			_, _ = b.out.WriteString(piece) // the writer keeps its error for Flush
		}
	}
}

// moveOut goes on beside the record with what was in memory.
func (b *importedText) moveOut(keep func() (*KeptBody, error)) {
	if b.beside, b.err = keep(); b.err == nil {
		b.out = bufio.NewWriterSize(b.beside, protocol.InlineBody)
		_, _ = b.out.Write(b.inline.Bytes())
	}
}

// asideBodies are files with the messages of a session that are too large for
// their events, each with its digest, until the session is known to be good.
type asideBodies map[string]string

// add takes over the message that b has written.
func (a *asideBodies) add(b *importedText, sum string) error {
	if *a == nil {
		*a = asideBodies{}
	}
	file := b.beside.file
	b.beside.done = true // forget does what Abort would
	(*a)[file.Name()] = sum
	return errors.Join(b.out.Flush(), syncFile(file), file.Close())
}

// keep keeps the messages under their digests.
func (a asideBodies) keep() error {
	var errs []error
	for name, sum := range a {
		dir := filepath.Dir(name)
		errs = append(errs, os.Rename(name, filepath.Join(dir, sum)), syncDir(dir))
	}
	return errors.Join(errs...)
}

// forget deletes the messages that were not kept.
func (a asideBodies) forget() error {
	var errs []error
	for name := range a {
		if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
