package wire

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"smtpconsole/protocol"
)

// failure is one check that a certificate did not pass.
type failure struct {
	code, text string
	advice     string
	err        error
}

// failures are all of them, the most telling first.
type failures []failure

// verify checks the chain a server sent: for whom it is, when, and by whom
// (RFC 5280 §6, RFC 9525 for the name). All three are always checked, since
// whoever has to mend a certificate wants to know everything at once.
func verify(chain []*x509.Certificate, name string, roots *x509.CertPool, now time.Time) failures {
	if len(chain) == 0 {
		return failures{{code: "tls.certificate", text: "the server showed no certificate", advice: "connect to a server that has one"}}
	}
	var failed failures
	leaf := chain[0]
	if err := leaf.VerifyHostname(name); err != nil {
		failed = append(failed, failure{
			"tls.name", fmt.Sprintf("the certificate is not for %q", name),
			"connect by a name it has, or give that name with --server-name", err,
		})
	}
	at := now
	if bad, ok := dates(leaf, now); !ok {
		failed = append(failed, bad)
		at = leaf.NotAfter // so that the authority is judged apart from the dates
	}
	if bad, ok := authority(chain, roots, at); !ok {
		failed = append(failed, bad)
	}
	return failed
}

// dates checks when a certificate holds.
func dates(cert *x509.Certificate, now time.Time) (failure, bool) {
	what := "has expired"
	switch {
	case now.Before(cert.NotBefore):
		what = "is not valid yet"
	case !now.After(cert.NotAfter):
		return failure{}, true
	}
	return failure{
		"tls.expired", "a certificate " + what,
		"check the clock of this machine, then tell the server's owner",
		x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired},
	}, false
}

// authority checks whether a trusted root stands at the end of the chain.
func authority(chain []*x509.Certificate, roots *x509.CertPool, at time.Time) (failure, bool) {
	between := x509.NewCertPool()
	for _, cert := range chain[1:] {
		between.AddCert(cert)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at})
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return failure{}, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return dates(invalid.Cert, at)
	case errors.As(err, &invalid):
		return failure{"tls.certificate", fmt.Sprintf("the certificate may not be used so: %v", err), "tell the server's owner", err}, false
	}
	return failure{
		"tls.authority", fmt.Sprintf("nobody trusted here vouches for the certificate: it was issued by %q", chain[0].Issuer),
		"name the authority with --ca-file if you trust it", err,
	}, false
}

// refusal is the error of a certificate that did not hold.
func (f failures) refusal(info *protocol.TLSInfo) *TLSError {
	var why, advice []string
	for _, one := range f {
		why = append(why, one.text)
		advice = append(advice, one.advice)
	}
	text := fmt.Sprintf("%s (the server's is for %s, from %s); %s; --insecure goes on without trust",
		strings.Join(why, "; "), namesOf(info), datesOf(info), strings.Join(advice, "; "))
	return &TLSError{Code: f[0].code, Text: text, Info: info, Err: f[0].err}
}

// namesOf lists the names of the server's certificate.
func namesOf(info *protocol.TLSInfo) string {
	if len(info.Chain) == 0 || len(info.Chain[0].Names) == 0 {
		return "no name at all"
	}
	return strings.Join(info.Chain[0].Names, ", ")
}

// datesOf says when the server's certificate holds.
func datesOf(info *protocol.TLSInfo) string {
	if len(info.Chain) == 0 {
		return "never to never"
	}
	leaf := info.Chain[0]
	return leaf.NotBefore.UTC().Format(time.DateOnly) + " to " + leaf.NotAfter.UTC().Format(time.DateOnly)
}

// sentence is the verdict for the status bar.
func sentence(f failures, name string) string {
	if len(f) == 0 {
		return fmt.Sprintf("verified for %s", name)
	}
	var why []string
	for _, one := range f {
		why = append(why, one.text)
	}
	return "not verified: " + strings.Join(why, "; ")
}

// describe copies what a person needs to know out of cs.
func describe(cs tls.ConnectionState, info *protocol.TLSInfo) {
	info.Version = tls.VersionName(cs.Version)
	info.Cipher = tls.CipherSuiteName(cs.CipherSuite)
	for _, cert := range cs.PeerCertificates {
		digest := sha256.Sum256(cert.Raw)
		info.Chain = append(info.Chain, protocol.Certificate{
			Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Names: names(cert),
			NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, SHA256: hex.EncodeToString(digest[:]),
		})
	}
}

// names are the DNS names and addresses a certificate is for. The common name
// has not counted for long.
func names(cert *x509.Certificate) []string {
	all := append([]string(nil), cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		all = append(all, ip.String())
	}
	return all
}
