package practice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"time"
)

// identity is the server's certificate and the authority that signed it. The
// authority's key is dropped at once: it signs nothing else.
type identity struct {
	authority *x509.Certificate
	leaf      tls.Certificate
}

// lifetime is how long the certificates hold; the process ends long before.
const lifetime = 30 * 24 * time.Hour

// newIdentity makes both certificates, valid from an hour before now.
func newIdentity(name string, now time.Time) (identity, error) {
	authority, key, err := newAuthority(now)
	if err != nil {
		return identity{}, err
	}
	leaf, err := newLeaf(name, now, authority, key)
	return identity{authority, leaf}, err
}

func newAuthority(now time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	form := certificate("smtpconsole practice authority", now)
	form.IsCA, form.BasicConstraintsValid, form.MaxPathLenZero = true, true, true
	form.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	authority, err := x509.ParseCertificate(der)
	return authority, key, err
}

func newLeaf(name string, now time.Time, authority *x509.Certificate, signer *ecdsa.PrivateKey) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	form := certificate(name, now)
	form.KeyUsage = x509.KeyUsageDigitalSignature
	form.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	form.DNSNames = []string{name, "localhost"}
	form.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	der, err := x509.CreateCertificate(rand.Reader, form, authority, key.Public(), signer)
	return tls.Certificate{Certificate: [][]byte{der, authority.Raw}, PrivateKey: key}, err
}

// certificate is what both have in common; crypto/x509 draws the serial number.
func certificate(name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour),
		NotAfter:  now.Add(lifetime),
	}
}

// pem is the authority as a PEM block.
func (id identity) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.authority.Raw})
}
