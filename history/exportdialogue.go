package history

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"smtpconsole/protocol"
)

// speaker is who says a line of a dialogue.
type speaker int

const (
	theClient speaker = iota
	theServer
	nobody // the line was not on the wire
)

// spoken is one line of a dialogue in which messages stand in full.
type spoken struct {
	by   speaker
	text string         // as it was on the wire; not safe to show
	ev   protocol.Event // what it is of
	tls  bool           // it was encrypted
}

// dialogue calls say for each line of the session. A message goes out as DATA
// sends it, with its dots doubled and the lone dot behind it (RFC 5321
// §4.5.2). It treats errors as Source.each does.
func (src Source) dialogue(say func(spoken) error) error {
	var st protocol.State
	return src.each(func(ev protocol.Event) error {
		st = st.Apply(ev)
		ln := spoken{by: nobody, text: ev.Text, ev: ev, tls: st.TLS != nil}
		switch ev.Kind {
		case protocol.KindClient:
			ln.by = theClient
		case protocol.KindServer:
			ln.by = theServer
		case protocol.KindBody:
			return src.recite(ln, say)
		}
		return say(ln)
	})
}

// recite calls say for each line of a message, or once where its text is not
// kept.
func (src Source) recite(ln spoken, say func(spoken) error) error {
	body, err := src.open(ln.ev)
	if errors.Is(err, fs.ErrNotExist) {
		ln.text = strings.TrimPrefix(ln.ev.String(), "# ") + ", not kept"
		return say(ln)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	ln.by = theClient
	if err := ln.lines(body, say); err != nil || !ln.stuffed() {
		return err
	}
	ln.text = "."
	return say(ln)
}

// stuffed tells whether dots are doubled and a lone one ends the text: neither
// is so in a chunk (RFC 3030 §2), nor where raw octets went out.
func (ln spoken) stuffed() bool { return ln.ev.Cmd != "BDAT" && !ln.ev.Raw }

// longLine bounds what is held in memory of a line, in octets. A longer one is
// shown in pieces.
const longLine = 1 << 20

// lines calls say for each line of text.
func (ln spoken) lines(text io.Reader, say func(spoken) error) error {
	in := bufio.NewReaderSize(text, longLine)
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		ln.text = strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
		if ln.stuffed() && strings.HasPrefix(ln.text, ".") {
			ln.text = "." + ln.text
		}
		if err := say(ln); err != nil {
			return err
		}
	}
}

// shown is text made safe for a terminal. A tab stays: it does no harm there,
// and headers are folded with it.
func shown(text string) string {
	parts := strings.Split(text, "\t")
	for i := range parts {
		parts[i] = protocol.Safe(parts[i])
	}
	return strings.Join(parts, "\t")
}

// writeText is the format "text".
func writeText(w *bufio.Writer, src Source) error {
	return src.dialogue(func(ln spoken) error {
		_, err := fmt.Fprintln(w, ln.plain())
		return err
	})
}

// plain is the line as RFC 5321 prints it, safe to show.
func (ln spoken) plain() string {
	switch {
	case ln.by == theClient && ln.text == "":
		return "C:"
	case ln.by == theClient:
		return "C: " + shown(ln.text)
	case ln.ev.Kind == protocol.KindBody:
		return "# " + shown(ln.text)
	}
	return shown(ln.ev.String())
}
