package protocol

// MessageFacts are what a message's text demands of the server that is to
// take it. The zero value is an empty message. A Linter counts them.
type MessageFacts struct {
	// Size counts the octets that DATA carries: each lone LF and each lone CR
	// made CRLF, a CRLF added where the last line has none, before dots are
	// doubled and without the final dot. It is Event.Size of the body, and what
	// SIZE in MAIL announces (RFC 1870 §3).
	Size int64
	// Exact counts the octets as they stand: what BDAT carries with
	// BODY=BINARYMIME, and a raw body.
	Exact int64
	// Lines and Longest count the lines that DATA carries, and the octets of the
	// longest of them without its CRLF (RFC 5321 §4.5.3.1.6).
	Lines, Longest int64
	// Stuffed counts those of them that begin with a dot, to which DATA adds one
	// (RFC 5321 §4.5.2).
	Stuffed int64
	// EightBit is true where an octet of header or body is above 127 (RFC 6152).
	EightBit bool
	// UTF8Header is true where one of the header is (RFC 6531).
	UTF8Header bool
	// Binary is true where a NUL or a lone CR stands in the text: only
	// BODY=BINARYMIME carries such octets as they stand (RFC 2045 §2.9, RFC 3030
	// §3). A lone LF does not count, though no text may have it on the wire:
	// it is how most systems end a line on disk, and CRLF is what it means. Nor
	// does a line that is too long, which DATA carries unchanged.
	Binary bool
}

// sent is the size of what goes out.
func (f MessageFacts) sent(binary bool) int64 {
	if binary {
		return f.Exact
	}
	return f.Size
}
