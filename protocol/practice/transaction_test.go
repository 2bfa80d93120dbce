package practice

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// TestContent sends one message by DATA, without the final dot.
func TestContent(t *testing.T) {
	long := strings.Repeat("x", 998)
	tests := []struct{ name, mail, text, want, kept string }{
		{name: "empty", text: "", want: "250 2.0.0"},
		{name: "dots", text: "..a\r\n...\r\na.b\r\n", want: "250 2.0.0", kept: ".a\r\n..\r\na.b\r\n"},
		{name: "longest line", text: long + "\r\n", want: "250 2.0.0", kept: long + "\r\n"},
		{name: "longest line with a stuffed dot", text: "." + "." + long[1:] + "\r\n", want: "250 2.0.0", kept: "." + long[1:] + "\r\n"},
		{name: "line too long", text: long + "x\r\n", want: "550 5.6.0"},
		{name: "bare LF", text: "a\nb\r\n", want: "550 5.5.2"},
		{name: "bare CR", text: "a\rb\r\n", want: "550 5.5.2"},
		{name: "CR CR LF", text: "a\r\r\n", want: "550 5.5.2"},
		{name: "NUL", text: "a\x00b\r\n", want: "550 5.6.0"},
		{name: "LF . LF is text", text: "a\n.\nQUIT\r\n", want: "550 5.5.2"},
		{name: "LF . CRLF is text", text: "a\n.\r\nQUIT\r\n", want: "550 5.5.2"},
		{name: "CR . CR is text", text: "a\r.\rQUIT\r\n", want: "550 5.5.2"},
		{name: "CRLF . LF is text", text: "a\r\n.\nQUIT\r\n", want: "550 5.5.2"},
		{name: "over the limit", text: strings.Repeat("0123456789abcde\r\n", 1000), want: "552 5.3.4"},
		{name: "8 bit undeclared", text: "ä\r\n", want: "250 2.0.0", kept: "ä\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, &Options{Limits: Limits{Message: 10_000}})
			c := mailTo(t, s, "bob")
			c.Writeln("DATA")
			c.Expect("354")
			c.Writes(tt.text + ".\r\n")
			c.Expect(tt.want)
			c.Writeln("MAIL FROM:<>")
			c.Expect("250 2.1.0")
			if got := s.Messages(); len(got) != 0 && string(got[0].Data) != tt.kept || (len(got) == 1) != strings.HasPrefix(tt.want, "250") {
				t.Errorf("kept %v, want %q", got, tt.kept)
			}
		})
	}
}

// TestMessage: the envelope is kept as it came.
func TestMessage(t *testing.T) {
	s := newServer(t, nil)
	c := ready(t, s)
	c.play(`
		C: MAIL FROM:<ann@example.org> SIZE=5 BODY=8BITMIME
		S: 250
		C: RCPT TO:<unknown@example.test>
		S: 550
		C: RCPT TO:<bob@example.test> NOTIFY=NEVER
		S: 250
		C: DATA
		S: 354
		C: hi
		C: .
		S: 250`)
	got := s.Messages()
	if len(got) != 1 {
		t.Fatalf("got %d messages", len(got))
	}
	m := got[0]
	if m.From != "ann@example.org" || m.Hello != "client.example.org" || m.TLS || m.Auth != "" || m.Session != 1 || m.When.IsZero() || m.ID == "" {
		t.Errorf("got %+v", m)
	}
	if want := "[{SIZE 5} {BODY 8BITMIME}]"; fmt.Sprint(m.Params) != want {
		t.Errorf("got params %v, want %s", m.Params, want)
	}
	if want := "[{bob@example.test [{NOTIFY NEVER}]}]"; fmt.Sprint(m.Rcpts) != want {
		t.Errorf("got recipients %v, want %s", m.Rcpts, want)
	}
}

// TestGreylistOutlivesSessions: the second try comes in another session.
func TestGreylistOutlivesSessions(t *testing.T) {
	s := newServer(t, nil)
	for _, want := range []string{"451 4.7.1", "250 2.1.5"} {
		c := mailTo(t, s)
		c.Writeln("RCPT TO:<greylist@example.org>")
		c.Expect(want)
	}
}

