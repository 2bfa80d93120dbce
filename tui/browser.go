package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
)

// browser is the table of saved sessions: when, with whom, how it ended, and on
// a wide screen what was said. Letters filter it; function keys act on the
// session selected. It fills while the sessions are read.
type browser struct {
	st     *styles
	store  *history.Store
	now    func() time.Time
	limits func(time.Time) history.Limits // nil prunes nothing
	ctx    context.Context                // ends with the browser
	stop   context.CancelFunc

	filter  textinput.Model
	all     []history.Summary
	shown   []int  // indexes into all
	longest int    // octets of the longest target shown
	at      int    // selected row of shown
	first   int    // first visible row of shown
	rows    int    // how many are visible
	area    rect   // where they are, for clicks
	marked  string // ID of the session another is to be compared with

	listed  bool   // the directory is read
	total   int    // how many sessions it has, once it is
	unread  int    // how many of them are still to be read
	octets  int64  // what the store takes; 0 until it is measured
	trouble string // why the sessions cannot be listed
	wrong   string // what is wrong with the filter
	note    string // a sentence, until the next key

	query string                 // what was searched for
	hits  map[string]history.Hit // the first of each session that has it, by ID; nil for no search

	// What is said in the selected session, where there is room beside the table.
	wide        bool
	asked       previewed // the last that was asked for
	has         previewed // what is there
	shownBeside *transcript
	previewArea rect
}

// browserActions are what keys do with the selected session. Letters belong to
// the filter.
var browserActions = []struct {
	key   key.Binding
	reads bool // it needs a session that can be read
	do    func(*browser, history.Summary) (taken *choice, done bool)
}{
	{bind("open", "enter"), false, (*browser).open}, // it says where the file is
	{bind("replay", "f7"), true, (*browser).replay},
	{bind("compare", "f6"), true, (*browser).compare},
	{bind("label", "f2"), false, (*browser).label},
	{bind("note", "f9"), false, (*browser).writeNote},
	{bind("delete", "f8"), false, (*browser).remove},
	{bind("export", "f4"), true, (*browser).export},
}

// The keys that need no session.
var (
	browserSearch = bind("search", "f3")
	browserUndo   = bind("undo", "ctrl+z")
	browserTop    = bind("newest", "ctrl+home")
	browserEnd    = bind("oldest", "ctrl+end")
	previewUp     = bind("scroll what was said back", "ctrl+up", "shift+up")
	previewDown   = bind("scroll what was said on", "ctrl+down", "shift+down")
	browserHelp   = bind("help", "f1")
	browserLeave  = bind("back", "esc", "ctrl+c", "f5", "ctrl+]")
)

// newBrowser lists nothing yet; see list.
func newBrowser(ctx context.Context, st *styles, now func() time.Time, store *history.Store) *browser {
	b := &browser{st: st, store: store, now: now, filter: newInput(), rows: 1, shownBeside: newTranscript(st)}
	b.ctx, b.stop = context.WithCancel(ctx)
	return b
}

// add takes more sessions into the list: most are older than all that are there.
func (b *browser) add(list []history.Summary) {
	if len(b.all) == 0 || len(list) == 0 || list[0].ID < b.all[len(b.all)-1].ID {
		b.all = append(b.all, list...)
		b.admit(len(b.all) - len(list))
		return
	}
	was := b.selectedID()
	for _, sum := range list {
		b.insert(sum)
	}
	b.match(was)
}

// put takes over what is known of a session now: a new one goes where its age
// puts it.
func (b *browser) put(sum history.Summary) {
	b.insert(sum)
	b.match(sum.ID)
}

func (b *browser) insert(sum history.Summary) {
	newestFirst := func(one history.Summary, id string) int { return strings.Compare(id, one.ID) }
	i, found := slices.BinarySearchFunc(b.all, sum.ID, newestFirst)
	if found {
		b.all[i] = sum
	} else {
		b.all = slices.Insert(b.all, i, sum)
	}
}

// drop takes sessions out of the list that are gone.
func (b *browser) drop(ids ...string) {
	was, gone := b.selectedID(), map[string]bool{}
	for _, id := range ids {
		gone[id] = true
	}
	b.all = slices.DeleteFunc(b.all, func(sum history.Summary) bool { return gone[sum.ID] })
	if gone[b.marked] {
		b.marked = ""
	}
	b.match(was)
}

