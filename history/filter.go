package history

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Filter says which summaries somebody wants to see. The zero Filter passes all.
type Filter struct{ tests []func(Summary) bool }

// filterKeys are the words with a colon that NewFilter knows. What stands
// behind the colon is in lower case and not empty.
var filterKeys = []struct {
	key  string
	test func(value string) (func(Summary) bool, error)
}{
	{"id", within(func(sum Summary) string { return sum.ID })},
	{"target", within(func(sum Summary) string { return sum.Target })},
	{"label", within(func(sum Summary) string { return sum.Label })},
	{"note", within(func(sum Summary) string { return sum.Note })},
	{"outcome", within(func(sum Summary) string { return sum.Outcome })},
	{"tls", ofTLS},
	{"exit", ofExit},
}

// NewFilter reads a query as people type it: words that must all fit, in
// either case. A word is looked for in target, label, note and outcome. A date,
// "2026", "2026-11" or "2026-11-21", and "today" and "yesterday" also fit the
// sessions that began then, in the time zone of now. "exit:26" names an exit
// code; "tls:no", "tls:yes" and "tls:1.3" the protection; id:, target:, label:,
// note: and outcome: one place to look for text. Other words with a colon are
// text. The error says which word is wrong; the Filter is then of the others.
func NewFilter(query string, now time.Time) (Filter, error) {
	var f Filter
	var wrong error
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		test, err := wordTest(word, now)
		if err != nil {
			wrong = err
			continue
		}
		f.tests = append(f.tests, test)
	}
	return f, wrong
}

// Match tells whether every word fits sum.
func (f Filter) Match(sum Summary) bool {
	for _, test := range f.tests {
		if !test(sum) {
			return false
		}
	}
	return true
}

// Of returns the summaries that match, in their order, as a new slice.
func (f Filter) Of(list []Summary) []Summary {
	matching := make([]Summary, 0, len(list))
	for _, sum := range list {
		if f.Match(sum) {
			matching = append(matching, sum)
		}
	}
	return matching
}

// wordTest is the test of one word in lower case.
func wordTest(word string, now time.Time) (func(Summary) bool, error) {
	for _, row := range filterKeys {
		value, ok := strings.CutPrefix(word, row.key+":")
		switch {
		case ok && value == "": // the rest is still to be typed
			return func(Summary) bool { return true }, nil
		case ok:
			return row.test(value)
		}
	}
	day, isDay := dayOf(word, now)
	return func(sum Summary) bool {
		return isDay && strings.HasPrefix(sum.Start.In(now.Location()).Format(time.DateOnly), day) ||
			hasWord(sum.Target, word) || hasWord(sum.Label, word) || hasWord(sum.Note, word) ||
			hasWord(sum.Outcome, word) || hasWord(sum.Problem, word)
	}, nil
}

// dayOf returns what the date of a session must begin with to fit word, and
// false where word is no date.
func dayOf(word string, now time.Time) (day string, ok bool) {
	switch word {
	case "today":
		return now.Format(time.DateOnly), true
	case "yesterday":
		return now.AddDate(0, 0, -1).Format(time.DateOnly), true
	}
	for _, layout := range []string{"2006", "2006-01", time.DateOnly} {
		if _, err := time.Parse(layout, word); err == nil {
			return word, true
		}
	}
	return "", false
}

func hasWord(text, word string) bool { return strings.Contains(strings.ToLower(text), word) }

// within is the test for text in one place.
func within(field func(Summary) string) func(string) (func(Summary) bool, error) {
	return func(value string) (func(Summary) bool, error) {
		return func(sum Summary) bool { return hasWord(field(sum), value) }, nil
	}
}

func ofTLS(value string) (func(Summary) bool, error) {
	switch value {
	case "no":
		return func(sum Summary) bool { return sum.TLS == "" && sum.Problem == "" }, nil
	case "yes":
		return func(sum Summary) bool { return sum.TLS != "" }, nil
	}
	return func(sum Summary) bool { return hasWord(sum.TLS, value) }, nil
}

func ofExit(value string) (func(Summary) bool, error) {
	code, err := strconv.Atoi(value)
	if err != nil {
		return nil, fmt.Errorf("exit:%s: write an exit code, as in exit:26", value)
	}
	return func(sum Summary) bool { return sum.Exit == code && sum.Problem == "" }, nil
}
