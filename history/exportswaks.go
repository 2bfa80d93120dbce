package history

import (
	"bufio"
	"fmt"
	"strings"

	"smtpconsole/protocol"
)

// Marks of swaks: the first is for plain text, the second behind a handshake.
var (
	swaksSent    = [2]string{" -> ", " ~> "}
	swaksGot     = [2]string{"<-  ", "<~  "}
	swaksRefused = [2]string{"<** ", "<~* "}
)

const (
	swaksTold  = "=== "
	swaksWrong = "*** "
)

// writeSwaks is the format "swaks".
func writeSwaks(w *bufio.Writer, src Source) error {
	return src.dialogue(func(ln spoken) error {
		for _, line := range ln.swaks() {
			if _, err := fmt.Fprintln(w, shown(line)); err != nil {
				return err
			}
		}
		return nil
	})
}

// swaks is the line in the notation of swaks, where some are several.
func (ln spoken) swaks() []string {
	protected := 0
	if ln.tls {
		protected = 1
	}
	switch {
	case ln.by == theClient:
		return []string{swaksSent[protected] + ln.text}
	case ln.by == theServer && ln.refused():
		return []string{swaksRefused[protected] + ln.text}
	case ln.by == theServer:
		return []string{swaksGot[protected] + ln.text}
	}
	return ln.aside()
}

// refused tells whether a line of the server's belongs to a refusal.
func (ln spoken) refused() bool {
	class := ln.class()
	return class == protocol.ClassTemporary || class == protocol.ClassPermanent
}

// aside is what swaks says of the event, or says in its place of what it does
// not know.
func (ln spoken) aside() []string {
	switch ln.ev.Kind {
	case protocol.KindConnect:
		return []string{swaksTold + "Trying " + ln.text + "...", swaksTold + "Connected to " + ln.text + "."}
	case protocol.KindTLS:
		return swaksTLS(ln.ev.TLS)
	case protocol.KindClose:
		return []string{swaksTold + "Connection closed with remote host.", swaksTold + ln.text}
	case protocol.KindError:
		return []string{swaksWrong + ln.text}
	case protocol.KindHeld:
		return []string{swaksTold + "held, not sent: " + ln.text}
	}
	return []string{swaksTold + ln.text}
}

// swaksTLS tells of a handshake.
func swaksTLS(t *protocol.TLSInfo) []string {
	if t == nil {
		return nil
	}
	lines := []string{fmt.Sprintf("%sTLS started with cipher %s:%s:%s", swaksTold, opensslVersion(t.Version), t.Cipher, keyBits(t.Cipher))}
	if len(t.Chain) > 0 {
		lines = append(lines, fmt.Sprintf("%sTLS peer DN=\"/%s\"", swaksTold, t.Chain[0].Subject))
	}
	return append(lines, swaksTold+"TLS "+t.Verdict)
}

// opensslVersion is the version as OpenSSL calls it: "TLSv1.3".
func opensslVersion(version string) string { return strings.Replace(version, "TLS ", "TLSv", 1) }

// keyBits is the size of a cipher suite's key.
func keyBits(cipher string) string {
	if strings.Contains(cipher, "AES_128") {
		return "128"
	}
	return "256"
}
