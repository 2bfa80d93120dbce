package practice

import (
	"bytes"
	"testing"
)

// BenchmarkMessage takes a message of 1 MiB by DATA.
func BenchmarkMessage(b *testing.B) {
	text := bytes.Repeat([]byte("a line of ordinary text in a message of ordinary size\r\n"), 1<<20/55)
	sent := append([]byte("EHLO client.example.org\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\n"), text...)
	sent = append(sent, ".\r\nQUIT\r\n"...)
	s := newServer(b, &Options{Limits: Limits{Messages: 1}})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s.ServeConn(&script{in: bytes.NewReader(sent)})
	}
	if len(s.Messages()) != 1 {
		b.Fatal("the message was not accepted")
	}
}
