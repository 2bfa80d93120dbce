package console

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// flagsOf is one flag set with all settings.
func flagsOf(s *Settings) *pflag.FlagSet {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, g := range s.Flags() {
		all.AddFlagSet(g)
	}
	return all
}

// configDir is a directory with a config.toml.
func configDir(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestSettingsHaveFlags: the names are the same on the command line and in the
// file, and none is missing.
func TestSettingsHaveFlags(t *testing.T) {
	var s Settings
	flags, fields := flagsOf(&s), 0
	for f := range reflect.TypeFor[Settings]().Fields() {
		fields++
		if flags.Lookup(f.Tag.Get("toml")) == nil {
			t.Errorf("%s has no flag", f.Name)
		}
	}
	flags.VisitAll(func(f *pflag.Flag) {
		fields--
		if f.Usage == "" {
			t.Errorf("--%s says nothing of itself", f.Name)
		}
	})
	if fields != 0 {
		t.Errorf("%d more fields than flags", fields)
	}
}

func TestSettle(t *testing.T) {
	const config = "helo = 'config'\nuser = 'config'\ntheme = 'dark'\ntimeout = '1m'\nplain = true\ninsecure = true\nkeep-max = 4096\nkeep-days = 90\nkeep-size = '1G'\n"
	t.Setenv("SMTPCONSOLE_HELO", "environment")
	t.Setenv("SMTPCONSOLE_USER", "environment")
	t.Setenv("SMTPCONSOLE_TIMEOUT", "2")
	t.Setenv("SMTPCONSOLE_THEME", "") // says nothing
	t.Setenv("SMTPCONSOLE_TLS_MIN", "1.3")
	t.Setenv("SMTPCONSOLE_CONFIRM", "false")
	var s Settings
	flags := flagsOf(&s)
	if err := flags.Parse([]string{"--helo", "flag", "--plain=false", "-4"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(flags, configDir(t, config)); err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Helo: "flag", User: "environment", Theme: "dark", Timeout: Duration(2 * time.Second),
		Insecure: true, IPv4: true, TLSMin: "1.3", KeepMax: 4096, KeepDays: 90, KeepSize: 1 << 30,
	}
	if s != want {
		t.Errorf("%+v", s)
	}
}

func TestSettleRefuses(t *testing.T) {
	for _, c := range []struct {
		args, env, config, says string
	}{
		{"", "", "heelo = 'x'", `"heelo"`},
		{"", "", "helo = 1", "config.toml"},
		{"", "", "timeout = 'soon'", `"soon"`},
		{"", "", "keep-max = 'much'", `"much"`},
		{"", "", "confirm = 'maybe'", "config.toml"},
		{"", "TIMEOUT=soon", "", "SMTPCONSOLE_TIMEOUT"},
		{"", "PLAIN=maybe", "", "SMTPCONSOLE_PLAIN"},
		{"-4", "IPV6=true", "", "-4 and -6"},
		{"--key x", "", "", "--cert"},
		{"--theme pink", "", "", `"pink"`},
		{"", "", "keep-size = 'much'", `"much"`},
		{"--keep-days -1", "", "", "--keep-days"},
	} {
		name, value, _ := strings.Cut(c.env, "=")
		if name != "" {
			t.Setenv("SMTPCONSOLE_"+name, value)
		}
		var s Settings
		flags := flagsOf(&s)
		if err := flags.Parse(strings.Fields(c.args)); err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(flags, configDir(t, c.config)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c, err)
		}
		if name != "" {
			os.Unsetenv("SMTPCONSOLE_" + name)
		}
	}
}

func TestNoConfig(t *testing.T) {
	var s Settings
	if err := s.Settle(flagsOf(&s), t.TempDir()); err != nil || s != (Settings{Confirm: true}) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{"30": 30 * time.Second, "30s": 30 * time.Second, "2m": 2 * time.Minute, "0": 0} {
		var d Duration
		if err := d.Set(in); err != nil || d != Duration(want) {
			t.Errorf("%q: %s, %v", in, d.String(), err)
		}
		var again Duration
		if err := again.Set(d.String()); err != nil || again != d {
			t.Errorf("%q: %q cannot be read back", in, d.String())
		}
	}
	for _, in := range []string{"soon", "-1s", "1 h"} {
		if err := new(Duration).Set(in); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
}

// TestWireOptionsRefuse: what cannot be meant is said before anything is dialled.
func TestWireOptionsRefuse(t *testing.T) {
	noPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for says, s := range map[string]Settings{
		"missing.pem":    {CAFile: "missing.pem"},
		"no certificate": {CAFile: noPEM},
		"--cert":         {Cert: "missing.pem"},
		"--tls-min":      {TLSMin: "1.4"},
		"--tls-max":      {TLSMax: "ssl3"},
		"is above":       {TLSMin: "1.3", TLSMax: "1.2"},
		"--local-addr":   {LocalAddr: "here"},
		"--proxy":        {Proxy: "http://proxy:80"},
		"everybody":      {Proxy: "socks5://ann:hunter2@proxy"},
	} {
		_, keys, err := s.wireOptions(Target{Host: "mx", Port: "25"})
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", says, err)
		}
		if err := keys.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWireOptions(t *testing.T) {
	log := filepath.Join(t.TempDir(), "keys")
	t.Setenv("SSLKEYLOGFILE", log)
	s := Settings{Timeout: Duration(time.Second), IPv6: true, LocalAddr: "[::1]", TLSMin: "1.2", TLSMax: "TLS1.3", Insecure: true, ServerName: "mx.example.org", Resolver: "127.0.0.1", Proxy: "socks5://ann@127.0.0.1"}
	o, keys, err := s.wireOptions(Target{Name: "x", Host: "mx", Port: "465", Implicit: true})
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	if o.Network != "tcp6" || o.Name != "mx" || !o.TLS.Implicit || !o.TLS.Insecure || o.TLS.ServerName != "mx.example.org" ||
		o.TLS.Min != 0x303 || o.TLS.Max != 0x304 || o.LocalAddr.String() != "[::1]:0" || o.Resolver == nil || o.Dial == nil ||
		o.TLS.KeyLog == nil || o.Timeouts.Mail != time.Second {
		t.Errorf("%+v", o)
	}
	if info, err := os.Stat(log); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key log: %v, %v", info, err)
	}
}
