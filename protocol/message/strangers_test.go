package message_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"smtpconsole/protocol/message"
)

// leaf is what a reader of mail sees of one part.
type leaf struct{ Type, Shown, Name, ID, Text string }

// whole is a message with all there is in it, and its files.
func whole() (message.Message, map[string]string, []leaf) {
	octets := strings.Repeat("\x00\xff\r\n.", 5000)
	m := message.Message{
		Fields: fields("From", `"Müller, Jörg" <j@example.org>`, "To", "Ann <ann@example.org>, 李 <li@example.org>",
			"Subject", strings.Repeat("Grüße ", 30)+"!"),
		Text: "Grüße \n.\n=\n\ttab\n\n",
		HTML: "<p>Grüße</p>\n<img src=\"cid:logo@x\">\n",
		Files: []message.File{
			{Path: "logo.png", Type: "image/png", Inline: true, ID: "logo@x"},
			{Path: "x", Name: "Übersicht " + strings.Repeat("lang ", 20) + "\"1\".pdf", Type: "application/pdf"},
			{Path: "m.eml", Type: "message/rfc822"},
		},
	}
	files := map[string]string{"logo.png": "\x89PNG", "x": octets, "m.eml": "Subject: inner\n\nGrüße\n"}
	return m, files, []leaf{
		{"text/plain", "", "", "", crlf(m.Text)},
		{"text/html", "", "", "", crlf(m.HTML)},
		{"image/png", "inline", "logo.png", "<logo@x>", files["logo.png"]},
		{"application/pdf", "attachment", m.Files[1].Name, "", octets},
		{"message/rfc822", "attachment", "m.eml", "", crlf(files["m.eml"])},
	}
}

// TestStandardLibrary reads what we write with net/mail and mime/multipart.
func TestStandardLibrary(t *testing.T) {
	m, files, want := whole()
	for _, enc := range []message.Encoding{message.Auto, message.QuotedPrintable, message.Base64, message.EightBit} {
		m.Encoding = enc
		msg, err := mail.ReadMessage(strings.NewReader(write(t, m, files)))
		if err != nil {
			t.Fatal(err)
		}
		got := leaves(t, textproto.MIMEHeader(msg.Header), msg.Body)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %.500q\nwant %.500q", enc, got, want)
		}
		from, err := msg.Header.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Name != "Müller, Jörg" || from[0].Address != "j@example.org" {
			t.Errorf("From is %v, %v", from, err)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil || subject != m.Fields[2].Value {
			t.Errorf("Subject is %q, %v", subject, err)
		}
	}
}

// leaves reads an entity, and those within it.
func leaves(t *testing.T, h textproto.MIMEHeader, body io.Reader) []leaf {
	t.Helper()
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		var list []leaf
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return list
			} else if err != nil {
				t.Fatal(err)
			}
			list = append(list, leaves(t, p.Header, p)...)
		}
	}
	switch h.Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	shown, named, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	return []leaf{{kind, shown, named["filename"], h.Get("Content-ID"), string(text)}}
}

// python prints what its email package reads on standard input, as JSON.
const python = `
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def text(p):
    if p.get_content_type() == "message/rfc822":
        return p.get_content().get_content()
    return p.get_payload(decode=True).decode("latin-1")
json.dump({
    "From": [[a.display_name, a.addr_spec] for a in m["From"].addresses],
    "To": [[a.display_name, a.addr_spec] for a in m["To"].addresses],
    "Subject": m["Subject"],
    "Defects": [str(d) for p in m.walk() for d in p.defects],
    "Parts": [[p.get_content_type(), p.get_content_disposition() or "", p.get_filename() or "", text(p)] for p in m.walk()
              if not p.is_multipart() or p.get_content_type() == "message/rfc822"],
}, sys.stdout)
`

// TestPython reads what we write with Python's email package.
func TestPython(t *testing.T) {
	m, files, want := whole()
	cmd := exec.CommandContext(t.Context(), "python3", "-c", python)
	cmd.Stdin = strings.NewReader(write(t, m, files))
	out, err := cmd.Output()
	if err != nil {
		t.Skip("no python3 with its email package: ", err)
	}
	var got struct {
		From, To [][]string
		Subject  string
		Defects  []string
		Parts    [][]string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	people := fmt.Sprintf("%q %q", got.From, got.To)
	if people != `[["Müller, Jörg" "j@example.org"]] [["Ann" "ann@example.org"] ["李" "li@example.org"]]` {
		t.Errorf("the addresses are %s", people)
	}
	if got.Subject != m.Fields[2].Value || len(got.Defects) > 0 {
		t.Errorf("Subject is %q, the defects are %q", got.Subject, got.Defects)
	}
	for i, p := range got.Parts {
		if i >= 5 {
			continue // The text within the message that is attached.
		}
		w := want[i]
		if p[0] != w.Type || p[1] != w.Shown || p[2] != w.Name {
			t.Errorf("part %d is %.100q, want %.100q", i, p, w)
		}
		if w.Type != "message/rfc822" && p[3] != latin1(w.Text) {
			t.Errorf("part %d holds %.100q, want %.100q", i, p[3], w.Text)
		}
	}
	if len(got.Parts) < len(want) {
		t.Errorf("%d parts, want %d", len(got.Parts), len(want))
	}
}

// latin1 makes a character of every octet, as the script does.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
