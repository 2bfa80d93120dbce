package wire_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
	"smtpconsole/protocol/wire"
)

func tim(_ context.Context, p sasl.Prompt) (string, error) {
	return map[string]string{"username": "tim", "password": "tanstaaftanstaaf"}[p.Name], nil
}

func TestAuth(t *testing.T) {
	const plain = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"
	tests := []struct {
		name, mechanism string
		initial         bool
		script          []string
		code            int
		cancelled       bool
	}{
		{"plain at once", "PLAIN", true, []string{"C: AUTH PLAIN " + plain, "S: 235 ok"}, 235, false},
		{"plain in two", "plain", false, []string{"C: AUTH PLAIN", "S: 334 ", "C: " + plain, "S: 235 ok"}, 235, false},
		{"plain, 334 without space", "PLAIN", false, []string{"C: AUTH PLAIN", "S: 334", "C: " + plain, "S: 235 ok"}, 235, false},
		{"login", "LOGIN", false, []string{
			"C: AUTH LOGIN", "S: 334 VXNlciBOYW1lAA==", "C: dGlt", "S: 334 UGFzc3dvcmQA",
			"C: dGFuc3RhYWZ0YW5zdGFhZg==", "S: 235 ok",
		}, 235, false},
		{"login with the name", "LOGIN", true, []string{
			"C: AUTH LOGIN dGlt", "S: 334 UGFzc3dvcmQ6", "C: dGFuc3RhYWZ0YW5zdGFhZg==", "S: 535 5.7.8 no",
		}, 535, false},
		{"cram-md5", "CRAM-MD5", true, []string{
			"C: AUTH CRAM-MD5", "S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
			"C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "S: 235 ok",
		}, 235, false},
		{"refused at once", "PLAIN", true, []string{"C: AUTH PLAIN " + plain, "S: 504 5.5.4 not here"}, 504, false},
		{"not base64", "CRAM-MD5", true, []string{"C: AUTH CRAM-MD5", "S: 334 what?", "C: *", "S: 501 cancelled"}, 501, true},
		{"one challenge too many", "PLAIN", true, []string{"C: AUTH PLAIN " + plain, "S: 334 more", "C: *", "S: 501 cancelled"}, 501, true},
		{"password asked twice", "LOGIN", true, []string{
			"C: AUTH LOGIN dGlt", "S: 334 UGFzc3dvcmQ6", "C: dGFuc3RhYWZ0YW5zdGFhZg==", "S: 334 UGFzc3dvcmQ6",
			"C: *", "S: 501 cancelled",
		}, 501, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			script := append([]string{"S: 220 x", "C: EHLO a.example", "S: 250-x", "S: 250 AUTH PLAIN LOGIN CRAM-MD5"}, tt.script...)
			c, tp := pair(t, wire.Options{}, script...)
			greeted(t, c)
			must(t, c, "EHLO a.example", 250)
			r, err := c.Auth(t.Context(), tt.mechanism, tim, tt.initial)
			if r.Code != tt.code || errors.Is(err, wire.ErrAuthCancelled) != tt.cancelled || (err != nil) != tt.cancelled {
				t.Errorf("Auth: %v, %v, want %d, cancelled %v", r, err, tt.code, tt.cancelled)
			}
			if st := c.State(); (st.Auth != "") != (tt.code == 235) || st.Phase != protocol.PhaseReady {
				t.Errorf("the state is %v, authenticated by %q", st.Phase, st.Auth)
			}
			for _, ev := range tp.of(protocol.KindClient)[1:] {
				if !strings.Contains(ev.Text, "***") && ev.Text != "*" && strings.Count(ev.Text, " ") != 1 {
					t.Errorf("%q is not masked", ev.Text)
				}
			}
		})
	}
}

// An initial response that makes the line too long goes out on its own.
func TestAuthLongInitialResponse(t *testing.T) {
	c, tp := pairWith(t, wire.Options{}, func(s *server) {
		s.follow("S: 220 x", "C: AUTH PLAIN", "S: 334 ")
		_, _ = s.br.ReadString('\n')
		s.follow("S: 235 ok")
	})
	greeted(t, c)
	long := func(context.Context, sasl.Prompt) (string, error) { return strings.Repeat("x", 250), nil }
	if r, err := c.Auth(t.Context(), "PLAIN", long, true); err != nil || r.Code != 235 {
		t.Errorf("Auth: %v, %v", r, err)
	}
	if got, want := tp.dialogue()[1:4], []string{"C: AUTH PLAIN", "S: 334 ", "C: ***"}; !slices.Equal(got, want) {
		t.Errorf("the events are %q, want %q", got, want)
	}
}

// Nothing is sent before everything was asked.
func TestAuthNotAsked(t *testing.T) {
	c, tp := pair(t, wire.Options{}, "S: 220 x")
	greeted(t, c)
	stop := func(context.Context, sasl.Prompt) (string, error) { return "", context.Canceled }
	if _, err := c.Auth(t.Context(), "LOGIN", stop, false); !errors.Is(err, context.Canceled) {
		t.Errorf("Auth: %v", err)
	}
	if _, err := c.Auth(t.Context(), "X-NONE", tim, false); !errors.Is(err, sasl.ErrUnknown) {
		t.Errorf("Auth: %v", err)
	}
	if got := tp.of(protocol.KindClient); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestAuthContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t, wire.Options{}, "S: 220 x", "C: AUTH CRAM-MD5")
		greeted(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Auth(ctx, "CRAM-MD5", tim, false); !errors.Is(err, context.DeadlineExceeded) || c.Err() != nil {
			t.Errorf("Auth: %v, the connection %v", err, c.Err())
		}
	})
}
