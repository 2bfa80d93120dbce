package history

import (
	"slices"
	"testing"

	"smtpconsole/protocol"
)

// toMail and toRcpt begin conversations.
const (
	toReady = "# connect\nS: 220 ready\nC: EHLO me.example.org\nS: 250 mx.example.org\n"
	toMail  = toReady + "C: MAIL FROM:<a@example.org>\nS: 250 ok\n"
	toRcpt  = toMail + "C: RCPT TO:<b@example.org>\nS: 250 ok\n"
	toData  = toRcpt + "C: DATA\nS: 354 go on\n# body\n"
	again   = "C: MAIL FROM:<a@example.org>\nS: 250 ok\nC: RCPT TO:<b@example.org>\nS: 250 ok\nC: DATA\nS: 354 go on\n# body\nS: 250 ok\n"
	quit    = "C: QUIT\nS: 221 bye\n# close close.quit\n"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		name, script string
		exit         int
		outcome      string
	}{
		{"nothing", "", 0, "no message sent"},
		{"no connection", "# error dial.refused", 2, "no connection: refused"},
		{"second address", "# error dial.refused\n" + toReady + quit, 0, "no message sent"},
		{"implicit TLS", "# error dial.tls", 29, "TLS failed"},
		{"no greeting", "# connect\n# error greeting.http\n# close close.lost", 2, "no SMTP greeting: http"},
		{"greeting refused", "# connect\nS: 554 no\n" + quit, 21, "refused at greeting: 554"},
		{"greeting 421", "# connect\nS: 421 busy\n# close close.server", 21, "refused at greeting: 421"},
		{"EHLO refused", "# connect\nS: 220 hi\nC: EHLO me\nS: 502 no\n" + quit, 22, "refused at EHLO: 502"},
		{"then HELO", "# connect\nS: 220 hi\nC: EHLO me\nS: 502 no\nC: HELO me\nS: 250 hi\n" + quit, 0, "no message sent"},
		{"STARTTLS refused", toReady + "C: STARTTLS\nS: 454 not now\n" + quit, 29, "refused at STARTTLS: 454"},
		{"handshake", toReady + "C: STARTTLS\nS: 220 go\n# error tls.name\n# close close.lost", 29, "TLS failed: name"},
		{"secured", toReady + "C: STARTTLS\nS: 220 go\n# tls\n" + quit, 0, "no message sent"},
		{"AUTH", toReady + "C: AUTH PLAIN AGEAYg==\nS: 535 no\n" + quit, 28, "refused at AUTH: 535"},
		{"AUTH in steps", toReady + "C: AUTH LOGIN\nS: 334 x\nC: YQ==\nS: 334 y\nC: YQ==\nS: 535 no\n" + quit, 28, "refused at AUTH: 535"},
		{"AUTH again", toReady + "C: AUTH PLAIN AGEAYg==\nS: 535 no\nC: AUTH PLAIN AGEAYw==\nS: 235 ok\n" + quit, 0, "no message sent"},
		{"MAIL", toReady + "C: MAIL FROM:<a@example.org>\nS: 550 no\n" + quit, 23, "refused at MAIL: 550"},
		{"every RCPT", toMail + "C: RCPT TO:<b@example.org>\nS: 550 no\nC: RCPT TO:<c@example.org>\nS: 451 later\n" + quit, 24, "refused at RCPT: 451, 0 of 2 recipients accepted"},
		{"first RCPT", toMail + "C: RCPT TO:<b@example.org>\nS: 550 no\nC: RCPT TO:<c@example.org>\nS: 250 ok\n" + quit, 0, "1 of 2 recipients accepted"},
		{"second RCPT", toRcpt + "C: RCPT TO:<c@example.org>\nS: 550 no\n" + quit, 0, "1 of 2 recipients accepted"},
		{"no RCPT, then DATA", toMail + "C: RCPT TO:<b@example.org>\nS: 550 no\nC: DATA\nS: 503 no\n" + quit, 24, "refused at RCPT: 550, 0 of 1 recipients accepted"},
		{"DATA", toRcpt + "C: DATA\nS: 451 no\n" + quit, 25, "refused at DATA: 451, 1 of 1 recipients accepted"},
		{"message", toData + "S: 554 spam\n" + quit, 26, "refused at message: 554, 1 of 1 recipients accepted"},
		{"taken", toData + "S: 250 queued as \x1b7\n" + quit, 0, `1 of 1 recipients accepted, message accepted: queued as \x1b7`},
		{"MAIL, then another", toReady + "C: MAIL FROM:<a@example.org>\nS: 550 no\nC: MAIL FROM:<b@example.org>\nS: 250 ok\n" + quit, 23, "refused at MAIL: 550"},
		{"every RCPT, then another transaction", toMail + "C: RCPT TO:<b@example.org>\nS: 550 no\nC: RSET\nS: 250 ok\n" + again + quit, 24, "refused at RCPT: 550, 1 of 2 recipients accepted, message accepted: ok"},
		{"DATA too early", toMail + "C: DATA\nS: 503 no\nC: RCPT TO:<b@example.org>\nS: 250 ok\nC: DATA\nS: 354 go on\n# body\nS: 250 ok\n" + quit, 25, "refused at DATA: 503, 1 of 1 recipients accepted, message accepted: ok"},
		{"message, then another", toData + "S: 554 spam\n" + again + quit, 26, "refused at message: 554, 2 of 2 recipients accepted, message accepted: ok"},
		{"every RCPT, then MAIL", toMail + "C: RCPT TO:<b@example.org>\nS: 550 no\nC: RSET\nS: 250 ok\nC: MAIL FROM:<a@example.org>\nS: 550 no\n" + quit, 23, "refused at MAIL: 550, 0 of 1 recipients accepted"},
		{"QUIT", toReady + "C: QUIT\nS: 500 what\n# close close.server", 27, "refused at QUIT: 500"},
		{"VRFY may fail", toReady + "C: VRFY bob\nS: 502 no\n" + quit, 0, "no message sent"},
		{"lost", toRcpt + "# close close.lost", 6, "closed unexpectedly, 1 of 1 recipients accepted"},
		{"lost after a refusal", toReady + "C: MAIL FROM:<a@example.org>\nS: 550 no\n# close close.lost", 23, "refused at MAIL: 550"},
		{"dropped by its user", toRcpt + "# close close.user", 0, "1 of 1 recipients accepted"},
		{"421 unasked", toReady + "S: 421 shutting down\n# close close.server", 6, "closed unexpectedly: 421"},
		{"421 after QUIT", toReady + "C: QUIT\nS: 221 bye\nS: 421 too late\n# close close.quit", 0, "no message sent"},
		{"421 to NOOP", toReady + "C: NOOP\nS: 421 idle\n# close close.server", 6, "closed unexpectedly: 421"},
		{"421 to MAIL", toReady + "C: MAIL FROM:<a@example.org>\nS: 421 busy\n# close close.server", 23, "refused at MAIL: 421"},
		{"no reply", toReady + "C: MAIL FROM:<a@example.org>\n# error timeout.mail\n# close close.user", 23, "no reply in time to MAIL"},
		{"late reply", toReady + "C: MAIL FROM:<a@example.org>\n# error timeout.mail\nS: 250 ok\n" + quit, 0, "no message sent"},
		{"no reply to NOOP", toReady + "C: NOOP\n# error timeout.command\n# close close.user", 0, "no message sent"},
		{"no handshake", toReady + "C: STARTTLS\nS: 220 go\n# error timeout.tls\n# close close.timeout", 29, "TLS failed: timeout"},
		{"DATA answered 250", toReady + "C: MAIL FROM:<a@b.c>\nS: 250 ok\nC: RCPT TO:<a@b.c>\nS: 250 ok\nC: DATA\nS: 250 odd\n" + quit, 25, "refused at DATA: 250, 1 of 1 recipients accepted"},
		{"held", toReady + "# note input.held\n" + quit, 41, "a line of the script was held"},
		{"record", toReady + "# error record.disk\n" + quit, 0, "no message sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := NewLog(nil, clock())
			talk(t, l, c.script)
			p := l.Progress()
			if exit := exitCode(l.Events()); exit != c.exit || p.ExitCode() != exit {
				t.Errorf("exit code %d, of the log %d, not %d", exit, p.ExitCode(), c.exit)
			}
			if p.Outcome() != c.outcome {
				t.Errorf("outcome %q, not %q", p.Outcome(), c.outcome)
			}
		})
	}
}

