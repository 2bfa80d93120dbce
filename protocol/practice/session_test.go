package practice

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// TestDialogues plays whole sessions; each begins before the greeting.
func TestDialogues(t *testing.T) {
	const hello = "S: 220\nC: EHLO client.example.org\nS: 250\n"
	dialogues := map[string]string{
		"one message": hello + `
			C: MAIL FROM:<ann@example.org>
			S: 250 2.1.0
			C: RCPT TO:<bob@example.test>
			S: 250 2.1.5
			C: RCPT TO:<carol@EXAMPLE.ORG>
			S: 250 2.1.5
			C: DATA
			S: 354
			C: Subject: hi
			C:
			C: ..dot
			C: .
			S: 250 2.0.0
			C: QUIT
			S: 221 2.0.0`,
		"helo offers nothing": `
			S: 220
			C: HELO client.example.org
			S: 250
			C: MAIL FROM:<ann@example.org> SIZE=10
			S: 555 5.5.4
			C: STARTTLS
			S: 502 5.5.1
			C: MAIL FROM:<ann@example.org>
			S: 250 2.1.0`,
		"small commands": `
			S: 220
			C: NOOP
			S: 250 2.0.0
			C: RSET
			S: 250 2.0.0
			C: HELP
			S: 214 2.0.0
			C: HELP MAIL
			S: 214 2.0.0
			C: HELP ETRN
			S: 214 2.0.0
			C: HELP nonsense
			S: 504 5.5.4
			C: VRFY ann
			S: 250 2.1.5
			C: VRFY <bob@example.test>
			S: 250 2.1.5
			C: VRFY unknown
			S: 550 5.1.1
			C: VRFY carol
			S: 252 2.5.0
			C: VRFY ann@example.com
			S: 252 2.5.0
			C: EXPN staff
			S: 250 2.1.5
			C: EXPN crew
			S: 550 5.1.1
			C: QUIT
			S: 221 2.0.0`,
		"parameters": hello + `
			C: MAIL FROM:<ann@example.org> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=abc AUTH=<>
			S: 250 2.1.0
			C: RCPT TO:<bob@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.test
			S: 250 2.1.5`,
		"utf8": hello + `
			C: MAIL FROM:<jörg@example.org>
			S: 550 5.6.7
			C: MAIL FROM:<jörg@example.org> SMTPUTF8
			S: 250 2.1.0
			C: RCPT TO:<zoë@example.org>
			S: 250 2.1.5
			C: RSET
			S: 250
			C: MAIL FROM:<ann@example.org>
			S: 250
			C: RCPT TO:<zoë@example.org>
			S: 553 5.6.7`,
		"residents": hello + `
			C: MAIL FROM:<>
			S: 250 2.1.0
			C: RCPT TO:<unknown@example.org>
			S: 550 5.1.1
			C: RCPT TO:<full@example.org>
			S: 452 4.2.2
			C: RCPT TO:<greylist@example.org>
			S: 451 4.7.1
			C: RCPT TO:<greylist@example.org>
			S: 250 2.1.5
			C: RCPT TO:<greylist@example.test>
			S: 451 4.7.1
			C: RCPT TO:<forward@example.org>
			S: 251 2.1.5
			C: RCPT TO:<postmaster>
			S: 250 2.1.5
			C: RCPT TO:<"ann"@example.test>
			S: 250 2.1.5
			C: RCPT TO:<ann@example.com>
			S: 550 5.7.1
			C: RCPT TO:<ann@[127.0.0.1]>
			S: 550 5.7.1`,
		"resets": hello + `
			C: MAIL FROM:<ann@example.org>
			S: 250
			C: RCPT TO:<bob@example.test>
			S: 250
			C: RSET
			S: 250
			C: DATA
			S: 503 5.5.1
			C: MAIL FROM:<ann@example.org>
			S: 250
			C: EHLO again.example.org
			S: 250
			C: RCPT TO:<bob@example.test>
			S: 503 5.5.1`,
	}
	for name, dialogue := range dialogues {
		t.Run(name, func(t *testing.T) {
			connect(t, newServer(t, nil)).play(dialogue)
		})
	}
}

