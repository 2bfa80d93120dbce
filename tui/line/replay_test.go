package line

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// replayScript is what the tests run.
const replayScript = `{"format":"smtpconsole-session/1"}
{"kind":"connect","expect":{"code":220}}
{"kind":"client","text":"EHLO client.example.org","expect":{"code":250}}
{"kind":"client","text":"MAIL FROM:<a@x.example>","expect":{"code":250}}
{"kind":"client","text":"RCPT TO:<b@example.org>","expect":{"code":250}}
{"kind":"client","text":"DATA","expect":{"code":354}}
{"kind":"body","text":"Subject: x\n\nhi\n","expect":{"code":250}}
{"kind":"client","text":"QUIT","expect":{"code":221}}
`

// scriptFile writes a script to a file.
func scriptFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// replayWith are the options that these arguments make.
func replayWith(t *testing.T, args ...string) *ReplayOptions {
	t.Helper()
	r := &ReplayOptions{}
	if err := r.Flags().Parse(args); err != nil {
		t.Fatal(err)
	}
	return r
}

// replayOn runs replayScript on targets and returns all that was printed.
func replayOn(ctx context.Context, t *testing.T, o Options, r *ReplayOptions, targets ...string) (out string, exit int) {
	t.Helper()
	var text bytes.Buffer
	o.Console = console.New(console.Options{Settings: console.Settings{Timeout: console.Duration(time.Second)}, Store: history.Open(t.TempDir())})
	defer o.Console.Close()
	o.Out, o.Err = &text, &text
	exit, err := Replay(ctx, o, r, append([]string{scriptFile(t, replayScript)}, targets...))
	if err != nil {
		t.Fatal(err)
	}
	return text.String(), exit
}

func TestReplayOnStranger(t *testing.T) {
	for _, c := range []struct {
		name    string
		replies []string
		args    []string
		exit    int
		last    string // line the server got last
	}{
		{"same", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", "250 ok", "221 bye"}, nil, 0, "QUIT"},
		{"another code", []string{"220 hi", "250 mx", "250 ok", "251 ok", "354 go", "250 ok", "221 bye"}, nil, 40, "QUIT"},
		{"stopped", []string{"220 hi", "250 mx", "250 ok", "251 ok", "221 bye"}, []string{"--on-difference", "stop"}, 40, "QUIT"},
		{"turned away", []string{"554 no", "554 no", "554 no", "554 no", "554 no", "221 bye"}, nil, 40, "QUIT"},
		{"lost", []string{"220 hi", "250 mx", "250 ok"}, nil, 6, "RCPT TO:<b@example.org>"},
		{"421", []string{"220 hi", "250 mx", "421 later"}, nil, 23, "MAIL FROM:<a@x.example>"},
		{"no verdict", []string{"220 hi", "250 mx", "250 ok", "250 ok", "354 go", ""}, nil, 26, "."},
		{"no greeting", []string{""}, nil, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStranger(t, c.replies...)
			out, exit := replayOn(t.Context(), t, Options{}, replayWith(t, c.args...), s.target.Address())
			if exit != c.exit {
				t.Errorf("exit code %d, not %d:\n%s", exit, c.exit, out)
			}
			seen := append([]string{""}, s.received()...)
			if seen[len(seen)-1] != c.last {
				t.Errorf("the server got %q", seen)
			}
		})
	}
}

// TestReplayClosed fails where a connection ends before the reply to a script's last
// step, also where nothing is demanded of that, but not where the record that runs
// again ended so too.
func TestReplayClosed(t *testing.T) {
	t.Setenv("SMTPCONSOLE_STATE_DIR", t.TempDir())
	const demandsNothing = `{"format":"smtpconsole-session/1"}` + "\n" + `{"kind":"client","text":"EHLO a.example"}`
	session := scriptFile(t, demandsNothing)
	for _, want := range []int{exitLost, 0} {
		con := console.New(console.Options{Store: history.Open(history.DefaultDir())})
		var out bytes.Buffer
		exit, err := Replay(t.Context(), Options{Console: con, Out: &out, Err: &out}, replayWith(t), []string{session, newStranger(t, "220 hi").target.Address()})
		if err != nil || exit != want {
			t.Errorf("%s: exit code %d, not %d, %v:\n%s", session, exit, want, err, out.String())
		}
		con.Close()
		session = "last"
	}
}

