package history

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smtpconsole/protocol"
)

// errGone ends the connection of a fake.
var errGone = errors.New("gone")

// fake is a Player without a connection. Its server gives each line the reply
// that replies has for its first word, else 250; "" ends the connection.
type fake struct {
	log     *Log
	replies map[string]string
	bodies  []string
	garbage []string // lines that come before the reply, or in its place
	plain   bool     // no STARTTLS encrypts anything
}

func newFake(replies map[string]string) *fake { return &fake{log: NewLog(nil, nil), replies: replies} }

func (f *fake) Dial(context.Context) error {
	f.log.Append(protocol.Event{Kind: protocol.KindConnect, Text: "fake"})
	return f.answer("", "220 hello")
}

func (f *fake) answer(verb, reply string) error {
	if set, ok := f.replies[verb]; ok {
		reply = set
	}
	for _, line := range f.garbage {
		f.log.Append(protocol.Event{Kind: protocol.KindServer, Text: line})
	}
	if reply == "" {
		return errGone
	}
	ev, err := parseTalk("S: "+reply, f.log.State())
	f.log.Append(ev)
	return err
}

func (f *fake) SendGroup(_ context.Context, lines []string) error {
	for _, line := range lines {
		f.log.Append(protocol.ClientLine(line, f.log.State()))
	}
	var err error
	for _, line := range lines {
		verb, _, _ := strings.Cut(line, " ")
		usual := "250 ok"
		if verb == "DATA" {
			usual = "354 go"
		}
		if err == nil {
			err = f.answer(verb, usual)
		}
	}
	return err
}

func (f *fake) Body(_ context.Context, r io.Reader, path string, raw bool) error {
	return f.body(protocol.Event{Cmd: "DATA", Path: path, Raw: raw}, r)
}

func (f *fake) Chunk(_ context.Context, line string, r io.Reader, path string) error {
	f.log.Append(protocol.ClientLine(line, f.log.State()))
	return f.body(protocol.Event{Cmd: "BDAT", Path: path}, r)
}

func (f *fake) body(ev protocol.Event, r io.Reader) error {
	b, err := io.ReadAll(r)
	ev.Kind, ev.Text, ev.Size = protocol.KindBody, string(b), int64(len(b))
	f.bodies = append(f.bodies, ev.Text)
	f.log.Append(ev)
	return errors.Join(err, f.answer(".", "250 queued"))
}

func (f *fake) StartTLS(ctx context.Context) error {
	err := f.SendGroup(ctx, []string{"STARTTLS"})
	if f.plain {
		return err
	}
	f.log.Append(protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{Version: "TLS 1.3"}})
	return err
}

func (f *fake) Login(ctx context.Context, mechanism string) error {
	f.log.Append(protocol.ClientLine(strings.TrimSpace("AUTH "+mechanism), f.log.State()))
	return f.answer("AUTH", "235 welcome")
}

func (f *fake) State() protocol.State { return f.log.State() }

func (f *fake) Since(seq int) []protocol.Event { return f.log.Events()[seq:] }

