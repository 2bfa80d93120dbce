package line

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// scriptRemarks are what Check says of a script, as "line code severity", and how
// many lines are wrong.
func scriptRemarks(t *testing.T, text string, vars ...string) (remarks []string, wrong int) {
	t.Helper()
	var out bytes.Buffer
	wrong, err := Check(&out, strings.NewReader(text), CheckOptions{JSON: true, Vars: vars})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Diags {
			if d.Severity > protocol.Hint {
				remarks = append(remarks, fmt.Sprint(f.Line, " ", d.Code, " ", d.Severity))
			}
		}
	}
	return remarks, wrong
}

// TestCheckScriptDialogue judges what a script sends, line by line.
func TestCheckScriptDialogue(t *testing.T) {
	const head = `{"format":"smtpconsole-session/1"}` + "\n"
	const hello = head + `{"kind":"client","text":"EHLO a.example"}` + "\n"
	const mail = hello + `{"kind":"client","text":"MAIL FROM:<a@b.example>"}` + "\n"
	const rcpt = mail + `{"kind":"client","text":"RCPT TO:<b@b.example>"}` + "\n"
	const record = `{"format":"smtpconsole-session/1","id":"20261121T180355Z-4f2a","start":"2026-11-21T18:03:55Z","target":"x"}` + "\n"
	for _, c := range []struct {
		name, text string
		wrong      int
		want       []string
	}{
		{"grammar", hello + `{"kind":"client","text":"MAIL FROM:a@b.example"}`, 1, []string{"3 path.brackets error"}},
		{"on purpose", hello + `{"kind":"client","text":"MAIL FROM:a@b.example","as_typed":true}`, 0, []string{"3 path.brackets warning"}},
		{"to be refused", hello + `{"kind":"client","text":"MAIL FROM:a@b.example","expect":{"class":5}}`, 0, []string{"3 path.brackets warning"}},
		{"to be taken", hello + `{"kind":"client","text":"MAIL FROM:a@b.example","expect":{"code":250}}`, 1, []string{"3 path.brackets error"}},
		{"sequence", head + `{"kind":"client","text":"MAIL FROM:<a@b.example>"}`, 1, []string{"2 sequence.hello error"}},
		{"behind a refusal", mail + `{"kind":"client","text":"RCPT TO:<b@b.example>","expect":{"code":550}}` + "\n" + `{"kind":"client","text":"DATA"}`, 1, []string{"5 sequence.rcpt error"}},
		{"a whole message", rcpt + `{"kind":"client","text":"DATA"}` + "\n" + `{"kind":"body","text":"a"}` + "\n" + `{"kind":"client","text":"QUIT"}`, 0, nil},
		{"no message", rcpt + `{"kind":"client","text":"DATA"}` + "\n" + `{"kind":"client","text":"QUIT"}`, 1, []string{"6 script.command error"}},
		{"no DATA", rcpt + `{"kind":"body","text":"a"}`, 1, []string{"5 script.message error"}},
		{"chunks", rcpt + `{"kind":"client","text":"BDAT 1"}` + "\n" + `{"kind":"body","text":"a"}` + "\n" + `{"kind":"client","text":"BDAT 1 LAST"}` + "\n" + `{"kind":"body","text":"a"}` + "\n" + `{"kind":"client","text":"QUIT"}`, 0, nil},
		{"twice TLS", hello + `{"kind":"tls"}` + "\n" + `{"kind":"client","text":"EHLO a.example"}` + "\n" + `{"kind":"tls"}`, 1, []string{"5 sequence.again error"}},
		{"login", hello + `{"kind":"auth","mechanism":"PLAIN"}` + "\n" + `{"kind":"client","text":"MAIL FROM:<a@b.example>"}`, 0, nil},
		{"a login of another kind", hello + `{"kind":"auth","mechanism":"FOO"}`, 1, []string{"3 script.mechanism error"}},
		{"a secret", hello + `{"kind":"auth","mechanism":"LOGIN"}` + "\n" + `{"kind":"client","text":"c2VjcmV0"}`, 1, []string{"4 script.secret error"}},
		{"a variable", hello + `{"kind":"client","text":"MAIL FROM:${a}"}` + "\n" + `{"kind":"client","text":"MAIL FROM:${a}"}`, 0, []string{"3 script.variable warning"}},
		{"two commands in one", hello + `{"kind":"client","text":"NOOP\r\nRSET"}`, 1, []string{"3 script.line error"}},
		{"unknown word", hello + `{"kind":"client","text":"NOOP","expct":{"code":250}}`, 1, []string{"3 script.line error"}},
		{"a record", record + `{"seq":1,"kind":"client","text":"MAIL FROM:a@b.example"}`, 0, []string{"2 sequence.hello warning", "2 path.brackets warning"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, wrong := scriptRemarks(t, c.text)
			if !slices.Equal(got, c.want) || wrong != c.wrong {
				t.Errorf("%d wrong, %q\nnot %d, %q", wrong, got, c.wrong, c.want)
			}
		})
	}
}

// TestCheckScriptVars judges a script with the values it will have.
func TestCheckScriptVars(t *testing.T) {
	const text = `{"format":"smtpconsole-session/1"}` + "\n" + `{"kind":"client","text":"EHLO ${name}"}`
	if got, wrong := scriptRemarks(t, text, "name=a b"); wrong != 1 || !slices.Contains(got, "2 hello.extra error") {
		t.Errorf("%d wrong, %q", wrong, got)
	}
	for _, vars := range []string{"nmae=a", "name"} {
		if _, err := Check(&bytes.Buffer{}, strings.NewReader(text), CheckOptions{Vars: []string{vars}}); err == nil {
			t.Errorf("%q is taken", vars)
		}
	}
	if _, err := Check(&bytes.Buffer{}, strings.NewReader("NOOP\n"), CheckOptions{Vars: []string{"a=b"}}); err == nil {
		t.Error("a dialogue has no variables")
	}
}

// FuzzCheckScript judges any script, and comes to an end.
func FuzzCheckScript(f *testing.F) {
	f.Add(lmtpScript)
	f.Add(replayScript + `{"kind":"auth"}` + "\n" + `{"kind":"body","raw":true,"text":"a"}` + "\n" + `{"kind":"client","text":"${a}"}`)
	f.Add(`{"format":"smtpconsole-session/1","id":"x"}` + "\n" + `{"kind":"client","text":"MAIL FROM:<a@b> PRDR"}` + "\n" + `{"kind":"server","reply":{"code":353,"lines":[""]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, json := range []bool{false, true} {
			if wrong, err := Check(&bytes.Buffer{}, strings.NewReader(text), CheckOptions{JSON: json}); err == nil && wrong < 0 {
				t.Error(wrong)
			}
		}
	})
}
