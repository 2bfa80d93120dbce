package protocol

import "testing"

func TestMailLine(t *testing.T) {
	all := []string{"SIZE 1000000", "8BITMIME", "CHUNKING", "BINARYMIME", "SMTPUTF8"}
	text := MessageFacts{Size: 100, Exact: 90}
	eight := MessageFacts{Size: 100, Exact: 90, EightBit: true}
	utf8Header := MessageFacts{Size: 100, Exact: 90, EightBit: true, UTF8Header: true}
	binary := MessageFacts{Size: 100, Exact: 90, EightBit: true, Binary: true}
	for _, c := range []struct {
		name, from string
		facts      MessageFacts
		offers     []string
		want       string
	}{
		{"nothing offered", "a@example.org", binary, nil, "MAIL FROM:<a@example.org>"},
		{"text", "a@example.org", text, all, "MAIL FROM:<a@example.org> SIZE=100"},
		{"nothing known of the message", "a@example.org", MessageFacts{}, all, "MAIL FROM:<a@example.org>"},
		{"no limit named", "a@example.org", text, []string{"SIZE"}, "MAIL FROM:<a@example.org> SIZE=100"},
		{"over the limit", "a@example.org", text, []string{"SIZE 10"}, "MAIL FROM:<a@example.org> SIZE=100"},
		{"null reverse-path", "", text, all, "MAIL FROM:<> SIZE=100"},
		{"null reverse-path in brackets", "<>", text, nil, "MAIL FROM:<>"},
		{"in brackets", "<a@example.org>", text, nil, "MAIL FROM:<a@example.org>"},
		{"8-bit", "a@example.org", eight, all, "MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME"},
		{"8-bit, not offered", "a@example.org", eight, []string{"SIZE"}, "MAIL FROM:<a@example.org> SIZE=100"},
		{"UTF-8 header", "a@example.org", utf8Header, all, "MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME SMTPUTF8"},
		{"UTF-8 header, not offered", "a@example.org", utf8Header, []string{"8BITMIME"}, "MAIL FROM:<a@example.org> BODY=8BITMIME"},
		{"UTF-8 path", "ü@example.org", text, all, "MAIL FROM:<ü@example.org> SIZE=100 SMTPUTF8"},
		{"binary", "a@example.org", binary, all, "MAIL FROM:<a@example.org> SIZE=90 BODY=BINARYMIME"},
		{"binary without CHUNKING", "a@example.org", binary, []string{"SIZE", "8BITMIME", "BINARYMIME"}, "MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME"},
		{"binary without BINARYMIME", "a@example.org", binary, []string{"CHUNKING"}, "MAIL FROM:<a@example.org>"},
		{"binary without 8BITMIME", "a@example.org", binary, []string{"CHUNKING", "BINARYMIME"}, "MAIL FROM:<a@example.org> BODY=BINARYMIME"},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := envelopeOf(c.offers...)
			st.Phase, st.Hello = PhaseReady, "EHLO"
			got := MailLine(c.from, c.facts, st)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if ln := Parse(got, st); ln.Held() {
				t.Errorf("%s: %+v", got, ln.Diags)
			}
		})
	}
}

func TestRcptLine(t *testing.T) {
	st := at(t, mailText)
	for _, c := range []struct{ to, want string }{
		{"b@example.org", "RCPT TO:<b@example.org>"},
		{"<b@example.org>", "RCPT TO:<b@example.org>"},
		{"postmaster", "RCPT TO:<postmaster>"},
		{`"a>b"@example.org`, `RCPT TO:<"a>b"@example.org>`},
	} {
		if got := RcptLine(c.to); got != c.want || Parse(got, st).Held() {
			t.Errorf("%s: got %s, want %s, which can be sent", c.to, got, c.want)
		}
	}
	for _, to := range []string{"b@example.org\r\nQUIT", "", "b c@example.org"} {
		if got := RcptLine(to); !Parse(got, st).Held() {
			t.Errorf("%q is not held", got)
		}
	}
}
