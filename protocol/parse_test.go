package protocol

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

// at folds a dialogue to a state: lines that begin with "C: " and "S: ".
func at(t testing.TB, dialogue string) State {
	t.Helper()
	st := State{}.Apply(Event{Seq: 1, Kind: KindConnect, Text: "192.0.2.1:25"})
	var b ReplyBuilder
	seq := 1
	for line := range strings.Lines(dialogue) {
		line = strings.TrimRight(strings.TrimLeft(line, "\t "), "\n")
		seq++
		switch text, kind := strings.CutPrefix(line, "C: "); {
		case line == "":
		case kind:
			ev := ClientLine(text, st)
			ev.Seq = seq
			st = st.Apply(ev)
		case strings.HasPrefix(line, "S: "):
			ev := Event{Seq: seq, Kind: KindServer, Text: line[3:]}
			if r, done := b.Add([]byte(line[3:] + "\r\n")); done {
				ev.Reply = &r
			}
			st = st.Apply(ev)
		case line == "(tls)":
			st = st.Apply(Event{Seq: seq, Kind: KindTLS, TLS: &TLSInfo{Version: "TLS 1.3"}})
		case line == "(body)":
			st = st.Apply(Event{Seq: seq, Kind: KindBody, Cmd: "DATA"})
		case line == "(raw)":
			st = st.Apply(Event{Seq: seq, Kind: KindBody, Cmd: "DATA", Raw: true})
		default:
			t.Fatalf("dialogue line %q: want C:, S:, (tls), (body) or (raw)", line)
		}
	}
	return st
}

const (
	greetedText = "S: 220 mx.example.test ESMTP\n"
	heloText    = greetedText + "C: HELO c.example.org\nS: 250 mx.example.test\n"
	readyText   = greetedText + "C: EHLO c.example.org\nS: 250-mx.example.test\nS: 250-SIZE 1000000\nS: 250-STARTTLS\nS: 250-AUTH PLAIN LOGIN\nS: 250-DSN\nS: 250 PIPELINING\n"
	utf8Text    = greetedText + "C: EHLO c.example.org\nS: 250-mx.example.test\nS: 250-8BITMIME\nS: 250 SMTPUTF8\n"
	mailText    = readyText + "C: MAIL FROM:<a@example.org>\nS: 250 2.1.0 Ok\n"
	rcptText    = mailText + "C: RCPT TO:<b@example.org>\nS: 250 2.1.5 Ok\n"
	sentText    = rcptText + "C: DATA\nS: 354 go\n(body)\nS: 250 2.0.0 queued as X\n"
	tlsText     = readyText + "C: STARTTLS\nS: 220 go\n(tls)\n" + "C: EHLO c.example.org\nS: 250-mx.example.test\nS: 250 SIZE\n"
)

