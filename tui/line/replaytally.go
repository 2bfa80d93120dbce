package line

import (
	"math/bits"
	"sync"
	"time"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// replayRun is what came of the sessions with one target: no more than a fixed
// amount for each step, however many sessions there are.
type replayRun struct {
	target console.Target

	mu    sync.Mutex // guards what follows while sessions run
	steps []stepTally
	// sessions counts those that were begun, failed those of them that did not
	// come to their end, or in which a reply differed.
	sessions, failed int
	exit             int     // of the gravest, see graver; 0 where all went well
	err              error   // what the first error was; nil for none
	record           string  // ID of the last session's record, "" for none
	whole            latency // of the sessions that could go on to their end
}

// stepTally is what came of one step.
type stepTally struct {
	want *history.Step
	runs int // in how many sessions it was reached
	// differ counts the sessions in which it came out otherwise; last is what
	// came of it there, or in the last session; nil before the first.
	differ int
	last   *history.Result
	took   latency
}

func newReplayRun(t console.Target, steps []history.Step) *replayRun {
	run := &replayRun{target: t, steps: make([]stepTally, len(steps))}
	for i := range steps {
		run.steps[i].want = &steps[i]
	}
	return run
}

// add takes in a session.
func (run *replayRun) add(e ended) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.sessions++
	run.record = e.record
	if e.exit != 0 {
		run.failed++
	}
	run.fail(e.exit, e.err)
	var whole time.Duration
	for i := range e.results {
		res := &e.results[i]
		whole += run.steps[res.Index].add(res)
	}
	if e.err == nil {
		run.whole.add(whole)
	}
}

// fail notes an exit code and an error, nil where replies only differ, unless the
// run has what counts for more.
func (run *replayRun) fail(exit int, err error) {
	run.exit = graver(run.exit, exit)
	if run.err == nil {
		run.err = err
	}
}

// add takes in what came of the step once more, and returns how long it took.
func (t *stepTally) add(res *history.Result) time.Duration {
	t.runs++
	if len(res.Differences) > 0 {
		t.differ++
	}
	if t.differ == 0 || len(res.Differences) > 0 {
		t.last = res
	}
	if len(res.Got.Replies) == 0 || res.Prepared {
		return 0
	}
	t.took.add(res.Got.Took)
	return res.Got.Took
}

// firstDifference is the first step that came out otherwise; nil where none did.
func (run *replayRun) firstDifference() *stepTally {
	for i := range run.steps {
		if run.steps[i].differ > 0 {
			return &run.steps[i]
		}
	}
	return nil
}

// A latency's buckets hold microseconds: those up to 31 each their own, larger
// ones within a sixteenth of their value.
const (
	subBits    = 4
	subBuckets = 1 << subBits
	bucketMost = (64 - subBits + 1) * subBuckets
)

// latency counts durations in a fixed amount of memory. The zero latency has
// seen none.
type latency struct {
	count, least, most uint64 // least and most in microseconds
	buckets            []uint64
}

// add counts d.
func (l *latency) add(d time.Duration) {
	v := uint64(max(0, d.Microseconds()))
	if l.buckets == nil {
		l.buckets, l.least = make([]uint64, bucketMost), v
	}
	l.count++
	l.least, l.most = min(l.least, v), max(l.most, v)
	l.buckets[bucketOf(v)]++
}

func bucketOf(v uint64) int {
	shift := max(0, bits.Len64(v)-subBits-1)
	return shift*subBuckets + int(v>>shift)
}

// highest is the largest value that counts in bucket i.
func highest(i int) uint64 {
	shift := max(0, i/subBuckets-1)
	return uint64(i-shift*subBuckets+1)<<shift - 1
}

// quantile is the duration that a fraction q of those counted does not exceed,
// within a sixteenth.
func (l *latency) quantile(q float64) time.Duration {
	left := uint64(q*float64(l.count) + 0.5)
	for i, n := range l.buckets {
		if n >= left && n > 0 {
			return micros(min(highest(i), l.most))
		}
		left -= min(n, left)
	}
	return micros(l.most)
}

// bar is a row of a histogram: how many durations were below a bound, and not
// below half of it.
type bar struct {
	below time.Duration
	n     uint64
}

// bars are the rows between the shortest and the longest duration.
func (l *latency) bars() []bar {
	if l.count == 0 {
		return nil
	}
	var all []bar
	for width := max(1, bits.Len64(l.least)); width <= max(1, bits.Len64(l.most)); width++ {
		all = append(all, bar{below: micros(1 << width)})
	}
	for i, n := range l.buckets {
		if n > 0 {
			all[max(1, bits.Len64(highest(i)))-max(1, bits.Len64(l.least))].n += n
		}
	}
	return all
}

func micros(v uint64) time.Duration { return time.Duration(v) * time.Microsecond }