// TestRefusals sends one line in one phase and looks at the codes only.
func TestRefusals(t *testing.T) {
	phases := map[string]func(*testing.T, *Server) *conn{
		"greeted": func(t *testing.T, s *Server) *conn {
			c := connect(t, s)
			c.Expect("220")
			return c
		},
		"ready": ready,
		"mail":  func(t *testing.T, s *Server) *conn { return mailTo(t, s) },
		"rcpt":  func(t *testing.T, s *Server) *conn { return mailTo(t, s, "bob") },
	}
	tests := []struct{ phase, line, want string }{
		{"greeted", "HELLO client.example.org", "500 5.5.2"},
		{"greeted", "EHLO", "501 "},
		{"greeted", "EHLO bad_name.example.org", "501 "},
		{"greeted", "HELO [127.0.0.1]", "501 "},
		{"greeted", "LHLO client.example.org", "502 5.5.1"},
		{"greeted", "MAIL FROM:<ann@example.org>", "503 5.5.1"},
		{"greeted", "AUTH PLAIN", "503 5.5.1"},
		{"ready", "", "500 5.5.2"},
		{"ready", "FROBNICATE", "500 5.5.2"},
		{"ready", "Subject: hello", "500 5.5.2"},
		{"ready", " NOOP", "500 5.5.2"},
		{"ready", "NOOP\r", "500 5.5.2"},
		{"ready", "NO\x00OP", "500 5.5.2"},
		{"rcpt", "DATA now", "501 5.5.4"},
		{"ready", "RSET now", "501 5.5.4"},
		{"ready", "VRFY", "501 5.5.4"},
		{"ready", "TURN", "502 5.5.1"},
		{"ready", "SEND FROM:<ann@example.org>", "502 5.5.1"},
		{"ready", "ETRN example.org", "502 5.5.1"},
		{"ready", "RCPT TO:<bob@example.test>", "503 5.5.1"},
		{"ready", "MAIL <ann@example.org>", "501 5.5.4"},
		{"ready", "MAIL FROM: <ann@example.org>", "501 5.1.7"},
		{"ready", "MAIL FROM:ann@example.org", "501 5.1.7"},
		{"ready", "MAIL FROM:<ann>", "501 5.1.7"},
		{"ready", "MAIL FROM:<ann@-example.org>", "501 5.1.7"},
		{"ready", "MAIL FROM:<ann@[300.0.0.1]>", "501 5.1.7"},
		{"ready", "MAIL FROM:<" + strings.Repeat("a", 300) + "@example.org>", "501 5.1.7"},
		{"ready", "MAIL FROM:<ann@example.org> SIZE=x", "501 5.5.4"},
		{"ready", "MAIL FROM:<ann@example.org> SIZE=10485761", "552 5.3.4"},
		{"ready", "MAIL FROM:<ann@example.org> SIZE=99999999999999999999", "552 5.3.4"},
		{"ready", "MAIL FROM:<ann@example.org> BODY=BINARYMIME", "555 5.5.4"},
		{"ready", "MAIL FROM:<ann@example.org> BY=100;R", "555 5.5.4"},
		{"ready", "MAIL FROM:<ann@example.org> FOO=bar", "555 5.5.4"},
		{"ready", "MAIL FROM:<ann@example.org> NOTIFY=NEVER", "501 5.5.4"},
		{"mail", "RCPT bob@example.test", "501 5.5.4"},
		{"mail", "RCPT TO:bob@example.test", "501 5.1.3"},
		{"mail", "RCPT TO:<>", "501 5.1.3"},
		{"mail", "RCPT TO:<bob@example.test> NOTIFY=NEVER,DELAY", "501 5.5.4"},
		{"mail", "MAIL FROM:<ann@example.org>", "503 5.5.1"},
		{"mail", "DATA", "503 5.5.1"},
		{"rcpt", "AUTH PLAIN", "503 5.5.1"},
		{"ready", "NOOP " + strings.Repeat("x", 2100), "500 5.5.2"},
	}
	s := newServer(t, nil)
	for _, tt := range tests {
		t.Run(tt.phase+" "+tt.line[:min(len(tt.line), 40)], func(t *testing.T) {
			c := phases[tt.phase](t, s)
			c.Writeln(tt.line)
			c.Expect(tt.want)
			c.Writeln("NOOP")
			c.Expect("250")
		})
	}
}

