package wire

import (
	"fmt"
	"time"

	"smtpconsole/protocol"
)

// TimeoutError says that an awaited reply did not come in time. The
// connection is still open, unless it was the handshake that took too long:
// replies are matched to commands by counting, so a late one still finds the
// command it belongs to and is reported when it comes.
type TimeoutError struct {
	Code string // "timeout.mail", "greeting.none"
	Text string // what did not come, and what to do
}

// Error returns Text.
func (e *TimeoutError) Error() string { return e.Text }

// Timeout is true, as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// awaited is one kind of thing to wait for.
type awaited struct {
	code   string // of the event when it does not come
	what   string
	advice string
	limit  func(Timeouts) time.Duration
}

// late is the error of having waited for a in vain.
func (a awaited) late(t Timeouts) *TimeoutError {
	return &TimeoutError{Code: a.code, Text: fmt.Sprintf("%s did not come within %v; %s", a.what, a.limit(t), a.advice)}
}

const (
	adviceOpen = "the connection stays open, and the reply is shown if it comes"
	adviceTLS  = "neither side knows now whether TLS has begun, so the connection is closed; connect again"
)

var (
	awaitGreeting = awaited{
		"greeting.none", "a greeting",
		"a port that begins with TLS stays silent (try smtps://), and so does one that is not SMTP, or a server that is slow on purpose (wait on)",
		func(t Timeouts) time.Duration { return t.Greeting },
	}
	// The reading goroutine ends a handshake at its own deadline, which says
	// more; waiting is longer than that.
	awaitHandshake = awaited{
		"timeout.tls", "the end of the TLS handshake", adviceTLS,
		func(t Timeouts) time.Duration { return t.Command + t.Handshake },
	}
	awaitVerdict = awaited{
		"timeout.message", "the verdict on the message",
		"the message may have been accepted: wait on, or look for it before sending it again",
		func(t Timeouts) time.Duration { return t.DataDone },
	}
)

// byVerb are the commands with a deadline of their own (RFC 5321 §4.5.3.2).
var byVerb = map[string]awaited{
	"MAIL":   {"timeout.mail", "the reply to MAIL", adviceOpen, func(t Timeouts) time.Duration { return t.Mail }},
	"RCPT":   {"timeout.rcpt", "the reply to RCPT", adviceOpen, func(t Timeouts) time.Duration { return t.Rcpt }},
	"DATA":   {"timeout.data", "the reply to DATA", adviceOpen, func(t Timeouts) time.Duration { return t.DataStart }},
	"BDAT":   {"timeout.bdat", "the reply to BDAT", awaitVerdict.advice, awaitVerdict.limit},
	starttls: {"timeout.starttls", "the reply to STARTTLS", adviceTLS, awaitHandshake.limit},
}

// awaitReply says how the reply to verb is waited for. Only verbs of the
// catalogue are named: anything else may be a person's secret.
func awaitReply(verb string) awaited {
	if a, ok := byVerb[verb]; ok {
		return a
	}
	a := awaited{"timeout.command", "the reply", adviceOpen, func(t Timeouts) time.Duration { return t.Command }}
	if protocol.Lookup(verb) != nil {
		a.what += " to " + verb
	}
	return a
}
