package history

import (
	"bufio"
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// TestPrintf asks a shell what every octet comes to.
func TestPrintf(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	var all []byte
	for c := range 256 {
		all = append(all, byte(c))
	}
	for _, text := range [][]byte{all, []byte("-n %s\\n'\r\n"), bytes.Repeat(all, 20)} {
		var script bytes.Buffer
		s := printfWriter{w: bufio.NewWriter(&script)}
		if _, err := s.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.flush(), s.w.Flush()); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(sh, "-c", script.String()).Output()
		if err != nil || !bytes.Equal(out, text) {
			t.Errorf("%q came to %q, %v", text, out, err)
		}
	}
}

func TestShellWord(t *testing.T) {
	for text, want := range map[string]string{"mx.example.org": "mx.example.org", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "a\nb": `'a\nb'`} {
		if got := shellWord(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestSwaksData(t *testing.T) {
	for text, want := range map[string]string{
		"Subject: a\r\n\r\nit's\r\n":   `'Subject: a\n\nit'\''s'`,
		"Subject: a\r\n\r\n.a\r\n\r\n": `'Subject: a\n\n.a\n'`,
		"no header\r\n":                "",
		"Subject: a\r\n\r\n":           "",
		"Subject: 5%\r\n\r\nb\r\n":     "",
		"Subject: a\r\n\r\n\\n\r\n":    "",
		"Subject: a\r\n\r\nb\r\n.\r\n": "",
		"From a\r\n\r\nb\r\n":          "",
		"Subject: \u00e9\r\n\r\nb\r\n": "",
	} {
		if got, ok := swaksData(text); got != want || ok != (want != "") {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestDialled(t *testing.T) {
	for text, want := range map[string][2]string{
		"mx.example.org (192.0.2.1:25)":     {"mx.example.org", "25"},
		"mx.example.org ([2001:db8::1]:25)": {"mx.example.org", "25"},
		"192.0.2.1:2525":                    {"192.0.2.1", "2525"},
		"[2001:db8::1]:25":                  {"2001:db8::1", "25"},
		"2001:db8::1":                       {"2001:db8::1", ""},
		"mx.example.org":                    {"mx.example.org", ""},
		"smtp://ann@mx.example.org:587":     {"mx.example.org", "587"},
		"":                                  {"", ""},
	} {
		if host, port := dialled(text); host != want[0] || port != want[1] {
			t.Errorf("%q: %q, %q", text, host, port)
		}
	}
}

// TestSwaksCommand: what a call says, and what it says that it leaves out.
func TestSwaksCommand(t *testing.T) {
	const begin = "# connect mx.example.org:2525\nS: 220 mx\n"
	for _, c := range []struct{ session, call, comments string }{
		{"# connect mx.example.org\nS: 220 mx", "--server mx.example.org --port 25 --quit-after CONNECT", ""},
		{begin + "C: HELO a\nS: 250 mx\nC: NOOP\nS: 250 ok", "--protocol SMTP --helo a --quit-after HELO", "# it leaves out NOOP\n"},
		{begin + "C: LHLO a\nS: 250 mx\nC: MAIL FROM:<>\nS: 250 ok", "--protocol LMTP --helo a --from '<>' --quit-after MAIL", ""},
		{begin + "C: MAIL FROM:<a@b> BODY=7BIT\nC: RCPT TO:<c@d>\nS: 250 ok\nS: 250 ok", "--pipeline --from a@b --to c@d --quit-after RCPT", "# it leaves out BODY=7BIT of MAIL\n"},
		{"# connect a:465\n# implicit\nS: 220 a\nC: QUIT\nS: 221 bye", "--port 465 --tls-on-connect --quit-after CONNECT", ""},
		{begin + "C: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\nC: BDAT 2\n# chunk a\nS: 250 ok\nC: BDAT 1 LAST\n# chunk b\nS: 250 ok\nC: RSET\nS: 250 ok", "--no-data-fixup --data -", "# it sends by DATA what the session sent by BDAT\n# it leaves out RSET\n"},
	} {
		out, err := export(t, formatSwaksCommand, exporting(t, c.session))
		comments := out[:max(0, strings.Index(out, "swaks "))]
		comments, _, _ = strings.Cut(comments, "{")
		if err != nil || !strings.HasSuffix(out, " "+c.call+"\n") || comments != c.comments {
			t.Errorf("%q: %v\n%s", c.session, err, out)
		}
	}
}
