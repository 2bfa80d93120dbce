package tui

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// What the browser does with sessions: each returns what the model carries out.

// storeMsg tells what came of an act on a session.
type storeMsg struct {
	browser *browser // nil for the one on the screen
	words   string
	err     error
	changed string          // ID of a session that was changed, deleted or brought back; "" for none
	session history.Summary // what is known of it now; the zero one where it is gone
	deleted bool
	typed   *noteBox // what was to be kept, and comes back where it was not; nil for none
}

// comparedMsg is two sessions side by side.
type comparedMsg struct {
	compared
	err error
}

func taking(do func(*Model) tea.Cmd) *choice { return &choice{take: do} }

// changing does something to session id, and looks at it again.
func (b *browser) changing(id, words string, do func(*history.Store) error) tea.Cmd {
	return func() tea.Msg {
		msg := storeMsg{browser: b, words: words, changed: id, err: do(b.store)}
		msg.session, _ = b.store.Summary(id) // that it is gone is news too
		return msg
	}
}

// onStore says what came of an act, in the browser where that is open.
func (m *Model) onStore(msg storeMsg) {
	words, b := msg.words, msg.browser
	if b == nil {
		b, _ = m.overlay.(*browser)
	}
	if msg.err != nil {
		words = errorWords(msg.err)
	} else if msg.deleted {
		m.gone = append(m.gone, msg.changed)
	}
	if b == nil || b.ctx.Err() != nil {
		m.say(words)
		return
	}
	b.take(msg)
	b.note = words
	if msg.err != nil && msg.typed != nil && m.overlay == overlay(b) {
		msg.typed.trouble = words
		m.overlay = msg.typed
	}
}

// take brings the row of a session that was changed up to date.
func (b *browser) take(msg storeMsg) {
	switch {
	case msg.changed == "":
	case msg.session.ID == "":
		b.drop(msg.changed)
	default:
		b.put(msg.session)
	}
}

// missed says that the selected session could not be had. One that is gone
// leaves the list.
func (b *browser) missed(err error) {
	if errors.Is(err, fs.ErrNotExist) {
		b.drop(b.selectedID())
		b.note = "it is gone: another program deleted it, or moved it to the trash"
		return
	}
	b.note = errorWords(err)
}

func (b *browser) open(sum history.Summary) (*choice, bool) {
	return taking(func(*Model) tea.Cmd { return openSaved(b, sum.ID) }), false
}

func (b *browser) label(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		return m.askOver(b, "A label for the session of "+describe(sum), sum.Label, "one line; empty takes it away", func(m *Model, text string) tea.Cmd {
			m.overlay = b
			label, words := strings.TrimSpace(text), "labelled"
			if label == "" {
				words = "it has no label now"
			}
			return b.changing(sum.ID, words, func(store *history.Store) error {
				return relabel(store, sum.ID, func(l *history.Label) { l.Label = label })
			})
		})
	}), false
}

// relabel changes what is said of a session.
func relabel(store *history.Store, id string, change func(*history.Label)) error {
	l, err := store.Label(id)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	change(&l) // where the old one cannot be read a new one takes its place
	return store.SetLabel(id, l)
}

func (b *browser) writeNote(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		box := newNoteBox(m.st, "A note on the session of "+describe(sum), sum.Note, b)
		box.take = func(note string) tea.Cmd {
			keep := b.changing(sum.ID, "noted", func(store *history.Store) error {
				return relabel(store, sum.ID, func(l *history.Label) { l.Note = note })
			})
			return func() tea.Msg {
				msg := keep().(storeMsg)
				msg.typed = box
				return msg
			}
		}
		m.overlay = box
		return nil
	}), false
}

func (b *browser) remove(sum history.Summary) (*choice, bool) {
	return taking(func(*Model) tea.Cmd {
		return func() tea.Msg {
			msg := b.changing(sum.ID, "deleted · Ctrl+Z brings it back", func(store *history.Store) error { return store.Remove(sum.ID) })().(storeMsg)
			msg.deleted = true
			return msg
		}
	}), false
}

func (b *browser) undo() (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		n := len(m.gone)
		if n == 0 {
			b.note = "nothing was deleted in this run: smtpconsole history restore brings older ones back"
			return nil
		}
		id := m.gone[n-1]
		m.gone = m.gone[:n-1]
		return b.changing(id, "brought back", func(store *history.Store) error { return store.Restore(id) })
	}), false
}