// TestIssueLines are the lines the console is promised to judge so.
func TestIssueLines(t *testing.T) {
	long := "MAIL FROM:<" + strings.Repeat("a", 60) + "@" + strings.Repeat("b.", 96) + "org>"
	for _, c := range []struct {
		state, line string
		severity    string // "" for a good line
		code, fix   string
	}{
		{readyText, "MAIL FROM: <a@example.org>", "error", "path.space", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM:a@example.org", "error", "path.brackets", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM: a@example.org", "error", "path.brackets", "MAIL FROM:<a@example.org>"},
		{readyText, "mail from:<a@example.org>", "", "", ""},
		{readyText, "MAIL FROM:<>", "", "", ""},
		{mailText, "RCPT TO:<>", "error", "path.null", ""},
		{mailText, "RCPT TO:<postmaster>", "", "", ""},
		{mailText, "RCPT TO:<user>", "error", "mailbox.domain", ""},
		{greetedText, "HELO", "error", "hello.name", ""},
		{greetedText, "HELO [127.0.0.1]", "error", "hello.literal", "EHLO [127.0.0.1]"},
		{greetedText, "EHLO [127.0.0.1]", "", "", ""},
		{greetedText, "EHLO [IPv6:::1]", "", "", ""},
		{greetedText, "EHLO [::1]", "error", "literal.tag", "EHLO [IPv6:::1]"},
		{readyText, "MAIL FROM:<a..b@example.org>", "error", "local.dot", `MAIL FROM:<"a..b"@example.org>`},
		{readyText, "MAIL FROM:<a@exa_mple.org>", "error", "domain.underscore", ""},
		{readyText, "MAIL FROM:<Joe <joe@example.org>>", "error", "path.nested", "MAIL FROM:<joe@example.org>"},
		{readyText, "MAIL FROM:Joe <joe@example.org>", "error", "path.display", "MAIL FROM:<joe@example.org>"},
		{mailText, "RCPT TO:<@relay.example:u@example.org>", "warning", "path.route", "RCPT TO:<u@example.org>"},
		{mailText, `RCPT TO:<"quoted user"@example.org>`, "", "", ""},
		{mailText, "RCPT TO:<u@[127.0.0.1]>", "", "", ""},
		{mailText, "RCPT TO:<u@127.0.0.1>", "warning", "domain.literal", "RCPT TO:<u@[127.0.0.1]>"},
		{mailText, "DATA", "error", "sequence.rcpt", ""},
		{mailText, "MAIL FROM:<b@example.org>", "error", "sequence.transaction", ""},
		{greetedText, "MAIL FROM:<a@example.org>", "error", "sequence.hello", ""},
		{rcptText, "DATA now", "error", "arg.none", "DATA"},
		{sentText, "SEND", "error", "verb.obsolete", ""},
		{readyText, "MAIL FROM:<a@example.org> SIZE=1MB", "error", "value.size", "MAIL FROM:<a@example.org> SIZE=1048576"},
		{readyText, "MAIL FROM:<a@example.org> BODY=8BITMIME", "warning", "param.offered", "MAIL FROM:<a@example.org>"},
		{mailText, "RCPT TO:<u@example.org> NOTIFY=NEVER,FAILURE", "error", "value.never", "RCPT TO:<u@example.org> NOTIFY=NEVER"},
		{mailText, "RCPT TO:<u@example.org> ORCPT=u@example.org", "error", "value.orcpt", "RCPT TO:<u@example.org> ORCPT=rfc822;u@example.org"},
		{readyText, "MAIL FROM:<jürgen@example.org>", "warning", "utf8.offered", ""},
		{utf8Text, "MAIL FROM:<jürgen@example.org>", "error", "utf8.param", "MAIL FROM:<jürgen@example.org> SMTPUTF8"},
		{utf8Text, "MAIL FROM:<jürgen@bücher.example> SMTPUTF8", "", "", ""},
		{readyText, long, "error", "path.long", ""},
		{tlsText, "STARTTLS", "error", "sequence.again", ""},
		{readyText, "FROB", "warning", "verb.unknown", ""},
		{greetedText, "HELLO c.example.org", "error", "verb.typo", "HELO c.example.org"},
		{readyText, "MIAL FROM:<a@example.org>", "error", "verb.typo", "MAIL FROM:<a@example.org>"},
		{readyText, "MIAL FROM: a@example.org", "error", "verb.typo", "MAIL FROM:<a@example.org>"},
	} {
		t.Run(c.line, func(t *testing.T) {
			ln := Parse(c.line, at(t, c.state))
			if c.severity == "" {
				if len(ln.Diags) > 0 {
					t.Fatalf("got %v, want no remark", ln.Diags)
				}
				return
			}
			d := find(ln, c.code)
			if d == nil {
				t.Fatalf("no %s in %v", c.code, ln.Diags)
			}
			if worst, _ := Worst(ln.Diags); worst.String() != c.severity || d.Severity.String() != c.severity {
				t.Errorf("severity %v of %v, want %s", d.Severity, ln.Diags, c.severity)
			}
			if c.fix != "" && d.Fix != c.fix {
				t.Errorf("fix %q, want %q", d.Fix, c.fix)
			}
		})
	}
}

func find(ln Line, code string) *Diagnostic {
	i := slices.IndexFunc(ln.Diags, func(d Diagnostic) bool { return d.Code == code })
	if i < 0 {
		return nil
	}
	return &ln.Diags[i]
}

