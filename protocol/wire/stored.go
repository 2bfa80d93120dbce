package wire

import (
	"bytes"
	"errors"
	"math"

	"smtpconsole/protocol"
)

// errLarge is why a message over the limit is not kept.
var errLarge = errors.New("the message is too large to be kept")

// stored is the copy of a message's text for the record: in memory while it
// fits into an event, else in a Keep. It never stops the message: an error is
// remembered, and the text not kept. The chunks of a message count together,
// for its events stay in memory, all of them.
type stored struct {
	open   func() (Keep, error) // nil: large texts are not kept
	most   int64                // the largest message that is kept
	before int64                // octets of the message that earlier chunks had
	size   int64                // octets of this text so far
	inline bytes.Buffer
	beside Keep
	large  bool // the text does not fit into its event
	err    error
}

// newStored makes the copy of a text in front of which the same message had
// before octets.
func newStored(o *Options, before int64) stored {
	s := stored{open: o.Keep, before: before, most: math.MaxInt64}
	if o.KeepMax > 0 {
		s.most = max(o.KeepMax, protocol.InlineBody)
	}
	return s
}

// add appends p.
func (s *stored) add(p []byte) {
	s.size += int64(len(p))
	if !s.large {
		if s.before+s.size <= protocol.InlineBody {
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
	if s.open != nil && !s.over() {
		s.beside, s.err = s.open()
	}
	s.write(s.inline.Bytes())
	s.inline = bytes.Buffer{}
}

func (s *stored) write(p []byte) {
	switch {
	case s.open == nil || s.err != nil:
	case s.over():
		s.err = errLarge
		s.abort()
	default:
		_, s.err = s.beside.Write(p)
	}
}

// over tells whether a limit is passed.
func (s *stored) over() bool { return s.before+s.size > s.most }

// commit returns the text for the event, "" for a large one, and the error
// for which it was not kept: errLarge for the first chunk over the limit only.
func (s *stored) commit(sum string) (string, error) {
	if s.beside != nil && s.err == nil {
		s.err = s.beside.Commit(sum)
		s.beside = nil
	}
	if s.err == errLarge && s.before > s.most {
		return "", nil
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
