package protocol

import "strings"

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
	word, at := nextWord(raw, 0)
	if isAuthWord(word) {
		return afterMechanism(raw, word, at)
	}
	if st.AuthTried && Lookup(word) == nil && word != "" {
		return Span{0, len(raw)}, true
	}
	return Span{}, false
}

// isAuthWord tells whether a first word is AUTH, a slip of it, or AUTH with
// what should follow glued to it.
func isAuthWord(word string) bool {
	upper := strings.ToUpper(word)
	return strings.HasPrefix(upper, "AUTH") || len(upper) >= 3 && Lookup(upper) == nil && distance(upper, "AUTH") <= 1
}

// afterMechanism is everything behind the mechanism, or behind the verb where
// the mechanism is glued to it.
func afterMechanism(raw, word string, at int) (Span, bool) {
	if len(word) <= len("AUTH")+1 {
		_, at = nextWord(raw, at)
	}
	for at < len(raw) && (raw[at] == ' ' || raw[at] == '\t') {
		at++
	}
	return Span{at, len(raw)}, at < len(raw)
}

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
