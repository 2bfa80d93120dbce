// Package message turns what a form holds into the octets of a message
// (RFC 5322, RFC 2045) and back. It is thin: encoded words, address lists,
// headers, multiparts, transfer encodings and charsets are the work of
// github.com/emersion/go-message and the standard library.
//
// A Message is the form. Write makes the octets, with attachments streamed
// from the disk; Read goes the other way and says what a form cannot hold.
// Attach makes a File of what is on the disk. Templates are messages to begin
// with.
//
// Two things of go-message are not used. Its folding makes lines of nothing
// but blanks, puts several encoded words on a line of up to 998 octets and
// panics at names over 73 octets; fold takes its place. Its body writer breaks
// lines at 998 octets, and what somebody typed goes out as they typed it.
package message

import (
	"time"

	// Makes go-message know the charsets besides UTF-8, for Read.
	_ "github.com/emersion/go-message/charset"
)

// Message is a message as a form shows it: values as people read them. The
// zero value is an empty text without a header. It may be copied; no method
// changes it.
type Message struct {
	// Fields are the header, in the order it goes out. MIME-Version,
	// Content-Type and Content-Transfer-Encoding among them hold for a message
	// of text alone, which then goes out as typed; they are left out where
	// there is HTML or a file, as the message then has to have its own.
	Fields []Field
	// Text and HTML are the two forms of the text, lines ended by LF; "" is none.
	Text, HTML string
	// Files are attached or shown inline, in order.
	Files []File
	// Encoding is how Text and HTML travel; the zero value decides by what they hold.
	Encoding Encoding
	// UTF8 writes the header as it stands (RFC 6532) in place of encoded words.
	UTF8 bool
	// Boundary makes the boundary of each multipart; nil makes random ones. A
	// boundary must not occur in the parts (RFC 2046 §5.1.1).
	Boundary func() string `json:"-"`
}

// Field is one header field, its value unfolded and decoded. A value never
// becomes more than one field: CR, LF and all other controls in it go out as
// blanks, and octets that are no UTF-8 as U+FFFD.
type Field struct{ Name, Value string }

// Encoding is a Content-Transfer-Encoding (RFC 2045 §6).
type Encoding string

const (
	// Auto leaves ASCII as it stands and makes the rest quoted-printable.
	Auto Encoding = ""
	// QuotedPrintable keeps ASCII readable and needs 7 bits (RFC 2045 §6.7).
	QuotedPrintable Encoding = "quoted-printable"
	// Base64 needs 7 bits, and is what any octets fit in (RFC 2045 §6.8).
	Base64 Encoding = "base64"
	// EightBit is the text as typed; the server must offer 8BITMIME (RFC 6152).
	EightBit Encoding = "8bit"

	sevenBit Encoding = "7bit"
)

// File is one file that goes with the message. Attach makes one; only Path is
// needed in one made otherwise.
type File struct {
	Path string
	// Name is the file's name as the reader sees it; "" is the one in Path.
	// Folders and what cannot be printed are taken out when it is written.
	Name string
	// Type is the media type, parameters and all; "" is application/octet-stream.
	Type string
	// Inline shows the file within the text; else it is attached.
	Inline bool
	// ID is the Content-ID without brackets, by which HTML shows an inline
	// file: <img src="cid:ID"> (RFC 2392). "" is none.
	ID string
	// Size in octets and ModTime are what the file had when it was attached. A
	// zero ModTime says that nobody looked.
	Size    int64
	ModTime time.Time
}
