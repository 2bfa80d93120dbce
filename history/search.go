package history

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"sync"

	"smtpconsole/protocol"
)

// Hit is an event in which Search found its text.
type Hit struct {
	ID    string // of the session
	Event protocol.Event
	// Line is the line that has the text: of a message one of its lines, of
	// other events all that String gives. It is not made safe for a terminal.
	Line string
}

// Search finds text in the events of all sessions: in lines sent and received,
// in messages that the session files hold, in notes and errors. The letters A to
// Z may be in either case. The newest session goes first, and its events in
// their order. limit bounds the hits, 0 does not. Where a session cannot be read
// its Hit has the ID only, with an error, and the next follows; the error of ctx,
// or of the directory, is the last. An empty text is nowhere.
func (s *Store) Search(ctx context.Context, text string, limit int) iter.Seq2[Hit, error] {
	return s.search(ctx, newSought(text, limit), limit)
}

// SearchSessions is Search for the first hit of each session.
func (s *Store) SearchSessions(ctx context.Context, text string) iter.Seq2[Hit, error] {
	return s.search(ctx, newSought(text, 1), 0)
}

// search gives limit hits in all, 0 for no limit.
func (s *Store) search(ctx context.Context, what sought, limit int) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		ids, err := s.ids()
		if err != nil {
			yield(Hit{}, err)
			return
		}
		if len(what.plain) == 0 {
			return
		}
		var workers sync.WaitGroup
		defer workers.Wait()
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		n := 0
		for hit, err := range flatten(s.searchAll(ctx, &workers, ids, what)) {
			if err == nil {
				n++
			}
			if !yield(hit, err) || limit > 0 && n == limit {
				return
			}
		}
		if ctx.Err() != nil {
			yield(Hit{}, ctx.Err())
		}
	}
}

// found is what one session comes to.
type found struct {
	id   string
	hits []Hit
	err  error
}

// searchAll searches some sessions at once, and gives their results in the
// order of ids. It ends early with ctx.
func (s *Store) searchAll(ctx context.Context, workers *sync.WaitGroup, ids []string, what sought) <-chan chan found {
	results := make(chan chan found, listWorkers) // its room bounds the workers
	workers.Go(func() {
		defer close(results)
		for _, id := range ids {
			result := make(chan found, 1)
			select {
			case results <- result:
			case <-ctx.Done():
				return
			}
			workers.Go(func() {
				hits, err := s.searchOne(ctx, id, what)
				result <- found{id, hits, err}
			})
		}
	})
	return results
}

// flatten gives the hits of each result, then its error.
func flatten(results <-chan chan found) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		for result := range results {
			f := <-result
			for _, hit := range f.hits {
				if !yield(hit, nil) {
					return
				}
			}
			gone := errors.Is(f.err, fs.ErrNotExist) // another program has just removed it
			if f.err != nil && !gone && !yield(Hit{ID: f.id}, f.err) {
				return
			}
		}
	}
}

// searchOne searches one session. A line that is torn has no event.
func (s *Store) searchOne(ctx context.Context, id string, what sought) (hits []Hit, err error) {
	f, r, err := s.open(id)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for ctx.Err() == nil && (what.limit == 0 || len(hits) < what.limit) {
		if err := r.readLine(); errors.Is(err, io.EOF) {
			return hits, nil
		} else if err != nil {
			return hits, fmt.Errorf("search session %s: %w", id, err)
		}
		if hit, ok := what.in(r.text); ok {
			hit.ID = id
			hits = append(hits, hit)
		}
	}
	return hits, nil
}

// sought is a text that is searched for. It has one user at a time.
type sought struct {
	plain []byte // as it is in an event, in lower case
	raw   []byte // as it is in a line of JSON, in lower case
	limit int    // hits wanted of a session; 0 means all
	lower []byte // reused for what is looked at
}

func newSought(text string, limit int) sought {
	line, _ := marshalLine(text) // a string can always be written
	return sought{plain: appendLower(nil, text), raw: appendLower(nil, line[1:len(line)-2]), limit: limit}
}

// in looks for the text in a line of a session file. Most lines need no decoding.
func (w *sought) in(line []byte) (Hit, bool) {
	w.lower = appendLower(w.lower[:0], line)
	var ev protocol.Event
	if !bytes.Contains(w.lower, w.raw) || json.Unmarshal(line, &ev) != nil || ev.Kind == "" {
		return Hit{}, false
	}
	if ev.Kind != protocol.KindBody {
		return Hit{Event: ev, Line: ev.String()}, w.inText(ev.Text)
	}
	for text := range strings.Lines(ev.Text) {
		if text = strings.TrimRight(text, "\r\n"); w.inText(text) {
			return Hit{Event: ev, Line: text}, true
		}
	}
	return Hit{}, false
}

func (w *sought) inText(text string) bool {
	w.lower = appendLower(w.lower[:0], text)
	return bytes.Contains(w.lower, w.plain)
}

// appendLower appends text to b with A to Z in lower case. Octets that are not
// ASCII stay as they are, whatever they encode.
func appendLower[T string | []byte](b []byte, text T) []byte {
	start := len(b)
	b = append(b, text...)
	for i, c := range b[start:] {
		if 'A' <= c && c <= 'Z' {
			b[start+i] = c + 'a' - 'A'
		}
	}
	return b
}
