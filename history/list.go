package history

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// listWorkers is how many files are read at once: most of the time goes
	// into waiting for the disk.
	listWorkers = 8
	// edgeSize is how many octets of a file are read from its start and its
	// end to find the header and the summary.
	edgeSize = 8 << 10
	// quickSize is how many octets may be read whole before other sessions are
	// looked at.
	quickSize = 4 << 20
)

// List returns what is known of all sessions, newest first. Where a file
// cannot be read its Summary says so in Problem; the error is ctx's, or that
// of the directory. A session that has not ended in order takes longer the
// first time, and whenever it grew: all its events are read.
func (s *Store) List(ctx context.Context) ([]Summary, error) {
	l, err := s.Listing()
	if err != nil {
		return nil, err
	}
	list := make([]Summary, 0, l.Len())
	for l.Left() > 0 && err == nil {
		var some []Summary
		some, err = l.Read(ctx, l.Left())
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b Summary) int { return strings.Compare(b.ID, a.ID) })
	return list, err
}

// Listing is the sessions that a store has at one moment, to be read some at a
// time: the newest first, and at the end those that take long. It has one user
// at a time.
type Listing struct {
	store    *Store
	ids      []string // of those still to be read
	long     []string // of those that are put off, and come last
	labelled map[string]bool
	total    int
}

// Listing looks which sessions there are, and reads none of them. The error is
// that of the directory.
func (s *Store) Listing() (*Listing, error) {
	ids, labelled, err := s.names()
	if err != nil {
		return nil, err
	}
	return &Listing{store: s, ids: ids, labelled: labelled, total: len(ids)}, nil
}

// Len counts all sessions of the listing, those still to be read among them.
func (l *Listing) Len() int { return l.total }

// Left counts those still to be read.
func (l *Listing) Left() int { return len(l.ids) + len(l.long) }

// Read returns what is known of some of the sessions that are left, as List
// does: of the next n, without those that have to be read event by event and
// are large; when there are only such left, of one. Sessions that are gone
// meanwhile are not told of. The error is ctx's.
func (l *Listing) Read(ctx context.Context, n int) ([]Summary, error) {
	if len(l.ids) == 0 {
		return l.readLong(ctx)
	}
	ids := l.ids[:min(n, len(l.ids))]
	l.ids = l.ids[len(ids):]
	summaries, quick := make([]Summary, len(ids)), make([]bool, len(ids))
	var taken atomic.Int64
	var workers sync.WaitGroup
	for range min(listWorkers, len(ids)) {
		workers.Go(func() {
			edge := make([]byte, edgeSize)
			for i := taken.Add(1) - 1; i < int64(len(ids)) && ctx.Err() == nil; i = taken.Add(1) - 1 {
				summaries[i], quick[i] = l.summary(ctx, ids[i], edge, quickSize)
			}
		})
	}
	workers.Wait()
	for i, id := range ids {
		if !quick[i] && ctx.Err() == nil {
			l.long = append(l.long, id)
		}
	}
	return withoutGone(summaries), ctx.Err()
}

// readLong reads one of the sessions that were put off.
func (l *Listing) readLong(ctx context.Context) ([]Summary, error) {
	if len(l.long) == 0 {
		return nil, ctx.Err()
	}
	id := l.long[0]
	l.long = l.long[1:]
	sum, _ := l.summary(ctx, id, make([]byte, edgeSize), math.MaxInt64)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return withoutGone([]Summary{sum}), nil
}

// summary is glance with the label.
func (l *Listing) summary(ctx context.Context, id string, edge []byte, most int64) (Summary, bool) {
	sum, ok := l.store.glance(ctx, id, edge, most)
	if ok && l.labelled[id] {
		sum.setLabel(l.store.Label(id))
	}
	return sum, ok
}

// withoutGone leaves out the sessions of which nothing is known.
func withoutGone(list []Summary) []Summary {
	return slices.DeleteFunc(list, func(sum Summary) bool { return sum.ID == "" })
}

// Summary returns what is known of session id, a full ID. It wraps
// fs.ErrNotExist where there is no such session; that its file cannot be read
// stands in Problem, as List says.
func (s *Store) Summary(id string) (Summary, error) {
	if !validID(id) {
		return Summary{}, fmt.Errorf("read session %q: %w", id, fs.ErrNotExist)
	}
	sum := s.summary(id, make([]byte, edgeSize))
	if sum.ID == "" {
		return Summary{}, fmt.Errorf("read session %q: %w", id, fs.ErrNotExist)
	}
	sum.setLabel(s.Label(id))
	return sum, nil
}

