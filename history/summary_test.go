package history

import "testing"

func TestSummaryWords(t *testing.T) {
	for want, sum := range map[string]Summary{
		"done":                 {Outcome: "done"},
		"goes on: no message":  {Outcome: "no message", Recording: true, Torn: true},
		"done, over":           {Outcome: "done, over", Recording: true, Over: true},
		"not whole: done":      {Outcome: "done", Torn: true},
		"cannot be read: gone": {ID: "x", Problem: "read session x: gone", Torn: true},
	} {
		if got := sum.Words(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
