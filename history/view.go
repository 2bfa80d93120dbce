package history

import (
	"time"

	"smtpconsole/protocol"
)

// chunkSize is how many events are allocated at a time. Chunks are never
// copied to grow, so that a long session neither stalls nor doubles; most
// sessions are short.
const chunkSize = 32

// view is a Log at one moment. Later views share its chunks and write only
// behind its len, which is why it can be read without a lock.
type view struct {
	chunks   []*[chunkSize]protocol.Event
	len      int
	progress Progress
	recErr   error
	closed   bool
	more     chan struct{} // closed once this view is replaced
}

// number fills in what only the log knows of ev. Time is made as it will be
// read from the file, so that a running session and its record are equal.
func (v *view) number(ev protocol.Event, now time.Time) protocol.Event {
	ev.Seq = v.len + 1
	if ev.Time.IsZero() {
		ev.Time = now
	}
	ev.Time = ev.Time.Round(0).UTC()
	ev.For = 0
	if awaited, ok := v.progress.answered(ev); ok {
		ev.For = awaited.Seq
	}
	return ev
}

// with returns the view that has ev behind v's events. It may be called once
// for each v: a second call would write to the same place.
func (v *view) with(ev protocol.Event) *view {
	next := *v
	if v.len%chunkSize == 0 {
		next.chunks = append(v.chunks, new([chunkSize]protocol.Event))
	}
	*next.at(v.len) = ev
	next.len++
	next.progress = v.progress.Apply(ev)
	return &next
}

// at returns the place of the event with index i.
func (v *view) at(i int) *protocol.Event { return &v.chunks[i/chunkSize][i%chunkSize] }

// since returns a copy of the events from index i on.
func (v *view) since(i int) []protocol.Event {
	events := make([]protocol.Event, 0, v.len-i)
	for len(events) < cap(events) {
		from := i + len(events)
		start := from % chunkSize
		end := min(chunkSize, start+v.len-from)
		events = append(events, v.chunks[from/chunkSize][start:end]...)
	}
	return events
}
