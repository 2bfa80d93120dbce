package practice

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// transaction is what a session keeps of the message under way, beside its
// State. The zero value is none.
type transaction struct {
	params  []protocol.ParamValue // of MAIL
	rcpts   []Recipient           // the accepted ones
	content *content              // what has come of the message, nil before
	broken  bool                  // a chunk was refused: only RSET helps (RFC 3030 §2)
}

// mail is RFC 5321 §4.1.1.2. Any sender may try.
func (s *session) mail(cmd protocol.Command) protocol.Reply {
	s.tx = transaction{params: slices.Clone(cmd.Params)}
	return say(250, "2.1.0", "sender <"+cmd.Path+"> accepted")
}

// rcpt is RFC 5321 §4.1.1.3.
func (s *session) rcpt(cmd protocol.Command) protocol.Reply {
	if limit := s.server.opts.Limits.Recipients; len(s.tx.rcpts) >= limit {
		return say(452, "4.5.3", fmt.Sprintf("%d recipients are the limit: send to these, then begin anew for the rest (RFC 5321 §4.5.3.1.10)", limit))
	}
	r := s.server.receive(s.st.From, cmd.Path)
	if !r.Refused() {
		s.tx.rcpts = append(s.tx.rcpts, Recipient{cmd.Path, slices.Clone(cmd.Params)})
	}
	return r
}

// data is RFC 5321 §4.1.1.4; the text is read by session.text.
func (s *session) data(protocol.Command) protocol.Reply {
	if s.tx.broken {
		return broken()
	}
	return say(354, "", "send the message, end it with a line that is only a dot (CR LF . CR LF)")
}

// text reads the message after 354.
func (s *session) text() (protocol.Reply, error) {
	s.tx.content = newContent(s.server.opts.Limits.Message)
	if _, err := io.Copy(s.tx.content, protocol.NewDotReader(s.link.r)); err != nil {
		return protocol.Reply{}, err
	}
	s.observeBody("DATA", s.tx.content.size, s.tx.content.digest())
	return s.verdict(), nil
}

// observeBody reports octets of a message as one event.
func (s *session) observeBody(verb string, size int64, digest string) {
	s.observe(protocol.Event{Kind: protocol.KindBody, Cmd: verb, Size: size, SHA256: digest})
}

// verdict is the reply to a whole message: it is kept, or says why not.
func (s *session) verdict() protocol.Reply {
	c := s.tx.content
	if r, refused := c.refusal(); refused {
		return r
	}
	id := s.server.keep(Message{
		Session: s.number,
		Hello:   s.hello,
		TLS:     s.st.TLS != nil,
		Auth:    s.st.Auth,
		From:    s.st.From,
		Params:  s.tx.params,
		Rcpts:   s.tx.rcpts,
		Data:    c.kept.Bytes(),
	})
	texts := []string{fmt.Sprintf("accepted for %s, queued in memory as %s", people(len(s.tx.rcpts)), id)}
	if c.eight > 0 && !s.declared8bit() {
		texts = append(texts, "note: it has octets above 127, and MAIL did not say BODY=8BITMIME: other servers may refuse it (RFC 6152 §3)")
	}
	return say(250, "2.0.0", texts...)
}

// people counts recipients in words.
func people(n int) string {
	if n == 1 {
		return "1 recipient"
	}
	return fmt.Sprintf("%d recipients", n)
}

// declared8bit tells whether MAIL announced octets above 127.
func (s *session) declared8bit() bool {
	return slices.ContainsFunc(s.tx.params, func(p protocol.ParamValue) bool {
		return p.Name == "SMTPUTF8" || p.Name == "BODY" && !strings.EqualFold(p.Value, "7BIT")
	})
}

// rset is RFC 5321 §4.1.1.5; the state says that nothing is left.
func (s *session) rset(protocol.Command) protocol.Reply {
	return say(250, "2.0.0", "nothing is under way now")
}
