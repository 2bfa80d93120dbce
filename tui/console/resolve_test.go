package console

import (
	"reflect"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// States to type in.
var (
	ready   = protocol.State{Phase: protocol.PhaseReady, Hello: "EHLO"}
	inAuth  = protocol.State{Phase: protocol.PhaseAuth, AuthMech: "LOGIN"}
	oneRcpt = protocol.State{Phase: protocol.PhaseRcpt, Hello: "EHLO", HasFrom: true, Rcpts: []protocol.Rcpt{{Path: "b@example.org", Code: 250}}}
)

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		input string
		st    protocol.State
		want  Action
	}{
		{"", ready, Nothing{}},
		{"", inAuth, Send{}}, // an empty answer
		{"YWJj", inAuth, Send{Line: "YWJj"}},
		{"*", inAuth, Send{Line: "*"}},
		{"NOOP", ready, Send{Line: "NOOP"}},
		{"VERB ON", ready, Send{Line: "VERB ON"}}, // a private verb may exist
		{"!MAIL FROM: <a>", ready, Send{Line: "MAIL FROM: <a>", AsTyped: true}},
		{"!!x", ready, Send{Line: "!x", AsTyped: true}},
		{"!", ready, Send{AsTyped: true}},
		{":help RCPT", ready, Help{"RCPT"}},
		{":quit", ready, Leave{}},
	} {
		if got := Resolve(c.input, c.st); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %#v", c.input, got)
		}
	}
}

func TestResolveHolds(t *testing.T) {
	for input, held := range map[string]bool{
		"MAIL FROM: <a@example.org>": true,
		"DATA":                       true,
		"NOOP\rRSET":                 true,
		"MAIL FROM:<a@example.org>":  false,
		"VRFY ann":                   false,
	} {
		action := Resolve(input, ready)
		hold, is := action.(Hold)
		if is != held || is && hold.Line.Raw != input {
			t.Errorf("%q: %#v", input, action)
		}
	}
	if c, ok := Resolve("BDAT 12 LAST", oneRcpt).(Chunk); !ok || c.Line.Cmd.Size != 12 || !c.Line.Cmd.Last {
		t.Errorf("BDAT: %#v", c)
	}
}

// TestAsTyped: nothing but a second command is held back.
func TestAsTyped(t *testing.T) {
	for input, want := range map[string]Action{
		"MAIL FROM: <a>":  Send{Line: "MAIL FROM: <a>", AsTyped: true},
		"!MAIL FROM: <a>": Send{Line: "MAIL FROM: <a>", AsTyped: true},
		":note x":         Note{"x"},
	} {
		if got := ResolveAsTyped(input); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v", input, got)
		}
	}
	for _, input := range []string{"NOOP\r\nRSET", "NOOP\n", "\rNOOP"} {
		if got, ok := ResolveAsTyped(input).(Unclear); !ok {
			t.Errorf("%q: %#v", input, got)
		}
	}
}

func TestJudged(t *testing.T) {
	if ln := Judged("!MAIL FROM: <a@example.org>", ready); !ln.Held() || ln.Raw != "MAIL FROM: <a@example.org>" {
		t.Errorf("%+v", ln)
	}
}

func TestLocal(t *testing.T) {
	for input, want := range map[string]Action{
		"help":            Help{},
		"help  MAIL FROM": Help{"MAIL FROM"},
		"HELP x":          Help{"x"},
		"fix":             Fix{},
		"state":           Show{"state"},
		"caps":            Show{"caps"},
		"hist":            Show{"history"},
		"tls":             StartTLS{},
		"auth":            Login{},
		"auth plain":      Login{"PLAIN"},
		"data":            Data{},
		"data a b.eml ":   Data{"a b.eml"},
		"bdat a.eml":      BData{"a.eml", OneChunk},
		"bdat a.eml 64K":  BData{"a.eml", 65536},
		`bdat "a b" 9`:    BData{"a b", 9},
		"raw a.eml":       Raw{"a.eml", ""},
		`raw "a b" mx`:    Raw{"a b", "mx"},
		"end":             End{},
		"eod":             EndTest{},
		"eod lf-dot-lf":   EndTest{"lf-dot-lf", ""},
		"eod cr-dot-cr m": EndTest{"cr-dot-cr", "m"},
		"note all well":   Note{"all well"},
		"connect mx:587":  Reconnect{"mx:587"},
		"drop":            Drop{},
		"q":               Leave{},
	} {
		if got := local(input); got != want {
			t.Errorf(":%s: %#v", input, got)
		}
	}
}

func TestLocalUnclear(t *testing.T) {
	for input, says := range map[string]string{
		"":         ":help",
		"x":        ":help",
		"d":        ":data or :drop",
		"note":     "needs",
		"bdat":     "needs",
		"raw":      "needs",
		"bdat a b": "no size",
		"bdat a 0": "no size",
		"e":        ":end or :eod",
		"fix now":  "nothing",
	} {
		got, ok := local(input).(Unclear)
		if !ok || !strings.Contains(got.Text, says) {
			t.Errorf(":%s: %#v", input, got)
		}
	}
}

// TestLocals walks the rows.
func TestLocals(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Locals() {
		if row.Name == "" || row.Summary == "" || row.make == nil || seen[row.Name] {
			t.Errorf("row %+v", row)
		}
		seen[row.Name] = true
		args := ""
		if row.Args != "" {
			args = " x"
		}
		if got, unclear := local(row.Name + args).(Unclear); unclear {
			t.Errorf(":%s: %s", row.Name, got.Text)
		}
	}
	Locals()[0].Name = "changed"
	if locals[0].Name == "changed" {
		t.Error("the rows can be changed from outside")
	}
}

// TestStanding has words for every phase.
func TestStanding(t *testing.T) {
	for p := protocol.PhaseClosed; p <= protocol.PhaseClosing; p++ {
		if got := Standing(protocol.State{Phase: p, Hello: "EHLO"}); got == "" {
			t.Errorf("nothing for phase %s", p)
		}
	}
	if got := Standing(oneRcpt); got != "MAIL ok, 1 RCPT" {
		t.Errorf("%q", got)
	}
}
