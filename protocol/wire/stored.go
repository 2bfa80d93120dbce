package wire

import (
	"bytes"

	"smtpconsole/protocol"
)

// stored is the copy of a message's text for the record: in memory while it
// fits into an event, else in a Keep. It never stops the message: an error is
// remembered, and the text not kept.
type stored struct {
	open   func() (Keep, error) // nil: large texts are not kept
	inline bytes.Buffer
	beside Keep
	large  bool // the text does not fit into its event
	err    error
}

// add appends p.
func (s *stored) add(p []byte) {
	if !s.large {
		if s.inline.Len()+len(p) <= protocol.InlineBody {
			s.inline.Write(p)
			return
		}
		s.moveOut()
	}
	s.write(p)
}

// moveOut goes on in a Keep with what was in memory.
func (s *stored) moveOut() {
	s.large = true
	if s.open != nil {
		s.beside, s.err = s.open()
	}
	s.write(s.inline.Bytes())
	s.inline = bytes.Buffer{}
}

func (s *stored) write(p []byte) {
	if s.beside == nil || s.err != nil {
		return
	}
	_, s.err = s.beside.Write(p)
}

// commit returns the text for the event, "" for a large one, and the error
// for which it was not kept.
func (s *stored) commit(sum string) (string, error) {
	if s.beside != nil && s.err == nil {
		s.err = s.beside.Commit(sum)
		s.beside = nil
	}
	return s.inline.String(), s.err
}

// abort throws away what was not committed.
func (s *stored) abort() {
	if s.beside != nil {
		s.beside.Abort()
		s.beside = nil
	}
}
