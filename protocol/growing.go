package protocol

import (
	"slices"
	"sync/atomic"
)

// growing is the array behind a slice that grows from State to State, so that a
// long one is not copied at each step. It is shared by all of them, each of
// which has a slice of it that no append can leave. A place is written once, by
// the State that claims it, before any that has it in its slice is returned.
type growing[T any] struct {
	places  []T
	claimed atomic.Int64 // how many of places, from the start
}

// fewItems are copied sooner than shared.
const fewItems = 16

// appended is slice with more behind it, and the array it is in then: g, where
// slice ends at the last claimed place of g and there is room, else another. A
// nil g is no array yet. It may be called for several slices of g at once: one
// of them goes on in g.
func (g *growing[T]) appended(slice []T, more ...T) ([]T, *growing[T]) {
	if len(slice) < fewItems {
		return append(slices.Clip(slice), more...), nil
	}
	start, ok := g.claim(slice, len(more))
	if !ok {
		g = &growing[T]{places: make([]T, 2*(len(slice)+len(more)))}
		start = copy(g.places, slice)
		g.claimed.Store(int64(start + len(more)))
	}
	end := start + copy(g.places[start:], more)
	return g.places[start-len(slice) : end : end], g
}

// claim takes n places of g behind slice, which is not empty, and tells where
// they begin; false where they are not free or not there.
func (g *growing[T]) claim(slice []T, n int) (start int, ok bool) {
	if g == nil {
		return 0, false
	}
	start = int(g.claimed.Load())
	behind := start+n <= len(g.places) && &g.places[start-1] == &slice[len(slice)-1]
	return start, behind && g.claimed.CompareAndSwap(int64(start), int64(start+n))
}
