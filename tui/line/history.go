package line

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// List prints the sessions in store, newest first: as a table in local time,
// or as one JSON object a line.
func List(ctx context.Context, w io.Writer, store *history.Store, asJSON bool) error {
	list, err := store.List(ctx)
	if err != nil {
		return err
	}
	if !asJSON {
		_, err = io.WriteString(w, sessionTable(list))
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, sum := range list {
		err = errors.Join(err, enc.Encode(sum))
	}
	return err
}

func sessionTable(list []history.Summary) string {
	if len(list) == 0 {
		return "no session is kept yet\n"
	}
	rows := [][]string{{"ID", "START", "TARGET", "TLS", "STEPS", "OUTCOME", "LABEL"}}
	for _, sum := range list {
		outcome := sum.Outcome
		if sum.Problem != "" {
			outcome = "cannot be read: " + sum.Problem
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
