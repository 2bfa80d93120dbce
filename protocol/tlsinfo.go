package protocol

import (
	"strings"
	"time"
)

// TLSInfo says how a connection is protected, in words that need no crypto
// package. The zero value describes nothing; a nil *TLSInfo means plain text.
type TLSInfo struct {
	Version string `json:"version"` // "TLS 1.3"
	Cipher  string `json:"cipher"`  // the suite's IANA name
	// Implicit is true where the handshake came before the greeting (RFC 8314
	// §3.3), false after STARTTLS.
	Implicit bool `json:"implicit,omitempty"`
	// ServerName is the name the certificate was checked for.
	ServerName string `json:"server_name,omitempty"`
	// Verified is true where chain, name and dates all held.
	Verified bool `json:"verified"`
	// Verdict is one sentence: why it is trusted, or which check failed.
	Verdict string `json:"verdict"`
	// Chain is what the server sent, its own certificate first.
	Chain []Certificate `json:"chain,omitempty"`
}

// Certificate is what a person needs to know of one X.509 certificate.
type Certificate struct {
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Names     []string  `json:"names,omitempty"` // DNS names and IP addresses it is for
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	SHA256    string    `json:"sha256"` // hex digest of the DER form
}

// Summary is one line: version, cipher and verdict. A nil t is "plaintext".
func (t *TLSInfo) Summary() string {
	if t == nil {
		return "plaintext"
	}
	return strings.Join([]string{t.Version, t.Cipher, t.Verdict}, ", ")
}
