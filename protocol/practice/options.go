package practice

import (
	"cmp"
	"time"

	"smtpconsole/protocol"
)

// Options set up a Server. A nil *Options means the zero Options.
type Options struct {
	// Name is the host name in the greeting and the certificate; "" means
	// DefaultName.
	Name string
	// Log is told every line of every dialogue, with secrets masked: KindClient
	// is what the client sent, KindServer what this server answered. session
	// counts connections from 1. Calls for one session come in order from one
	// goroutine, those of several sessions at the same time; Log must not block
	// and must not call Close. Nil drops the dialogue.
	Log func(session int, ev protocol.Event)
	// Limits bound what a client may do; each zero field means its default.
	Limits Limits
	// Now stamps events and messages and dates the certificate; nil means
	// time.Now. Deadlines go by the machine's clock all the same.
	Now func() time.Time
}

// DefaultName is what the server calls itself.
const DefaultName = "practice.example.test"

// Limits bound a client. The zero value of a field means the default named
// beside it; there is no "unlimited".
type Limits struct {
	Line        int           // octets of a command line with CR LF: 2,048
	AuthLine    int           // octets of a line inside AUTH with CR LF: 12,288 (RFC 4954 §4)
	Message     int64         // octets of a message, announced as SIZE: 10 MiB
	Recipients  int           // accepted recipients of one message: 100 (RFC 5321 §4.5.3.1.8)
	Connections int           // connections open at the same time: 50
	Commands    int           // command lines of one session: 1,000
	Errors      int           // refused command lines of one session: 100
	Logins      int           // wrong passwords of one session: 3 (RFC 4954 §9)
	Idle        time.Duration // silence before 421: 5 minutes (RFC 5321 §4.5.3.2.7)
	Messages    int           // messages kept, the oldest go first: 100
	Kept        int64         // octets of all messages kept: 64 MiB
}

// withDefaults fills what is zero.
func (l Limits) withDefaults() Limits {
	return Limits{
		Line:        cmp.Or(l.Line, 2048),
		AuthLine:    cmp.Or(l.AuthLine, 12288),
		Message:     cmp.Or(l.Message, 10<<20),
		Recipients:  cmp.Or(l.Recipients, 100),
		Connections: cmp.Or(l.Connections, 50),
		Commands:    cmp.Or(l.Commands, 1000),
		Errors:      cmp.Or(l.Errors, 100),
		Logins:      cmp.Or(l.Logins, 3),
		Idle:        cmp.Or(l.Idle, 5*time.Minute),
		Messages:    cmp.Or(l.Messages, 100),
		Kept:        cmp.Or(l.Kept, 64<<20),
	}
}

// withDefaults fills what is zero; o may be nil.
func (o *Options) withDefaults() Options {
	var out Options
	if o != nil {
		out = *o
	}
	out.Name = cmp.Or(out.Name, DefaultName)
	out.Limits = out.Limits.withDefaults()
	if out.Now == nil {
		out.Now = time.Now
	}
	if out.Log == nil {
		out.Log = func(int, protocol.Event) {}
	}
	return out
}
