package tui

import (
	"iter"
	"sort"

	"smtpconsole/protocol"
)

// transcript is the pane with a session's events in the order of the wire. It
// draws only the rows in its window and keeps its place as an entry and a row
// in it, so that neither a frame nor an append depends on the session's
// length. It belongs to the Bubble Tea goroutine.
type transcript struct {
	st      *styles
	w, h    int
	focused bool
	// unmarked is true where nothing is selected to be seen: beside a table.
	unmarked bool

	events  paged[protocol.Event]
	entries paged[entry]
	arrives int // the entry of the reply whose last line is still to come, -1 for none
	settled int // the lead of the last whole reply; what waits for one stands behind it

	follow bool
	anchor spot // the first row of the window while not following
	at     int  // the entry selected while not following
	seen   int  // the entries below it were there before, or in the window since

	onlyErrors bool
	shown      []int32 // the entries that pass onlyErrors, ascending
	query      string
	hits       []int32 // the shown entries that match query, ascending

	drawn drawnCache
}

// entry is what is drawn as one piece: an event, or all lines of a reply.
type entry struct {
	// first and last are the places of its events. Other events may come
	// between the lines of a reply, but no lines of another reply.
	first, last int32
	lead        int32 // the entry its exchange begins with: itself, or what it answers
	next        int32 // the next entry of the exchange, 0 for none
	lines       int32 // lines of a reply so far
	fold        foldState
	bad         bool // on a lead: a reply refused, or it is an error or a held line
}

// exchange is something that happened, with what the server answered to it.
type exchange struct {
	// lead was sent, or is an event that needs no answer. Its Kind is ""
	// where the server spoke unasked.
	lead protocol.Event
	// server are the lines of the replies in order; reply is the last whole
	// one, nil while it is outstanding.
	server []protocol.Event
	reply  *protocol.Reply
}

// spot is one row of one entry.
type spot struct{ entry, row int }

func (s spot) before(o spot) bool {
	return s.entry < o.entry || s.entry == o.entry && s.row < o.row
}

func newTranscript(st *styles) *transcript {
	t := &transcript{st: st}
	t.reset()
	return t
}

// reset empties the pane for another session; size and focus stay.
func (t *transcript) reset() {
	*t = transcript{st: t.st, w: t.w, h: t.h, focused: t.focused, arrives: -1, settled: -1, follow: true}
}

// append takes events in the order of the log.
func (t *transcript) append(evs ...protocol.Event) {
	for _, ev := range evs {
		i := t.events.push(ev)
		if ev.Kind == protocol.KindServer {
			t.addLine(i, ev)
		} else {
			t.addLead(i, ev)
		}
	}
}

// addLead makes an entry of an event that begins an exchange. A connection's
// beginning and end also end what its server was saying.
func (t *transcript) addLead(i int, ev protocol.Event) {
	edge := ev.Kind == protocol.KindConnect || ev.Kind == protocol.KindClose
	if edge && t.arrives >= 0 {
		t.finish(int(t.entries.at(t.arrives).lead), false)
	}
	n := t.entries.len()
	t.entries.push(entry{
		first: int32(i), last: int32(i), lead: int32(n), lines: 1,
		bad: ev.Kind == protocol.KindError || ev.Kind == protocol.KindHeld,
	})
	if ev.Kind == protocol.KindConnect {
		t.settled = n - 1
	}
	if lead := t.continues(n, ev); lead >= 0 {
		t.link(lead, n)
	}
	t.admit(n, ev)
}

// continues returns the lead of the exchange that entry n goes on with, -1 for
// none: the octets behind a BDAT line, and more of a raw message that the
// server still reads.
func (t *transcript) continues(n int, ev protocol.Event) int {
	if ev.Kind != protocol.KindBody || n == 0 {
		return -1
	}
	spec := protocol.Lookup(ev.Cmd)
	if before := t.event(n - 1); spec != nil && spec.Counted && before.Kind == protocol.KindClient && before.Cmd == ev.Cmd {
		return n - 1
	}
	if lead := t.outstanding(); ev.Raw && lead < n && t.event(lead).Raw {
		return lead
	}
	return -1
}

