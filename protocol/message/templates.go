package message

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Template is a message to begin with.
type Template struct {
	// Name is a word to choose it by; Title says it in a few.
	Name, Title string
	// Explain says what it tests, and what a server or filter does with it.
	Explain string
	// Make makes the message. Where source is not "" it is the message, header
	// and all, exactly as typed, with lines ended by LF, and the form is empty:
	// a form would show it less well, or cannot hold it.
	Make func(Fill) (form Message, source string)
}

// Fill is what a template takes from the session and the clock. Controls in it
// become blanks.
type Fill struct {
	// From is the reverse-path; "" makes it sender@example.org.
	From string
	// To are the forward-paths; none makes it an empty group (RFC 5322 §3.4).
	To []string
	// Now is the Date.
	Now time.Time
	// ID is the Message-ID with its brackets; "" leaves the field out.
	ID string
}

// fields are the header of an ordinary message.
func (f Fill) fields(subject string) []Field {
	to := "undisclosed-recipients:;"
	if len(f.To) > 0 {
		to = strings.Join(f.To, ", ")
	}
	list := append(f.smallest(), Field{"To", to}, Field{"Subject", subject})
	if f.ID != "" {
		list = append(list, Field{"Message-ID", f.ID})
	}
	return list
}

// smallest are the two fields that every message has (RFC 5322 §3.6).
func (f Fill) smallest() []Field {
	from := f.From
	if from == "" {
		from = "sender@example.org"
	}
	return []Field{{"Date", f.Now.Format(time.RFC1123Z)}, {"From", from}}
}

// source is a header and what follows it, as text.
func source(fields []Field, rest string) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.Name + ": " + clean(f.Value) + "\n")
	}
	return b.String() + rest
}

// Templates are the rows of the menu, the simplest first. The slice is the caller's.
func Templates() []Template { return slices.Clone(templates) }

var templates = []Template{
	{
		"smallest", "the smallest legal message",
		"Date and From are all a message must have, and no text is text enough. Servers take it; filters count what is missing (RFC 5322 §3.6).",
		func(f Fill) (Message, string) { return Message{Fields: f.smallest()}, "" },
	},
	{
		"tutorial", "the message of the tutorials",
		"A header, an empty line, and a text. The header's From and To are for people; MAIL and RCPT decide where it goes (RFC 5321 §3.3).",
		form("test", "Hello,\n\nthis is a test.\n"),
	},
	{
		"gtube", "GTUBE: a text that spam filters agree on",
		"SpamAssassin and filters like it give this line enough points for any threshold: expect a refusal, or a message marked as spam. Where neither happens, no such filter looks at this way in.",
		form("GTUBE test", "The next line is the agreed test for spam filters.\n\n"+gtube+"\n"),
	},
	{
		"eicar", "EICAR: a file that virus scanners agree on",
		"A harmless text of 68 characters that virus scanners report as if it were a virus. Expect a refusal after the final dot, mostly 550 or 554 5.7.1, or a message that never arrives. Where it arrives, nothing scans attachments.",
		makeEICAR,
	},
	{
		"dsn", "a message to ask for a report on",
		"The reports are asked for in the envelope where EHLO offers DSN: MAIL FROM:<…> RET=HDRS ENVID=test1, and RCPT TO:<…> NOTIFY=SUCCESS,FAILURE,DELAY. The report comes to the reverse-path (RFC 3461 §4).",
		form("DSN test", "A report on the delivery of this message was asked for.\n"),
	},
	{
		"attachment", "a text with an attachment",
		"Two parts between boundaries, with one small text file as base64. It shows whether what reads the mail knows MIME, and what a filter does with attachments (RFC 2046 §5.1.3).",
		makeAttachment,
	},
	{
		"alternative", "plain text and HTML, the same twice",
		"A reader shows the last form it can show, so the plain one comes first. Filters compare the two (RFC 2046 §5.1.4).",
		makeAlternative,
	},
	{
		"utf8", "a subject and a text beyond ASCII",
		"The subject goes out as encoded words, the text as quoted-printable: 7 bits all the way, and readable at the end (RFC 2047, RFC 2045 §6.7).",
		form("Grüße, поздрав, 你好", "Grüße aus Köln.\nПоздрав из Београда.\n你好。\n"),
	},
	{
		"8bit", "a text with octets above 127",
		"The text goes out as typed. MAIL has to say BODY=8BITMIME, and the server to offer it; without that a strict server refuses, and others pass it on or cut off the eighth bit (RFC 6152).",
		makeEightBit,
	},
	{
		"dots", "lines that begin with dots",
		"A dot at the beginning of a line is doubled on the way out, and taken away again by the server. All five lines must arrive as they are here (RFC 5321 §4.5.2).",
		form("dot test", ".\n..\n.hidden\n...three\na.b\n"),
	},
	{
		"longline", "a line of 1200 octets",
		"A fault on purpose: a line may have 998 octets and CRLF. Servers take it, break it, or refuse it; one that breaks it breaks signatures (RFC 5321 §4.5.3.1.6).",
		form("long line test", strings.Repeat("123456789 ", 120)+"\n"),
	},
	{
		"headers", "two hundred header fields",
		"Legal, as no RFC counts fields, and far more than mail has. Servers bound the size of the header, some also its fields, and refuse or cut what is over that.",
		makeHeaders,
	},
}

// form makes a row of an ordinary message.
func form(subject, text string) func(Fill) (Message, string) {
	return func(f Fill) (Message, string) { return Message{Fields: f.fields(subject), Text: text}, "" }
}

const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

// eicar is the agreed test file of virus scanners. It is kept backwards, so
// that no scanner reports this file or the program made of it.
func eicar() string {
	text := []byte(`*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X`)
	slices.Reverse(text)
	return string(text)
}

func makeEICAR(f Fill) (Message, string) {
	return Message{}, source(f.fields("EICAR test"), `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_eicar"

--=_eicar
Content-Type: text/plain; charset=utf-8

The attachment is the agreed test file for virus scanners. It is harmless.

--=_eicar
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="eicar.com"

`+eicar()+`
--=_eicar--
`)
}

func makeAttachment(f Fill) (Message, string) {
	return Message{}, source(f.fields("attachment test"), `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_attachment"

This line is only seen by readers without MIME.
--=_attachment
Content-Type: text/plain; charset=utf-8

The attachment is a file note.txt with one line: hello

--=_attachment
Content-Type: text/plain
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="note.txt"

aGVsbG8NCg==
--=_attachment--
`)
}

func makeAlternative(f Fill) (Message, string) {
	return Message{
		Fields: f.fields("HTML test"),
		Text:   "Hello,\n\nthis is the plain text.\n",
		HTML:   "<!DOCTYPE html>\n<html><body>\n<p>Hello,</p>\n<p>this is the <b>HTML</b>.</p>\n</body></html>\n",
	}, ""
}

func makeEightBit(f Fill) (Message, string) {
	return Message{Fields: f.fields("8-bit test"), Text: "Grüße aus Köln, as they are.\n", Encoding: EightBit}, ""
}

func makeHeaders(f Fill) (Message, string) {
	fields := f.fields("header test")
	for i := range 200 {
		fields = append(fields, Field{fmt.Sprintf("X-Test-%03d", i), "one of two hundred"})
	}
	return Message{}, source(fields, "\nThe header has two hundred fields that nobody needs.\n")
}
