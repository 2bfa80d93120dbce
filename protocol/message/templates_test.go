package message_test

import (
	"crypto/sha256"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpconsole/protocol/message"
)

var fill = message.Fill{
	From: "ann@example.org", To: []string{"bob@example.net", "carol@example.net"},
	Now: time.Date(2024, 1, 2, 15, 4, 5, 0, time.FixedZone("", 3600)), ID: "<1@example.org>",
}

// made is the template's message as it goes out.
func made(t *testing.T, row message.Template, f message.Fill) string {
	t.Helper()
	m, source := row.Make(f)
	if source != "" {
		if len(m.Fields) > 0 || m.Text != "" {
			t.Errorf("%s makes a form and a source", row.Name)
		}
		m = message.Message{Text: source}
	}
	return write(t, m, nil)
}

func TestTemplates(t *testing.T) {
	var names []string
	for _, row := range message.Templates() {
		names = append(names, row.Name)
		if row.Title == "" || !strings.HasSuffix(row.Explain, ".") || strings.ContainsAny(row.Name, " ") {
			t.Errorf("%q is said to be %q, %q", row.Name, row.Title, row.Explain)
		}
		for _, f := range []message.Fill{fill, {}, {From: "a@b\r\nX: y", ID: "<1>\r\n\r\n."}} {
			octets := made(t, row, f)
			msg, err := mail.ReadMessage(strings.NewReader(octets))
			if err != nil {
				t.Errorf("%s: %v", row.Name, err)
				continue
			}
			if _, err := msg.Header.Date(); err != nil {
				t.Errorf("%s: %v", row.Name, err)
			}
			if len(msg.Header["From"]) != 1 || msg.Header.Get("X") != "" {
				t.Errorf("%s has the header %v", row.Name, msg.Header)
			}
			if _, err := msg.Header.AddressList("To"); err != nil && row.Name != "smallest" {
				t.Errorf("%s: To: %v", row.Name, err)
			}
		}
	}
	if slices.Sort(names); len(slices.Compact(slices.Clone(names))) != len(names) || len(names) < 12 {
		t.Errorf("the names are %q", names)
	}
}

// TestTemplatesShow looks for what each row is there for.
func TestTemplatesShow(t *testing.T) {
	rows := map[string]message.Template{}
	for _, row := range message.Templates() {
		rows[row.Name] = row
	}
	const date, from = "Date: Tue, 02 Jan 2024 15:04:05 +0100\r\n", "From: ann@example.org\r\n"
	tests := []struct{ name, want string }{
		{"smallest", date + from + "\r\n"},
		{"tutorial", "\r\nTo: bob@example.net, carol@example.net\r\nSubject: test\r\nMessage-ID: <1@example.org>\r\n\r\nHello,\r\n"},
		{"gtube", "\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"},
		{"attachment", "\r\n\r\naGVsbG8NCg==\r\n--=_attachment--\r\n"},
		{"alternative", "Content-Type: multipart/alternative; boundary=b1\r\n"},
		{"utf8", "\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe,_"},
		{"8bit", "Content-Transfer-Encoding: 8bit\r\n\r\nGrüße"},
		{"dots", "\r\n\r\n.\r\n..\r\n.hidden\r\n...three\r\na.b\r\n"},
		{"longline", "\r\n" + strings.Repeat("123456789 ", 120) + "\r\n"},
		{"headers", "\r\nX-Test-199: one of two hundred\r\n\r\n"},
	}
	for _, tt := range tests {
		if got := made(t, rows[tt.name], fill); !strings.Contains(got, tt.want) {
			t.Errorf("%s: no %q in %q", tt.name, tt.want, got)
		}
	}
}

// TestEICAR compares with the file's published digest, and keeps scanners
// away from our own files.
func TestEICAR(t *testing.T) {
	i := slices.IndexFunc(message.Templates(), func(row message.Template) bool { return row.Name == "eicar" })
	_, after, _ := strings.Cut(made(t, message.Templates()[i], fill), "filename=\"eicar.com\"\r\n\r\n")
	test, _, _ := strings.Cut(after, "\r\n")
	const digest = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(test))); got != digest {
		t.Fatalf("the test file has the SHA-256 %s", got)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, program) {
		content, err := os.ReadFile(name)
		if err != nil || strings.Contains(string(content), test) {
			t.Errorf("%s holds the test file, or cannot be read: %v", name, err)
		}
	}
}
