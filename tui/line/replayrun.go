package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// replayer is one call of Replay.
type replayer struct {
	unrecorded atomic.Int64 // runs whose record could not be begun
	o          Options
	in         *input // for who is asked
	r          *ReplayOptions
	script     *history.Script
	rerun      history.RerunOptions
	runs       []*replayRun // one for each target, in the order of the call

	mu sync.Mutex // guards what is written while sessions run
}

func newReplayer(o Options, r *ReplayOptions, script *history.Script, store *history.Store, targets []console.Target) *replayer {
	p := &replayer{o: o, in: newInput(o.In), r: r, script: script, rerun: history.RerunOptions{
		CompareOptions: r.compare(o, script, targets), Store: store, Pace: r.Pace == paceRecorded,
	}}
	steps := history.NewRerun(nil, script.Steps, p.rerun).Steps()
	for _, t := range targets {
		p.runs = append(p.runs, newReplayRun(t, steps))
	}
	return p
}

// alone tells whether there is one session only, whose steps are shown as they
// are done.
func (p *replayer) alone() bool { return len(p.runs) == 1 && p.r.Repeat == 1 }

// run carries out all sessions, some of them at once, until ctx ends.
func (p *replayer) run(ctx context.Context) {
	if p.alone() && !p.o.JSON {
		p.writeStepHead()
	}
	if p.r.Repeat > 1 {
		defer debug.SetGCPercent(debug.SetGCPercent(manyGC))
	}
	sessions := make(chan *replayRun)
	var workers sync.WaitGroup
	for range min(p.r.Jobs, len(p.runs)*p.r.Repeat) {
		workers.Go(func() {
			for run := range sessions {
				run.add(p.session(ctx, run.target))
			}
		})
	}
	for range p.r.Repeat {
		for _, run := range p.runs {
			if ctx.Err() == nil {
				sessions <- run
			}
		}
	}
	close(sessions)
	workers.Wait()
}

// manyGC is the garbage collector's aim while a session is repeated: each one
// leaves some hundred kilobytes behind and nothing that lasts, so that by the
// usual aim half of the time would go into collecting them.
const manyGC = 800

// ended is what became of one session.
type ended struct {
	results []history.Result
	err     error // why it could not go on; nil where it came to its end, or was stopped
	exit    int
	record  string // ID of the new record, "" for none
}

// session runs the script once.
func (p *replayer) session(ctx context.Context, t console.Target) ended {
	s, rerun, err := p.o.Console.Replay(t, p.script, p.rerun)
	if err != nil {
		return ended{err: err, exit: ExitUsage}
	}
	e := ended{record: s.Record}
	if s.Record == "" && p.o.Console.Store() != nil {
		p.unrecorded.Add(1)
	}
	e.err = p.steps(ctx, t, rerun, &e)
	_, more := rerun.Peek()
	if e.err == nil && more {
		quitPolitely(ctx, s)
	}
	if closed := s.Close(); closed != nil && e.err == nil {
		e.err, e.exit = fmt.Errorf("the record is not complete: %w", closed), ExitUsage
	}
	switch {
	case e.err != nil && !more && console.Reported(e.err) && differs(e.results) == 0:
		e.err = nil // the connection ended where it had ended before
	case e.err != nil:
		e.exit = cmp.Or(e.exit, failedExit(e.err, s))
	case differs(e.results) > 0:
		e.exit = history.ExitDiffers
	}
	return e
}

// steps runs step after step. It returns nil where all are done, or where a
// difference ended them.
func (p *replayer) steps(ctx context.Context, t console.Target, rerun *history.Rerun, e *ended) error {
	for {
		i, more := rerun.Peek()
		if !more || p.r.To > 0 && i >= p.r.To {
			return nil
		}
		if i > 0 && i+1 < p.r.From {
			rerun.Skip()
			continue
		}
		results, err := rerun.Next(ctx)
		e.results = append(e.results, results...)
		for _, res := range results {
			p.show(t, res)
		}
		switch {
		case err != nil:
			return err
		case differs(results) > 0 && !p.goesOn(ctx):
			return nil
		}
	}
}

// differs counts the steps that came out otherwise.
func differs(results []history.Result) int {
	n := 0
	for _, res := range results {
		if len(res.Differences) > 0 {
			n++
		}
	}
	return n
}

// goesOn decides about a difference that was shown.
func (p *replayer) goesOn(ctx context.Context) bool {
	if p.r.OnDifference != askAt {
		return p.r.OnDifference == goOn
	}
	fmt.Fprint(p.o.Err, "go on? Enter does, s stops: ")
	answer, err := p.in.next(ctx, nil)
	return err == nil && answer == ""
}

// quitPolitely ends a session that was stopped, where QUIT can be said.
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
	{console.ErrNoMechanism, exitAuth},
	{console.ErrNobody, exitAuth},
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
