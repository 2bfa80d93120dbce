package history

import "strings"

// streamTaker reads what tcpflow -c prints: in front of each piece of a
// connection stand the addresses and ports of both ends. A stream without them,
// as Wireshark saves one, has no marks and is read as a terminal's text.
type streamTaker struct {
	im     *importer
	plain  *telnetTaker
	server string  // end that speaks first, or is answered
	by     speaker // of the piece the line belongs to
}

func newStreamTaker(im *importer) lineTaker {
	return &streamTaker{im: im, plain: &telnetTaker{im: im}}
}

func streamMarks(line string) (string, bool) {
	_, _, said, ok := cutEnds(line)
	return said, ok
}

// cutEnds takes "192.000.002.001.00025-192.000.002.009.40000: " off a line.
func cutEnds(line string) (from, to, said string, ok bool) {
	ends, said, found := strings.Cut(line, ": ")
	if !found {
		ends, found = strings.CutSuffix(line, ":")
	}
	from, to, both := strings.Cut(ends, "-")
	return from, to, said, found && both && isEnd(from) && isEnd(to)
}

// isEnd tells whether a word is address and port as tcpflow writes them.
func isEnd(word string) bool {
	dot := strings.LastIndexByte(word, '.')
	return dot > 0 && len(word)-dot-1 == 5 && strings.Trim(word[dot+1:], "0123456789") == "" &&
		strings.Trim(strings.ToLower(word[:dot]), "0123456789abcdef.:") == ""
}

func (s *streamTaker) take(ln textLine) {
	from, to, said, marked := cutEnds(ln.text)
	switch {
	case !marked && s.server == "":
		s.plain.take(ln)
		return
	case !marked:
		said = ln.text
	case s.server == "":
		s.server = to
		if isReply(said) {
			s.server = from
		}
	}
	if marked {
		s.by = theClient
		if from == s.server {
			s.by = theServer
		}
	}
	s.takeSaid(said)
}

func (s *streamTaker) takeSaid(said string) {
	switch {
	case s.by == theServer && (isReply(said) || s.im.midReply()):
		s.im.said(theServer, said)
	case s.by == theClient && s.im.body != nil:
		s.im.message(said)
	case said == "":
		s.im.aside()
	case s.by == theClient:
		s.im.said(theClient, said)
	default:
		s.im.unclear("it is the server's, and a reply begins with three digits")
	}
}
