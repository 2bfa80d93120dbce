package history

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// madeUp makes sessions up: whatever a client and a server may say, by the draw.
type madeUp struct {
	*rand.Rand
	log *Log
}

// pick is one of list.
func pick[T any](m *madeUp, list ...T) T { return list[m.IntN(len(list))] }

// send sends a line.
func (m *madeUp) send(line string) { m.log.Append(protocol.ClientLine(line, m.log.State())) }

// said are texts that a reply may have behind its code.
var said = []string{"ok", "", "2.0.0 Ok: queued as 4QX", "250 inside", "C: odd", "# note: odd", "> odd", "-", "grüße …", "a  b", "Trying 1.2.3.4...", "354 no", "<b>&lt;</b>", "=== x", "*** y", ". .", "...", "(waits)", "text that is long enough to look as if it had been broken to fit a page, or"}

// answer answers with a code, in one line or in several.
func (m *madeUp) answer(code int) {
	var lines []string
	for range 1 + m.IntN(3)*m.IntN(3) {
		lines = append(lines, pick(m, said...))
	}
	m.reply(code, lines...)
}

func (m *madeUp) reply(code int, lines ...string) {
	var r protocol.ReplyBuilder
	for i, text := range lines {
		separator := " "
		if i < len(lines)-1 {
			separator = "-"
		}
		ev := protocol.Event{Kind: protocol.KindServer, Text: fmt.Sprintf("%d%s%s", code, separator, text)}
		if whole, done := r.Add([]byte(ev.Text + "\r\n")); done {
			ev.Reply = &whole
		}
		m.log.Append(ev)
	}
}

// text is that of a message or of a chunk.
func (m *madeUp) text() string {
	var b strings.Builder
	for range m.IntN(8) {
		b.WriteString(pick(m, "Subject: x", "", "", ".", "..", ".a", "C: a", "S: 250 ok", "250 ok", "<-  250 ok", " -> b", "# note: c", "  indented", "\ttab", "grüße", "QUIT", "&lt;", "...", "=== d", "trailing  ", strings.Repeat("long ", 300)) + "\r\n")
	}
	return b.String()
}

// session is a whole one.
func (m *madeUp) session() []protocol.Event {
	m.log = NewLog(nil, clock())
	m.log.Append(protocol.Event{Kind: protocol.KindConnect, Text: "mx.example.test (192.0.2.1:25)"})
	m.reply(220, "mx.example.test ESMTP")
	hello := pick(m, "EHLO", "HELO", "LHLO")
	m.send(hello + " client.example.org")
	m.reply(250, "mx.example.test", "PIPELINING", "8BITMIME", "STARTTLS", "CHUNKING")
	if m.IntN(3) == 0 {
		m.send("STARTTLS")
		m.reply(220, "go")
		m.log.Append(protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{Version: "TLS 1.3", Cipher: "TLS_AES_128_GCM_SHA256", Verified: true, Verdict: "verified for mx.example.test"}})
		m.send(hello + " client.example.org")
		m.answer(250)
	}
	for range m.IntN(4) {
		pick(m, (*madeUp).login, (*madeUp).small, (*madeUp).mail, (*madeUp).mail, (*madeUp).pipelined)(m, hello == "LHLO")
	}
	m.send("QUIT")
	m.reply(221, "bye")
	m.log.Append(protocol.Event{Kind: protocol.KindClose, Code: "close.quit", Text: "the server closed the connection"})
	return m.log.Events()
}

func (m *madeUp) login(bool) {
	secret := base64.StdEncoding.EncodeToString([]byte("geheim"))
	if m.IntN(2) == 0 {
		m.send("AUTH PLAIN " + secret)
	} else {
		m.send("AUTH LOGIN")
		m.reply(334, "VXNlcm5hbWU6")
		m.send(secret)
		m.reply(334, "UGFzc3dvcmQ6")
		m.send(secret)
	}
	m.answer(pick(m, 235, 535, 454))
}

// small is a command with a reply, or a line that is no command.
func (m *madeUp) small(bool) {
	m.send(pick(m, "NOOP", "RSET", "VRFY bob", "noop  x", "HELP", "", "XYZZY", "220 x", ".", "  NOOP", "# note: x", "C: x", "MAIL FROM:a@b", "Subject: x", "..."))
	m.answer(pick(m, 250, 500, 502, 214, 252, 421))
}

// mail is a transaction.
func (m *madeUp) mail(lmtp bool) {
	m.send("MAIL FROM:<a@example.org> SIZE=10")
	m.answer(250)
	n := 1 + m.IntN(2)
	for i := range n {
		m.send(fmt.Sprintf("RCPT TO:<b%d@example.test>", i))
		m.answer(250)
	}
	verdicts := 1
	if lmtp {
		verdicts = n
	}
	if m.IntN(2) == 0 {
		m.send("DATA")
		if m.IntN(5) == 0 {
			m.answer(554)
			return
		}
		m.reply(354, "go on")
		m.log.Append(bodyEvent("DATA", m.text()))
	} else {
		for range m.IntN(2) {
			m.chunk("")
			m.answer(250)
		}
		m.chunk(" LAST")
	}
	for range verdicts {
		m.answer(pick(m, 250, 552))
	}
}

// chunk is a piece of a message, whose last line may go on in the next one.
func (m *madeUp) chunk(last string) {
	text := m.text() + pick(m, "", "half a line")
	m.send(fmt.Sprintf("BDAT %d%s", len(text), last))
	m.log.Append(bodyEvent("BDAT", text))
}

// pipelined sends some lines in one go.
func (m *madeUp) pipelined(bool) {
	m.send("MAIL FROM:<a@example.org>")
	n := 1 + m.IntN(3)
	for range n {
		m.send("RCPT TO:<b@example.test>")
	}
	for range n + 1 {
		m.answer(pick(m, 250, 250, 550))
	}
	m.send("RSET")
	m.answer(250)
}

// TestMadeUpComesBack: a session leaves as text, and in the notation of swaks,
// and comes back with the same steps and replies.
func TestMadeUpComesBack(t *testing.T) {
	for seed := range uint64(1500) {
		m := &madeUp{Rand: rand.New(rand.NewPCG(seed, 8))}
		events := m.session()
		for format, as := range map[string]Format{"text": FormatDialogue, "swaks": FormatSwaks} {
			out, err := export(t, format, Source{Events: Each(events)})
			if err != nil {
				t.Fatal(err)
			}
			imported, err := Import(strings.NewReader(out), FormatGuess)
			if err != nil || imported.Format != as || len(imported.Unclear) > 0 {
				t.Fatalf("seed %d, %s: %v, %+v\n%s", seed, format, err, imported, out)
			}
			if comesBack(t, format, Steps(imported.Events), Steps(events)); t.Failed() {
				t.Fatalf("seed %d\n%s", seed, out)
			}
		}
	}
}
