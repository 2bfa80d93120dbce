package practice

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"smtpconsole/protocol"
)

// Message is one accepted message: envelope and content, as they came.
type Message struct {
	// ID is the word of the reply that accepted it.
	ID string
	// When is the time of that reply.
	When time.Time
	// Session is the number of the session it came in; see Options.Log.
	Session int
	// Hello is what the client called itself.
	Hello string
	// TLS tells whether it came encrypted; Auth is the mechanism of the login,
	// "" without one.
	TLS  bool
	Auth string
	// From is the reverse-path without brackets, "" for the null one.
	From string
	// Params are those of MAIL.
	Params []protocol.ParamValue
	// Rcpts are the accepted recipients, in order.
	Rcpts []Recipient
	// Data is the content, its dots un-stuffed, without the final dot.
	Data []byte
}

// Recipient is one accepted forward-path with the parameters of its RCPT.
type Recipient struct {
	Path   string // without brackets
	Params []protocol.ParamValue
}

// mailbox keeps the newest messages within two bounds.
type mailbox struct {
	count int   // messages kept at most
	size  int64 // octets of content kept at most

	mu    sync.Mutex // guards the fields below
	list  []Message
	held  int64 // octets of content in list
	added int   // messages ever added
}

// keep puts m into the mailbox under a new ID, which it returns.
func (s *Server) keep(m Message) string {
	m.When = s.opts.Now()
	return s.box.add(m)
}

// add gives m its ID, keeps it and drops the oldest until both bounds hold or it
// is alone.
func (b *mailbox) add(m Message) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.added++
	m.ID = fmt.Sprintf("P%04d", b.added)
	b.list = append(b.list, m)
	b.held += int64(len(m.Data))
	for len(b.list) > 1 && (len(b.list) > b.count || b.held > b.size) {
		b.held -= int64(len(b.list[0].Data))
		b.list = slices.Delete(b.list, 0, 1)
	}
	return m.ID
}

// all returns the messages, oldest first.
func (b *mailbox) all() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.list)
}