// TestReplayAsk lets a person decide whether to go on behind a difference.
func TestReplayAsk(t *testing.T) {
	for answer, goes := range map[string]bool{"\n": true, "Y\n": true, "s\n": false, "no\n": false, "": false, "what?\n\n": true} {
		s := newStranger(t, "220 hi", "250 mx", "250 ok", "251 ok", "354 go", "250 ok", "221 bye")
		o := Options{Person: true, In: strings.NewReader(answer)}
		out, exit := replayOn(t.Context(), t, o, replayWith(t, "--on-difference", "ask"), s.target.Address())
		if exit != history.ExitDiffers || strings.Count(out, "go on?") != max(1, strings.Count(answer, "\n")) || slices.Contains(s.received(), "DATA") != goes {
			t.Errorf("%q: exit code %d, the server got %q:\n%s", answer, exit, s.received(), out)
		}
	}
}

// TestReplayCancelled reports the target that was done when Ctrl+C came, and
// how far the other one was.
func TestReplayCancelled(t *testing.T) {
	silent := newStranger(t, "220 hi", "250 mx", "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, path := newWaiter(), filepath.Join(t.TempDir(), "results.xml")
	con := console.New(console.Options{})
	defer con.Close()
	done := make(chan error)
	go func() {
		o := Options{Console: con, Out: out, Err: io.Discard, JSON: true}
		_, err := Replay(ctx, o, replayWith(t, "--jobs", "1", "--junit", path), []string{scriptFile(t, replayScript), "practice", silent.target.Address()})
		done <- err
	}()
	out.until(t, `"target":"`+silent.target.Address()+`","step":2`)
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var suites junitSuites
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(b, &suites); err != nil || len(suites.Suites) != 2 {
		t.Fatalf("%v:\n%s", err, b)
	}
	first, second := suites.Suites[0], suites.Suites[1]
	if first.Tests != 7 || first.Errors != 0 || second.Failures != 0 || second.Errors != 1 || second.Skipped != 4 || second.Tests != 7 {
		t.Errorf("%+v\n%+v", first, second)
	}
	if text := out.text.String(); !strings.Contains(text, `"result":"interrupted"`) || !strings.Contains(text, `"exit":0,"sessions":1`) || strings.Contains(text, "canceled") {
		t.Errorf("%s", text)
	}
}

// endingContext ends when it is looked at for the last of so many times.
type endingContext struct {
	context.Context
	left *atomic.Int64
	end  context.CancelFunc
}

func (c endingContext) looked() context.Context {
	if c.left.Add(-1) == 0 {
		c.end()
	}
	return c.Context
}

func (c endingContext) Done() <-chan struct{} { return c.looked().Done() }
func (c endingContext) Err() error            { return c.looked().Err() }

// TestReplayCancelledAnywhere is never as expected, wherever Ctrl+C comes in front
// of the verdict on a message that is the last step.
func TestReplayCancelledAnywhere(t *testing.T) {
	path := scriptFile(t, `{"format":"smtpconsole-session/1"}`+"\n"+`{"kind":"client","text":"DATA"}`+"\n"+`{"kind":"body","text":"Subject: x\n"}`)
	con := console.New(console.Options{Settings: console.Settings{Timeout: console.Duration(200 * time.Millisecond)}})
	defer con.Close()
	for n := range int64(30) {
		inner, end := context.WithCancel(t.Context())
		ctx := endingContext{inner, &atomic.Int64{}, end}
		ctx.left.Store(n + 1)
		var out bytes.Buffer
		s := newStranger(t, "220 hi", "354 go", "")
		exit, err := Replay(ctx, Options{Console: con, Out: &out, Err: io.Discard, JSON: true}, replayWith(t), []string{path, s.target.Address()})
		if err == nil && (exit == 0 || strings.Contains(out.String(), "as expected")) {
			t.Errorf("look %d: exit code %d:\n%s", n, exit, out.String())
		}
		end()
	}
}

// TestJUnitInPlace writes through a link, as it would into a device, and leaves
// it there.
func TestJUnitInPlace(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "results.xml"), filepath.Join(dir, "link.xml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	results, err := openResults(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := results.write(func() ([]byte, error) { return []byte("<testsuites>"), nil }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v, %v", info.Mode(), err)
	}
	if b, err := os.ReadFile(file); err != nil || !bytes.Contains(b, []byte("<testsuites>")) {
		t.Errorf("%q, %v", b, err)
	}
}

