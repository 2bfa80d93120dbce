package line

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// mailboxes is an LMTP server by other people, emersion/go-smtp's. It answers for
// each recipient of a message on its own (RFC 2033 §4.2).
type mailboxes struct {
	smtp.Session
	refused, full string // recipients that are answered with 550, or for whom no message is taken
	to            []string
}

func (m *mailboxes) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m *mailboxes) Reset()                                      { m.to = nil }
func (m *mailboxes) Logout() error                               { return nil }
func (m *mailboxes) Mail(string, *smtp.MailOptions) error        { return nil }

func (m *mailboxes) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == m.refused {
		return &smtp.SMTPError{Code: 550, Message: "not here"}
	}
	m.to = append(m.to, to)
	return nil
}

func (m *mailboxes) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	_, err := io.Copy(io.Discard, r)
	for _, to := range m.to {
		if to == m.full {
			status.SetStatus(to, &smtp.SMTPError{Code: 452, Message: "full"})
		} else {
			status.SetStatus(to, err)
		}
	}
	return err
}

// serve is the address of m.
func (m *mailboxes) serve(t *testing.T) string {
	t.Helper()
	server := smtp.NewServer(m)
	server.LMTP = true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() { _ = server.Close(); <-over })
	return l.Addr().String()
}

// lmtpScript sends two messages to two recipients, one by DATA and one by BDAT.
const lmtpScript = `{"format":"smtpconsole-session/1"}
{"kind":"client","text":"LHLO client.example.org"}
{"kind":"client","text":"MAIL FROM:<a@x.example>","group":1}
{"kind":"client","text":"RCPT TO:<b@x.example>","group":1}
{"kind":"client","text":"RCPT TO:<c@x.example>","group":1}
{"kind":"client","text":"DATA","group":1}
{"kind":"body","text":"Subject: x\n\nhi\n","expect":{"code":250}}
{"kind":"client","text":"MAIL FROM:<a@x.example>"}
{"kind":"client","text":"RCPT TO:<b@x.example>"}
{"kind":"client","text":"RCPT TO:<c@x.example>"}
{"kind":"client","text":"BDAT 14"}
{"kind":"body","text":"Subject: x\r\n\r\n"}
{"kind":"client","text":"BDAT 4 LAST"}
{"kind":"body","text":"hi\r\n"}
{"kind":"client","text":"QUIT","expect":{"code":221}}
`

// TestReplayLMTP runs a session of two messages again on servers that answer for
// the recipients otherwise, for one of them, or for fewer.
func TestReplayLMTP(t *testing.T) {
	t.Setenv("SMTPCONSOLE_STATE_DIR", t.TempDir())
	original := lmtpReplay(t, scriptFile(t, lmtpScript), (&mailboxes{}).serve(t), 0)
	for _, c := range []struct {
		name   string
		server mailboxes
		exit   int
		differ []string // step, what differs, expected, got
	}{
		{"same", mailboxes{}, 0, nil},
		{"full", mailboxes{full: "c@x.example"}, 40, []string{"7 code 250 452", "12 code 250 452"}},
		{"refused", mailboxes{refused: "c@x.example"}, 40, []string{"5 code 250 550", "7 replies 2 1", "10 code 250 550", "12 replies 2 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lmtpReplay(t, original.record, c.server.serve(t), c.exit)
			if !slices.Equal(got.differ, c.differ) {
				t.Errorf("got  %q\nwant %q\n%s", got.differ, c.differ, got.text)
			}
		})
	}
}

// lmtpRun is what came of a replay.
type lmtpRun struct {
	record string
	differ []string
	text   string
}

func lmtpReplay(t *testing.T, session, target string, exit int) lmtpRun {
	t.Helper()
	con := console.New(console.Options{Store: history.Open(history.DefaultDir())})
	defer con.Close()
	var out bytes.Buffer
	code, err := Replay(t.Context(), Options{Console: con, Out: &out, Err: io.Discard, JSON: true}, replayWith(t), []string{session, target})
	if err != nil || code != exit {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out.String())
	}
	run := lmtpRun{text: out.String()}
	for line := range strings.Lines(run.text) {
		var step playedJSON
		var end runJSON
		if err := json.Unmarshal([]byte(line), &step); err != nil {
			t.Fatal(err)
		}
		for _, d := range step.Differences {
			run.differ = append(run.differ, strings.Join([]string{strconv.Itoa(step.Step), string(d.Kind), d.Want, d.Got}, " "))
		}
		if json.Unmarshal([]byte(line), &end) == nil {
			run.record = end.Record
		}
	}
	return run
}
