package history

import (
	"reflect"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// TestExportComesBack: what is exported for people, and read again, has the
// same steps and the same replies.
func TestExportComesBack(t *testing.T) {
	visible := strings.NewReplacer("\x1b", "") // what is not safe to show comes back as its escape
	for _, session := range []string{exportScript, plainScript} {
		events := collect(t, exporting(t, session))
		for i := range events {
			events[i] = withText(events[i], visible.Replace)
		}
		src := Source{Events: Each(events)}
		for format, as := range map[string]Format{"text": FormatDialogue, "swaks": FormatSwaks, "json": FormatRecord} {
			out, err := export(t, format, src)
			if err != nil {
				t.Fatal(err)
			}
			for _, as := range []Format{as, FormatGuess} {
				imported, err := Import(strings.NewReader(out), as)
				if err != nil || len(imported.Unclear) > 0 {
					t.Errorf("%s as %q: %v, %+v", format, as, err, imported)
					continue
				}
				comesBack(t, format, Steps(imported.Events), Steps(events))
			}
		}
	}
}

// withText is ev with what it says changed.
func withText(ev protocol.Event, change func(string) string) protocol.Event {
	ev.Text = change(ev.Text)
	if ev.Kind == protocol.KindBody {
		return bodyEvent(ev.Cmd, ev.Text)
	}
	if ev.Reply != nil {
		reply := *ev.Reply
		reply.Lines = strings.Split(change(ev.Reply.Text()), "\n")
		ev.Reply = &reply
	}
	return ev
}

func comesBack(t *testing.T, format string, got, want []Step) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d steps, want %d", format, len(got), len(want))
		return
	}
	for i := range got {
		same := got[i].Kind == want[i].Kind && got[i].Line == want[i].Line && got[i].Verb == want[i].Verb && got[i].Group == want[i].Group
		if !same || !sameText(got[i].Body, want[i].Body) || !reflect.DeepEqual(got[i].Replies, want[i].Replies) {
			t.Errorf("%s, step %d: %+v, want %+v", format, i, got[i], want[i])
		}
	}
}
