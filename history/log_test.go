package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// follow reads a log to its end.
func follow(ctx context.Context, l *Log) ([]protocol.Event, error) {
	var all []protocol.Event
	for {
		events, err := l.Next(ctx, len(all))
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, events...)
	}
}

func TestReadersAndFileAgree(t *testing.T) {
	const writers, each, readers = 4, 3 * chunkSize, 5
	store, rec := create(t, Header{})
	l := NewLog(rec, nil)

	var writing, reading sync.WaitGroup
	seen := make([][]protocol.Event, readers)
	for i := range readers {
		reading.Go(func() {
			var err error
			if seen[i], err = follow(t.Context(), l); err != nil {
				t.Error(err)
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				l.Append(note(fmt.Sprint(w, " ", i)))
			}
		})
	}
	writing.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	reading.Wait()

	session, err := store.Read(rec.Header().ID)
	if err != nil || session.Torn != nil {
		t.Fatal(err, session.Torn)
	}
	if len(session.Events) != writers*each {
		t.Fatalf("the file has %d events, not %d", len(session.Events), writers*each)
	}
	for i, got := range append(seen, l.Events()) {
		if !reflect.DeepEqual(got, session.Events) {
			t.Errorf("reader %d and the file differ", i)
		}
	}
	for i, ev := range session.Events {
		if one, ok := l.Event(i + 1); !ok || ev.Seq != i+1 || !reflect.DeepEqual(one, ev) {
			t.Fatalf("event %d of the file is %+v, of the log %+v", i+1, ev, one)
		}
	}
}

// TestStateIsAFold checks that a reader of the file comes to the same state.
func TestStateIsAFold(t *testing.T) {
	store, rec := create(t, Header{})
	l := NewLog(rec, clock())
	talk(t, l, "# connect\nS: 220 mx.example.org ready\nC: EHLO me.example.org\nS: 250 mx.example.org\nC: MAIL FROM:<a@example.org>\nS: 250 ok")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	session, err := store.Read(rec.Header().ID)
	if err != nil {
		t.Fatal(err)
	}
	var st protocol.State
	for _, ev := range session.Events {
		st = st.Apply(ev)
	}
	if !reflect.DeepEqual(st, l.State()) {
		t.Errorf("file: %+v\nlog: %+v", st, l.State())
	}
	if st.From != "a@example.org" {
		t.Errorf("the state has reverse-path %q", st.From)
	}
}

