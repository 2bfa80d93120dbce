package history

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol"
)

// acted is the steps of a conversation. A line is "C: " and a command, "S: "
// and a line of a reply, or "B: " and a message.
func acted(t testing.TB, script string) []Step {
	t.Helper()
	events := []protocol.Event{{Seq: 1, Kind: protocol.KindConnect}}
	st := protocol.State{}.Apply(events[0])
	reply := protocol.Reply{}
	for text := range strings.Lines(script) {
		mark, rest, _ := strings.Cut(strings.TrimSpace(text), ": ")
		ev := protocol.Event{Kind: protocol.KindServer, Text: rest}
		switch mark {
		case "":
			continue
		case "C":
			ev = protocol.ClientLine(rest, st)
		case "B":
			ev = protocol.Event{Kind: protocol.KindBody, Cmd: "DATA", Text: rest + "\r\n", Size: int64(len(rest) + 2)}
		case "S":
			code, last, words, _, ok := protocol.ParseReplyLine([]byte(rest + "\r"))
			if !ok {
				t.Fatalf("%q is no line of a reply", rest)
			}
			reply.Code, reply.Lines = code, append(reply.Lines, string(words))
			if last {
				whole := reply
				ev.Reply, reply = &whole, protocol.Reply{}
			}
		default:
			t.Fatalf("%q has no mark", text)
		}
		ev.Seq = len(events) + 1
		st = st.Apply(ev)
		events = append(events, ev)
	}
	return Steps(events)
}

// The same typed to Postfix 3.7.11 and to Exim 4.96, as they answered.
const (
	toPostfix = `
		S: 220 mx.example.test ESMTP Postfix
		C: EHLO client.test
		S: 250-mx.example.test
		S: 250-PIPELINING
		S: 250-SIZE 10240000
		S: 250-VRFY
		S: 250-ETRN
		S: 250-STARTTLS
		S: 250-AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256 SCRAM-SHA-1
		S: 250-XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT
		S: 250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT
		S: 250-ENHANCEDSTATUSCODES
		S: 250-8BITMIME
		S: 250-DSN
		S: 250-SMTPUTF8
		S: 250 CHUNKING
		C: VRFY user@example.test
		S: 252 2.0.0 user@example.test
		C: MAIL FROM:<a@example.test>
		S: 250 2.1.0 Ok
		C: RCPT TO:<nosuch@example.test>
		S: 550 5.1.1 <nosuch@example.test>: Recipient address rejected: User unknown in virtual mailbox table
		C: RCPT TO:<user@example.test>
		S: 250 2.1.5 Ok
		C: DATA
		S: 354 End data with <CR><LF>.<CR><LF>
		B: Hello
		S: 250 2.0.0 Ok: queued as A3F899AC38D
		C: QUIT
		S: 221 2.0.0 Bye`
	toExim = `
		S: 220 mx.example.test ESMTP Exim 4.96 Sat, 21 Nov 2026 17:25:43 +0000
		C: EHLO client.test
		S: 250-mx.example.test Hello client.test [127.0.0.1]
		S: 250-SIZE 52428800
		S: 250-8BITMIME
		S: 250-DSN
		S: 250-ETRN
		S: 250-VRFY
		S: 250-EXPN
		S: 250-PIPELINING
		S: 250-PIPECONNECT
		S: 250-AUTH PLAIN LOGIN CRAM-MD5
		S: 250-CHUNKING
		S: 250-STARTTLS
		S: 250-PRDR
		S: 250-SMTPUTF8
		S: 250 HELP
		C: VRFY user@example.test
		S: 250 <user@example.test> is deliverable
		C: MAIL FROM:<a@example.test>
		S: 250 OK
		C: RCPT TO:<nosuch@example.test>
		S: 550 5.1.1 no such user here
		C: RCPT TO:<user@example.test>
		S: 250 Accepted
		C: DATA
		S: 354 Enter message, ending with "." on a line by itself
		B: Hello
		S: 250 OK id=1xUorD-0008G8-0u
		C: QUIT
		S: 221 mx.example.test closing connection`
)

// outcomeOf is findings as "verb kind want > got".
func outcomeOf(r Report) []string {
	var list []string
	for _, f := range r.Findings() {
		step := r.Rows[f.Row].Want
		if step == nil {
			step = r.Rows[f.Row].Got
		}
		list = append(list, strings.Join([]string{step.Verb, string(f.Kind), f.Want, ">", f.Got}, " "))
	}
	return list
}

