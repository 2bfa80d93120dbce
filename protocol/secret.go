package protocol

import (
	"slices"
	"strings"
)

// SecretSpan returns the part of a line typed in state st that must never be
// shown or kept: an AUTH initial response, an answer in an AUTH exchange, and,
// after an AUTH that led nowhere, any line that is not a known command, since
// scripts and hurried hands send the answers all the same. A cancel "*" is no
// secret. It reports false where there is nothing to hide.
func SecretSpan(raw string, st State) (Span, bool) {
	if st.Phase == PhaseAuth {
		return Span{0, len(raw)}, raw != "" && raw != "*"
	}
	if st.Phase == PhaseData {
		return Span{}, false
	}
	if i := strings.IndexAny(raw, "\r\n"); i >= 0 {
		return beforeBreak(raw, i, st)
	}
	word, at := nextWord(raw, 0)
	switch {
	case isAuthWord(word):
		return authSecret(raw, word, at, st)
	case isMechanism(word, st):
		return behind(raw, at)
	case st.AuthTried && Lookup(word) == nil && word != "":
		return Span{0, len(raw)}, true
	}
	return Span{}, false
}

// beforeBreak judges a line with a line break at i: what stands behind it could
// be anything, and never goes out.
func beforeBreak(raw string, i int, st State) (Span, bool) {
	if span, ok := SecretSpan(raw[:i], st); ok {
		return Span{span.Start, len(raw)}, true
	}
	return behind(raw, i)
}

// isAuthWord tells whether a first word is AUTH, a slip of it, or AUTH with
// what should follow glued to it.
func isAuthWord(word string) bool {
	upper := strings.ToUpper(word)
	return strings.HasPrefix(upper, "AUT") || len(upper) >= 3 && Lookup(upper) == nil && distance(upper, "AUTH") <= 1
}

// authSecret is everything behind the mechanism. Where no mechanism stands in
// its place the secret may.
func authSecret(raw, word string, at int, st State) (Span, bool) {
	glued := ""
	if len(word) > len("AUTH")+1 {
		glued = word[len("AUTH"):]
	}
	switch {
	case isMechanism(glued, st):
		return behind(raw, at)
	case glued != "" && !strings.EqualFold(word, "AUTHENTICATE"):
		return Span{strings.Index(raw, word) + len("AUTH"), len(raw)}, true
	}
	if mech, after := nextWord(raw, at); isMechanism(mech, st) {
		at = after
	}
	return behind(raw, at)
}

// behind is what stands behind at and the blanks there, if anything does.
func behind(raw string, at int) (Span, bool) {
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\t') {
		at++
	}
	return Span{at, len(raw)}, at < len(raw)
}

// isMechanism tells whether word names a SASL mechanism, known or offered.
func isMechanism(word string, st State) bool {
	upper := strings.ToUpper(word)
	return slices.Contains(mechanismNames, upper) || strings.HasPrefix(upper, "SCRAM-") && len(upper) <= 20 || upper != "" && slices.Contains(st.Caps.Mechanisms(), upper)
}

// mechanismNames are the mechanisms met with SMTP (RFC 4422 and its like).
var mechanismNames = []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "GSSAPI", "NTLM"}

// nextWord returns the first word of raw[from:] and the offset behind it.
func nextWord(raw string, from int) (string, int) {
	start := from
	for start < len(raw) && (raw[start] == ' ' || raw[start] == '\t') {
		start++
	}
	end := start
	for end < len(raw) && raw[end] != ' ' && raw[end] != '\t' {
		end++
	}
	return raw[start:end], end
}
