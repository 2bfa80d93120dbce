package tui

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// draftEvery is how much writing a crash may cost at most.
const draftEvery = 2 * time.Second

// draftTickMsg tells that a change is old enough to be saved.
type draftTickMsg struct{}

// draftSavedMsg ends a saving.
type draftSavedMsg struct{ err error }

// draftsMsg is what an earlier run left behind, newest first.
type draftsMsg struct {
	drafts []draft
	err    error
}

// findDrafts looks for what programs that ended left in dir.
func findDrafts(dir string) tea.Cmd {
	return func() tea.Msg {
		drafts, err := loadDrafts(dir)
		return draftsMsg{drafts, err}
	}
}

// draftKeeper is the composer's part of keeping drafts.
type draftKeeper struct {
	file    *draftFile   // nil: in memory only
	held    []*draftFile // of chunks that went, until the message is taken whole
	changes int          // numbers the states of the text
	ticking bool
	unsaved bool
	trouble string // why the last saving failed; "" where it did not
	found   string // what is offered, until somebody asked
	offered *draft // what the editor shows, until the user takes it or not
}

// keepDrafts saves drafts in dir from now on; "" keeps them in memory only.
func (c *composer) keepDrafts(dir string) {
	if dir != "" {
		name := fmt.Sprintf("%d-%d%s", os.Getpid(), c.now().UnixMilli(), draftSuffix)
		c.drafts.file = &draftFile{path: filepath.Join(dir, name)}
	}
}

// changed is called after every edit.
func (c *composer) changed() tea.Cmd {
	c.handed = false
	c.checkSmall()
	c.drafts.unsaved = true
	return c.tick()
}

// update takes the messages about drafts and ignores all others.
func (c *composer) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case draftTickMsg:
		c.drafts.ticking = false
		c.check()
		if c.drafts.unsaved {
			return tea.Batch(lookAtFiles(c.files()), c.save())
		}
	case attachedMsg:
		return c.onAttached(msg)
	case filesMsg:
		c.onFiles(msg)
	case draftSavedMsg:
		return c.saved(msg.err)
	case draftsMsg:
		return c.onDrafts(msg)
	}
	return nil
}

// onDrafts shows the newest draft, unless something is being written: then all
// stay where they are, for the next start.
func (c *composer) onDrafts(msg draftsMsg) tea.Cmd {
	if msg.err != nil {
		c.drafts.trouble = "drafts could not be read: " + errorWords(msg.err)
	}
	if len(msg.drafts) > 0 && c.untouched() {
		c.offerDraft(msg.drafts[0])
	}
	return nil
}

// offerDraft shows what d holds. Its file stays until the user goes on with it.
func (c *composer) offerDraft(d draft) {
	c.clear()
	c.letter = draftLetter(d.text)
	for _, f := range c.fields {
		f.own = !f.follows // It had its proposal; if it is empty now, somebody emptied it.
	}
	if c.state.HasFrom && c.source == nil { // The editor is open already.
		c.offer()
	}
	c.drafts.offered = &d
	c.drafts.found = "a " + d.title() + " is here: F4 shows it"
	c.check()
}

// answerDraft takes a key while a draft is offered, and reports whether that
// was all it is for. Who types has not read the question: the text belongs to
// a new message, never to an old one.
func (c *composer) answerDraft(msg tea.KeyMsg) (cmd tea.Cmd, done bool) {
	switch {
	case key.Matches(msg, c.keys.fresh):
		c.setDraftAside()
	case typing(msg) && !c.previewAlone():
		c.setDraftAside()
		return nil, false
	case key.Matches(msg, c.keys.enter):
		return c.takeDraft(), true
	default:
		return nil, !c.previewAlone() && !key.Matches(msg, c.keys.leave, c.keys.drop, c.keys.preview)
	}
	return nil, true
}

// takeDraft goes on with the draft that is offered: from now on it is ours.
func (c *composer) takeDraft() tea.Cmd {
	if c.drafts.file != nil {
		c.drafts.file.take(c.drafts.offered.path)
	}
	c.drafts.offered = nil
	c.focusOn(len(c.fields))
	return tea.Batch(lookAtFiles(c.files()), c.save())
}

// setDraftAside begins a new message and leaves the draft's file alone.
func (c *composer) setDraftAside() {
	aside := c.drafts.offered.title()
	c.drafts.offered = nil
	c.clear()
	c.begin(c.state, c.headed())
	c.note = "a new message · the " + aside + " is offered again at a later start"
}

// notice returns, once, what the user should hear about drafts; "" is nothing.
func (c *composer) notice() string {
	found := c.drafts.found
	c.drafts.found = ""
	return found
}

// save returns the command that writes the draft as it is now.
func (c *composer) save() tea.Cmd {
	put := c.drafts.next(c.draftText())
	if put == nil {
		return nil
	}
	return func() tea.Msg { return draftSavedMsg{put()} }
}

// saveNow writes the draft before it returns, for the end of the program. The
// error says that it is lost.
func (c *composer) saveNow() error {
	put := c.drafts.next(c.draftText())
	if put == nil {
		return nil
	}
	err := put()
	c.saved(err)
	return err
}

// forget removes the draft at once, so that no crash can offer a message
// again that was sent.
func (k *draftKeeper) forget() {
	if put := k.next(""); put != nil {
		_ = put() // A file that stays is offered once more, and no text is lost.
	}
	for _, file := range k.held {
		_ = file.put(math.MaxInt, "")
	}
	k.held = nil
}

// setAside leaves the draft as it is on the disk, and goes on with another.
func (k *draftKeeper) setAside() {
	if k.file == nil {
		return
	}
	k.held = append(k.held, k.file)
	base := strings.TrimSuffix(k.held[0].path, draftSuffix)
	k.file = &draftFile{path: fmt.Sprintf("%s-%d%s", base, len(k.held), draftSuffix)}
}

// next numbers a state of the text and returns what writes it; nil where
// drafts stay in memory.
func (k *draftKeeper) next(text string) func() error {
	k.unsaved = false
	k.changes++
	file, n := k.file, k.changes
	if file == nil {
		return nil
	}
	return func() error { return file.put(n, text) }
}

// saved notes what came of a saving. One that failed is tried again.
func (c *composer) saved(err error) tea.Cmd {
	c.drafts.trouble = ""
	if err == nil {
		return nil
	}
	c.drafts.trouble = "the draft is not saved: " + errorWords(err)
	c.drafts.unsaved = true
	return c.tick()
}

// tick saves in a while, if something is to be saved then.
func (c *composer) tick() tea.Cmd {
	if c.drafts.ticking {
		return nil
	}
	c.drafts.ticking = true
	return tea.Tick(draftEvery, func(time.Time) tea.Msg { return draftTickMsg{} })
}

// draftText is the draft as it is kept: a writing as JSON. Nothing written is
// "", and so is what an earlier run wrote and nobody took.
func (c *composer) draftText() string {
	if c.untouched() {
		return ""
	}
	text, err := json.Marshal(c.letter.writing())
	if err != nil {
		panic(err) // a writing is strings and numbers
	}
	return string(text)
}

// draftLetter is draftText's opposite. A text of another form is all source,
// so that nothing of it is lost.
func draftLetter(text string) letter {
	var w writing
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return sourceLetter(text)
	}
	return w.letter()
}