// runAll carries out all steps, and returns what came of each.
func runAll(t *testing.T, r *Rerun) []Result {
	t.Helper()
	var all []Result
	for {
		results, err := r.Next(t.Context())
		all = append(all, results...)
		if errors.Is(err, ErrDone) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// differing are the lines of the steps that came out otherwise, a body as ".".
func differing(all []Result) []string {
	var lines []string
	for _, res := range all {
		line := res.Want.Line
		if res.Want.Kind == StepBody && line == "" {
			line = "."
		}
		if len(res.Differences) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// original is a session with a group, a login and a message.
const original = `
	# connect
	S: 220 hello
	C: EHLO a
	S: 250 b
	C: STARTTLS
	S: 220 go
	# tls
	C: EHLO a
	S: 250 b
	C: AUTH PLAIN AHUAc2VjcmV0
	S: 235 welcome
	C: MAIL FROM:<a@b>
	C: RCPT TO:<c@d>
	C: DATA
	S: 250 1
	S: 250 2
	S: 354 3
	# body
	S: 250 4
	C: QUIT
	S: 221 bye`

func TestRerunSame(t *testing.T) {
	steps := Steps(played(t, original))
	f := newFake(map[string]string{"QUIT": "221 bye", "STARTTLS": "220 go"})
	all := runAll(t, NewRerun(f, steps, RerunOptions{}))
	if got := differing(all); len(got) > 0 || len(all) != len(steps) {
		t.Errorf("%d steps differ in %q", len(all), got)
	}
	if got := outline(Steps(f.log.Events())); !slices.Equal(got, outline(steps)) {
		t.Errorf("got  %q\nwant %q", got, outline(steps))
	}
	if !slices.Equal(f.bodies, []string{"Hi\r\n"}) {
		t.Errorf("bodies %q", f.bodies)
	}
	for i, res := range all {
		if res.Index != i || res.Skipped != "" {
			t.Errorf("%+v", res)
		}
	}
}

var rerunTests = []struct {
	name     string
	replies  map[string]string
	differ   []string
	attempts []string // the lines sent
}{
	{"another code", map[string]string{"RCPT": "550 no"}, []string{"RCPT TO:<c@d>"}, []string{"MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "QUIT"}},
	{"no message wanted", map[string]string{"DATA": "503 no"}, []string{"DATA", "."}, []string{"MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "QUIT"}},
	{"closing", map[string]string{"DATA": "421 later"}, []string{"DATA", "."}, []string{"MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "QUIT"}},
	{"another verdict", map[string]string{".": "552 no"}, []string{"."}, []string{"MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA", "QUIT"}},
}

func TestRerunDiffers(t *testing.T) {
	steps := Steps(played(t, `
		# connect
		S: 220 hello
		C: MAIL FROM:<a@b>
		S: 250 1
		C: RCPT TO:<c@d>
		S: 250 2
		C: DATA
		S: 354 3
		# body
		S: 250 4
		C: QUIT
		S: 221 bye`))
	for _, test := range rerunTests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(test.replies)
			f.replies["QUIT"] = "221 bye"
			if got := differing(runAll(t, NewRerun(f, steps, RerunOptions{}))); !slices.Equal(got, test.differ) {
				t.Errorf("%q differ", got)
			}
			if got := sentLines(f); !slices.Equal(got, test.attempts) {
				t.Errorf("sent %q", got)
			}
		})
	}
}

func sentLines(f *fake) []string {
	var lines []string
	for _, ev := range f.log.Events() {
		if ev.Kind == protocol.KindClient {
			lines = append(lines, ev.Text)
		}
	}
	return lines
}

// TestRerunMessageWanted stops where the next line would be text of a message.
func TestRerunMessageWanted(t *testing.T) {
	steps := Steps(played(t, "# connect\nS: 220 a\nC: DATA\nS: 503 no\nC: QUIT\nS: 221 bye"))
	f := newFake(nil)
	r := NewRerun(f, steps, RerunOptions{})
	for range 2 {
		if _, err := r.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if results, err := r.Next(t.Context()); !errors.Is(err, ErrMessage) || len(results) > 0 {
		t.Errorf("%v, %v", results, err)
	}
	if got := sentLines(f); !slices.Equal(got, []string{"DATA"}) {
		t.Errorf("sent %q", got)
	}
}

// TestRerunByHand replaces a step, passes over one, inserts one, and sends
// something past the replay.
func TestRerunByHand(t *testing.T) {
	steps := Steps(played(t, "# connect\nS: 220 a\nC: HELO a\nS: 250 b\nC: NOOP\nS: 250 c\nC: VRFY d\nS: 252 e\nC: QUIT\nS: 221 bye"))
	f := newFake(map[string]string{"QUIT": "221 bye", "VRFY": "252 e"})
	r := NewRerun(f, steps, RerunOptions{})
	next := func() Result {
		t.Helper()
		results, err := r.Next(t.Context())
		if err != nil || len(results) != 1 {
			t.Fatalf("%v, %v", results, err)
		}
		return results[0]
	}
	next()
	r.Replace("EHLO z")
	if res := next(); res.Got.Line != "EHLO z" || res.Want.Line != "HELO a" || res.Index != 1 {
		t.Errorf("replaced: %+v", res)
	}
	if res := r.Skip(); res.Want.Line != "NOOP" || res.Skipped == "" || res.Index != 2 {
		t.Errorf("skipped: %+v", res)
	}
	if res, err := r.Insert(t.Context(), "RSET"); err != nil || res.Index != -1 || codes(res.Got) != "250" {
		t.Errorf("inserted: %+v, %v", res, err)
	}
	if err := f.SendGroup(t.Context(), []string{"HELP"}); err != nil {
		t.Fatal(err)
	}
	if res := next(); res.Got.Line != "VRFY d" || len(res.Differences) > 0 {
		t.Errorf("behind a line sent by hand: %+v", res)
	}
	if i, ok := r.Peek(); i != 4 || !ok {
		t.Errorf("next is %d, %v", i, ok)
	}
	next()
	if got := sentLines(f); !slices.Equal(got, []string{"EHLO z", "RSET", "HELP", "VRFY d", "QUIT"}) {
		t.Errorf("sent %q", got)
	}
}

// TestRerunSecret sends no line that a secret was taken out of.
func TestRerunSecret(t *testing.T) {
	steps := []Step{{Kind: StepCommand, Line: "PASS " + protocol.Hidden}}
	f := newFake(nil)
	r := NewRerun(f, steps, RerunOptions{})
	if _, err := r.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	if results, err := r.Next(t.Context()); !errors.Is(err, ErrHidden) || len(results) > 0 {
		t.Errorf("%v, %v", results, err)
	}
	if i, _ := r.Peek(); i != 1 {
		t.Errorf("the step was passed over: %d", i)
	}
}

// TestRerunClosed tells which step did not get its answer.
func TestRerunClosed(t *testing.T) {
	steps := Steps(played(t, "# connect\nS: 220 a\nC: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nS: 250 a\nS: 250 b"))
	f := newFake(map[string]string{"RCPT": ""})
	r := NewRerun(f, steps, RerunOptions{})
	if _, err := r.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	results, err := r.Next(t.Context())
	if !errors.Is(err, errGone) || len(results) != 2 || len(results[0].Differences) > 0 || len(results[1].Differences) == 0 {
		t.Errorf("%+v, %v", results, err)
	}
}

// TestRerunPace waits as long as the user did, and not for what the server took.
func TestRerunPace(t *testing.T) {
	steps := []Step{{Kind: StepGreeting, At: noon, Took: time.Second}, {Kind: StepCommand, Line: "NOOP", At: noon.Add(time.Minute)}}
	for pace, want := range map[bool]time.Duration{true: 59 * time.Second, false: 0} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			runAll(t, NewRerun(newFake(nil), steps, RerunOptions{Pace: pace}))
			if took := time.Since(start); took != want {
				t.Errorf("pace %v: %v", pace, took)
			}
		})
	}
}

// TestRerunCancelled ends the waiting.
func TestRerunCancelled(t *testing.T) {
	steps := []Step{{Kind: StepGreeting, At: noon}, {Kind: StepCommand, Line: "NOOP", At: noon.Add(time.Hour)}}
	ctx, cancel := context.WithCancel(t.Context())
	r := NewRerun(newFake(nil), steps, RerunOptions{Pace: true})
	if _, err := r.Next(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if results, err := r.Next(ctx); !errors.Is(err, context.Canceled) || len(results) > 0 {
		t.Errorf("%v, %v", results, err)
	}
}

// TestOctets finds messages where they are, and says where they are not.
func TestOctets(t *testing.T) {
	store, rec := create(t, Header{Start: noon})
	kept, err := rec.KeepBody()
	if err != nil {
		t.Fatal(err)
	}
	const digest = "98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4" // of "hi\n"
	const mended = "44723dd4d0e0d46a3c7fa8aca254b61c27b6b5789f96177e82c80700409f1535" // of "hi\r\n", which it goes out as
	other := strings.Repeat("0", len(digest))
	_, _ = io.WriteString(kept, "hi\n")
	if err := errors.Join(kept.Commit(digest), rec.Close(Progress{})); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "mail.eml")
	if err := os.WriteFile(path, []byte("hi\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		store *Store
		ev    protocol.Event
		want  string
		err   error
	}{
		{"inline", nil, protocol.Event{Text: "a", Size: 1}, "a", nil},
		{"empty", nil, protocol.Event{}, "", nil},
		{"kept", store, protocol.Event{Size: 3, SHA256: digest}, "hi\n", nil},
		{"the same file", nil, protocol.Event{Size: 3, SHA256: digest, Path: path}, "hi\n", nil},
		{"any file", nil, protocol.Event{Path: path}, "hi\n", nil},
		{"the same text", nil, protocol.Event{Size: 4, SHA256: mended, Path: path, Cmd: "DATA"}, "hi\n", nil},
		{"the same text in a chunk", nil, protocol.Event{Size: 4, SHA256: mended, Path: path, Cmd: "BDAT"}, "", ErrNoBody},
		{"another file", nil, protocol.Event{Size: 3, SHA256: other, Path: path}, "", ErrNoBody},
		{"no file", nil, protocol.Event{Size: 3, SHA256: digest, Path: path + "x"}, "", ErrNoBody},
		{"nowhere", store, protocol.Event{Size: 3, SHA256: other}, "", ErrNoBody},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := test.store.Octets(&test.ev)
			if !errors.Is(err, test.err) {
				t.Fatalf("%v", err)
			}
			if err != nil {
				return
			}
			defer r.Close()
			if b, err := io.ReadAll(r); err != nil || string(b) != test.want {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
}
