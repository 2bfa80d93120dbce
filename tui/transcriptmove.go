package tui

import (
	"strings"

	"smtpconsole/protocol"
)

// window lists the rows that are to be seen, from the top.
func (t *transcript) window() []spot {
	s, ok := t.first()
	if !ok {
		return nil
	}
	rows := make([]spot, 0, t.h)
	for ok && len(rows) < t.h {
		rows = append(rows, s)
		s, ok = t.down(s)
	}
	return rows
}

// first is the window's first row: the anchor, or further down as far as shows
// what is selected, or further up where rows would stay empty. The anchor does
// not change, so that a pane that is made small and large again looks the same.
func (t *transcript) first() (spot, bool) {
	if t.count() == 0 || t.w <= 0 || t.h <= 0 {
		return spot{}, false
	}
	end := t.endTop()
	if t.follow {
		return end, true
	}
	s := t.anchor
	s.row = min(s.row, t.height(s.entry)-1)
	if least := t.walk(spot{t.at, 0}, min(0, 2-t.h)); s.before(least) {
		s = least
	}
	if end.before(s) {
		return end, true
	}
	return s, true
}

// endTop is the first row of a window that ends with the last row.
func (t *transcript) endTop() spot {
	n := t.nth(t.count() - 1)
	return t.walk(spot{n, t.height(n) - 1}, 1-t.h)
}

// walk goes n rows down, or up where n is negative, as far as there are rows.
func (t *transcript) walk(s spot, n int) spot {
	step := t.down
	if n < 0 {
		step, n = t.up, -n
	}
	for range n {
		to, ok := step(s)
		if !ok {
			break
		}
		s = to
	}
	return s
}

func (t *transcript) down(s spot) (spot, bool) {
	if s.row+1 < t.height(s.entry) {
		return spot{s.entry, s.row + 1}, true
	}
	pos := t.pos(s.entry) + 1
	if pos >= t.count() {
		return s, false
	}
	return spot{t.nth(pos), 0}, true
}

func (t *transcript) up(s spot) (spot, bool) {
	if s.row > 0 {
		return spot{s.entry, s.row - 1}, true
	}
	pos := t.pos(s.entry) - 1
	if pos < 0 {
		return s, false
	}
	n := t.nth(pos)
	return spot{n, t.height(n) - 1}, true
}

func (t *transcript) height(n int) int { return len(t.drawing(n).rows) }

// below is how many entries came since following stopped and are below the
// window. Its last row does not count: that is where the number is shown.
func (t *transcript) below() int {
	rows := t.window()
	if t.follow || len(rows) == 0 {
		return 0
	}
	if _, more := t.down(rows[len(rows)-1]); !more {
		t.seen = t.entries.len()
		return 0
	}
	t.seen = max(t.seen, rows[max(0, len(rows)-2)].entry+1)
	return t.count() - t.pos(t.seen)
}

// pause stops following, with the window and the selection where they are.
func (t *transcript) pause() {
	if !t.follow {
		return
	}
	t.anchor, _ = t.first()
	t.at, t.seen, t.follow = t.selected(), t.entries.len(), false
}

// selected is the entry selected, -1 for none: while following, the last
// exchange there is.
func (t *transcript) selected() int {
	switch {
	case t.count() == 0:
		return -1
	case t.follow:
		return t.leadFrom(t.count()-1, -1)
	}
	return t.at
}

// leadFrom is the first entry that begins an exchange from position pos on in
// steps of step, -1 for none.
func (t *transcript) leadFrom(pos, step int) int {
	for ; pos >= 0 && pos < t.count(); pos += step {
		if n := t.nth(pos); t.leadAt(n) == n {
			return n
		}
	}
	return -1
}

// selection is the exchange selected, and false where there is none.
func (t *transcript) selection() (exchange, bool) {
	n := t.selected()
	if n < 0 {
		return exchange{}, false
	}
	var x exchange
	for n := range t.members(t.leadAt(n)) {
		if t.event(n).Kind != protocol.KindServer {
			if x.lead.Kind == "" {
				x.lead = *t.event(n)
			}
			continue
		}
		for ev := range t.eventsOf(n) {
			x.server = append(x.server, *ev)
		}
		if r := t.replyOf(n); r != nil {
			x.reply = r
		}
	}
	return x, true
}

