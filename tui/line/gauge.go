package line

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"smtpconsole/tui/console"
)

// gaugeStep is how often the line on the terminal is brought up to date. A
// message that takes no longer shows none.
const gaugeStep = 300 * time.Millisecond

// gauge keeps a line on the terminal up to date while d sends total octets. It
// starts one goroutine, which ends with the call of stop.
func (f *face) gauge(total int64, d *console.Delivery) (stop func()) {
	if f.o.Gauge == nil {
		return func() {}
	}
	var sent atomic.Int64
	d.Progress = sent.Store
	ctx, cancel := context.WithCancel(context.Background())
	var shown sync.WaitGroup
	shown.Go(func() {
		tick := time.NewTicker(gaugeStep)
		defer tick.Stop()
		p := pace{total: total}
		for {
			select {
			case now := <-tick.C:
				p = p.note(sent.Load(), now)
				f.shown.measure(p.String())
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		shown.Wait()
		f.shown.measure("")
	}
}

// pace is how far a message has come, and how fast. The zero pace has not
// begun.
type pace struct {
	total, sent int64
	began       time.Time // when octets were first seen to go
	first       int64     // how many had gone then
	moved, now  time.Time // when more were last seen to go, and when it was looked
}

// note returns the pace with what was seen at now.
func (p pace) note(sent int64, now time.Time) pace {
	if p.began.IsZero() && sent > 0 {
		p.began, p.first = now, sent
	}
	if sent != p.sent {
		p.sent, p.moved = sent, now
	}
	p.now = now
	return p
}

// stalled is how long a server may read nothing before that is said.
const stalled = 2 * time.Second

// String is the pace in a line, "" where there is nothing to show: before the
// message and behind it.
func (p pace) String() string {
	if p.sent == 0 || p.sent >= p.total {
		return ""
	}
	line := fmt.Sprintf("%3d %%  %.1f of %.1f MB", 100*p.sent/p.total, mega(p.sent), mega(p.total))
	still, took := p.now.Sub(p.moved), p.now.Sub(p.began)
	switch {
	case still >= stalled:
		return line + fmt.Sprintf("  stalled for %v: the server does not read", still.Truncate(time.Second))
	case took <= 0 || p.sent == p.first:
		return line
	}
	rate := float64(p.sent-p.first) / took.Seconds()
	left := time.Duration(float64(p.total-p.sent) / rate * float64(time.Second))
	return line + fmt.Sprintf("  %.1f MB/s  %v left", rate/1e6, left.Round(time.Second))
}

func mega(octets int64) float64 { return float64(octets) / 1e6 }
