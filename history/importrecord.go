package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtpconsole/protocol"
)

// record takes a session file of this program, from another machine for
// instance. Its commands are masked again: whoever wrote the file may have been
// less careful.
func (im *importer) record() error {
	im.in.unescape = false
	h, err := im.header()
	if err != nil {
		return err
	}
	hand := h.ID == ""
	h.Client = strings.TrimSuffix("import jsonl of "+h.Client, " of ")
	h.ID, h.Label, h.Original = "", "", ""
	im.out.Header = h
	return im.takeAll(&recordTaker{im, hand})
}

// header reads the first line, which comments may stand before in a script.
func (im *importer) header() (Header, error) {
	for {
		ln, err := im.in.next()
		switch {
		case errors.Is(err, io.EOF):
			return Header{}, ErrForeign
		case err != nil:
			return Header{}, err
		}
		im.aside()
		if !IsComment([]byte(ln.text)) {
			h, err := parseHeader([]byte(ln.text))
			if errors.Is(err, ErrForeign) {
				err = fmt.Errorf("%w: name another format if it is the text of a dialogue", err)
			}
			return h, err
		}
	}
}

// recordTaker reads the events of a record.
type recordTaker struct {
	im *importer
	// hand is true where no recorder wrote the header, up to the first event with
	// a number. One without is the step of a script.
	hand bool
}

func (r *recordTaker) take(ln textLine) {
	var ev protocol.Event
	switch err := json.Unmarshal([]byte(ln.text), &ev); {
	case ln.text == "":
		r.im.aside()
	case err != nil:
		r.im.unclear("it is torn: " + protocol.Safe(err.Error()))
	case r.hand && ev.Seq == 0:
		r.im.err = ErrScript
	case ev.Kind == "":
		r.im.aside()
	default:
		r.hand = false
		r.im.out.Said++
		r.im.emit(r.masked(ev))
		if ev.Kind == protocol.KindBody && ev.Text == "" && ev.Size > 0 {
			r.im.remark("import.message", "the message is not in the record: it is among the bodies of the machine it comes from, as "+ev.SHA256)
		}
	}
}

// masked is ev without the secret that may be in what was typed, nor what was
// said of a line that had one, nor what the server repeats of it.
func (r *recordTaker) masked(ev protocol.Event) protocol.Event {
	switch ev.Kind {
	case protocol.KindServer:
		return r.scrubbed(ev)
	case protocol.KindClient:
		r.im.secrets.Note(ev.Text, ev.Cmd, r.im.log.State())
	case protocol.KindHeld:
	default:
		return ev
	}
	text := protocol.Mask(ev.Text, r.im.log.State())
	if text != ev.Text {
		ev.Text, ev.Diags = text, nil
	}
	return ev
}

// scrubbed is a line of the server's without the secrets.
func (r *recordTaker) scrubbed(ev protocol.Event) protocol.Event {
	ev.Text = r.im.scrubbed(ev.Text)
	if ev.Reply != nil {
		for i, text := range ev.Reply.Lines {
			ev.Reply.Lines[i] = r.im.scrubbed(text)
		}
	}
	return ev
}
