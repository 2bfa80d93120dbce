package history

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// Bounds of what an import holds in memory. Text of messages does not count.
const (
	maxImportEvents = 1_000_000
	maxImportText   = 256 << 20 // octets of all events
	maxJoined       = 64 << 10  // octets of a line put together from several
	maxAwaited      = 4_000     // commands without a reply: each makes the next one slower
	maxUnclear      = 100_000   // lines
	maxUnclearText  = 200       // octets shown of a line
)

// Reasons to give up half way.
var (
	errImportEvents  = fmt.Errorf("the dialogue has more than %d lines or %d octets: cut out the part that matters", maxImportEvents, maxImportText)
	errImportAwaited = fmt.Errorf("more than %d lines of the client are not answered: cut out the part with the dialogue", maxAwaited)
	errImportUnclear = fmt.Errorf("%w: more than %d lines could not be understood", ErrNoDialogue, maxUnclear)
)

// What stands in a TLSInfo for what the text does not say; comparison knows them.
const (
	unknownVersion = "TLS"
	unsaid         = "the imported text says nothing of " // begins the verdict
)

// speech is a line one side said. It is held until the next one, because a
// line that goes on in the next row of the page is one line.
type speech struct {
	by   speaker
	text string
	at   time.Time
	ends bool // a reply whose last line the text does not show ends here
}

// importer makes events of what a lineTaker understands. A taker tells it once
// of each line, by one of said, join, message, aside, note, connected, secured,
// closed and unclear.
type importer struct {
	in   *textReader
	line textLine  // the one being taken
	at   time.Time // when the line was logged; zero where the text has no times
	now  time.Time
	keep func() (*KeptBody, error)
	log  *Log
	out  *Imported

	held  *speech
	reply protocol.ReplyBuilder
	// secrets are of all sessions in the text, which may be one cut in two.
	secrets protocol.Secrets
	body    *importedText // the message being read; nil outside one
	over    bool          // the text shows more of a chunk than it announces
	// indent is the indentation of the line that asked for it.
	indent int

	open      bool   // a session has begun and is not closed
	dialled   string // what the text says was connected to
	named     string // how the first server called itself
	upgrading bool   // STARTTLS was accepted, and nothing said about the handshake
	octets    int    // of all events' texts
	err       error  // what ends the import
}

// said takes a line that one side said.
func (im *importer) said(by speaker, text string) {
	im.over = im.over && by == theClient
	if im.over && !isCommand(text) {
		im.unclear("it stands behind the octets that the chunk announces")
		return
	}
	im.out.Said++
	im.settle()
	im.held = &speech{by: by, text: text, at: im.at}
	if by == theServer {
		im.endText()
	}
	if asksForText(im.held) {
		im.settle()
	}
}

// endReply ends a reply of which the text shows no more than the line held, with
// a hyphen, before the client goes on.
func (im *importer) endReply() {
	if im.held != nil && im.reply.Lines() == 0 && im.midReply() {
		im.held.ends = true
	}
}

// asksForText tells whether message text follows a line.
func asksForText(s *speech) bool {
	if s.by == theServer {
		return isReply(s.text) && s.text[:2] == "35"
	}
	word, _, _ := strings.Cut(s.text, " ")
	return strings.EqualFold(word, "BDAT")
}

// join takes a line that goes on with the one before it. Base64 has no blanks
// to be broken at.
func (im *importer) join(text string) {
	if len(im.held.text) > maxJoined {
		im.unclear("the line before it is too long already to go on here")
		return
	}
	im.out.Said++
	glue := " "
	if im.inAuth() {
		glue = ""
	}
	im.held.text += glue + text
}

// inAuth tells whether the line held is part of an AUTH exchange (RFC 4954 §4).
func (im *importer) inAuth() bool {
	if im.held.by == theServer {
		return strings.HasPrefix(im.held.text, "334")
	}
	word, _, _ := strings.Cut(im.held.text, " ")
	return im.log.State().Phase == protocol.PhaseAuth || strings.EqualFold(word, "AUTH")
}

// answering tells whether the server waits for an answer in an AUTH exchange.
func (im *importer) answering() bool {
	if im.held == nil {
		return im.log.State().Phase == protocol.PhaseAuth
	}
	return im.held.by == theServer && strings.HasPrefix(im.held.text, "334")
}

// aside takes a line that is understood and means nothing. No line goes on
// behind it.
func (im *importer) aside() {
	im.out.Aside++
	im.settle()
}

// note takes a line that says something about the session. What could be a
// secret in it is masked as in a command.
func (im *importer) note(text string) {
	im.out.Aside++
	im.settle()
	im.remark("", im.scrubbed(protocol.Mask(text, im.log.State())))
}

// scrubbed is text without what a login in front of it had to hide.
func (im *importer) scrubbed(text string) string {
	return string(im.secrets.Scrub([]byte(text), im.log.State()))
}

// connected takes a line that says where a new connection goes.
func (im *importer) connected(to string) {
	im.out.Aside++
	im.settle()
	im.endText()
	im.open = false
	if im.dialled == "" || im.log.Len() > 0 {
		im.dialled = to
	}
}

// closed takes a line that says that the connection is over.
func (im *importer) closed(text string) {
	im.out.Aside++
	im.settle()
	im.endText()
	if !im.open {
		return
	}
	code := "close.server"
	if im.log.State().Phase == protocol.PhaseClosing {
		code = "close.quit"
	}
	im.emit(protocol.Event{Kind: protocol.KindClose, Code: code, Text: text})
	im.open = false
}

