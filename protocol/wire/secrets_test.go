package wire_test

import (
	"strings"
	"testing"

	"smtpconsole/protocol/wire"
)

func TestSecretsNeverComeBack(t *testing.T) {
	const (
		token = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm" // \0tim\0tanstaaftanstaaf
		name  = "bGVhcm5lckBleGFtcGxlLnRlc3Q=" // learner@example.test
		pass  = "cGFzcy13b3Jk"                 // pass-word
	)
	c, tp := pair(t, wire.Options{},
		"S: 220 ready", "C: EHLO me.example.test", "S: 250-x", "S: 250 AUTH PLAIN LOGIN",
		"C: AUTH PLAIN "+token, "S: 501-cannot read "+token, "S: 501 nor tanstaaftanstaaf",
		"C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: "+name, "S: 334 UGFzc3dvcmQ6", "C: "+pass, "S: 535 no",
		"C: MAIL FROM:<learner@example.test>", "S: 250 learner@example.test ok, "+pass+" and pass-word not")
	greeted(t, c)
	must(t, c, "EHLO me.example.test", 250)
	if r := must(t, c, "AUTH PLAIN "+token, 501); r.Lines[0] != "cannot read ***" || r.Lines[1] != "nor ***" {
		t.Errorf("the reply is %q", r.Lines)
	}
	must(t, c, "AUTH LOGIN", 334)
	must(t, c, name, 334)
	must(t, c, pass, 535)
	if r := must(t, c, "MAIL FROM:<learner@example.test>", 250); r.Lines[0] != "learner@example.test ok, *** and *** not" {
		t.Errorf("the reply is %q", r.Lines)
	}
	for _, ev := range tp.all() {
		b, _ := ev.MarshalJSON()
		for _, secret := range []string{token, "tanstaaf", name, pass, "pass-word"} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%q is in %s", secret, b)
			}
		}
	}
}

// The code and its separator are never part of a secret.
func TestSecretLikeACode(t *testing.T) {
	c, _ := pair(t, wire.Options{}, "S: 220 x", "C: AUTH PLAIN AAAAMjUwIA==", "S: 250 250 AAAAMjUwIA== and more")
	greeted(t, c)
	if r := must(t, c, "AUTH PLAIN AAAAMjUwIA==", 250); r.Lines[0] != "****** and more" {
		t.Errorf("the reply is %q", r.Lines)
	}
}

// A server that takes a token whose padding is wrong may repeat what it reads.
func TestSecretBadlyPadded(t *testing.T) {
	for _, token := range []string{"=AHRpbQBwYXNzLXdvcmQ=", "AHRpbQBwYXNzLXdvcmQ", "AHRpbQBwYXNzLXdvcmQ===="} {
		c, _ := pair(t, wire.Options{}, "S: 220 x", "C: AUTH PLAIN "+token, "S: 535 not pass-word")
		greeted(t, c)
		if r := must(t, c, "AUTH PLAIN "+token, 535); strings.Contains(r.Lines[0], "pass-word") {
			t.Errorf("%s: the reply is %q", token, r.Lines)
		}
	}
}
