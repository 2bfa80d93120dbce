package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"smtpconsole/protocol"
)

// count is how many entries are listed.
func (t *transcript) count() int {
	if t.onlyErrors {
		return len(t.shown)
	}
	return t.entries.len()
}

// nth is the entry at position pos of the list.
func (t *transcript) nth(pos int) int {
	if t.onlyErrors {
		return int(t.shown[pos])
	}
	return pos
}

// pos is the position of entry n, or of the next one that is listed.
func (t *transcript) pos(n int) int {
	if !t.onlyErrors {
		return n
	}
	pos, _ := slices.BinarySearch(t.shown, int32(n))
	return pos
}

// listed tells whether entry n passes the filter.
func (t *transcript) listed(n int) bool {
	return !t.onlyErrors || t.entries.at(t.leadAt(n)).bad
}

// admit puts entry n, new or grown by ev, where filter and search want it.
func (t *transcript) admit(n int, ev protocol.Event) {
	if !t.listed(n) {
		return
	}
	if t.onlyErrors {
		t.shown = withEntry(t.shown, n)
	}
	if t.query != "" && t.matches(&ev) {
		t.hits = withEntry(t.hits, n)
	}
}

// admitExchange does the same for all of an exchange, whose reply may have
// made it one that is listed.
func (t *transcript) admitExchange(lead int) {
	if !t.onlyErrors {
		return
	}
	for n := range t.members(lead) {
		for ev := range t.eventsOf(n) {
			t.admit(n, *ev)
		}
	}
}

// withEntry adds n to an ascending list. Its place is near the end: only
// commands that were sent together have their replies later.
func withEntry(list []int32, n int) []int32 {
	i, found := slices.BinarySearch(list, int32(n))
	if found {
		return list
	}
	return slices.Insert(list, i, int32(n))
}

// errorsOnly lists only the exchanges that were refused (4yz, 5yz), failures
// and held lines; off lists all again.
func (t *transcript) errorsOnly(on bool) {
	if on == t.onlyErrors {
		return
	}
	t.onlyErrors, t.shown = on, nil
	for n := range t.entries.len() {
		if on && t.listed(n) {
			t.shown = append(t.shown, int32(n))
		}
	}
	t.search()
	t.settle()
}

// settle puts the selection and the window on entries that are listed.
func (t *transcript) settle() {
	if t.follow || t.count() == 0 {
		t.follow = true
		return
	}
	t.anchor = spot{entry: t.listedNear(t.anchor.entry)}
	t.choose(t.leadAt(t.listedNear(t.at)))
}

// listedNear is entry n, or the next one that is listed, or the last.
func (t *transcript) listedNear(n int) int { return t.nth(min(t.pos(n), t.count()-1)) }

// find marks what contains query, in either case, and goes to the nearest
// above or at the selection, else to the first. It returns how many entries
// match. Characters whose two cases differ in length must be typed as they are.
func (t *transcript) find(query string) int {
	t.query = protocol.Safe(query)
	t.drawn.clear()
	t.search()
	if len(t.hits) > 0 {
		i, _ := slices.BinarySearch(t.hits, int32(t.selected()+1))
		t.goTo(max(0, i-1))
	}
	return len(t.hits)
}

// clearFind ends the search.
func (t *transcript) clearFind() { t.find("") }

// found is the number of the match selected, 0 where none is, and how many there are.
func (t *transcript) found() (n, m int) {
	i, ok := slices.BinarySearch(t.hits, int32(t.selected()))
	if ok {
		n = i + 1
	}
	return n, len(t.hits)
}

// next goes to the match below, and from the last to the first.
func (t *transcript) next() {
	i, _ := slices.BinarySearch(t.hits, int32(t.selected()+1))
	t.goTo(i)
}

// prev goes to the match above, and from the first to the last.
func (t *transcript) prev() {
	i, _ := slices.BinarySearch(t.hits, int32(t.selected()))
	t.goTo(i + len(t.hits) - 1)
}

// goTo selects match i, counted round, and shows the row it is on with what
// comes before it. Where that row is folded away the entry is unfolded.
func (t *transcript) goTo(i int) {
	if len(t.hits) == 0 {
		return
	}
	t.pause()
	t.at = int(t.hits[i%len(t.hits)])
	if t.drawing(t.at).hit < 0 && t.folded(t.at) {
		t.setFold(t.at, foldOpen)
	}
	hit := spot{t.at, max(0, t.drawing(t.at).hit)}
	t.show(t.walk(hit, -t.h/3))
	t.show(hit)
}

// search looks through everything that is listed.
func (t *transcript) search() {
	t.hits = nil
	if t.query == "" {
		return
	}
	for pos := range t.count() {
		n := t.nth(pos)
		for ev := range t.eventsOf(n) {
			if t.matches(ev) {
				t.hits = append(t.hits, int32(n))
				break
			}
		}
	}
}

// matches tells whether an event's texts, as they are shown, contain the query.
func (t *transcript) matches(ev *protocol.Event) bool {
	if indexFold(protocol.Safe(ev.Text), t.query) >= 0 {
		return true
	}
	switch ev.Kind {
	case protocol.KindBody:
		return indexFold(bodyWords(ev), t.query) >= 0
	case protocol.KindTLS:
		return indexFold(protocol.Safe(metaText(ev)), t.query) >= 0
	case protocol.KindHeld:
		return len(ev.Diags) > 0 && indexFold(protocol.Safe(ev.Diags[0].Message), t.query) >= 0
	}
	return false
}

// marks are the places of the query in text; neighbours are one.
func (t *transcript) marks(text string) []protocol.Span {
	if t.query == "" {
		return nil
	}
	var marks []protocol.Span
	for at := 0; ; {
		i := indexFold(text[at:], t.query)
		if i < 0 {
			return marks
		}
		span := protocol.Span{Start: at + i, End: at + i + len(t.query)}
		if k := len(marks) - 1; k >= 0 && marks[k].End == span.Start {
			marks[k].End = span.End
		} else {
			marks = append(marks, span)
		}
		at = span.End
	}
}

// indexFold is the offset of query in s, in either case, -1 for none.
func indexFold(s, query string) int {
	first := lowered(query[0])
	for i := 0; i+len(query) <= len(s); i++ {
		if c := lowered(s[i]); c != first && (c < utf8.RuneSelf || first < utf8.RuneSelf) {
			continue
		}
		if utf8.RuneStart(s[i]) && strings.EqualFold(s[i:i+len(query)], query) {
			return i
		}
	}
	return -1
}

// lowered is c in lower case where it is an ASCII letter.
func lowered(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
