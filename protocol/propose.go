package protocol

import (
	"strconv"
	"strings"
)

// MailLine is the MAIL command to propose in state st for a message with the
// facts f: from is the reverse-path, "" the null one, and angle brackets around
// it are not doubled. Each parameter stands there where the message calls for it
// and the server offers it: SIZE (RFC 1870 §6), BODY (RFC 6152 §2, RFC 3030
// §3), SMTPUTF8 (RFC 6531 §3.4).
//
// BODY=BINARYMIME binds the client to BDAT: whoever is going to send DATA, or
// text by BDAT, clears f.Binary first. The path is not judged; Parse does that.
func MailLine(from string, f MessageFacts, st State) string {
	words := []string{"MAIL FROM:" + bracketed(from)}
	binary := f.Binary && st.Caps.Has("BINARYMIME") && st.Caps.Has("CHUNKING")
	if size := f.sent(binary); size > 0 && st.Caps.Has("SIZE") {
		words = append(words, "SIZE="+strconv.FormatInt(size, 10))
	}
	switch {
	case binary:
		words = append(words, "BODY=BINARYMIME")
	case f.EightBit && st.Caps.Has("8BITMIME"):
		words = append(words, "BODY=8BITMIME")
	}
	if (f.UTF8Header || !isASCII(from)) && st.Caps.Has("SMTPUTF8") {
		words = append(words, "SMTPUTF8")
	}
	return strings.Join(words, " ")
}

// RcptLine is the RCPT command for one recipient (RFC 5321 §4.1.1.3), with or
// without angle brackets around it. The path is not judged; Parse does that.
func RcptLine(to string) string { return "RCPT TO:" + bracketed(to) }

// bracketed is path in angle brackets, in one pair of them.
func bracketed(path string) string {
	if strings.HasPrefix(path, "<") && strings.HasSuffix(path, ">") {
		return path
	}
	return "<" + path + ">"
}
