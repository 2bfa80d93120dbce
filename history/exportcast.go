package history

import (
	"bufio"
	"time"

	"smtpconsole/protocol"
)

// castHeader is the first line of an asciicast, version 2.
type castHeader struct {
	Version   int    `json:"version"`
	Width     int    `json:"width"`  // columns
	Height    int    `json:"height"` // rows
	Timestamp int64  `json:"timestamp"`
	Title     string `json:"title"`
	// IdleTimeLimit shortens pauses when it is played, in seconds.
	IdleTimeLimit float64 `json:"idle_time_limit"`
}

// writeCast is the format "asciicast": the dialogue as it came, a line at a time.
func writeCast(w *bufio.Writer, src Source) error {
	h := castHeader{
		Version: 2, Width: 100, Height: 30, IdleTimeLimit: 3,
		Timestamp: src.Header.Start.Unix(), Title: protocol.Safe("SMTP session with " + src.Header.Target),
	}
	if err := writeLine(w, h); err != nil {
		return err
	}
	var start, last time.Time
	return src.dialogue(func(ln spoken) error {
		if start.IsZero() {
			start = ln.ev.Time
		}
		if ln.ev.Time.After(last) { // a clock may be set back, a recording may not
			last = ln.ev.Time
		}
		return writeLine(w, []any{last.Sub(start).Seconds(), "o", ln.colour() + ln.plain() + "\x1b[m\r\n"})
	})
}

// classColours are ANSI sequences; the digits of a reply say the same.
var classColours = map[protocol.Class]string{
	protocol.ClassDone:      "\x1b[32m",
	protocol.ClassMore:      "\x1b[36m",
	protocol.ClassTemporary: "\x1b[33m",
	protocol.ClassPermanent: "\x1b[31m",
	protocol.ClassOther:     "\x1b[35m",
}

// colour is the sequence that begins the line.
func (ln spoken) colour() string {
	switch ln.by {
	case theClient:
		return "\x1b[1m"
	case theServer:
		return classColours[ln.class()]
	}
	return "\x1b[2m"
}

// class is that of a line of the server's, each of which has the code
// (RFC 5321 §4.2.1).
func (ln spoken) class() protocol.Class {
	code := 0
	for _, digit := range ln.text[:min(3, len(ln.text))] {
		code = code*10 + int(digit-'0')
	}
	return protocol.ClassOf(code)
}
