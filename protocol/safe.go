package protocol

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may stand on one character. Living
// scripts need three or four; more is meant to paint over other lines.
const maxMarks = 4

// Safe returns s with everything that a terminal would obey, hide or reorder
// replaced by a visible escape: C0 and C1 controls and DEL, octets that are
// not UTF-8, bidirectional controls and all other format characters, line and
// paragraph separators, characters that are private, unassigned or never
// shown, stacked variation selectors, and combining marks past a few or with
// nothing to stand on. An escape is `\t`, `\n`, `\r`, `\x1b` for an octet, or
// `\u202e` for a character. Spaces and printable Unicode stay.
//
// The result is valid UTF-8. It is s itself, without an allocation, where
// nothing had to change; Safe(Safe(s)) is Safe(s). A backslash of s stays
// alone, so the original cannot be had back from it.
//
// Whatever came from a server, a file or an address book goes through Safe
// once, where it is shown.
func Safe(s string) string {
	if plain(s) {
		return s
	}
	var out []byte // nil until something must change
	marks := maxMarks
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		borne, ok := showable(r, size, marks)
		switch {
		case !ok:
			if out == nil {
				out = append(make([]byte, 0, len(s)+16), s[:i]...)
			}
			out = appendEscape(out, s[i:i+size], r)
			borne = maxMarks // A mark must not stand on an escape, nor on what was shown before s.
		case out != nil:
			out = append(out, s[i:i+size]...)
		}
		marks = borne
		i += size
	}
	if out == nil {
		return s
	}
	return string(out)
}

// plain tells whether s is visible ASCII and spaces, as most replies are.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// showable tells whether r can be shown behind a character that already bears
// that many marks, and how many are borne then; that number has no meaning
// where r cannot be shown.
func showable(r rune, size, marks int) (int, bool) {
	switch {
	case ' ' <= r && r <= '~':
		return 0, true
	case r == utf8.RuneError && size == 1, !unicode.IsGraphic(r):
		return marks, false
	case unicode.Is(unicode.Variation_Selector, r):
		return marks + 1, marks == 0
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return marks, false
	case unicode.Is(unicode.M, r):
		return marks + 1, marks < maxMarks
	default:
		return 0, true
	}
}

// appendEscape writes the visible form of what stands in raw, decoded as r.
func appendEscape(out []byte, raw string, r rune) []byte {
	switch {
	case r == '\t':
		return append(out, `\t`...)
	case r == '\n':
		return append(out, `\n`...)
	case r == '\r':
		return append(out, `\r`...)
	case len(raw) == 1:
		return fmt.Appendf(out, `\x%02x`, raw[0])
	case r > 0xffff:
		return fmt.Appendf(out, `\U%08x`, r)
	default:
		return fmt.Appendf(out, `\u%04x`, r)
	}
}