// secured takes a line that says what a handshake came to.
func (im *importer) secured(info *protocol.TLSInfo) {
	im.out.Aside++
	im.settle()
	if !im.open {
		info.Implicit = true
		im.connect(im.dialled)
	}
	im.handshake(info)
}

// unclear takes a line that nothing can be made of.
func (im *importer) unclear(why string) {
	im.settle()
	text := im.line.text
	if span, ok := protocol.SecretSpan(text, im.log.State()); ok {
		text = text[:span.Start] + protocol.Hidden
	}
	if text = im.scrubbed(text); len(text) > maxUnclearText {
		text = strings.ToValidUTF8(text[:maxUnclearText], "") + "…"
	}
	im.out.Unclear = append(im.out.Unclear, UnclearLine{im.line.number, text, why})
	if len(im.out.Unclear) > maxUnclear {
		im.err = errImportUnclear
	}
}

// settle makes the line held an event.
func (im *importer) settle() {
	s := im.held
	if im.held = nil; s == nil {
		return
	}
	at := im.at
	im.at = s.at
	defer func() { im.at = at }()
	if s.by == theClient {
		im.say(s)
	} else {
		im.hear(s)
	}
}

// say makes a line of the client an event. That it goes on after the reply to
// STARTTLS says that there was a handshake.
func (im *importer) say(s *speech) {
	if im.upgrading {
		im.handshake(&protocol.TLSInfo{Version: unknownVersion, Cipher: "unknown cipher", Verdict: unsaid + "the handshake"})
	}
	if !im.open {
		im.begin()
	}
	st := im.log.State()
	if len(st.Awaited) > maxAwaited {
		im.err = errImportAwaited
		return
	}
	ev := protocol.ClientLine(s.text, st)
	im.secrets.Note(s.text, ev.Cmd, st)
	im.emit(ev)
	if ev.Cmd == "BDAT" {
		im.beginText(ev.Cmd, protocol.Parse(s.text, st).Cmd.Size)
	}
}

// hear makes a line of the server an event. A 220 that nothing asked for is the
// greeting of another session.
func (im *importer) hear(s *speech) {
	st := im.log.State()
	over := !st.Busy() && im.reply.Lines() == 0 && strings.HasPrefix(s.text, "220")
	switch {
	case !im.open && !greets(s.text):
		im.begin()
	case !im.open || over:
		im.connect(im.nameOr(s.text))
	}
	if s.ends {
		s.text = strings.Replace(s.text, "-", " ", 1)
		defer im.remark("import.reply", "the text does not show the last line of this reply: it is taken to end here")
	}
	s.text = im.scrubbed(s.text)
	ev := protocol.Event{Kind: protocol.KindServer, Text: s.text}
	if r, done := im.reply.Add([]byte(s.text + "\r\n")); done {
		ev.Reply = &r
	}
	st = im.log.State()
	im.emit(ev)
	if ev.Reply == nil {
		return
	}
	im.upgrading = ev.Reply.Code == 220 && st.Busy() && st.Awaited[0].Cmd.Verb == "STARTTLS"
	if im.log.State().Phase == protocol.PhaseData {
		im.beginText("DATA", -1)
	}
}

// nameOr is where a connection goes: what the text says, else how the server
// calls itself in its greeting (RFC 5321 §4.2).
func (im *importer) nameOr(greeting string) string {
	if len(greeting) > 4 {
		name, _, _ := strings.Cut(greeting[4:], " ")
		if im.named == "" {
			im.named = strings.TrimRight(name, ",;.!")
		}
	}
	return cmp.Or(im.dialled, im.named)
}

// greets tells whether a line of the server's can be a greeting (RFC 5321
// §3.1, RFC 7504 §3).
func greets(text string) bool {
	return len(text) >= 3 && slices.Contains([]string{"220", "421", "521", "554"}, text[:3])
}

// begin begins a session in its middle.
func (im *importer) begin() {
	im.open = true
	im.remark("import.greeting", "the text begins without the server's greeting")
}

func (im *importer) connect(to string) {
	im.open = true
	im.reply = protocol.ReplyBuilder{}
	im.emit(protocol.Event{Kind: protocol.KindConnect, Text: to})
}

func (im *importer) handshake(info *protocol.TLSInfo) {
	im.upgrading = false
	im.emit(protocol.Event{Kind: protocol.KindTLS, TLS: info})
}

// remark says something to whoever looks at the session.
func (im *importer) remark(code, text string) {
	im.emit(protocol.Event{Kind: protocol.KindNote, Code: code, Text: text})
}

// emit appends an event, unless the session is larger than any should be.
func (im *importer) emit(ev protocol.Event) {
	im.octets += len(ev.Text)
	if im.log.Len() >= maxImportEvents || im.octets > maxImportText {
		im.err = errImportEvents
	}
	if im.err != nil {
		return
	}
	if ev.Time.IsZero() {
		ev.Time = im.at
	}
	im.log.Append(ev)
}

// drop throws away what an import that failed has kept.
func (im *importer) drop() error {
	if im.body != nil && im.body.beside != nil {
		im.body.beside.Abort()
	}
	return errors.Join(im.out.bodies.forget(), im.log.Close())
}
