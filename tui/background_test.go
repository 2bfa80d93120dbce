package tui

import "testing"

// TestEars: the terminal's answer never reaches the prompt, however it is cut
// into pieces, and what is typed always does.
func TestEars(t *testing.T) {
	for _, c := range []struct {
		reads []string
		typed string
		heard string
	}{
		{[]string{"abc"}, "abc", ""},
		{[]string{"\x1b]11;rgb:0000/0000/0000\x07"}, "", "dark"},
		{[]string{"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"}, "", "light"},
		{[]string{"a\x1b]11;rgb:ff/ff/ee\x07b"}, "ab", "light"},
		{[]string{"a\x1b]11;rgb:11", "11/1111/1111", "\x07b"}, "ab", "dark"},
		{[]string{"\x1b]11;nonsense\x07x"}, "x", ""},
		{[]string{"\x1b", "OP", "\x1b[A"}, "\x1bOP\x1b[A", ""},
	} {
		heard, typed := "", ""
		e := &ears{heard: func(dark bool) { heard = map[bool]string{true: "dark", false: "light"}[dark] }}
		for _, read := range c.reads {
			typed += string(e.filter([]byte(read)))
		}
		if typed != c.typed || heard != c.heard {
			t.Errorf("%q: typed %q, heard %q", c.reads, typed, heard)
		}
	}
}

func TestDarkByEnvironment(t *testing.T) {
	for value, want := range map[string][2]bool{"15;0": {true, true}, "0;15": {false, true}, "0;default;7": {false, true}, "": {true, false}, "x": {true, false}} {
		t.Setenv("COLORFGBG", value)
		if dark, known := darkByEnvironment(); dark != want[0] || known != want[1] {
			t.Errorf("COLORFGBG=%q: dark %v, known %v", value, dark, known)
		}
	}
}
