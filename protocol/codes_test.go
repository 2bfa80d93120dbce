package protocol

import (
	"strconv"
	"strings"
	"testing"
)

// checkRow fails where a row breaks the rules for its prose.
func checkRow(t *testing.T, m Meaning) {
	t.Helper()
	if m.Title == "" || strings.HasSuffix(m.Title, ".") {
		t.Errorf("%s: title %q: want a few words without a stop", m.Word, m.Title)
	}
	if m.Ref == "" {
		t.Errorf("%s: no reference", m.Word)
	}
	for _, text := range []string{m.Text, m.Advice} {
		if text != "" && !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q is not a whole sentence", m.Word, text)
		}
	}
	checkTone(t, m.Word, joinSentences(m.Title, joinSentences(m.Text, m.Advice)))
}

// checkTone fails on what the house rules keep out of prose.
func checkTone(t *testing.T, word, text string) {
	t.Helper()
	for _, bad := range []string{"!", "please", "Please", "  ", "\t"} {
		if strings.Contains(text, bad) {
			t.Errorf("%s: %q contains %q", word, text, bad)
		}
	}
}

func TestReplyCodes(t *testing.T) {
	last := 0
	for _, m := range replyCodes {
		code, err := strconv.Atoi(m.Word)
		if err != nil || ClassOf(code) == ClassOther || code <= last {
			t.Errorf("row %q stands behind %d: want codes in order", m.Word, last)
		}
		last = code
		if m.Text == "" || m.Advice == "" {
			t.Errorf("%s: text or advice is missing", m.Word)
		}
		checkRow(t, m)
		if got, ok := CodeMeaning(code); !ok || got != m {
			t.Errorf("CodeMeaning(%d) = %+v, %v", code, got, ok)
		}
	}
}

// Every code of the outcomes in the catalogue that is written out has a row.
func TestReplyCodesCoverCatalogue(t *testing.T) {
	specs := append(Catalogue(), verdictSpec, greetingSpec)
	for _, s := range specs {
		for _, o := range s.Outcomes {
			if len(o.Reply) != 3 {
				continue
			}
			if _, ok := findMeaning(replyCodes, o.Reply); !ok {
				t.Errorf("%s: no meaning for %s", s.Verb, o.Reply)
			}
		}
	}
}

func TestCodeMeaning(t *testing.T) {
	for _, tt := range []struct {
		code  int
		word  string
		title string // a part of it
		text  string // a part of it
	}{
		{250, "250", "done", ""},
		{354, "354", "send the message", ""},
		{299, "299", "success", "done what was asked"},
		{412, "412", "temporary failure", "information"},
		{471, "471", "temporary failure", ""},
		{509, "509", "permanent failure", "syntax"},
		{529, "529", "permanent failure", "connection"},
		{559, "559", "permanent failure", "mail system"},
		{398, "398", "go on", ""},
	} {
		m, ok := CodeMeaning(tt.code)
		if !ok || m.Word != tt.word || !strings.Contains(m.Title, tt.title) || !strings.Contains(m.Text, tt.text) {
			t.Errorf("CodeMeaning(%d) = %+v, %v", tt.code, m, ok)
		}
	}
	for _, code := range []int{-250, -1, 0, 2, 5, 25, 55, 99, 100, 199, 600, 999, 2500} {
		if m, ok := CodeMeaning(code); ok {
			t.Errorf("CodeMeaning(%d) = %+v, want none", code, m)
		}
	}
}
