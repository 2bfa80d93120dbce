package practice

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestAuth(t *testing.T) {
	plain := b64("\x00learner\x00practice")
	type step struct{ line, want string }
	tests := map[string][]step{
		"plain at once":          {{"AUTH PLAIN " + plain, "235 2.7.0"}, {"AUTH PLAIN " + plain, "503 5.5.1"}},
		"plain when asked":       {{"auth plain", "334"}, {plain, "235 2.7.0"}, {"MAIL FROM:<>", "250"}},
		"plain, empty at once":   {{"AUTH PLAIN =", "501 5.5.2"}},
		"plain, two parts":       {{"AUTH PLAIN " + b64("learner\x00practice"), "501 5.5.2"}},
		"plain, wrong":           {{"AUTH PLAIN " + b64("\x00learner\x00guess"), "535 5.7.8"}, {"AUTH PLAIN " + plain, "235 2.7.0"}},
		"login":                  {{"AUTH LOGIN", "334 " + b64("Username:")}, {b64("learner"), "334 " + b64("Password:")}, {b64("practice"), "235 2.7.0"}},
		"login with user name":   {{"AUTH LOGIN " + b64("learner"), "334 " + b64("Password:")}, {b64("practice"), "235 2.7.0"}},
		"login, wrong user":      {{"AUTH LOGIN " + b64("bob"), "334"}, {b64("practice"), "535 5.7.8"}},
		"login, nothing typed":   {{"AUTH LOGIN", "334"}, {"", "334"}, {"", "535 5.7.8"}},
		"cram with response":     {{"AUTH CRAM-MD5 " + plain, "501 5.7.0"}},
		"cram without blank":     {{"AUTH CRAM-MD5", "334"}, {b64("learner"), "501 5.5.2"}},
		"cram, wrong":            {{"AUTH CRAM-MD5", "334"}, {b64("learner 00"), "535 5.7.8"}},
		"unknown mechanism":      {{"AUTH GSSAPI", "504 5.5.4"}},
		"no mechanism":           {{"AUTH", "501 5.5.4"}},
		"cancelled":              {{"AUTH PLAIN", "334"}, {"*", "501 5.7.0"}, {"NOOP", "250"}},
		"not base64":             {{"AUTH PLAIN", "334"}, {"learner practice", "501 5.5.2"}, {"NOOP", "250"}},
		"commands are responses": {{"AUTH LOGIN", "334"}, {"QUIT", "334"}, {"*", "501 5.7.0"}},
		"line too long":          {{"AUTH PLAIN", "334"}, {strings.Repeat("x", 12287), "500 5.5.6"}, {"NOOP", "250"}},
		"longest line":           {{"AUTH LOGIN", "334"}, {strings.Repeat("eHh4", 3071), "334"}, {"*", "501 5.7.0"}},
		"not in a transaction":   {{"MAIL FROM:<>", "250"}, {"AUTH PLAIN " + plain, "503 5.5.1"}},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			c := ready(t, newServer(t, nil))
			for _, s := range steps {
				c.Writeln(s.line)
				c.Expect(s.want)
			}
		})
	}
}

// TestCRAM answers the challenge as RFC 2195 §2 says.
func TestCRAM(t *testing.T) {
	c := ready(t, newServer(t, nil))
	c.Writeln("AUTH CRAM-MD5")
	challenge, err := base64.StdEncoding.DecodeString(c.Expect("334")[0])
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(md5.New, []byte(Password))
	mac.Write(challenge)
	c.Writeln(b64(fmt.Sprintf("%s %x", Username, mac.Sum(nil))))
	c.Expect("235 2.7.0")
}

// TestLoginsBound: the third wrong password is the last.
func TestLoginsBound(t *testing.T) {
	c := ready(t, newServer(t, nil))
	for _, want := range []string{"535 5.7.8", "535 5.7.8", "421 4.7.0"} {
		c.Writeln("AUTH PLAIN " + b64("\x00learner\x00guess"))
		c.Expect(want)
	}
	c.ExpectEnd()
}
