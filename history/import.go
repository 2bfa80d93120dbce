package history

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// Format names a notation that a session can be read from.
type Format string

// The notations that Import reads.
const (
	FormatGuess    Format = ""         // the one that fits best
	FormatDialogue Format = "dialogue" // "C:" and "S:" and their like in front of each line
	FormatTelnet   Format = "telnet"   // a terminal's text, with no marks at all
	FormatSwaks    Format = "swaks"    // "->" and "<-", "===" and "***"
	FormatPostfix  Format = "postfix"  // the log of smtpd -v or smtp -v
	FormatStream   Format = "stream"   // tcpflow -c, or the text of a followed stream
	FormatRecord   Format = "jsonl"    // a session file of this program
)

// Reasons for which a text is not imported.
var (
	ErrNoDialogue    = errors.New("no SMTP dialogue is found in the text: name its notation by the format, or check that it is the right file")
	ErrScript        = errors.New("this is a script, which says what to send and not what was said")
	ErrUnknownFormat = errors.New("the format is not known: write dialogue, telnet, swaks, postfix, stream or jsonl")
)

// Imported is a session that was read from text.
type Imported struct {
	// Header has the Start, Target and Client of the session. Store.Import
	// completes it, Import leaves the ID empty.
	Header Header `json:"header"`
	// Events are numbered from 1. Where the text has no times, each has the
	// time of the import. They are in no JSON: WriteJSON prints them.
	Events []protocol.Event `json:"-"`
	// Format is how the text was read; Guessed is true where nobody said so.
	Format  Format `json:"format"`
	Guessed bool   `json:"guessed"`
	// Unclear are the lines that are in no event, because nothing says what
	// they are.
	Unclear []UnclearLine `json:"unclear"`
	// Lines counts all lines: those said by one side, those aside that were
	// understood and are no speech, such as empty ones, and the unclear ones.
	Lines int `json:"lines"`
	Said  int `json:"said"`
	Aside int `json:"aside"`

	bodies asideBodies
}

// UnclearLine is a line of a text that could not be understood.
type UnclearLine struct {
	Line int    `json:"line"` // from 1
	Text string `json:"text"` // its beginning, with what may be a secret masked
	Why  string `json:"why"`
}

// Import reads a session from text that somebody printed, pasted or logged. It
// is total: each line becomes part of an event, is known to mean nothing, or is
// listed as unclear. Commands are masked as typed ones are, so that passwords
// in the text come into no event. It reads 1 GiB at most and lines up to 32 MiB.
//
// What a text leaves out is said in notes: their codes are "import.greeting",
// "import.reply" for a reply whose last line is missing, "import.end" for a
// message whose lone dot is, and "import.message" for one that is not shown, or
// larger than protocol.InlineBody; only Store.Import keeps those.
//
// It wraps ErrNoDialogue where neither side says anything, ErrUnknownFormat,
// ErrScript for a script, ErrForeign and ErrNewer for a record, or an error of r.
func Import(r io.Reader, format Format) (*Imported, error) {
	return importFrom(r, format, time.Now(), nil)
}

// Import reads a session as Import does, and keeps it under the label. The
// text need not be read again: large messages are kept too. Where the error is
// not nil there is no new session, and no message of it.
func (s *Store) Import(r io.Reader, format Format, label string) (*Imported, error) {
	keep := (&Recorder{bodies: s.bodies()}).KeepBody
	imported, err := importFrom(r, format, time.Now(), keep)
	if err != nil {
		return nil, err
	}
	imported.Header.Label = label
	rec, err := s.Create(imported.Header)
	if err != nil {
		return nil, errors.Join(err, imported.bodies.forget())
	}
	imported.Header = rec.Header()
	if err := imported.record(rec); err != nil {
		return nil, errors.Join(fmt.Errorf("import session: %w", err), os.Remove(s.Path(rec.Header().ID)), imported.bodies.forget())
	}
	return imported, nil
}

// record writes the session, and keeps its messages once it is all written.
func (imported *Imported) record(rec *Recorder) error {
	log := NewLog(rec, nil)
	for _, ev := range imported.Events {
		log.Append(ev)
	}
	err := log.RecordErr()
	if err == nil {
		err = imported.bodies.keep()
	}
	return errors.Join(err, log.Close())
}

// ImportFormat is a row of the notations that Import reads.
type ImportFormat struct {
	Format  Format
	Summary string // in a few words, without a stop
}

// ImportFormats are all there are, but for FormatGuess.
func ImportFormats() []ImportFormat {
	return []ImportFormat{
		{FormatDialogue, "C: and S: in front of each line, or >>> and <<<, Client: and Server:"},
		{FormatTelnet, "what stood on a terminal, with no marks at all"},
		{FormatSwaks, "what swaks prints, with its -> and <-, === and ***"},
		{FormatPostfix, "the log of Postfix's smtpd -v or smtp -v"},
		{FormatStream, "what tcpflow -c prints, or a stream that Wireshark followed"},
		{FormatRecord, "a record of this program, as export --format json writes it"},
	}
}

