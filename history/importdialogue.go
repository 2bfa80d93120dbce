package history

import (
	"cmp"
	"strings"

	"smtpconsole/protocol"
)

// label is a mark in front of a line, and who it says the line is from.
type label struct {
	mark string // in lower case
	by   speaker
	// apart is true where a blank has to follow, because the mark alone is
	// found in ordinary text.
	apart bool
}

// labels are the marks of printed dialogues, longer ones before those they
// begin with.
func labels() []label {
	return []label{
		{"c & s:", nobody, false},
		{"c/s:", nobody, false},
		{"client:", theClient, false},
		{"server:", theServer, false},
		{"client -> server:", theClient, false}, // PHPMailer
		{"server -> client:", theServer, false},
		{"smtp>>", theClient, false}, // exim -d
		{"smtp<<", theServer, false},
		{"sender:", theClient, false},
		{"receiver:", theServer, false},
		{"c:", theClient, false},
		{"s:", theServer, false},
		{"r:", theServer, false},
		{"client>", theClient, false},
		{"server>", theServer, false},
		{"c>", theClient, false},
		{"s>", theServer, false},
		{">>>", theClient, false},
		{"<<<", theServer, false},
		{">", theClient, true},
		{"<", theServer, true},
		{"*", nobody, true},
	}
}

// dialogueTaker reads dialogues in which a mark says who speaks, as RFCs,
// tutorials, sendmail -v and curl -v print them. In a message that has no marks
// nothing but a marked reply is taken for one.
type dialogueTaker struct {
	im     *importer
	labels []label
	// unmarked reads lines that stand between the marked ones as they are.
	unmarked *telnetTaker
	// column is where the mark of the last line stands: what is further in and
	// has none goes on with it, and so does what stands below a long line.
	column int
	long   bool
	// until ends the remark that the lines without a mark belong to; "" outside one.
	until string
	// exact is true where the console printed the dialogue: then each marked
	// line is what was said, however odd it looks.
	exact bool
}

func newDialogueTaker(im *importer) lineTaker {
	return &dialogueTaker{im: im, labels: labelsOf(im.in.sample()), unmarked: &telnetTaker{im: im}}
}

// labelsOf are the labels as a text uses them: where a receiver answers, "S:" is
// the sender, who is the client, as in RFC 821.
func labelsOf(sample string) []label {
	used := labels()
	for line := range strings.Lines(sample) {
		said, receives := strings.CutPrefix(trimIndent(line), "R: ")
		if !receives || !isReply(strings.TrimRight(said, "\r\n")) {
			continue
		}
		for i, l := range used {
			if l.mark == "s:" {
				used[i].by = theClient
			}
		}
		break
	}
	return used
}

func dialogueMarks(line string) (string, bool) {
	by, said := cutLabel(trimIndent(line), labels())
	return said, by == theClient && isCommand(said) || by == theServer && isReply(said)
}

// unlabelled says that a line has no mark.
const unlabelled speaker = -1

// cutLabel takes the mark off a line, and the one blank behind it.
func cutLabel(text string, labels []label) (speaker, string) {
	for _, l := range labels {
		if len(text) < len(l.mark) || !strings.EqualFold(text[:len(l.mark)], l.mark) {
			continue
		}
		said := text[len(l.mark):]
		rest := dedentOne(said)
		if l.apart && said != "" && rest == said {
			continue
		}
		return l.by, rest
	}
	return unlabelled, text
}

// dedentOne is text without the blank, or the tab, that it begins with.
func dedentOne(text string) string {
	for _, blank := range []string{" ", "\t", "\u00a0"} {
		if rest, ok := strings.CutPrefix(text, blank); ok {
			return rest
		}
	}
	return text
}

func (d *dialogueTaker) take(ln textLine) {
	by, said := cutLabel(trimIndent(ln.text), d.labels)
	switch {
	case d.im.body != nil && d.takeText(ln, by, said):
	case by == theClient || by == theServer:
		d.column, d.long, d.until = indentation(ln.text), len(ln.text) >= wrapColumn, ""
		d.takeMarked(by, said)
	case by == nobody:
		d.im.note(said)
	default:
		d.takeUnmarked(ln, said)
	}
}

// takeText takes a line of a message, and tells whether it is one: a reply ends
// the message, and what the console or curl says of one it does not show is none.
func (d *dialogueTaker) takeText(ln textLine, by speaker, said string) bool {
	b := d.im.body
	switch {
	case by == theServer && isReply(said), b.lines == 0 && (remarkOf(ln.text) != "" || isCount(ln.text) || by == nobody):
		return false
	case b.lines == 0:
		b.marked = by == theClient
	}
	if by != theClient || !b.marked && said != "." {
		said = dedent(ln.text, d.im.indent)
	}
	d.im.message(said)
	return true
}

