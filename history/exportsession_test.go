package history

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// The login of the session below, in the forms that a secret could take.
const (
	exportUser     = "ann-login"
	exportPassword = "Geheim-4711"
)

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// exportMessage has what formats could stumble over: dots, fences, quotes,
// marks of printf and swaks, octets that are no ASCII.
const exportMessage = "From: \"Ann\" <ann@corp.example>\r\nTo: bob@partner.example\r\nSubject: it's 100% \\n\r\n" +
	"\tfolded\r\nReceived: from vm (vm.corp.example [198.51.100.7])\r\n\tby mx1.corp.example\r\n\r\n" +
	"-hyphen\r\n.dot\r\n```\r\n%DATE% caf\u00e9 \x1b[2J\r\n\r\n"

// exportScript is a session with a line for each thing that formats differ in.
var exportScript = `
# connect mx1.corp.example (198.51.100.9:25)
S: 220 mx1.corp.example ESMTP ready
C: EHLO vm
S: 250-mx1.corp.example greets vm
S: 250-PIPELINING
S: 250 STARTTLS
C: STARTTLS
S: 220 2.0.0 go on
# tls
C: EHLO vm
S: 250-mx1.corp.example greets vm
S: 250 AUTH PLAIN LOGIN
C: AUTH PLAIN ` + inBase64("\x00"+exportUser+"\x00"+exportPassword) + `
S: 535 5.7.8 no
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: ` + inBase64(exportUser) + `
S: 334 UGFzc3dvcmQ6
C: ` + inBase64(exportPassword) + `
S: 235 2.7.0 welcome
C: MAIL FROM:<ann@corp.example> SIZE=200
C: RCPT TO:<bob@partner.example>
C: RCPT TO:<nobody@partner.example>
S: 250 2.1.0 <ann@corp.example> ok
S: 250 2.1.5 bob ok
S: 550 5.1.1 <nobody@partner.example>: not at partner.example |` + "\x1b[2J" + `
C: DATA
S: 354 go on
# message
S: 250 2.0.0 queued as 4QX for bob@partner.example
C: QUIT
S: 221 2.0.0 mx1.corp.example says goodbye
# close
`

// plainScript is a session that nc can hold.
const plainScript = `
# connect [2001:db8:9::1]:2525
S: 220 vm ESMTP
C: HELO client.corp.example
S: 250 vm
C: MAIL FROM:<ann@corp.example>
S: 250 ok
C: RCPT TO:<bob@partner.example>
S: 250 ok
C: BDAT 10
# chunk Subject: a
S: 250 ok
C: BDAT 2 LAST
# chunk b.
S: 250 ok
C: NOOP
S: 250 ok
`

// exporting records a conversation, and is its source.
func exporting(t testing.TB, script string) Source {
	t.Helper()
	store, rec := create(t, Header{Start: noon, Target: "mx1.corp.example"})
	l := NewLog(rec, clock())
	var lines []string
	for line := range strings.Lines(strings.TrimLeft(script, "\n")) {
		ev := exportEvent(strings.TrimSuffix(line, "\n"), l.State(), &lines)
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

// exportEvent reads one line of a conversation; lines are those of a reply that
// is not whole yet.
func exportEvent(line string, st protocol.State, lines *[]string) protocol.Event {
	mark, text, _ := strings.Cut(line, " ")
	switch mark {
	case "C:":
		return protocol.ClientLine(text, st)
	case "S:":
		ev := protocol.Event{Kind: protocol.KindServer, Text: text}
		*lines = append(*lines, text[4:])
		if text[3] == ' ' {
			code, _ := strconv.Atoi(text[:3])
			ev.Reply = &protocol.Reply{Code: code, Lines: *lines}
			if enhanced, _, _ := strings.Cut(text[4:], " "); strings.Count(enhanced, ".") == 2 && enhanced[0] == text[0] {
				ev.Reply.Enhanced = enhanced
			}
			*lines = nil
		}
		return ev
	}
	kind, rest, _ := strings.Cut(text, " ")
	switch kind {
	case "message":
		return bodyEvent("DATA", exportMessage)
	case "chunk":
		return bodyEvent("BDAT", rest)
	case "implicit":
		return protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{Version: "TLS 1.3", Implicit: true}}
	case "tls":
		return protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{
			Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", ServerName: "mx1.corp.example", Verified: true,
			Verdict: "verified: issued by \"CN=Corp Authority\"",
			Chain:   []protocol.Certificate{{Subject: "CN=mx1.corp.example", Issuer: "CN=Corp Authority", Names: []string{"mx1.corp.example"}}},
		}}
	}
	return protocol.Event{Kind: protocol.Kind(kind), Text: rest}
}

func bodyEvent(cmd, text string) protocol.Event {
	sum := sha256.Sum256([]byte(text))
	return protocol.Event{Kind: protocol.KindBody, Cmd: cmd, Text: text, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
}

// export is the session in a format.
func export(t testing.TB, format string, src Source) (string, error) {
	t.Helper()
	f, err := FindExportFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err = f.Write(&out, src)
	return out.String(), err
}
