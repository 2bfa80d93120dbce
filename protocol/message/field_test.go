package message_test

import (
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"testing"

	"smtpconsole/protocol/message"
)

// headerOf writes a header of the fields alone.
func headerOf(t *testing.T, utf8 bool, fields ...message.Field) string {
	t.Helper()
	got, _, ok := strings.Cut(write(t, message.Message{Fields: fields, UTF8: utf8}, nil), "\r\n\r\n")
	if !ok {
		t.Fatalf("no empty line behind %q", got)
	}
	return got
}

func TestFields(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"subject", "hello", "hello"},
		{"X-MY-ID", "", ""},
		{"Subject", "a\r\nBcc: x@y", "a Bcc: x@y"},
		{"Subject", "a\nb\rc\x00d\te\x1bf\u0085g\x7fh", "a b c d e f g h"},
		{"Subject", "Grüße", "=?utf-8?q?Gr=C3=BC=C3=9Fe?="},
		{"Subject", "Re: hello from Jörg and others", "Re: hello from =?utf-8?q?J=C3=B6rg?= and others"},
		{"Subject", "Jörg, Ann und Jürgen  grüßen  alle", "=?utf-8?q?J=C3=B6rg,_Ann_und_J=C3=BCrgen__gr=C3=BC=C3=9Fen?=  alle"},
		{"Subject", "=?utf-8?q?typed?=", "=?utf-8?q?typed?="},
		{"To", "Ann Lee <ann@example.org>, bob@example.org", "Ann Lee <ann@example.org>, bob@example.org"},
		{"To", "Jörg Müller <j@example.org>, bob@example.org", "=?utf-8?q?J=C3=B6rg_M=C3=BCller?= <j@example.org>, <bob@example.org>"},
		{"cc", `"Müller, Jörg" <j@example.org>`, "=?utf-8?b?TcO8bGxlciwgSsO2cmc=?= <j@example.org>"},
		{"From", "jörg@example.org", "<jörg@example.org>"},
		// A group keeps its name, and a list that cannot be parsed its addresses.
		{"To", "Team: Jörg Müller <j@example.org>;", "Team: =?utf-8?b?SsO2cmcgTcO8bGxlcg==?= <j@example.org>;"},
		{"To", "Jörg <j@example.org>, nobody", "=?utf-8?b?SsO2cmc=?= <j@example.org>, nobody"},
		{"To", `"Müller; \"Jörg" <j@example.org>`, "=?utf-8?b?TcO8bGxlcjsgIkrDtnJn?= <j@example.org>"},
		{"To", "Jörg (home) <j@example.org>", "=?utf-8?b?SsO2cmc=?= (home) <j@example.org>"},
	}
	for _, tt := range tests {
		if got, want := headerOf(t, false, message.Field{Name: tt.name, Value: tt.value}), tt.name+": "+tt.want; got != want {
			t.Errorf("%s: %q is written\n%q, want\n%q", tt.name, tt.value, got, want)
		}
	}
}

