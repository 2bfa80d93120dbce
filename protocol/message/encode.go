package message

import (
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
)

// addressFields hold address lists, in which only display names are encoded
// (RFC 2047 §5).
var addressFields = []string{
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Return-Path", "Errors-To", "Disposition-Notification-To",
	"Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc", "Resent-Reply-To", "Mail-Followup-To",
}

// encode makes encoded words of what is not ASCII (RFC 2047). In a list of
// addresses those are the display names. An address itself cannot be encoded
// and stays as it is.
func encode(name, value string) string {
	if !in(addressFields, name) {
		return encodeText(value, lineWidth-len(name+": "))
	}
	list, err := mail.ParseAddressList(value)
	if err != nil || strings.ContainsAny(unquoted(value), ";(") {
		return encodeWords(value)
	}
	var h mail.Header
	h.SetAddressList(name, list)
	return h.Get(name)
}

// encodeText encodes from the first to the last word that is not ASCII. Where
// those begin the line, which has room for so many octets, the first encoded
// word is made to fit: folding in front of it would leave the field's name
// alone, and some readers then take the blank for a part of the value.
func encodeText(value string, room int) string {
	first, last := strings.IndexFunc(value, isWide), strings.LastIndexFunc(value, isWide)
	begin := strings.LastIndexByte(value[:first], ' ') + 1
	end := len(value)
	if n := strings.IndexByte(value[last:], ' '); n >= 0 {
		end = last + n
	}
	words := encodedWords(value[begin:end])
	if begin == 0 {
		words = encodeFirst(value[:end], room)
	}
	return value[:begin] + words + value[end:]
}

// encodeFirst encodes text with a first encoded word of at most room octets.
// Both it and the rest have to be encoded words, as a blank between others
// counts; where no place to part them is found, it gets longer.
func encodeFirst(text string, room int) string {
	words := encodedWords(text)
	if head, _, _ := strings.Cut(words, " "); len(head) <= room {
		return words
	}
	for n := range text[:min(len(text), max(room, 0))] {
		head, tail := text[:n], text[n:]
		if len(encodedWords(head)) > room {
			break
		}
		if !isASCII(head) && !isASCII(tail) {
			words = encodedWords(head) + " " + encodedWords(tail)
		}
	}
	return words
}

// encodedWords is s as encoded words of at most 75 octets with blanks between
// them, or s itself where it is ASCII.
func encodedWords(s string) string { return mime.QEncoding.Encode("utf-8", s) }

// unquoted is value without its quoted strings (RFC 5322 §3.2.4).
func unquoted(value string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range value {
		switch {
		case r == '"' && !escaped:
			quoted = !quoted
		case !quoted:
			b.WriteRune(r)
		}
		escaped = r == '\\' && !escaped
	}
	return b.String()
}

// encodeWords serves the lists that ParseAddressList refuses, or would take
// the group names and comments from. It encodes the words that have no
// character of address syntax, neighbours together, as blanks between encoded
// words do not count; the others stay, so that every address can still be
// used. Base64, as a phrase allows few characters in the Q form (RFC 2047 §5).
func encodeWords(value string) string {
	var words, run []string
	flush := func() {
		if len(run) > 0 {
			words = append(words, mime.BEncoding.Encode("utf-8", strings.Join(run, " ")))
		}
		run = nil
	}
	for word := range strings.SplitSeq(value, " ") {
		if !strings.ContainsAny(word, "()<>[]:;@\\,\"") {
			run = append(run, word)
			continue
		}
		flush()
		words = append(words, word)
	}
	flush()
	return strings.Join(words, " ")
}

// decode makes readable what encode made, and others like it.
func decode(name, value string) string {
	if !strings.Contains(value, "=?") {
		return value
	}
	if in(addressFields, name) {
		if list, err := mail.ParseAddressList(value); err == nil {
			return readable(list)
		}
	}
	var h message.Header
	h.Set(name, value)
	text, _ := h.Text(name) // With an error it is the value.
	return text
}

// readable writes an address list that can be parsed again, with names as
// people read them.
func readable(list []*mail.Address) string {
	words := make([]string, len(list))
	for i, a := range list {
		address := (&mail.Address{Address: a.Address}).String()
		switch {
		case a.Name == "":
			words[i] = address[1 : len(address)-1]
		case strings.ContainsAny(a.Name, "()<>[]:;@\\,.\""):
			words[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(a.Name) + `" ` + address
		default:
			words[i] = a.Name + " " + address
		}
	}
	return strings.Join(words, ", ")
}
