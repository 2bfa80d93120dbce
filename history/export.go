package history

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"iter"

	"smtpconsole/protocol"
)

// Each gives events to what reads a stored session, WriteText for one.
func Each(events []protocol.Event) iter.Seq2[protocol.Event, error] {
	return func(yield func(protocol.Event, error) bool) {
		for _, ev := range events {
			if !yield(ev, nil) {
				return
			}
		}
	}
}

// WriteText writes events as a dialogue, one line each, safe to show on a
// terminal: "C: ", "S: " and "# " as protocol.Event.String has them. It goes
// on behind a torn line, and returns the first error among the events, or
// that of w.
func WriteText(w io.Writer, events iter.Seq2[protocol.Event, error]) error {
	return write(w, events, func(ev protocol.Event) ([]byte, error) {
		return []byte(protocol.Safe(ev.String()) + "\n"), nil
	})
}

// WriteJSON writes events as JSON Lines, as they stand in a session file. It
// treats errors as WriteText does.
func WriteJSON(w io.Writer, events iter.Seq2[protocol.Event, error]) error {
	return write(w, events, func(ev protocol.Event) ([]byte, error) { return marshalLine(ev) })
}

// write writes each event in the form that line gives it.
func write(w io.Writer, events iter.Seq2[protocol.Event, error], line func(protocol.Event) ([]byte, error)) error {
	out := bufio.NewWriter(w)
	var first error
	for ev, err := range events {
		if err != nil {
			first = cmp.Or(first, err)
			continue
		}
		b, err := line(ev)
		if err != nil {
			return err
		}
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return errors.Join(out.Flush(), first)
}
