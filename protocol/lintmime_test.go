package protocol

import (
	"slices"
	"strings"
	"testing"
)

func TestLintMIME(t *testing.T) {
	const (
		version = "MIME-Version: 1.0\r\n"
		mixed   = "Content-Type: multipart/mixed; boundary=b1\r\n"
		parts   = "\r\npreamble\r\n--b1\r\n\r\none\r\n--b1\r\nContent-Type: text/plain\r\n\r\ntwo\r\n--b1--\r\nepilogue\r\n"
	)
	swap := func(old, with string) string {
		return goodHeader + version + mixed + strings.Replace(parts, old, with, 1)
	}
	typed := func(contentType string) string { return goodHeader + version + contentType + "\r\n" + parts }

	tests := []struct {
		name, text string
		want       []string
	}{
		{"good", swap("", ""), nil},
		{"no version", goodHeader + mixed + parts, []string{"6 mime.version"}},
		{"no version, no parts", goodHeader + "content-type: text/plain\r\n\r\nA line.\r\n", []string{"6 mime.version"}},
		{"text", typed("Content-Type: text/plain; boundary=b1"), nil},
		{"no boundary", typed("Content-Type: multipart/mixed"), nil},
		{"empty boundary", typed(`Content-Type: multipart/mixed; boundary=""`), nil},
		{"unreadable", typed("Content-Type: multipart/mixed; boundary=b 1"), nil},
		{"any case", typed("CONTENT-TYPE: MULTIPART/MIXED; BOUNDARY=b1"), nil},
		{"quoted", typed(`Content-Type: multipart/mixed; boundary="b1"`), nil},
		{"folded", typed("Content-Type: multipart/mixed;\r\n\tboundary=\"b1\""), nil},
		{"another boundary", typed("Content-Type: multipart/mixed; boundary=b2"), []string{"7 mime.open"}},
		{"quoted, with blanks", strings.ReplaceAll(strings.ReplaceAll(swap("", ""), "=b1", `="a b"`), "--b1", "--a b"), nil},
		{"nested", swap("\r\n\r\ntwo", "; x=\r\n\r\n--b2\r\n--b2--\r\n--\r\n-- \r\n--b\r\n"), nil},

		{"never begun", swap(parts, "\r\none\r\n"), []string{"7 mime.open"}},
		{"header alone", swap(parts, ""), []string{"7 mime.open"}},
		{"not closed", swap("--b1--", "--b1-"), []string{"7 mime.open", "17 mime.boundary"}},
		{"ends with a delimiter", swap("--b1--\r\nepilogue\r\n", "--b1\r\n"), []string{"7 mime.open"}},
		{"blanks behind", swap("--b1\r\n", "--b1 \t\r\n"), nil},
		{"blanks behind the last", swap("--b1--", "--b1-- "), nil},
		{"no line end", strings.TrimSuffix(swap("", ""), "\r\nepilogue\r\n"), nil},
		{"begins so in a part", swap("one", "--b1x"), []string{"12 mime.boundary"}},
		{"begins so in the preamble", swap("preamble", "--b10"), []string{"9 mime.boundary"}},
		{"begins so in the epilogue", swap("epilogue", "--b1: "), []string{"18 mime.boundary"}},
		{"a delimiter in the text", swap("one", "--b1"), []string{"12 mime.boundary"}},
		{"a delimiter before text", swap("one", "--b1\r\none"), []string{"12 mime.boundary"}},
		{"a delimiter before a header", swap("one", "--b1\r\nNote: one"), nil},
		{"a delimiter after the last", swap("epilogue", "--b1"), []string{"18 mime.boundary"}},
		{"closed twice", swap("epilogue", "--b1--"), []string{"18 mime.boundary"}},
		{"endless blanks", swap("--b1\r\n", "--b1"+strings.Repeat(" ", textKept)+"\r\n"), []string{"10 mime.boundary", "10 line.long"}},
		{"header without an end", goodHeader + version + mixed + strings.TrimPrefix(parts, "\r\npreamble\r\n"), []string{"8 header.end"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{0, 1, 7} {
				remarks, _ := lintIn(tt.text, envelopeOf(), n)
				got := found(remarks)
				slices.Sort(got)
				want := slices.Sorted(slices.Values(tt.want))
				if !slices.Equal(got, want) {
					t.Errorf("in pieces of %d: got %q, want %q", n, got, want)
				}
			}
		})
	}
}
