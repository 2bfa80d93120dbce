package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	rateSpan    = 5 * time.Second // what the rate is about
	stalledFrom = 2 * time.Second // without a move, from when it is said
	barLeast    = 8               // cells of the narrowest bar
)

// uploadMeter says how far a message under way is. It has no clock: whoever
// calls it brings the time. Use newUploadMeter.
type uploadMeter struct {
	total  int64 // octets; 0 is unknown
	sent   int64
	began  time.Time
	moved  time.Time    // when sent last grew
	recent []uploadMark // what was noted in the last rateSpan, oldest first
}

type uploadMark struct {
	at   time.Time
	sent int64
}

func newUploadMeter(total int64, now time.Time) uploadMeter {
	return uploadMeter{total: total, began: now, moved: now, recent: []uploadMark{{now, 0}}}
}

// Note tells how many octets are sent by now. A few calls a second are enough.
func (u *uploadMeter) Note(sent int64, now time.Time) {
	if sent > u.sent {
		u.moved = now
	}
	u.sent = sent
	u.recent = slices.DeleteFunc(u.recent, func(m uploadMark) bool { return now.Sub(m.at) > rateSpan })
	u.recent = append(u.recent, uploadMark{now, sent})
}

// rate is in octets a second, over the last seconds; 0 is none.
func (u *uploadMeter) rate(now time.Time) float64 {
	if len(u.recent) == 0 {
		return 0
	}
	first := u.recent[0]
	if span := now.Sub(first.at).Seconds(); span > 0 {
		return max(0, float64(u.sent-first.sent)/span)
	}
	return 0
}

func (u *uploadMeter) done() bool { return u.total > 0 && u.sent >= u.total }

// view is a bar and how far, how fast and how long still, in one row of w
// cells. The bar of bubbles is not used: it brings a package for its spring,
// and colours of its own.
func (u *uploadMeter) view(st *styles, w int, now time.Time) string {
	style, least := st.text, barLeast
	if u.stalled(now) > 0 {
		style = st.warning
	}
	if u.total == 0 {
		least = 0
	}
	text, room := "", 0
	for _, text = range u.texts(now) {
		if room = w - ansi.StringWidth(text) - len("  "); room >= least {
			break
		}
	}
	if u.total == 0 {
		return fit(" "+style.Render(text), w)
	}
	return fit(" "+uploadBar(st, max(least, room), u.sent, u.total)+" "+style.Render(text), w)
}

// uploadBar is a bar of w cells. What is done is as plain without colours.
func uploadBar(st *styles, w int, sent, total int64) string {
	full, empty, left, right := "█", "░", "", ""
	if st.accent.Render(full) == full {
		full, empty, left, right = "#", " ", "[", "]"
	}
	w -= len(left) + len(right)
	n := int(float64(w) * min(1, float64(sent)/float64(total)))
	return left + st.accent.Render(strings.Repeat(full, n)) + st.faint.Render(strings.Repeat(empty, w-n)) + right
}

// texts are how far, how fast and how long still, and shorter forms of it.
func (u *uploadMeter) texts(now time.Time) []string {
	far, short := sizeWords(u.sent)+" sent", sizeWords(u.sent)
	if u.total > 0 {
		short = fmt.Sprintf("%3d%%", min(100, u.sent*100/u.total))
		far = short + " · " + sizeOf(u.sent, u.total)
	}
	speed := sizeWords(int64(u.rate(now))) + "/s"
	switch d := u.stalled(now); {
	case d > 0:
		stalled := fmt.Sprintf("stalled for %d s", int(d.Seconds()))
		why := stalled + ": the server does not read"
		return []string{dotted(far, why), dotted(short, why), dotted(short, stalled)}
	case u.done():
		return []string{dotted(far, "all sent"), dotted(short, "all sent")}
	case u.rate(now) == 0:
		return []string{far, short}
	}
	return []string{dotted(far, speed, u.left(now)), dotted(short, speed, u.left(now)), dotted(short, u.left(now)), short}
}

// dotted joins what there is to say.
func dotted(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " · ")
}

// stalled is how long nothing moved, where that is worth a word.
func (u *uploadMeter) stalled(now time.Time) time.Duration {
	if d := now.Sub(u.moved); d >= stalledFrom && !u.done() {
		return d
	}
	return 0
}

// left is how long it takes still at this rate, "" where nobody can know.
func (u *uploadMeter) left(now time.Time) string {
	const most = 100 * time.Hour
	rate := u.rate(now)
	if u.total == 0 || rate == 0 {
		return ""
	}
	seconds := float64(u.total-u.sent) / rate
	if seconds >= most.Seconds() {
		return "days left"
	}
	return elapsed(time.Duration(seconds*float64(time.Second))) + " left"
}

// sizeUnits are the decimal units that sizes are told in.
var sizeUnits = []struct {
	octets int64
	name   string
}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}

// sizeWords is a size as people say it.
func sizeWords(n int64) string {
	for _, u := range sizeUnits {
		if n >= u.octets {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(u.octets), u.name)
		}
	}
	return plural(int(n), "octet")
}

// sizeOf is a part of a size, in the unit of the whole.
func sizeOf(part, whole int64) string {
	for _, u := range sizeUnits {
		if whole >= u.octets {
			return fmt.Sprintf("%.1f of %.1f %s", float64(part)/float64(u.octets), float64(whole)/float64(u.octets), u.name)
		}
	}
	return fmt.Sprintf("%d of %s", part, plural(int(whole), "octet"))
}
