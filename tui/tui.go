// Package tui is the full screen: one Bubble Tea model over a console.Session.
//
// model.go is the model and update.go routes messages to it; commands.go and
// messages.go hold every command and message. Each pane is one file with the
// same anatomy: a struct, new, setSize, handleKey, view. Sizes, styles and
// keys come from outside. No pane does I/O and none knows another.
package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// Options say what the full screen shows first.
type Options struct {
	// Console makes the sessions. It is told to ask on the screen.
	Console *console.Console
	// Saved has the sessions to browse, also where none is recorded; nil means
	// the Console's Store.
	Saved *history.Store
	// Limits are what Saved is pruned to when it is browsed, at a time; nil
	// prunes nothing.
	Limits func(now time.Time) history.Limits
	// Target is the server to connect to; the zero Target shows the start screen.
	Target console.Target
	// Recall holds the lines typed before; nil means none.
	Recall *console.Recall
	// Theme is auto, dark, light or mono; "" means auto.
	Theme string
	// Script, if not nil, is run again on Target step by step, where replies are
	// compared By.
	Script *history.Script
	By     history.By
	// Confirm asks before a message leaves this machine.
	Confirm bool
	// Drafts is the directory for messages being written; "" keeps them in
	// memory only.
	Drafts string
}

// Run shows the full screen until its user leaves or ctx ends, as it does with
// a signal, and restores the terminal on every way out, a panic included. The error says that the
// screen could not be shown, or what broke it.
func Run(ctx context.Context, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newModel(ctx, o, lipgloss.NewRenderer(os.Stdout), time.Now)
	m.asksGround = asksGround(o.Theme)
	o.Console.AskWith(askPerson(m.asks))
	var program *tea.Program
	input := &ears{File: os.Stdin, heard: func(dark bool) { program.Send(groundMsg{dark}) }}
	program = tea.NewProgram(m, tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithInput(input), tea.WithAltScreen(), tea.WithMouseCellMotion())
	_, err := program.Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("the screen failed: %w", err)
	}
	return errors.Join(err, m.putAway())
}

// putAway keeps the draft and ends the record whatever way the program ended.
// The error says what could not be kept.
func (m *Model) putAway() error {
	m.composer.discard()
	err := m.composer.saveNow()
	if err != nil {
		err = fmt.Errorf("the draft is lost: %w", err)
	}
	if m.session != nil {
		err = errors.Join(err, m.session.Close())
	}
	return err
}
