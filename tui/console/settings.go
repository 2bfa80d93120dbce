package console

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"
	"github.com/adrg/xdg"

	"smtpconsole/history"
	"smtpconsole/protocol/wire"
)

// Settings are what flags, SMTPCONSOLE_* variables and config.toml can say; the
// names are the same everywhere. The zero Settings work.
type Settings struct {
	Helo            string   `toml:"helo"`             // name for EHLO; "" means this host's
	Timeout         Duration `toml:"timeout"`          // for each reply; 0 means the minimums of RFC 5321 §4.5.3.2
	IPv4            bool     `toml:"ipv4"`             // connect over IPv4 only
	IPv6            bool     `toml:"ipv6"`             // connect over IPv6 only
	LocalAddr       string   `toml:"local-addr"`       // address to connect from
	Insecure        bool     `toml:"insecure"`         // go on where the certificate does not hold
	CAFile          string   `toml:"ca-file"`          // PEM file of authorities to trust instead of the system's
	Cert            string   `toml:"cert"`             // PEM file of the client's certificate
	Key             string   `toml:"key"`              // PEM file of its key; "" means Cert holds both
	ServerName      string   `toml:"server-name"`      // name to check the certificate for
	TLSMin          string   `toml:"tls-min"`          // lowest version: 1.2 or 1.3
	TLSMax          string   `toml:"tls-max"`          // highest version
	Proxy           string   `toml:"proxy"`            // socks5://[user@]host:port
	User            string   `toml:"user"`             // login name
	PasswordCommand string   `toml:"password-command"` // prints the password on its first line
	Resolver        string   `toml:"resolver"`         // DNS server to ask, host[:port]
	NoRecord        bool     `toml:"no-record"`        // keep no file of the session
	KeepMax         KeepMax  `toml:"keep-max"`         // largest message copied beside the record
	KeepDays        int      `toml:"keep-days"`        // sessions older than that are deleted after a session; 0 keeps them all
	KeepSize        Size     `toml:"keep-size"`        // the oldest are deleted while all together take more; 0 is no limit
	Confirm         bool     `toml:"confirm"`          // ask before a message goes to another machine; true where nothing is said
	Plain           bool     `toml:"plain"`            // no full screen
	Theme           string   `toml:"theme"`            // auto, dark, light or mono
}

// Duration is a time.Duration that settings write as "30s".
type Duration time.Duration

// UnmarshalText reads "30s", "2m" and the like; a bare number is seconds.
func (d *Duration) UnmarshalText(b []byte) error { return d.Set(string(b)) }

// Set is UnmarshalText for flags.
func (d *Duration) Set(s string) error {
	if strings.Trim(s, "0123456789") == "" {
		s += "s"
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration: write 30s or 2m", s)
	}
	*d = Duration(v)
	return nil
}

// String is the duration as Set reads it: "0" for none.
func (d *Duration) String() string {
	if *d == 0 {
		return "0"
	}
	return time.Duration(*d).String()
}

// Type is the word that help shows.
func (d *Duration) Type() string { return "duration" }

// ConfigDir is where config.toml is looked for: $SMTPCONSOLE_CONFIG_DIR where
// that is set, else smtpconsole in the XDG configuration directory.
func ConfigDir() string {
	if dir := os.Getenv("SMTPCONSOLE_CONFIG_DIR"); dir != "" {
		return dir
	}
	return filepath.Join(xdg.ConfigHome, "smtpconsole")
}

// ReadConfig fills s from config.toml in dir. No file is no error; a word in
// it that is not a setting is one.
func (s *Settings) ReadConfig(dir string) error {
	path := filepath.Join(dir, "config.toml")
	meta, err := toml.DecodeFile(path, s)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("read %s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("%s: %q is no setting: smtpconsole --help lists them", path, unknown[0].String())
	}
	return nil
}

// wireOptions turns the settings into what the connection needs. Close what it
// returns after the session.
func (s Settings) wireOptions(t Target) (*wire.Options, io.Closer, error) {
	o := &wire.Options{Name: t.Name, Network: s.network()}
	o.TLS.Implicit, o.TLS.Insecure, o.TLS.ServerName = t.Implicit, s.Insecure, s.ServerName
	if t.Host != "" {
		o.Name = t.Host
	}
	if s.Timeout > 0 {
		o.Timeouts = wire.Within(time.Duration(s.Timeout))
	}
	keys, err := s.keyLog(o)
	err = errors.Join(err, s.trust(o), s.identity(o), s.versions(o), s.origin(o), s.proxy(o))
	if t.Path != "" { // which is reached without addresses and proxies
		o.Network, o.LocalAddr, o.Dial = "unix", nil, nil
	}
	return o, keys, err
}

func (s Settings) network() string {
	switch {
	case s.IPv4:
		return "tcp4"
	case s.IPv6:
		return "tcp6"
	}
	return "tcp"
}

