package history

import (
	"bufio"
	"cmp"
	"fmt"
	"io"

	"smtpconsole/protocol"
)

const formatEML = "eml"

// SentMessage is a message that a session sent, or began to send.
type SentMessage struct {
	// Number counts the messages of the session from 1.
	Number int
	src    Source
	parts  []protocol.Event // one, or its chunks
}

// Messages are the messages of the session, in order: each text behind a DATA,
// and each sequence of chunks that came to its LAST (RFC 3030 §2). A *TornError
// comes with the messages that are in the other lines.
func (src Source) Messages() ([]SentMessage, error) {
	f := messageFold{src: src}
	err := src.each(f.apply)
	return f.messages, err
}

// messageFold is Messages as far as it has come.
type messageFold struct {
	src      Source
	messages []SentMessage
	chunks   []protocol.Event
	line     protocol.Command // the last command line
	open     bool             // raw octets may go on with the last message
}

func (f *messageFold) apply(ev protocol.Event) error {
	switch {
	case ev.Kind == protocol.KindClient:
		f.sent(ev)
	case ev.Kind != protocol.KindBody:
	case ev.Cmd == "BDAT":
		f.chunks = append(f.chunks, ev)
		if f.line.Last {
			f.add(f.chunks...)
			f.chunks = nil
		}
	case ev.Raw && f.open:
		last := &f.messages[len(f.messages)-1]
		last.parts = append(last.parts, ev)
	default:
		f.add(ev)
		f.open = ev.Raw
	}
	return nil
}

// sent notes a command line. One that begins another transaction gives up the
// chunks that came to no end.
func (f *messageFold) sent(ev protocol.Event) {
	f.line, f.open = protocol.Parse(ev.Text, protocol.State{}).Cmd, false
	if f.line.Verb == "MAIL" || f.line.Verb == "RSET" {
		f.chunks = nil
	}
}

func (f *messageFold) add(parts ...protocol.Event) {
	f.messages = append(f.messages, SentMessage{len(f.messages) + 1, f.src, parts})
}

// size is the message's, in octets.
func (m SentMessage) size() int64 {
	total := int64(0)
	for _, part := range m.parts {
		total += part.Size
	}
	return total
}

// raw tells whether the octets went out untouched.
func (m SentMessage) raw() bool { return m.parts[0].Raw }

// Write writes the octets of the message, without the doubled dots and the
// lone dot of DATA. What went out raw is written as it went out. The error
// wraps fs.ErrNotExist where they are not kept.
func (m SentMessage) Write(w io.Writer) error {
	for _, part := range m.parts {
		body, err := m.src.open(part)
		if err != nil {
			return fmt.Errorf("message %d: %w", m.Number, err)
		}
		_, err = io.Copy(w, body)
		body.Close()
		if err != nil {
			return fmt.Errorf("message %d: %w", m.Number, err)
		}
	}
	return nil
}

// writeOnlyMessage is the format "eml", which holds one message.
func writeOnlyMessage(w *bufio.Writer, src Source) error {
	messages, err := src.Messages()
	switch {
	case err != nil && !isTorn(err):
		return err
	case len(messages) == 0:
		return &InexpressibleError{formatEML, "the session sent no message"}
	case len(messages) > 1:
		return &InexpressibleError{formatEML, fmt.Sprintf("the session sent %d messages: name one of them, or a file, from which each gets its own", len(messages))}
	}
	return cmp.Or(messages[0].Write(w), err)
}
