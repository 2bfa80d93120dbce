package practice

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-sasl"

	"smtpconsole/protocol"
)

// Username and Password are the one login of the server.
const (
	Username = "learner"
	Password = "practice"
)

// mechanism is one SASL mechanism offered.
type mechanism struct {
	name string
	// shape is what the client must send, for one who sent something else.
	shape string
	start func(*session) sasl.Server
}

// mechanisms are the ones offered, in the order of the EHLO reply.
var mechanisms = [...]mechanism{
	{"PLAIN", "an octet 0, the user name, an octet 0 and the password, all in base64 (RFC 4616 §2)", startPlain},
	{"LOGIN", "the user name, then the password, each in base64 when asked", startLogin},
	{"CRAM-MD5", "the user name, a space and the HMAC-MD5 of the challenge in lower-case hex, all in base64 (RFC 2195 §2)", startCRAM},
}

// errCredentials is the error of an exchange whose only fault is a wrong user
// name or password.
var errCredentials = errors.New("wrong user name or password")

// check compares in constant time, as a server that is copied from should.
func check(username, password string) error {
	user := subtle.ConstantTimeCompare([]byte(username), []byte(Username))
	pass := subtle.ConstantTimeCompare([]byte(password), []byte(Password))
	if user&pass != 1 {
		return errCredentials
	}
	return nil
}

func startPlain(*session) sasl.Server {
	return sasl.NewPlainServer(func(_, username, password string) error { return check(username, password) })
}

// loginServer is the LOGIN mechanism, which go-sasl has for clients only.
type loginServer struct {
	username []byte // nil until it was given
}

func startLogin(*session) sasl.Server { return new(loginServer) }

// Next asks for the user name, then the password. A client may bring the user
// name as initial response.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil:
		return []byte("Username:"), false, nil
	case l.username == nil:
		l.username = response
		return []byte("Password:"), false, nil
	}
	return nil, true, check(string(l.username), string(response))
}

// cramServer is CRAM-MD5 (RFC 2195 §2), which go-sasl does not have.
type cramServer struct {
	challenge []byte
}

func startCRAM(s *session) sasl.Server {
	return &cramServer{fmt.Appendf(nil, "<%s.%d@%s>", rand.Text(), s.server.opts.Now().Unix(), s.server.opts.Name)}
}

// Next sends the challenge, then judges the response to it.
func (c *cramServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return c.challenge, false, nil
	}
	username, digest, ok := bytes.Cut(response, []byte(" "))
	if !ok {
		return nil, false, sasl.ErrUnexpectedClientResponse
	}
	mac := hmac.New(md5.New, []byte(Password))
	mac.Write(c.challenge)
	want := hex.EncodeToString(mac.Sum(nil))
	if string(username) != Username || !hmac.Equal([]byte(want), digest) {
		return nil, false, errCredentials
	}
	return nil, true, nil
}

// auth begins an exchange (RFC 4954 §4).
func (s *session) auth(cmd protocol.Command) protocol.Reply {
	for _, m := range mechanisms {
		if m.name == cmd.Mechanism {
			s.login = exchange{m.start(s), m.shape}
			return s.step(initial(cmd))
		}
	}
	return say(504, "5.5.4", cmd.Mechanism+" is not among the mechanisms offered: use PLAIN, LOGIN or CRAM-MD5")
}

// exchange is an AUTH under way. The zero value is none.
type exchange struct {
	server sasl.Server
	shape  string // see mechanism
}

// initial decodes an initial response, which the grammar has checked; nil is
// none, and "=" an empty one.
func initial(cmd protocol.Command) []byte {
	if !cmd.Initial {
		return nil
	}
	_, response, _ := strings.Cut(cmd.Arg, " ")
	if response == "=" {
		response = ""
	}
	return decode(response)
}

// response reads and answers one line of the exchange.
func (s *session) response() (protocol.Reply, error) {
	raw, fault := s.link.readLine(s.server.opts.Limits.AuthLine)
	if fault != nil && !isLineFault(fault) {
		return protocol.Reply{}, fault
	}
	before := s.st
	ln := protocol.Parse(raw, before)
	ln.Diags = append(lineFault(fault), ln.Diags...)
	s.observe(protocol.ClientLine(raw, before))
	if raw == "*" {
		return say(501, "5.7.0", "AUTH cancelled"), nil
	}
	if r, refused := refusal(ln, before); refused {
		return r, nil
	}
	return s.step(decode(raw)), nil
}

// step hands a response to the exchange and says what comes of it. A challenge
// is the whole text of its 334.
func (s *session) step(response []byte) protocol.Reply {
	challenge, done, err := s.login.server.Next(response)
	switch {
	case errors.Is(err, errCredentials):
		return s.wrong()
	case err != nil:
		return say(501, "5.5.2", "this mechanism wants "+s.login.shape)
	case done:
		return say(235, "2.7.0", "welcome, "+Username)
	}
	return protocol.Reply{Code: 334, Lines: []string{base64.StdEncoding.EncodeToString(challenge)}}
}

// wrong refuses a login; the last one allowed ends the session (RFC 4954 §9).
func (s *session) wrong() protocol.Reply {
	s.failures++
	if limit := s.server.opts.Limits.Logins; s.failures >= limit {
		return say(421, "4.7.0", fmt.Sprintf("%d wrong logins are enough: closing", limit))
	}
	return say(535, "5.7.8", "wrong user name or password: this server knows "+Username+" with the password "+Password)
}

// decode reads base64 that the grammar has checked; it is never nil.
func decode(text string) []byte {
	octets, _ := base64.StdEncoding.DecodeString(text)
	return append([]byte{}, octets...)
}
