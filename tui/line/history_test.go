package line

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"smtpconsole/history"
)

func TestAge(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"36h": 36 * time.Hour, "90d": 90 * 24 * time.Hour, "2w": 14 * 24 * time.Hour,
		"": -1, "0d": -1, "90": -1, "d": -1, "-1d": -1, "1.5d": -1, "9999999999d": -1, "2000000w": -1, "3x": -1,
	} {
		a := Age(-1)
		err := a.Set(text)
		if (err != nil) != (want < 0) || time.Duration(a) != want {
			t.Errorf("%q is %v, %v", text, time.Duration(a), err)
		}
		again := Age(0)
		if err == nil && want > 0 && (again.Set(a.String()) != nil || again != a) {
			t.Errorf("%q is written as %q", text, a.String())
		}
	}
}

func TestSizeWords(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 octets", 1: "1 octet", 1023: "1023 octets", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 1<<63 - 1: "8.0 EiB",
	} {
		if got := sizeWords(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}

// TestShow: label and note stand in front of the dialogue, whole; on a terminal
// what is beside it is wrapped, and the dialogue is not.
func TestShow(t *testing.T) {
	store := history.Open(t.TempDir())
	long := strings.TrimSpace(strings.Repeat("many words ", 20))
	id := keepTalk(t, store, "mx.example.org:25", "S: 220 "+long)
	if err := store.SetLabel(id, history.Label{Label: "first", Note: long + "\nand more"}); err != nil {
		t.Fatal(err)
	}
	for _, columns := range []int{0, 40} {
		var out bytes.Buffer
		if err := Show(&out, io.Discard, store, id, "text", columns); err != nil {
			t.Fatal(err)
		}
		var words []string
		for line := range strings.Lines(out.String()) {
			rest, aside := strings.CutPrefix(strings.TrimSuffix(line, "\n"), notWire)
			if width := len(line) - 1; aside && columns > 0 && width > columns {
				t.Errorf("%d columns: %q has %d", columns, line, width)
			}
			if aside {
				words = append(words, rest)
			}
		}
		if got := strings.Join(words, " "); !strings.HasPrefix(got, "label: first note: "+long+" note: and more ") {
			t.Errorf("%d columns: %q", columns, got)
		}
		if !strings.Contains(out.String(), "\nS: 220 "+long+"\n") {
			t.Errorf("%d columns: %q", columns, out.String())
		}
	}
}
