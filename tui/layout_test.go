package tui

import "testing"

// TestLayout: panes do not overlap, lie on the screen, and leave the rows that
// status bar and rules need.
func TestLayout(t *testing.T) {
	for w := 1; w <= 200; w += 3 {
		for h := 1; h <= 80; h += 2 {
			a := layout(w, h)
			if small := w < minWidth || h < minHeight; a.tooSmall != small {
				t.Fatalf("%dx%d: tooSmall %v", w, h, a.tooSmall)
			} else if small {
				continue
			}
			if a.status.h+1+a.body.h+1+a.prompt.h != h || a.body.h < 1 || a.body.y != 2 || a.prompt.y != a.body.y+a.body.h+1 {
				t.Fatalf("%dx%d: rows do not add up: %+v", w, h, a)
			}
			if (a.side.w > 0) != (w >= wideEnough) || a.side.w > 0 && a.main.w+1+a.side.w != w {
				t.Fatalf("%dx%d: columns do not add up: %+v", w, h, a)
			}
		}
	}
}
