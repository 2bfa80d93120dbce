package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// What the browser does with sessions: each returns what the model carries out.

// storeMsg tells what came of a change to the store.
type storeMsg struct {
	words string
	gone  string // ID of a session that was deleted; "" for none
	err   error
}

// foundMsg is what a search found: a line of each session, by its ID.
type foundMsg struct {
	text string
	hits map[string]string
	err  error
}

// comparedMsg is two sessions side by side.
type comparedMsg struct {
	title  string
	report history.Report
	err    error
}

func taking(do func(*Model) tea.Cmd) *choice { return &choice{take: do} }

// changing does something to the store, then lists it anew.
func (m *Model) changing(words string, do func(*history.Store) error) tea.Cmd {
	store := m.o.Console.Store()
	return tea.Sequence(func() tea.Msg { return storeMsg{words: words, err: do(store)} }, listSessions(m.ctx, store, false))
}

// onStore says what came of a change, in the browser where that is open.
func (m *Model) onStore(msg storeMsg) {
	words := msg.words
	if msg.gone != "" {
		m.gone = append(m.gone, msg.gone)
	}
	if msg.err != nil {
		words = errorWords(msg.err)
	}
	if b, ok := m.overlay.(*browser); ok {
		b.note = words
		return
	}
	m.say(words)
}

func (b *browser) open(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		return m.sure(func(m *Model) tea.Cmd { return readSession(m.o.Console.Store(), sum.ID) })
	}), true
}

func (b *browser) label(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		return m.askOver(b, "A label for the session with "+sum.Target, sum.Label, "one line; empty takes it away", func(m *Model, text string) tea.Cmd {
			m.overlay = b
			return m.changing("labelled", func(store *history.Store) error {
				l, err := store.Label(sum.ID)
				l.Label = strings.TrimSpace(text)
				return errors.Join(err, store.SetLabel(sum.ID, l))
			})
		})
	}), false
}

func (b *browser) remove(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		store := m.o.Console.Store()
		return tea.Sequence(func() tea.Msg {
			err := store.Remove(sum.ID)
			if err != nil {
				return storeMsg{err: err}
			}
			return storeMsg{words: "deleted · Ctrl+Z brings it back", gone: sum.ID}
		}, listSessions(m.ctx, store, false))
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
		return m.changing("brought back", func(store *history.Store) error { return store.Restore(id) })
	}), false
}

// compare marks a session, and at the second stroke compares another with it.
func (b *browser) compare(sum history.Summary) (*choice, bool) {
	switch b.marked {
	case "", sum.ID:
		b.marked, b.note = sum.ID, "marked: F6 on another session compares the two"
		return nil, false
	}
	first := b.marked
	b.marked = ""
	return taking(func(m *Model) tea.Cmd { return compareSessions(m.o.Console.Store(), first, sum.ID) }), false
}

// compareSessions puts two sessions side by side.
func compareSessions(store *history.Store, a, b string) tea.Cmd {
	return func() tea.Msg {
		first, err := store.Read(a)
		if err != nil {
			return comparedMsg{err: err}
		}
		second, err := store.Read(b)
		if err != nil {
			return comparedMsg{err: err}
		}
		title := first.Header.Target + "  |  " + second.Header.Target
		return comparedMsg{title: title, report: history.Compare(history.Steps(first.Events), history.Steps(second.Events), history.CompareOptions{By: history.ByCode})}
	}
}

// search asks for a text and shows the sessions that have it.
func (b *browser) search() (*choice, bool) {
	if b.hits != nil {
		b.hits, b.note = nil, "all sessions again"
		b.match()
		return b.preview(), false
	}
	return taking(func(m *Model) tea.Cmd {
		return m.askOver(b, "Search in all sessions for", "", "in lines, replies, messages, notes; F3 shows all sessions again", func(m *Model, text string) tea.Cmd {
			m.overlay = b
			b.note = "searching …"
			return searchSessions(m.ctx, m.o.Console.Store(), text)
		})
	}), false
}

// mostHits bounds a search.
const mostHits = 100_000

func searchSessions(ctx context.Context, store *history.Store, text string) tea.Cmd {
	return func() tea.Msg {
		msg := foundMsg{text: text, hits: map[string]string{}}
		for hit, err := range store.Search(ctx, text, mostHits) {
			switch {
			case err != nil && hit.ID == "":
				msg.err = err
			case err == nil && msg.hits[hit.ID] == "":
				msg.hits[hit.ID] = hit.Line
			}
		}
		return msg
	}
}

func (m *Model) onFound(msg foundMsg) tea.Cmd {
	b, ok := m.overlay.(*browser)
	if !ok {
		return nil
	}
	b.hits, b.note = msg.hits, fmt.Sprintf("%s with %q · F3 shows all", plural(len(msg.hits), "session"), msg.text)
	if msg.err != nil {
		b.note = errorWords(msg.err)
	}
	b.match()
	if c := b.preview(); c != nil {
		return c.take(m)
	}
	return nil
}

// export asks for a format and a file.
func (b *browser) export(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		var choices []choice
		for _, f := range history.ExportFormats() {
			choices = append(choices, choice{label: f.Name, help: f.Summary, take: func(m *Model) tea.Cmd {
				return m.chooseFile("Export as "+f.Name+" ("+f.Extension+") to", true, func(m *Model, path string) tea.Cmd {
					m.overlay = b
					return exportSession(m.o.Console.Store(), sum.ID, f, path)
				})
			}})
		}
		p := newPicker(m.st, "Export the session with "+protocol.Safe(sum.Target), choices)
		p.onLeft = func(m *Model) tea.Cmd { m.overlay = b; return nil }
		m.overlay = p
		return nil
	}), false
}

// exportSession writes a session to a new private file.
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
	return errors.Join(f.Write(file, src), file.Close())
}

// replay asks for a server, and begins to run the session again on it.
func (b *browser) replay(sum history.Summary) (*choice, bool) {
	return taking(func(m *Model) tea.Cmd {
		return m.askOver(b, "Run it again on", sum.Target, "each step waits for you; the run is a record of its own", func(m *Model, target string) tea.Cmd {
			t, err := console.ParseTarget(strings.TrimSpace(target))
			if err != nil {
				m.overlay, b.note = b, errorWords(err)
				return nil
			}
			return m.sure(func(m *Model) tea.Cmd { return beginReplay(m.o.Console, t, sum.ID) })
		})
	}), false
}
