package history

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"smtpconsole/protocol"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fillForEver(dir)
	}
	goleak.VerifyTestMain(m)
}

// noon is when every test session begins.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// clock returns a clock that starts at noon and goes on by 1 ms a look.
func clock() func() time.Time {
	now := noon
	return func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}
}

// note is an event of no consequence.
func note(text string) protocol.Event {
	return protocol.Event{Kind: protocol.KindNote, Text: text}
}

// create begins a session in a new store.
func create(t testing.TB, h Header) (*Store, *Recorder) {
	t.Helper()
	store := Open(t.TempDir())
	rec, err := store.Create(h)
	if err != nil {
		t.Fatal(err)
	}
	return store, rec
}

// talk appends a conversation to l. A line is "C: " and a command, "S: " and
// a reply of one line, or "# " and a kind with a code.
func talk(t testing.TB, l *Log, script string) {
	t.Helper()
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		ev, err := parseTalk(line, l.State())
		if err != nil {
			t.Fatal(err)
		}
		l.Append(ev)
	}
}

// parseTalk reads one line of a conversation.
func parseTalk(line string, st protocol.State) (protocol.Event, error) {
	mark, text, _ := strings.Cut(line, " ")
	switch mark {
	case "C:":
		return protocol.ClientLine(text, st), nil
	case "S:":
		code, err := strconv.Atoi(text[:3])
		reply := &protocol.Reply{Code: code, Lines: []string{strings.TrimSpace(text[3:])}}
		return protocol.Event{Kind: protocol.KindServer, Text: text, Reply: reply}, err
	case "#":
		kind, code, _ := strings.Cut(text, " ")
		ev := protocol.Event{Kind: protocol.Kind(kind), Code: code}
		if ev.Kind == protocol.KindTLS {
			ev.TLS = &protocol.TLSInfo{Version: "TLS 1.3"}
		}
		if ev.Kind == protocol.KindBody {
			ev.Cmd, ev.Size, ev.Text = "DATA", 4, "Hi\r\n"
		}
		return ev, nil
	}
	return protocol.Event{}, fmt.Errorf("test conversation: %q has no mark", line)
}
