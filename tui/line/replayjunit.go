package line

import (
	"encoding/xml"
	"fmt"
	"strings"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

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

// junit are the results in JUnit's form.
func (p *replayer) junit() ([]byte, error) {
	var all junitSuites
	for _, run := range p.runs {
		all.Suites = append(all.Suites, p.suite(run))
	}
	b, err := xml.MarshalIndent(all, "", "  ")
	return []byte(xml.Header + string(b) + "\n"), err
}

// suite has a case for each step of a target, whether it was run or not. What
// kept a session from going on is the error of the step at which it did.
func (p *replayer) suite(run *replayRun) junitSuite {
	suite := junitSuite{Name: protocol.Safe(run.target.Name), Time: junitTime(&run.whole)}
	stuck := run.stuck()
	for i := range run.steps {
		st := &run.steps[i]
		c := junitCase{Name: protocol.Safe(fmt.Sprintf("%d %s", i+1, st.want.Sent())), Class: suite.Name, Time: junitTime(&st.took)}
		switch skipped := p.skipped(run, i); {
		case st.differ > 0:
			c.Failure = st.junitFailure()
			if i == stuck {
				c.Failure.Text += protocol.Safe(run.err.Error()) + "\n"
			}
			suite.Failures++
		case i == stuck:
			c.Error = &junitReason{Message: protocol.Safe(run.err.Error())}
			suite.Errors++
		case skipped != "":
			c.Skipped = &junitReason{Message: protocol.Safe(skipped)}
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Tests = len(suite.Cases)
	return suite
}

// stuck is the index of the step at which a session could not go on: the last that
// was run, where that has no reply, or else the one behind it. It is -1 where all
// could.
func (run *replayRun) stuck() int {
	if run.err == nil {
		return -1
	}
	last := len(run.steps) - 1
	for last >= 0 && run.steps[last].runs == 0 {
		last--
	}
	if last >= 0 && len(run.steps[last].last.Got.Replies) == 0 {
		return last
	}
	return min(last+1, len(run.steps)-1)
}

// skipped says why the step at index i was not compared; "" where it was.
func (p *replayer) skipped(run *replayRun, i int) string {
	st := &run.steps[i]
	switch {
	case st.runs > 0 && st.last.Prepared:
		return fmt.Sprintf("done for the sake of step %d, and not compared", p.r.From)
	case st.runs > 0:
		return st.last.Skipped
	case i+1 < p.r.From || p.r.To > 0 && i+1 > p.r.To:
		return "left out by --from-step or --to-step"
	case run.err != nil:
		return "not run: " + run.err.Error()
	}
	return "not run: the session was stopped at a difference"
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
		step *history.Step
	}{{"expected", t.want}, {"got", &t.last.Got}} {
		for _, r := range side.step.Replies {
			lines = append(lines, protocol.Safe(fmt.Sprintf("%s: %d %s", side.word, r.Code, strings.ReplaceAll(r.Text(), "\n", " / "))))
		}
	}
	return &junitReason{Message: message, Text: "\n" + strings.Join(lines, "\n") + "\n"}
}

// junitTime is the median in seconds: JUnit has room for one time.
func junitTime(l *latency) string { return fmt.Sprintf("%.6f", l.quantile(0.5).Seconds()) }
