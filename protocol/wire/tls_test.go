package wire_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// today is when the certificates of these tests hold: the year 2000.
var today = time.Date(2000, 6, 1, 12, 0, 0, 0, time.UTC)

func now() time.Time { return today }

// authority makes a certificate authority and one certificate for mx.example.test.
func authority(t *testing.T) (*x509.CertPool, tls.Certificate) {
	t.Helper()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"},
		NotBefore: today.AddDate(-1, 0, 0), NotAfter: today.AddDate(9, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "mx"}, DNSNames: []string{"mx.example.test"},
		NotBefore: today.AddDate(0, -1, 0), NotAfter: today.AddDate(0, 1, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	caKey, leafKey := key(t), key(t)
	caDER := sign(t, ca, ca, caKey, caKey)
	leafDER := sign(t, leaf, ca, leafKey, caKey)
	parsed, err := x509.ParseCertificate(caDER)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return roots, tls.Certificate{Certificate: [][]byte{leafDER, caDER}, PrivateKey: leafKey}
}

func key(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t *testing.T, cert, parent *x509.Certificate, k, parentKey *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &k.PublicKey, parentKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// secure is the server's half of the handshake, and tells whether it ended well.
func (s *server) secure(cert tls.Certificate) bool {
	tc := tls.Server(s.nc, &tls.Config{Certificates: []tls.Certificate{cert}, Time: now})
	if tc.Handshake() != nil {
		return false
	}
	s.nc = tc
	s.br.Reset(tc)
	return true
}

func tlsOptions(roots *x509.CertPool, name string) wire.Options {
	return wire.Options{Now: now, TLS: wire.TLSOptions{Roots: roots, ServerName: name}}
}

func TestStartTLS(t *testing.T) {
	roots, cert := authority(t)
	var keys bytes.Buffer
	o := tlsOptions(roots, "mx.example.test.")
	o.TLS.KeyLog = &keys
	c, tp := pairWith(t, o, func(s *server) {
		s.follow("S: 220 ready", "C: EHLO a.example", "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go")
		s.secure(cert)
		s.follow("C: EHLO a.example", "S: 250 mx", "C: QUIT", "S: 221 bye", "close")
	})
	greeted(t, c)
	must(t, c, "EHLO a.example", 250)
	if r, err := c.StartTLS(t.Context()); err != nil || r.Code != 220 {
		t.Fatalf("STARTTLS: %v, %v", r, err)
	}
	st := c.State()
	if st.Phase != protocol.PhaseGreeted || st.Caps.Known || st.TLS == nil {
		t.Errorf("after the handshake: %v, offers %v, TLS %v", st.Phase, st.Caps, st.TLS)
	}
	info := tp.of(protocol.KindTLS)[0].TLS
	if !info.Verified || info.Implicit || info.Version != "TLS 1.3" || info.ServerName != "mx.example.test" || len(info.Chain) != 2 {
		t.Errorf("the tls event says %+v", info)
	}
	if leaf := info.Chain[0]; leaf.Subject != "CN=mx" || leaf.Issuer != "CN=Test CA" || leaf.Names[0] != "mx.example.test" || len(leaf.SHA256) != 64 {
		t.Errorf("the certificate is %+v", leaf)
	}
	if !strings.Contains(keys.String(), "CLIENT_TRAFFIC_SECRET_0") {
		t.Errorf("the key log is %q", keys.String())
	}
	must(t, c, "EHLO a.example", 250)
	must(t, c, "QUIT", 221)
	ended(t, c, tp, "close.quit")
}

func TestStartTLSRefused(t *testing.T) {
	c, _ := pair(t, wire.Options{}, "S: 220 ready", "C: STARTTLS", "S: 454 not now", "C: NOOP", "S: 250 ok")
	greeted(t, c)
	if r, err := c.StartTLS(t.Context()); err != nil || r.Code != 454 {
		t.Fatalf("STARTTLS: %v, %v", r, err)
	}
	must(t, c, "NOOP", 250)
}

// certificates that do not hold, by the client's clock, name and roots.
func badCertificates(roots *x509.CertPool) []struct {
	o    wire.Options
	code string
	says []string
} {
	later, earlier, stranger := tlsOptions(roots, "mx.example.test"), tlsOptions(roots, "mx.example.test"), tlsOptions(x509.NewCertPool(), "mx.example.test")
	later.Now = func() time.Time { return today.AddDate(1, 0, 0) }
	earlier.Now = func() time.Time { return today.AddDate(0, -2, 0) }
	all := tlsOptions(x509.NewCertPool(), "other.example.test")
	all.Now = later.Now
	return []struct {
		o    wire.Options
		code string
		says []string
	}{
		{tlsOptions(roots, "other.example.test"), "tls.name", []string{`"other.example.test"`, "mx.example.test", "2000-05-01 to 2000-07-01"}},
		{tlsOptions(roots, ""), "tls.name", []string{`""`}},
		{tlsOptions(roots, "192.0.2.1"), "tls.name", []string{"192.0.2.1"}},
		{later, "tls.expired", []string{"expired", "2000-07-01"}},
		{earlier, "tls.expired", []string{"not valid yet", "2000-05-01"}},
		{stranger, "tls.authority", []string{"CN=Test CA"}},
		{all, "tls.name", []string{`"other.example.test"`, "expired", "CN=Test CA"}},
	}
}

func TestBadCertificates(t *testing.T) {
	roots, cert := authority(t)
	for _, tt := range badCertificates(roots) {
		serve := func(s *server) {
			s.follow("S: 220 ready", "C: STARTTLS", "S: 220 go")
			if s.secure(cert) {
				s.follow("C: NOOP", "S: 250 ok")
			}
		}
		c, tp := pairWith(t, tt.o, serve)
		greeted(t, c)
		_, err := c.StartTLS(t.Context())
		ended(t, c, tp, tt.code, "close.tls")
		var failed *wire.TLSError
		if !errors.As(err, &failed) || failed.Code != tt.code || failed.Info.Verified {
			t.Fatalf("%s: STARTTLS: %v", tt.code, err)
		}
		for _, part := range tt.says {
			if !strings.Contains(failed.Text, part) {
				t.Errorf("%s: %q does not say %q", tt.code, failed.Text, part)
			}
		}

		tt.o.TLS.Insecure = true
		c, tp = pairWith(t, tt.o, serve)
		greeted(t, c)
		if _, err := c.StartTLS(t.Context()); err != nil {
			t.Fatalf("%s: with Insecure: %v", tt.code, err)
		}
		must(t, c, "NOOP", 250)
		if info := tp.of(protocol.KindTLS)[0].TLS; info.Verified || !strings.HasPrefix(info.Verdict, "not verified") {
			t.Errorf("%s: with Insecure the verdict is %q", tt.code, info.Verdict)
		}
	}
}

// Octets behind the 220, in the same segment, may not be taken for anything.
func TestInjection(t *testing.T) {
	for _, behind := range []string{"250 injected\r\n", "x"} {
		c, tp := pair(t, wire.Options{}, "S: 220 ready", "C: STARTTLS", "220 go\r\n"+behind)
		greeted(t, c)
		_, err := c.StartTLS(t.Context())
		ended(t, c, tp, "tls.injection", "close.tls")
		if !errors.As(err, new(*wire.TLSError)) {
			t.Errorf("STARTTLS: %v", err)
		}
		if got := tp.of(protocol.KindServer); len(got) != 2 {
			t.Errorf("what was injected became an event: %v", got)
		}
	}
}

func TestNotTLS(t *testing.T) {
	c, tp := pairWith(t, wire.Options{}, func(s *server) {
		s.follow("S: 220 ready", "C: STARTTLS", "S: 220 go")
		_, _ = s.br.Peek(1) // the handshake has begun
		s.follow("S: 220 what is this")
	})
	greeted(t, c)
	_, err := c.StartTLS(t.Context())
	ended(t, c, tp, "tls.not-tls", "close.tls")
	var failed *wire.TLSError
	if !errors.As(err, &failed) || !strings.Contains(failed.Text, "plain SMTP") {
		t.Errorf("STARTTLS: %v", err)
	}
}

func TestHandshakeEnds(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		c, tp := pairWith(t, wire.Options{}, func(s *server) {
			s.follow("S: 220 ready", "C: STARTTLS", "S: 220 go")
			_, _ = s.br.Peek(1)
			s.follow("close")
		})
		greeted(t, c)
		_, _ = c.StartTLS(t.Context())
		ended(t, c, tp, "tls.handshake", "close.tls")
	})
	t.Run("silent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, tp := pairWith(t, wire.Options{}, func(s *server) {
				s.follow("S: 220 ready", "C: STARTTLS", "S: 220 go")
				_, _ = s.br.Peek(1)
			})
			greeted(t, c)
			_, _ = c.StartTLS(t.Context())
			ended(t, c, tp, "tls.timeout", "close.tls")
		})
	})
	t.Run("cancelled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, tp := pairWith(t, wire.Options{}, func(s *server) {
				s.follow("S: 220 ready", "C: STARTTLS", "S: 220 go")
				_, _ = s.br.Peek(1)
			})
			greeted(t, c)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := c.StartTLS(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("STARTTLS: %v", err)
			}
			ended(t, c, tp, "close.user")
		})
	})
	t.Run("no reply", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, tp := pair(t, wire.Options{}, "S: 220 ready", "C: STARTTLS")
			greeted(t, c)
			_, _ = c.StartTLS(t.Context())
			ended(t, c, tp, "timeout.starttls", "close.timeout")
		})
	})
}

// Nobody writes between STARTTLS and the end of its handshake.
func TestStartTLSHoldsTheWriteLock(t *testing.T) {
	roots, cert := authority(t)
	c, tp := pairWith(t, tlsOptions(roots, "mx.example.test"), func(s *server) {
		s.follow("S: 220 ready", "C: starttls", "S: 220 go")
		s.secure(cert)
		s.follow("C: NOOP", "S: 250 ok")
	})
	greeted(t, c)
	p, err := c.Send(t.Context(), "starttls", true)
	if err != nil {
		t.Fatal(err)
	}
	must(t, c, "NOOP", 250)
	if r, err := p.Wait(t.Context()); r.Code != 220 || err != nil {
		t.Errorf("STARTTLS: %v, %v", r, err)
	}
	all := tp.all()
	if len(all) != 7 || all[4].Kind != protocol.KindTLS || all[5].Text != "NOOP" {
		t.Errorf("the events are %v", all)
	}
}
