package console

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// offering is a session that said hello to a server with these offers.
func offering(keywords ...string) protocol.State {
	reply := protocol.Reply{Code: 250, Lines: append([]string{"mx"}, keywords...)}
	return protocol.State{Phase: protocol.PhaseReady, Hello: "EHLO", Name: "client.example.org", Caps: protocol.ParseCaps(reply)}
}

// open is st with a transaction.
func open(st protocol.State, from string, rcpts ...protocol.Rcpt) protocol.State {
	st.Phase, st.HasFrom, st.From, st.Rcpts = protocol.PhaseMail, true, from, rcpts
	if st.AcceptedRcpts() > 0 {
		st.Phase = protocol.PhaseRcpt
	}
	return st
}

// with is st with what MAIL declared.
func with(st protocol.State, body string, utf8 bool) protocol.State {
	st.Body, st.UTF8 = body, utf8
	return st
}

func TestLines(t *testing.T) {
	greeted := protocol.State{Phase: protocol.PhaseGreeted, Name: "client.example.org"}
	all := offering("SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME")
	const hello, mail, bob, cat = "EHLO client.example.org", "MAIL FROM:<a@x.example>", "RCPT TO:<bob@x.example>", "RCPT TO:<cat@x.example>"
	two := Mail{From: "a@x.example", To: []string{"bob@x.example", "cat@x.example"}, Octets: octets("x\r\n")}
	chunked := func(chunk int64, text string) Mail {
		return Mail{From: "a@x.example", To: []string{"bob@x.example"}, Octets: octets(text), Chunk: chunk}
	}
	for _, c := range []struct {
		name string
		mail Mail
		st   protocol.State
		want []string
	}{
		{"from the greeting", two, greeted, []string{hello, mail, bob, cat, "DATA"}},
		{"nobody knows a name", Mail{To: []string{"b"}, Octets: octets("")}, protocol.State{}, []string{"EHLO [127.0.0.1]", "MAIL FROM:<>", "RCPT TO:<b>", "DATA"}},
		{"hello was said", two, offering(), []string{mail, bob, cat, "DATA"}},
		{"parameters", two, all, []string{mail + " SIZE=3", bob, cat, "DATA"}},
		{"one is accepted", two, open(offering(), "a@x.example", protocol.Rcpt{Path: "bob@x.example", Code: 250}), []string{cat, "DATA"}},
		{"domains have no case", two, open(offering(), "a@X.example", protocol.Rcpt{Path: "bob@X.EXAMPLE", Code: 250}), []string{cat, "DATA"}},
		{"local-parts have", two, open(offering(), "A@x.example"), []string{"RSET", mail, bob, cat, "DATA"}},
		{"one was refused", two, open(offering(), "a@x.example", protocol.Rcpt{Path: "bob@x.example", Code: 550}), []string{bob, cat, "DATA"}},
		{"another transaction", two, open(offering(), "b@x.example"), []string{"RSET", mail, bob, cat, "DATA"}},
		{"another's recipient", two, open(offering(), "a@x.example", protocol.Rcpt{Path: "eve@x.example", Code: 250}), []string{"RSET", mail, bob, cat, "DATA"}},
		{"before hello", two, func() protocol.State { st := open(greeted, "a@x.example"); st.Hello = ""; return st }(), []string{hello, mail, bob, cat, "DATA"}},
		{"chunks were begun", two, func() protocol.State {
			st := open(offering(), "a@x.example")
			st.Phase = protocol.PhaseChunk
			return st
		}(), []string{"RSET", mail, bob, cat, "DATA"}},
		{"named twice", Mail{From: "a@x.example", To: []string{"bob@x.example", "@r.example:bob@X.example"}, Octets: octets("")}, offering(), []string{mail, bob, "DATA"}},
		{"one chunk", chunked(OneChunk, "x\n"), all, []string{mail + " SIZE=3", bob, "BDAT 3 LAST"}},
		{"chunks", chunked(2, "x\n"), all, []string{mail + " SIZE=3", bob, "BDAT 2"}},
		{"chunks larger than it", chunked(9, "x\n"), all, []string{mail + " SIZE=3", bob, "BDAT 3 LAST"}},
		{"binary", chunked(OneChunk, "x\r\x00\n"), all, []string{mail + " SIZE=4 BODY=BINARYMIME", bob, "BDAT 4 LAST"}},
		{"binary, not offered", chunked(OneChunk, "x\r\x00\n"), offering("CHUNKING"), []string{mail, bob, "BDAT 6 LAST"}},
		{"binary, by DATA", chunked(0, "x\r\x00\n"), all, []string{mail + " SIZE=6", bob, "DATA"}},
		{"binary was declared", chunked(0, "x\n"), with(open(all, "a@x.example"), "BINARYMIME", false), []string{"RSET", mail + " SIZE=3", bob, "DATA"}},
		{"8-bit was declared", chunked(0, "x\n"), with(open(all, "a@x.example"), "8BITMIME", false), []string{bob, "DATA"}},
		{"8-bit was not declared", chunked(0, "\xc3\xa9\n"), open(all, "a@x.example"), []string{"RSET", mail + " SIZE=4 BODY=8BITMIME", bob, "DATA"}},
		{"UTF-8 was not declared", chunked(0, "Subject: \xc3\xa9\n"), with(open(all, "a@x.example"), "8BITMIME", false), []string{"RSET", mail + " SIZE=13 BODY=8BITMIME SMTPUTF8", bob, "DATA"}},
		{"UTF-8 was declared", chunked(0, "Subject: \xc3\xa9\n"), with(open(all, "a@x.example"), "8BITMIME", true), []string{bob, "DATA"}},
	} {
		if got := c.mail.Lines(c.st); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	part := chunked(0, "x\n")
	part.Part = true
	if got := part.Lines(all)[0]; got != mail+" SIZE=3 BODY=8BITMIME" {
		t.Errorf("a message that is not all known: %q", got)
	}
}

// TestCheck: a line the grammar holds is named, whatever comes before it.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ from, to, held string }{
		{"a@x.example", "b@x.example", ""},
		{"", "postmaster", ""},
		{"<a@x.example>", "<b@x.example>", ""},
		{"a b@x.example", "b@x.example", "MAIL FROM:<a b@x.example>"},
		{"a@x.example", "b@", "RCPT TO:<b@>"},
		{"a@x.example", "b@x.example>\r\nDATA", "RCPT TO:<b@x.example>\r\nDATA>"},
		{"a@x.example", "", "RCPT TO:<>"},
	} {
		m := Mail{From: c.from, To: []string{c.to}, Octets: octets("x\r\n")}
		for _, st := range []protocol.State{{Phase: protocol.PhaseGreeted}, offering(), open(offering(), "z@x.example")} {
			err := m.Check(st)
			var held *HeldError
			if errors.As(err, &held) != (c.held != "") || held != nil && held.Line.Raw != c.held {
				t.Errorf("%q to %q: %v", c.from, c.to, err)
			}
		}
	}
	var held *HeldError
	if err := (Mail{Octets: octets("")}).Check(offering()); !errors.As(err, &held) || held.Line.Raw != "DATA" {
		t.Errorf("nobody to send to: %v", err)
	}
	if err := (&HeldError{protocol.Parse("RCPT TO:<b@>", offering())}); !strings.Contains(err.Error(), `"RCPT TO:<b@>" is not sent`) {
		t.Error(err)
	}
}

