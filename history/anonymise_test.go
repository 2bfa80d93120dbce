package history

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"smtpconsole/protocol"
)

func anonymised(t testing.TB, src Source) Source {
	t.Helper()
	out, err := src.Anonymise()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPseudonyms: each row goes to the same pseudonyms, in order.
func TestPseudonyms(t *testing.T) {
	p := newPseudonyms()
	for _, c := range []struct{ text, want string }{
		{"MAIL FROM:<ann@corp.com> SIZE=1", "MAIL FROM:<user1@host1.example> SIZE=1"},
		{"To: 'bob'@corp.com, Ann@CORP.com", "To: 'user2@host1.example, user3@host1.example"},
		{"AUTH=ann@corp.com ORCPT=rfc822;ann@corp.com", "AUTH=user1@host1.example ORCPT=rfc822;user1@host1.example"},
		{"bounce+bob=example.com@lists.corp.com", "user4@host2.example"},
		{"<mailto:ann@corp.com?subject=x>", "<mailto:user1@host1.example?subject=x>"},
		{"https://www.corp.com/a.html", "https://host3.example/a.html"},
		{`"ann b"@corp.com`, "user5@host1.example"},
		{"from mx.corp.internal ([10.0.0.1]:25, 10.0.0.1, 10.0.0.2)", "from host4.example ([192.0.2.1]:25, 192.0.2.1, 192.0.2.2)"},
		{"[IPv6:2a00::1] and 2a00::1: at 12:30:45", "[IPv6:2001:db8::1] and 2001:db8::1: at 12:30:45"},
		{"2a00:: 2a00::1. a:: : :: x", "2001:db8::2 2001:db8::1. 2001:db8::3 : :: x"},
		{"ann@[10.0.0.1]", "user1@[192.0.2.1]"},
		{"127.0.0.1 ::1 localhost ann@localhost", "127.0.0.1 ::1 localhost user1@localhost"},
		{"<postmaster@corp.com>", "<postmaster@host1.example>"},
		{"250 2.1.5 ok, see application/vnd.ms-excel, e.g. a.txt", "250 2.1.5 ok, see application/vnd.ms-excel, e.g. a.txt"},
		{"jörg@müller.de \xff ann@corp.com", "user6@host5.example \xff user1@host1.example"},
		{"https://www.corp.com/?u=ann%40corp.com&v=1", "https://host3.example/?u=user1%40host1.example&v=1"},
		{"mailto:ann%40corp.com, ann=40corp.com. SIZE=4096 x%40 a%40b", "mailto:user1%40host1.example, user1=40host1.example. SIZE=4096 x%40 a%40b"},
		{"ann%40corp.com@[10.0.0.1] SIZE=40 ann@corp.com", "user1%40host1.example@[192.0.2.1] SIZE=40 user1@host1.example"},
		{"<123@vm> vm", "<user7@host6.example> vm"},
	} {
		if got := p.exact(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	if got := p.loose("ann on vm, VM. 123 is a number"); got != "user1 on host6.example, host6.example. 123 is a number" {
		t.Errorf("loose: %q", got)
	}
}

// TestPseudonymAddresses: none is given out twice, and none is somebody's.
func TestPseudonymAddresses(t *testing.T) {
	p := newPseudonyms()
	seen := map[string]bool{}
	for i := range 3 * 254 {
		addr := p.nextAddress(true)
		if seen[addr] || strings.HasSuffix(addr, ".0") || strings.HasSuffix(addr, ".255") {
			t.Fatalf("%d: %s", i, addr)
		}
		seen[addr] = true
	}
	if got := []string{p.nextAddress(true), p.nextAddress(true), p.nextAddress(false)}; !reflect.DeepEqual(got, []string{"198.18.0.1", "198.18.0.2", "2001:db8::1"}) {
		t.Errorf("%q", got)
	}
}

// names are what of the session must not be read.
var exportNames = []string{"ann@", "bob", "corp", "partner", "vm", "198.51.100.", "2001:db8:9", "nobody"}

func TestAnonymise(t *testing.T) {
	for _, session := range []string{exportScript, plainScript} {
		src := anonymised(t, exporting(t, session))
		for _, f := range ExportFormats() {
			out, _ := export(t, f.Name, src)
			for _, name := range exportNames {
				if strings.Contains(strings.ToLower(out), name) {
					t.Errorf("%s holds %q:\n%s", f.Name, name, out)
				}
			}
		}
	}
	out, err := export(t, "text", anonymised(t, exporting(t, exportScript)))
	if err != nil {
		t.Fatal(err)
	}
	golden.RequireEqual(t, []byte(out))
}

// TestAnonymiseIsStable: twice the same, and what went in is as it was.
func TestAnonymiseIsStable(t *testing.T) {
	src := exporting(t, exportScript)
	before := collect(t, src)
	once, twice := collect(t, anonymised(t, src)), collect(t, anonymised(t, src))
	if !reflect.DeepEqual(once, twice) {
		t.Error("the second time is another")
	}
	if !reflect.DeepEqual(before, collect(t, src)) {
		t.Error("the session was changed")
	}
	if a, b := Steps(before), Steps(once); len(a) != len(b) {
		t.Errorf("%d steps became %d", len(a), len(b))
	}
	for i, ev := range once {
		same := ev.Seq == before[i].Seq && ev.Kind == before[i].Kind && ev.Cmd == before[i].Cmd && ev.For == before[i].For
		if !same || (ev.Reply == nil) != (before[i].Reply == nil) || ev.Reply != nil && ev.Reply.Code != before[i].Reply.Code {
			t.Errorf("%+v was %+v", ev, before[i])
		}
	}
}

// TestAnonymiseLines: what the place of a word says, where its form does not.
func TestAnonymiseLines(t *testing.T) {
	for text, want := range map[string]string{
		"EHLO vm":              "EHLO host1.example",
		"ehlo [10.0.0.1]":      "ehlo [192.0.2.1]",
		"EHLO":                 "EHLO",
		"VRFY bob":             "VRFY user1",
		"RCPT TO:<bob>":        "RCPT TO:<user1>",
		"rcpt to:<to> A=B":     "rcpt to:<user1> A=B",
		"RCPT TO:<Postmaster>": "RCPT TO:<Postmaster>",
		"NOOP mail.corp.com":   "NOOP host1.example",
		"AUTH PLAIN ***":       "AUTH PLAIN ***",
	} {
		a := anonymiser{names: newPseudonyms()}
		if got := a.line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	a := anonymiser{names: newPseudonyms()}
	got := a.reply("334 " + inBase64("<123.456@mx.corp.com>"))
	if want := "334 " + inBase64("<user1@host1.example>"); got != want {
		t.Errorf("challenge: %q, want %q", got, want)
	}
}

// TestAnonymisedSizes: chunks are announced as they are, digests are those of
// the new text, and a message beside the record has its own.
func TestAnonymisedSizes(t *testing.T) {
	large := bodyEvent("DATA", strings.Repeat("ann@corp.example\r\n", 5000))
	kept := large.Text
	large.Text = ""
	events := []protocol.Event{
		{Kind: protocol.KindClient, Cmd: "BDAT", Text: "BDAT 18 LAST"},
		bodyEvent("BDAT", "ann@corp.example\r\n"), large,
		{Kind: protocol.KindBody, Cmd: "DATA", Size: 5, SHA256: strings.Repeat("0", 64)},
	}
	src := anonymised(t, Source{Events: Each(events), Body: func(sum string) (io.ReadCloser, error) {
		if sum != large.SHA256 {
			return nil, errNotKept
		}
		return io.NopCloser(strings.NewReader(kept)), nil
	}})
	got := collect(t, src)
	if want := "BDAT 21 LAST"; got[0].Text != want || got[1].Size != 21 || got[1].Text != "user1@host1.example\r\n" {
		t.Errorf("%+v, %+v", got[0], got[1])
	}
	body, err := src.open(got[2])
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	sum := sha256.Sum256(text)
	if err != nil || string(text) != strings.Repeat("user1@host1.example\r\n", 5000) || got[2].Size != int64(len(text)) || got[2].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%d octets, %v, %+v", len(text), err, got[2])
	}
	if got[3].SHA256 != "" || got[3].Size != 5 {
		t.Errorf("not kept: %+v", got[3])
	}
}

// TestAnonymiseEvents: what else events tell of this machine and the other.
func TestAnonymiseEvents(t *testing.T) {
	held := protocol.HeldLine("RCPT TO:<bob@corp.com", protocol.State{})
	ev := bodyEvent("DATA", "a\r\n")
	ev.Path = "/home/ann/mail.eml"
	src := anonymised(t, Source{Header: Header{Target: "corp.com", Label: "ann@corp.com"}, Events: Each([]protocol.Event{held, ev})})
	got := collect(t, src)
	if src.Header.Target != "host1.example" || src.Header.Label != "user2@host1.example" {
		t.Errorf("%+v", src.Header)
	}
	if got[0].Text != "RCPT TO:<user1@host1.example" || len(got[0].Diags) != len(held.Diags) || got[1].Path != "" {
		t.Errorf("%+v", got)
	}
	for _, d := range got[0].Diags {
		if d.Fix != "" || strings.Contains(d.Message, "bob") || d.Span != (protocol.Span{}) {
			t.Errorf("%+v", d)
		}
	}
}

// BenchmarkAnonymise is for the speed at which a large message passes.
func BenchmarkAnonymise(b *testing.B) {
	src := Source{Events: Each([]protocol.Event{bodyEvent("DATA", strings.Repeat("Some words from ann@corp.example at mx1.corp.example, 10.0.0.1, and QmFzZTY0\r\n", 10000))})}
	b.SetBytes(780000)
	for b.Loop() {
		if _, err := src.Anonymise(); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzPseudonyms: any text passes, and passes the same way twice.
func FuzzPseudonyms(f *testing.F) {
	f.Add("ann@corp.com [IPv6:2a00::1]: 10.0.0.1 \"a\\\" b\"@[x] :: a:b: mx.corp.com.")
	f.Add(exportMessage)
	f.Fuzz(func(t *testing.T, text string) {
		p := newPseudonyms()
		p.loose(text)
		if once, twice := p.loose(text), p.loose(text); once != twice {
			t.Errorf("%q: %q, then %q", text, once, twice)
		}
	})
}
