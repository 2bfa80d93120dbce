package tui

import (
	"fmt"
	"strings"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// stateWords is the longer form for the status bar.
func stateWords(st protocol.State) string {
	words := []string{console.Standing(st)}
	if st.Phase != protocol.PhaseReady && st.Hello != "" && st.Phase != protocol.PhaseClosing {
		words = append([]string{st.Hello + " ok"}, words...)
	}
	if st.Auth != "" {
		words = append(words, "AUTH "+st.Auth)
	}
	if st.Messages > 0 {
		words = append(words, plural(st.Messages, "message")+" accepted")
	}
	if n := len(st.Caps.List); n > 0 {
		words = append(words, plural(n, "extension"))
	}
	return strings.Join(words, " · ")
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// tlsWord is the protection in two words, and whether it is as it should be.
func tlsWord(t *protocol.TLSInfo) (word string, good bool) {
	switch {
	case t == nil:
		return "plaintext", false
	case t.Verified:
		return t.Version + " verified", true
	}
	return t.Version + " NOT VERIFIED", false
}

// elapsed is a duration as mm:ss, or h:mm:ss.
func elapsed(d time.Duration) string {
	s := int(d.Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// nowLine lists the commands that a correct server takes now.
func nowLine(st protocol.State) string {
	if st.RawAwaited() {
		return "Now: :end ends the raw message with CRLF . CRLF, :drop closes the connection."
	}
	switch st.Phase {
	case protocol.PhaseClosed:
		return "Now: F7 connects again."
	case protocol.PhaseConnected:
		return "Now: wait for the server's 220."
	case protocol.PhaseAuth:
		return "Now: an answer in base64, or * to cancel. :auth does it for you."
	case protocol.PhaseData:
		return "Now: the message, then a lone dot. F4 opens the editor."
	case protocol.PhaseVerdict:
		return "Now: wait for the verdict on the message."
	}
	var verbs []string
	for _, spec := range protocol.LegalNow(st) {
		verbs = append(verbs, spec.Verb)
	}
	if len(verbs) == 0 {
		return ""
	}
	return "Now: " + strings.Join(verbs, ", ")
}
