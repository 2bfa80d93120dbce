package line

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// ExportOptions say in which form a session leaves, and where it goes.
type ExportOptions struct {
	// Format is the name of one of history.ExportFormats; "" means text.
	Format string
	// Anonymise puts pseudonyms in the place of addresses and hosts.
	Anonymise bool
	// Message is the one to write in the format eml, counted from 1; 0 means the
	// only one, or with Output all of them, a file each.
	Message int
	// Output is the file to write, or the directory for it to be in under the
	// name of the session; "" and "-" mean standard output.
	Output string
}

// Flags are the fields, as flags.
func (o *ExportOptions) Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("Export", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringVar(&o.Format, "format", "text", "write it as `FORMAT`, one of those above")
	flags.BoolVar(&o.Anonymise, "anonymise", false, "put pseudonyms in the place of addresses and hosts")
	flags.IntVar(&o.Message, "message", 0, "write message `N` of the session, as eml")
	flags.StringVarP(&o.Output, "output", "o", "", "write to `FILE`, which must not be there yet, or into the directory of that name")
	return flags
}

// formatEML is the format of which each message is a file.
const formatEML = "eml"

// Export writes the session that ref means to out, or to the file that o names.
// A line of the record that is torn is told to people, and is no error. Where
// the error is not nil no file is left.
func Export(out, people io.Writer, store *history.Store, ref string, o ExportOptions) error {
	format, err := history.FindExportFormat(cmp.Or(o.Format, "text"))
	if err != nil {
		return err
	}
	if o.Message != 0 && format.Name != formatEML {
		return fmt.Errorf("--message %d: only the format eml is of one message", o.Message)
	}
	id, err := store.Find(ref)
	if err != nil {
		return err
	}
	src, err := source(store, id, o.Anonymise)
	if err != nil {
		return err
	}
	if o.Output == "-" {
		o.Output = ""
	}
	info, err := os.Stat(o.Output)
	if err != nil || !info.IsDir() {
		return toldTorn(people, o.export(out, format, src))
	}
	o.Output = filepath.Join(o.Output, id+format.Extension)
	err = toldTorn(people, o.export(out, format, src))
	if err == nil { // nobody chose the name
		_, err = fmt.Fprintf(people, "written to %s\n", protocol.Safe(o.Output))
	}
	return err
}

// source is session id, as it is to be read.
func source(store *history.Store, id string, anonymise bool) (history.Source, error) {
	src, err := store.Source(id)
	if err == nil && anonymise {
		src, err = src.Anonymise()
	}
	return src, err
}

// toldTorn is err, unless that is of a torn line only, which people are told.
func toldTorn(people io.Writer, err error) error {
	if isTorn(err) {
		fmt.Fprintln(people, "smtpconsole:", err)
		return nil
	}
	return err
}

// export writes to where o says.
func (o ExportOptions) export(out io.Writer, format history.ExportFormat, src history.Source) error {
	write := func(w io.Writer) error { return format.Write(w, src) }
	if format.Name == formatEML && (o.Message != 0 || o.Output != "") {
		messages, err := src.Messages()
		switch {
		case err != nil && !isTorn(err):
			return err
		case o.Message == 0 && len(messages) > 1:
			return cmp.Or(writeMessages(o.Output, messages), err)
		case o.Message < 0 || o.Message > len(messages):
			return fmt.Errorf("--message %d: the session sent %d", o.Message, len(messages))
		case o.Message > 0:
			write = func(w io.Writer) error { return cmp.Or(messages[o.Message-1].Write(w), err) }
		}
	}
	if o.Output == "" {
		return write(out)
	}
	return writeNew(o.Output, write)
}

// writeMessages writes each message to a file of its own: mail-1.eml, and so on.
func writeMessages(name string, messages []history.SentMessage) error {
	ext := filepath.Ext(name)
	for _, m := range messages {
		numbered := fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), m.Number, ext)
		if err := writeNew(numbered, m.Write); err != nil {
			return err
		}
	}
	return nil
}

// writeNew makes a file that only its owner can read, as the records are, and
// takes it away where it could not be written whole. What a torn line lost was
// lost before.
func writeNew(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%q is there already: name another file", name)
	}
	if err != nil {
		return err
	}
	err = write(f)
	closed := f.Close()
	if err != nil && !isTorn(err) || closed != nil {
		return errors.Join(err, closed, os.Remove(name))
	}
	return err
}

// isTorn tells whether err is of a line of the record that is not whole, and no
// more.
func isTorn(err error) bool {
	var torn *history.TornError
	return errors.As(err, &torn)
}
