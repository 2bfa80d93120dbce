package history

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

func TestLabel(t *testing.T) {
	store, rec := create(t, Header{Start: noon, Label: "at the start"})
	defer rec.Close(Progress{})
	id := rec.Header().ID
	if l, err := store.Label(id); err != nil || l != (Label{Label: "at the start"}) {
		t.Errorf("before any edit: %+v, %v", l, err)
	}
	before, err := os.ReadFile(store.Path(id))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []Label{{Label: "greylisting", Note: "two\nlines"}, {Label: "\xff"}, {}} {
		if err := store.SetLabel(id, l); err != nil {
			t.Fatal(err)
		}
		want := strings.ToValidUTF8(l.Label, "\ufffd")
		got, err := store.Label(id)
		if err != nil || got.Label != want || got.Note != l.Note || got.Edited.IsZero() {
			t.Errorf("%+v is kept as %+v, %v", l, got, err)
		}
		list, err := store.List(t.Context())
		if err != nil || len(list) != 1 || list[0].Label != want || list[0].Note != l.Note {
			t.Errorf("%+v is listed as %+v, %v", l, list, err)
		}
	}
	if after, err := os.ReadFile(store.Path(id)); err != nil || string(after) != string(before) {
		t.Errorf("the session file was edited: %q, %v", after, err)
	}
	if info, err := os.Stat(store.beside(id, labelExtension)); err != nil || info.Mode().Perm() != fileMode {
		t.Errorf("%v, %v", info, err)
	}
}

func TestLabelRefused(t *testing.T) {
	store, rec := create(t, Header{Start: noon, Label: "old"})
	defer rec.Close(Progress{})
	id := rec.Header().ID
	if err := store.SetLabel(id, Label{Label: "a\nb"}); err == nil {
		t.Error("a label of two lines is kept")
	}
	if err := store.SetLabel("20200101T000000Z-0000", Label{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such session: %v", err)
	}
	if err := store.SetLabel("../x", Label{}); !errors.Is(err, ErrNoSession) {
		t.Errorf("no ID: %v", err)
	}
	// A label broken by hand hides neither the session nor its own trouble.
	if err := os.WriteFile(store.beside(id, labelExtension), []byte("{"), fileMode); err != nil {
		t.Fatal(err)
	}
	if l, err := store.Label(id); err == nil || l.Label != "old" {
		t.Errorf("broken: %+v, %v", l, err)
	}
	if list, err := store.List(t.Context()); err != nil || len(list) != 1 || list[0].Label != "old" {
		t.Errorf("broken: %+v, %v", list, err)
	}
	if err := store.SetLabel(id, Label{Label: "mended"}); err != nil {
		t.Error(err)
	}
}
