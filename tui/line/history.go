package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strconv"
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
		_, err = fmt.Fprintf(w, "none of %d sessions fits\n", len(list))
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
		outcome := sum.Outcome
		switch {
		case sum.Problem != "":
			outcome = "cannot be read: " + sum.Problem
		case sum.Recording:
			outcome = "goes on: " + outcome
		}
		rows = append(rows, []string{
			sum.ID, sum.Start.In(time.Local).Format("2006-01-02 15:04:05"), sum.Target, sum.TLS, strconv.Itoa(sum.Steps), outcome, sum.Label,
		})
	}
	return table(rows, 0)
}

// formats are the words for how a session can be shown.
var formats = map[string]func(io.Writer, iter.Seq2[protocol.Event, error]) error{
	"text": history.WriteText,
	"json": history.WriteJSON,
}

// Show prints the session that ref means: in format "text" as a dialogue, in
// "json" as the events. A line of the record that is torn is told to people,
// and is no error.
func Show(w, people io.Writer, store *history.Store, ref, format string) error {
	write, ok := formats[format]
	if !ok {
		return fmt.Errorf("--format %q: write text or json", format)
	}
	id, err := store.Find(ref)
	if err != nil {
		return err
	}
	err = write(w, store.Events(id))
	var torn *history.TornError
	if errors.As(err, &torn) {
		fmt.Fprintln(people, "smtpconsole:", torn)
		return nil
	}
	return err
}

// Search prints the lines of all sessions that have text in them, the newest
// session first and no more than limit of them, 0 for all. Sessions that cannot
// be read are told to people, and are no error.
func Search(ctx context.Context, w, people io.Writer, store *history.Store, text string, limit int, asJSON bool) error {
	for hit, err := range store.Search(ctx, text, limit) {
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
