package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/jdx/go-netrc"

	"smtpconsole/protocol/sasl"
)

// ErrNobody is returned for a login that needs something nobody can be asked for.
var ErrNobody = errors.New("nobody can be asked: use --user and --password-command, SMTPCONSOLE_PASSWORD or .netrc")

// asker answers a mechanism's prompts: from the settings, the password
// command, the environment and .netrc, in this order, then from the person.
func (s *Session) asker() sasl.Asker {
	user := ""
	return func(ctx context.Context, p sasl.Prompt) (string, error) {
		answer, err := s.known(ctx, p, user)
		if err == nil && answer == "" {
			answer, err = s.askPerson(ctx, p)
		}
		if !p.Secret {
			user = answer
		}
		return answer, err
	}
}

func (s *Session) askPerson(ctx context.Context, p sasl.Prompt) (string, error) {
	if s.console.o.Ask == nil {
		return "", fmt.Errorf("%s for %s is missing: %w", p.Name, p.Mechanism, ErrNobody)
	}
	return s.console.o.Ask(ctx, p)
}

// known answers without asking anybody; "" means it cannot.
func (s *Session) known(ctx context.Context, p sasl.Prompt, user string) (string, error) {
	set := s.console.o.Settings
	if !p.Secret {
		return firstOf(s.Target.User, set.User, s.netrc("").login), nil
	}
	if set.PasswordCommand != "" {
		return passwordFrom(ctx, set.PasswordCommand)
	}
	return firstOf(os.Getenv("SMTPCONSOLE_PASSWORD"), s.netrc(user).password), nil
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// passwordFrom runs a command and takes the first line it prints.
func passwordFrom(ctx context.Context, command string) (string, error) {
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	out, err := exec.CommandContext(ctx, shell, flag, command).Output()
	if err != nil {
		return "", fmt.Errorf("--password-command failed: %w", err)
	}
	first, _, _ := bytes.Cut(out, []byte("\n"))
	return strings.TrimSuffix(string(first), "\r"), nil
}

type netrcEntry struct{ login, password string }

// netrc looks the host up in $NETRC or ~/.netrc. An entry for another user
// than the one given is not taken.
func (s *Session) netrc(user string) netrcEntry {
	path := os.Getenv("NETRC")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return netrcEntry{}
		}
		path = filepath.Join(home, ".netrc")
	}
	file, err := netrc.Parse(path)
	if err != nil || s.Target.Host == "" {
		return netrcEntry{}
	}
	machine := file.Machine(s.Target.Host)
	if machine == nil || user != "" && machine.Get("login") != user {
		return netrcEntry{}
	}
	return netrcEntry{machine.Get("login"), machine.Get("password")}
}
