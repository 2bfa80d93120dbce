package console

import (
	"errors"
	"strings"
	"testing"
)

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]Target{
		"mx.example.org":               {Host: "mx.example.org", Port: "25"},
		"mx.example.org:587":           {Host: "mx.example.org", Port: "587"},
		"127.0.0.1":                    {Host: "127.0.0.1", Port: "25"},
		"::1":                          {Host: "::1", Port: "25"},
		"[::1]":                        {Host: "::1", Port: "25"},
		"[::1]:2525":                   {Host: "::1", Port: "2525"},
		"smtp://mx.example.org":        {Host: "mx.example.org", Port: "25"},
		"smtp://ann@mx.example.org:26": {Host: "mx.example.org", Port: "26", User: "ann"},
		"smtps://mx.example.org":       {Host: "mx.example.org", Port: "465", Implicit: true},
		"smtps://[::1]:466/":           {Host: "::1", Port: "466", Implicit: true},
		"lmtp://mx.example.org":        {Host: "mx.example.org", Port: "24", LMTP: true},
		"lmtp://[::1]:2024":            {Host: "::1", Port: "2024", LMTP: true},
		"lmtp+unix:/run/lmtp":          {Path: "/run/lmtp", LMTP: true},
		"lmtp+unix:///run/a%20b":       {Path: "/run/a b", LMTP: true},
		"practice":                     {Name: "practice", Practice: true},
		"Practice":                     {Name: "practice", Practice: true},
	} {
		want.Name = in
		if want.Practice {
			want.Name = PracticeName
		}
		if got, err := ParseTarget(in); err != nil || got != want {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
}

func TestParseTargetRefuses(t *testing.T) {
	for in, isForm := range map[string]bool{ // true: the error says which forms there are
		"":                           true,
		"a b":                        true,
		"a\r\nb":                     true,
		"http://mx.example.org":      true,
		"smtp://":                    true,
		":25":                        true,
		"1:2:3:4":                    true,
		"mx.example.org:0":           false,
		"mx.example.org:65536":       false,
		"mx.example.org:smtp":        false,
		"smtp://mx.example.org/path": false,
		"smtp://mx.example.org?x":    false,
		"smtp://a:b@mx.example.org":  false,
		"lmtp://mx.example.org/path": false,
		"lmtp+unix:lmtp":             false,
		"lmtp+unix://host/lmtp":      false,
		"lmtp+unix:":                 false,
	} {
		_, err := ParseTarget(in)
		if err == nil || errors.Is(err, ErrTarget) != isForm {
			t.Errorf("%q: %v", in, err)
		}
	}
	if _, err := ParseTarget("smtp://ann:hunter2@mx.example.org"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a password in the target: %v", err)
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{"::1": "[::1]:25", "mx:1": "mx:1", "practice": "", "lmtp+unix:/run/lmtp": "/run/lmtp"} {
		if target, err := ParseTarget(in); err != nil || target.Address() != want {
			t.Errorf("%q: %q, %v", in, target.Address(), err)
		}
	}
}
