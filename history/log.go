package history

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"smtpconsole/protocol"
)

// Log is one session's events in order: appended by whoever saw them, read by
// any number of readers, each at its own pace. All methods may be called from
// any goroutine. Only Append and Close may wait for the disk, and readers
// never wait for them.
type Log struct {
	now func() time.Time

	// order makes numbering, folding, writing and publishing one step. It is
	// held over the write of the record, because the file must have the
	// events in the order of their numbers; readers do not take it.
	order sync.Mutex
	rec   *Recorder // nil: memory only

	// current is what readers see. Views never change; each is replaced whole.
	current atomic.Pointer[view]
}

// NewLog returns an empty log that writes to rec, or keeps its events in
// memory only where rec is nil. The log closes rec. A nil now means time.Now.
func NewLog(rec *Recorder, now func() time.Time) *Log {
	if now == nil {
		now = time.Now
	}
	l := &Log{now: now, rec: rec}
	l.current.Store(&view{more: make(chan struct{})})
	return l
}

// Append numbers ev from 1 on, dates it where it has no time, notes what a
// reply answers, records it, shows it to the readers, and returns it as they
// see it. It never waits for a reader. An event that comes after Close is not
// kept, and is returned with Seq 0.
//
// The first event that cannot be recorded ends the recording, not the session:
// it and all later ones stay in memory, and an event made by Trouble follows it.
func (l *Log) Append(ev protocol.Event) protocol.Event {
	l.order.Lock()
	defer l.order.Unlock()
	v := l.current.Load()
	if v.closed {
		ev.Seq = 0
		return ev
	}
	ev = v.number(ev, l.now())
	err := l.record(v, ev)
	next := v.with(ev)
	if err != nil {
		next.recErr = err
		next = next.with(next.number(Trouble(err), l.now()))
	}
	l.publish(v, next)
	return ev
}

// record writes ev, as long as nothing ever failed to be written.
func (l *Log) record(v *view, ev protocol.Event) error {
	if l.rec == nil || v.recErr != nil {
		return nil
	}
	return l.rec.Append(ev)
}

// publish replaces old by next and wakes who waits for it.
func (l *Log) publish(old, next *view) {
	next.more = make(chan struct{})
	l.current.Store(next)
	close(old.more)
}

// Close ends the log: readers get what is left and then io.EOF. It completes
// the record and returns what went wrong with that. Calls after the first do
// nothing, so a panic's way out may call it too.
func (l *Log) Close() error {
	l.order.Lock()
	defer l.order.Unlock()
	v := l.current.Load()
	if v.closed {
		return nil
	}
	next := *v
	next.closed = true
	var err error
	if l.rec != nil {
		err = l.rec.Close(v.progress)
	}
	l.publish(v, &next)
	return err
}

// Next returns all events with a Seq above after, in order, and waits until
// there is at least one. It returns io.EOF where the log is closed and has no
// more, and ctx's error where that ends first. The slice is the caller's.
func (l *Log) Next(ctx context.Context, after int) ([]protocol.Event, error) {
	for {
		v := l.current.Load()
		if v.len > after {
			return v.since(max(after, 0)), nil
		}
		if v.closed {
			return nil, io.EOF
		}
		select {
		case <-v.more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Len is the number of events so far, which is the Seq of the last one.
func (l *Log) Len() int { return l.current.Load().len }

// Event returns the event numbered seq, and false where there is none.
func (l *Log) Event(seq int) (protocol.Event, bool) {
	v := l.current.Load()
	if seq < 1 || seq > v.len {
		return protocol.Event{}, false
	}
	return *v.at(seq - 1), true
}

// Events returns all events so far. The slice is the caller's.
func (l *Log) Events() []protocol.Event { return l.current.Load().since(0) }

// State is the fold of all events so far.
func (l *Log) State() protocol.State { return l.current.Load().progress.State }

// Progress is how far the session has come, with its exit code and outcome.
func (l *Log) Progress() Progress { return l.current.Load().progress }

// RecordErr is what ended the recording; nil while it goes on, and where
// there was none.
func (l *Log) RecordErr() error { return l.current.Load().recErr }

// Trouble is the event that tells of a session which cannot be recorded, or
// not any further, because of err. Its Code is "record.disk" where the disk is
// full and "record.write" for everything else. Log appends it by itself; only
// who could not make a Recorder at all needs it.
func Trouble(err error) protocol.Event {
	ev := protocol.Event{Kind: protocol.KindError, Code: "record.write"}
	advice := "set SMTPCONSOLE_STATE_DIR to a directory that can be written"
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		ev.Code = "record.disk"
		advice = "make room on the disk for the next session"
	}
	ev.Text = "from here on nothing is recorded: " + err.Error() +
		"; the session goes on and is kept in memory, " + advice
	return ev
}
