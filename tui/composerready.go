package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
	"smtpconsole/tui/console"
)

// outgoing is a message that is ready on the disk: one with files, put
// together, or one that is sent from disk as it is. What the wire view shows
// of it are the octets that go out, whatever becomes of the files meanwhile.
type outgoing struct {
	edits   int // of the text it was made from
	octets  console.Octets
	wire    *wireText
	remarks []protocol.MessageRemark
	text    string // the same in memory, where it is small enough to edit
	spooled string // the file, where it is ours and goes when the message does
}

// head is the header: the first lines up to the empty one.
func (o *outgoing) head() string {
	const most = 1000
	var lines []string
	for i := range min(most, o.wire.len()) {
		text := o.wire.at(i).text
		if text == "" {
			break
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\r\n")
}

// close ends it, and removes its file where that is ours.
func (o *outgoing) close() {
	o.wire.Close()
	if o.spooled != "" {
		_ = os.Remove(o.spooled)
	}
}

// preparedMsg brings a message that was put together.
type preparedMsg struct {
	out *outgoing
	err error
}

// outSuffix ends the names of messages put together on the disk.
const outSuffix = ".out"

// prepare writes m with its files to a private file in dir, and looks at it.
func prepare(ctx context.Context, dir string, m message.Message, st protocol.State, edits int) tea.Cmd {
	return func() tea.Msg {
		for _, file := range m.Files {
			if err := file.Changed(); err != nil {
				return preparedMsg{err: err}
			}
		}
		path, err := spool(dir, m)
		if err != nil {
			return preparedMsg{err: fmt.Errorf("the message could not be put together: %w", err)}
		}
		msg := lookAt(ctx, path, st, edits)
		if msg.err != nil {
			_ = os.Remove(path)
			return msg
		}
		msg.out.spooled, msg.out.octets.Path = path, "" // The name means nothing to anybody.
		return msg
	}
}

// prepareDisk looks at a message on the disk.
func prepareDisk(ctx context.Context, path string, st protocol.State, edits int) tea.Cmd {
	return func() tea.Msg { return lookAt(ctx, path, st, edits) }
}

// spool writes m to a new file in dir and returns its name.
func spool(dir string, m message.Message) (path string, err error) {
	if dir == "" {
		dir = os.TempDir()
	} else if err := os.MkdirAll(dir, draftDirMode); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, fmt.Sprintf("%d-*%s", os.Getpid(), outSuffix)) // mode 0600
	if err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	err = errors.Join(m.Write(w, nil), w.Flush(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// lookAt scans the message at path: its facts, its remarks, its lines.
func lookAt(ctx context.Context, path string, st protocol.State, edits int) preparedMsg {
	octets, remarks, err := console.ReadFile(path, st)
	if err != nil {
		return preparedMsg{err: err}
	}
	wire, err := indexWireFile(ctx, path, nil)
	if err != nil {
		return preparedMsg{err: err}
	}
	out := &outgoing{edits: edits, octets: octets, wire: wire, remarks: remarks}
	if octets.Facts.Exact <= promptly {
		out.text, err = readAll(octets)
	}
	return preparedMsg{out, err}
}

// readAll reads a small message into memory.
func readAll(o console.Octets) (string, error) {
	r, err := o.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	var b strings.Builder
	_, err = io.Copy(&b, r)
	return b.String(), err
}

// whole does do where all of the message is at hand, else has it put together
// first.
func (c *composer) whole(do func(*composer) composerAction) composerAction {
	if c.checked != c.edits() { // A large text is not checked at every stroke.
		c.check()
	}
	if c.disk == "" && (c.source != nil || len(c.files()) == 0) || c.current() != nil {
		return do(c)
	}
	c.after = do
	return composerPrepare
}

// current is the message on the disk, nil where it is not there as it is now.
func (c *composer) current() *outgoing {
	if c.ready != nil && c.ready.edits == c.edits() {
		return c.ready
	}
	return nil
}

// prepare returns the command for composerPrepare.
func (c *composer) prepare(ctx context.Context) tea.Cmd {
	c.note = "putting the message together …"
	if c.preparing {
		return nil
	}
	c.preparing = true
	if c.disk != "" {
		return prepareDisk(ctx, c.disk, c.state, c.edits())
	}
	dir := ""
	if c.drafts.file != nil {
		dir = filepath.Dir(c.drafts.file.path)
	}
	return tea.Batch(lookAtFiles(c.files()), prepare(ctx, dir, c.suited(c.message()), c.state, c.edits()))
}

// prepared takes what prepare has made and goes on with what needed it.
func (c *composer) prepared(msg preparedMsg) composerAction {
	after := c.after
	c.after, c.note, c.preparing = nil, "", false
	if msg.err != nil {
		c.note = errorWords(msg.err)
		if c.disk != "" && c.ready == nil {
			c.disk = ""
			c.edited()
		}
		return composerNone
	}
	c.discard()
	c.ready = msg.out
	if c.disk != "" {
		c.check()
	}
	if c.current() == nil {
		c.note = "the message was changed while it was put together: do that again"
		return composerNone
	}
	if after == nil {
		return composerNone
	}
	return after(c)
}

// discard forgets the message on the disk.
func (c *composer) discard() {
	if c.ready != nil {
		c.ready.close()
		c.ready = nil
	}
}

// fromDisk makes the file at path the message, as it stands.
func (c *composer) fromDisk(path string) tea.Cmd {
	l := newLetter()
	l.disk = path
	cmd := c.use(l)
	c.after = func(*composer) composerAction { return composerNone }
	return cmd
}
