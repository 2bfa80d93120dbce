package history

import (
	"errors"
	"slices"
	"testing"

	"smtpconsole/protocol"
)

// TestResume goes on over another connection where the first one ended.
func TestResume(t *testing.T) {
	steps := Steps(played(t, `
	# connect
	S: 220 hello
	C: EHLO a
	S: 250 b
	C: NOOP
	S: 250 b
	C: MAIL FROM:<a@b>
	S: 250 1
	C: RCPT TO:<c@d>
	S: 250 2
	C: RCPT TO:<e@f>
	S: 250 2
	C: QUIT
	S: 221 bye`))
	const from = 5 // the second RCPT
	first := NewRerun(newFake(map[string]string{}), steps, RerunOptions{})
	for range from {
		if next, _ := first.Peek(); next == from-1 {
			first.Replace("RCPT TO:<edited@d>")
		}
		if _, err := first.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first.Insert(t.Context(), "RCPT TO:<inserted@d>"); err != nil {
		t.Fatal(err)
	}
	first.player.(*fake).replies["NOOP"] = "" // a step without a reply is not done again
	if _, err := first.Insert(t.Context(), "NOOP"); !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	whole := []string{"EHLO a", "MAIL FROM:<a@b>", "RCPT TO:<edited@d>", "RCPT TO:<inserted@d>"}
	for name, c := range map[string]struct {
		replies map[string]string
		differ  int
		err     error
		at      int
		sent    []string
	}{
		"as before":   {nil, 0, nil, from, whole},
		"refused now": {map[string]string{"MAIL": "450 later"}, 1, nil, from, whole},
		"closed":      {map[string]string{"MAIL": ""}, 1, errGone, from, whole[:2]},
	} {
		player := newFake(c.replies)
		again := first.On(player)
		differ, err := again.Resume(t.Context(), from)
		at, _ := again.Peek()
		if len(differ) != c.differ || !errors.Is(err, c.err) || at != c.at {
			t.Errorf("%s: %d differ, error %v, at step %d", name, len(differ), err, at)
		}
		var sent []string
		for _, ev := range player.log.Events() {
			if ev.Kind == protocol.KindClient {
				sent = append(sent, ev.Text)
			}
		}
		if !slices.Equal(sent, c.sent) {
			t.Errorf("%s: sent %q", name, sent)
		}
		if name == "refused now" {
			continue // which is how it stands then
		}
		third := newFake(nil)
		if _, err := again.On(third).Resume(t.Context(), from); err != nil || third.log.Len() != 2+2*len(whole) {
			t.Errorf("%s, and once more: %v, %d events", name, err, third.log.Len())
		}
	}
}