// TestReplayFlags refuses what cannot be carried out.
func TestReplayFlags(t *testing.T) {
	for _, args := range [][]string{
		{"--on-difference", "maybe"},
		{"--pace", "slow"},
		{"--jobs", "0"},
		{"--repeat", "0"},
		{"--from-step", "0"},
		{"--from-step", "4", "--to-step", "3"},
		{"--on-difference", "ask"},
		{"--var", "novalue"},
		{"--to-step", "99"},
	} {
		con := console.New(console.Options{})
		exit, err := Replay(t.Context(), Options{Console: con, Out: io.Discard}, replayWith(t, args...), []string{scriptFile(t, replayScript), "practice"})
		if err == nil || exit != ExitUsage {
			t.Errorf("%q: exit code %d, %v", args, exit, err)
		}
	}
	var flags *pflag.FlagSet = (&ReplayOptions{}).Flags()
	if err := flags.Parse([]string{"--compare", "letters"}); err == nil {
		t.Error("--compare letters is taken")
	}
}

// TestLatency compares the quantiles with those of all values.
func TestLatency(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, most := range []time.Duration{20 * time.Microsecond, time.Millisecond, time.Hour} {
		var l latency
		var all []time.Duration
		for range 2000 {
			d := time.Duration(random.Int64N(int64(most)))
			l.add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.5, 0.95, 0.99, 1} {
			exact := all[max(0, int(q*float64(len(all))+0.5)-1)]
			got := l.quantile(q)
			if got < exact.Truncate(time.Microsecond) || float64(got) > float64(exact)*17/16+float64(time.Microsecond) {
				t.Errorf("most %v: quantile %v is %v, not %v", most, q, got, exact)
			}
		}
		var n uint64
		for _, b := range l.bars() {
			n += b.n
		}
		if n != l.count || l.count != uint64(len(all)) {
			t.Errorf("bars of %d, of %d counted", n, l.count)
		}
	}
}

// TestBuckets has each value in a bucket that ends no lower, and near to it.
func TestBuckets(t *testing.T) {
	for shift := range 64 {
		for _, v := range []uint64{1<<shift - 1, 1 << shift, 1<<shift + 1<<shift/3} {
			i := bucketOf(v)
			if i >= bucketMost || highest(i) < v || highest(i) > v+v/16 || i > 0 && highest(i-1) >= v {
				t.Errorf("%d is in bucket %d, up to %d", v, i, highest(i))
			}
		}
	}
}

// TestCheckScript lists what is wrong by line and column, and what is missing.
func TestCheckScript(t *testing.T) {
	var out bytes.Buffer
	wrong, err := Check(&out, strings.NewReader(replayScript+`{"kind":"client","text":"RCPT TO:<${to}>"}`), CheckOptions{})
	if err != nil || wrong != 0 || !strings.Contains(out.String(), "--var to=") || !strings.Contains(out.String(), "8 steps") {
		t.Errorf("%d, %v: %s", wrong, err, out.String())
	}
	out.Reset()
	wrong, err = Check(&out, strings.NewReader(replayScript+"{}\n{\"kind\":\"x\"}\n"), CheckOptions{JSON: true})
	if err != nil || wrong != 2 || strings.Count(out.String(), "\n") != 2 || !strings.Contains(out.String(), `"line":9,`) {
		t.Errorf("%d, %v: %s", wrong, err, out.String())
	}
}
