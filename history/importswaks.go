package history

import (
	"strings"

	"smtpconsole/protocol"
)

// swaksMark is a mark of swaks without the blanks around it.
type swaksMark struct {
	mark string
	by   speaker
}

// swaksMarksKnown are all of them: the tilde stands behind a handshake, and two
// stars on the side that did what was not expected.
func swaksMarksKnown() []swaksMark {
	return []swaksMark{
		{"->", theClient},
		{"~>", theClient},
		{"**>", theClient},
		{"*~>", theClient},
		{"<**", theServer},
		{"<~*", theServer},
		{"<-", theServer},
		{"<~", theServer},
		{"===", nobody},
		{"***", nobody},
	}
}

// swaksTaker reads what swaks prints.
type swaksTaker struct {
	im    *importer
	marks []swaksMark
}

func newSwaksTaker(im *importer) lineTaker {
	return &swaksTaker{im: im, marks: swaksMarksKnown()}
}

func swaksMarks(line string) (string, bool) {
	by, said := cutSwaks(line, swaksMarksKnown())
	return said, by == theClient || by == theServer
}

// cutSwaks takes the mark off a line. What the client says begins behind one
// blank, and a reply behind as many as bring it below it.
func cutSwaks(line string, marks []swaksMark) (speaker, string) {
	text := trimIndent(line)
	for _, m := range marks {
		rest, ok := strings.CutPrefix(text, m.mark)
		switch {
		case !ok || rest != "" && rest[0] != ' ':
			continue
		case m.by == theClient:
			return m.by, strings.TrimPrefix(rest, " ")
		}
		return m.by, strings.TrimLeft(rest, " ")
	}
	return unlabelled, text
}

func (s *swaksTaker) take(ln textLine) {
	by, said := cutSwaks(ln.text, s.marks)
	switch {
	case by == theServer && (isReply(said) || s.im.midReply()):
		s.im.said(theServer, said)
	case by == nobody:
		s.info(said)
	case by == theServer:
		s.im.note(said) // of a reply that did not come
	case by == theClient && strings.HasSuffix(said, " lines sent"):
		s.im.unclear("swaks was told not to print the message")
	case by == theClient && s.im.body != nil:
		s.im.message(said)
	case by == theClient:
		s.im.said(theClient, said)
	case ln.text == "":
		s.im.aside()
	default:
		s.im.unclear("it has no mark of swaks")
	}
}

// info takes what swaks said for itself.
func (s *swaksTaker) info(text string) {
	_, cipher, started := strings.Cut(text, "TLS started with cipher ")
	to, reached := strings.CutPrefix(text, "Connected to ")
	to, trying := strings.CutPrefix(to, "Trying ")
	switch {
	case trying:
		s.im.connected(strings.TrimSuffix(to, "..."))
	case reached:
		s.im.aside() // as tried
	case started:
		s.im.secured(opensslCipher(cipher))
	case strings.HasPrefix(text, "Connection closed"), strings.HasPrefix(text, "Remote host closed"):
		s.im.closed(strings.TrimSuffix(text, "."))
	case strings.HasPrefix(text, "response in "):
		s.im.aside()
	default:
		s.im.note(text)
	}
}

// opensslCipher reads version, suite and bits as swaks prints them.
func opensslCipher(text string) *protocol.TLSInfo {
	parts := append(strings.Split(text, ":"), "")
	return &protocol.TLSInfo{
		Version: strings.Replace(parts[0], "TLSv", "TLS ", 1), Cipher: parts[1],
		Verdict: unsaid + "the certificate",
	}
}
