package protocol

import (
	"slices"
	"strings"
	"unicode"
)

// SecretSpan returns the part of a line typed in state st that must never be
// shown or kept: an AUTH initial response, an answer in an AUTH exchange, and,
// once AUTH was tried, any single word that is no command, since scripts and
// hurried hands send the answers all the same. A cancel "*" is no secret. It
// reports false where there is nothing to hide.
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
	start := dialogueMark(raw)
	word, at := nextWord(raw, start)
	switch {
	case isAuthWord(word):
		return authSecret(raw, word, at, st)
	case isMechanism(word, st), strings.EqualFold(word, "PASS"): // the habit of POP3
		return behind(raw, at)
	case st.AuthTried && looksLikeAnswer(raw[start:]):
		return behind(raw, start)
	}
	return authInside(raw, at, st)
}

// looksLikeAnswer tells whether a line could be an answer to AUTH that nobody
// asked for: one word that is no command. Private commands begin with X
// (RFC 5321 §4.1.5).
func looksLikeAnswer(raw string) bool {
	word := strings.TrimSpace(raw)
	return word != "" && !strings.ContainsAny(word, " \t") && Lookup(word) == nil && word[0]|0x20 != 'x'
}

// authInside finds AUTH and a mechanism behind other words, as in a dialogue
// copied with its "C:".
func authInside(raw string, at int, st State) (Span, bool) {
	for at < len(raw) {
		word, end := nextWord(raw, at)
		if isMechanism(word, st) {
			if token, _ := nextWord(raw, end); len(token) >= 8 || strings.EqualFold(lastWord(raw[:at]), "AUTH") {
				return behind(raw, end)
			}
		}
		at = end
	}
	return Span{}, false
}

func lastWord(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}

// dialogueMark is how much of a line marks who speaks, where it was copied from
// a printed dialogue: "C:", "->", "~>", ">>>"; and a byte order mark.
func dialogueMark(raw string) int {
	for _, mark := range []string{"\ufeff", "C:", "c:", "->", "~>", ">>>", ">"} {
		if strings.HasPrefix(strings.TrimSpace(raw), mark) {
			return strings.Index(raw, mark) + len(mark)
		}
	}
	return 0
}

// mentionsAuth tells whether a line was meant as AUTH, marks of a copied
// dialogue left aside.
func mentionsAuth(raw string) bool {
	word, _ := nextWord(raw, dialogueMark(raw))
	return isAuthWord(word)
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
	at += len(raw[at:]) - len(strings.TrimLeftFunc(raw[at:], unicode.IsSpace))
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
	start += len(raw[start:]) - len(strings.TrimLeftFunc(raw[start:], unicode.IsSpace))
	end := start + strings.IndexFunc(raw[start:], unicode.IsSpace)
	if end < start {
		end = len(raw)
	}
	return raw[start:end], end
}