// TestLMTPVerdicts has one reply a recipient: one that takes the message is enough.
func TestLMTPVerdicts(t *testing.T) {
	const lmtp = "# connect\nS: 220 ready\nC: LHLO me.example.org\nS: 250 mx\nC: MAIL FROM:<a@example.org>\nS: 250 ok\n" +
		"C: RCPT TO:<b@example.org>\nS: 250 ok\nC: RCPT TO:<c@example.org>\nS: 250 ok\nC: DATA\nS: 354 go on\n# body\n"
	for verdicts, want := range map[string]int{
		"S: 250 ok\nS: 550 no": 0,
		"S: 550 no\nS: 250 ok": 0,
		"S: 550 no\nS: 452 no": 26,
	} {
		l := NewLog(nil, clock())
		talk(t, l, lmtp+verdicts)
		if got := l.Progress().ExitCode(); got != want {
			t.Errorf("%q: exit code %d, not %d", verdicts, got, want)
		}
	}
}

// TestChunks refuses the last of two pipelined chunks.
func TestChunks(t *testing.T) {
	l := NewLog(nil, clock())
	talk(t, l, toRcpt)
	for _, line := range []string{"BDAT 4", "BDAT 4 LAST"} {
		l.Append(protocol.ClientLine(line, l.State()))
		l.Append(protocol.Event{Kind: protocol.KindBody, Cmd: "BDAT", Size: 4})
	}
	talk(t, l, "S: 250 ok\nS: 552 too large")
	if p := l.Progress(); p.ExitCode() != 26 || p.Steps != 6 {
		t.Errorf("exit code %d, %d steps", p.ExitCode(), p.Steps)
	}
}

