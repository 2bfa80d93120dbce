package protocol

import (
	"slices"
	"strings"
	"testing"
)

func reply(t *testing.T, lines string) Reply {
	t.Helper()
	var b ReplyBuilder
	replies := build(&b, lines+"\r\n")
	if len(replies) != 1 {
		t.Fatalf("%q is %d replies, want one", lines, len(replies))
	}
	return replies[0]
}

func TestExplainReply(t *testing.T) {
	half := State{Phase: PhaseRcpt, Rcpts: []Rcpt{{"a@example.org", 250}, {"b@example.org", 550}}}
	none := State{Phase: PhaseMail, Rcpts: []Rcpt{{"b@example.org", 550}}}
	for _, tt := range []struct {
		name, line, cmd string
		st              State
		headline        string // its beginning
		class           Class
		code, enhanced  string
		lines           []string // beginnings of lines, in order
	}{
		{"greeting", "220 mail.example.org", "", State{}, "Success: the server is ready", ClassDone, "220", "", []string{"Now: ", "220 ready."}},
		{"greeting refused", "554 5.7.1 no", "", State{}, "Permanent failure: ", ClassPermanent, "554", "5.7.1", []string{"Now: ", "x.7.1 not authorised.", "Read the text; log in", "554 ", "5yz "}},
		{"unknown recipient", "550 5.1.1 unknown", "RCPT", half, "Permanent failure: ", ClassPermanent, "550", "5.1.1", []string{"The transaction goes on: 1 of 2", "x.1.1 no such mailbox.", "550 refused.", "5yz permanent failure."}},
		{"no recipient", "550 5.1.1 unknown", "rcpt", none, "Permanent failure: ", ClassPermanent, "550", "5.1.1", []string{"No recipient"}},
		{"unknown verb", "550 5.1.1 unknown", "FROB", State{}, "Permanent failure: no such mailbox", ClassPermanent, "550", "5.1.1", []string{"x.1.1", "Look for a typing mistake", "550", "Read the text", "5yz"}},
		{"code only", "451 later", "FROB", State{}, "Temporary failure: local error", ClassTemporary, "451", "", []string{"451 local error", "Try again", "4yz temporary failure."}},
		{"unknown code", "499 later", "FROB", State{}, "Temporary failure", ClassTemporary, "499", "", []string{"499 unknown code", "Wait", "4yz"}},
		{"go ahead", "354 go", "DATA", State{}, "Go on: ", ClassMore, "354", "", []string{"354 "}},
		{"verdict", "250 2.0.0 queued as 4ABC", ".", State{}, "Success: ", ClassDone, "250", "2.0.0", []string{"x.0.0 ", "250 "}},
		{"not SMTP", "650 what", "MAIL", State{}, "Not SMTP: ", ClassOther, "", "", []string{"Treat it as a fatal error", "The code is outside"}},
		{"flaws", "250OK\xff", "NOOP", State{}, "Success: ", ClassDone, "250", "", []string{"250 ", "A line has no space", "The text holds octets"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := ExplainReply(reply(t, tt.line), tt.cmd, tt.st)
			if !strings.HasPrefix(e.Headline, tt.headline) || e.Class != tt.class || e.Code.Word != tt.code || e.Enhanced.Word != tt.enhanced {
				t.Errorf("got %+v", e)
			}
			at := 0
			for _, want := range tt.lines {
				i := slices.IndexFunc(e.Lines[at:], func(line string) bool { return strings.HasPrefix(line, want) })
				if i < 0 {
					t.Fatalf("no line %q behind line %d of %q", want, at, e.Lines)
				}
				at += i + 1
			}
		})
	}
}

// After a 421 no transaction goes on, whatever was accepted before.
func TestExplainReplyClosing(t *testing.T) {
	st := State{Phase: PhaseClosing, Rcpts: []Rcpt{{"a@example.org", 250}}}
	for _, line := range ExplainReply(reply(t, "421 4.3.2 bye"), "RCPT", st).Lines {
		if strings.Contains(line, "transaction goes on") {
			t.Errorf("got %q", line)
		}
	}
}

// Every reading in the catalogue reaches the reader.
func TestExplainReplyUsesOutcomes(t *testing.T) {
	for _, s := range Catalogue() {
		for _, o := range s.Outcomes {
			if len(o.Reply) != 3 {
				continue
			}
			e := ExplainReply(reply(t, o.Reply+" text"), s.Verb, State{})
			if o := s.Outcome(int(o.Reply[0]-'0')*100 + int(o.Reply[1]-'0')*10 + int(o.Reply[2]-'0')); !strings.HasSuffix(e.Headline, o.Means) {
				t.Errorf("%s %s: headline %q, want it to end in %q", s.Verb, o.Reply, e.Headline, o.Means)
			}
			if o.Next != "" && !slices.Contains(e.Lines, "Now: "+o.Next+".") {
				t.Errorf("%s %s: %q is missing in %q", s.Verb, o.Reply, o.Next, e.Lines)
			}
			if !slices.Contains(e.Refs, s.Ref) {
				t.Errorf("%s %s: %q is missing in %q", s.Verb, o.Reply, s.Ref, e.Refs)
			}
		}
	}
}

func TestFlawTextsAreWhole(t *testing.T) {
	for _, flaw := range flawNames {
		var e Explanation
		if e.addFlaws([]string{flaw}); len(e.Lines) != 1 {
			t.Errorf("flaw %q has %d texts, want one", flaw, len(e.Lines))
		}
	}
}
