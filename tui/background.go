package tui

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// The ground of the terminal is asked for after the first frame is drawn, so
// that nothing waits for a terminal that does not answer. The answer comes
// among the keys; ears takes it out before anybody takes it for typing.

// groundMsg is the terminal's answer.
type groundMsg struct{ dark bool }

// The answer is ESC ] 11 ; rgb:rrrr/gggg/bbbb, ended by BEL or ESC \.
var (
	answerBegin = []byte("\x1b]11;")
	answerEnds  = [][]byte{[]byte("\x07"), []byte("\x1b\\")}
)

// answerLimit is how long an answer can be; more is not one.
const answerLimit = 64

// ears is standard input without the terminal's answer. Bubble Tea reads from
// it as from the file it embeds, on its one reading goroutine.
type ears struct {
	*os.File
	heard func(dark bool)
	held  []byte // an answer that is still coming
}

// Read gives what was typed. It may give nothing where only an answer came.
func (e *ears) Read(p []byte) (int, error) {
	n, err := e.File.Read(p[:max(1, len(p)-answerLimit)])
	return copy(p, e.filter(p[:n])), err
}

// filter takes the answer out of data, and holds back the beginning of one.
func (e *ears) filter(data []byte) []byte {
	data = append(e.held, data...)
	e.held = nil
	at := bytes.Index(data, answerBegin)
	if at < 0 {
		return data
	}
	for _, end := range answerEnds {
		if n := bytes.Index(data[at:], end); n >= 0 {
			e.hear(string(data[at+len(answerBegin) : at+n]))
			return append(bytes.Clone(data[:at]), data[at+n+len(end):]...)
		}
	}
	if len(data)-at < answerLimit {
		e.held = bytes.Clone(data[at:])
		return data[:at]
	}
	return data
}

// hear reads "rgb:rrrr/gggg/bbbb".
func (e *ears) hear(colour string) {
	parts := strings.Split(strings.TrimPrefix(colour, "rgb:"), "/")
	if len(parts) != 3 {
		return
	}
	sum := 0.0
	for i, weight := range []float64{0.299, 0.587, 0.114} {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil {
			return
		}
		sum += weight * float64(v) / float64(uint64(1)<<(4*len(parts[i]))-1)
	}
	e.heard(sum < 0.5)
}

// darkByEnvironment reads COLORFGBG, "foreground;background", which some
// terminals set; known is false without it.
func darkByEnvironment() (dark, known bool) {
	parts := strings.Split(os.Getenv("COLORFGBG"), ";")
	n, err := strconv.Atoi(parts[len(parts)-1])
	if err != nil {
		return true, false
	}
	return n < 7 || n == 8, true
}

// askGround asks the terminal for its background colour (OSC 11).
func askGround() tea.Msg {
	_, _ = os.Stdout.WriteString(ansi.RequestBackgroundColor)
	return nil
}

// asksGround tells whether the terminal is to be asked: only where nothing
// else says it. A Windows console has no such answer among its keys.
func asksGround(theme string) bool {
	_, known := darkByEnvironment()
	return (theme == "" || theme == "auto") && !known && runtime.GOOS != "windows"
}
