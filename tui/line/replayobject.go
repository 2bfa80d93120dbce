package line

import (
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"strings"

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
	Millis      float64              `json:"ms"`
	Skipped     string               `json:"skipped,omitempty"`
	Differences []history.Difference `json:"differences"`
}

func stepObject(t console.Target, res history.Result) playedJSON {
	return playedJSON{
		Target: t.Name, Step: res.Index + 1, Kind: res.Want.Kind, Sent: sentBy(res), Expect: res.Want.Expect,
		Expected: orEmpty(res.Want.Replies), Got: orEmpty(res.Got.Replies), Millis: res.Got.Took.Seconds() * 1000,
		Skipped: res.Skipped, Differences: orEmpty(res.Differences),
	}
}

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

func (p *replayer) runObject(ctx context.Context, run *replayRun) runJSON {
	out := runJSON{
		Target: run.target.Name, Result: p.result(ctx, run), Error: errorText(run.err), Exit: run.exit, Sessions: run.sessions, Failed: run.failed,
		FirstDifference: run.difference(), Record: run.record,
	}
	for i, st := range run.steps {
		if p.r.Repeat == 1 || st.took.count == 0 {
			continue
		}
		ms := func(q float64) float64 { return st.took.quantile(q).Seconds() * 1000 }
		out.Times = append(out.Times, timesJSON{
			Step: i + 1, Sent: st.want.Sent(), Count: st.took.count, Min: micros(st.took.least).Seconds() * 1000,
			Median: ms(0.5), P95: ms(0.95), P99: ms(0.99), Max: micros(st.took.most).Seconds() * 1000,
		})
	}
	return out
}

// JUnit's form, as CI servers read it: a suite for each target, a case for each
// step.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string       `xml:"name,attr"`
		Class   string       `xml:"classname,attr"`
		Time    string       `xml:"time,attr"`
		Failure *junitReason `xml:"failure"`
		Error   *junitReason `xml:"error"`
		Skipped *junitReason `xml:"skipped"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the results to the file at path. It writes into what is
// there and does not replace it: that may be a device, a pipe or a link.
func writeJUnit(path string, runs []*replayRun) error {
	var all junitSuites
	for _, run := range runs {
		all.Suites = append(all.Suites, run.junit())
	}
	b, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(xml.Header+string(b)+"\n"), 0o644); err != nil {
		return fmt.Errorf("--junit: the results are not whole: %w", err)
	}
	return nil
}

// junit is the suite of a target. A step that was not reached is no case, but
// the first of them tells why, where something went wrong.
func (run *replayRun) junit() junitSuite {
	suite := junitSuite{Name: protocol.Safe(run.target.Name), Time: junitTime(&run.whole)}
	failed := run.err
	for i := range run.steps {
		st := &run.steps[i]
		c := junitCase{Name: protocol.Safe(fmt.Sprintf("%d %s", i+1, st.want.Sent())), Class: suite.Name, Time: junitTime(&st.took)}
		switch {
		case st.runs == 0 && failed == nil:
			continue
		case st.runs == 0:
			c.Error = &junitReason{Message: protocol.Safe(failed.Error())}
			failed = nil
			suite.Errors++
		case st.differ > 0:
			c.Failure = st.junitFailure()
			suite.Failures++
		case st.last.Skipped != "":
			c.Skipped = &junitReason{Message: st.last.Skipped}
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Tests = len(suite.Cases)
	return suite
}

// junitFailure tells in what the step differs, and what was got.
func (t *stepTally) junitFailure() *junitReason {
	var lines []string
	for _, d := range t.last.Differences {
		lines = append(lines, protocol.Safe(differenceText(d)))
	}
	message := lines[0]
	for _, side := range []struct {
		word string
		step history.Step
	}{{"expected", t.want}, {"got", t.last.Got}} {
		for _, r := range side.step.Replies {
			lines = append(lines, protocol.Safe(fmt.Sprintf("%s: %d %s", side.word, r.Code, strings.ReplaceAll(r.Text(), "\n", " / "))))
		}
	}
	return &junitReason{Message: message, Text: "\n" + strings.Join(lines, "\n") + "\n"}
}

// junitTime is the median in seconds: JUnit has room for one time.
func junitTime(l *latency) string { return fmt.Sprintf("%.6f", l.quantile(0.5).Seconds()) }
