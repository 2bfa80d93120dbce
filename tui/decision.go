package tui

import (
	"context"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// decision is a choice that an action needs from the person before it goes on.
// The last option is what closing the list means.
type decision struct {
	title   string
	about   string // more of it, in full; "" is none
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
func decide(ctx context.Context, decisions chan<- *decision, d *decision) int {
	d.answer = make(chan int, 1)
	select {
	case decisions <- d:
	case <-ctx.Done():
		return len(d.options) - 1
	}
	select {
	case i := <-d.answer:
		return i
	case <-ctx.Done():
		return len(d.options) - 1
	}
}

// onDecision puts the choice on the screen.
func (m *Model) onDecision(d *decision) tea.Cmd {
	choices := make([]choice, len(d.options))
	for i, o := range d.options {
		choices[i] = choice{label: o.label, help: o.help, take: func(*Model) tea.Cmd { d.answer <- i; return nil }}
	}
	p := newPicker(m.st, d.title, choices)
	p.lead = protocol.Safe(d.about)
	p.onLeft = func(*Model) tea.Cmd { d.answer <- len(d.options) - 1; return nil }
	m.overlay = p
	return waitDecision(m.ctx, m.decisions)
}

// askRefused asks how to go on after a refusal. Whoever does not want to be
// asked again is not, in this mail.
func (m *Model) askRefused(decisions chan<- *decision) func(context.Context, console.Refusal) console.Choice {
	always := false
	return func(ctx context.Context, r console.Refusal) console.Choice {
		rows := refusedChoices
		if !r.CanGoOn() {
			rows = rows[2:]
		} else if always {
			return console.GoOn
		}
		options := make([]option, len(rows))
		for i, row := range rows {
			options[i] = row.option
		}
		options[0].help = strings.TrimSpace(options[0].help + " " + leftWords(r))
		d := &decision{title: "Refused: " + protocol.Safe(r.Line), about: fmt.Sprint(r.Reply.Code, " ", strings.Join(r.Reply.Lines, " ")), options: options}
		row := rows[decide(ctx, decisions, d)]
		always = row.always
		m.changes.Store(row.changes)
		return row.choice
	}
}

// refusedChoices are what can be done about a refusal. The first two need a
// recipient that is accepted or to be tried.
var refusedChoices = []struct {
	option
	choice  console.Choice
	always  bool // the same for refusals to come
	changes bool // the plan opens again
}{
	{option{"go on without it", ""}, console.GoOn, false, false},
	{option{"go on, and do not ask again", "whatever else is refused of this message's recipients"}, console.GoOn, true, false},
	{option{"change sender and recipients", "RSET, and the plan opens again"}, console.Reset, false, true},
	{option{"forget the transaction", "RSET; the message is kept, F4 shows it"}, console.Reset, false, false},
	{option{"stop here, and go on by hand", "nothing is sent; the message is kept, F4 shows it"}, console.Stop, false, false},
}

// leftWords say who else there is.
func leftWords(r console.Refusal) string {
	if !r.CanGoOn() {
		return ""
	}
	if r.Left == 0 {
		return plural(r.Accepted, "recipient") + " accepted, and it was the last"
	}
	return fmt.Sprintf("%s accepted, %d still to try", plural(r.Accepted, "recipient"), r.Left)
}

// askConfirm asks before a message leaves this machine.
func askConfirm(decisions chan<- *decision) func(context.Context, console.Summary) bool {
	return func(ctx context.Context, s console.Summary) bool {
		title := fmt.Sprintf("%s octets to %s at %s", grouped(s.Size), plural(s.Recipients, "recipient"), protocol.Safe(s.Host))
		return decide(ctx, decisions, &decision{title: title, options: []option{
			{"send it", "the server answers for it from its 250 on"},
			{"do not send it", "connection and transaction stay as they are"},
		}}) == 0
	}
}
