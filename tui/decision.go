package tui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// decision is a choice that an action needs from the person before it goes on.
// The last option is what closing the list means.
type decision struct {
	title   string
	options []option
	answer  chan int // has room for one
}

type option struct{ label, help string }

// waitDecision waits for the next decision that is asked for.
func waitDecision(ctx context.Context, decisions <-chan *decision) tea.Cmd {
	return func() tea.Msg {
		select {
		case d := <-decisions:
			return decisionMsg{d}
		case <-ctx.Done():
			return nil
		}
	}
}

// decide asks the person and returns the index of the option taken. It runs on
// the goroutine of the action that needs it; where ctx ends first it is the last.
func decide(ctx context.Context, decisions chan<- *decision, title string, options ...option) int {
	d := &decision{title, options, make(chan int, 1)}
	select {
	case decisions <- d:
	case <-ctx.Done():
		return len(options) - 1
	}
	select {
	case i := <-d.answer:
		return i
	case <-ctx.Done():
		return len(options) - 1
	}
}

// onDecision puts the choice on the screen.
func (m *Model) onDecision(d *decision) tea.Cmd {
	choices := make([]choice, len(d.options))
	for i, o := range d.options {
		choices[i] = choice{label: o.label, help: o.help, take: func(*Model) tea.Cmd { d.answer <- i; return nil }}
	}
	p := newPicker(m.st, d.title, choices)
	p.onLeft = func(*Model) tea.Cmd { d.answer <- len(d.options) - 1; return nil }
	m.overlay = p
	return waitDecision(m.ctx, m.decisions)
}

// askRefused asks how to go on after a refusal.
func askRefused(decisions chan<- *decision) func(context.Context, console.Refusal) console.Choice {
	return func(ctx context.Context, r console.Refusal) console.Choice {
		options := []option{
			{"forget the transaction", "RSET; the message is kept, F4 shows it"},
			{"leave everything as it stands", "the connection stays, the message is kept"},
		}
		choices := []console.Choice{console.Reset, console.Stop}
		if r.CanGoOn() {
			help := fmt.Sprintf("%s accepted, %d still to try", plural(r.Accepted, "recipient"), r.Left)
			options = append([]option{{"go on without it", help}}, options...)
			choices = append([]console.Choice{console.GoOn}, choices...)
		}
		return choices[decide(ctx, decisions, "Refused: "+refusedWords(r), options...)]
	}
}

// askConfirm asks before a message leaves this machine.
func askConfirm(decisions chan<- *decision) func(context.Context, console.Summary) bool {
	return func(ctx context.Context, s console.Summary) bool {
		title := fmt.Sprintf("%s octets to %s at %s", grouped(s.Size), plural(s.Recipients, "recipient"), protocol.Safe(s.Host))
		return decide(ctx, decisions, title, option{"send it", "the server answers for it from its 250 on"},
			option{"do not send it", "connection and transaction stay as they are"}) == 0
	}
}