// keyLog honours SSLKEYLOGFILE, as browsers and curl do.
func (s Settings) keyLog(o *wire.Options) (io.Closer, error) {
	path := os.Getenv("SSLKEYLOGFILE")
	if path == "" {
		return io.NopCloser(nil), nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return io.NopCloser(nil), fmt.Errorf("SSLKEYLOGFILE: %w", err)
	}
	o.TLS.KeyLog = f
	return f, nil
}

func (s Settings) trust(o *wire.Options) error {
	if s.CAFile == "" {
		return nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return fmt.Errorf("--ca-file: %w", err)
	}
	o.TLS.Roots = x509.NewCertPool()
	if !o.TLS.Roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("--ca-file %q holds no certificate in PEM form", s.CAFile)
	}
	return nil
}

func (s Settings) identity(o *wire.Options) error {
	if s.Cert == "" {
		return nil
	}
	key := s.Key
	if key == "" {
		key = s.Cert
	}
	pair, err := tls.LoadX509KeyPair(s.Cert, key)
	if err != nil {
		return fmt.Errorf("--cert and --key: %w", err)
	}
	o.TLS.Certificates = []tls.Certificate{pair}
	return nil
}

// tlsVersions are the words of --tls-min and --tls-max.
var tlsVersions = []struct {
	word    string
	version uint16
}{{"1.0", tls.VersionTLS10}, {"1.1", tls.VersionTLS11}, {"1.2", tls.VersionTLS12}, {"1.3", tls.VersionTLS13}}

func (s Settings) versions(o *wire.Options) error {
	var errs [2]error
	o.TLS.Min, errs[0] = tlsVersion("--tls-min", s.TLSMin)
	o.TLS.Max, errs[1] = tlsVersion("--tls-max", s.TLSMax)
	if o.TLS.Min > 0 && o.TLS.Max > 0 && o.TLS.Min > o.TLS.Max {
		return fmt.Errorf("--tls-min %s is above --tls-max %s", s.TLSMin, s.TLSMax)
	}
	return errors.Join(errs[:]...)
}

func tlsVersion(flag, word string) (uint16, error) {
	if word == "" {
		return 0, nil
	}
	for _, v := range tlsVersions {
		if v.word == strings.TrimPrefix(strings.ToLower(word), "tls") {
			return v.version, nil
		}
	}
	return 0, fmt.Errorf("%s %q: write 1.2 or 1.3", flag, word)
}

// origin sets whom to ask for names and where to connect from.
func (s Settings) origin(o *wire.Options) error {
	if s.LocalAddr != "" {
		ip := net.ParseIP(strings.Trim(s.LocalAddr, "[]"))
		if ip == nil {
			return fmt.Errorf("--local-addr %q is no IP address of this machine", s.LocalAddr)
		}
		o.LocalAddr = &net.TCPAddr{IP: ip}
	}
	if s.Resolver != "" {
		o.Resolver = resolver(s.Resolver)
	}
	return nil
}

// name is what this client calls itself: the setting, or this host's name
// where it is a full one, or an address literal (RFC 5321 §4.1.4).
func (s Settings) name() string {
	if s.Helo != "" {
		return s.Helo
	}
	if host, err := os.Hostname(); err == nil && strings.Contains(host, ".") {
		return strings.TrimSuffix(host, ".")
	}
	return unnamed
}

// unnamed is what a client without a name of its own says in EHLO: an address
// literal.
const unnamed = "[127.0.0.1]"

// Limits are what the record is to be pruned to after a session, now; the zero
// Limits where nothing is said.
func (s Settings) Limits(now time.Time) history.Limits {
	l := history.Limits{Larger: int64(s.KeepSize)}
	if s.KeepDays > 0 {
		l.Before = now.AddDate(0, 0, -s.KeepDays)
	}
	return l
}

// Themes are the words of --theme.
var Themes = []string{"auto", "dark", "light", "mono"}

// Check finds settings that contradict themselves, before anything is done.
func (s Settings) Check() error {
	switch {
	case s.IPv4 && s.IPv6:
		return errors.New("-4 and -6 exclude each other: leave both out to use what there is")
	case s.KeepDays < 0:
		return fmt.Errorf("--keep-days %d: write a number of days, or 0 to keep all sessions", s.KeepDays)
	case s.Key != "" && s.Cert == "":
		return errors.New("--key needs --cert beside it")
	case strings.ContainsFunc(s.Helo, func(r rune) bool { return r <= ' ' || r == 0x7f || !unicode.IsPrint(r) }):
		return fmt.Errorf("--helo %q: a name has no blanks and no control characters", s.Helo)
	case s.Theme != "" && !slices.Contains(Themes, s.Theme):
		return fmt.Errorf("--theme %q: write %s", s.Theme, strings.Join(Themes, ", "))
	}
	return nil
}
