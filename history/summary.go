package history

import (
	"iter"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// Summary is a session in one line of a listing.
type Summary struct {
	ID     string    `json:"id"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end,omitzero"` // of the last event; zero where there is none
	Target string    `json:"target"`
	// TLS is as in Progress.
	TLS string `json:"tls,omitempty"`
	// Steps is as in Progress.
	Steps int `json:"steps"`
	// Outcome is for people; Exit is for scripts, as Progress.ExitCode says.
	Outcome  string `json:"outcome"`
	Exit     int    `json:"exit"`
	Label    string `json:"label"`
	Original string `json:"original,omitempty"` // ID of the session this one replayed
	// Torn is true where the file has a line that is not whole.
	Torn bool `json:"torn,omitempty"`
	// Recording is true while a running program records the session, where the
	// system can tell.
	Recording bool `json:"recording,omitempty"`
	// Over is as in Progress. A program that records the session still may make
	// another connection in it.
	Over bool `json:"over,omitempty"`
	// Note is what its user wrote about it; see Label.
	Note string `json:"note,omitempty"`
	// Size is that of the session file in octets, without messages kept beside it.
	Size int64 `json:"size,omitempty"`
	// Problem says why the file cannot be read; what the file would say is then empty.
	Problem string `json:"problem,omitempty"`
}

// Summarize folds all of a session's events.
func Summarize(h Header, events iter.Seq[protocol.Event]) Summary {
	var p Progress
	for ev := range events {
		p = p.Apply(ev)
	}
	return p.Summary(h)
}

// Summary is the line for the session of header h that came as far as p.
func (p Progress) Summary(h Header) Summary {
	sum := Summary{End: p.End, TLS: p.TLS, Steps: p.Steps, Over: p.Over(), Outcome: p.Outcome(), Exit: p.ExitCode()}
	sum.setHeader(h)
	return sum
}

// setHeader takes over what the header says.
func (sum *Summary) setHeader(h Header) {
	sum.ID, sum.Start, sum.Target, sum.Label, sum.Original = h.ID, h.Start, h.Target, h.Label, h.Original
}

// Words say how the session ended, behind what is wrong with its record. They may
// hold what the server said, and are not made safe for a terminal.
func (s Summary) Words() string {
	switch {
	case s.Problem != "":
		return "cannot be read: " + strings.TrimPrefix(s.Problem, "read session "+s.ID+": ")
	case s.Recording && !s.Over:
		return "goes on: " + s.Outcome
	case s.Torn:
		return "not whole: " + s.Outcome
	}
	return s.Outcome
}
