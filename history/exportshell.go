package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"smtpconsole/protocol"
)

// Names of the formats that are shell scripts.
const (
	formatOpenSSL = "openssl"
	formatNetcat  = "nc"
)

// writeNetcat is the format "nc".
func writeNetcat(w *bufio.Writer, src Source) error {
	p, err := src.plan(formatNetcat)
	if err != nil {
		return err
	}
	if p.tls != nil {
		return &InexpressibleError{formatNetcat, "the session was encrypted, and nc speaks plain text only: use the format openssl"}
	}
	return p.write(w, src, "nc "+shellWord(p.host)+" "+shellWord(p.port))
}

// writeOpenSSL is the format "openssl".
func writeOpenSSL(w *bufio.Writer, src Source) error {
	p, err := src.plan(formatOpenSSL)
	if err != nil {
		return err
	}
	switch {
	case p.tls == nil:
		return &InexpressibleError{formatOpenSSL, "the session was in plain text, and s_client speaks TLS only: use the format nc"}
	case p.early != "":
		return &InexpressibleError{formatOpenSSL, fmt.Sprintf("%q was sent before STARTTLS, where s_client sends nothing but EHLO", p.early)}
	}
	return p.write(w, src, p.sClient())
}

// sClient is the call of openssl, which says EHLO and STARTTLS by itself. With
// -quiet it takes no line for a command of its own, as it else would each that
// begins with Q or R.
func (p plan) sClient() string {
	words := []string{"openssl s_client -quiet -connect", shellWord(net.JoinHostPort(p.host, p.port))}
	if !p.tls.Implicit {
		words = append(words, "-starttls", startTLSWord[p.hello])
		if p.name != "" {
			words = append(words, "-name", shellWord(p.name))
		}
	}
	if name := p.tls.ServerName; name != "" && name != p.host {
		words = append(words, "-servername", shellWord(name))
	}
	if p.tls.Verified {
		words = append(words, "-verify_return_error")
	}
	return strings.Join(words, " ")
}

// startTLSWord is what s_client calls the protocol, by the verb of its hello.
var startTLSWord = map[string]string{"EHLO": "smtp", "HELO": "smtp", "": "smtp", "LHLO": "lmtp"}

// shellWord is s as one word of a POSIX shell, safe to show.
func shellWord(s string) string {
	s = protocol.Safe(s)
	plain := func(r rune) bool {
		return r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("@%+=:,./-_", r))
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// write writes the script: the lines of the session, piped into call.
func (p plan) write(w *bufio.Writer, src Source, call string) error {
	fmt.Fprintf(w, "#!/bin/sh\n# The SMTP session of %s with %s.\n", src.Header.Start.UTC().Format("2006-01-02 15:04:05 UTC"), protocol.Safe(p.host))
	fmt.Fprintf(w, "# It does not read the replies: it waits WAIT seconds for each, 1 where that is not set.\n")
	if p.practice {
		fmt.Fprintf(w, "# %s\n", practiceAdvice)
	}
	if !p.quit {
		fmt.Fprintf(w, "# It ends without QUIT, so the connection stays until the server has enough of it.\n")
	}
	for i := range p.secrets {
		fmt.Fprintf(w, "# AUTH%d is the base64 text of AUTH that the record does not have.\n: \"${AUTH%[1]d:?}\"\n", i+1)
	}
	fmt.Fprintf(w, "{\n")
	s := shellSession{w: w, src: src, off: p.tls != nil && !p.tls.Implicit, answered: true}
	err := src.each(s.event)
	fmt.Fprintf(w, "sleep \"${WAIT:-1}\"\n} | %s\n", call)
	return err
}

// shellSession writes the lines of a session as calls of printf.
type shellSession struct {
	w        *bufio.Writer
	src      Source
	off      bool // s_client says what comes before the handshake
	answered bool // a reply has come since the last line, the server's first one or that of s_client's STARTTLS
	secrets  int
}

// event writes what was sent, and a pause where the session waited for a reply.
func (s *shellSession) event(ev protocol.Event) error {
	switch {
	case ev.Kind == protocol.KindTLS:
		s.off = false
	case s.off:
	case ev.Kind == protocol.KindServer:
		s.answered = s.answered || ev.Reply != nil
	case ev.Kind == protocol.KindClient:
		s.pause()
		s.line(ev.Text)
	case ev.Kind == protocol.KindBody:
		s.pause()
		return s.body(ev)
	}
	return nil
}

// pause waits where a reply stood between the line before and the next.
func (s *shellSession) pause() {
	if s.answered {
		fmt.Fprintf(s.w, "sleep \"${WAIT:-1}\"\n")
	}
	s.answered = false
}

// line prints a command line. A secret comes from the environment.
func (s *shellSession) line(text string) {
	before, after, secret := strings.Cut(text, protocol.Hidden)
	if !secret {
		fmt.Fprintf(s.w, "printf '%s'\n", printfFormat(text+"\r\n"))
		return
	}
	s.secrets++
	fmt.Fprintf(s.w, "printf '%s%%s%s' \"$AUTH%d\"\n", printfFormat(before), printfFormat(after+"\r\n"), s.secrets)
}

// body prints the octets of a message as they go out.
func (s *shellSession) body(ev protocol.Event) error {
	body, err := s.src.open(ev)
	if err != nil {
		return err
	}
	defer body.Close()
	out := &printfWriter{w: s.w}
	if !(spoken{ev: ev}).stuffed() {
		_, err = io.Copy(out, body)
		return errors.Join(err, out.flush())
	}
	dots := protocol.NewDotWriter(out)
	_, err = io.Copy(dots, body)
	return errors.Join(err, dots.Close(), out.flush())
}

// printfLine bounds the octets of one call of printf.
const printfLine = 2048

// printfWriter writes octets as calls of printf, a line in each.
type printfWriter struct {
	w    *bufio.Writer
	line []byte
}

// Write takes p whole. Its errors are those of w, which keeps them for Flush.
func (o *printfWriter) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 || n > printfLine {
			n = min(len(rest), printfLine)
		}
		o.line = append(o.line, rest[:n]...)
		rest = rest[n:]
		if len(o.line) >= printfLine || o.line[len(o.line)-1] == '\n' {
			if err := o.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(p), nil
}

func (o *printfWriter) flush() error {
	if len(o.line) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(o.w, "printf '%s'\n", printfFormat(string(o.line)))
	o.line = o.line[:0]
	return err
}

// printfFormat is s as the format of printf inside single quotes. Whatever is
// not printable ASCII, and a hyphen that could begin an option, is octal.
func printfFormat(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '%' || c == '\\':
			b.WriteByte(c)
			b.WriteByte(c)
		case c == '\'':
			b.WriteString(`'\''`)
		case c < ' ' || c > '~' || c == '-' && i == 0:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
