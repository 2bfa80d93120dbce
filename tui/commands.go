package tui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol/sasl"
	"smtpconsole/tui/console"
)

// waitEvents waits for what log has after seq. There is one at a time: onEvents
// arms the next.
func waitEvents(ctx context.Context, log *history.Log, seq int) tea.Cmd {
	return func() tea.Msg {
		events, err := log.Next(ctx, seq)
		return eventsMsg{log, events, err}
	}
}

// begin makes a session; only files are touched.
func begin(c *console.Console, t console.Target) tea.Cmd {
	return func() tea.Msg {
		s, err := c.Begin(t)
		return begunMsg{s, err}
	}
}

// dial connects and waits for the greeting. The failures are events.
func dial(ctx context.Context, s *console.Session) tea.Cmd {
	return func() tea.Msg {
		_ = s.Dial(ctx)
		return doneMsg{session: s}
	}
}

// perform carries an action out.
func perform(ctx context.Context, s *console.Session, a console.Action) tea.Cmd {
	return func() tea.Msg { return doneMsg{s, s.Do(ctx, a)} }
}

// closeSession ends a session in the background.
func closeSession(s *console.Session) tea.Cmd {
	return func() tea.Msg { return closedMsg{s.Close()} }
}

// listSessions reads the saved sessions; recent says that the start screen
// wants them for its targets.
func listSessions(ctx context.Context, store *history.Store, recent bool) tea.Cmd {
	return func() tea.Msg {
		list, err := store.List(ctx)
		return sessionsMsg{list, recent, err}
	}
}

// keepLine writes a line for recall in later runs.
func keepLine(r *console.Recall, line string) tea.Cmd {
	return func() tea.Msg { return keptMsg{r.Keep(line)} }
}

// readSession reads one saved session.
func readSession(store *history.Store, id string) tea.Cmd {
	return func() tea.Msg {
		s, err := store.Read(id)
		return shownMsg{s, err}
	}
}

// clock ticks after a second, or never once ctx has ended.
func clock(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		timer := time.NewTimer(time.Second)
		defer timer.Stop()
		select {
		case t := <-timer.C:
			return clockMsg(t)
		case <-ctx.Done():
			return nil
		}
	}
}

// uploadEvery is how often the progress of a message is drawn.
const uploadEvery = 200 * time.Millisecond

// uploadTick ticks once.
func uploadTick(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		timer := time.NewTimer(uploadEvery)
		defer timer.Stop()
		select {
		case <-timer.C:
			return uploadTickMsg{}
		case <-ctx.Done():
			return nil
		}
	}
}

// waitAsk waits for the next question to the person.
func waitAsk(ctx context.Context, asks <-chan *question) tea.Cmd {
	return func() tea.Msg {
		select {
		case q := <-asks:
			return askMsg{q}
		case <-ctx.Done():
			return nil
		}
	}
}

// errCancelled is returned to a login whose question was not answered.
var errCancelled = errors.New("login cancelled")

// askPerson hands a question to the screen and waits for the answer. It runs
// on the goroutine of the action that needs it.
func askPerson(asks chan<- *question) sasl.Asker {
	return func(ctx context.Context, p sasl.Prompt) (string, error) {
		q := &question{p, make(chan string, 1)}
		select {
		case asks <- q:
		case <-ctx.Done():
			return "", ctx.Err()
		}
		select {
		case answer, ok := <-q.answer:
			if !ok {
				return "", errCancelled
			}
			return answer, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
