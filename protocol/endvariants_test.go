package protocol

import (
	"regexp"
	"strings"
	"testing"
)

// TestEndVariants walks the table. Only the control may hold the proper end,
// alone or together with the one that follows it.
func TestEndVariants(t *testing.T) {
	slug := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	names, octets := map[string]bool{}, map[string]bool{}
	for i, v := range EndVariants() {
		if names[v.Name] || octets[v.Octets] || !slug.MatchString(v.Name) || !refForm.MatchString(v.Ref) ||
			v.Summary == "" || strings.HasSuffix(v.Summary, ".") || !strings.HasSuffix(v.Correct, ".") {
			t.Errorf("row %+v", v)
		}
		names[v.Name], octets[v.Octets] = true, true
		if v.Control() != (i == 0) {
			t.Errorf("%s stands in place %d", v.Name, i)
		}
		if at := strings.Index(v.Octets+EndOfData, EndOfData); !v.Control() && at != len(v.Octets) {
			t.Errorf("%s has the proper end in it", v.Name)
		}
		if got, found := FindEndVariant(v.Name); got != v || !found {
			t.Errorf("%s is not found", v.Name)
		}
	}
	for _, name := range []string{"lf-dot-lf", "lf-dot-crlf", "cr-dot-cr", "crlf-dot-lf", "crlf-dot-cr", "crcrlf-dot-crcrlf", "crlf-nul-dot-crlf", "crlf-dot-crlf"} {
		if !names[name] {
			t.Errorf("%s is missing", name)
		}
	}
	if _, found := FindEndVariant("dot"); found {
		t.Error("dot is a variant")
	}
	EndVariants()[0].Name = "changed"
	if EndVariants()[0].Name == "changed" {
		t.Error("callers share the table")
	}
}

// TestSpelledOut: each name says what the octets are.
func TestSpelledOut(t *testing.T) {
	spell := strings.NewReplacer("crcrlf", "\r\r\n", "crlf", "\r\n", "cr", "\r", "lf", "\n", "nul", "\x00", "dot", ".", "-", "")
	for _, v := range EndVariants() {
		if want := spell.Replace(v.Name); v.Octets != want {
			t.Errorf("%s: octets %q, want %q", v.Name, v.Octets, want)
		}
	}
}

func TestJudgeEnd(t *testing.T) {
	yes, soft, no, each, odd := &Reply{Code: 250}, &Reply{Code: 451}, &Reply{Code: 550}, &Reply{Code: 353}, &Reply{Code: 999}
	control, _ := FindEndVariant("crlf-dot-crlf")
	variant, _ := FindEndVariant("lf-dot-lf")
	for _, c := range []struct {
		v           EndVariant
		early, late *Reply
		closed      bool
		code        string
		safe        bool
	}{
		{control, yes, nil, false, "ended", true},
		{control, no, nil, true, "ended", true},
		{control, nil, yes, false, "missed", false},
		{control, nil, nil, true, "unclear", false},
		{control, nil, nil, false, "unclear", false},

		{variant, nil, yes, false, "kept", true},
		{variant, nil, yes, true, "kept", true},
		{variant, nil, each, false, "kept", true},
		{variant, yes, nil, false, "taken", false},
		{variant, yes, nil, true, "taken", false},
		{variant, each, nil, false, "taken", false},
		{variant, yes, no, false, "taken", false},
		{variant, no, nil, false, "answered", false},
		{variant, soft, nil, false, "answered", false},
		{variant, odd, nil, false, "answered", false},
		{variant, no, nil, true, "refused", true},
		{variant, nil, no, false, "refused", true},
		{variant, nil, soft, true, "refused", true},
		{variant, nil, nil, true, "closed", true},
		{variant, nil, nil, false, "unclear", false},
	} {
		got := JudgeEnd(c.v, c.early, c.late, c.closed)
		if got.Code != c.code || got.Safe != c.safe || got.Text == "" {
			t.Errorf("%s, early %v, late %v, closed %v: got %+v, want %s, safe %v", c.v.Name, c.early, c.late, c.closed, got, c.code, c.safe)
		}
	}
}