func TestAppendFillsIn(t *testing.T) {
	l := NewLog(nil, func() time.Time { return time.Now().In(time.FixedZone("far", 3600)) })
	first := l.Append(protocol.Event{Kind: protocol.KindNote, Seq: 7, For: 3})
	if first.Seq != 1 || first.For != 0 || first.Time.Location() != time.UTC {
		t.Errorf("got %+v", first)
	}
	dated := l.Append(protocol.Event{Kind: protocol.KindNote, Time: noon})
	if dated.Seq != 2 || !dated.Time.Equal(noon) {
		t.Errorf("got %+v", dated)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if late := l.Append(note("late")); late.Seq != 0 || l.Len() != 2 {
		t.Errorf("after Close: Seq %d, %d events", late.Seq, l.Len())
	}
	for _, seq := range []int{-1, 0, 3} {
		if ev, ok := l.Event(seq); ok {
			t.Errorf("Event(%d) is %+v", seq, ev)
		}
	}
}

// TestFor sends a pipelined group: replies are matched first in, first out.
func TestFor(t *testing.T) {
	l := NewLog(nil, clock())
	talk(t, l, `
		# connect
		S: 220 ready
		C: EHLO me.example.org
		S: 250 mx.example.org
		C: MAIL FROM:<a@example.org>
		C: RCPT TO:<b@example.org>
		C: DATA
		S: 250 ok
		S: 250 ok
		S: 354 go on
		# body
		S: 250 queued
		S: 421 unasked`)
	var got []int
	for _, ev := range l.Events() {
		if ev.Kind == protocol.KindServer {
			got = append(got, ev.For)
		}
	}
	if want := []int{1, 3, 5, 6, 7, 11, 0}; !slices.Equal(got, want) {
		t.Errorf("replies are for %v, not %v", got, want)
	}
}

func TestNextEnds(t *testing.T) {
	l := NewLog(nil, clock())
	l.Append(note("one"))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("reader left"))
	if _, err := l.Next(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if events, err := l.Next(t.Context(), -5); err != nil || len(events) != 1 {
		t.Errorf("from the start: %d events, %v", len(events), err)
	}
	woken := make(chan error)
	go func() {
		_, err := l.Next(t.Context(), 1)
		woken <- err
	}()
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	if err := <-woken; !errors.Is(err, io.EOF) {
		t.Errorf("closed: %v", err)
	}
	if events, err := l.Next(t.Context(), 0); err != nil || len(events) != 1 {
		t.Errorf("left after Close: %d events, %v", len(events), err)
	}
}

// limited is a disk with room for so many octets.
type limited struct {
	room    int
	written []byte
	err     error
}

func (f *limited) Write(b []byte) (int, error) {
	n := min(len(b), f.room)
	f.room -= n
	f.written = append(f.written, b[:n]...)
	if n < len(b) {
		return n, f.err
	}
	return n, nil
}
func (f *limited) Sync() error  { return nil }
func (f *limited) Close() error { return nil }

func TestRecordingFails(t *testing.T) {
	for _, c := range []struct {
		err  error
		code string
	}{
		{syscall.ENOSPC, "record.disk"},
		{syscall.EDQUOT, "record.disk"},
		{syscall.EIO, "record.write"},
	} {
		t.Run(c.code, func(t *testing.T) {
			disk := &limited{room: 512, err: c.err}
			rec, err := newRecorder(disk, Header{Format: formatName + "1"}, "")
			if err != nil {
				t.Fatal(err)
			}
			l := NewLog(rec, clock())
			for i := range 20 {
				l.Append(note(fmt.Sprint("event ", i)))
			}
			if err := l.Close(); !errors.Is(err, c.err) || !errors.Is(l.RecordErr(), c.err) {
				t.Errorf("Close: %v, RecordErr: %v", err, l.RecordErr())
			}
			checkTrouble(t, l.Events(), disk.written, c.code)
		})
	}
}

// checkTrouble checks that memory has 20 notes and one error with code, right
// behind the first event that the file has not whole.
func checkTrouble(t *testing.T, events []protocol.Event, written []byte, code string) {
	t.Helper()
	recorded := readAll(t, written)
	at := slices.IndexFunc(events, func(ev protocol.Event) bool { return ev.Kind == protocol.KindError })
	if len(events) != 21 || at < 2 || events[at].Code != code {
		t.Fatalf("%d events, the error %d: %+v", len(events), at, events)
	}
	if len(recorded) != at-1 || !reflect.DeepEqual(recorded, events[:at-1]) {
		t.Errorf("the file has %d events, the error came as number %d", len(recorded), at+1)
	}
	for i, ev := range slices.Delete(events, at, at+1) {
		if ev.Kind != protocol.KindNote || ev.Text != fmt.Sprint("event ", i) {
			t.Errorf("event %d is %+v", i, ev)
		}
	}
}

// stuck is a disk that answers no write before it is told to.
type stuck struct {
	limited
	reached, release chan struct{}
}

func (f *stuck) Write(b []byte) (int, error) {
	f.reached <- struct{}{}
	<-f.release
	return f.limited.Write(b)
}

// TestReadersDoNotWaitForTheDisk also shows that an event is written before
// it is seen.
func TestReadersDoNotWaitForTheDisk(t *testing.T) {
	disk := &stuck{limited{room: 1 << 20}, make(chan struct{}), make(chan struct{})}
	go func() { <-disk.reached; disk.release <- struct{}{} }()
	rec, err := newRecorder(disk, Header{}, "")
	if err != nil {
		t.Fatal(err)
	}
	l := NewLog(rec, clock())
	appended := make(chan protocol.Event)
	go func() { appended <- l.Append(note("slow")) }()
	<-disk.reached
	if l.Len() != 0 || len(l.Events()) != 0 || l.RecordErr() != nil {
		t.Error("an event is seen before it is written")
	}
	disk.release <- struct{}{}
	if ev := <-appended; ev.Seq != 1 || l.Len() != 1 {
		t.Errorf("appended as %d of %d", ev.Seq, l.Len())
	}
	go func() { <-disk.reached; disk.release <- struct{}{} }()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct {
		name string
		rec  func() *Recorder
	}{
		{"memory", func() *Recorder { return nil }},
		{"file", func() *Recorder { _, rec := create(b, Header{}); return rec }},
	} {
		b.Run(c.name, func(b *testing.B) {
			l := NewLog(c.rec(), nil)
			ev := protocol.Event{
				Kind: protocol.KindServer, Text: "250 2.1.5 Recipient ok",
				Reply: &protocol.Reply{Code: 250, Enhanced: "2.1.5", Lines: []string{"2.1.5 Recipient ok"}},
			}
			b.ReportAllocs()
			for b.Loop() {
				l.Append(ev)
			}
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
