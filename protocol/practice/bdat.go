package practice

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"smtpconsole/protocol"
)

// chunk reads the octets that follow a BDAT line, whatever becomes of them
// (RFC 3030 §2). Behind a line that does not say how many there are, nothing
// can be told from commands any more: the session ends.
func (s *session) chunk(ln protocol.Line, refused bool) error {
	if !sized(ln) {
		r, _ := refusal(ln, s.st)
		r.Lines = append(r.Lines, r.Enhanced+" closing: without the number, the octets that follow could be taken for commands")
		return hangUp{r}
	}
	var to io.Writer = io.Discard
	if !refused && !s.tx.broken {
		to = s.gather()
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(to, sum), s.link.r, ln.Cmd.Size); err != nil {
		return err
	}
	s.observeBody("BDAT", ln.Cmd.Size, hex.EncodeToString(sum.Sum(nil)))
	return nil
}

// sized tells whether the line says how many octets follow, which a mended
// one does not.
func sized(ln protocol.Line) bool {
	return !slices.ContainsFunc(ln.Diags, func(d protocol.Diagnostic) bool { return d.Code == "bdat.size" })
}

// gather returns the content that chunks are added to.
func (s *session) gather() *content {
	if s.tx.content == nil {
		s.tx.content = newContent(s.server.opts.Limits.Message)
	}
	return s.tx.content
}

// bdat answers a chunk that was read (RFC 3030 §2).
func (s *session) bdat(cmd protocol.Command) protocol.Reply {
	if s.tx.broken {
		return broken()
	}
	r := s.received(cmd)
	s.tx.broken = r.Refused()
	return r
}

// received is the verdict after the last chunk, and a count before.
func (s *session) received(cmd protocol.Command) protocol.Reply {
	c := s.tx.content
	switch {
	case cmd.Last:
		return s.verdict()
	case c.size > c.limit:
		return tooBig(c.size, c.limit)
	}
	return say(250, "2.0.0", fmt.Sprintf("%d octets received, %d so far", cmd.Size, c.size))
}

// broken refuses to go on with a message that lost a chunk.
func broken() protocol.Reply {
	return say(503, "5.5.1", "a chunk of this message was refused: RSET, then begin anew (RFC 3030 §2)")
}
