package console

import (
	"context"
	"fmt"
	"net"
	"net/url"

	"golang.org/x/net/proxy"

	"smtpconsole/protocol/wire"
)

// proxy connects through a SOCKS 5 server; names are looked up there.
func (s Settings) proxy(o *wire.Options) error {
	if s.Proxy == "" {
		return nil
	}
	u, err := url.Parse(s.Proxy)
	if err != nil || u.Scheme != "socks5" && u.Scheme != "socks5h" || u.Host == "" {
		return fmt.Errorf("--proxy %q: write socks5://host:port", s.Proxy)
	}
	if _, has := u.User.Password(); has {
		return fmt.Errorf("--proxy: a password there would be seen by everybody on this machine")
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "1080")
	}
	dialer, err := proxy.FromURL(u, proxy.Direct)
	if err != nil {
		return fmt.Errorf("--proxy %q: %w", s.Proxy, err)
	}
	o.Dial = dialer.(proxy.ContextDialer).DialContext
	return nil
}

// resolver asks the DNS server at address, port 53 unless it names one.
func resolver(address string) *net.Resolver {
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(address, "53")
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}}
}
