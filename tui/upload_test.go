package tui

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"
)

// noted is what a meter is told, in seconds from its beginning.
type noted struct {
	at   float64
	sent int64
}

func second(s float64) time.Time {
	return time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC).Add(time.Duration(s * float64(time.Second)))
}

func meter(total int64, notes ...noted) uploadMeter {
	u := newUploadMeter(total, second(0))
	for _, n := range notes {
		u.Note(n.sent, second(n.at))
	}
	return u
}

func TestUploadRate(t *testing.T) {
	tests := []struct {
		name    string
		notes   []noted
		now     float64
		rate    float64
		stalled time.Duration
	}{
		{"nothing yet", nil, 0, 0, 0},
		{"nothing for a while", nil, 12, 0, 12 * time.Second},
		{"steady", []noted{{1, 100}, {2, 200}}, 2, 100, 0},
		{"the last seconds count", []noted{{1, 1000}, {2, 2000}, {3, 3000}, {4, 3010}, {5, 3020}, {6, 3030}, {7, 3040}, {8, 3050}}, 8, 10, 0},
		{"slower with every second", []noted{{1, 100}}, 2, 50, 0},
		{"nearly stalled", []noted{{1, 100}, {2.9, 100}}, 2.9, 100 / 2.9, 0},
		{"stalled", []noted{{1, 100}, {3, 100}, {8, 100}}, 9, 0, 8 * time.Second},
		{"moves again", []noted{{1, 100}, {8, 100}, {9, 200}}, 9, 100, 0},
		{"all is sent", []noted{{1, 500}, {2, 1e6}}, 9, 1e6 / 9.0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := meter(1e6, tt.notes...)
			if got := u.rate(second(tt.now)); got < tt.rate*0.999 || got > tt.rate*1.001 {
				t.Errorf("rate %v, want %v", got, tt.rate)
			}
			if got := u.stalled(second(tt.now)); got != tt.stalled {
				t.Errorf("stalled for %v, want %v", got, tt.stalled)
			}
		})
	}
}

// TestUploadView draws every state in every width.
func TestUploadView(t *testing.T) {
	states := []struct {
		name  string
		meter uploadMeter
		now   float64
	}{
		{"beginning", meter(100e6), 0},
		{"under way", meter(100e6, noted{1, 12e6}, noted{2, 24e6}, noted{3, 36_500_000}), 3},
		{"slow", meter(20e9, noted{1, 10_000}, noted{2, 20_000}), 2},
		{"very slow", meter(900e12, noted{1, 1}), 1},
		{"stalled", meter(100e6, noted{1, 12e6}, noted{13, 12e6}), 13},
		{"all sent", meter(100e6, noted{9, 100e6}), 12},
		{"more than all", meter(100, noted{1, 200}), 1},
		{"unknown", meter(0, noted{1, 12e6}, noted{2, 24e6}), 2},
		{"unknown and stalled", meter(0, noted{1, 12e6}), 5},
		{"small", meter(900, noted{1, 300}), 1},
	}
	var frame strings.Builder
	for _, w := range []int{40, 60, 80, 120, 160} {
		for _, s := range states {
			row := s.meter.view(monochrome(), w, second(s.now))
			if got := ansi.StringWidth(row); got != w {
				t.Errorf("%s: %d cells, want %d", s.name, got, w)
			}
			fmt.Fprintf(&frame, "%-20s|%s|\n", s.name, row)
		}
	}
	golden.RequireEqual(t, []byte(frame.String()))
	for w := range 40 { // Nothing to read there, but nothing that breaks the screen.
		for _, s := range states {
			if got := ansi.StringWidth(s.meter.view(monochrome(), w, second(s.now))); got != w {
				t.Errorf("%s: %d cells, want %d", s.name, got, w)
			}
		}
	}
}

// TestUploadBar: as much of the bar is full as is sent, with colours and
// without.
func TestUploadBar(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	coloured := newStyles(r)
	tests := []struct {
		sent, total int64
		want        int
	}{{0, 100, 0}, {50, 100, 10}, {99, 100, 19}, {100, 100, 20}, {300, 100, 20}, {1, 1 << 62, 0}}
	for _, tt := range tests {
		plain := uploadBar(monochrome(), 22, tt.sent, tt.total)
		if got := strings.Count(plain, "#"); got != tt.want || len(plain) != 22 {
			t.Errorf("%d of %d: %q", tt.sent, tt.total, plain)
		}
		bright := uploadBar(coloured, 20, tt.sent, tt.total)
		if got := strings.Count(bright, "█"); got != tt.want || ansi.StringWidth(bright) != 20 || bright == ansi.Strip(bright) {
			t.Errorf("%d of %d: %q", tt.sent, tt.total, bright)
		}
	}
}

func TestSizeWords(t *testing.T) {
	tests := map[int64]string{0: "0 octets", 1: "1 octet", 999: "999 octets", 1000: "1.0 kB", 1_250_000: "1.2 MB", 3e9: "3.0 GB", 5e12: "5000.0 GB"}
	for n, want := range tests {
		if got := sizeWords(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
