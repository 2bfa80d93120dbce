package history

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// namelessTalk is a session in which a name stands wherever one can. What is in
// braces is an original: of a user, a host, an address, a person.
const namelessTalk = `
# connect {host1} ({addr1}:25)
S: 220 {host1} ESMTP ready for {host2}
C: EHLO {host2}
S: 250-{host1} Hello {host2} [{addr2}], pleased to meet you
S: 250-SIZE 1000000
S: 250 AUTH LOGIN CRAM-MD5 DIGEST-MD5
C: AUTH CRAM-MD5
S: 334 {cram}
C: {answer}
S: 535 5.7.8 {user1}: authentication failed for user={user1} from {host2}[{addr2}]
C: AUTH DIGEST-MD5
S: 334 {realm}
C: *
S: 501 5.7.0 {user1} canceled
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: {answer}
S: 334 UGFzc3dvcmQ6
C: {answer}
S: 235 2.7.0 Authenticated as {user1}
C: XCLIENT NAME={host3} ADDR={addr2} LOGIN={xtext2} HELO={host3}
S: 220 {host1} ESMTP
C: EHLO {host2}
S: 250 {host1} at your service, [{addr2}]
C: VRFY {user2}
S: 250 2.1.5 {person1} <{user2}@{host3}>
C: EXPN {user3}@{host1}
S: 250-2.1.5 {person1} <{user2}@{host3}>
S: 250 2.1.5 {person2} <{user3}@{host1}>
C: ETRN {host3}
S: 458 Unable to queue messages for node {host3}
C: MAIL FROM:<{user1}@{host2}> SIZE={size} AUTH={xtext1} ENVID={xtext2}-1
S: 250 2.1.0 {user1}@{host2}... Sender ok
C: RCPT TO:<@{host1},@{host3}:{user2}@{host3}> ORCPT=rfc822;{xtext2}
S: 250 2.1.5 {USER2} ok
C: RCPT TO:<{user3}>
S: 550 5.1.1 {user3}: user unknown in table of {host1}
C: RCPT TO:<{user3}@[{addr1}]>
S: 451 4.7.1 try later, {user3}@[{addr1}] from [{addr2}]
C: DATA
S: 354 go on
# message
S: 250 2.0.0 queued as 4QX by {host1} for {user2}@{host3}
C: NOOP {user1}@{host2}
S: 250 2.0.0 ok {user1}
# note for {user1} of {host3}, read from "/home/{user1}/mail.eml"
# error lookup {host3}: no such host on {addr1}
# held RCPT TO {user2}@{host3}
C: QUIT
S: 221 2.0.0 {host1} closing
# close the server {host1} closed the connection
`

const namelessMessage = "Return-Path: <{user1}@{host2}>\r\nReceived: from {host2} ({host3} [{addr2}])\r\n\tby {host1} (Postfix) for <{user2}@{host3}>\r\n" +
	"From: {person1} <{user1}@{host2}>\r\nTo: \"{person2}\" <{user2}@{host3}>,\r\n\t{user3}@{host1} ({person1})\r\nMessage-ID: <1234.5@{host2}>\r\n" +
	"Subject: about {user2}@{host3}\r\n\r\nWrite to {user1}@{host2}, or to <mailto:{user3}@{host1}>.\r\n.{user2}@{host3} at [{addr1}]\r\n"

// The originals that are drawn from.
var (
	namedUsers   = []string{"annelise", "o.hara", "zoëfoo", "grünwald+tag", "x_ypsilon", "b-robert", `"quincy quux"`, "MixedCase"}
	namedHosts   = []string{"vmalpha", "mx.corpone.com", "gw.branch.lan", "müllerei.de", "xn--mllerei-n2a.de", "relay.a.b.example.co.uk", "workstation7"}
	namedAddrs   = []string{"10.11.12.13", "203.0.114.7", "2a00:1450:4001::1b", "fe80::9", "172.16.254.1"}
	namedPersons = []string{"Gwendolyn Fitz", "=?utf-8?Q?J=C3=B6rgen?=", "Köster", "Dr. Watson"}
)

// drawn are originals by their place in the text, and the words that must not be
// read in what is exported.
func drawn(random *rand.Rand) (places map[string]string, originals []string) {
	places = map[string]string{}
	take := func(name string, list []string, n int) {
		for i, at := range random.Perm(len(list))[:n] {
			places["{"+name+string(rune('1'+i))+"}"] = list[at]
			originals = append(originals, list[at])
		}
	}
	take("user", namedUsers, 3)
	take("host", namedHosts, 3)
	take("addr", namedAddrs, 2)
	take("person", namedPersons, 2)
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	xtext := strings.NewReplacer("+", "+2B", " ", "+20", `"`, "+22")
	places["{xtext1}"], places["{xtext2}"] = xtext.Replace(places["{user1}"]), xtext.Replace(places["{user2}"])
	places["{USER2}"] = strings.ToUpper(places["{user2}"])
	places["{cram}"] = encoded("<1896.697170952@" + places["{host1}"] + ">")
	places["{realm}"] = encoded(`realm="` + places["{host3}"] + `",nonce="OA6MG9tEQGm2hh",qop="auth"`)
	places["{answer}"] = encoded(places["{user1}"])
	originals = append(originals, places["{cram}"], places["{realm}"], places["{answer}"])
	for _, user := range namedUsers[:7] {
		originals = append(originals, strings.FieldsFunc(user, func(r rune) bool { return r == ' ' || r == '"' })...)
	}
	return places, originals
}

