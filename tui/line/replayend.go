package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// quitPolitely ends a session that has steps left, where QUIT can be said.
func quitPolitely(ctx context.Context, s *console.Session) {
	st := s.State()
	if !s.Live() || st.Busy() || st.Phase == protocol.PhaseData || st.Phase == protocol.PhaseClosing {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, quitTime)
	defer cancel()
	_ = s.SendGroup(ctx, []string{"QUIT"}) // what came of it is in the log
}

// quitTime is how long the reply to QUIT is waited for once a session was stopped.
const quitTime = 5 * time.Second

// failures are the exit codes of what keeps a step from being sent.
var failures = []struct {
	err  error
	exit int
}{
	{history.ErrHidden, exitAuth},
	{history.ErrExposed, exitTLS},
	{history.ErrMessage, exitData},
	{history.ErrNoBody, ExitUsage},
}

// failedExit is the exit code of a session that could not go on because of err.
func failedExit(err error, s *console.Session) int {
	for _, row := range failures {
		if errors.Is(err, row.err) {
			return row.exit
		}
	}
	return cmp.Or(s.Log.Progress().ExitCode(), exitLost)
}

// unsent is the exit code of a login that ended before the server heard of it,
// for want of a mechanism, a name or a password, or because the person who was
// asked for one pressed Ctrl+C, which is no signal there; 0 for all else.
func unsent(err error, step history.Step, results []history.Result) int {
	switch {
	case errors.Is(err, errInterrupted):
		return SignalBase + int(syscall.SIGINT)
	case step.Kind == history.StepAuth && len(results) == 0 && !console.Reported(err) && !errors.Is(err, history.ErrExposed):
		return exitAuth
	}
	return 0
}

// graver is the exit code of two sessions with the codes a and b, the first one
// first: what could not go on goes before what only differs, since that proves
// less; of two of the same weight the first counts.
func graver(a, b int) int {
	if a == 0 || a == history.ExitDiffers && b != 0 {
		return b
	}
	return a
}

// interrupted is the exit code, and the error, of what the end of ctx kept from
// its own.
func interrupted(ctx context.Context) (exit int, err error) {
	if code, signalled := SignalCode(ctx); signalled {
		return code, errInterrupted
	}
	return exitLost, errInterrupted
}

// unanswered is err, of a session that lives still, as it is where nobody waits
// on: the step that has no reply did not get it in time, and the session is
// closed.
func unanswered(err error, results []history.Result) error {
	var timeout interface{ Timeout() bool }
	if !errors.As(err, &timeout) || !timeout.Timeout() || len(results) < 2 { // a greeting that is late has reasons of its own
		return err
	}
	res := results[len(results)-1]
	for _, other := range results {
		if other.Skipped == "" && len(other.Got.Replies) == 0 {
			res = other
			break
		}
	}
	what, unknown := sentBy(res), ""
	if res.Want.Kind == history.StepBody {
		what, unknown = "the message", "; whether the message was accepted is unknown"
	}
	waited := time.Since(res.Got.At).Round(time.Second / 10)
	return fmt.Errorf("no reply to %s within %v, so this side closed the connection%s", what, waited, unknown)
}
