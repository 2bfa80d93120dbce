package practice

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"

	"smtpconsole/protocol"
)

// lineLimit is the longest line of a message, CR LF included (RFC 5321
// §4.5.3.1.6).
const lineLimit = 1000

// overrun is how many times the size limit is read of a message, to answer it
// in peace, before the client is hung up on.
const overrun = 4

// content collects the octets of one message and what is wrong with them. It
// keeps no more than the limit, and counts on.
type content struct {
	limit int64
	kept  bytes.Buffer
	sum   hash.Hash
	size  int64

	last   byte // the octet before
	column int  // octets since the last CR LF
	long   int  // lines over lineLimit

	bareCR, bareLF, nul, eight int // octets of each kind
}

func newContent(limit int64) *content { return &content{limit: limit, sum: sha256.New()} }

// Write takes octets of the message as they are meant, without stuffed dots.
// Its only error is hangUp.
func (c *content) Write(p []byte) (int, error) {
	if room := c.limit - c.size; room > 0 {
		c.kept.Write(p[:min(int64(len(p)), room)])
	}
	c.size += int64(len(p))
	c.sum.Write(p)
	for _, octet := range p {
		c.look(octet)
	}
	if c.size/overrun > c.limit {
		return len(p), hangUp{say(421, "4.7.0", "this message has no end: closing")}
	}
	return len(p), nil
}

// look notes what is wrong at one octet, given the one before.
func (c *content) look(octet byte) {
	c.column++
	if c.column == lineLimit+1 {
		c.long++
	}
	switch {
	case c.last == '\r' && octet == '\n':
		c.column = 0
	case octet == '\n':
		c.bareLF++
	case c.last == '\r':
		c.bareCR++
	}
	switch {
	case octet == 0:
		c.nul++
	case octet > 127:
		c.eight++
	}
	c.last = octet
}

// digest is the SHA-256 of all octets, in hex.
func (c *content) digest() string { return hex.EncodeToString(c.sum.Sum(nil)) }

// refusal says why the message cannot be taken; false where it can.
func (c *content) refusal() (protocol.Reply, bool) {
	if c.size > c.limit {
		return tooBig(c.size, c.limit), true
	}
	for _, f := range c.flaws() {
		if f.count > 0 {
			return say(550, f.enhanced, fmt.Sprintf("the message has %d %s", f.count, f.text)), true
		}
	}
	return protocol.Reply{}, false
}

// flaw is one thing a message must not have, and how often it has it.
type flaw struct {
	count          int
	enhanced, text string
}

func (c *content) flaws() []flaw {
	bareCR := c.bareCR
	if c.last == '\r' {
		bareCR++
	}
	return []flaw{
		{c.bareLF, "5.5.2", "LF without CR: each line must end in CR LF, and nothing else may (RFC 5321 §2.3.8)"},
		{bareCR, "5.5.2", "CR without LF: each line must end in CR LF, and nothing else may (RFC 5321 §2.3.8)"},
		{c.nul, "5.6.0", "NUL octets: encode binary content, for example as base64 (RFC 5322 §3.5)"},
		{c.long, "5.6.0", "lines over 1000 octets with their CR LF: break them, or encode the content (RFC 5321 §4.5.3.1.6)"},
	}
}

// tooBig refuses size octets, announced or sent (RFC 1870 §6).
func tooBig(size, limit int64) protocol.Reply {
	return say(552, "5.3.4", fmt.Sprintf("%d octets are more than this server takes: %d at most (RFC 1870 §6)", size, limit))
}