// TestSteps has a row for every code of design.md section 3 that a session can end in.
func TestSteps(t *testing.T) {
	seen := map[int]bool{}
	for s, code := range exitCodes {
		if code == 0 || seen[code] {
			t.Errorf("step %d has exit code %d, as no step or another has", s, code)
		}
		seen[code] = true
	}
	for verb := range verbSteps {
		if protocol.Lookup(verb) == nil {
			t.Errorf("%s is not in the catalogue", verb)
		}
	}
}

// TestOver: a session is over once QUIT is answered, or the connection closed.
func TestOver(t *testing.T) {
	l := NewLog(nil, clock())
	for _, c := range []struct {
		line string
		want bool
	}{
		{"# connect", false},
		{"S: 220 hello", false},
		{"C: QUIT", false},
		{"S: 221 bye", true},
		{"# close close.quit", true},
		{"# connect", false},
		{"# close close.server", true},
	} {
		talk(t, l, c.line)
		if got := l.Progress().Over(); got != c.want {
			t.Errorf("%q: %v", c.line, got)
		}
	}
	if (Progress{}).Over() {
		t.Error("over before it began")
	}
}

func TestRefusalCode(t *testing.T) {
	for _, c := range []struct {
		sent protocol.Event
		want int
	}{
		{protocol.Event{Kind: protocol.KindConnect}, 21},
		{protocol.Event{Kind: protocol.KindClient, Cmd: "RCPT"}, 24},
		{protocol.Event{Kind: protocol.KindBody, Cmd: "DATA"}, 26},
		{protocol.Event{Kind: protocol.KindClient, Cmd: "VRFY"}, 0},
	} {
		if got := RefusalCode(c.sent); got != c.want {
			t.Errorf("%s %s: %d, not %d", c.sent.Kind, c.sent.Cmd, got, c.want)
		}
	}
}

func TestSummarize(t *testing.T) {
	l := NewLog(nil, clock())
	talk(t, l, toReady+"C: STARTTLS\nS: 220 go\n# tls\n"+quit)
	h := Header{ID: "x", Start: noon, Target: "mx:25", Label: "a", Original: "y"}
	sum := Summarize(h, slices.Values(l.Events()))
	if want := (Summary{
		ID: "x", Start: noon, End: sum.End, Target: "mx:25", TLS: "TLS 1.3 unverified", Steps: 4, Over: true,
		Outcome: "no message sent", Label: "a", Original: "y",
	}); sum != want || !sum.End.After(noon) {
		t.Errorf("%+v", sum)
	}
}

// exitCode folds events to an exit code.
func exitCode(events []protocol.Event) int {
	var p Progress
	for _, ev := range events {
		p = p.Apply(ev)
	}
	return p.ExitCode()
}
