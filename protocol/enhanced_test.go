package protocol

import (
	"strconv"
	"strings"
	"testing"
)

func TestEnhancedRows(t *testing.T) {
	for _, rows := range [][]Meaning{enhancedClasses, enhancedSubjects, enhancedDetails} {
		seen := map[string]bool{}
		for _, m := range rows {
			checkRow(t, m)
			if m.Advice == "" || seen[m.Word] {
				t.Errorf("%s: has no advice, or comes twice", m.Word)
			}
			seen[m.Word] = true
		}
	}
}

// The registry has no gaps, so neither has the table.
func TestEnhancedRegistryIsWhole(t *testing.T) {
	lastDetail := map[int]int{0: 0, 1: 10, 2: 4, 3: 6, 4: 7, 5: 6, 6: 10, 7: 30}
	want := 0
	for subject, last := range lastDetail {
		for detail := range last + 1 {
			want++
			word := strconv.Itoa(subject) + "." + strconv.Itoa(detail)
			if _, ok := findMeaning(enhancedDetails, word); !ok {
				t.Errorf("X.%s is missing", word)
			}
		}
	}
	if len(enhancedDetails) != want {
		t.Errorf("%d rows, want %d", len(enhancedDetails), want)
	}
}

func TestEnhancedMeaning(t *testing.T) {
	for _, tt := range []struct{ code, title, text string }{
		{"5.1.1", "no such mailbox", "Permanent failure: it will not go through unchanged. It is about an address. The domain is right"},
		{"4.7.1", "not authorised", "Temporary failure"},
		{"2.1.5", "recipient is valid", "Success. It is about an address."},
		{"5.7.30", "REQUIRETLS cannot be met", "policy"},
		{"5.7.509", "about security or policy", "Permanent failure: it will not go through unchanged. It is about security or policy."},
		{"5.2.122", "about the mailbox", "mailbox"},
		{"4.9.3", "temporary failure", "Temporary failure: the same message may go through later."},
	} {
		m, ok := EnhancedMeaning(tt.code)
		if !ok || m.Word != tt.code || m.Title != tt.title || !strings.Contains(m.Text, tt.text) || m.Ref == "" || m.Advice == "" {
			t.Errorf("EnhancedMeaning(%q) = %+v, %v", tt.code, m, ok)
		}
	}
	for _, code := range []string{"", "5", "5.", "5.1", "5.1.", "5..1", "3.0.0", "6.1.1", "51.1.1", "5.1.1.1", "5.1.1 ", "5.1111.1", "5.1.x", "x.1.1", "550"} {
		if m, ok := EnhancedMeaning(code); ok {
			t.Errorf("EnhancedMeaning(%q) = %+v, want none", code, m)
		}
	}
}
