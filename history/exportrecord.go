package history

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"smtpconsole/protocol"
)

// embedMax bounds the message that goes into its event, in octets: the line
// must not grow past maxLine, and JSON may make six of one octet.
const embedMax = 4 << 20

// writeRecord is the format "json": a record that can be read on another
// machine. A message over embedMax stays a digest in it.
func writeRecord(w *bufio.Writer, src Source) error {
	h := src.Header
	h.Format = cmp.Or(h.Format, fmt.Sprint(formatName, formatVersion)) // of a session that was not recorded
	if err := writeLine(w, h); err != nil {
		return err
	}
	return src.each(func(ev protocol.Event) error {
		if err := src.embed(&ev); err != nil {
			return err
		}
		return writeLine(w, ev)
	})
}

// embed gives a body event its text, where that is kept and not too large.
func (src Source) embed(ev *protocol.Event) error {
	if ev.Kind != protocol.KindBody || ev.Text != "" || ev.Size > embedMax {
		return nil
	}
	body, err := src.open(*ev)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, embedMax))
	ev.Text = string(text)
	return err
}

// writeLine writes v as one line of JSON.
func writeLine(w io.Writer, v any) error {
	line, err := marshalLine(v)
	if err == nil {
		_, err = w.Write(line)
	}
	return err
}
