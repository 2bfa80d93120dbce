package tui

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// sendText sends a message, or a chunk of one.
func sendText(ctx context.Context, s *console.Session, text string, chunk *console.Chunk, report func(int64)) tea.Cmd {
	return func() tea.Msg {
		if chunk != nil {
			return doneMsg{s, s.SendChunk(ctx, text, chunk.Line.Cmd.Last)}
		}
		return doneMsg{s, s.SendMessage(ctx, strings.NewReader(text), report)}
	}
}

// sendFile sends DATA and streams a file as the message.
func sendFile(ctx context.Context, s *console.Session, path string, report func(int64)) tea.Cmd {
	return func() tea.Msg { return doneMsg{s, s.SendFile(ctx, path, report)} }
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

// editLine opens $EDITOR on the prompt's line, in a private file.
func editLine(text string) tea.Cmd {
	return func() tea.Msg {
		dir, err := os.MkdirTemp("", "smtpconsole-")
		if err != nil {
			return editedMsg{err: err}
		}
		path := filepath.Join(dir, "line.txt")
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			return editedMsg{err: errors.Join(err, os.RemoveAll(dir))}
		}
		return tea.ExecProcess(editorCommand(path), func(err error) tea.Msg {
			defer os.RemoveAll(dir)
			if err != nil {
				return editedMsg{err: err}
			}
			b, err := os.ReadFile(path)
			return editedMsg{strings.TrimRight(string(b), "\r\n"), err}
		})()
	}
}

// editorCommand runs what $VISUAL or $EDITOR name, which may have arguments.
func editorCommand(path string) *exec.Cmd {
	editor := os.Getenv("VISUAL")
	if editor == "" {
		editor = os.Getenv("EDITOR")
	}
	if editor == "" {
		editor = "vi"
	}
	words := strings.Fields(editor)
	cmd := exec.Command(words[0], append(words[1:], path)...)
	cmd.Stdin = os.Stdin // the file itself: an editor wants a terminal
	return cmd
}
