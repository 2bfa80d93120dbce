// Package sasl says how this program takes part in an AUTH exchange (RFC 4954,
// RFC 4422). It is thin: the mechanisms themselves are the work of
// github.com/emersion/go-sasl and net/smtp, and a row of the table in
// mechanisms.go says for each which of them does it and what it must be told.
//
// New asks for what a mechanism needs before anything is sent, so that no
// server waits, or gives up, while a person types a password.
package sasl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
)

// ErrUnknown is returned for a mechanism without a row in the table.
var ErrUnknown = errors.New("the mechanism is not built in")

// Client is one side of one exchange. Start returns the mechanism's name and
// its initial response, nil where it has none. Next answers a challenge; its
// error means that the exchange has to be cancelled.
type Client = sasl.Client

// Prompt is one thing a mechanism must be told.
type Prompt struct {
	Mechanism string // "PLAIN"
	Name      string // "username" or "password"
	Secret    bool   // must not be shown while it is typed, nor kept
}

// Asker answers a Prompt: from the settings, or from the person at the
// keyboard where they say nothing. Its error ends the attempt before anything
// is sent. New calls it on the caller's goroutine.
type Asker func(ctx context.Context, p Prompt) (string, error)

// New returns a Client for the mechanism, in any case, once ask has answered
// its prompts in order. The error is ask's, or wraps ErrUnknown.
func New(ctx context.Context, mechanism string, ask Asker) (Client, error) {
	m, ok := find(mechanism)
	if !ok {
		return nil, fmt.Errorf("auth %q: %w; use %s, or type the exchange by hand",
			mechanism, ErrUnknown, strings.Join(Names(), ", "))
	}
	var told answers
	for i, p := range m.prompts {
		p.Mechanism = m.name
		answer, err := ask(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("auth %s: ask for the %s: %w", m.name, p.Name, err)
		}
		told[i] = answer
	}
	return m.client(told), nil
}

// Names are the mechanisms built in, the one to prefer under TLS first.
func Names() []string {
	names := make([]string, len(mechanisms))
	for i, m := range mechanisms {
		names[i] = m.name
	}
	return names
}

// Pick chooses among the mechanisms a server offers (upper case). Protected
// says that the connection is encrypted; without that, mechanisms that show
// the password to whoever listens are not chosen (RFC 4954 §4). It returns
// false where nothing fits.
func Pick(offered []string, protected bool) (string, bool) {
	for _, m := range mechanisms {
		if slices.Contains(offered, m.name) && (protected || !m.clear) {
			return m.name, true
		}
	}
	return "", false
}