// filled is text with originals in the places.
func filled(text string, places map[string]string) string {
	for place, original := range places {
		text = strings.ReplaceAll(text, place, original)
	}
	return text
}

// namedSession is the session with originals in it.
func namedSession(t *testing.T, places map[string]string) Source {
	t.Helper()
	message := filled(namelessMessage, places)
	places["{size}"] = "90"
	store, rec := create(t, Header{Start: noon, Target: places["{host1}"] + ":25", Label: "for " + places["{user1}"] + "@" + places["{host2}"], Client: "test"})
	l := NewLog(rec, clock())
	var lines []string
	for line := range strings.Lines(strings.TrimPrefix(filled(namelessTalk, places), "\n")) {
		line = strings.TrimSuffix(line, "\n")
		ev := exportEvent(line, l.State(), &lines)
		if ev.Kind == protocol.KindBody {
			ev = bodyEvent("DATA", message)
		}
		if held, ok := strings.CutPrefix(line, "# held "); ok {
			ev = protocol.HeldLine(held, l.State())
		}
		l.Append(ev)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	src, err := store.Source(rec.Header().ID)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestAnonymiseLeaksNothing draws sessions, and looks for what stood in them in
// each form that they leave in.
func TestAnonymiseLeaksNothing(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 4))
		places, originals := drawn(random)
		src := anonymised(t, namedSession(t, places))
		for _, f := range ExportFormats() {
			out, err := export(t, f.Name, src)
			if err != nil && out != "" {
				t.Errorf("%s: %v", f.Name, err)
			}
			lower := strings.ToLower(out)
			for _, original := range originals {
				if strings.Contains(lower, strings.ToLower(original)) {
					i := strings.Index(lower, strings.ToLower(original))
					t.Errorf("seed %d: %s holds %q: …%q…", seed, f.Name, original, out[max(0, i-60):min(len(out), i+60)])
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}

// TestAnonymiseSameNames: one original has one pseudonym, and another has another.
func TestAnonymiseSameNames(t *testing.T) {
	places, _ := drawn(rand.New(rand.NewPCG(7, 4)))
	places["{user1}"], places["{user2}"] = "annelise", "x_ypsilon"
	events := collect(t, anonymised(t, namedSession(t, places)))
	find := func(begins string) string {
		i := slices.IndexFunc(events, func(ev protocol.Event) bool { return strings.HasPrefix(ev.Text, begins) })
		if i < 0 {
			t.Fatalf("nothing begins with %q", begins)
		}
		return strings.Fields(events[i].Text + " -")[len(strings.Fields(begins))]
	}
	from := find("MAIL")
	if vrfy, as := find("VRFY"), find("235 2.7.0 Authenticated as"); !strings.Contains(from, as+"@") || vrfy == as {
		t.Errorf("%s, %s, %s", from, vrfy, as)
	}
	if hello, greeting := find("EHLO"), find("220"); hello == greeting || !strings.Contains(from, "@"+hello+">") {
		t.Errorf("%s, %s, %s", from, hello, greeting)
	}
	var body protocol.Event
	for _, ev := range events {
		if ev.Kind == protocol.KindBody {
			body = ev
		}
	}
	mail := events[slices.IndexFunc(events, func(ev protocol.Event) bool { return ev.Cmd == "MAIL" })]
	size, _ := protocol.Parse(mail.Text, protocol.State{}).Cmd.Param("SIZE")
	if was := int64(len(filled(namelessMessage, places))); size == "90" || announced("MAIL FROM:<> SIZE=90", body.Size-was) != "MAIL FROM:<> SIZE="+size {
		t.Errorf("SIZE=%s, %d octets were %d", size, body.Size, was)
	}
}

// TestAnnounced: the size of MAIL follows its message, whatever letters stand
// before it.
func TestAnnounced(t *testing.T) {
	for line, want := range map[string]string{
		"MAIL FROM:<a@b> SIZE=90":               "MAIL FROM:<a@b> SIZE=83",
		"mail from:<a@b> size=90 BODY=8BITMIME": "mail from:<a@b> size=83 BODY=8BITMIME",
		"MAIL FROM:<a@b> XX=ɐɐɐɐɐɐɐɐ SIZE=5":    "MAIL FROM:<a@b> XX=ɐɐɐɐɐɐɐɐ SIZE=0",
		"MAIL FROM:<a@b> SIZE=many  BODY=7BIT":  "MAIL FROM:<a@b> SIZE=many  BODY=7BIT",
		"MAIL FROM:<a@b>":                       "MAIL FROM:<a@b>",
	} {
		if got := announced(line, -7); got != want {
			t.Errorf("%q: %q", line, got)
		}
	}
}