func TestLMTPHello(t *testing.T) {
	st := at(t, greetedText)
	st.Local = true
	for _, ev := range []Event{{Kind: KindClose}, {Kind: KindConnect}} {
		if next := st.Apply(ev); next.HelloVerb() != "LHLO" {
			t.Errorf("after %s it is forgotten", ev.Kind)
		}
	}
	for verb, said := range map[string]struct {
		code int
		next string
	}{ForGreeting: {220, "say LHLO"}, "LHLO": {500, "say EHLO"}} {
		e := ExplainReply(Reply{Code: said.code}, verb, st)
		if !slices.ContainsFunc(e.Lines, func(line string) bool { return strings.Contains(line, said.next) }) {
			t.Errorf("%q: %q", verb, e.Lines)
		}
	}
	for line, fix := range map[string]string{
		"EHLO c.example.org": "LHLO c.example.org", "HELO c.example.org": "LHLO c.example.org", "HELO [192.0.2.1]": "LHLO [192.0.2.1]",
	} {
		if ln := Parse(line, st); len(ln.Diags) != 1 || ln.Diags[0].Code != "hello.lmtp" || ln.Diags[0].Fix != fix {
			t.Errorf("%s: %+v", line, ln.Diags)
		}
	}
	if ln := Parse("LHLO c.example.org", st); len(ln.Diags) > 0 {
		t.Errorf("LHLO: %v", ln.Diags)
	}
	if early := find(Parse("STARTTLS", st), "starttls.early"); early == nil || strings.Contains(early.Message, "EHLO") {
		t.Errorf("STARTTLS: %v", early)
	}
	for verb, local := range map[string]bool{"LHLO": true, "EHLO": false, "HELO": false} {
		if st.Local = true; Lookup(verb).Fits(st) != local {
			t.Errorf("%s fits LMTP: %t", verb, !local)
		}
		if st.Local = false; Lookup(verb).Fits(st) == local {
			t.Errorf("%s fits SMTP: %t", verb, local)
		}
	}
}

