package history

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"smtpconsole/protocol"
)

func TestWriteText(t *testing.T) {
	var out strings.Builder
	err := WriteText(&out, Each([]protocol.Event{
		{Kind: protocol.KindClient, Text: "NOOP"},
		{Kind: protocol.KindServer, Text: "250 \x1b[2J\xffok"},
	}))
	if err != nil || strings.Count(out.String(), "\n") != 2 || !strings.HasPrefix(out.String(), "C: NOOP\nS: 250 ") {
		t.Errorf("%q, %v", out.String(), err)
	}
	if strings.Contains(out.String(), "\x1b") || !utf8.ValidString(out.String()) {
		t.Errorf("%q is not safe on a terminal", out.String())
	}
}

func TestWriteJSONIsTheFile(t *testing.T) {
	store, rec := create(t, Header{})
	l := NewLog(rec, clock())
	talk(t, l, "# connect\nS: 220 <ready>\nC: NOOP")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var live, stored strings.Builder
	if err := WriteJSON(&live, Each(l.Events())); err != nil {
		t.Fatal(err)
	}
	if err := WriteJSON(&stored, store.Events(rec.Header().ID)); err != nil {
		t.Fatal(err)
	}
	if live.String() != stored.String() || strings.Count(live.String(), "\n") != 3 {
		t.Errorf("live:   %sstored: %s", live.String(), stored.String())
	}
}

// TestWriteGoesOnBehindTornLines also checks that the damage is told.
func TestWriteGoesOnBehindTornLines(t *testing.T) {
	store, id := storeWith(t, `{"format":"smtpconsole-session/1"}`+"\n{\n"+`{"seq":2,"kind":"note","text":"good"}`+"\n{")
	var out strings.Builder
	var torn *TornError
	if err := WriteText(&out, store.Events(id)); !errors.As(err, &torn) || torn.Line != 2 {
		t.Errorf("%v", err)
	}
	if out.String() != "# note: good\n" {
		t.Errorf("%q", out.String())
	}
}

func TestWriteFails(t *testing.T) {
	rec := &limited{room: 10, err: errors.ErrUnsupported}
	if err := WriteText(rec, Each([]protocol.Event{note("longer than ten")})); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}
