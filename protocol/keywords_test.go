package protocol

import (
	"strings"
	"testing"
)

func TestKeywordRows(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range keywords {
		if k.Keyword != strings.ToUpper(k.Keyword) || seen[k.Keyword] {
			t.Errorf("%q is not upper case, or comes twice", k.Keyword)
		}
		seen[k.Keyword] = true
		if !strings.HasSuffix(k.Allows, ".") || k.Ref == "" {
			t.Errorf("%s: meaning or reference is missing", k.Keyword)
		}
		checkTone(t, k.Keyword, k.Allows)
	}
	for _, r := range capReaders {
		if !seen[r.keyword] {
			t.Errorf("%s has a reader and no row", r.keyword)
		}
	}
}

// What the catalogue asks a server to offer must be explained.
func TestKeywordsCoverCatalogue(t *testing.T) {
	for _, s := range Catalogue() {
		needed := []string{s.Keyword}
		for _, p := range s.Params {
			needed = append(needed, p.Keyword)
		}
		for _, word := range needed {
			if _, ok := KeywordMeaning(word); word != "" && !ok {
				t.Errorf("%s needs %s, which has no row", s.Verb, word)
			}
		}
	}
}

func TestKeywordMeaning(t *testing.T) {
	for _, tt := range []struct{ in, keyword string }{
		{"SIZE", "SIZE"},
		{"size", "SIZE"},
		{"Auth=", "AUTH="},
		{"X-anonymoustls", "X-ANONYMOUSTLS"},
		{"xxxxxxxa", "XXXXXXXA"},
	} {
		if k, ok := KeywordMeaning(tt.in); !ok || k.Keyword != tt.keyword {
			t.Errorf("KeywordMeaning(%q) = %+v, %v", tt.in, k, ok)
		}
	}
	for _, word := range []string{"", "NOSUCH", "XXX", "XA", "AAAAAAAA", "XXXXBXXX"} {
		if k, ok := KeywordMeaning(word); ok {
			t.Errorf("KeywordMeaning(%q) = %+v, want none", word, k)
		}
	}
}

func TestCapMeaning(t *testing.T) {
	for _, tt := range []struct {
		line     string
		want     string // a part of it
		severity Severity
	}{
		{"SIZE 10240000", "Largest message: 9.8 MiB", Hint},
		{"SIZE 10485760", "Largest message: 10 MiB", Hint},
		{"SIZE 512", "Largest message: 512 octets", Hint},
		{"SIZE 1048575", "Largest message: 1 MiB", Hint},
		{"SIZE 0", "no fixed limit.", Hint},
		{"SIZE lots", "not a number", Hint},
		{"SIZE 99999999999999999999999", "not a number", Hint},
		{"SIZE", "size of a message", Hint},
		{"AUTH PLAIN LOGIN", "PLAIN, LOGIN", Hint},
		{"AUTH=PLAIN", "repeats the AUTH line", Hint},
		{"AUTH", "log in", Hint},
		{"LIMITS RCPTMAX=20 MAILMAX=5", "RCPTMAX=20, MAILMAX=5", Hint},
		{"FUTURERELEASE 86400 2030-01-01T00:00:00Z", "86400 seconds, at the latest until 2030", Hint},
		{"FUTURERELEASE 86400", "86400 seconds", Hint},
		{"DELIVERBY 120", "120 seconds", Hint},
		{"PIPELINING", "without waiting", Hint},
		{"XXXXXXXA", "hides STARTTLS", Warning},
		{"XXXXXXXX", "hides STARTTLS", Warning},
		{"TLS", "hides STARTTLS", Warning},
		{"OK", "can be ignored", Hint},
	} {
		got, severity := CapMeaning(parseCap(tt.line, strings.Fields(tt.line)))
		if !strings.HasSuffix(got, ".") || !strings.Contains(got, tt.want) || severity != tt.severity {
			t.Errorf("CapMeaning(%q) = %q, %v; want %q, %v", tt.line, got, severity, tt.want, tt.severity)
		}
	}
}