// match works out which rows fit the filter, and selects session id, or the row
// in the place of the one that was selected.
func (b *browser) match(id string) {
	at := b.at
	b.shown, b.longest = b.shown[:0], 0
	b.admit(0)
	b.at = max(0, min(at, len(b.shown)-1))
	for i, n := range b.shown {
		if b.all[n].ID == id {
			b.at = i
		}
	}
}

// admit shows the sessions from index from on that fit the filter.
func (b *browser) admit(from int) {
	filter, err := history.NewFilter(b.filter.Value(), b.now())
	b.wrong = ""
	if err != nil {
		b.wrong = errorWords(err)
	}
	for i, sum := range b.all[from:] {
		if _, hit := b.hits[sum.ID]; filter.Match(sum) && (b.hits == nil || hit) {
			b.shown = append(b.shown, from+i)
			b.longest = max(b.longest, len(sum.Target))
		}
	}
}

// selected is the session the cursor is on; nil for none.
func (b *browser) selected() *history.Summary {
	if b.at >= len(b.shown) {
		return nil
	}
	return &b.all[b.shown[b.at]]
}

// selectedID is its ID, "" for none.
func (b *browser) selectedID() string {
	if sum := b.selected(); sum != nil {
		return sum.ID
	}
	return ""
}

// known is the session of an ID where it is in the list; nil for none.
func (b *browser) known(id string) *history.Summary {
	i := slices.IndexFunc(b.all, func(sum history.Summary) bool { return sum.ID == id })
	if i < 0 {
		return nil
	}
	return &b.all[i]
}

func (b *browser) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	b.note = ""
	if typing(msg) {
		b.edit(msg)
		return b.preview(), false
	}
	switch {
	case key.Matches(msg, pickKeys.up):
		b.move(-1)
	case key.Matches(msg, pickKeys.down):
		b.move(1)
	case key.Matches(msg, pickKeys.pageUp):
		b.move(-b.rows)
	case key.Matches(msg, pickKeys.pageDown):
		b.move(b.rows)
	case key.Matches(msg, browserTop), b.filter.Value() == "" && msg.Type == tea.KeyHome:
		b.at = 0
	case key.Matches(msg, browserEnd), b.filter.Value() == "" && msg.Type == tea.KeyEnd:
		b.move(len(b.shown))
	case key.Matches(msg, browserLeave):
		return nil, true
	default:
		return b.act(msg)
	}
	return b.preview(), false
}

// act does what a key means for the selected session, or for the list, or types it.
func (b *browser) act(msg tea.KeyMsg) (taken *choice, done bool) {
	for _, row := range browserActions {
		if !key.Matches(msg, row.key) {
			continue
		}
		switch sum := b.selected(); {
		case sum == nil:
		case row.reads && sum.Problem != "":
			b.note = "to " + row.key.Help().Desc + " it, it would have to be read: Enter says where its file is"
		default:
			return row.do(b, *sum)
		}
		return nil, false
	}
	switch {
	case key.Matches(msg, browserSearch):
		return b.search()
	case key.Matches(msg, browserUndo):
		return b.undo()
	case key.Matches(msg, browserHelp):
		return b.help()
	case key.Matches(msg, previewUp):
		b.shownBeside.scroll(-previewStep)
	case key.Matches(msg, previewDown):
		b.shownBeside.scroll(previewStep)
	default:
		b.edit(msg)
	}
	return b.preview(), false
}

func (b *browser) edit(msg tea.KeyMsg) {
	before := b.filter.Value()
	editInput(&b.filter, msg)
	if b.filter.Value() != before {
		b.at, b.first = 0, 0
		b.match("")
	}
}

func (b *browser) move(n int) { b.at = max(0, min(len(b.shown)-1, b.at+n)) }

func (b *browser) left(*Model) tea.Cmd {
	b.stop()
	return nil
}

// click selects the row at a screen cell, and opens the one that was selected.
func (b *browser) click(x, y int) (taken *choice, done bool) {
	row := b.first + y - b.area.y
	if !b.area.contains(x, y) || row >= len(b.shown) {
		return nil, false
	}
	if row == b.at {
		return b.open(b.all[b.shown[row]])
	}
	b.at = row
	return b.preview(), false
}
