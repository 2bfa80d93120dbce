package console

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"smtpconsole/protocol/practice"
)

// Target is a server the user named. The zero Target names none.
type Target struct {
	// Name is the target as it was typed, for titles and records.
	Name string
	// Host is a name or address without brackets; Port a number from 1 to 65535.
	Host string
	Port string
	// Implicit puts TLS before the greeting, as smtps:// asks (RFC 8314 §3).
	Implicit bool
	// LMTP says that it is spoken to in LMTP (RFC 2033).
	LMTP bool
	// Path is that of a Unix socket; Host and Port are then empty.
	Path string
	// Practice means the built-in server; Host and Port are then empty.
	Practice bool
	// User is the login name of smtp://user@host, "" without one.
	User string
}

// PracticeName is the target that means the built-in server.
const PracticeName = "practice"

// The one login of the built-in server.
const (
	PracticeUser     = practice.Username
	PracticePassword = practice.Password
)

// portSMTP is RFC 5321 §4.5.4.2's.
const portSMTP = "25"

// schemes are what a target may begin with, and the port that it means: those
// of RFC 8314 §7.3 and, as LMTP has none of its own, of private mail systems.
var schemes = map[string]struct {
	port           string // "" for a socket
	implicit, lmtp bool
}{
	"smtp":      {port: portSMTP},
	"smtps":     {port: "465", implicit: true},
	"lmtp":      {port: "24", lmtp: true},
	"lmtp+unix": {lmtp: true},
}

// ErrTarget is wrapped by every error of ParseTarget.
var ErrTarget = errors.New("write host, host:port, [address]:port, smtp://host, smtps://host, lmtp://host, lmtp+unix:/path or practice")

// ParseTarget reads host, host:port, [v6]:port, smtp://[user@]host[:port],
// smtps:// and lmtp:// likewise, lmtp+unix:/path and "practice". It looks
// nothing up.
func ParseTarget(s string) (Target, error) {
	switch {
	case s == "":
		return Target{}, fmt.Errorf("no server is named: %w", ErrTarget)
	case strings.EqualFold(s, PracticeName):
		return Target{Name: PracticeName, Practice: true}, nil
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return Target{}, fmt.Errorf("target %q has blanks or control characters in it: %w", s, ErrTarget)
	case strings.Contains(s, "://"), strings.HasPrefix(s, unixScheme):
		return parseURL(s)
	}
	t := Target{Name: s, Host: s, Port: portSMTP}
	return t, t.split(s)
}

// split takes host and port apart; an IPv6 address with a port needs brackets.
func (t *Target) split(s string) error {
	if addr, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		t.Host = addr.String()
		return nil
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, port, err := net.SplitHostPort(s)
		if err != nil {
			return fmt.Errorf("target %q: host and port are not clear: %w", s, ErrTarget)
		}
		t.Host, t.Port = host, port
	}
	if n, err := strconv.Atoi(t.Port); err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("target %q: the port is a number from 1 to 65535", s)
	}
	if t.Host == "" {
		return fmt.Errorf("target %q names no host: %w", s, ErrTarget)
	}
	return nil
}

func parseURL(s string) (Target, error) {
	u, err := url.Parse(s)
	if err != nil {
		return Target{}, fmt.Errorf("target is no URL: %w", ErrTarget)
	}
	if _, has := u.User.Password(); has {
		return Target{}, errors.New("a password in the target would be seen by everybody on this machine: use --password-command, or be asked")
	}
	scheme, known := schemes[u.Scheme]
	t := Target{Name: s, Host: u.Hostname(), Port: cmp.Or(u.Port(), scheme.port), Implicit: scheme.implicit, LMTP: scheme.lmtp, User: u.User.Username()}
	switch {
	case !known:
		return Target{}, fmt.Errorf("target %q: the scheme %q is not known: %w", s, u.Scheme, ErrTarget)
	case scheme.port == "":
		return t.socket(u)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return Target{}, fmt.Errorf("target %q: nothing may follow host and port", s)
	}
	return t, t.split(t.Address())
}

// unixScheme begins the path of a socket, with slashes or without.
const unixScheme = "lmtp+unix:"

// socket makes t the one at u's path.
func (t Target) socket(u *url.URL) (Target, error) {
	if t.Path = u.Path; t.Host != "" || !strings.HasPrefix(t.Path, "/") {
		return Target{}, fmt.Errorf("target %q: write the whole path of the socket, as in lmtp+unix:/run/dovecot/lmtp", t.Name)
	}
	t.Port = ""
	return t, nil
}

// Address is where the target is as net.Dial takes it: host:port, or the path
// of a socket; "" for the practice server.
func (t Target) Address() string {
	switch {
	case t.Practice:
		return ""
	case t.Path != "":
		return t.Path
	}
	return net.JoinHostPort(t.Host, t.Port)
}
