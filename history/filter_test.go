package history

import (
	"fmt"
	"testing"
	"time"
)

func TestFilter(t *testing.T) {
	east := time.FixedZone("east", 3*60*60)
	now := time.Date(2026, 11, 22, 1, 0, 0, 0, east) // the evening of the 21st in UTC
	list := []Summary{
		{ID: "20261121T220000Z-0000", Start: now, Target: "mx.example.org:2525", TLS: "TLS 1.3", Outcome: "message accepted: queued"},
		{ID: "20261121T120000Z-0000", Start: noon, Target: "localhost", Outcome: "refused at RCPT: 550", Exit: 24, Label: "Greylisting"},
		{ID: "20251231T120000Z-0000", Start: noon.AddDate(-1, 0, 40), Target: "old", TLS: "TLS 1.2 unverified", Note: "ask Bob"},
		{ID: "20200101T000000Z-0000", Problem: "not a session record"},
	}
	for _, c := range []struct {
		query string
		want  string // indices in list
	}{
		{"", "0123"},
		{"  ", "0123"},
		{"EXAMPLE.org", "0"},
		{"2525", "0"},
		{"mx.example.org:2525", "0"},
		{"greylisting", "1"},
		{"refused 550", "1"},
		{"refused queued", ""},
		{"bob", "2"},
		{"note:bob", "2"},
		{"label:bob", ""},
		{"today", "0"},
		{"yesterday", "1"},
		{"2026", "01"},
		{"2026-11", "01"},
		{"2026-11-21", "1"},
		{"2026-13", ""},
		{"exit:24", "1"},
		{"exit:0", "02"},
		{"exit:", "0123"},
		{"tls:no", "1"},
		{"tls:yes", "02"},
		{"tls:1.3", "0"},
		{"TLS:Unverified", "2"},
		{"id:20251231t", "2"},
		{"target:old", "2"},
		{"outcome:accepted", "0"},
		{"session record", "3"},
	} {
		f, err := NewFilter(c.query, now)
		got := ""
		for i, sum := range list {
			if f.Match(sum) {
				got += fmt.Sprint(i)
			}
		}
		if err != nil || got != c.want || len(f.Of(list)) != len(c.want) {
			t.Errorf("%q passes %q, not %q; %v", c.query, got, c.want, err)
		}
	}
	f, err := NewFilter("exit:many old", now)
	if err == nil || len(f.Of(list)) != 1 {
		t.Errorf("a wrong word: %v, %v", f.Of(list), err)
	}
}
