package protocol

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// prdrText has two recipients accepted and one refused, and the 353.
const prdrText = rcptText + "C: RCPT TO:<x@example.org>\nS: 550 no\nC: RCPT TO:<c@example.org>\nS: 250 ok\nC: DATA\nS: 354 go\n(body)\nS: 353 each\n"

// TestApply folds literal dialogues.
func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, dialogue string
		phase          Phase
		check          func(State) bool
	}{
		{"greeted", greetedText, PhaseGreeted, func(s State) bool { return s.Greeting == "mx.example.test ESMTP" && !s.Busy() }},
		{"refused", "S: 554 go away\n", PhaseRefused, nil},
		{"early line waits behind the greeting", "C: EHLO a.org\nS: 220 hi\n", PhaseGreeted, func(s State) bool { return len(s.Awaited) == 1 }},
		{"helo offers nothing", heloText, PhaseReady, func(s State) bool { return s.Caps.Known && len(s.Caps.List) == 0 && s.Hello == "HELO" }},
		{"ehlo", readyText, PhaseReady, func(s State) bool {
			return s.Caps.MaxSize() == 1000000 && slices.Equal(s.Caps.Mechanisms(), []string{"PLAIN", "LOGIN"}) && s.Caps.Name == "mx.example.test"
		}},
		{"refused ehlo changes nothing", mailText + "C: EHLO x\nS: 504 no\n", PhaseMail, func(s State) bool { return s.From == "a@example.org" && s.Caps.Has("DSN") }},
		{"mail", mailText, PhaseMail, func(s State) bool { return s.HasFrom && s.From == "a@example.org" }},
		{"null sender", readyText + "C: MAIL FROM:<>\nS: 250 ok\n", PhaseMail, func(s State) bool { return s.HasFrom && s.From == "" }},
		{"mail refused", readyText + "C: MAIL FROM:<a@example.org>\nS: 550 no\n", PhaseReady, func(s State) bool { return !s.HasFrom }},
		{"sloppy mail", readyText + "C: MAIL FROM: a@example.org\nS: 250 ok\n", PhaseMail, func(s State) bool { return s.From == "a@example.org" }},
		{"one of two", rcptText + "C: RCPT TO:<x@example.org>\nS: 550 5.1.1 no\n", PhaseRcpt, func(s State) bool {
			return s.AcceptedRcpts() == 1 && len(s.Rcpts) == 2 && s.Rcpts[1] == Rcpt{"x@example.org", 550}
		}},
		{"all refused", mailText + "C: RCPT TO:<x@example.org>\nS: 550 5.1.1 no\n", PhaseMail, func(s State) bool { return s.AcceptedRcpts() == 0 }},
		{"rset", rcptText + "C: RSET\nS: 250 ok\n", PhaseReady, func(s State) bool { return !s.HasFrom && s.Rcpts == nil && s.Caps.Known }},
		{"data", rcptText + "C: DATA\nS: 354 go\n", PhaseData, nil},
		{"data refused keeps the transaction", rcptText + "C: DATA\nS: 503 no\n", PhaseRcpt, func(s State) bool { return s.AcceptedRcpts() == 1 }},
		{"verdict outstanding", rcptText + "C: DATA\nS: 354 go\n(body)\n", PhaseVerdict, func(s State) bool { return s.Awaited[0].Body }},
		{"message taken", sentText, PhaseReady, func(s State) bool { return s.Messages == 1 && !s.HasFrom }},
		{"message refused", rcptText + "C: DATA\nS: 354 go\n(body)\nS: 554 spam\n", PhaseReady, func(s State) bool { return s.Messages == 0 && !s.HasFrom }},
		{"raw body", rcptText + "C: DATA\nS: 354 go\n(raw)\n", PhaseVerdict, func(s State) bool { return len(s.Awaited) == 1 && s.Awaited[0].Raw && s.Awaited[0].Body }},
		{"more raw octets owe no more", rcptText + "C: DATA\nS: 354 go\n(raw)\n(raw)\n", PhaseVerdict, func(s State) bool { return len(s.Awaited) == 1 && s.RawAwaited() }},
		{"raw body taken", rcptText + "C: DATA\nS: 354 go\n(raw)\n(raw)\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Messages == 1 && !s.Busy() && !s.RawAwaited() }},
		{"raw body refused", rcptText + "C: DATA\nS: 354 go\n(raw)\nS: 550 bare LF\n", PhaseReady, func(s State) bool { return s.Messages == 0 && !s.HasFrom }},
		{"a smuggled command's reply is unasked", rcptText + "C: DATA\nS: 354 go\n(raw)\nS: 250 ok\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Messages == 1 && !s.Busy() }},
		{"no raw verdict after prdr's 353", rcptText + "C: DATA\nS: 354 go\n(raw)\nS: 353 each\n", PhaseVerdict, func(s State) bool { return len(s.Awaited) == 2 && !s.RawAwaited() }},
		{"starttls forgets", readyText + "C: STARTTLS\nS: 220 go\n(tls)\n", PhaseGreeted, func(s State) bool { return s.TLS != nil && !s.Caps.Known && s.Hello == "" }},
		{"starttls refused", readyText + "C: STARTTLS\nS: 454 later\n", PhaseReady, func(s State) bool { return s.TLS == nil && s.Caps.Known }},
		{"auth asks", readyText + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n", PhaseAuth, func(s State) bool { return s.AuthMech == "LOGIN" }},
		{"auth done", readyText + "C: AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\nS: 235 ok\n", PhaseReady, func(s State) bool { return s.Auth == "PLAIN" }},
		{"auth failed", readyText + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dGlt\nS: 535 no\n", PhaseReady, func(s State) bool { return s.Auth == "" && s.AuthTried }},
		{"rset does not log out", readyText + "C: AUTH PLAIN\nS: 334 \nC: AHRpbQB0\nS: 235 ok\nC: RSET\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Auth == "PLAIN" }},
		{"421 unasked", readyText + "S: 421 4.4.2 idle\n", PhaseClosing, nil},
		{"421 as a reply", readyText + "C: NOOP\nS: 421 4.3.2 shutting down\n", PhaseClosing, func(s State) bool { return !s.Busy() }},
		{"unasked reply pops nothing", readyText + "S: 250 what\nC: MAIL FROM:<a@example.org>\nS: 250 ok\n", PhaseMail, nil},
		{"quit", readyText + "C: QUIT\nS: 221 bye\n", PhaseClosing, nil},
		{"quit refused", mailText + "C: QUIT\nS: 500 what\n", PhaseMail, nil},
		{"quit refused between chunks", rcptText + "C: BDAT 10\nS: 250 ok\nC: QUIT\nS: 500 what\n", PhaseChunk, nil},
		{"quit refused after a refusal", "S: 554 go away\nC: QUIT\nS: 500 what\n", PhaseRefused, nil},
		{"quit refused in a group", readyText + "C: MAIL FROM:<a@example.org>\nC: QUIT\nS: 250 ok\nS: 500 what\n", PhaseMail, nil},
		{"quit refused twice", mailText + "C: QUIT\nC: QUIT\nS: 500 what\nS: 500 what\n", PhaseMail, nil},
		{"prdr waits for all", prdrText, PhaseVerdict, func(s State) bool {
			return len(s.Awaited) == 3 && s.Awaited[0].Rcpt == "b@example.org" && s.Awaited[1].Rcpt == "c@example.org" && s.Awaited[2].Rcpt == "" && s.Awaited[2].Body
		}},
		{"prdr recipients decide nothing", prdrText + "S: 250 ok\nS: 550 no\n", PhaseVerdict, func(s State) bool { return s.Messages == 0 && s.HasFrom }},
		{"prdr taken", prdrText + "S: 250 ok\nS: 550 no\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Messages == 1 && !s.Busy() }},
		{"prdr refused in the end", prdrText + "S: 250 ok\nS: 250 ok\nS: 550 no\n", PhaseReady, func(s State) bool { return s.Messages == 0 && !s.HasFrom }},
		{"prdr after chunks", strings.Replace(prdrText, "DATA\nS: 354 go\n(body)", "BDAT 5 LAST", 1) + "S: 250 ok\nS: 550 no\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Messages == 1 }},
		{"body", readyText + "C: MAIL FROM:<a@example.org> body=binarymime\nS: 250 ok\n", PhaseMail, func(s State) bool { return s.Body == "BINARYMIME" }},
		{"body is forgotten", readyText + "C: MAIL FROM:<a@example.org> BODY=8BITMIME\nS: 250 ok\nC: RSET\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Body == "" }},
		{
			"pipelined", readyText + "C: MAIL FROM:<a@example.org>\nC: RCPT TO:<b@example.org>\nC: RCPT TO:<c@example.org>\nC: DATA\nS: 250 ok\nS: 550 no\nS: 250 ok\nS: 354 go\n", PhaseData,
			func(s State) bool { return s.AcceptedRcpts() == 1 && s.Rcpts[0].Path == "b@example.org" },
		},
		{"bdat", rcptText + "C: BDAT 10\nS: 250 ok\n", PhaseChunk, nil},
		{"bdat last", rcptText + "C: BDAT 10\nS: 250 ok\nC: BDAT 0 LAST\nS: 250 ok\n", PhaseReady, func(s State) bool { return s.Messages == 1 }},
		{"multi-line with changing codes goes by the last", greetedText + "C: EHLO a.org\nS: 250-hi\nS: 550 no\n", PhaseGreeted, nil},
		{"addresses newest first", rcptText, PhaseRcpt, func(s State) bool { return slices.Equal(s.Addresses, []string{"b@example.org", "a@example.org"}) }},
		{"xclient starts over", strings.Replace(readyText, "STARTTLS", "XCLIENT ADDR", 1) + "C: XCLIENT ADDR=192.0.2.9\nS: 220 again\n", PhaseGreeted, func(s State) bool { return s.Hello == "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := at(t, c.dialogue)
			if st.Phase != c.phase || c.check != nil && !c.check(st) {
				t.Errorf("phase %v, want %v; state %+v", st.Phase, c.phase, st)
			}
		})
	}
}

// TestLMTP: one reply for each accepted recipient (RFC 2033 §4.2).
func TestLMTP(t *testing.T) {
	lmtp := greetedText + "C: LHLO a.org\nS: 250 hi\nC: MAIL FROM:<a@example.org>\nS: 250 ok\nC: RCPT TO:<b@example.org>\nS: 250 ok\nC: RCPT TO:<x@example.org>\nS: 550 no\nC: RCPT TO:<c@example.org>\nS: 250 ok\nC: DATA\nS: 354 go\n(body)\n"
	if st := at(t, lmtp); len(st.Awaited) != 2 || st.Awaited[1].Rcpt != "c@example.org" {
		t.Errorf("awaited %+v", st.Awaited)
	}
	if st := at(t, strings.Replace(lmtp, "(body)", "(raw)\n(raw)", 1)); len(st.Awaited) != 2 || !st.RawAwaited() {
		t.Errorf("awaited for raw octets %+v", st.Awaited)
	}
	if st := at(t, lmtp+"S: 250 ok\n"); st.Phase != PhaseVerdict {
		t.Errorf("phase %v after one of two verdicts", st.Phase)
	}
	if st := at(t, lmtp+"S: 250 ok\nS: 452 full\n"); st.Phase != PhaseReady || st.Messages != 1 {
		t.Errorf("phase %v, %d messages", st.Phase, st.Messages)
	}
}

// TestApplyIsPure: an older state is not changed by what follows from it.
func TestApplyIsPure(t *testing.T) {
	st := at(t, rcptText)
	before, _ := json.Marshal(st)
	a := st.Apply(ClientLine("RCPT TO:<c@example.org>", st))
	b := st.Apply(ClientLine("RSET", st))
	if a.Awaited[0].Cmd.Verb != "RCPT" || b.Awaited[0].Cmd.Verb != "RSET" {
		t.Error("two successors share their queue")
	}
	if after, _ := json.Marshal(st); string(after) != string(before) {
		t.Error("Apply changed its receiver")
	}
}

// TestSecrets: what is masked where, and that no event repeats it.
func TestSecrets(t *testing.T) {
	login := readyText + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n"
	for _, c := range []struct{ state, line, shown string }{
		{readyText, "AUTH PLAIN AHRpbQBzZWNyZXQ=", "AUTH PLAIN ***"},
		{readyText, "auth  plain   AHRpbQBzZWNyZXQ= x", "auth  plain   ***"},
		{readyText, "AUTH c2VjcmV0", "AUTH ***"},
		{readyText, "AUTHPLAINc2VjcmV0", "AUTH***"},
		{readyText, "AUTENTICATE PLAIN c2VjcmV0", "AUTE***"},
		{readyText, "AUTHENTICATE PLAIN c2VjcmV0", "AUTHENTICATE PLAIN ***"},
		{readyText, "PLAIN c2VjcmV0", "PLAIN ***"},
		{readyText, "login user c2VjcmV0", "login ***"},
		{readyText, "NOOP\r\nAUTH PLAIN c2VjcmV0", "NOOP\r\n***"},
		{readyText, "C: AUTH PLAIN c2VjcmV0", "C: AUTH PLAIN ***"},
		{readyText, "auth\u00a0plain\u00a0c2VjcmV0", "auth\u00a0plain\u00a0***"},
		{readyText + "C: AUTH LOGIN\nS: 334 x\nC: *\nS: 501 no\nC: NOOP\nS: 250 ok\n", "c2VjcmV0", "***"},
		{readyText, "AUTH FOO c2VjcmV0", "AUTH ***"},
		{readyText, "\ufeffAUTH PLAIN c2VjcmV0", "\ufeffAUTH PLAIN ***"},
		{readyText, "\u0410UTH PLAIN c2VjcmV0", "\u0410UTH PLAIN ***"},
		{readyText, "PASS c2VjcmV0", "PASS ***"},
		{readyText + "C: C: AUTH LOGIN\nS: 500 no\n", "C: c2VjcmV0", "C: ***"},
		{readyText + "C: AUTH LOGIN\nS: 535 no\n", "c2VjcmV0x", "***"},
		{readyText, "AUHT PLAIN AHRpbQBzZWNyZXQ=", "AUHT PLAIN ***"},
		{readyText, "AUTHPLAIN AHRpbQBzZWNyZXQ=", "AUTHPLAIN ***"},
		{readyText, "AUTH PLAIN", "AUTH PLAIN"},
		{login, "c2VjcmV0", "***"},
		{login, "*", "*"},
		{login, "QUIT", "***"},
		{readyText + "C: AUTH LOGIN\nS: 504 no\n", "c2VjcmV0", "***"},
		{readyText + "C: AUTH LOGIN\nS: 504 no\n", "QUIT", "QUIT"},
		{readyText + "C: AUTH LOGIN\n", "c2VjcmV0", "***"},
		{readyText, "NOOP hello", "NOOP hello"},
	} {
		st := at(t, c.state)
		if got := Mask(c.line, st); got != c.shown {
			t.Errorf("%q is shown as %q, want %q", c.line, got, c.shown)
		}
		if c.shown == c.line {
			continue
		}
		for _, ev := range []Event{ClientLine(c.line, st), HeldLine(c.line, st)} {
			out, _ := json.Marshal(ev)
			if strings.Contains(strings.ToUpper(string(out)), "C2VJCMV0") || strings.Contains(string(out), "AHRpbQ") {
				t.Errorf("%q stands in %s", c.line, out)
			}
		}
	}
}

func TestEventJSON(t *testing.T) {
	for _, ev := range []Event{
		{Seq: 1, Kind: KindConnect, Text: "192.0.2.1:25"},
		{Seq: 2, Kind: KindServer, Text: "220 caf\xe9 \x1b[31m", Reply: &Reply{Code: 220, Lines: []string{"hi", "caf\xe9"}}, For: 1},
		{Seq: 3, Kind: KindBody, Cmd: "DATA", Text: "a\r\n\x00\xff", Size: 5, SHA256: "ab"},
		{Seq: 3, Kind: KindBody, Cmd: "DATA", Size: 1 << 40, SHA256: "ab", Path: "/tmp/\"a\"\xff.eml", Raw: true},
		{Seq: 4, Kind: KindHeld, Text: "DATA", Diags: []Diagnostic{{Code: "x", Severity: Error, Span: Span{1, 2}, Message: "m"}}},
		{Seq: 5, Kind: KindTLS, TLS: &TLSInfo{Version: "TLS 1.3", Chain: []Certificate{{Subject: "CN=x"}}}},
	} {
		out, err := json.Marshal(ev)
		if err != nil {
			t.Fatal(err)
		}
		var back Event
		if err := json.Unmarshal(out, &back); err != nil || !reflect.DeepEqual(back, ev) {
			t.Errorf("%s came back as %+v (%v)", out, back, err)
		}
	}
	out, _ := json.Marshal(Event{Kind: KindHeld, Diags: []Diagnostic{{Code: "c", Severity: Warning, Span: Span{3, 4}, Message: "m", Ref: "r"}}})
	if !strings.Contains(string(out), `{"code":"c","severity":"warning","start":3,"end":4,"message":"m","ref":"r"}`) {
		t.Errorf("a diagnostic is written as %s", out)
	}
}

// TestRawHolds: a line would be text for a server that still reads.
func TestRawHolds(t *testing.T) {
	ln := Parse("NOOP", at(t, rcptText+"C: DATA\nS: 354 go\n(raw)\n"))
	if !ln.Held() || ln.Diags[0].Code != "sequence.wait" || !strings.Contains(ln.Diags[0].Message, ":end") {
		t.Errorf("%+v", ln.Diags)
	}
}

func TestBodyString(t *testing.T) {
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, c := range []struct {
		ev   Event
		want string
	}{
		{Event{Kind: KindBody}, "# message: 0 octets"},
		{Event{Kind: KindBody, Size: 5, SHA256: sum}, "# message: 5 octets, sha256 0123456789ab…"},
		{Event{Kind: KindBody, Size: 5, SHA256: sum, Path: "a\n\x1b.eml"}, `# message: 5 octets, sha256 0123456789ab…, from "a\n\x1b.eml"`},
		{Event{Kind: KindBody, Size: 5, Path: "a", Raw: true}, `# message: 5 octets, raw, from "a"`},
	} {
		if got := c.ev.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestAccepted walks a script without a server.
func TestAccepted(t *testing.T) {
	st := State{Phase: PhaseGreeted}
	for _, line := range []string{"EHLO c.example.org", "STARTTLS", "EHLO c.example.org", "AUTH LOGIN", "dGlt", "dGFuc3RhYWZ0YW5zdGFhZg==", "MAIL FROM: a@example.org", "RCPT TO:<b@example.org>", "DATA"} {
		ln := Parse(line, st)
		if ln.Held() != (line == "MAIL FROM: a@example.org") {
			t.Errorf("%s: %v", line, ln.Diags)
		}
		st = st.Accepted(ln)
	}
	if st.Phase != PhaseData || st.From != "a@example.org" {
		t.Errorf("phase %v, from %q", st.Phase, st.From)
	}
}

// TestAcceptedCancel: "*" ends the exchange, and what follows is a command.
func TestAcceptedCancel(t *testing.T) {
	st := State{Phase: PhaseGreeted}
	for _, line := range []string{"EHLO c.example.org", "AUTH LOGIN", "*", "NOOP"} {
		st = st.Accepted(Parse(line, st))
	}
	if st.Phase != PhaseReady || st.Auth != "" || st.AuthMech != "" {
		t.Errorf("phase %v, logged in with %q, in an exchange of %q", st.Phase, st.Auth, st.AuthMech)
	}
}
