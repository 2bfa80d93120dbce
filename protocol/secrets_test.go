package protocol

import "testing"

// TestSecretsScrub: what a login hides is hidden in what the server says of it.
func TestSecretsScrub(t *testing.T) {
	asked := State{AuthTried: true, Greeting: "tanstaaf.example.test"}
	answering := State{Phase: PhaseAuth, AuthTried: true, AuthMech: "LOGIN"}
	for _, c := range []struct {
		sent  []string // the first in no exchange, the others in one
		heard string
		want  string
	}{
		{[]string{"AUTH PLAIN AHRpbQBwYXNzLXdvcmQ="}, "535 no AHRpbQBwYXNzLXdvcmQ=, no pass-word", "535 no ***, no ***"},
		{[]string{"AUTH PLAIN =AHRpbQBwYXNzLXdvcmQ"}, "535-tim has no pass-word", "535-tim has no ***"},
		{[]string{"AUTH LOGIN", "dGltbXk=", "cGFzcy13b3Jk"}, "535 timmy, pass-word", "535 timmy, ***"},
		{[]string{"cGFzcy13b3Jk"}, "500 what is pass-word", "500 what is ***"},
		{[]string{"AUTH PLAIN AAAAMjUwIA=="}, "250 250 x", "250 ***x"},
		{[]string{"NOOP pass-word"}, "250 pass-word", "250 pass-word"},
	} {
		var s Secrets
		st := asked
		for _, line := range c.sent {
			s.Note(line, Parse(line, st).Cmd.Verb, st)
			st = answering
		}
		if got := s.Scrub([]byte(c.heard), asked); string(got) != c.want {
			t.Errorf("%q: %q is %q, want %q", c.sent, c.heard, got, c.want)
		}
	}
}

// A word that the server has in its own name stays, but in a login.
func TestSecretsCommon(t *testing.T) {
	var s Secrets
	s.Password("tanstaaf", State{Greeting: "tanstaaf.example.test"})
	for st, want := range map[*State]string{{AuthTried: true, Auth: "PLAIN"}: "221 tanstaaf closes", {AuthTried: true}: "221 *** closes"} {
		if got := s.Scrub([]byte("221 tanstaaf closes"), *st); string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
