package line

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// replayer is one call of Replay.
type replayer struct {
	unrecorded atomic.Int64 // runs whose record could not be begun
	unsynced   error        // why the disk may not have the records of many runs
	o          Options
	in         *input // for who is asked
	r          *ReplayOptions
	script     *history.Script
	rerun      history.RerunOptions
	needed     []bool       // of the steps before --from-step
	runs       []*replayRun // one for each target, in the order of the call

	mu sync.Mutex // guards what is written while sessions run
}

func newReplayer(o Options, r *ReplayOptions, script *history.Script, store *history.Store, targets []console.Target) *replayer {
	p := &replayer{o: o, in: newInput(o.In), r: r, script: script, rerun: history.RerunOptions{
		CompareOptions: r.compare(o, script, targets), Store: store, Pace: r.Pace == paceRecorded,
	}}
	steps := history.NewRerun(nil, script.Steps, p.rerun).Steps()
	p.needed = history.Needed(steps, r.From-1)
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
	if store := p.o.Console.Store(); store != nil && !p.alone() {
		wait := store.Together()
		defer func() { p.unsynced = wait() }()
	}
	if p.r.Repeat > 1 {
		defer debug.SetGCPercent(debug.SetGCPercent(manyGC))
		if p.r.Jobs == 1 { // waking another processor for each reply takes longer than what it could do
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		}
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
	for _, run := range p.runs {
		if run.sessions < p.r.Repeat {
			run.fail(interrupted(ctx))
		}
	}
}

// manyGC is the garbage collector's aim while a session is repeated: each one
// leaves some ten kilobytes behind and nothing that lasts, so that by the
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
	e.err = p.steps(ctx, s, rerun, &e)
	_, more := rerun.Peek()
	waiting := e.err != nil && s.Live()
	if more {
		quitPolitely(ctx, s)
	}
	if closed := s.Close(); closed != nil && e.err == nil {
		e.err, e.exit = fmt.Errorf("the record is not complete: %w", closed), ExitUsage
	}
	switch {
	case ctx.Err() != nil && (e.err != nil || more): // first: what this side closed ended nowhere as before
		e.exit, e.err = interrupted(ctx)
	case e.err != nil && !more && console.Reported(e.err) && differs(e.results) == 0 && p.script.Header.ID != "":
		e.err = nil // the connection ended where the record says it had ended before
	case e.err != nil:
		e.exit = cmp.Or(e.exit, failedExit(e.err, s))
		if e.err = console.Reason(e.err); waiting {
			e.err = unanswered(e.err, e.results)
		}
	case differs(e.results) > 0:
		e.exit = history.ExitDiffers
	}
	return e
}

// steps runs step after step. It returns nil where all are done, or where a
// difference ended them.
func (p *replayer) steps(ctx context.Context, s *console.Session, rerun *history.Rerun, e *ended) error {
	t := s.Target
	for {
		i, more := rerun.Peek()
		if !more || p.r.To > 0 && i >= p.r.To {
			return nil
		}
		if i+1 < p.r.From && !p.needed[i] {
			rerun.Skip()
			continue
		}
		results, err := rerun.Next(ctx)
		if ctx.Err() != nil { // what nobody waited for is no difference
			results = slices.DeleteFunc(results, func(res history.Result) bool { return len(res.Got.Replies) == 0 })
		}
		err = cmp.Or(err, p.prepare(results))
		e.results = append(e.results, results...)
		for _, res := range results {
			p.show(t, res)
		}
		switch {
		case err != nil:
			e.exit = unsent(err, rerun.Steps()[i], results)
			return err
		case differs(results) > 0 && !p.goesOn(ctx):
			return nil
		}
	}
}

// prepare takes the results of steps in front of the first one that was asked
// for out of the comparison. The error says that one of them was refused.
func (p *replayer) prepare(results []history.Result) error {
	for i := range results {
		res := &results[i]
		if res.Index+1 >= p.r.From {
			break
		}
		res.Prepared, res.Differences = true, nil
		if n := len(res.Got.Replies); res.Skipped != "" || n > 0 && res.Got.Replies[n-1].Refused() {
			return fmt.Errorf("step %d needs step %d, %s, and that got: %s", p.r.From, res.Index+1, sentBy(*res), cmp.Or(res.Skipped, replyCodes(res.Got)))
		}
	}
	return nil
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
	for {
		fmt.Fprint(p.o.Err, "go on? Enter does, s stops: ")
		answer, err := p.in.next(ctx, nil)
		if err != nil {
			fmt.Fprintln(p.o.Err) // no Enter ended the question
			return false
		}
		if goes, known := goAnswers[strings.ToLower(strings.TrimSpace(answer))]; known {
			return goes
		}
	}
}

// goAnswers are what a person may say to a difference, and whether that goes on.
var goAnswers = map[string]bool{
	"": true, "y": true, "yes": true, "s": false, "stop": false, "n": false, "no": false, "q": false, "quit": false,
}
