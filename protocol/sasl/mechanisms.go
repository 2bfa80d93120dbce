package sasl

import (
	"net/smtp"
	"strings"

	"github.com/emersion/go-sasl"
)

// answers are what a mechanism was told, in the order of its prompts.
type answers [2]string

// mechanism is one row: what it is called, what it must be told, and who does it.
type mechanism struct {
	name    string
	clear   bool // the password itself goes over the wire
	prompts []Prompt
	client  func(answers) Client
}

var password = []Prompt{{Name: "username"}, {Name: "password", Secret: true}}

var mechanisms = []mechanism{
	{"PLAIN", true, password, func(a answers) Client { return sasl.NewPlainClient("", a[0], a[1]) }},             // RFC 4616
	{"LOGIN", true, password, func(a answers) Client { return &login{Client: sasl.NewLoginClient(a[0], a[1])} }}, // never standardised
	{"CRAM-MD5", false, password, func(a answers) Client { return cram{smtp.CRAMMD5Auth(a[0], a[1])} }},          // RFC 2195
}

// find returns the row of a mechanism named in any case.
func find(name string) (mechanism, bool) {
	for _, m := range mechanisms {
		if strings.EqualFold(m.name, name) {
			return m, true
		}
	}
	return mechanism{}, false
}

// login answers the second challenge with the password whatever its words
// are, and no third one: go-sasl insists on "Password:", and servers send
// what they like.
type login struct {
	Client
	done bool
}

func (l *login) Next([]byte) ([]byte, error) {
	if l.done {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	l.done = true
	return l.Client.Next([]byte("Password:"))
}

// cram lends net/smtp's CRAM-MD5, since go-sasl has none for clients.
type cram struct{ auth smtp.Auth }

func (c cram) Start() (string, []byte, error) { return c.auth.Start(&smtp.ServerInfo{}) }

func (c cram) Next(challenge []byte) ([]byte, error) { return c.auth.Next(challenge, true) }
