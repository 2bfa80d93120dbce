package console

import (
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

// The ports of RFC 5321 §4.5.4.2 and RFC 8314 §7.3.
const (
	portSMTP        = "25"
	portSubmissions = "465"
)

// ErrTarget is wrapped by every error of ParseTarget.
var ErrTarget = errors.New("write host, host:port, [address]:port, smtp://host, smtps://host or practice")

// ParseTarget reads host, host:port, [v6]:port, smtp://[user@]host[:port],
// smtps://[user@]host[:port] and "practice". It looks nothing up.
func ParseTarget(s string) (Target, error) {
	switch {
	case s == "":
		return Target{}, fmt.Errorf("no server is named: %w", ErrTarget)
	case strings.EqualFold(s, PracticeName):
		return Target{Name: PracticeName, Practice: true}, nil
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return Target{}, fmt.Errorf("target %q has blanks or control characters in it: %w", s, ErrTarget)
	case strings.Contains(s, "://"):
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
	t := Target{Name: s, Host: u.Hostname(), Port: u.Port(), Implicit: u.Scheme == "smtps", User: u.User.Username()}
	if _, has := u.User.Password(); has {
		return Target{}, errors.New("a password in the target would be seen by everybody on this machine: use --password-command, or be asked")
	}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return Target{}, fmt.Errorf("target %q: the scheme %q is not known: %w", s, u.Scheme, ErrTarget)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return Target{}, fmt.Errorf("target %q: nothing may follow host and port", s)
	case t.Port == "" && t.Implicit:
		t.Port = portSubmissions
	case t.Port == "":
		t.Port = portSMTP
	}
	return t, t.split(t.Address())
}

// Address is host:port as net.Dial takes it; "" for the practice server.
func (t Target) Address() string {
	if t.Practice {
		return ""
	}
	return net.JoinHostPort(t.Host, t.Port)
}
