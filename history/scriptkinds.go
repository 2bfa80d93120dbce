package history

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"smtpconsole/protocol"
)

// scriptKind says what a line of a kind is.
type scriptKind struct {
	sends bool // it is a step
	// make completes the event; nil leaves it as it was read.
	make func(*scriptReader, *protocol.Event, scriptLine) error
}

// scriptKinds are the kinds of events, and auth, which only scripts have.
var scriptKinds = map[string]scriptKind{
	"connect": {sends: true},
	"client":  {sends: true, make: (*scriptReader).client},
	"body":    {sends: true, make: (*scriptReader).body},
	"tls":     {sends: true, make: (*scriptReader).tls},
	"auth":    {sends: true, make: (*scriptReader).auth},
	"server":  {}, "held": {}, "note": {}, "error": {}, "close": {},
}

// client masks the line and finds its verb: a person who edits a line will not
// think of the rest.
func (p *scriptReader) client(ev *protocol.Event, _ scriptLine) error {
	text := p.replace(ev.Text)
	if text == "" && !p.recorded() {
		return &fieldError{"kind", errNoText}
	}
	if strings.ContainsAny(text, "\r\n") {
		return &fieldError{"text", errBreak}
	}
	sent := protocol.ClientLine(text, p.state)
	ev.Text, ev.Cmd = sent.Text, sent.Cmd
	return nil
}

// errNoText is the error of a line that says nothing.
var errNoText = errors.New(`the line has no "text": write the command that is to be sent`)

// errBreak is the error of a command line that would be two.
var errBreak = errors.New("the line to be sent has a CR or LF in it, or in the value of a variable: write each command into a line of its own, without a line end")

func (p *scriptReader) auth(ev *protocol.Event, line scriptLine) error {
	ev.Kind, ev.Text = protocol.KindClient, strings.TrimSpace("AUTH "+p.replace(line.Mechanism))
	return p.client(ev, line)
}

// tls is the command, unless the line is the report of a handshake.
func (p *scriptReader) tls(ev *protocol.Event, line scriptLine) error {
	if ev.TLS != nil {
		return nil
	}
	ev.Kind, ev.Text = protocol.KindClient, "STARTTLS"
	return p.client(ev, line)
}

// body completes a message. What a person changed is not what the digest is of.
func (p *scriptReader) body(ev *protocol.Event, line scriptLine) error {
	if ev.Cmd == "" {
		ev.Cmd = "DATA"
		if before := p.fold.last(); before != nil && before.Verb == "BDAT" {
			ev.Cmd = before.Verb
		}
	}
	if text := p.replace(ev.Text); text != ev.Text || !p.recorded() {
		ev.Text, ev.SHA256, ev.Size = text, "", int64(len(text))
		if ev.Cmd == "DATA" && !ev.Raw {
			ev.Size = mendedSize(text)
		}
	}
	if line.File != "" {
		ev.Path, ev.Text, ev.SHA256 = p.replace(line.File), "", ""
		if !filepath.IsAbs(ev.Path) {
			ev.Path = filepath.Join(p.o.Dir, ev.Path)
		}
	}
	return nil
}

// mendedSize is how many octets a message has once its line ends are what goes
// out behind DATA.
func mendedSize(text string) int64 {
	var b bytes.Buffer
	lines := protocol.NewLineWriter(&b)
	_, _ = io.WriteString(lines, text) // a Buffer takes everything
	_ = lines.Close()
	return int64(b.Len())
}
