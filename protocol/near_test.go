package protocol

import "testing"

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "EHLO", 4},
		{"MAIL", "MAIL", 0},
		{"MIAL", "MAIL", 1},
		{"MAL", "MAIL", 1},
		{"RCTP", "RCPT", 1},
		{"RPCT", "RCPT", 1},
		{"QUIT", "EXIT", 2},
		{"HELLO", "EHLO", 2},
		{"CA", "ABC", 3}, // no stretch is edited twice
		{"helo", "HELO", 4},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}
