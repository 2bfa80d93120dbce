package history

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"smtpconsole/protocol"
)

// maxLine bounds a line of a session file, in octets. The longest we write is
// a reply of 1 MiB, which JSON may make six times as long, in three places.
const maxLine = 32 << 20

// errLineLimit ends the reading of a file with a line longer than maxLine.
var errLineLimit = fmt.Errorf("a line is longer than %d octets: this is not a session record", maxLine)

// TornError tells of a line in a session file that is not whole. Usually it is
// the last one, left by a kill or a power failure. The other lines are good.
type TornError struct {
	Line int   // counts from 1, the header
	Err  error // what the JSON decoder said
}

// Error names the line and what is lost.
func (e *TornError) Error() string {
	return fmt.Sprintf("line %d is torn and is skipped: %s", e.Line, protocol.Safe(fmt.Sprint(e.Err)))
}

// Unwrap returns the decoder's error.
func (e *TornError) Unwrap() error { return e.Err }

// reader reads a session file from the start.
type reader struct {
	header Header
	in     *bufio.Reader
	line   int    // number of the line last read
	text   []byte // that line; reused for the next
}

// rawReader reads lines, from the first on.
func rawReader(in io.Reader) *reader { return &reader{in: bufio.NewReader(in)} }

// newReader reads and checks the header.
func newReader(in io.Reader) (*reader, error) {
	r := rawReader(in)
	if err := r.readLine(); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, ErrForeign
		}
		return nil, err
	}
	h, err := parseHeader(r.text)
	r.header = h
	return r, err
}

// parseHeader reads the first line of a file.
func parseHeader(line []byte) (Header, error) {
	var h Header
	if json.Unmarshal(line, &h) != nil {
		return Header{}, ErrForeign
	}
	return h, checkFormat(h.Format)
}

// next returns the next event. Its error is io.EOF at the end, a *TornError
// for one line after which the reading can go on, or final.
func (r *reader) next() (protocol.Event, error) {
	for {
		if err := r.readLine(); err != nil {
			return protocol.Event{}, err
		}
		var ev protocol.Event
		if err := json.Unmarshal(r.text, &ev); err != nil {
			return protocol.Event{}, &TornError{Line: r.line, Err: err}
		}
		if ev.Kind != "" {
			return ev, nil
		}
	}
}

// readLine reads one line into r.text. A last line without its line end is
// given as it is: if it is whole JSON, only the line end was lost.
func (r *reader) readLine() error {
	r.line++
	r.text = r.text[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		r.text = append(r.text, part...)
		switch {
		case len(r.text) > maxLine:
			return errLineLimit
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(r.text) > 0:
			return nil
		}
		return err
	}
}