// compare marks a session, and at the second stroke compares another with it;
// on the one that is marked it takes the mark away.
func (b *browser) compare(sum history.Summary) (*choice, bool) {
	switch b.marked {
	case "":
		b.marked, b.note = sum.ID, "marked: F6 on another session compares the two, F6 here takes the mark away"
		return nil, false
	case sum.ID:
		b.marked, b.note = "", "no session is marked any more"
		return nil, false
	}
	first := *b.known(b.marked)
	b.marked = ""
	return taking(func(*Model) tea.Cmd { return compareSessions(b.store, first, sum) }), false
}

// compareSessions puts two sessions side by side.
func compareSessions(store *history.Store, a, b history.Summary) tea.Cmd {
	return func() tea.Msg {
		first, err := store.Read(a.ID)
		if err != nil {
			return comparedMsg{err: err}
		}
		second, err := store.Read(b.ID)
		if err != nil {
			return comparedMsg{err: err}
		}
		return compared{
			title: describe(a) + "  |  " + describe(b), first: history.Steps(first.Events), second: history.Steps(second.Events),
			o: history.CompareOptions{By: history.ByCode, Own: console.OwnNames(oldTarget(a.Target), oldTarget(b.Target))},
		}.again()
	}
}

// oldTarget is a target as it was typed once; the zero one where it is none today.
func oldTarget(name string) console.Target {
	t, _ := console.ParseTarget(name)
	return t
}

// export asks for a format and a file.
func (b *browser) export(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		var choices []choice
		for _, f := range history.ExportFormats() {
			choices = append(choices, choice{label: f.Name, help: f.Summary, take: func(m *Model) tea.Cmd {
				return m.chooseFileOver(b, "Export as "+f.Name+" ("+f.Extension+") to", true, func(m *Model, path string) tea.Cmd {
					m.overlay = b
					return exportSession(b.store, sum.ID, f, path)
				})
			}})
		}
		p := newPicker(m.st, "Export the session of "+describe(sum), choices)
		p.onLeft = func(m *Model) tea.Cmd { m.overlay = b; return nil }
		m.overlay = p
		return nil
	}), false
}

// exportSession writes a session to a new private file. Where that fails no file
// is left.
func exportSession(store *history.Store, id string, f history.ExportFormat, path string) tea.Cmd {
	return func() tea.Msg {
		err := writeExport(store, id, f, path)
		return storeMsg{words: "exported to " + protocol.Safe(path), err: err}
	}
}

func writeExport(store *history.Store, id string, f history.ExportFormat, path string) error {
	src, err := store.Source(id)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, draftFileMode)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%q is there already, and is not replaced: export to another name", path)
	}
	if err != nil {
		return err
	}
	err = f.Write(file, src)
	closed := file.Close()
	var torn *history.TornError // the good part is worth having
	if err != nil && !errors.As(err, &torn) || closed != nil {
		return errors.Join(err, closed, os.Remove(path))
	}
	return err
}

// replay asks for a server, and begins to run the session again on it.
func (b *browser) replay(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		kept := "the run is a record of its own"
		if m.o.Console.Store() == nil {
			kept = "no record is kept of the run"
		}
		return m.askOver(b, "Run it again on", sum.Target, "each step waits for you; "+kept, func(m *Model, target string) tea.Cmd {
			t, err := console.ParseTarget(strings.TrimSpace(target))
			if err != nil {
				m.overlay, b.note = b, errorWords(err)
				return nil
			}
			return m.sure(b, func(m *Model) tea.Cmd {
				b.stop()
				return b.rerun(m.o.Console, t, sum.ID)
			})
		})
	}), false
}

// rerun reads a session and makes the new one. Nothing is dialled yet.
func (b *browser) rerun(c *console.Console, t console.Target, id string) tea.Cmd {
	return func() tea.Msg {
		saved, err := b.store.Read(id)
		if err != nil {
			return replayMsg{err: err}
		}
		return replayScript(c, t, &history.Script{Header: saved.Header, Steps: history.Steps(saved.Events)}, history.ByCode, b.store)()
	}
}
