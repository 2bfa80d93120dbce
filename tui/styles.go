package tui

import (
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"smtpconsole/protocol"
)

// styles holds every style there is, by what it means. Colour is never the
// only sign: what a style says, a glyph or a word says too, so that the mono
// theme and NO_COLOR lose nothing.
type styles struct {
	text, faint, title, accent lipgloss.Style

	// The classes of replies (RFC 5321 §4.2.1).
	done, more, temporary, permanent lipgloss.Style

	client, meta, fault lipgloss.Style // lines sent, what was not on the wire, failures

	errorMark, warning, hint lipgloss.Style // diagnostics by severity
	ghost                    lipgloss.Style // what could be typed
	roles                    [protocol.RoleSecret + 1]lipgloss.Style

	selected, match, cursor  lipgloss.Style
	rule, ruleFocused        lipgloss.Style // lines between panes
	key, keyHelp             lipgloss.Style // "F1" and "help"
	bar, barGood, barWarning lipgloss.Style // the status bar
	recording                lipgloss.Style
}

// colour names one hue on dark and on light ground.
type colour = lipgloss.AdaptiveColor

// The palette: mid tones that stay readable on black, dark grey and white.
var (
	fore    = colour{Light: "#1f2430", Dark: "#d7dce5"}
	dim     = colour{Light: "#6b7280", Dark: "#7d8694"}
	line    = colour{Light: "#c3c8d2", Dark: "#3d4451"}
	green   = colour{Light: "#147a3c", Dark: "#6fcf8e"}
	blue    = colour{Light: "#1f5fbf", Dark: "#79b0ff"}
	cyan    = colour{Light: "#0b7285", Dark: "#69d2e0"}
	yellow  = colour{Light: "#946200", Dark: "#e9c46a"}
	red     = colour{Light: "#b4232a", Dark: "#ff7b7b"}
	magenta = colour{Light: "#8a2f8f", Dark: "#d7a1f9"}
	ground  = colour{Light: "#e6e9ef", Dark: "#232834"}
	chosen  = colour{Light: "#d5e3fb", Dark: "#2a3a55"}
)

// newStyles makes the styles for what r can show.
func newStyles(r *lipgloss.Renderer) *styles {
	fg := func(c colour) lipgloss.Style { return r.NewStyle().Foreground(c) }
	s := &styles{
		text: fg(fore), faint: fg(dim), title: fg(fore).Bold(true), accent: fg(blue),
		done: fg(green), more: fg(cyan), temporary: fg(yellow), permanent: fg(red),
		client: fg(fore).Bold(true), meta: fg(dim), fault: fg(red).Bold(true),
		errorMark: fg(red), warning: fg(yellow), hint: fg(cyan), ghost: fg(dim),
		selected: r.NewStyle().Background(chosen), match: r.NewStyle().Reverse(true), cursor: r.NewStyle().Reverse(true),
		rule: fg(line), ruleFocused: fg(blue),
		key: fg(fore).Bold(true), keyHelp: fg(dim),
		bar: fg(fore).Background(ground), barGood: fg(green).Background(ground), barWarning: fg(yellow).Background(ground).Bold(true),
		recording: fg(red).Background(ground),
	}
	s.roles = [...]lipgloss.Style{
		protocol.RoleText: fg(fore), protocol.RoleVerb: fg(blue).Bold(true), protocol.RoleWord: fg(blue), protocol.RoleMark: fg(dim),
		protocol.RoleAddress: fg(green), protocol.RoleParam: fg(magenta), protocol.RoleValue: fg(yellow), protocol.RoleSecret: fg(red),
	}
	return s
}

// class is the style and the glyph of a reply's class.
func (s *styles) class(c protocol.Class) (lipgloss.Style, string) {
	switch c {
	case protocol.ClassDone:
		return s.done, "✓"
	case protocol.ClassMore:
		return s.more, "…"
	case protocol.ClassTemporary:
		return s.temporary, "!"
	default:
		return s.permanent, "✗"
	}
}

// severity is the style and the word of a diagnostic.
func (s *styles) severity(sev protocol.Severity) lipgloss.Style {
	switch sev {
	case protocol.Error:
		return s.errorMark
	case protocol.Warning:
		return s.warning
	default:
		return s.hint
	}
}

// applyTheme says what the terminal's ground is, so that nobody asks it while
// it is in use: see background.go.
func applyTheme(r *lipgloss.Renderer, theme string) {
	dark, _ := darkByEnvironment()
	switch theme {
	case "dark":
		dark = true
	case "light":
		dark = false
	case "mono":
		r.SetColorProfile(termenv.Ascii)
	}
	r.SetHasDarkBackground(dark)
}
