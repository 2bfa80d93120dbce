package line

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// ImportOptions say how a text is read and what becomes of it.
type ImportOptions struct {
	// Format is one of history's; "" means the one that fits best.
	Format string
	// Label names the session; "" means the name of the file.
	Label string
	// DryRun keeps nothing, and only tells what was understood.
	DryRun bool
	// JSON prints one object instead of the words.
	JSON bool
	// In is read for the file "-"; nil means standard input.
	In io.Reader
}

// Flags are the fields, as flags.
func (o *ImportOptions) Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("Import", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringVar(&o.Format, "format", "", "read it as `FORMAT`: "+importFormats()+" (default: the one that fits)")
	flags.StringVar(&o.Label, "label", "", "call the session `LABEL` (default: the name of the file)")
	flags.BoolVar(&o.DryRun, "dry-run", false, "keep nothing, and tell what was understood")
	flags.BoolVar(&o.JSON, "json", false, "print one JSON object")
	return flags
}

// Import reads a session from a file, or for "-" from standard input, keeps it
// in store, and tells on out what was understood and each line that was not.
// Such lines are no error. Where ctx ends first nothing is kept.
func Import(ctx context.Context, out io.Writer, store *history.Store, file string, o ImportOptions) error {
	in, label := o.In, o.Label
	if in == nil || file != "-" {
		f, err := openInput(ctx, file)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	if file != "-" {
		label = cmp.Or(label, filepath.Base(file))
	}
	imported, err := carryIn(store, in, label, o)
	if errors.Is(err, history.ErrScript) {
		err = fmt.Errorf("%w: run it with smtpconsole replay %s", err, file)
	}
	if err != nil {
		return fmt.Errorf("%q: %w", file, err)
	}
	if o.JSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(imported)
	}
	return writeImported(out, imported)
}

// carryIn reads a session, and keeps it unless o says otherwise.
func carryIn(store *history.Store, in io.Reader, label string, o ImportOptions) (*history.Imported, error) {
	if o.DryRun {
		return history.Import(in, history.Format(o.Format))
	}
	return store.Import(in, history.Format(o.Format), label)
}

// writeImported tells of an import: the session in a line, how the text was
// read, what it leaves out, and what was not understood.
func writeImported(w io.Writer, imported *history.Imported) error {
	out := bufio.NewWriter(w)
	sum := history.Summarize(imported.Header, slices.Values(imported.Events))
	guess := ""
	if imported.Guessed {
		guess = ", which is a guess: --format sets it"
	}
	fmt.Fprintf(out, "%s  %s: %s\n", cmp.Or(sum.ID, "not kept"), protocol.Safe(cmp.Or(sum.Target, "no target is named")), sum.Outcome)
	fmt.Fprintf(out, "read as %s%s\n", imported.Format, guess)
	fmt.Fprintf(out, "%s: %d of the dialogue, %d beside it, %d unclear\n", counted(imported.Lines, "line"), imported.Said, imported.Aside, len(imported.Unclear))
	for _, ev := range imported.Events {
		if ev.Kind == protocol.KindNote && strings.HasPrefix(ev.Code, "import.") {
			fmt.Fprintf(out, "note: %s\n", protocol.Safe(ev.Text))
		}
	}
	for _, u := range imported.Unclear {
		fmt.Fprintf(out, "line %d: %s: %s\n", u.Line, u.Why, protocol.Safe(u.Text))
	}
	return out.Flush()
}