// TestChunks is BDAT (RFC 3030 §2); texts are sent right behind their line.
func TestChunks(t *testing.T) {
	tests := []struct {
		name  string
		sends []string
		want  []string
		kept  string
	}{
		{"one", []string{"BDAT 4 LAST\r\nhi\r\n"}, []string{"250 2.0.0"}, "hi\r\n"},
		{"two", []string{"BDAT 2\r\nhi", "BDAT 2 LAST\r\n\r\n"}, []string{"250 2.0.0", "250 2.0.0"}, "hi\r\n"},
		{"empty last", []string{"BDAT 4\r\nhi\r\n", "BDAT 0 LAST\r\n"}, []string{"250 2.0.0", "250 2.0.0"}, "hi\r\n"},
		{"dots are text", []string{"BDAT 9 LAST\r\n.\r\n..\r\n\r\n"}, []string{"250 2.0.0"}, ".\r\n..\r\n\r\n"},
		{"no DATA between", []string{"BDAT 2\r\nhi", "DATA\r\n", "RSET\r\n"}, []string{"250 2.0.0", "503 5.5.1", "250 2.0.0"}, ""},
		{"too big", []string{"BDAT 101\r\n" + strings.Repeat("x", 101), "BDAT 4 LAST\r\nhi\r\n", "RSET\r\n"}, []string{"552 5.3.4", "503 5.5.1", "250 2.0.0"}, ""},
		{"bare LF", []string{"BDAT 3 LAST\r\nhi\n", "RSET\r\n"}, []string{"550 5.5.2", "250 2.0.0"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, &Options{Limits: Limits{Message: 100}})
			c := mailTo(t, s, "bob")
			for i, octets := range tt.sends {
				c.Writes(octets)
				c.Expect(tt.want[i])
			}
			c.Writeln("MAIL FROM:<ann@example.org>")
			c.Expect("250 2.1.0")
			var kept string
			for _, m := range s.Messages() {
				kept += string(m.Data)
			}
			if kept != tt.kept {
				t.Errorf("kept %q, want %q", kept, tt.kept)
			}
		})
	}
}

// TestChunkAlwaysRead: the octets of a refused BDAT are no commands.
func TestChunkAlwaysRead(t *testing.T) {
	c := mailTo(t, newServer(t, nil))
	c.Writes("BDAT 6 LAST\r\nRSET\r\nNOOP\r\n")
	c.Expect("503 5.5.1", "250 2.0.0")
	c.Writeln("RCPT TO:<bob@example.test>")
	c.Expect("250 2.1.5")
	c.Writes("BDAT 4 LAST\r\nhi\r\n")
	c.Expect("250 2.0.0")
}

// TestChunkNotOffered: HELO offers no CHUNKING.
func TestChunkNotOffered(t *testing.T) {
	c := connect(t, newServer(t, nil))
	c.play(`
		S: 220
		C: HELO client.example.org
		S: 250
		C: MAIL FROM:<ann@example.org>
		S: 250
		C: RCPT TO:<bob@example.test>
		S: 250`)
	c.Writes("BDAT 6 LAST\r\nQUIT\r\n")
	c.Expect("502 5.5.1")
	c.Writeln("NOOP")
	c.Expect("250")
}

// TestChunkWithoutSize: nobody can tell what follows, so nothing is read.
func TestChunkWithoutSize(t *testing.T) {
	for _, line := range []string{"BDAT", "BDAT x", "BDAT -1", "BDAT 1234567890123456789012"} {
		c := mailTo(t, newServer(t, nil), "bob")
		c.Writeln(line)
		c.Expect("501 5.5.4")
		c.ExpectEnd()
	}
}

// TestMailboxBounds: the oldest go first.
func TestMailboxBounds(t *testing.T) {
	box := mailbox{count: 3, size: 10}
	for _, text := range []string{"a", "bb", "cc", "dd", "eeeeeee"} {
		box.add(Message{Data: []byte(text)})
	}
	var left [][]byte
	for _, m := range box.all() {
		left = append(left, m.Data)
	}
	if got := string(bytes.Join(left, []byte(" "))); got != "dd eeeeeee" {
		t.Errorf("got %q", got)
	}
	box.add(Message{Data: []byte("larger than all")})
	if n := len(box.all()); n != 1 {
		t.Errorf("got %d messages, want the newest alone", n)
	}
}

// TestLogMasks: no credential reaches the log, right or wrong, in or out of
// place.
func TestLogMasks(t *testing.T) {
	var log []protocol.Event
	s := newServer(t, &Options{Log: func(_ int, ev protocol.Event) { log = append(log, ev) }})
	c := ready(t, s)
	c.play(`
		C: AUTH PLAIN AGxlYXJuZXIAd3JvbmctcGFzcw==
		S: 535 5.7.8
		C: AGxlYXJuZXIAd3JvbmctcGFzcw==
		S: 500
		C: AUTH PLAIN
		S: 334
		C: AGxlYXJuZXIAd3JvbmctcGFzcw=
		S: 501 5.5.2
		C: AUTH CRAM-MD5 AGxlYXJuZXIAd3JvbmctcGFzcw==
		S: 501 5.7.0
		C: QUIT
		S: 221`)
	c.ExpectEnd()
	s.Close()
	for _, ev := range log {
		if strings.Contains(fmt.Sprintf("%+v %v", ev, ev.Reply), "AGxlYXJuZXIAd3Jvbmct") {
			t.Errorf("a secret in %+v", ev)
		}
	}
}
