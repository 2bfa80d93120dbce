package history

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// Source is a session on its way out: what an export reads.
type Source struct {
	Header Header
	// Events are the session's; an export may range over them more than once.
	// An error stands for one event, as in Store.Events.
	Events iter.Seq2[protocol.Event, error]
	// Body opens a message that is not in its event, as Store.Body does. Nil
	// means that none is kept.
	Body func(sha256 string) (io.ReadCloser, error)
}

// Source is session id, a full ID, as an export reads it: an event at a time.
func (s *Store) Source(id string) (Source, error) {
	h, err := s.Header(id)
	return Source{Header: h, Events: s.Events(id), Body: s.Body}, err
}

// errNotKept is why the text of a message cannot be exported.
var errNotKept = fmt.Errorf("the text of the message is not kept: %w", fs.ErrNotExist)

// open opens the octets of a body event. The caller closes them. The error
// wraps fs.ErrNotExist where they are not kept.
func (src Source) open(ev protocol.Event) (io.ReadCloser, error) {
	switch {
	case ev.Text != "" || ev.Size == 0:
		return io.NopCloser(strings.NewReader(ev.Text)), nil
	case src.Body == nil || ev.SHA256 == "":
		return nil, errNotKept
	}
	return src.Body(ev.SHA256)
}

// each calls f for the events up to its first error. It goes on behind a torn
// line, and returns the error of the first one at the end.
func (src Source) each(f func(protocol.Event) error) error {
	var torn error
	for ev, err := range src.Events {
		if isTorn(err) {
			torn = cmp.Or(torn, err)
			continue
		}
		if err == nil {
			err = f(ev)
		}
		if err != nil {
			return err
		}
	}
	return torn
}

// isTorn tells whether err is of a line that is not whole, and no more.
func isTorn(err error) bool {
	var torn *TornError
	return errors.As(err, &torn)
}

// ExportFormat is a form in which a session leaves the program.
type ExportFormat struct {
	Name      string // as --format takes it
	Summary   string // in a few words, without a stop
	Extension string // of a file in this form, with its dot

	write func(*bufio.Writer, Source) error
}

// exportFormats has a row for each format.
var exportFormats = []ExportFormat{
	{"text", "the dialogue, as RFC 5321 prints it", ".txt", writeText},
	{"swaks", "the dialogue in the notation of swaks", ".swaks", writeSwaks},
	{"markdown", "a summary and the dialogue, for a ticket", ".md", writeMarkdown},
	{"json", "the record, with the messages in it", ".jsonl", writeRecord},
	{formatScript, "steps and expectations, to be edited and replayed", ".jsonl", writeScript},
	{formatEML, "a message as it was sent", ".eml", writeOnlyMessage},
	{formatSwaksCommand, "a call of swaks that does the same", ".sh", writeSwaksCommand},
	{formatOpenSSL, "a shell script for openssl s_client", ".sh", writeOpenSSL},
	{formatNetcat, "a shell script for nc", ".sh", writeNetcat},
	{"asciicast", "a recording for asciinema, with the pace of the session", ".cast", writeCast},
}

// ExportFormats are all there are, the most readable first.
func ExportFormats() []ExportFormat { return slices.Clone(exportFormats) }

// ErrExportFormat is wrapped where a format is not known.
var ErrExportFormat = errors.New("this is no format to export to")

// FindExportFormat returns the format of that name. Its error wraps
// ErrExportFormat and lists the names.
func FindExportFormat(name string) (ExportFormat, error) {
	var names []string
	for _, f := range exportFormats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return ExportFormat{}, fmt.Errorf("format %q: %w: write %s", name, ErrExportFormat, strings.Join(names, ", "))
}

// Write writes the session in this format. Whatever the server or a file said
// is made safe to show on a terminal, in all formats but json, script and eml,
// which carry it exactly. An *InexpressibleError says that the format cannot
// say what the session did, and then nothing is written. A *TornError is
// returned when all the rest was.
func (f ExportFormat) Write(w io.Writer, src Source) error {
	out := bufio.NewWriter(w)
	return flush(out, f.write(out, src))
}

// flush writes what is left and returns err, unless that is worse.
func flush(out *bufio.Writer, err error) error {
	if worse := out.Flush(); worse != nil && (err == nil || isTorn(err)) {
		return worse
	}
	return err
}

// InexpressibleError says that a format has no way to say what a session did.
type InexpressibleError struct {
	Format string
	Why    string // what it cannot say, and what to do instead
}

// Error says which format, and why.
func (e *InexpressibleError) Error() string {
	return fmt.Sprintf("export as %s: %s", e.Format, e.Why)
}

// Each gives events to what reads a stored session, WriteText for one.
func Each(events []protocol.Event) iter.Seq2[protocol.Event, error] {
	return func(yield func(protocol.Event, error) bool) {
		for _, ev := range events {
			if !yield(ev, nil) {
				return
			}
		}
	}
}

// WriteText writes events as a dialogue, one line each, safe to show on a
// terminal: "C: ", "S: " and "# " as protocol.Event.String has them. It goes
// on behind a torn line, and returns the error of the first one where there is
// no other.
func WriteText(w io.Writer, events iter.Seq2[protocol.Event, error]) error {
	return write(w, events, func(ev protocol.Event) ([]byte, error) {
		return []byte(protocol.Safe(ev.String()) + "\n"), nil
	})
}

// WriteJSON writes events as JSON Lines, as they stand in a session file. It
// treats errors as WriteText does.
func WriteJSON(w io.Writer, events iter.Seq2[protocol.Event, error]) error {
	return write(w, events, protocol.Event.JSONLine)
}

// write writes each event in the form that line gives it.
func write(w io.Writer, events iter.Seq2[protocol.Event, error], line func(protocol.Event) ([]byte, error)) error {
	out := bufio.NewWriter(w)
	err := Source{Events: events}.each(func(ev protocol.Event) error {
		b, err := line(ev)
		if err == nil {
			_, err = out.Write(b)
		}
		return err
	})
	return flush(out, err)
}
