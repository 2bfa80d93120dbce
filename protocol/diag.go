package protocol

import "fmt"

// Severity says what a Diagnostic means for the line it stands on. The zero
// value is Hint.
type Severity int

const (
	Hint    Severity = iota // a missed opportunity; the line goes out on Enter
	Warning                 // legal but unwise, not offered, or probably refused; goes out on Enter, shown
	Error                   // not SMTP, or a correct server in this state must refuse it; held on Enter
)

var severityNames = [...]string{Hint: "hint", Warning: "warning", Error: "error"}

// String returns "hint", "warning" or "error".
func (s Severity) String() string { return severityNames[s] }

// MarshalText makes a Severity a word in JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Severity) UnmarshalText(b []byte) error {
	for i, name := range severityNames {
		if string(b) == name {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("severity %q: use hint, warning or error", b)
}

// Span is a half-open range of byte offsets into the typed line. Start equals
// End where something is missing: the span is then the place it belongs.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Diagnostic is one remark about a typed line. It is data, never a Go error.
type Diagnostic struct {
	// Code is stable, for scripts and tests: "path.brackets", "sequence.mail".
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Span
	// Message is one sentence: what is wrong, and what to do where that is not the fix.
	Message string `json:"message"`
	// Fix is the whole line with this fault, and every error that can be
	// mended, mended. Empty: there is no mechanical fix.
	Fix string `json:"fix,omitempty"`
	// Ref names the rule: "RFC 5321 §4.1.2".
	Ref string `json:"ref,omitempty"`
}

// Worst returns the highest severity among diags, and false for none at all.
func Worst(diags []Diagnostic) (Severity, bool) {
	worst := Hint
	for _, d := range diags {
		worst = max(worst, d.Severity)
	}
	return worst, len(diags) > 0
}