// TestMore are lines beyond the promised ones, one for each fault or habit.
func TestMore(t *testing.T) {
	for _, c := range []struct{ state, line, code, fix string }{
		{readyText, "MAILFROM:<a@example.org>", "verb.space", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FRM:<a@example.org>", "path.keyword", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL a@example.org", "path.keyword", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM a@example.org", "path.colon", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM: Joe <joe@example.org>", "path.display", "MAIL FROM:<joe@example.org>"},
		{readyText, "MAIL FROM:<<a@example.org>>", "path.nested", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM:<a@example.org", "path.close", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM:< a@example.org >", "path.blank", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL FROM:<a b@example.org>", "local.char", `MAIL FROM:<"a b"@example.org>`},
		{readyText, "MAIL FROM:<a@b@example.org>", "local.char", `MAIL FROM:<"a@b"@example.org>`},
		{readyText, "MAIL FROM:<a@example.org> SIZE = 100", "param.equals", "MAIL FROM:<a@example.org> SIZE=100"},
		{readyText, "MAIL FROM:<a@example.org> SIZE= 100", "param.equals", "MAIL FROM:<a@example.org> SIZE=100"},
		{readyText, "MAIL FROM:<a@example.org> SIZE=2000000", "value.limit", ""},
		{readyText, "MAIL FROM:<a@example.org>  SIZE=1", "param.spaces", "MAIL FROM:<a@example.org> SIZE=1"},
		{readyText, "MAIL FROM:<a@example.org> ", "line.trailing", "MAIL FROM:<a@example.org>"},
		{readyText, "MAIL\tFROM:<a@example.org>", "line.control", "MAIL FROM:<a@example.org>"},
		{readyText, " NOOP", "line.leading", "NOOP"},
		{readyText, "NOOP\r\nRSET", "line.break", "NOOP"},
		{readyText, "NO\x00OP", "line.control", "NOOP"},
		{readyText, "Subject: hello", "verb.header", ""},
		{readyText, ".", "verb.dot", ""},
		{readyText, "", "line.empty", ""},
		{readyText, "RCPT TO:<b@example.org>", "sequence.mail", ""},
		{"", "EHLO c.example.org", "sequence.greeting", ""},
		{"S: 554 no\n", "EHLO c.example.org", "sequence.refused", ""},
		{heloText, "STARTTLS", "verb.offered", ""},
		{greetedText, "STARTTLS", "starttls.early", ""},
		{mailText, "STARTTLS", "starttls.transaction", ""},
		{mailText, "AUTH PLAIN", "sequence.transaction", ""},
		{readyText, "AUTH CRAM-MD5", "auth.offered", ""},
		{readyText, "AUTH PLAIN", "auth.plaintext", ""},
		{readyText, "STARTTLS please", "arg.none", "STARTTLS"},
		{greetedText, "EHLO 192.0.2.1", "domain.literal", "EHLO [192.0.2.1]"},
		{greetedText, "HELO 192.0.2.1", "domain.literal", "EHLO [192.0.2.1]"},
		{greetedText, "EHLO localhost", "domain.single", ""},
		{mailText, `RCPT TO:<"user"@example.org>`, "local.quoted", "RCPT TO:<user@example.org>"},
		{mailText, "RCPT TO:<a@example.org>, <b@example.org>", "path.several", "RCPT TO:<a@example.org>"},
		{mailText, "RCPT TO:<jürgen@example.org>", "utf8.offered", ""},
		{utf8Text + "C: MAIL FROM:<a@example.org>\nS: 250 ok\n", "RCPT TO:<jürgen@example.org>", "utf8.transaction", ""},
		{readyText, "TURN", "verb.obsolete", ""},
		{rcptText + "C: DATA\n", "RSET", "sequence.wait", ""},
		{utf8Text + "C: MAIL FROM:<a@example.org>\n", "RCPT TO:<b@example.org>", "sequence.pipelining", ""},
		{rcptText + "C: DATA\nS: 354 go\n(body)\n", "QUIT", "sequence.wait", ""},
		{readyText + "C: AUTH LOGIN\nS: 504 no\n", "dGlt", "auth.unasked", ""},
		{readyText + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n", "tim", "auth.base64", ""},
		{readyText + "C: AUTH PLAIN\nS: 334 \n", "dGlt", "auth.plain", ""},
		{readyText + "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n", "dGltCg==", "auth.newline", ""},
		{readyText + "C: QUIT\nS: 221 bye\n", "NOOP", "sequence.closing", ""},
		{strings.Replace(rcptText, "org>", "org> BODY=BINARYMIME", 1), "DATA", "sequence.binary", ""},
	} {
		t.Run(c.line, func(t *testing.T) {
			ln := Parse(c.line, at(t, c.state))
			d := find(ln, c.code)
			if d == nil {
				t.Fatalf("no %s in %v", c.code, ln.Diags)
			}
			if d.Fix != c.fix {
				t.Errorf("fix %q, want %q", d.Fix, c.fix)
			}
		})
	}
}

// TestSlips are lines once judged wrongly: the code they must get and the fix
// they must have, or none.
func TestSlips(t *testing.T) {
	greeted, ready, utf8, mail, rcpt := at(t, greetedText), at(t, readyText), at(t, utf8Text), at(t, mailText), at(t, rcptText)
	smtputf8 := at(t, utf8Text+"C: MAIL FROM:<a@example.org> SMTPUTF8\nS: 250 ok\n")
	unknown := State{Phase: PhaseRcpt, Hello: "EHLO", HasFrom: true, From: "a@example.org"}
	for _, c := range []struct {
		state           State
		line, code, fix string
	}{
		{utf8, "NOOP \xe9\xff", "line.8bit", ""},
		{ready, "ETRN bücher.test", "domain.ascii", ""},
		{ready, "ETRN #bücher", "domain.ascii", ""},
		{ready, "ATRN a.org,bücher.test", "domain.ascii", ""},
		{ready, "XCLIENT NAME=bücher.test", "value.xtext", ""},
		{ready, "XCLIENT FOO=é", "value.xtext", ""},
		{ready, "XCLIENT NAME=a.org  ADDR=192.0.2.1", "param.spaces", "XCLIENT NAME=a.org ADDR=192.0.2.1"},
		{rcpt, "BDAT 5  LAST", "param.spaces", "BDAT 5 LAST"},
		{rcpt, "BURL imap://a@b.org/c  LAST", "param.spaces", "BURL imap://a@b.org/c LAST"},
		{ready, "AUTH PLAIN  AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "param.spaces", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"},
		{ready, "AUTH CRAM-MD5  dGlt", "auth.initial", "AUTH CRAM-MD5"},
		{ready, "MAIL FROM:<a@b.org> FOO=", "param.value", "MAIL FROM:<a@b.org> FOO"},
		{ready, "MAIL FROM:<a@b.org> FOO=é", "param.octet", ""},
		{utf8, "MAIL FROM:<a@b.org> FOO=\xe9", "param.octet", ""},
		{utf8, "MAIL FROM:<a@b.org> FOO=a=b", "param.octet", "MAIL FROM:<a@b.org> FOO=a+3Db"},
		{utf8, "MAIL FROM:<a@b.org> ENVID=é", "value.xtext", ""},
		{ready, "MAIL FROM:<a@b.org> AUTH=<a@b.org>", "value.mailbox", "MAIL FROM:<a@b.org> AUTH=a@b.org"},
		{ready, "MAIL FROM:<a@b.org> AUTH=a+40b+40c", "value.mailbox", ""},
		{mail, `RCPT TO:<u@b.org> ORCPT=utf-8;u\x{zz}@b.org`, "value.unitext", ""},
		{mail, `RCPT TO:<u@b.org> ORCPT=utf-8;u\x{D800}@b.org`, "value.unitext", ""},
		{mail, `RCPT TO:<u@b.org> ORCPT=utf-8;u\x{FC`, "value.unitext", ""},
		{mail, `RCPT TO:<u@b.org> ORCPT=utf-8;u+x@b.org`, "value.unitext", ""},
		{mail, "RCPT TO:<@[1.2.3.4]:a@b.org>", "path.hop", ""},
		{mail, "RCPT TO:<@[1.2.3.4]:a@b.org>", "path.route", "RCPT TO:<a@b.org>"},
		{mail, "RCPT TO:<@[IPv6:::1]:a@b.org>", "path.route", "RCPT TO:<a@b.org>"},
		{mail, "RCPT TO:<@relay.example:postmaster>", "mailbox.domain", ""},
		{mail, "RCPT TO:<@relay.example:postmaster>", "path.route", "RCPT TO:<postmaster>"},
		{mail, "RCPT TO:<a,b@x.org>", "local.char", `RCPT TO:<"a,b"@x.org>`},
		{mail, "RCPT TO:u@x.org, v@x.org", "path.several", "RCPT TO:<u@x.org>"},
		{mail, "RCPT TO:<u@x.org, v@x.org", "path.several", "RCPT TO:<u@x.org>"},
		{greeted, "EHLO [127.0.0.1]:25", "literal.behind", "EHLO [127.0.0.1]"},
		{greeted, "EHLO [127.0.0.1].", "literal.behind", "EHLO [127.0.0.1]"},
		{ready, "MAIL FROM:<a@b.org>;", "path.behind", "MAIL FROM:<a@b.org>"},
		{mail, "RCPT TO:<u@x.org;v@x.org>", "path.several", "RCPT TO:<u@x.org>"},
		{mail, "RCPT TO:<u@x.org v@x.org>", "local.char", ""},
		{mail, "RCPT TO:<u@x.org>; v@x.org", "path.several", "RCPT TO:<u@x.org>"},
		{mail, "RCPT TO:u@x.org,", "path.behind", "RCPT TO:<u@x.org>"},
		{ready, "MAIL FROM:a@b.org\tSIZE=1", "line.control", "MAIL FROM:<a@b.org> SIZE=1"},
		{ready, "MAIL FROM:<a@b.org> \n", "line.break", "MAIL FROM:<a@b.org>"},
		{ready, "MAIL FROM:<a@b.org>.", "path.behind", "MAIL FROM:<a@b.org>"},
		{ready, "MAIL FROM:<a@b.org>>>", "path.nested", "MAIL FROM:<a@b.org>"},
		{ready, "MAIL FROM:<a@b.org>>SIZE=1", "param.space", "MAIL FROM:<a@b.org> SIZE=1"},
		{ready, `MAIL FROM:"Joe Doe" a@c.org`, "path.display", "MAIL FROM:<a@c.org>"},
		{ready, "MAIL FROM:'a@c.org'", "path.brackets", "MAIL FROM:<a@c.org>"},
		{ready, `MAIL FROM:"a@c.org"`, "path.brackets", "MAIL FROM:<a@c.org>"},
		{ready, "MAIL FROM:<a@b.org..>", "domain.dot", "MAIL FROM:<a@b.org>"},
		{ready, "MAIL FROM:<a@b.org@>", "mailbox.at", "MAIL FROM:<a@b.org>"},
		{ready, "MAIL FROM: ", "path.missing", ""},
		{ready, "TURM", "verb.unknown", ""},
		{ready, "SENT", "verb.unknown", ""},
		{ready, "END", "verb.unknown", ""},
		{greeted, "hello a.org", "verb.typo", "HELO a.org"},
		{ready, "MAIL FROM:<@r.org:>", "path.route", ""},
		{ready, "MAIL FROM:<@r.org:>", "mailbox.domain", ""},
		{ready, "MAIL FROM:<mailto:a@c.org>", "path.scheme", "MAIL FROM:<a@c.org>"},
		{ready, "MAIL FROM:<mailto:>", "mailbox.domain", ""},
		{ready, "NOOP\t", "line.control", "NOOP"},
		{ready, "MAIL FROM:<a@b.org>\t", "line.control", "MAIL FROM:<a@b.org>"},
		{ready, "NOOP \t ", "line.control", "NOOP"},
		{ready, "MAIL FROM:<a@b.org\n", "path.close", "MAIL FROM:<a@b.org>"},
		{ready, "MAIL FROM:<a@b.org> AUTH=a+40b.org", "", ""},
		{unknown, "RCPT TO:<u@b.org> ORCPT=utf-8;ö@x.org", "", ""},
		{smtputf8, "RCPT TO:<u@b.org> ORCPT=utf-8;ö@x.org", "param.offered", "RCPT TO:<u@b.org>"},
		{mail, `RCPT TO:<u@b.org> ORCPT=utf-8;u\x{FC}\x{1F600}\x{2B}@b.org`, "", ""},
	} {
		t.Run(c.line+" "+c.code, func(t *testing.T) {
			ln := Parse(c.line, c.state)
			if c.code == "" {
				if len(ln.Diags) > 0 {
					t.Fatalf("got %v, want no remark", ln.Diags)
				}
				return
			}
			d := find(ln, c.code)
			if d == nil {
				t.Fatalf("no %s in %v", c.code, ln.Diags)
			}
			if d.Fix != c.fix {
				t.Errorf("fix %q, want %q", d.Fix, c.fix)
			}
		})
	}
}

// TestQuiet: one slip gets one remark.
func TestQuiet(t *testing.T) {
	for line, code := range map[string]string{
		"NOOP\n": "line.break", "NO\x00OP": "line.control", "AUTH EXTERNAL\r\n": "line.break", "AUTH EXTERNAL  dGlt": "param.spaces", "MAIL FROM:<a@b.org>>>>": "path.nested", "MAIL FROM: ": "path.missing",
	} {
		st := at(t, heloText)
		st.Caps = Caps{}
		if ln := Parse(line, st); len(ln.Diags) != 1 || ln.Diags[0].Code != code {
			t.Errorf("%q: %v, want %s alone", line, ln.Diags, code)
		}
	}
}

// longLines are 64 KiB of what once made a fix cost the square of the line.
func longLines() []string {
	const size = 64 << 10
	opening := "MAIL FROM:<a@b.org>"
	fill := func(s string) string { return opening + strings.Repeat(s, size/len(s)) }
	return []string{fill(">"), fill("  A"), fill(" SIZE=1"), fill(" A") + " SIZE=x SIZE=x", opening + strings.Repeat("\t", size), "MAIL FROM:<a@" + strings.Repeat("._", size/2)}
}

// TestLongLine: the work on a line is in proportion to its length, counted in
// octets allocated.
func TestLongLine(t *testing.T) {
	st := at(t, readyText)
	for _, line := range longLines() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ln := Parse(line, st)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > uint64(1000*len(line)) {
			t.Errorf("%.30q…: %d octets allocated for a line of %d", line, spent, len(line))
		}
		if !ln.Held() || len(ln.Diags) > mostFaults+1 {
			t.Errorf("%.30q…: held %v, %d remarks", line, ln.Held(), len(ln.Diags))
		}
	}
}

// TestPipelined: with PIPELINING a group goes on in the state it will lead to.
func TestPipelined(t *testing.T) {
	st := at(t, readyText+"C: MAIL FROM:<a@example.org>\nC: RCPT TO:<b@example.org>\n")
	for _, line := range []string{"RCPT TO:<c@example.org>", "DATA"} {
		if ln := Parse(line, st); len(ln.Diags) > 0 {
			t.Errorf("%s: %v", line, ln.Diags)
		}
	}
	if st.Phase != PhaseReady || len(st.Awaited) != 2 {
		t.Errorf("parsing changed the state: %v, %d awaited", st.Phase, len(st.Awaited))
	}
}

// TestFixes: a fix makes the line it promises; no error that has a fix is left.
func TestFixes(t *testing.T) {
	for _, line := range []string{
		"MIAL FROM : Joe <a..b@example.org.>  SIZE = 1K", `mail from: <<a b@example.org>>`, "MAIL FROM:< x..y@[::1]> SIZE=1MB BODY = 7BIT",
		"MAIL  FROM:a@example.org ", "MAIL <a@example.org>", "\tMAIL FROM:<a@example.org",
	} {
		fix, ok := Parse(line, at(t, readyText)).Fix()
		if !ok {
			t.Errorf("%q has no fix", line)
		} else if again := Parse(fix, at(t, readyText)); again.Held() {
			t.Errorf("%q mended to %q, which has %v", line, fix, again.Diags)
		}
	}
}

func TestWants(t *testing.T) {
	for _, c := range []struct{ state, line, want string }{
		{greetedText, "", "EHLO "},
		{greetedText, "E", "EHLO "},
		{readyText, "ma", "MAIL FROM:<"},
		{readyText, "MAIL ", "FROM:<"},
		{rcptText, "RCPT TO:<", "b@example.org>"},
		{mailText, "RCPT TO:<p", "postmaster>"},
		{readyText, "MAIL FROM:<a@example.org> ", "SIZE="},
		{readyText, "MAIL FROM:<a@example.org> R", "RET="},
		{readyText, "MAIL FROM:<a@example.org> RET=", "FULL"},
		{readyText, "AUTH ", "LOGIN"},
		{mailText, "RCPT TO:<b@example.org> NOTIFY=S", "SUCCESS"},
		{readyText, "HELP M", "MAIL"},
		{rcptText, "BDAT 5 ", "LAST"},
	} {
		st := at(t, c.state)
		wants := Parse(c.line, st).Wants(st)
		if !slices.ContainsFunc(wants, func(w Want) bool { return w.Text == c.want }) {
			t.Errorf("%q: no %q in %v", c.line, c.want, wants)
		}
	}
}

// TestWantsOffered: a parameter that is not offered is not proposed.
func TestWantsOffered(t *testing.T) {
	st := at(t, readyText)
	for _, w := range Parse("MAIL FROM:<a@example.org> ", st).Wants(st) {
		if w.Text == "BODY=" || w.Text == "SMTPUTF8" {
			t.Errorf("%s is proposed and not offered", w.Text)
		}
	}
}

func TestGhost(t *testing.T) {
	for _, c := range []struct{ line, ghost string }{
		{"MAIL", " FROM:<reverse-path> [parameters]"},
		{"MAIL FR", "OM:<reverse-path> [parameters]"},
		{"MAIL FROM:<", "reverse-path>"},
		{"MAIL FROM:<a", "@domain>"},
		{"MAIL FROM:<a@b.org", ">"},
		{"MAIL FROM:<a@b.org>", " [SIZE=octets] [RET=FULL|HDRS] [ENVID=xtext]"},
		{"MAIL FROM:<a@b.org> SIZE=", "octets"},
		{"EHLO ", "name|[address]"},
		{"AUTH ", "mechanism [initial-response]"},
	} {
		if got := Parse(c.line, at(t, readyText)).Ghost(at(t, readyText)); got != c.ghost {
			t.Errorf("%q: ghost %q, want %q", c.line, got, c.ghost)
		}
	}
}

func FuzzParse(f *testing.F) {
	states := []string{"", greetedText, heloText, readyText, utf8Text, mailText, rcptText, rcptText + "C: DATA\nS: 354 go\n", readyText + "C: AUTH LOGIN\nS: 334 \n", tlsText, sentText}
	for i := range states {
		for _, s := range Catalogue() {
			for _, line := range s.Good {
				f.Add(line, i)
			}
			for _, bad := range s.Bad {
				f.Add(bad.Line, i)
			}
		}
	}
	for _, line := range longLines() {
		f.Add(line[:1<<10], 3)
	}
	folded := make([]State, len(states))
	for i, s := range states {
		folded[i] = at(f, s)
	}
	f.Fuzz(func(t *testing.T, line string, i int) {
		if i < 0 || i >= len(folded) {
			return
		}
		st := folded[i]
		ln := Parse(line, st)
		for _, d := range ln.Diags {
			if d.Start < 0 || d.End < d.Start || d.End > len(line) || d.Code == "" || d.Message == "" || d.Ref == "" {
				t.Fatalf("%q: bad diagnostic %+v", line, d)
			}
			if d.Fix != "" && d.Severity == Error && errorsIn(d.Fix, st) >= errorsIn(line, st) {
				t.Fatalf("%q: the fix of %s, %q, leaves as many errors", line, d.Code, d.Fix)
			}
			if d.Fix == line && line != "" || d.Fix != "" && errorsIn(d.Fix, st) > errorsIn(line, st) {
				t.Fatalf("%q: the fix of %s, %q, mends nothing", line, d.Code, d.Fix)
			}
		}
		for _, tok := range ln.Tokens {
			if tok.Start < 0 || tok.End <= tok.Start || tok.End > len(line) {
				t.Fatalf("%q: bad token %+v", line, tok)
			}
		}
		for _, w := range ln.Wants(st) {
			if w.Start < 0 || w.Start > len(line) {
				t.Fatalf("%q: bad want %+v", line, w)
			}
		}
		if span, ok := SecretSpan(line, st); ok && (span.Start >= span.End || span.End > len(line)) {
			t.Fatalf("%q: bad secret %+v", line, span)
		}
		if strings.ContainsAny(line, "\r\n") && st.Phase != PhaseData && !ln.Held() {
			t.Fatalf("%q: a line break is not held", line)
		}
	})
}

// errorsIn counts the errors of a line, those that are not kept too.
func errorsIn(line string, st State) int {
	p := &parser{raw: line, st: &st, typed: &st}
	p.read()
	return p.errors
}

// BenchmarkParseLong has the lines of TestLongLine.
func BenchmarkParseLong(b *testing.B) {
	st := at(b, readyText)
	for _, line := range longLines() {
		b.Run(line[len("MAIL FROM:<a@b.org>"):][:4], func(b *testing.B) {
			for b.Loop() {
				Parse(line, st)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	st := at(b, readyText)
	b.ReportAllocs()
	for b.Loop() {
		Parse("MAIL FROM:<ann@example.org> SIZE=2048", st)
	}
}
