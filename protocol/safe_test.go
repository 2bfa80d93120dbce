package protocol

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"ascii", "250 2.1.0 Ok ~", "250 2.1.0 Ok ~"},
		{"unicode", "Grüße, 世界, Привет, שלום, ภาษาไทย", "Grüße, 世界, Привет, שלום, ภาษาไทย"},
		{"wide spaces", "a\u00a0b\u3000c", "a\u00a0b\u3000c"},
		{"backslash", `a\b`, `a\b`},
		{"tab, line ends", "a\tb\r\nc\rd\n", `a\tb\r\nc\rd\n`},
		{"nul, bell, del", "\x00\a\x7f", `\x00\x07\x7f`},
		{"clipboard (OSC 52)", "\x1b]52;c;aGk=\x07", `\x1b]52;c;aGk=\x07`},
		{"cursor move", "\x1b[2J\x1b[1;1Hroot#", `\x1b[2J\x1b[1;1Hroot#`},
		{"C1 CSI as one octet", "\x9b2J", `\x9b2J`},
		{"C1 CSI as UTF-8", "\u009b2J", `\u009b2J`},
		{"next line", "a\u0085b", `a\u0085b`},
		{"Latin-1", "caf\xe9", `caf\xe9`},
		{"cut UTF-8", "a\xe2\x82", `a\xe2\x82`},
		{"overlong", "\xc0\x9b", `\xc0\x9b`},
		{"surrogate", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
		{"bidi override", "\u202etxt.exe", `\u202etxt.exe`},
		{"bidi isolate, marks", "\u2066a\u2069\u200e\u200f\u061c", `\u2066a\u2069\u200e\u200f\u061c`},
		{"zero width", "a\u200b\u200c\u200d\u2060\ufeff", `a\u200b\u200c\u200d\u2060\ufeff`},
		{"soft hyphen", "a\u00adb", `a\u00adb`},
		{"blank letters", "a\u115f\u3164\uffa0", `a\u115f\u3164\uffa0`},
		{"separators", "a\u2028b\u2029", `a\u2028b\u2029`},
		{"tag characters", "\U000e0041\U000e007f", `\U000e0041\U000e007f`},
		{"private use", "\ue000\U0010fffd", `\ue000\U0010fffd`},
		{"unassigned", "\u0378", `\u0378`},
		{"one variation selector", "\u2764\ufe0f 1\ufe0f\u20e3", "\u2764\ufe0f 1\ufe0f\u20e3"},
		{"two variation selectors", "\u2764\ufe0f\ufe0f", "\u2764\ufe0f" + `\ufe0f`},
		{"leading variation selector", "\ufe0fa", `\ufe0fa`},
		{"marks", "a\u0301\u0302", "a\u0301\u0302"},
		{"too many marks", "a" + strings.Repeat("\u0301", 6), "a" + strings.Repeat("\u0301", 4) + `\u0301\u0301`},
		{"leading mark", "\u0301a", `\u0301a`},
		{"mark on an escape", "\x1b\u0301", `\x1b\u0301`},
		{"joiner of marks", "a\u034fb", `a\u034fb`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Safe(tt.in); got != tt.want {
				t.Errorf("Safe(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSafeDoesNotAllocate(t *testing.T) {
	for _, s := range []string{"250-PIPELINING of a quite ordinary length", "Grüße ❤\ufe0f"} {
		if n := testing.AllocsPerRun(100, func() { Safe(s) }); n != 0 {
			t.Errorf("Safe(%q) allocates %v times, want 0", s, n)
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "250 ok", "\x1b[31m", "\u009b", "\xff\xfe", "\u202e", "e\u0301\u0301\u0301\u0301\u0301", "\u2764\ufe0f\ufe0f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Safe(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Safe(%q) = %q: not UTF-8", s, got)
		}
		marks := 0
		for _, r := range got {
			if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) || !unicode.IsGraphic(r) {
				t.Fatalf("Safe(%q) = %q: has %U", s, got, r)
			}
			if marks++; !unicode.Is(unicode.M, r) {
				marks = 0
			}
			if marks > maxMarks {
				t.Fatalf("Safe(%q) = %q: more than %d marks in a row", s, got, maxMarks)
			}
		}
		if again := Safe(got); again != got {
			t.Fatalf("Safe(%q) = %q, and again %q", s, got, again)
		}
	})
}

func BenchmarkSafe(b *testing.B) {
	const line = "250-mail.example.org at your service, this is an ordinary reply line"
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		Safe(line)
	}
}
