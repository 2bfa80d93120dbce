package line

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// labelLine is what is said of a session, for scripts.
type labelLine struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Note  string `json:"note"`
}

// Label changes what is said of the session that ref means, where label or note
// is not nil, and prints what is said of it then.
func Label(w io.Writer, store *history.Store, ref string, label, note *string, asJSON bool) error {
	id, err := store.Find(ref)
	if err != nil {
		return err
	}
	said, err := store.Label(id)
	changes := label != nil || note != nil
	if err != nil && !changes {
		return err
	}
	if label != nil {
		said.Label = *label
	}
	if note != nil {
		said.Note = *note
	}
	if changes {
		err = store.SetLabel(id, said)
	}
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeJSON(w, labelLine{id, said.Label, said.Note})
	}
	_, err = fmt.Fprintln(w, strings.TrimSpace(id+"  "+protocol.Safe(said.Label)))
	for line := range strings.Lines(said.Note) {
		fmt.Fprintf(w, "  %s\n", protocol.Safe(strings.TrimRight(line, "\r\n")))
	}
	return err
}

// findAll returns the sessions of store that refs mean, each once. It is done
// before anything changes, so that "last" keeps its meaning.
func findAll(store *history.Store, refs []string) ([]string, error) {
	var ids []string
	for _, ref := range refs {
		id, err := store.Find(ref)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// changedLine tells a script what became of a session.
type changedLine struct {
	ID     string `json:"id"`
	Change string `json:"change"` // "removed", "restored", "deleted"
}

// change does the same to several sessions, and prints what it did.
func change(w io.Writer, ids []string, word, advice string, asJSON bool, do func(id string) error) error {
	for _, id := range ids {
		err := do(id)
		switch {
		case err != nil:
		case asJSON:
			err = writeJSON(w, changedLine{id, word})
		default:
			_, err = fmt.Fprintln(w, word, id+advice)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Remove puts the sessions that refs mean into the trash.
func Remove(w io.Writer, store *history.Store, refs []string, asJSON bool) error {
	ids, err := findAll(store, refs)
	if err != nil {
		return err
	}
	const advice = "; smtpconsole history restore brings it back, for 30 days"
	return change(w, ids, "removed", advice, asJSON, store.Remove)
}

// Restore brings the sessions that refs mean back from the trash; there "last"
// is the newest of the sessions in it.
func Restore(w io.Writer, store *history.Store, refs []string, asJSON bool) error {
	ids, err := findAll(store.Trash(), refs)
	if err != nil {
		return fmt.Errorf("look in the trash, which smtpconsole history list --removed lists: %w", err)
	}
	return change(w, ids, "restored", "", asJSON, store.Restore)
}

// Empty deletes what is in the trash, for good.
func Empty(ctx context.Context, w io.Writer, store *history.Store, asJSON bool) error {
	n, err := store.Empty(ctx, time.Now().Add(time.Second)) // also what was removed this moment
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(w, map[string]int{"deleted": n})
	}
	_, err = fmt.Fprintf(w, "%s deleted for good\n", counted(n, "session"))
	return err
}

// PruneOptions say what Prune deletes. The zero value deletes nothing, and
// tells what the store takes.
type PruneOptions struct {
	Older  Age          // sessions that began longer ago
	Larger console.Size // the oldest sessions, while the store takes more
	DryRun bool         // tell only what would be deleted
	JSON   bool
}

// Prune deletes sessions for good, and prints which.
func Prune(ctx context.Context, w io.Writer, store *history.Store, o PruneOptions) error {
	limits := history.Limits{Larger: int64(o.Larger)}
	if o.Older > 0 {
		limits.Before = time.Now().Add(-time.Duration(o.Older))
	}
	pruned, err := store.Prune(ctx, limits, o.DryRun)
	if err != nil {
		return err
	}
	u, err := store.Usage()
	if err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(w, struct {
			history.Pruned
			DryRun bool          `json:"dry_run"`
			Left   history.Usage `json:"store"`
		}{pruned, o.DryRun, u})
	}
	word := "deleted"
	if o.DryRun {
		word = "would delete"
	}
	for _, id := range pruned.IDs {
		fmt.Fprintln(w, word, id)
	}
	_, err = fmt.Fprintf(w, "%s %s, %s\nthe store has %s and %d in the trash, %s\n", word,
		counted(len(pruned.IDs), "session"), sizeWords(pruned.Octets), counted(u.Sessions, "session"), u.Removed, sizeWords(u.Total()))
	return err
}
