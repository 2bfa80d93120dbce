package history

import (
	"fmt"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// postfixLine is a line of Postfix's log.
type postfixLine struct {
	at      time.Time // zero where it has none
	program string    // "smtpd"; "" where the line begins with the text
	pid     string
	text    string
}

// parsePostfix reads what syslog put in front of a line.
func parsePostfix(line string, now time.Time) postfixLine {
	head, text, ok := strings.Cut(line, "]: ")
	tag := head[strings.LastIndexByte(head, ' ')+1:]
	service, pid, found := strings.Cut(tag, "[")
	if !ok || !found || !strings.Contains(service, "postfix") {
		return postfixLine{text: trimIndent(line)}
	}
	return postfixLine{
		at: logTime(head, now), program: service[strings.LastIndexByte(service, '/')+1:], pid: pid, text: text,
	}
}

// logTime reads the time a line begins with: RFC 3339, or the old form, which
// has no year and means the last such day before now.
func logTime(head string, now time.Time) time.Time {
	word, _, _ := strings.Cut(head, " ")
	if at, err := time.Parse(time.RFC3339Nano, word); err == nil {
		return at
	}
	if len(head) < len(time.Stamp) {
		return time.Time{}
	}
	at, err := time.ParseInLocation(time.Stamp, head[:len(time.Stamp)], now.Location())
	if err != nil {
		return time.Time{}
	}
	at = at.AddDate(now.Year(), 0, 0)
	if at.After(now.AddDate(0, 0, 1)) {
		at = at.AddDate(-1, 0, 0)
	}
	return at
}

// cutPeer reads "> host[address]: text" and "> host[address]:port: text".
func cutPeer(text string) (received bool, said string, ok bool) {
	if len(text) < 2 || text[0] != '<' && text[0] != '>' || text[1] != ' ' {
		return false, "", false
	}
	_, rest, found := strings.Cut(text, "]:")
	port, said, more := strings.Cut(rest, ":")
	if !more || strings.Trim(port, "0123456789") != "" || port == "" {
		said = rest
	}
	return text[0] == '<', strings.TrimPrefix(said, " "), found
}

func postfixMarks(line string) (string, bool) {
	_, said, ok := cutPeer(parsePostfix(line, time.Time{}).text)
	return said, ok
}

// postfixTaker reads the log of one process: "<" came from the other side and
// ">" went there, so that who is who depends on the program.
type postfixTaker struct {
	im  *importer
	pid string // "" before the first line that counts
	// logger is the side that wrote the log; nobody before that is known.
	logger speaker
}

func newPostfixTaker(im *importer) lineTaker { return &postfixTaker{im: im, logger: nobody} }

func (p *postfixTaker) take(ln textLine) {
	line := parsePostfix(ln.text, p.im.now)
	received, said, spoken := cutPeer(line.text)
	p.im.at = line.at
	switch {
	case p.pid != "" && line.pid != "" && line.pid != p.pid:
		p.im.line.text = strings.TrimSuffix(ln.text, said) // it may be a secret of a session that is not followed
		p.im.unclear(fmt.Sprintf("it belongs to process %q, and the session to %s: import its lines alone", protocol.Safe(line.pid), p.pid))
	case spoken:
		p.takeSaid(line, received, said)
	case line.program == "" && line.text != "":
		p.im.unclear("it is no line of Postfix's log")
	default:
		p.takeOther(line)
	}
}

// takeSaid takes a line of the dialogue.
func (p *postfixTaker) takeSaid(line postfixLine, received bool, said string) {
	p.pid = line.pid
	if p.logger == nobody {
		p.logger = loggerOf(line.program, received, said)
	}
	by := p.logger
	if received {
		by = theClient + theServer - p.logger
	}
	switch {
	case by == theServer:
		p.im.said(theServer, said)
	case p.im.body != nil:
		p.im.message(said)
	default:
		p.im.said(theClient, said)
	}
}

// loggerOf is the side that a program takes; without a name the side that the
// first line shows: the server speaks first.
func loggerOf(program string, received bool, said string) speaker {
	switch {
	case program == "smtp" || program == "lmtp":
		return theClient
	case program == "" && received == isReply(said):
		return theClient
	}
	return theServer
}

// takeOther takes a line that says how the session stands, or is none of it.
func (p *postfixTaker) takeOther(line postfixLine) {
	where, text, _ := strings.Cut(line.text, " TLS connection established ")
	switch {
	case strings.HasPrefix(line.text, "connect from "):
		p.pid = line.pid
		p.im.connected("")
	case strings.HasPrefix(line.text, "disconnect from "), strings.HasPrefix(line.text, "lost connection "):
		p.im.closed(line.text)
	case text != "":
		p.im.secured(postfixTLS(where, text))
	default:
		p.im.aside()
	}
}

// postfixTLS reads "Untrusted TLS connection established to HOST: TLSv1.3 with
// cipher NAME (256/256 bits)".
func postfixTLS(trust, text string) *protocol.TLSInfo {
	_, how, _ := strings.Cut(text, "]:")
	_, how, _ = strings.Cut(how, "TLSv")
	version, rest, _ := strings.Cut(how, " with cipher ")
	cipher, _, _ := strings.Cut(rest, " ")
	return &protocol.TLSInfo{
		Version: "TLS " + version, Cipher: cipher, Verified: trust == "Verified",
		Verdict: "Postfix calls the connection " + strings.ToLower(trust),
	}
}
