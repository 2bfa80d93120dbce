package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// outline is steps in a form that tests can be read by: kind, line, codes,
// group.
func outline(steps []Step) []string {
	var all []string
	for _, st := range steps {
		words := []string{string(st.Kind), st.Line, codes(st)}
		if st.Group > 0 {
			words = append(words, fmt.Sprint("group", st.Group))
		}
		if st.TLS != nil {
			words = append(words, st.TLS.Version)
		}
		all = append(all, strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " "))
	}
	return all
}

// played is a conversation as the log has it.
func played(t testing.TB, script string) []protocol.Event {
	t.Helper()
	l := NewLog(nil, clock())
	talk(t, l, script)
	return l.Events()
}

var stepTests = []struct {
	name, script string
	want         []string
}{
	{
		"plain", `
		# connect
		S: 220 hello
		C: EHLO a
		S: 250 b
		C: MAIL FROM:<a@b>
		S: 250 ok
		C: RCPT TO:<c@d>
		S: 550 no
		C: DATA
		S: 354 go
		# body
		S: 250 queued
		C: QUIT
		S: 221 bye
		# close`,
		[]string{
			"greeting 220", "command EHLO a 250", "command MAIL FROM:<a@b> 250", "command RCPT TO:<c@d> 550",
			"command DATA 354", "body 250", "command QUIT 221",
		},
	},
	{
		"handshake", `
		# connect
		S: 220 hello
		C: STARTTLS
		S: 220 go
		# tls
		C: EHLO a
		S: 250 b`,
		[]string{"greeting 220", "tls STARTTLS 220 TLS 1.3", "command EHLO a 250"},
	},
	{
		"handshake first", `
		# connect
		# tls
		S: 220 hello`,
		[]string{"greeting 220 TLS 1.3"},
	},
	{
		"login", `
		# connect
		S: 220 hello
		C: EHLO a
		S: 250 b
		C: AUTH LOGIN
		S: 334 VXNlcm5hbWU6
		C: dXNlcg==
		S: 334 UGFzc3dvcmQ6
		C: c2VjcmV0
		S: 235 welcome
		C: AUTH PLAIN AHUAcA==
		S: 503 again`,
		[]string{"greeting 220", "command EHLO a 250", "auth AUTH LOGIN 235", "auth AUTH PLAIN 503"},
	},
	{
		"groups", `
		# connect
		S: 220 hello
		C: EHLO a
		S: 250 b
		C: MAIL FROM:<a@b>
		C: RCPT TO:<c@d>
		C: DATA
		S: 250 1
		S: 250 2
		S: 354 3
		# body
		S: 250 4
		C: NOOP
		C: QUIT
		S: 250 5
		S: 221 6`,
		[]string{
			"greeting 220", "command EHLO a 250",
			"command MAIL FROM:<a@b> 250 group1", "command RCPT TO:<c@d> 250 group1", "command DATA 354 group1",
			"body 250", "command NOOP 250 group2", "command QUIT 221 group2",
		},
	},
	{
		"LMTP", `
		# connect
		S: 220 hello
		C: LHLO a
		S: 250 b
		C: MAIL FROM:<a@b>
		S: 250 1
		C: RCPT TO:<c@d>
		S: 250 2
		C: RCPT TO:<e@f>
		S: 250 3
		C: DATA
		S: 354 4
		# body
		S: 250 for c
		S: 452 for e
		C: QUIT
		S: 221 bye`,
		[]string{
			"greeting 220", "command LHLO a 250", "command MAIL FROM:<a@b> 250", "command RCPT TO:<c@d> 250",
			"command RCPT TO:<e@f> 250", "command DATA 354", "body 250 452", "command QUIT 221",
		},
	},
	{
		"unasked", `
		# connect
		S: 220 hello
		C: NOOP
		S: 250 ok
		S: 421 timeout
		# close`,
		[]string{"greeting 220", "command NOOP 250 421"},
	},
	{
		"cut off", `
		# connect
		S: 220 hello
		C: EHLO a
		# close`,
		[]string{"greeting 220", "command EHLO a"},
	},
	{"a reply alone", `S: 220 hello`, []string{"greeting 220"}},
	{"nothing", ``, nil},
}

func TestStepsInOrder(t *testing.T) {
	for _, test := range stepTests {
		t.Run(test.name, func(t *testing.T) {
			events := played(t, test.script)
			var p Progress
			for _, ev := range events {
				p = p.Apply(ev)
			}
			if p.Steps != len(test.want) {
				t.Errorf("counted %d steps, want %d", p.Steps, len(test.want))
			}
			if got := outline(Steps(events)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			for i := range events {
				events[i].Seq, events[i].For = 0, 0
			}
			if got := outline(Steps(events)); !slices.Equal(got, test.want) {
				t.Errorf("without numbers\ngot  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestStepsKeepNoSecret looks for answers to challenges in the steps.
func TestStepsKeepNoSecret(t *testing.T) {
	steps := Steps([]protocol.Event{
		{Kind: protocol.KindClient, Cmd: "AUTH", Text: "AUTH PLAIN AHUAc2VjcmV0"}, // a file that somebody made
	})
	if got := outline(steps); !slices.Equal(got, []string{"auth AUTH PLAIN"}) {
		t.Errorf("%q", got)
	}
}

// TestStepsChunk has the line of a chunk and its octets in one step.
func TestStepsChunk(t *testing.T) {
	l := NewLog(nil, clock())
	talk(t, l, "C: BDAT 4")
	l.Append(protocol.Event{Kind: protocol.KindBody, Cmd: "BDAT", Text: "Hi\r\n", Size: 4})
	talk(t, l, "S: 250 ok")
	steps := Steps(l.Events())
	if got := outline(steps); !slices.Equal(got, []string{"body BDAT 4 250"}) || steps[0].Body.Text != "Hi\r\n" || steps[0].Verb != "BDAT" {
		t.Errorf("%q, %+v", got, steps[0])
	}
}

// TestStepsTime counts from the sending to the last reply.
func TestStepsTime(t *testing.T) {
	steps := Steps(played(t, "# connect\nS: 220 hello\nC: NOOP\nS: 250 ok"))
	for i, st := range steps {
		if st.Took.Milliseconds() != 1 || st.At.Before(noon) {
			t.Errorf("step %d: %v after %v", i, st.Took, st.At)
		}
	}
}

// TestStepsOddRecords takes events out and puts others in their place: nothing
// may panic, and no reply may get lost but with the events.
func TestStepsOddRecords(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	for _, test := range stepTests {
		whole := played(t, test.script)
		for range 200 {
			events := slices.Clone(whole)
			for range random.IntN(4) {
				if len(events) > 0 {
					i := random.IntN(len(events))
					events[i] = whole[random.IntN(len(whole))]
					events = slices.Delete(events, random.IntN(len(events)), len(events))
				}
			}
			replies := 0
			for _, st := range Steps(events) {
				replies += len(st.Replies)
			}
			if most := len(events); replies > most {
				t.Fatalf("%d replies of %d events", replies, most)
			}
		}
	}
}