// summary tells what is known of session id, which is nothing, not even the ID,
// where another program has just removed it. It reads into edge.
func (s *Store) summary(id string, edge []byte) Summary {
	sum, _ := s.glance(context.Background(), id, edge, math.MaxInt64)
	return sum
}

// glance is summary, and false where more than most octets would have to be read.
func (s *Store) glance(ctx context.Context, id string, edge []byte, most int64) (Summary, bool) {
	sum, err := s.look(ctx, id, edge, most)
	switch {
	case errors.Is(err, errLong):
		return Summary{}, false
	case errors.Is(err, fs.ErrNotExist):
		return Summary{}, true
	case err != nil:
		sum.Problem = err.Error()
	}
	sum.ID = id
	return sum, true
}

// look reads of session id no more than it must, or wraps errLong.
func (s *Store) look(ctx context.Context, id string, edge []byte, most int64) (Summary, error) {
	f, err := os.Open(s.Path(id))
	if err != nil {
		return Summary{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Summary{}, err
	}
	sum, err := readSummary(f, info.Size(), edge)
	if err != nil {
		sum, err = s.unended(ctx, id, info, most)
		sum.Recording = claimed(f)
	}
	sum.Size = info.Size()
	return sum, err
}

var (
	errNoSummary = errors.New("no summary at the end") // a file must be read whole
	errLong      = errors.New("left for later")        // it is too large for that, for now
)

// readSummary looks at both ends of a file of size octets only.
func readSummary(f *os.File, size int64, edge []byte) (Summary, error) {
	n, err := f.ReadAt(edge, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Summary{}, err
	}
	first, _, _ := bytes.Cut(edge[:n], []byte("\n"))
	h, err := parseHeader(first)
	if err != nil {
		return Summary{}, err
	}
	if rest := size - int64(len(edge)); rest > 0 {
		n, err = f.ReadAt(edge, rest)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return Summary{}, err
	}
	return parseEnd(edge[:n], h)
}

// parseEnd reads the summary that a file ends with. What the header says goes first.
func parseEnd(tail []byte, h Header) (Summary, error) {
	whole, terminated := bytes.CutSuffix(tail, []byte("\n"))
	last := whole[bytes.LastIndexByte(whole, '\n')+1:]
	if !terminated || !bytes.HasPrefix(last, []byte(`{"summary":`)) {
		return Summary{}, errNoSummary
	}
	var end endLine
	if err := json.Unmarshal(last, &end); err != nil {
		return Summary{}, fmt.Errorf("read the summary: %w", err)
	}
	end.Summary.setHeader(h)
	return end.Summary, nil
}

// foldVersion goes up when Progress comes to say something else of the same events.
const foldVersion = 2

// foldCache is what a file of that size and age was folded to. It is kept
// beside a session that did not end in order, and may be deleted at any time.
type foldCache struct {
	Version  int       `json:"version"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Summary  Summary   `json:"summary"`
}

// unended tells what is known of a session without a summary at its end, or
// returns errLong where it has more than most octets to be read for that. The
// file may grow meanwhile: info, which is older, then fits no later look.
func (s *Store) unended(ctx context.Context, id string, info os.FileInfo, most int64) (Summary, error) {
	var kept foldCache
	path, modified := s.beside(id, foldExtension), info.ModTime().UTC()
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &kept) == nil &&
		kept.Version == foldVersion && kept.Size == info.Size() && kept.Modified.Equal(modified) {
		return kept.Summary, nil
	}
	if info.Size() > most {
		return Summary{}, errLong
	}
	sum, err := s.foldSummary(ctx, id)
	if err == nil {
		quick := func(file) error { return nil } // what is lost is folded again
		_ = replaceFile(path, foldCache{foldVersion, info.Size(), modified, sum}, quick)
	}
	return sum, err
}

// foldSummary reads the whole file, or ends early with ctx.
func (s *Store) foldSummary(ctx context.Context, id string) (Summary, error) {
	h, err := s.Header(id)
	if err != nil {
		return Summary{}, err
	}
	var p Progress
	isTorn := false
	for ev, err := range s.Events(id) {
		var torn *TornError
		switch {
		case ctx.Err() != nil:
			return Summary{}, ctx.Err()
		case err == nil:
			p = p.Apply(ev)
		case errors.As(err, &torn):
			isTorn = true
		default:
			return Summary{}, err
		}
	}
	sum := p.Summary(h)
	sum.Torn = isTorn
	return sum, nil
}
