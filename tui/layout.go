package tui

// The smallest screen there is something to show on.
const (
	minWidth  = 40
	minHeight = 10
)

// wideEnough is the width from which the inspector stands beside the transcript.
const wideEnough = 100

// rect is a pane's place in cells.
type rect struct{ x, y, w, h int }

// contains tells whether a cell lies in the pane.
func (r rect) contains(x, y int) bool {
	return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h
}

// areas are the places of everything on the console screen, from top to bottom:
// status bar, rule, body, rule, prompt, remark, hint, footer.
type areas struct {
	status, body, main, side, prompt rect
	// whole is everything between the upper rule and the footer, for what lies
	// over panes and prompt.
	whole rect
	// tooSmall is true where only a notice fits.
	tooSmall bool
}

// promptHeight is prompt, remark, hint and footer.
const promptHeight = 4

// layout divides a screen of w by h cells. It is pure.
func layout(w, h int) areas {
	if w < minWidth || h < minHeight {
		return areas{tooSmall: true}
	}
	a := areas{status: rect{0, 0, w, 1}, prompt: rect{0, h - promptHeight, w, promptHeight}}
	a.body = rect{0, 2, w, h - promptHeight - 3}
	a.whole = rect{0, 2, w, h - 3}
	a.main = a.body
	if w >= wideEnough {
		side := max(34, w*3/10)
		a.main.w = w - side - 1
		a.side = rect{a.main.w + 1, a.body.y, side, a.body.h}
	}
	return a
}