// move selects the exchange n further down, or up where n is negative. It
// stops following, and follows again from the last exchange on.
func (t *transcript) move(n int) {
	if t.count() == 0 {
		return
	}
	step, lead := 1, t.leadAt(t.selected())
	if n < 0 {
		step, n = -1, -n
	}
	for range n {
		to := t.leadFrom(t.pos(lead)+step, step)
		if to < 0 {
			break
		}
		lead = to
	}
	t.choose(lead)
}

// choose selects the exchange of lead; the last one means following.
func (t *transcript) choose(lead int) {
	t.pause()
	t.at = lead
	if t.leadFrom(t.pos(lead)+1, 1) < 0 {
		t.follow = true
		return
	}
	t.reveal()
}

// reveal moves the window as little as shows the exchange selected, above all
// its beginning.
func (t *transcript) reveal() {
	lead, last := t.leadAt(t.at), t.at
	for n := range t.members(lead) {
		last = n
	}
	t.show(spot{last, t.height(last) - 1})
	t.show(spot{lead, 0})
}

// show moves the window as little as has s in it, and not on its last row
// where that may be covered.
func (t *transcript) show(s spot) {
	rows := t.window()
	if len(rows) == 0 {
		return
	}
	t.anchor = rows[0]
	last := rows[len(rows)-1]
	if _, more := t.down(last); more && len(rows) > 1 {
		last = rows[len(rows)-2]
	}
	switch {
	case s.before(rows[0]):
		t.anchor = s
	case last.before(s):
		t.anchor = t.walk(s, min(0, 2-t.h))
	}
}

// scroll moves the window by rows, down or, negative, up. At the end it
// follows. The selection comes along where it would leave the window.
func (t *transcript) scroll(rows int) {
	first, ok := t.first()
	if !ok || rows == 0 {
		return
	}
	down := rows > 0 || t.follow
	t.pause()
	t.anchor = t.walk(first, rows)
	if down && !t.anchor.before(t.endTop()) {
		t.follow = true
		return
	}
	at := t.at
	t.at = t.anchor.entry // The window must not go after what was selected.
	seen := t.window()
	t.at = min(max(at, seen[0].entry), seen[max(0, len(seen)-2)].entry)
}

// page moves the window by n times its height, less a row to find one's place.
func (t *transcript) page(n int) { t.scroll(n * max(1, t.h-1)) }

// top selects the first exchange.
func (t *transcript) top() {
	if t.count() > 0 {
		t.choose(t.leadFrom(0, 1))
	}
}

// bottom follows the end.
func (t *transcript) bottom() { t.follow = true }

// toggleFold folds or unfolds the selected exchange's replies and message.
func (t *transcript) toggleFold() {
	n := t.selected()
	if n < 0 {
		return
	}
	followed := t.follow
	t.pause()
	fold := foldShut
	for n := range t.members(t.leadAt(n)) {
		if t.folded(n) {
			fold = foldOpen
		}
	}
	for n := range t.members(t.leadAt(n)) {
		t.setFold(n, fold)
	}
	t.reveal()
	t.follow = followed && !t.anchor.before(t.endTop())
}

func (t *transcript) setFold(n int, fold foldState) {
	t.entries.at(n).fold = fold
	t.drawn.drop(n)
}

// click selects what is shown at a cell of the pane, and tells whether there
// is anything. The row that counts what is below leads there.
func (t *transcript) click(x, y int) bool {
	rows := t.window()
	if x < 0 || x >= t.w || y < 0 || y >= len(rows) {
		return false
	}
	if y == t.h-1 && y > 0 && t.below() > 0 {
		t.bottom()
		return true
	}
	n := rows[y].entry
	if t.follow && t.leadAt(n) == t.selected() {
		return true
	}
	t.pause()
	t.at = n
	return true
}

// copyScope is how much copy takes.
type copyScope int

const (
	copyLine     copyScope = iota // the entry selected, as a click does it, else the exchange's first
	copyExchange                  // the exchange selected
	copyAll                       // all that errorsOnly lets through
)

// copy is plain text as protocol.Event prints it, made safe, a line each.
func (t *transcript) copy(scope copyScope) string {
	var lines []string
	take := func(n int) {
		for ev := range t.eventsOf(n) {
			lines = append(lines, protocol.Safe(ev.String()))
		}
	}
	n := t.selected()
	switch {
	case n < 0:
	case scope == copyLine:
		take(n)
	case scope == copyExchange:
		for n := range t.members(t.leadAt(n)) {
			take(n)
		}
	default:
		for pos := range t.count() {
			take(t.nth(pos))
		}
	}
	return strings.Join(lines, "\n")
}