// link puts entry n at the end of the exchange that lead begins.
func (t *transcript) link(lead, n int) {
	tail := lead
	for t.entries.at(tail).next != 0 {
		tail = int(t.entries.at(tail).next)
	}
	t.entries.at(tail).next = int32(n)
	t.entries.at(n).lead = int32(lead)
}

// addLine adds a server's line to the reply that is arriving, or begins one.
func (t *transcript) addLine(i int, ev protocol.Event) {
	if t.arrives < 0 {
		t.arrives = t.entries.len()
		t.entries.push(entry{first: int32(i), last: int32(i), lead: int32(t.outstanding()), lines: 1})
	} else {
		e := t.entries.at(t.arrives)
		e.last = int32(i)
		e.lines++
		t.drawn.drop(t.arrives)
	}
	t.admit(t.arrives, ev)
	if ev.Reply != nil {
		t.finish(t.leadOf(ev.For), ev.Reply.Refused())
	}
}

// outstanding is the oldest entry that waits for a reply. It is a guess, good
// until the reply's last line says what it answers; the entry that is being
// made stands for itself where nothing waits.
func (t *transcript) outstanding() int {
	for n := t.settled + 1; n < t.entries.len(); n++ {
		if int(t.entries.at(n).lead) != n {
			continue
		}
		switch t.event(n).Kind {
		case protocol.KindConnect, protocol.KindClient, protocol.KindBody:
			return n
		}
	}
	return t.entries.len()
}

// finish closes the arriving reply and links it to the exchange that lead
// begins; -1 makes it one of its own.
func (t *transcript) finish(lead int, refused bool) {
	n := t.arrives
	t.arrives = -1
	if lead < 0 {
		lead = n
	}
	if lead != n {
		t.link(lead, n)
		t.settled = lead
	} else {
		t.entries.at(n).lead = int32(lead)
	}
	t.entries.at(lead).bad = t.entries.at(lead).bad || refused
	t.admitExchange(lead)
}

// leadOf finds the exchange of the event numbered seq, -1 for none.
func (t *transcript) leadOf(seq int) int {
	i := sort.Search(t.events.len(), func(i int) bool { return t.events.at(i).Seq >= seq })
	if seq <= 0 || i == t.events.len() || t.events.at(i).Seq != seq {
		return -1
	}
	n := sort.Search(t.entries.len(), func(n int) bool { return int(t.entries.at(n).first) > i }) - 1
	return int(t.entries.at(n).lead)
}

// event is the first event of entry n.
func (t *transcript) event(n int) *protocol.Event { return t.events.at(int(t.entries.at(n).first)) }

// eventsOf yields the events of entry n.
func (t *transcript) eventsOf(n int) iter.Seq[*protocol.Event] {
	return func(yield func(*protocol.Event) bool) {
		e := t.entries.at(n)
		kind := t.event(n).Kind
		for i := int(e.first); i <= int(e.last); i++ {
			if ev := t.events.at(i); ev.Kind == kind && !yield(ev) {
				return
			}
		}
	}
}

// members yields the entries of the exchange that lead begins.
func (t *transcript) members(lead int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := lead; ; n = int(t.entries.at(n).next) {
			if !yield(n) {
				return
			}
			if t.entries.at(n).next == 0 {
				break
			}
		}
		if n := t.arrives; n >= 0 && n != lead && int(t.entries.at(n).lead) == lead {
			yield(n)
		}
	}
}

// pageSize is how many values paged allocates at a time.
const pageSize = 256

// paged is a list that grows without copying what it holds. The zero value is
// empty.
type paged[T any] struct {
	pages []*[pageSize]T
	n     int
}

func (p *paged[T]) len() int { return p.n }

func (p *paged[T]) at(i int) *T { return &p.pages[i/pageSize][i%pageSize] }

// push adds v and returns its place.
func (p *paged[T]) push(v T) int {
	if p.n%pageSize == 0 {
		p.pages = append(p.pages, new([pageSize]T))
	}
	p.n++
	*p.at(p.n - 1) = v
	return p.n - 1
}
