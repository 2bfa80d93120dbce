package sasl_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"smtpconsole/protocol/sasl"
)

// tim answers as RFC 2195 §2 and RFC 4616 §4 do in their examples.
func tim(_ context.Context, p sasl.Prompt) (string, error) {
	return map[string]string{"username": "tim", "password": "tanstaaftanstaaf"}[p.Name], nil
}

func TestExchanges(t *testing.T) {
	const challenge = "<1896.697170952@postoffice.reston.mci.net>"
	tests := []struct {
		mechanism, initial string
		challenge, answer  string
	}{
		{"plain", "\x00tim\x00tanstaaftanstaaf", "", ""},
		{"LOGIN", "tim", "Kennwort?", "tanstaaftanstaaf"},
		{"CRAM-MD5", "", challenge, "tim b913a602c7eda7a495b4e6e7334d3890"},
	}
	for _, tt := range tests {
		client, err := sasl.New(t.Context(), tt.mechanism, tim)
		if err != nil {
			t.Fatal(err)
		}
		_, initial, err := client.Start()
		if err != nil || string(initial) != tt.initial {
			t.Errorf("%s begins with %q, %v, want %q", tt.mechanism, initial, err, tt.initial)
		}
		if tt.challenge == "" {
			if _, err := client.Next(nil); err == nil {
				t.Errorf("%s answered a challenge that does not belong to it", tt.mechanism)
			}
			continue
		}
		answer, err := client.Next([]byte(tt.challenge))
		if err != nil || string(answer) != tt.answer {
			t.Errorf("%s answers %q, %v, want %q", tt.mechanism, answer, err, tt.answer)
		}
	}
}

func TestNewErrors(t *testing.T) {
	if _, err := sasl.New(t.Context(), "NTLM", tim); !errors.Is(err, sasl.ErrUnknown) {
		t.Errorf("NTLM: %v, want ErrUnknown", err)
	}
	_, err := sasl.New(t.Context(), "PLAIN", func(context.Context, sasl.Prompt) (string, error) {
		return "", context.Canceled
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled prompt gave %v", err)
	}
}

func TestPrompts(t *testing.T) {
	var got []sasl.Prompt
	_, err := sasl.New(t.Context(), "login", func(_ context.Context, p sasl.Prompt) (string, error) {
		got = append(got, p)
		return "x", nil
	})
	want := []sasl.Prompt{{"LOGIN", "username", false}, {"LOGIN", "password", true}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("asked %v, %v, want %v", got, err, want)
	}
}

func TestPick(t *testing.T) {
	tests := []struct {
		offered   []string
		protected bool
		want      string
	}{
		{[]string{"LOGIN", "PLAIN"}, true, "PLAIN"},
		{[]string{"LOGIN", "PLAIN"}, false, ""},
		{[]string{"PLAIN", "CRAM-MD5"}, false, "CRAM-MD5"},
		{[]string{"GSSAPI"}, true, ""},
		{nil, true, ""},
	}
	for _, tt := range tests {
		if got, ok := sasl.Pick(tt.offered, tt.protected); got != tt.want || ok != (tt.want != "") {
			t.Errorf("Pick(%v, %v) = %q, %v, want %q", tt.offered, tt.protected, got, ok, tt.want)
		}
	}
}

// A server that asks for the password twice must not get it twice.
func TestLoginAnswersOnce(t *testing.T) {
	client, err := sasl.New(t.Context(), "LOGIN", tim)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Next([]byte("Password:")); err != nil {
		t.Fatal(err)
	}
	if answer, err := client.Next([]byte("Password:")); err == nil {
		t.Errorf("the second time it answered %q", answer)
	}
}