func requireEqual(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestPostfixAgainstExim(t *testing.T) {
	byClass := []string(nil)
	byCode := []string{
		"VRFY code 252 > 250",
		"EHLO keyword SIZE 10240000 > SIZE 52428800",
		"EHLO keyword AUTH PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256 SCRAM-SHA-1 > AUTH PLAIN LOGIN CRAM-MD5",
		"EHLO keyword XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT > ",
		"EHLO keyword XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT > ",
		"EHLO keyword ENHANCEDSTATUSCODES > ",
		"EHLO keyword  > EXPN",
		"EHLO keyword  > PIPECONNECT",
		"EHLO keyword  > PRDR",
		"EHLO keyword  > HELP",
	}
	byText := append(slices.Clone(byCode),
		" text ‹host› ESMTP Postfix > ‹host› ESMTP Exim 4.96 ‹date›",
		"EHLO text ‹host› > ‹host› Hello client.test [‹address›]",
		"MAIL text 2.1.0 Ok > OK",
		"RCPT text 5.1.1 <nosuch@example.test>: Recipient address rejected: User unknown in virtual mailbox table > 5.1.1 no such user here",
		"RCPT text 2.1.5 Ok > Accepted",
		`DATA text End data with <CR><LF>.<CR><LF> > Enter message, ending with "." on a line by itself`,
		"DATA text 2.0.0 Ok: queued as ‹queue id› > OK id=‹queue id›",
		"QUIT text 2.0.0 Bye > ‹host› closing connection",
	)
	for by, want := range map[By][]string{ByClass: byClass, ByCode: byCode, ByText: byText} {
		r := Compare(acted(t, toPostfix), acted(t, toExim), CompareOptions{By: by})
		requireEqual(t, outcomeOf(r), want)
		if differs := r.ExitCode() == ExitDiffers; differs != (want != nil) || len(r.Rows) != 9 {
			t.Errorf("by %s: exit code %d, %d rows", by, r.ExitCode(), len(r.Rows))
		}
	}
}

// The next day, on the same server: only what always differs does.
func TestVolatile(t *testing.T) {
	nextDay := strings.NewReplacer(
		"21 Nov 2026 17:25:43 +0000", "22 Nov 2026 09:01:02 +0100", "Sat", "Sun", "1xUorD-0008G8-0u", "1xUorF-0009AA-1Z",
		"mx.example.test", "mx2.example.test", "127.0.0.1", "::1", "250-DSN\n\t\tS: 250-ETRN", "250-ETRN\n\t\tS: 250-DSN", "PLAIN LOGIN CRAM-MD5", "CRAM-MD5 login plain",
	)
	r := Compare(acted(t, toExim), acted(t, nextDay.Replace(toExim)), CompareOptions{By: ByText})
	requireEqual(t, outcomeOf(r), nil)
	if r.Verdict() != "no difference in 9 steps; left out of account: host, date, address, queue id" {
		t.Error(r.Verdict())
	}
}

func TestCompareStep(t *testing.T) {
	step := func(replies ...protocol.Reply) Step { return Step{Kind: StepCommand, Verb: "EHLO", Replies: replies} }
	yes := protocol.Reply{Code: 250, Lines: []string{"mx", "SIZE 10", "AUTH PLAIN"}}
	no := protocol.Reply{Code: 550, Lines: []string{"5.7.1 no"}}
	secured := func(info protocol.TLSInfo) Step {
		s := step(yes)
		s.TLS = &info
		return s
	}
	expecting := func(e Expect) Step { return Step{Expect: &e} }
	for name, c := range map[string]struct {
		want, got Step
		by        By
		kinds     []DifferenceKind
	}{
		"same":               {want: step(yes), got: step(yes)},
		"code":               {want: step(yes), got: step(no), kinds: []DifferenceKind{DiffCode}},
		"class":              {want: step(yes), got: step(no), by: ByClass, kinds: []DifferenceKind{DiffClass}},
		"class only":         {want: step(no), got: step(protocol.Reply{Code: 553}), by: ByClass},
		"one reply less":     {want: step(yes, no), got: step(yes), kinds: []DifferenceKind{DiffReplies}},
		"closed early":       {want: step(yes), got: step(), kinds: []DifferenceKind{DiffReplies}},
		"nothing demanded":   {want: step(), got: step(no)},
		"plaintext now":      {want: secured(protocol.TLSInfo{Version: "TLS 1.3", Verified: true}), got: step(yes), kinds: []DifferenceKind{DiffTLS}},
		"not told of TLS":    {want: step(yes), got: secured(protocol.TLSInfo{Version: "TLS 1.3"})},
		"older TLS":          {want: secured(protocol.TLSInfo{Version: "TLS 1.3"}), got: secured(protocol.TLSInfo{Version: "TLS 1.2"}), kinds: []DifferenceKind{DiffTLS}},
		"not said at all":    {want: secured(protocol.TLSInfo{Version: unknownVersion, Verdict: unsaid + "the handshake"}), got: secured(protocol.TLSInfo{Version: "TLS 1.3", Verified: true})},
		"neither says":       {want: secured(protocol.TLSInfo{Version: unknownVersion, Verdict: unsaid + "the handshake"}), got: secured(protocol.TLSInfo{Version: "TLS 1.3", Verdict: unsaid + "the certificate"})},
		"no verdict said":    {want: secured(protocol.TLSInfo{Version: "TLS 1.3", Verdict: "expired"}), got: secured(protocol.TLSInfo{Version: "TLS 1.3", Verdict: unsaid + "the certificate"})},
		"version said":       {want: secured(protocol.TLSInfo{Version: "TLS 1.3", Verified: true}), got: secured(protocol.TLSInfo{Version: "TLS 1.2", Verdict: unsaid + "the certificate"}), kinds: []DifferenceKind{DiffTLS}},
		"other good verdict": {want: secured(protocol.TLSInfo{Verified: true, Verdict: "a"}), got: secured(protocol.TLSInfo{Verified: true, Verdict: "b"})},
		"other bad verdict":  {want: secured(protocol.TLSInfo{Verdict: "expired"}), got: secured(protocol.TLSInfo{Verdict: "wrong name"}), kinds: []DifferenceKind{DiffTLS}},

		"expect nothing":      {want: expecting(Expect{}), got: step()},
		"expect a reply":      {want: expecting(Expect{Class: 2}), got: step(), kinds: []DifferenceKind{DiffReplies}},
		"expect met":          {want: expecting(Expect{Code: 250, Class: 2, Pattern: "^SIZE", Keywords: []string{"auth"}}), got: step(yes)},
		"expect unmet":        {want: expecting(Expect{Code: 250, Class: 2, Pattern: "^SIZE"}), got: step(no), kinds: []DifferenceKind{DiffCode, DiffClass, DiffPattern}},
		"expect keyword":      {want: expecting(Expect{Keywords: []string{"DSN"}}), got: step(yes), kinds: []DifferenceKind{DiffKeyword}},
		"expect of each":      {want: expecting(Expect{Code: 250}), got: step(yes, no), kinds: []DifferenceKind{DiffCode}},
		"expect, no pattern":  {want: expecting(Expect{Pattern: "("}), got: step(yes), kinds: []DifferenceKind{DiffPattern}},
		"reply without lines": {want: step(yes), got: step(protocol.Reply{Code: 250}), by: ByText, kinds: []DifferenceKind{DiffKeyword, DiffKeyword, DiffText}},
	} {
		var kinds []DifferenceKind
		for _, d := range CompareStep(c.want, c.got, CompareOptions{By: c.by}) {
			kinds = append(kinds, d.Kind)
		}
		if !slices.Equal(kinds, c.kinds) {
			t.Errorf("%s: %q, want %q", name, kinds, c.kinds)
		}
	}
}

func TestTiming(t *testing.T) {
	took := func(d time.Duration) Step { return Step{Replies: []protocol.Reply{{Code: 250}}, Took: d} }
	for _, c := range []struct {
		want, got time.Duration
		factor    float64
		differs   bool
	}{
		{100 * time.Millisecond, 250 * time.Millisecond, 2, true},
		{250 * time.Millisecond, 100 * time.Millisecond, 2, true},
		{100 * time.Millisecond, 200 * time.Millisecond, 2, false},
		{100 * time.Millisecond, 250 * time.Millisecond, 0, false},
		{time.Millisecond, 9 * time.Millisecond, 2, false}, // too little to mean anything
		{0, time.Second, 2, false},                         // not known
	} {
		if found := CompareStep(took(c.want), took(c.got), CompareOptions{Timing: c.factor}); (len(found) == 1) != c.differs {
			t.Errorf("%v: %v", c, found)
		}
	}
}

func TestMaskedOf(t *testing.T) {
	at := func(text string) Step { return Step{Replies: []protocol.Reply{{Code: 250, Lines: []string{text}}}} }
	a, b := at("queued as 1A2B3C4D5E at 12:00:01"), at("queued as 5E4D3C2B1A at 12:00:02")
	if _, got := compareSteps(a, b, CompareOptions{By: ByText}); !slices.Equal(got, []string{"queue id", "time"}) {
		t.Errorf("%q", got)
	}
	if _, got := compareSteps(a, a, CompareOptions{By: ByText}); got != nil {
		t.Errorf("equal texts: %q", got)
	}
}

func TestByWords(t *testing.T) {
	var in struct{ By By }
	for word, ok := range map[string]bool{"code": true, "class": true, "text": true, "codes": false, "": false} {
		err := json.Unmarshal([]byte(`{"By":"`+word+`"}`), &in)
		if (err == nil) != ok || ok && in.By != By(word) {
			t.Errorf("%q: %v, %v", word, in.By, err)
		}
	}
	if text, _ := By("").MarshalText(); string(text) != "code" {
		t.Errorf("the default is %q", text)
	}
}