// notation is a row of the formats that Import reads line by line.
type notation struct {
	format Format
	// weight says how sure a line with this notation's marks is.
	weight int
	// marks returns what one side said in a line, without the marks of the
	// notation, and false for a line that has none.
	marks func(line string) (said string, ok bool)
	// start returns what takes the lines of one text.
	start func(im *importer) lineTaker
}

// lineTaker decides what a line is, and tells its importer once.
type lineTaker interface{ take(ln textLine) }

// notations are the formats in the order in which they are tried.
func notations() []notation {
	return []notation{
		{FormatPostfix, 4, postfixMarks, newPostfixTaker},
		{FormatStream, 4, streamMarks, newStreamTaker},
		{FormatSwaks, 3, swaksMarks, newSwaksTaker},
		{FormatDialogue, 3, dialogueMarks, newDialogueTaker},
		{FormatTelnet, 1, telnetMarks, newTelnetTaker},
	}
}

// importFrom is Import at the time now. A nil keep keeps no large message.
func importFrom(r io.Reader, format Format, now time.Time, keep func() (*KeptBody, error)) (*Imported, error) {
	in := newTextReader(r)
	guessed := format == FormatGuess
	if guessed {
		format = guess(in)
	}
	im := &importer{
		in: in, keep: keep, now: now, log: NewLog(nil, func() time.Time { return now }),
		out: &Imported{Format: format, Guessed: guessed, Unclear: []UnclearLine{}},
	}
	err := im.run(format)
	if err == nil {
		err = im.end()
	}
	if err != nil {
		return nil, fmt.Errorf("import session: %w", errors.Join(err, im.drop()))
	}
	return im.finish(), nil
}

// run takes all lines.
func (im *importer) run(format Format) error {
	if format == FormatRecord {
		return im.record()
	}
	for _, row := range notations() {
		if row.format == format {
			return im.takeAll(row.start(im))
		}
	}
	return fmt.Errorf("%q: %w", format, ErrUnknownFormat)
}

func (im *importer) takeAll(taker lineTaker) error {
	for {
		ln, err := im.in.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		im.line = ln
		if taker.take(ln); im.err != nil {
			return im.err
		}
	}
}

// end takes what is left after the last line. Its error says why there is no
// session.
func (im *importer) end() error {
	im.settle()
	im.endText()
	if im.err == nil && im.out.Said == 0 {
		return ErrNoDialogue
	}
	return im.err
}

// finish completes a session.
func (im *importer) finish() *Imported {
	out := im.out
	out.Events, out.Lines = im.log.Events(), im.in.number
	if out.Format != FormatRecord {
		out.Header = Header{Start: out.Events[0].Time, Target: im.target(), Client: "import " + string(out.Format)}
	}
	return out
}

// target is where the session went, as far as the text says: the name without
// the address behind it, but with its port where that is not the usual one.
func (im *importer) target() string {
	name, rest, _ := strings.Cut(cmp.Or(im.dialled, im.named), " (")
	address, _, _ := strings.Cut(rest, ")")
	_, port, err := net.SplitHostPort(address)
	if _, _, named := net.SplitHostPort(name); err != nil || named == nil || port == "25" || name == "practice" {
		return name
	}
	return net.JoinHostPort(name, port)
}

// guess returns the format whose marks stand on the most lines of the text's
// beginning.
func guess(in *textReader) Format {
	sample := in.sample()
	if strings.HasPrefix(firstSaying(sample), `{"format":`) {
		return FormatRecord
	}
	best, most := FormatTelnet, 0
	for _, row := range notations() {
		hits := 0
		for line := range strings.Lines(sample) {
			if said, ok := row.marks(strings.TrimRight(line, "\r\n")); ok && (isReply(said) || isCommand(said)) {
				hits += row.weight
			}
		}
		if hits > most {
			best, most = row.format, hits
		}
	}
	return best
}

// firstSaying is the first line of a text that no script has for a comment.
func firstSaying(text string) string {
	for line := range strings.Lines(text) {
		if !IsComment([]byte(line)) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// isReply tells whether a line of text has the form of a reply: three digits
// from 200 on, and a space, a hyphen or nothing (RFC 5321 §4.2).
func isReply(text string) bool {
	code, _, _, _, ok := protocol.ParseReplyLine([]byte(text + "\r\n"))
	return ok && code >= 200 && code <= 599 && (len(text) == 3 || text[3] == ' ' || text[3] == '-')
}

// isCommand tells whether a line of text begins with a verb of the catalogue,
// spelled as people type commands and not as sentences begin.
func isCommand(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	if word != strings.ToUpper(word) && word != strings.ToLower(word) {
		return false
	}
	return protocol.Lookup(word) != nil
}
