package history

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
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
)

// List returns what is known of all sessions, newest first. Where a file
// cannot be read its Summary says so in Problem; the error is ctx's, or that
// of the directory. A session that has not ended in order takes longer the
// first time, and whenever it grew: all its events are read.
func (s *Store) List(ctx context.Context) ([]Summary, error) {
	ids, labelled, err := s.names()
	if err != nil {
		return nil, err
	}
	summaries := make([]Summary, len(ids))
	var taken atomic.Int64
	var workers sync.WaitGroup
	for range min(listWorkers, len(ids)) {
		workers.Go(func() {
			edge := make([]byte, edgeSize)
			for i := taken.Add(1) - 1; i < int64(len(ids)) && ctx.Err() == nil; i = taken.Add(1) - 1 {
				summaries[i] = s.summary(ids[i], edge)
				if labelled[ids[i]] {
					summaries[i].setLabel(s.Label(ids[i]))
				}
			}
		})
	}
	workers.Wait()
	gone := func(sum Summary) bool { return sum.ID == "" }
	return slices.DeleteFunc(summaries, gone), ctx.Err()
}

// summary tells what is known of session id, which is nothing, not even the ID,
// where another program has just removed it. It reads into edge.
func (s *Store) summary(id string, edge []byte) Summary {
	sum, err := s.look(id, edge)
	if errors.Is(err, fs.ErrNotExist) {
		return Summary{}
	}
	if err != nil {
		sum.Problem = err.Error()
	}
	sum.ID = id
	return sum
}

// look reads of session id no more than it must.
func (s *Store) look(id string, edge []byte) (Summary, error) {
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
		sum, err = s.unended(id, info)
		sum.Recording = claimed(f)
	}
	sum.Size = info.Size()
	return sum, err
}

// errNoSummary tells that a file must be read whole.
var errNoSummary = errors.New("no summary at the end")

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
const foldVersion = 1

// foldCache is what a file of that size and age was folded to. It is kept
// beside a session that did not end in order, and may be deleted at any time.
type foldCache struct {
	Version  int       `json:"version"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	Summary  Summary   `json:"summary"`
}

// unended tells what is known of a session without a summary at its end. The
// file may grow meanwhile: info, which is older, then fits no later look.
func (s *Store) unended(id string, info os.FileInfo) (Summary, error) {
	var kept foldCache
	path, modified := s.beside(id, foldExtension), info.ModTime().UTC()
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &kept) == nil &&
		kept.Version == foldVersion && kept.Size == info.Size() && kept.Modified.Equal(modified) {
		return kept.Summary, nil
	}
	sum, err := s.foldSummary(id)
	if err == nil {
		quick := func(file) error { return nil } // what is lost is folded again
		_ = replaceFile(path, foldCache{foldVersion, info.Size(), modified, sum}, quick)
	}
	return sum, err
}

// foldSummary reads the whole file.
func (s *Store) foldSummary(id string) (Summary, error) {
	h, err := s.Header(id)
	if err != nil {
		return Summary{}, err
	}
	var p Progress
	isTorn := false
	for ev, err := range s.Events(id) {
		var torn *TornError
		switch {
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
