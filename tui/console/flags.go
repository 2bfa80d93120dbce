package console

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// Flags are the settings as command line flags, in the groups that help shows.
// Parsing them writes to s; Settle adds what was said elsewhere.
func (s *Settings) Flags() []*pflag.FlagSet {
	connection := group("Connection")
	connection.StringVar(&s.Helo, "helo", "", "call this client `NAME` in EHLO")
	connection.Var(&s.Timeout, "timeout", "wait so long for each reply, as in 30s")
	connection.BoolVarP(&s.IPv4, "ipv4", "4", false, "connect over IPv4 only")
	connection.BoolVarP(&s.IPv6, "ipv6", "6", false, "connect over IPv6 only")
	connection.StringVar(&s.LocalAddr, "local-addr", "", "connect from `ADDRESS`")
	connection.StringVar(&s.Proxy, "proxy", "", "connect through `URL`, as in socks5://host:1080")
	connection.StringVar(&s.Resolver, "resolver", "", "ask the DNS server at `ADDRESS`")

	tls := group("TLS")
	tls.BoolVar(&s.Insecure, "insecure", false, "go on where the certificate does not hold")
	tls.StringVar(&s.CAFile, "ca-file", "", "trust the authorities in `FILE`, not the system's")
	tls.StringVar(&s.ServerName, "server-name", "", "check the certificate for `NAME`")
	tls.StringVar(&s.Cert, "cert", "", "show the client certificate in `FILE`")
	tls.StringVar(&s.Key, "key", "", "its key, where that is in another `FILE`")
	tls.StringVar(&s.TLSMin, "tls-min", "", "lowest `VERSION`: 1.2 or 1.3")
	tls.StringVar(&s.TLSMax, "tls-max", "", "highest `VERSION`")

	login := group("Login")
	login.StringVar(&s.User, "user", "", "log in as `NAME`")
	login.StringVar(&s.PasswordCommand, "password-command", "", "the password is the first line `COMMAND` prints")

	output := group("Output")
	output.BoolVar(&s.Plain, "plain", false, "lines instead of the full screen")
	output.StringVar(&s.Theme, "theme", "", "`COLOURS` of the full screen: "+strings.Join(Themes, ", "))
	output.BoolVar(&s.NoRecord, "no-record", false, "keep no record of the session")
	output.Var(&s.KeepMax, "keep-max", "copy messages up to `SIZE` beside the record: 10M, 1G, 0 for none, or all")
	output.IntVar(&s.KeepDays, "keep-days", 0, "after a session, delete those older than `N` days")
	output.Var(&s.KeepSize, "keep-size", "and the oldest, while all together take more than `SIZE`, as in 1G")
	output.BoolVar(&s.Confirm, "confirm", true, "in the full screen, ask before a message goes to another machine")
	return []*pflag.FlagSet{connection, tls, login, output}
}

func group(title string) *pflag.FlagSet {
	flags := pflag.NewFlagSet(title, pflag.ContinueOnError)
	flags.SortFlags = false
	return flags
}

// Settle completes s once flags, which hold those of Flags, are parsed: a flag
// that was given goes first, then its variable in the environment, then
// config.toml in dir. Every flag has a variable: --tls-min is
// SMTPCONSOLE_TLS_MIN. An empty one says nothing.
func (s *Settings) Settle(flags *pflag.FlagSet, dir string) error {
	given := map[string]string{}
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			given[f.Name] = f.Value.String()
		}
	})
	if err := s.ReadConfig(dir); err != nil {
		return err
	}
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		value, from := given[f.Name], "--"+f.Name
		if !f.Changed {
			from = Variable(f.Name)
			value = os.Getenv(from)
		}
		if value == "" && !f.Changed {
			return
		}
		if err := f.Value.Set(value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", from, err))
		}
	})
	return errors.Join(append(errs, s.Check())...)
}

// Variable is the name that flag has in the environment.
func Variable(flag string) string {
	return "SMTPCONSOLE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
