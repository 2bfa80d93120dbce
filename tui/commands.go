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

// recentRead is how many sessions the start screen takes its targets from.
const recentRead = 500

// recentSessions reads the newest sessions.
func recentSessions(ctx context.Context, store *history.Store) tea.Cmd {
	return func() tea.Msg {
		l, err := store.Listing()
		if err != nil {
			return recentMsg{err: err}
		}
		list, err := l.Read(ctx, recentRead)
		return recentMsg{list, err}
	}
}

// keepLine writes a line for recall in later runs.
func keepLine(r *console.Recall, line string) tea.Cmd {
	return func() tea.Msg { return keptMsg{r.Keep(line)} }
}

// openSaved looks whether a saved session can be read.
func openSaved(from *browser, id string) tea.Cmd {
	return func() tea.Msg {
		sum, err := from.store.Summary(id)
		return savedMsg{from, sum, err}
	}
}

// savedMost is how many octets of a saved session are kept in memory: of its
// lines, and of what holds each.
const (
	savedMost  = 256 << 20
	savedEvent = 1 << 10
)

// readSaved reads a saved session into log, as far as there is room for it, and
// closes log. It ends early with ctx.
func readSaved(ctx context.Context, store *history.Store, id string, log *history.Log) tea.Cmd {
	return func() tea.Msg {
		defer log.Close()
		msg, octets := savedReadMsg{log: log}, 0
		for ev, err := range store.Events(id) {
			var torn *history.TornError
			switch {
			case ctx.Err() != nil:
				return nil
			case err == nil:
				log.Append(ev)
			case !errors.As(err, &torn):
				msg.err = err
			case msg.torn == nil:
				msg.torn = torn
			}
			if octets += savedEvent + len(ev.Text); octets > savedMost {
				msg.cut = true
				return msg
			}
		}
		return msg
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
