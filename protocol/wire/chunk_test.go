package wire_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

func TestChunk(t *testing.T) {
	script := append(toData[:len(toData)-2:len(toData)-2],
		"C: BDAT 4", "C: .a", "S: 250 4 octets", "C: BDAT 3 LAST", "C: b", "S: 250 done", "C: NOOP", "S: 250 ok")
	c, tp := pair(t, wire.Options{}, script...)
	greeted(t, c)
	for _, line := range []string{"EHLO a.example", "MAIL FROM:<a@b.example>", "RCPT TO:<one@b.example>"} {
		must(t, c, line, 250)
	}
	must(t, c, "RCPT TO:<no@b.example>", 550)
	must(t, c, "RCPT TO:<two@b.example>", 250)
	for line, text := range map[string]string{"NOOP": "x", "BDATA 1": "x", "BDAT 2": "x"} {
		if _, err := c.Chunk(t.Context(), line, strings.NewReader(text), 1, nil); !errors.Is(err, wire.ErrNotChunk) {
			t.Errorf("%q: %v", line, err)
		}
	}
	for _, chunk := range []struct{ line, text string }{{"BDAT 4", ".a\r\n and more"}, {"BDAT 3 LAST", "b\r\n"}} {
		n := int64(strings.Index(chunk.text, "\n") + 1)
		replies, err := c.Chunk(t.Context(), chunk.line, strings.NewReader(chunk.text), n, nil)
		if err != nil || len(replies) != 1 || replies[0].Code != 250 {
			t.Fatalf("%q: %v, %v", chunk.line, replies, err)
		}
	}
	must(t, c, "NOOP", 250)
	bodies := tp.of(protocol.KindBody)
	if len(bodies) != 2 || bodies[0].Text != ".a\r\n" || bodies[1].Size != 3 || bodies[0].Cmd != "BDAT" || bodies[1].SHA256 != digest("b\r\n") {
		t.Errorf("the body events are %v", bodies)
	}
	if st := c.State(); st.Messages != 1 || st.Phase != protocol.PhaseReady {
		t.Errorf("the state is %v with %d messages", st.Phase, st.Messages)
	}
}

func TestChunkLMTP(t *testing.T) {
	c, _ := pair(t, wire.Options{},
		"S: 220 x", "C: LHLO a.example", "S: 250 x", "C: MAIL FROM:<>", "S: 250 ok",
		"C: RCPT TO:<a@b.example>", "S: 250 ok", "C: RCPT TO:<a@b.example>", "S: 250 ok",
		"C: BDAT 3 LAST", "C: b", "S: 250 one", "S: 450 two", "C: NOOP", "S: 250 ok")
	greeted(t, c)
	for _, line := range []string{"LHLO a.example", "MAIL FROM:<>", "RCPT TO:<a@b.example>", "RCPT TO:<a@b.example>"} {
		must(t, c, line, 250)
	}
	replies, err := c.Chunk(t.Context(), "BDAT 3 LAST", strings.NewReader("b\r\n"), 3, nil)
	if err != nil || len(replies) != 2 || replies[1].Code != 450 {
		t.Errorf("Chunk: %v, %v", replies, err)
	}
	must(t, c, "NOOP", 250)
}

// Between the last chunk and its reply nobody knows.
func TestChunkWithoutVerdict(t *testing.T) {
	c, tp := pair(t, wire.Options{}, "S: 220 x", "C: BDAT 3 LAST", "C: b", "close")
	greeted(t, c)
	if _, err := c.Chunk(t.Context(), "BDAT 3 LAST", strings.NewReader("b\r\n"), 3, nil); err == nil {
		t.Error("Chunk came back without an error")
	}
	if closed := ended(t, c, tp, "close.lost"); !strings.Contains(closed.Text, "may have been accepted") {
		t.Errorf("it says %q", closed.Text)
	}
}

// A chunk that is too short would swallow the commands after it.
func TestChunkShort(t *testing.T) {
	c, tp := pairWith(t, wire.Options{}, func(s *server) {
		s.follow("S: 220 x")
		_, _ = io.Copy(io.Discard, s.br)
	})
	greeted(t, c)
	if _, err := c.Chunk(t.Context(), "BDAT 10 LAST", strings.NewReader("short"), 10, nil); !errors.As(err, new(*wire.CloseError)) {
		t.Errorf("Chunk: %v", err)
	}
	ended(t, c, tp, "message.read", "close.body")
}
