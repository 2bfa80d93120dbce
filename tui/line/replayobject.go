package line

import (
	"time"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// playedJSON is what --json prints for a step.
type playedJSON struct {
	Target      string               `json:"target"`
	Step        int                  `json:"step"`
	Kind        history.StepKind     `json:"kind"`
	Sent        string               `json:"sent"`
	Expect      *history.Expect      `json:"expect,omitempty"` // a script's demand
	Expected    []protocol.Reply     `json:"expected"`
	Got         []protocol.Reply     `json:"got"`
	Heard       []string             `json:"heard,omitempty"` // lines in the place of a reply
	Millis      float64              `json:"ms"`
	Skipped     string               `json:"skipped,omitempty"`
	Prepared    bool                 `json:"prepared,omitempty"` // for the sake of --from-step, and not compared
	Differences []history.Difference `json:"differences"`
}

func stepObject(t console.Target, res history.Result) playedJSON {
	return playedJSON{
		Target: t.Name, Step: res.Index + 1, Kind: res.Want.Kind, Sent: sentBy(res), Expect: res.Want.Expect,
		Expected: orEmpty(res.Want.Replies), Got: orEmpty(res.Got.Replies), Millis: millis(res.Got.Took),
		Heard: res.Heard, Skipped: res.Skipped, Prepared: res.Prepared, Differences: orEmpty(res.Differences),
	}
}

// millis is d in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// orEmpty is s as JSON has an array, also where there is nothing in it.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// runJSON is what --json prints for a target at the end.
type runJSON struct {
	Target   string `json:"target"`
	Result   string `json:"result"`
	Error    string `json:"error,omitempty"`
	Exit     int    `json:"exit"`
	Sessions int    `json:"sessions"`
	Failed   int    `json:"failed"`
	// FirstDifference is for people; the steps have it in parts.
	FirstDifference string      `json:"first_difference,omitempty"`
	Record          string      `json:"record,omitempty"`
	Times           []timesJSON `json:"times,omitempty"`
}

// timesJSON is how long a step took over all sessions, in milliseconds.
type timesJSON struct {
	Step   int     `json:"step"`
	Sent   string  `json:"sent"`
	Count  uint64  `json:"count"`
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	P99    float64 `json:"p99"`
	Max    float64 `json:"max"`
}

func (p *replayer) runObject(run *replayRun) runJSON {
	out := runJSON{
		Target: run.target.Name, Result: p.result(run), Error: run.reason(), Exit: run.exit, Sessions: run.sessions, Failed: run.failed,
		FirstDifference: run.difference(), Record: run.record,
	}
	for i, st := range run.steps {
		if p.r.Repeat == 1 || st.took.count == 0 {
			continue
		}
		ms := func(q float64) float64 { return millis(st.took.quantile(q)) }
		out.Times = append(out.Times, timesJSON{
			Step: i + 1, Sent: st.want.Sent(), Count: st.took.count, Min: millis(micros(st.took.least)),
			Median: ms(0.5), P95: ms(0.95), P99: ms(0.99), Max: millis(micros(st.took.most)),
		})
	}
	return out
}
