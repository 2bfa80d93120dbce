package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
	"smtpconsole/tui/console"
)

// eventsMsg is what happened in log since the last one. Err is io.EOF where
// there will be no more. What belongs to a log that is not shown is dropped.
type eventsMsg struct {
	log    *history.Log
	events []protocol.Event
	err    error
}

// doneMsg ends an action begun on session.
type doneMsg struct {
	session *console.Session
	err     error
}

// closedMsg tells that a session is put away.
type closedMsg struct{ err error }

// begunMsg is a new session, or why there is none.
type begunMsg struct {
	session *console.Session
	err     error
}

// recentMsg are the newest saved sessions, for the start screen's targets.
type recentMsg struct {
	list []history.Summary
	err  error
}

// keptMsg tells whether a line was written for recall in later runs.
type keptMsg struct{ err error }

// browserMsg is news for one browser, wherever that stands: also beneath a
// question that it asks.
type browserMsg interface{ tell(m *Model) tea.Cmd }

// savedMsg is a saved session that can be read, or why it cannot.
type savedMsg struct {
	from    *browser
	session history.Summary
	err     error
}

// savedReadMsg tells that the file behind log is read, as far as it was.
type savedReadMsg struct {
	log  *history.Log
	torn *history.TornError // the first line that is not whole; nil where all are
	cut  bool               // there is more than is kept in memory
	err  error
}

// clockMsg moves the timers on the screen.
type clockMsg time.Time

// editedMsg is the prompt's line back from $EDITOR.
type editedMsg struct {
	text string
	err  error
}

// askMsg is a question for the person: a login needs an answer.
type askMsg struct{ question *question }

// question waits on answer; closing it without one means cancelled.
type question struct {
	prompt sasl.Prompt
	answer chan string
}

// decisionMsg is a choice for the person: an action waits for it.
type decisionMsg struct{ decision *decision }

// uploadTickMsg moves the progress bar of a message under way.
type uploadTickMsg struct{}

// fileReadMsg is a file that was looked at to be sent, or why it cannot be.
type fileReadMsg struct {
	session *console.Session
	octets  console.Octets
	remarks []protocol.MessageRemark
	chunk   int64 // as console.Mail has it
	err     error
}

// openedMsg is a file read for the editor. A large one is not read.
type openedMsg struct {
	path, text string
	large      bool
	err        error
}

// writtenMsg tells what came of writing a message to a file.
type writtenMsg struct {
	octets console.Octets
	path   string
	size   int64
	err    error
}
