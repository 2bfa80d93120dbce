package wire

import (
	"bytes"
	"fmt"
)

// stranger is a protocol that is not SMTP, known by the first octets its
// server sends.
type stranger struct{ prefix, code, name, advice string }

var strangers = []stranger{
	{"HTTP/", "greeting.http", "HTTP", "this is a web server; mail is usually on port 25, 465 or 587"},
	{"* OK", "greeting.imap", "IMAP", "mailboxes are read here; mail is usually sent to port 25, 465 or 587"},
	{"* PREAUTH", "greeting.imap", "IMAP", "mailboxes are read here; mail is usually sent to port 25, 465 or 587"},
	{"* BYE", "greeting.imap", "IMAP", "mailboxes are read here; mail is usually sent to port 25, 465 or 587"},
	{"+OK", "greeting.pop", "POP3", "mailboxes are read here; mail is usually sent to port 25, 465 or 587"},
	{"-ERR", "greeting.pop", "POP3", "mailboxes are read here; mail is usually sent to port 25, 465 or 587"},
	{"SSH-", "greeting.ssh", "SSH", "this is a remote shell; mail is usually on port 25, 465 or 587"},
	{"\x15\x03", "greeting.tls", "TLS", "this port begins with a handshake; connect with smtps://"},
	{"\x16\x03", "greeting.tls", "TLS", "this port begins with a handshake; connect with smtps://"},
	{"\xff\xfb", "greeting.telnet", "Telnet", "a terminal is negotiated here; mail is usually on port 25, 465 or 587"},
	{"\xff\xfd", "greeting.telnet", "Telnet", "a terminal is negotiated here; mail is usually on port 25, 465 or 587"},
}

// fault ends a connection to a server that began like this.
func (s stranger) fault(first []byte) fault {
	return fault{
		code: s.code, text: fmt.Sprintf("the server speaks %s, not SMTP (it began with %q): %s", s.name, first, s.advice),
		close: "close.foreign", who: "this side closed the connection, since the server does not speak SMTP",
	}
}

// longestQuote is how much of a foreign greeting is shown, in octets.
const longestQuote = 60

// longestPrefix is how many octets it takes to know any stranger.
const longestPrefix = len("* PREAUTH")

// recognise returns the protocol that first, all that came so far, begins.
func recognise(first []byte) (stranger, bool) {
	for _, s := range strangers {
		if bytes.HasPrefix(first, []byte(s.prefix)) {
			return s, true
		}
	}
	return stranger{}, false
}

// couldBe tells whether first is the beginning of what some stranger begins with.
func couldBe(first []byte) bool {
	for _, s := range strangers {
		if len(first) < len(s.prefix) && s.prefix[:len(first)] == string(first) {
			return true
		}
	}
	return false
}

// meet looks at the first octets from the server, and ends the connection
// where they are not SMTP's. It consumes nothing: TLS and Telnet may never
// send the LF that reading a line waits for.
func (c *Conn) meet() bool {
	for n := 1; n <= longestPrefix; n++ {
		first, err := c.br.Peek(n)
		if s, ok := recognise(first); ok {
			first, _ = c.br.Peek(min(c.br.Buffered(), longestQuote))
			return c.fail(s.fault(first))
		}
		if err != nil || !couldBe(first) {
			return true
		}
	}
	return true
}