// TestFieldsOrder: repeated fields, and names, stay as they are.
func TestFieldsOrder(t *testing.T) {
	got := headerOf(t, true,
		message.Field{Name: "received", Value: "2"}, message.Field{Name: "Message-ID", Value: "<a@b>"},
		message.Field{Name: "RECEIVED", Value: "1"}, message.Field{Name: "Subject", Value: "Grüße"})
	if want := "received: 2\r\nMessage-ID: <a@b>\r\nRECEIVED: 1\r\nSubject: Grüße"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// folded are values that folding could spoil.
var folded = []struct{ name, value string }{
	{"Subject", strings.Repeat("word ", 60)},
	{"Subject", strings.Repeat("Grüße ", 60)},
	{"Subject", strings.Repeat("ü", 400)},
	{"Subject", strings.Repeat("long-", 5) + "ü" + strings.Repeat("-long", 5) + " ü"},
	{"Subject", "a  " + strings.Repeat("你好", 40) + "  b"},
	{"X-" + strings.Repeat("y", 30), strings.Repeat("Grüße ", 60)},
	{"Subject", "a" + strings.Repeat(" ", 300) + "b"},
	{"Subject", "a b" + strings.Repeat(" ", 300)},
	{"Subject", strings.Repeat(" ", 300) + "a"},
	{"Subject", strings.Repeat(" ", 300)},
	{"Subject", strings.Repeat("x", 2000)},
	{"Subject", "a " + strings.Repeat("x", 2000) + " b"},
	{"X-" + strings.Repeat("long", 40), "a b"},
	{"X-" + strings.Repeat("y", 71), "value"},
	{"To", strings.Repeat("Jörg Müller <j@example.org>, ", 20) + "bob@example.org"},
	{"References", strings.Repeat("<0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef@example.org> ", 5)},
}

func TestFolding(t *testing.T) {
	word := regexp.MustCompile(`^=\?utf-8\?[qb]\?[!->@-~]*\?=$`)
	for _, tt := range folded {
		got := headerOf(t, false, message.Field{Name: tt.name, Value: tt.value})
		for i, line := range strings.Split(got, "\r\n") {
			if strings.TrimSpace(line) == "" {
				t.Errorf("%s: line %d of %q is blank", tt.name, i, got)
			}
			if i > 0 && line[0] != ' ' {
				t.Errorf("%s: line %d of %q begins a field", tt.name, i, got)
			}
			words := strings.Fields(line)
			if len(strings.TrimRight(line, " ")) > 76 && len(words) > 2 {
				t.Errorf("%s: line %d has %d octets and could be folded", tt.name, i, len(line))
			}
			for _, w := range words {
				if strings.Contains(w, "=?") && (!word.MatchString(w) || len(oneBlank(line)) > 76) {
					t.Errorf("%s: line %d breaks RFC 2047 §2: %q", tt.name, i, line)
				}
			}
		}
		unfolded := strings.TrimPrefix(strings.ReplaceAll(got, "\r\n", ""), tt.name+": ")
		if !strings.Contains(got, "=?") && unfolded != tt.value {
			t.Errorf("%s: unfolded it is %q, was %q", tt.name, unfolded, tt.value)
		}
	}
}

// TestFoldingUnparted: a first word that cannot be parted goes out whole.
func TestFoldingUnparted(t *testing.T) {
	value := strings.Repeat("long-", 9) + "ü-long-long"
	want := "Subject: =?utf-8?q?" + strings.Repeat("long-", 9) + "=C3=BC-long-long?="
	if got := headerOf(t, false, message.Field{Name: "Subject", Value: value}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFoldingMeaning reads what was folded with the standard library.
func TestFoldingMeaning(t *testing.T) {
	for _, tt := range folded {
		msg, err := mail.ReadMessage(strings.NewReader(headerOf(t, false, message.Field{Name: tt.name, Value: tt.value}) + "\r\n\r\n"))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if tt.name == "To" {
			list, err := msg.Header.AddressList("To")
			if err != nil || len(list) != 21 || list[19].Name != "Jörg Müller" {
				t.Errorf("To is read as %v, %v", list, err)
			}
			continue
		}
		value, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get(tt.name))
		if got, want := oneBlank(value), oneBlank(tt.value); err != nil || got != want {
			t.Errorf("%s is read as %q, %v, want %q", tt.name, got, err, want)
		}
	}
}

// oneBlank leaves one of several blanks, as net/mail does where a line was folded.
func oneBlank(s string) string { return strings.Join(strings.Fields(s), " ") }

// FuzzField: whatever stands in a field, it is one field, and means the same.
func FuzzField(f *testing.F) {
	for _, tt := range folded {
		f.Add(tt.name, tt.value, true)
	}
	f.Add("Subject", "a\r\nBcc: x@y\r\n\r\n.\r\n", false)
	f.Add("To", "\"Müller; \\\"J\" <j@b> (x), ü", false)
	f.Fuzz(func(t *testing.T, name, value string, utf8 bool) {
		var b strings.Builder
		m := message.Message{Fields: []message.Field{{Name: name, Value: value}}, Encoding: message.EightBit, UTF8: utf8}
		if err := m.Write(&b, nil); err != nil {
			return
		}
		header, _, _ := strings.Cut(b.String(), "\r\n\r\n")
		for i, line := range strings.Split(header, "\r\n") {
			begins := line != "" && line[0] != ' '
			if strings.ContainsAny(line, "\r\n\x00") || (i > 0 && strings.TrimSpace(line) == "") {
				t.Errorf("%q: %q has the line %q", name, value, line)
			}
			if begins && i > 0 && !strings.HasPrefix(line, "MIME-Version: ") && !strings.HasPrefix(line, "Content-T") {
				t.Errorf("%q: %q begins the field %q", name, value, line)
			}
		}
	})
}
