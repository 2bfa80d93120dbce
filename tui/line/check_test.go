package line

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// checked is one object of the JSON that check prints.
type checked struct {
	Line  int     `json:"line"`
	Text  *string `json:"text"`
	Bytes []byte  `json:"bytes"`
	Diags []struct {
		Code     string  `json:"code"`
		Severity string  `json:"severity"`
		Start    *int    `json:"start"`
		End      *int    `json:"end"`
		Message  string  `json:"message"`
		Fix      *string `json:"fix"`
		Ref      string  `json:"ref"`
	} `json:"diags"`
}

// checkLines runs check on text and reads its JSON back.
func checkLines(t *testing.T, text string) (lines []checked, held int) {
	t.Helper()
	var out bytes.Buffer
	held, err := Check(&out, strings.NewReader(text), CheckOptions{JSON: true})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		var c checked
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if c.Line != len(lines)+1 || c.Text == nil || c.Diags == nil {
			t.Errorf("line %d: %s", len(lines)+1, line)
		}
		lines = append(lines, c)
	}
	return lines, held
}

// Lines that lead to a state.
const (
	helloed = "EHLO client.example.org\n"
	mailed  = helloed + "MAIL FROM:<ann@example.org>\n"
	rcpted  = mailed + "RCPT TO:<bob@example.org>\n"
	sent    = rcpted + "DATA\nSubject: x\n\nMAIL FROM: <a\n..\n.\n"
)

// TestCheckLines has each line in the state where it would be typed, with the
// severity and the fix it must get.
func TestCheckLines(t *testing.T) {
	for _, c := range []struct{ before, line, severity, fix string }{
		{helloed, "MAIL FROM: <a@example.org>", "error", "MAIL FROM:<a@example.org>"},
		{helloed, "MAIL FROM:a@example.org", "error", "MAIL FROM:<a@example.org>"},
		{helloed, "mail from:<a@example.org>", "", ""},
		{helloed, "MAIL FROM:<>", "", ""},
		{mailed, "RCPT TO:<>", "error", ""},
		{mailed, "RCPT TO:<postmaster>", "", ""},
		{mailed, "RCPT TO:<user>", "error", ""},
		{"", "HELO", "error", ""},
		{"", "EHLO [127.0.0.1]", "", ""},
		{"", "EHLO [IPv6:::1]", "", ""},
		{"", "EHLO [::1]", "error", "EHLO [IPv6:::1]"},
		{helloed, "MAIL FROM:<a..b@example.org>", "error", `MAIL FROM:<"a..b"@example.org>`},
		{mailed, "RCPT TO:<@relay.example:u@example.org>", "warning", "RCPT TO:<u@example.org>"},
		{rcpted, "DATA now", "error", "DATA"},
		{mailed, "DATA", "error", ""},
		{mailed, "MAIL FROM:<a@example.org>", "error", ""},
		{"", "MAIL FROM:<a@example.org>", "error", ""},
		{sent, "SEND", "error", ""},
		{sent, "MAIL FROM:<a@example.org>", "", ""},
		{helloed, "MAIL FROM:<a@example.org> BODY=8BITMIME", "", ""}, // nothing is not offered
		{helloed + "STARTTLS\n", "STARTTLS", "error", ""},
		{helloed + "STARTTLS\n" + helloed, "STARTTLS", "error", ""},
		{"MAIL FROM: <a@example.org>\n" + helloed, "MAIL FROM:<a@example.org>", "", ""},
		{helloed + "MAIL FROM: <a@example.org>\n", "RCPT TO:<b@example.org>", "", ""}, // taken as mended
		{"DATA\nQUIT\n.\n", "EHLO client.example.org", "", ""},                        // taken as accepted
		{rcpted + "BDAT 7\nDATA x\n", "BDAT 0 LAST", "", ""},
		{rcpted + "BDAT 5 LAST\nhello\n", "MAIL FROM:<a@example.org>", "", ""},
		{helloed + "AUTH LOGIN\nbGVhcm5lcg==\ncHJhY3RpY2U=\n", "MAIL FROM:<a@example.org>", "", ""},
	} {
		t.Run(c.line, func(t *testing.T) {
			lines, _ := checkLines(t, c.before+c.line)
			last := lines[len(lines)-1]
			severity, fix := "", ""
			for _, d := range last.Diags {
				if d.Code == "" || d.Message == "" || d.Ref == "" || d.Start == nil || d.End == nil || *d.End > len(c.line) || *d.Start > *d.End {
					t.Errorf("incomplete: %+v", d)
				}
				if severity != "error" {
					severity = d.Severity
				}
				if d.Fix != nil && fix == "" {
					fix = *d.Fix
				}
			}
			if severity != c.severity || fix != c.fix || *last.Text != c.line {
				t.Errorf("severity %q, fix %q, text %q", severity, fix, *last.Text)
			}
		})
	}
}

// TestCheckEnds has the ways in which lines end.
func TestCheckEnds(t *testing.T) {
	for text, want := range map[string][]string{
		"":                     nil,
		"NOOP":                 {"NOOP"},
		"NOOP\n":               {"NOOP"},
		"NOOP\r\nRSET\n\nHELP": {"NOOP", "RSET", "", "HELP"},
		"caf\xe9":              {"caf\uFFFD"},
	} {
		lines, _ := checkLines(t, text)
		var got []string
		for _, l := range lines {
			got = append(got, *l.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
	if lines, _ := checkLines(t, "caf\xe9"); string(lines[0].Bytes) != "caf\xe9" {
		t.Errorf("bytes %q", lines[0].Bytes)
	}
}

// TestCheckSecrets: the text has stars for the octets of a secret, and no fix
// repeats them.
func TestCheckSecrets(t *testing.T) {
	lines, held := checkLines(t, helloed+"AUTH  PLAIN AGEAYg==\nAUTH LOGIN\nbGVhcm5lcg==\n")
	for i, want := range []string{"EHLO client.example.org", "AUTH  PLAIN ********", "AUTH LOGIN", "************"} {
		if got := *lines[i].Text; got != want {
			t.Errorf("line %d: %q, not %q", i+1, got, want)
		}
		for _, d := range lines[i].Diags {
			if d.Fix != nil {
				t.Errorf("line %d has the fix %q", i+1, *d.Fix)
			}
		}
	}
	if held == 0 {
		t.Error("two spaces are no error")
	}
}

func TestCheckText(t *testing.T) {
	var out strings.Builder
	held, err := Check(&out, strings.NewReader(helloed+"MAIL FROM: <a@example.org>\n"), CheckOptions{})
	want := "2: MAIL FROM: <a@example.org>\n" +
		"             ^ error: "
	if err != nil || held != 1 || !strings.HasPrefix(out.String(), want) || !strings.HasSuffix(out.String(), "\n2 lines, 1 with errors\n") {
		t.Errorf("%d, %v:\n%s", held, err, out.String())
	}
}
