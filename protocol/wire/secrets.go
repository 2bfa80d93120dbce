package wire

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// minSecret is the shortest text that is looked for: taking out anything
// shorter would spoil replies and hide little.
const minSecret = 4

// secrets are the credentials sent on one connection. Servers repeat lines
// they do not understand, so every line they send is searched for them.
type secrets struct {
	// list is looked for in every line, common in a login only; both longest
	// first, so that a part does not spoil the whole.
	list, common [][]byte
	// name is true when the next answer in an exchange is LOGIN's user name.
	name bool
}

// note remembers what is secret in a line with a verb, "" for none, that is
// sent in state st: as typed, and decoded. User names are not: they stand in
// many harmless replies.
func (s *secrets) note(line, verb string, st protocol.State) {
	span, secret := protocol.SecretSpan(line, st)
	isName := s.name && st.Phase == protocol.PhaseAuth
	s.name = false
	if verb == "AUTH" && st.Phase != protocol.PhaseAuth && protocol.Parse(line, st).Cmd.Mechanism == "LOGIN" {
		isName, s.name = secret, !secret
	}
	if !secret {
		return
	}
	token := line[span.Start:span.End]
	add(&s.list, token)
	if !isName {
		s.password(decoded(token), st)
	}
}

// password remembers a password, and how it looks encoded by itself. One that
// the server used as a word of its own before is common: taken out everywhere
// it would spoil replies, and it would hide nothing.
func (s *secrets) password(text string, st protocol.State) {
	list := &s.list
	if text != "" && strings.Contains(st.Greeting+" "+st.Caps.Name, text) {
		list = &s.common
	}
	add(list, text)
	add(&s.list, base64.StdEncoding.EncodeToString([]byte(text)))
}

// decoded returns the last part of a base64 token: the password in PLAIN's
// three (RFC 4616 §2), the bearer's token in OAUTHBEARER's (RFC 7628 §3.1). It
// is "" for anything else.
func decoded(token string) string {
	plain, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return ""
	}
	parts := strings.FieldsFunc(string(plain), func(r rune) bool { return r == 0 || r == 1 })
	if len(parts) == 0 {
		return ""
	}
	return parts[len(parts)-1]
}

// add remembers one text.
func add(list *[][]byte, text string) {
	known := func(b []byte) bool { return string(b) == text }
	if len(text) < minSecret || slices.ContainsFunc(*list, known) {
		return
	}
	*list = append(*list, []byte(text))
	slices.SortStableFunc(*list, func(a, b []byte) int { return len(b) - len(a) })
}

// scrub returns the server's line without the secrets. The code and what
// parts it from the text are never touched. The line itself is not changed.
func (s *secrets) scrub(line []byte, login bool) []byte {
	line = without(line, s.list)
	if login {
		line = without(line, s.common)
	}
	return line
}

// without replaces each of list in the text of a reply line.
func without(line []byte, list [][]byte) []byte {
	head := 0
	if _, _, _, _, ok := protocol.ParseReplyLine(line); ok {
		head = min(len("250 "), len(line))
	}
	for _, secret := range list {
		if bytes.Contains(line[head:], secret) {
			clean := bytes.ReplaceAll(line[head:], secret, []byte(protocol.Hidden))
			line = append(line[:head:head], clean...)
		}
	}
	return line
}
