package tui

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// savedStore is a store in a new directory.
func savedStore(t testing.TB) *history.Store {
	t.Helper()
	return history.Open(t.TempDir())
}

// keep records a session that is over. Its ID is returned.
func keep(t testing.TB, store *history.Store, h history.Header, events ...protocol.Event) string {
	t.Helper()
	rec, err := store.Create(h)
	if err != nil {
		t.Fatal(err)
	}
	log := history.NewLog(rec, func() time.Time { return h.Start })
	for _, ev := range events {
		log.Append(ev)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	return rec.Header().ID
}

// rewrite changes the file of a session.
func rewrite(t testing.TB, store *history.Store, id string, change func(string) string) {
	t.Helper()
	b, err := os.ReadFile(store.Path(id))
	if err == nil {
		err = os.WriteFile(store.Path(id), []byte(change(string(b))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// unended takes the summary off a file, as a kill would have.
func unended(file string) string {
	return file[:strings.LastIndexByte(strings.TrimSuffix(file, "\n"), '\n')+1]
}

// noops are n commands with their replies.
func noops(n int) []protocol.Event {
	events := []protocol.Event{{Kind: protocol.KindConnect, Text: "mx"}, {Kind: protocol.KindServer, Text: "220 mx", Reply: &protocol.Reply{Code: 220, Lines: []string{"mx"}}}}
	for i := range n {
		events = append(events,
			protocol.ClientLine(fmt.Sprintf("NOOP %d", i), protocol.State{}),
			protocol.Event{Kind: protocol.KindServer, Text: "250 ok", Reply: &protocol.Reply{Code: 250, Lines: []string{"ok"}}})
	}
	return events
}

// pump carries a command out, and what comes of it, until nothing does.
func pump(m *Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			pump(m, cmd)
		}
	default:
		_, next := m.Update(msg)
		pump(m, next)
	}
}

// strike gives the model a key and carries out what comes of it.
func strike(m *Model, keys ...tea.KeyType) {
	for _, k := range keys {
		_, cmd := m.Update(tea.KeyMsg{Type: k})
		pump(m, cmd)
	}
}

// browsing is a model without a connection, in the table of store.
func browsing(t testing.TB, store *history.Store, w, h int) *Model {
	t.Helper()
	t.Setenv("TZ", "UTC")
	m := testModel(t, Options{Saved: store}, w, h)
	strike(m, tea.KeyF5)
	return m
}
