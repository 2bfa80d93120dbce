package history

import (
	"strings"

	"smtpconsole/protocol"
)

// telnetTaker reads what stood on a terminal, without marks. Three digits and
// a space or hyphen begin a line of the server's, never inside a message; what
// telnet, nc and the shell say is known; a line with a verb is the client's, and
// so is any that is answered.
type telnetTaker struct {
	im   *importer
	last int // octets of the line before
}

func newTelnetTaker(im *importer) lineTaker { return &telnetTaker{im: im} }

func telnetMarks(line string) (string, bool) {
	text := trimIndent(line)
	return text, isReply(text)
}

// wrapColumn is the least length, in octets, at which a line is taken to have
// been broken to fit a page.
const wrapColumn = 60

func (t *telnetTaker) take(ln textLine) {
	last := t.last
	t.last = len(ln.text)
	text := trimIndent(ln.text)
	switch {
	case t.im.body != nil:
		t.im.message(dedent(ln.text, t.im.indent))
	case text == "":
		t.im.aside()
	case t.im.held != nil && last >= wrapColumn && t.goesOn(text):
		t.im.join(text)
	default:
		t.takeSaid(text, "it is no reply, no command, and not answered")
	}
}

// takeSaid takes a line outside messages; why is said where that fails.
func (t *telnetTaker) takeSaid(text, why string) {
	switch {
	case isReply(text):
		t.im.said(theServer, text)
	case t.terminal(text):
	case t.typed(text):
		t.im.said(theClient, text)
	case t.im.midReply():
		t.im.said(theServer, text)
	case isElision(text):
		t.im.unclear("something is left out here")
	default:
		t.im.unclear(why)
	}
}

// typed tells whether a line is the client's: a command, an answer in an AUTH
// exchange, or something that a server answers below.
func (t *telnetTaker) typed(text string) bool {
	switch {
	case t.im.midReply():
		return isCommand(text)
	case t.im.answering() && !strings.ContainsAny(text, " \t"):
		return true
	case isCommand(text) && !isSentence(text):
		return true
	}
	begun := t.im.open || t.im.held != nil
	return begun && t.answered() && (isCommand(text) || !isSentence(text)) && !isElision(text)
}

// isSentence tells whether a line looks like part of the words around a
// dialogue.
func isSentence(text string) bool {
	words := strings.Fields(text)
	last := text[len(text)-1]
	return len(words) > 6 || len(words) > 2 && last == '.' || last == ':' && len(words) > 1
}

// goesOn tells whether a line below a long one is the rest of it. A line that
// is answered is a command, unless the answer is owed to the one above.
func (t *telnetTaker) goesOn(text string) bool {
	if isReply(text) || isCommand(text) || strings.HasPrefix(t.im.held.text, "334") {
		return false
	}
	return t.im.held.by == theClient || t.im.midReply() || !t.answered()
}

// answered tells whether the next line is a reply.
func (t *telnetTaker) answered() bool {
	next, err := t.im.in.peek()
	return err == nil && isReply(trimIndent(next.text))
}

// midReply tells whether the reply that is being read has no last line yet.
func (im *importer) midReply() bool {
	if im.held == nil {
		return im.reply.Lines() > 0
	}
	if im.held.by != theServer {
		return false
	}
	_, last, _, _, ok := protocol.ParseReplyLine([]byte(im.held.text + "\r\n"))
	return ok && !last
}

// toldLine is what the terminal said that begins in this way, and what it means.
// Where is the line without the beginning.
type toldLine struct {
	begins string
	take   func(im *importer, rest string)
}

// toldLines are the lines of programs that connect by hand. More particular
// beginnings stand first.
func toldLines() []toldLine {
	ignore := func(im *importer, _ string) { im.aside() }
	over := func(im *importer, _ string) { im.closed("the server closed the connection") }
	return []toldLine{
		{"Trying ", ignore},
		{"Connected to ", func(im *importer, rest string) { im.connected(strings.TrimSuffix(rest, ".")) }},
		{"Escape character is ", ignore},
		{"Connection closed", over},
		{"Connection to host lost", over},
		{"Connection to ", func(im *importer, rest string) { im.connected(hostAndPort(strings.Fields(rest))) }},
		{"Ncat: Connected to ", func(im *importer, rest string) { im.connected(strings.TrimSuffix(rest, ".")) }},
		{"Ncat: ", ignore},
		{"CONNECTED(", ignore},
		{"telnet> ", ignore},
		{"^]", ignore},
		{"```", ignore}, // of Markdown
	}
}

// terminal takes a line that the program or the shell wrote, and tells whether
// it is one.
func (t *telnetTaker) terminal(text string) bool {
	for _, row := range toldLines() {
		if rest, ok := strings.CutPrefix(text, row.begins); ok {
			row.take(t.im, rest)
			return true
		}
	}
	words, ok := shellCommand(text)
	if ok {
		t.im.connected(hostAndPort(words))
	}
	return ok
}

// shellCommand returns the words behind telnet or nc in a line typed to a
// shell, options left out; and false for another line.
func shellCommand(text string) (words []string, ok bool) {
	for i, word := range strings.Fields(text) {
		switch {
		case ok && !strings.HasPrefix(word, "-"):
			words = append(words, word)
		case word == "telnet" || word == "nc" || word == "ncat":
			ok = true
		case i == 0 && strings.Trim(word[len(word)-1:], "$#%>") == "":
		case !ok:
			return nil, false
		}
	}
	return words, ok && len(words) > 0
}

// hostAndPort is where a command with these words connects to.
func hostAndPort(words []string) string {
	host := words[0]
	for _, word := range words[1:] {
		if word != "" && strings.Trim(word, "0123456789") == "" {
			return host + ":" + word
		}
	}
	return host
}
