package line

import (
	"testing"
	"time"
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
