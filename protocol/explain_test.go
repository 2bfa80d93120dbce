package protocol

import (
	"slices"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		word string
		want string // kind:word of each topic
	}{
		{"RCPT", "command:RCPT"},
		{"rcpt to:", "command:RCPT term:forward-path"},
		{"MAIL FROM", "command:MAIL term:reverse-path"},
		{"size", "parameter:SIZE keyword:SIZE"},
		{"SIZE=100", "parameter:SIZE"},
		{"NOTIFY=NEVER", "parameter:NOTIFY"},
		{"STARTTLS", "command:STARTTLS keyword:STARTTLS"},
		{"AUTH", "command:AUTH parameter:AUTH keyword:AUTH"},
		{"PIPELINING", "keyword:PIPELINING term:pipelining"},
		{"XXXXXXXA", "keyword:XXXXXXXA"},
		{"550", "reply:550"},
		{" 550 ", "reply:550"},
		{"499", "reply:499"},
		{"5xx", "reply:5yz"},
		{"4yz", "reply:4yz"},
		{"2XX", "reply:2yz"},
		{"5.7.1", "enhanced:5.7.1"},
		{"x.7.1", "enhanced:x.7.1"},
		{"X.7.999", "enhanced:x.7.999"},
		{"greylisting", "term:greylisting"},
		{"Graylisting", "term:greylisting"},
		{"null-sender", "term:null sender"},
		{"dot stuffing", "term:dot-stuffing"},
		{"cram-md5", "term:CRAM-MD5"},
		{"SCRAM", "term:SCRAM-SHA-256"},
		{"25", "port:25"},
		{"465", "port:465"},
		{"587", "port:587"},
		{"2525", "port:2525"},
		{"24", "port:24"},
		{"port 25", "port:25"},
		{"dsn", "keyword:DSN term:DSN"},
	} {
		var got []string
		for _, topic := range Explain(tt.word) {
			got = append(got, topic.Kind+":"+topic.Word)
			if topic.Title == "" || topic.Ref == "" {
				t.Errorf("Explain(%q): title or reference is missing in %+v", tt.word, topic)
			}
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("Explain(%q) = %q, want %q", tt.word, text, tt.want)
		}
	}
	for _, word := range []string{"", " ", "frobnicate", "MAIL me", "000", "6xx", "axx", "x.9.9", "x.1", "5.1", "999", "+25", "-50"} {
		if got := Explain(word); got != nil {
			t.Errorf("Explain(%q) = %+v, want nil", word, got)
		}
	}
}

// Each verb, parameter, keyword and term is found by its own name.
func TestExplainKnowsItsWords(t *testing.T) {
	for _, word := range knownWords() {
		if Explain(word) == nil || Explain(strings.ToLower(word)) == nil {
			t.Errorf("Explain(%q) = nil", word)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"RCTP", "RCPT"},
		{"STARTLS", "STARTTLS"},
		{"graylistin", "graylisting"},
		{"PIPELINNING", "PIPELINING"},
		{"NOTFY", "NOTIFY"},
		{"open relais", "open relay"},
		{"CRAMMD5", "CRAM-MD5"},
	} {
		got := Nearest(tt.word)
		if len(got) == 0 || got[0] != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q first", tt.word, got, tt.want)
		}
		if len(got) > maxNearest || len(slices.Compact(slices.Sorted(slices.Values(got)))) != len(got) {
			t.Errorf("Nearest(%q) = %q: too many, or one twice", tt.word, got)
		}
	}
	for _, word := range []string{"", "a", "xyzzyplugh", "\x1b"} {
		if got := Nearest(word); got != nil {
			t.Errorf("Nearest(%q) = %q, want nil", word, got)
		}
	}
}
