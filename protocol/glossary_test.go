package protocol

import (
	"slices"
	"strings"
	"testing"
)

func TestGlossaryRows(t *testing.T) {
	if len(glossary) < 60 {
		t.Errorf("%d terms, want 60 at least", len(glossary))
	}
	names := map[string]string{}
	for _, row := range append(slices.Clone(glossary), ports...) {
		checkRow(t, Meaning{Word: row.word, Title: row.title, Text: row.text, Ref: row.ref})
		if n := strings.Count(row.text, ". "); row.text == "" || n > 2 {
			t.Errorf("%s: %d sentences, want one to three", row.word, n+1)
		}
		for _, name := range append([]string{row.word}, row.also...) {
			if other, taken := names[wordKey(name)]; taken {
				t.Errorf("%q names %s and %s", name, other, row.word)
			}
			names[wordKey(name)] = row.word
		}
	}
}

func TestGlossaryIsSorted(t *testing.T) {
	key := func(a, b term) int { return strings.Compare(strings.ToLower(a.word), strings.ToLower(b.word)) }
	for i := 1; i < len(glossary); i++ {
		if key(glossary[i-1], glossary[i]) >= 0 {
			t.Errorf("%q stands before %q", glossary[i-1].word, glossary[i].word)
		}
	}
}

// A reader who follows a See must arrive somewhere.
func TestSeeIsKnown(t *testing.T) {
	for _, word := range append(knownWords(), "24", "25", "366", "465", "587", "2525", "550", "5yz", "5.7.1") {
		for _, topic := range Explain(word) {
			for _, see := range topic.See {
				if Explain(see) == nil {
					t.Errorf("%s %q refers to %q, which is unknown", topic.Kind, topic.Word, see)
				}
			}
		}
	}
}
