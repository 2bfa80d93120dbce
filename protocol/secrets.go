package protocol

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
)

// minSecret is the shortest text that is looked for: taking out anything
// shorter would spoil replies and hide little.
const minSecret = 4

// Secrets are the credentials of one connection. Servers repeat lines that they
// do not understand, so every line of theirs is searched for them. The zero
// Secrets has none. It has one user at a time.
type Secrets struct {
	// list is looked for in every line, common in a login only; both longest
	// first, so that a part does not spoil the whole.
	list, common [][]byte
	// name is true when the next answer in an exchange is LOGIN's user name.
	name bool
}

// Note remembers what is secret in a line with a verb, "" for none, that is
// sent in state st: as typed, and decoded. User names are not: they stand in
// many harmless replies.
func (s *Secrets) Note(line, verb string, st State) {
	span, secret := SecretSpan(line, st)
	isName := s.name && st.Phase == PhaseAuth
	s.name = false
	if verb == "AUTH" && st.Phase != PhaseAuth && Parse(line, st).Cmd.Mechanism == "LOGIN" {
		isName, s.name = secret, !secret
	}
	if !secret {
		return
	}
	token := line[span.Start:span.End]
	addSecret(&s.list, token)
	if !isName {
		s.Password(passwordIn(token), st)
	}
}

// Password remembers a password, and how it looks encoded by itself. One that
// the server used as a word of its own before is common: taken out everywhere
// it would spoil replies, and it would hide nothing.
func (s *Secrets) Password(text string, st State) {
	list := &s.list
	if text != "" && strings.Contains(st.Greeting+" "+st.Caps.Name, text) {
		list = &s.common
	}
	addSecret(list, text)
	addSecret(&s.list, base64.StdEncoding.EncodeToString([]byte(text)))
}

// passwordIn returns the last part of a base64 token: the password in PLAIN's
// three (RFC 4616 §2), the bearer's token in OAUTHBEARER's (RFC 7628 §3.1). It
// is "" for anything else.
func passwordIn(token string) string {
	// A server may take a token whose padding is wrong, and repeat the password.
	plain, err := base64.RawStdEncoding.DecodeString(strings.Trim(token, "="))
	if err != nil {
		return ""
	}
	parts := strings.FieldsFunc(string(plain), func(r rune) bool { return r == 0 || r == 1 })
	if len(parts) == 0 {
		return ""
	}
	return parts[len(parts)-1]
}

// addSecret remembers one text.
func addSecret(list *[][]byte, text string) {
	known := func(b []byte) bool { return string(b) == text }
	if len(text) < minSecret || slices.ContainsFunc(*list, known) {
		return
	}
	*list = append(*list, []byte(text))
	slices.SortStableFunc(*list, func(a, b []byte) int { return len(b) - len(a) })
}

// Scrub returns a line that the server sent in state st without the secrets.
// The code and what parts it from the text are never touched. The line itself
// is not changed.
func (s *Secrets) Scrub(line []byte, st State) []byte {
	line = without(line, s.list)
	if st.loggingIn() {
		line = without(line, s.common)
	}
	return line
}

// loggingIn tells whether a login is under way or was refused: there a server
// may repeat what it was sent.
func (st State) loggingIn() bool { return st.AuthMech != "" || st.AuthTried && st.Auth == "" }

// without replaces each of list in the text of a reply line.
func without(line []byte, list [][]byte) []byte {
	head := 0
	if _, _, _, _, ok := ParseReplyLine(line); ok {
		head = min(len("250 "), len(line))
	}
	for _, secret := range list {
		if bytes.Contains(line[head:], secret) {
			clean := bytes.ReplaceAll(line[head:], secret, []byte(Hidden))
			line = append(line[:head:head], clean...)
		}
	}
	return line
}