// TestHelloRepliesHaveNoEnhancedCode is RFC 2034 §4.
func TestHelloRepliesHaveNoEnhancedCode(t *testing.T) {
	for _, line := range []string{"EHLO", "HELO [x", "EHLO client.example.org"} {
		c := connect(t, newServer(t, nil))
		c.Expect("220")
		c.Writeln(line)
		if _, texts := c.Reply(); strings.HasPrefix(texts[0], "5.") || strings.HasPrefix(texts[0], "2.") {
			t.Errorf("%q: %q has an enhanced code", line, texts[0])
		}
	}
}

// TestRefusalTeaches: the fix is in the reply, in ASCII, and works.
func TestRefusalTeaches(t *testing.T) {
	c := ready(t, newServer(t, nil))
	c.Writeln("MAIL FROM: ann@example.org")
	texts := c.Expect("501 5.1.7")
	fix, ok := strings.CutPrefix(texts[len(texts)-1], "5.1.7 try: ")
	if !ok {
		t.Fatalf("%q says no fix", texts)
	}
	c.Writeln(fix)
	c.Expect("250 2.1.0")
}

func TestOffers(t *testing.T) {
	c := connect(t, newServer(t, nil))
	c.Expect("220")
	c.Writeln("EHLO client.example.org")
	got := c.Expect("250")
	want := []string{
		"practice.example.test greets you", "SIZE 10485760", "8BITMIME", "SMTPUTF8", "PIPELINING", "DSN",
		"CHUNKING", "ENHANCEDSTATUSCODES", "EXPN", "HELP", "AUTH PLAIN LOGIN CRAM-MD5", "STARTTLS",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestBareLF: a line that ends in LF alone is refused and not carried out.
func TestBareLF(t *testing.T) {
	c := ready(t, newServer(t, nil))
	c.Writes("MAIL FROM:<ann@example.org>\n")
	c.Expect("500 5.5.2")
	c.Writeln("RCPT TO:<bob@example.test>")
	c.Expect("503 5.5.1")
}

// TestPipelined: one write, the replies in order (RFC 2920 §3.2).
func TestPipelined(t *testing.T) {
	c := ready(t, newServer(t, nil))
	c.Writeln("MAIL FROM:<ann@example.org>", "RCPT TO:<unknown@example.test>", "RCPT TO:<bob@example.test>", "DATA")
	c.Expect("250 2.1.0", "550 5.1.1", "250 2.1.5", "354")
	c.Writeln("", "hi", ".", "MAIL FROM:<ann@example.org>", "RSET", "QUIT")
	c.Expect("250 2.0.0", "250 2.1.0", "250 2.0.0", "221")
	c.ExpectEnd()
}

// TestEveryFaultIsRefused: each bad example of the catalogue gets a reply of
// the fifth class, whose enhanced code agrees.
func TestEveryFaultIsRefused(t *testing.T) {
	for _, spec := range protocol.Catalogue() {
		for _, bad := range spec.Bad {
			ln := protocol.Parse(bad.Line, protocol.State{Phase: protocol.PhaseReady})
			r, refused := refusal(ln, protocol.State{})
			if refused != ln.Held() || refused && (r.Code/100 != 5 || !strings.HasPrefix(r.Lines[0], r.Enhanced)) {
				t.Errorf("%q (%s) got %+v", bad.Line, bad.Code, r)
			}
		}
	}
}

func TestSay(t *testing.T) {
	tests := []struct {
		enhanced string
		texts    []string
		want     []string
	}{
		{"", []string{"ready"}, []string{"250 ready"}},
		{"2.0.0", []string{"a", "b"}, []string{"250-2.0.0 a", "250 2.0.0 b"}},
		{"", []string{"§4 … ä\x1b\n"}, []string{`250 section 4 ... \u00e4\x1b\n`}},
		{"", []string{""}, []string{"250 "}},
		{"", []string{strings.Repeat("a", 506) + " b"}, []string{"250-" + strings.Repeat("a", 506), "250  b"}},
		{"", []string{strings.Repeat("a", 500) + " bbbbbbb"}, []string{"250-" + strings.Repeat("a", 500) + " ", "250 bbbbbbb"}},
	}
	for _, tt := range tests {
		if got := wire(say(250, tt.enhanced, tt.texts...)); !slices.Equal(got, tt.want) {
			t.Errorf("got %s, want %s", fmt.Sprintf("%q", got), fmt.Sprintf("%q", tt.want))
		}
	}
}
