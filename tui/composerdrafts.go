package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
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
	file    *draftFile // nil: in memory only
	changes int        // numbers the states of the text
	ticking bool
	unsaved bool
	trouble string // why the last saving failed; "" where it did not
	found   string // what was restored, until somebody asked
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
	if c.drafts.ticking {
		return nil
	}
	c.drafts.ticking = true
	return tea.Tick(draftEvery, func(time.Time) tea.Msg { return draftTickMsg{} })
}

// update takes the messages about drafts and ignores all others.
func (c *composer) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case draftTickMsg:
		c.drafts.ticking = false
		c.check()
		if c.drafts.unsaved {
			return c.save()
		}
	case draftSavedMsg:
		c.saved(msg.err)
	case draftsMsg:
		return c.onDrafts(msg)
	}
	return nil
}

// onDrafts goes on with the newest draft, unless something is being written:
// then all stay where they are, for the next start.
func (c *composer) onDrafts(msg draftsMsg) tea.Cmd {
	if msg.err != nil {
		c.drafts.trouble = "drafts could not be read: " + protocol.Safe(msg.err.Error())
	}
	if len(msg.drafts) == 0 || !c.untouched() {
		return nil
	}
	return c.restore(msg.drafts[0])
}

// restore takes over what d holds.
func (c *composer) restore(d draft) tea.Cmd {
	c.clear()
	values, body := splitDraft(d.text)
	for i, f := range c.fields {
		f.set(values[i])
		f.own = !f.follows // It had its proposal; if it is empty now, somebody emptied it.
	}
	c.body.lines = body
	if c.state.HasFrom { // The editor is open already.
		c.offer()
	}
	c.focus = len(c.fields)
	c.drafts.found = "a draft from " + d.when.Format("2 Jan 15:04") + " was restored"
	c.note = c.drafts.found
	if c.drafts.file != nil {
		c.drafts.file.take(d.path)
	}
	c.check()
	return c.save()
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

func (c *composer) saved(err error) {
	c.drafts.trouble = ""
	if err != nil {
		c.drafts.trouble = "the draft is not saved: " + protocol.Safe(err.Error())
		c.drafts.unsaved = true
	}
}

// draftText is the draft as it is kept: every field of the form, also those
// that are empty, an empty line, the body. Nothing written is "".
func (c *composer) draftText() string {
	if c.untouched() {
		return ""
	}
	var b strings.Builder
	for _, f := range c.fields {
		b.WriteString(f.name + ": " + f.value() + "\n")
	}
	b.WriteString("\n" + strings.Join(c.body.lines, "\n"))
	return b.String()
}

// splitDraft is draftText's opposite. A text of another form is all body, so
// that nothing of it is lost.
func splitDraft(text string) (values, body []string) {
	lines := unfoldedLines(text)
	values = make([]string, len(formRows))
	if len(lines) <= len(formRows) || lines[len(formRows)] != "" {
		return values, lines
	}
	for i, row := range formRows {
		value, ok := strings.CutPrefix(lines[i], row.name+": ")
		if !ok {
			return make([]string, len(formRows)), lines
		}
		values[i] = value
	}
	return values, lines[len(formRows)+1:]
}