// BenchmarkLines is one step of a mail to a thousand recipients.
func BenchmarkLines(b *testing.B) {
	m := Mail{From: "a@x.example", Octets: octets("x\r\n")}
	var rcpts []protocol.Rcpt
	for i := range 1000 {
		m.To = append(m.To, fmt.Sprintf("b%d@x.example", i))
		rcpts = append(rcpts, protocol.Rcpt{Path: m.To[i], Code: 250})
	}
	st := open(offering(), "a@x.example", rcpts...)
	for b.Loop() {
		if got := m.Lines(st); len(got) != 1 {
			b.Fatal(got)
		}
	}
}

func TestOnThisMachine(t *testing.T) {
	for in, want := range map[string]bool{
		"practice": true, "localhost": true, "LOCALHOST:2525": true, "smtp.localhost": true, "localhost.": true,
		"127.0.0.1": true, "127.9.9.9:25": true, "[::1]:25": true, "::ffff:127.0.0.1": true, "smtps://localhost": true,
		"mx.example.org": false, "localhost.example.org": false, "192.0.2.1": false, "0.0.0.0": false, "127.0.0.1.example": false,
	} {
		target, err := ParseTarget(in)
		if err != nil {
			t.Fatal(err)
		}
		if target.Local() != want {
			t.Errorf("%s: %v", in, !want)
		}
		s := &Session{Target: target, console: New(Options{Settings: Settings{Proxy: "socks5://localhost"}})}
		if s.Local() != target.Practice {
			t.Errorf("%s behind a proxy: %v", in, s.Local())
		}
	}
}
