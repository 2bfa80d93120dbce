package line

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// ListOptions say which sessions List prints, and how. The zero value prints
// all that are kept, as a table.
type ListOptions struct {
	Query   string // as history.NewFilter reads it
	Removed bool   // those in the trash instead
	JSON    bool   // one object a line
}

// List prints sessions of store, newest first: as a table in local time, or as
// JSON. What was in the trash for too long is deleted first, and trouble with
// that is told to people.
func List(ctx context.Context, w, people io.Writer, store *history.Store, o ListOptions) error {
	filter, err := history.NewFilter(o.Query, time.Now())
	if err != nil {
		return err
	}
	if err := store.Expire(ctx); err != nil {
		fmt.Fprintln(people, "smtpconsole:", protocol.Safe(err.Error()))
	}
	if o.Removed {
		store = store.Trash()
	}
	list, err := store.List(ctx)
	if err != nil {
		return err
	}
	fitting := filter.Of(list)
	switch {
	case o.JSON:
		return writeJSON(w, fitting...)
	case len(list) > 0 && len(fitting) == 0:
		_, err = fmt.Fprintf(w, "none of %s fits\n", counted(len(list), "session"))
	default:
		_, err = io.WriteString(w, sessionTable(fitting))
	}
	return err
}

// writeJSON prints each of values as one object on a line.
func writeJSON[T any](w io.Writer, values ...T) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, v := range values {
		if err := enc.Encode(v); err != nil {
			return err
		}
	}
	return nil
}

func sessionTable(list []history.Summary) string {
	if len(list) == 0 {
		return "no session is kept\n"
	}
	rows := [][]string{{"ID", "START", "TARGET", "TLS", "STEPS", "OUTCOME", "LABEL"}}
	for _, sum := range list {
		rows = append(rows, []string{
			sum.ID, startOf(sum.Start), sum.Target, sum.TLS, strconv.Itoa(sum.Steps), sum.Words(), sum.Label,
		})
	}
	return table(rows, 0)
}

// startOf is when a session began, in local time; "" where that is not known.
func startOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(time.Local).Format("2006-01-02 15:04:05")
}

// formats are the words for how a session can be shown.
var formats = map[string]func(io.Writer, iter.Seq2[protocol.Event, error]) error{
	"text": history.WriteText,
	"json": history.WriteJSON,
}

// Show prints the session that ref means: in format "text" as a dialogue behind
// its label and note, in "json" as the events. On a terminal, where there are
// columns, what is beside the dialogue is wrapped. A line of the record that is torn is told to people,
// and is no error.
func Show(w, people io.Writer, store *history.Store, ref, format string, columns int) error {
	write, ok := formats[format]
	if !ok {
		return fmt.Errorf("--format %q: write text or json", format)
	}
	id, err := store.Find(ref)
	if err != nil {
		return err
	}
	if format != "text" {
		return toldTorn(people, write(w, store.Events(id)))
	}
	out := bufio.NewWriter(w)
	lines := &asideWrapper{out: out, columns: columns}
	_, err = io.WriteString(lines, labelLines(store, id))
	err = cmp.Or(err, write(lines, store.Events(id)))
	return toldTorn(people, cmp.Or(out.Flush(), err))
}

// labelLines are the label and the note of a session as lines beside its
// dialogue. What cannot be read of them is no reason not to show the session.
func labelLines(store *history.Store, id string) string {
	said, _ := store.Label(id)
	var b strings.Builder
	if said.Label != "" {
		fmt.Fprintf(&b, "%slabel: %s\n", notWire, protocol.Safe(said.Label))
	}
	for line := range strings.Lines(said.Note) {
		fmt.Fprintf(&b, "%snote: %s\n", notWire, protocol.Safe(strings.TrimRight(line, "\r\n")))
	}
	return b.String()
}

// asideWrapper passes a dialogue on, a line at a time, with the lines beside it
// no wider than columns; as they are where that is 0.
type asideWrapper struct {
	out     *bufio.Writer // keeps its error for Flush
	columns int
	line    []byte // what has come of one
}

// Write takes p whole.
func (a *asideWrapper) Write(p []byte) (int, error) {
	for part := range bytes.Lines(p) {
		a.line = append(a.line, part...)
		if !bytes.HasSuffix(a.line, []byte("\n")) {
			break
		}
		text := string(a.line)
		if rest, aside := strings.CutPrefix(text, notWire); aside && a.columns > 0 {
			text = aloud(rest, a.columns)
		}
		_, _ = a.out.WriteString(text)
		a.line = a.line[:0]
	}
	return len(p), nil
}

// Search prints the lines of all sessions that have text in them, the newest
// session first and no more than limit of them, 0 for all. Sessions that cannot
// be read are told to people, and are no error.
func Search(ctx context.Context, w, people io.Writer, store *history.Store, text string, limit int, asJSON bool) error {
	found := false
	for hit, err := range store.Search(ctx, text, limit) {
		found = found || err == nil
		switch {
		case err != nil && hit.ID != "":
			fmt.Fprintln(people, "smtpconsole:", protocol.Safe(err.Error()))
			continue
		case err != nil:
			return err
		case asJSON:
			err = writeJSON(w, foundLine{hit.ID, hit.Event.Seq, hit.Line})
		default:
			_, err = fmt.Fprintf(w, "%s  %s\n", hit.ID, protocol.Safe(hit.Line))
		}
		if err != nil {
			return err
		}
	}
	if !found && !asJSON {
		fmt.Fprintf(people, "no line of the sessions has %q\n", text)
	}
	return nil
}

// foundLine is a hit of a search for scripts.
type foundLine struct {
	ID   string `json:"id"`
	Seq  int    `json:"seq"` // of the event
	Line string `json:"line"`
}

// Path prints the directory of the session files; as JSON with what the store
// takes on the disk.
func Path(w io.Writer, store *history.Store, asJSON bool) error {
	path := filepath.Join(store.Dir(), "sessions")
	if !asJSON {
		_, err := fmt.Fprintln(w, path)
		return err
	}
	u, err := store.Usage()
	if err != nil {
		return err
	}
	return writeJSON(w, struct {
		Path string `json:"path"`
		history.Usage
	}{path, u})
}