func (d *dialogueTaker) takeMarked(by speaker, said string) {
	if !d.exact {
		said = strings.TrimLeft(said, " \t")
	}
	switch {
	case d.exact:
		d.im.said(by, said)
	case isElision(said):
		d.im.unclear("something is left out here")
	case isDirection(said):
		d.im.note(said)
	case by == theClient:
		d.im.endReply()
		d.im.said(theClient, said)
	case isReply(said), d.im.midReply():
		d.im.said(theServer, said)
	default:
		d.im.unclear("it is marked as the server's, and a reply begins with three digits")
	}
}

func (d *dialogueTaker) takeUnmarked(ln textLine, text string) {
	switch {
	case text == "":
		d.im.aside()
	case d.until != "":
		d.im.note(text)
		if strings.HasSuffix(text, d.until) {
			d.until = ""
		}
	case isElision(text):
		d.im.unclear("something is left out here")
	case d.takeRemark(text):
	case remarkUntil(text) != "":
		d.until = remarkUntil(text)
		d.im.note(text)
	case isDirection(text), isCount(text):
		d.im.note(text)
	case d.im.held != nil && (d.long || indentation(ln.text) > d.column) && !isReply(text) && !isCommand(text):
		d.im.join(text)
	default:
		d.unmarked.takeSaid(text, "no mark says whose line it is")
	}
}

// isElision tells whether a line stands for others that are not shown.
func isElision(text string) bool {
	trimmed := strings.Trim(text, " .…[]()")
	return text != "" && (trimmed == "" && strings.ContainsAny(text, ".…") && text != "." || strings.EqualFold(trimmed, "snip"))
}

// isDirection tells whether a line says what happens, in brackets, and is no
// speech: "<TLS negotiation>", "(waits)".
func isDirection(text string) bool {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "... ") && strings.HasSuffix(text, " ...") {
		return true
	}
	for _, pair := range []string{"<>", "()", "[]"} {
		if len(text) > 2 && text[0] == pair[0] && text[len(text)-1] == pair[1] {
			return !strings.Contains(text, "@") // that is a path
		}
	}
	return false
}

// remarkUntil is what ends a remark that begins with text and goes on in the next
// lines, as in "(note: there is a space behind the 334"; "" for any other line.
func remarkUntil(text string) string {
	for begin, end := range map[string]string{"(": ")", "...": "..."} {
		if rest, ok := strings.CutPrefix(text, begin); ok && strings.Contains(rest, " ") && !strings.HasSuffix(rest, end) {
			return end
		}
	}
	return ""
}

// isCount tells whether a line is what curl -v shows of a message, "} [41 bytes
// data]".
func isCount(text string) bool {
	return (strings.HasPrefix(text, "} [") || strings.HasPrefix(text, "{ [")) && strings.HasSuffix(text, " data]")
}

// remarkOf is the word behind "#" in what the console says for itself in a
// dialogue it printed; "" for any other line.
func remarkOf(text string) string {
	rest, ok := strings.CutPrefix(trimIndent(text), "# ")
	word, _, found := strings.Cut(rest, ":")
	if !ok || !found || strings.ContainsAny(word, " \t") {
		return ""
	}
	return word
}

// takeRemark takes what the console said for itself, as WriteText prints it.
func (d *dialogueTaker) takeRemark(text string) bool {
	word := remarkOf(text)
	if word == "" {
		return false
	}
	d.exact = true
	_, said, _ := strings.Cut(text, ":")
	said = strings.TrimSpace(said)
	switch word {
	case "connect":
		d.im.connected(said)
	case "close":
		d.im.closed(said)
	case "tls":
		d.im.secured(readTLS(said))
	default:
		d.im.note(strings.TrimPrefix(text, "# "))
	}
	return true
}

// readTLS reads what TLSInfo.Summary wrote.
func readTLS(summary string) *protocol.TLSInfo {
	parts := strings.SplitN(summary, ", ", 3)
	parts = append(parts, "", "")
	return &protocol.TLSInfo{
		Version: cmp.Or(parts[0], unknownVersion), Cipher: parts[1],
		Verified: strings.HasPrefix(parts[2], "verified"), Verdict: cmp.Or(parts[2], unsaid+"the certificate"),
	}
}
