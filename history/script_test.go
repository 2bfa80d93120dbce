package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"smtpconsole/protocol"
)

// scriptStart begins the scripts of the tests.
const scriptStart = `{"format":"smtpconsole-session/1"}` + "\n"

func TestReadScript(t *testing.T) {
	script, err := ReadScript(strings.NewReader(`{"format":"smtpconsole-session/1","target":"${host}:25","vars":{"to":"bob@example.org","host":"a"}}

# a comment
// another
{"kind":"connect","expect":{"code":220}}
{"kind":"client","text":"EHLO a","expect":{"keywords":["SIZE"]},"comment":"says hello"}
{"kind":"tls"}
{"kind":"auth","mechanism":"PLAIN"}
{"kind":"client","text":"MAIL FROM:<a@b>","group":7}
{"kind":"client","text":"RCPT TO:<${to}>","group":7,"expect":{"code":"2yz","pattern":"<${to}>"}}
{"kind":"client","text":"DATA","expect":{"class":3}}
{"kind":"body","text":"costs $${to}, ${to}"}
{"kind":"body","file":"mail.eml"}
`), ScriptOptions{Dir: "mails", Var: func(name string) (string, bool) { return "b.c", name == "host" }})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"greeting", "command EHLO a", "tls STARTTLS", "auth AUTH PLAIN", "command MAIL FROM:<a@b> group7",
		"command RCPT TO:<bob@example.org> group7", "command DATA", "body", "body",
	}
	if got := outline(script.Steps); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	steps := script.Steps
	switch {
	case script.Header.Target != "b.c:25":
		t.Errorf("target %q: what the call sets goes first", script.Header.Target)
	case steps[0].Expect.Code != 220, steps[5].Expect.Class != 2, steps[6].Expect.Class != 3:
		t.Errorf("%+v, %+v, %+v", steps[0].Expect, steps[5].Expect, steps[6].Expect)
	case steps[5].Expect.Pattern != `<bob@example\.org>`:
		t.Errorf("pattern %q: a value is text, no expression", steps[5].Expect.Pattern)
	case steps[2].Expect == nil:
		t.Error("a step without expectation demands something")
	case steps[7].Body.Text != "costs ${to}, bob@example.org":
		t.Errorf("body %q", steps[7].Body.Text)
	case steps[8].Body.Path != filepath.Join("mails", "mail.eml"):
		t.Errorf("file %q", steps[8].Body.Path)
	}
}

var scriptErrors = []struct {
	name, text   string
	line, column int
	says         string
}{
	{"no JSON", `{"kind":"client","text":}`, 2, 25, "object"},
	{"no kind", `{"text":"NOOP"}`, 2, 1, "kind"},
	{"another kind", `{"text":"NOOP","kind":"cleint"}`, 2, 16, "cleint"},
	{"another field", `{"kind":"client","text":"NOOP","expekt":{"code":250}}`, 2, 32, "expekt"},
	{"another demand", `{"kind":"client","text":"NOOP","expect":{"coed":250}}`, 2, 1, "coed"},
	{"no code", `{"kind":"client","text":"NOOP","expect":{"code":99}}`, 2, 1, "99"},
	{"no expression", `{"kind":"client","text":"NOOP","expect":{"pattern":"("}}`, 2, 1, "pattern"},
	{"misplaced", `{"kind":"server","expect":{"code":250}}`, 2, 18, "before"},
	{"wrong type", `{"kind":"client","text":5}`, 2, 25, "text"},
	{"two lines", `{"kind":"client","text":"NOOP\r\nRSET"}`, 2, 18, "CR or LF"},
	{"two lines by a variable", `{"kind":"client","text":"NOOP ${break}"}`, 2, 18, "CR or LF"},
}

func TestScriptErrors(t *testing.T) {
	for _, test := range scriptErrors {
		t.Run(test.name, func(t *testing.T) {
			set := func(name string) (string, bool) { return "a\nb", name == "break" }
			_, err := ReadScript(strings.NewReader(scriptStart+test.text+"\n"), ScriptOptions{Var: set})
			var at *ScriptError
			if !errors.As(err, &at) {
				t.Fatalf("%v", err)
			}
			if at.Line != test.line || at.Column != test.column || !strings.Contains(err.Error(), test.says) {
				t.Errorf("line %d, column %d: %v", at.Line, at.Column, at.Err)
			}
		})
	}
}

// TestScriptFirstLine names what the first line has no place for, where it stands.
func TestScriptFirstLine(t *testing.T) {
	_, err := ReadScript(strings.NewReader("# for tests\n"+`{"format":"smtpconsole-session/1","targte":"a"}`), ScriptOptions{})
	var at *ScriptError
	if !errors.As(err, &at) || at.Line != 2 || at.Column != 35 || !strings.Contains(err.Error(), `"targte"`) {
		t.Errorf("%v", err)
	}
}

// TestScriptFaults bounds how much is said of another kind of file.
func TestScriptFaults(t *testing.T) {
	_, err := ReadScript(strings.NewReader(scriptStart+strings.Repeat("{}\n", 10*maxFaults)), ScriptOptions{})
	if several, ok := err.(interface{ Unwrap() []error }); !ok || len(several.Unwrap()) != maxFaults+1 {
		t.Errorf("%v", err)
	}
}

// TestScriptLines tells where each step stands, and which line breaks a rule on
// purpose or has an open variable.
func TestScriptLines(t *testing.T) {
	script, err := ReadScript(strings.NewReader("# a\n"+scriptStart+`
{"kind":"client","text":"NOOP"}
{"kind":"note","text":"x"}
{"kind":"client","text":"MAIL","as_typed":true}
{"kind":"client","text":"RCPT TO:<${to}>"}
`), ScriptOptions{Missing: func(string, int) {}})
	want := []ScriptLine{{Number: 4}, {Number: 6, AsTyped: true}, {Number: 7, Open: true}}
	if err != nil || !slices.Equal(script.Lines, want) || len(script.Steps) != len(want) {
		t.Errorf("%+v, %v", script, err)
	}
}

// TestScriptMissing names all variables without a value at once.
func TestScriptMissing(t *testing.T) {
	_, err := ReadScript(strings.NewReader(scriptStart+`{"kind":"client","text":"MAIL FROM:<${from}>"}
{"kind":"client","text":"RCPT TO:<${to}> ${from}"}`), ScriptOptions{})
	var missing *MissingError
	if !errors.As(err, &missing) || fmt.Sprint(missing.Variables) != "[${from} (lines 2, 3) ${to} (line 3)]" {
		t.Errorf("%v", err)
	}
}

// TestScriptForeign tells other files from scripts.
func TestScriptForeign(t *testing.T) {
	for text, want := range map[string]error{
		"":                                   ErrForeign,
		"EHLO a\n":                           ErrForeign,
		`{"format":"smtpconsole-session/2"}`: ErrNewer,
	} {
		if _, err := ReadScript(strings.NewReader(text), ScriptOptions{}); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestRecordIsScript reads a record with and without the help of the store, and
// what a kill leaves of one.
func TestRecordIsScript(t *testing.T) {
	store, rec := create(t, Header{Start: noon, Target: "a"})
	l := NewLog(rec, clock())
	talk(t, l, strings.ReplaceAll(stepTests[4].script, "<c@d>", "<${to}@d>"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := store.Path(rec.Header().ID)
	want := outline(Steps(l.Events()))
	script := readScript(t, path, ScriptOptions{})
	if got := outline(script.Steps); !slices.Equal(got, want) || script.Torn != nil {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := script.Steps[5].Body; got.Text != "Hi\r\n" || got.Size != 4 {
		t.Errorf("body %+v", got)
	}
	set := ScriptOptions{InRecord: true, Var: func(string) (string, bool) { return "c", true }}
	if got := readScript(t, path, set).Steps[3].Line; got != "RCPT TO:<c@d>" {
		t.Errorf("with a variable: %q", got)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, whole[:len(whole)/2], fileMode); err != nil {
		t.Fatal(err)
	}
	torn, session := readScript(t, path, ScriptOptions{}), read(t, store, rec.Header().ID)
	if n := len(Steps(session.Events)); torn.Torn == nil || n < 4 || len(torn.Steps) != n {
		t.Errorf("torn: %q, %v", outline(torn.Steps), torn.Torn)
	}
}

func read(t *testing.T, store *Store, id string) *Session {
	t.Helper()
	session, err := store.Read(id)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func readScript(t *testing.T, path string, o ScriptOptions) *Script {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	script, err := ReadScript(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// TestScriptSecret masks what somebody wrote into a script.
func TestScriptSecret(t *testing.T) {
	script, err := ReadScript(strings.NewReader(scriptStart+`{"kind":"client","text":"AUTH PLAIN AHUAc2VjcmV0"}`), ScriptOptions{})
	if err != nil || !slices.Equal(outline(script.Steps), []string{"auth AUTH PLAIN"}) {
		t.Errorf("%v, %v", script, err)
	}
}

// FuzzReadScript takes anything.
func FuzzReadScript(f *testing.F) {
	f.Add(scriptStart + `{"kind":"client","text":"NOOP ${a}","expect":{"code":"2yz"}}`)
	f.Add(`{"format":"smtpconsole-session/1","id":"x"}` + "\n" + `{"kind":"body","size":4}`)
	f.Add(scriptStart + "#\n{\"kind\":\"tls\"}\n{\"kind\":\"server\",\"reply\":{\"code\":250,\"lines\":[\"\"]}}")
	f.Fuzz(func(t *testing.T, text string) {
		script, err := ReadScript(strings.NewReader(text), ScriptOptions{})
		if err != nil {
			return
		}
		for _, st := range script.Steps {
			if st.Kind == StepBody && st.Body == nil || st.Kind == StepCommand && protocol.Mask(st.Line, protocol.State{}) != st.Line {
				t.Errorf("%+v", st)
			}
		}
	})
}

// TestDemanded: a login and TLS are to come about where a script says no more.
func TestDemanded(t *testing.T) {
	const text = `{"format":"smtpconsole-session/1"}
{"kind":"connect"}
{"kind":"tls"}
{"kind":"auth"}
{"kind":"auth","expect":{"code":535}}
{"kind":"auth","expect":{"pattern":"no"}}
{"kind":"client","text":"NOOP"}
{"kind":"client","text":"DATA"}
{"kind":"body","text":"Subject: x\n\n.\nx"}`
	script, err := ReadScript(strings.NewReader(text), ScriptOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var codes []int
	for _, st := range script.Steps {
		codes = append(codes, st.Expect.Code)
	}
	if want := []int{0, 220, 235, 535, 0, 0, 0, 0}; !slices.Equal(codes, want) {
		t.Errorf("demanded: %d", codes)
	}
	if body := script.Steps[7].Body; body.Size != int64(len("Subject: x\r\n\r\n.\r\nx\r\n")) {
		t.Errorf("the message has %d octets", body.Size)
	}
}

// TestScriptTypes: what is of another type is said in words of the file.
func TestScriptTypes(t *testing.T) {
	for line, column := range map[string]int{
		`{"kind":"client","text":5}`:                25,
		`{"kind":"client","text":"A","expect":250}`: 3,
		`[]`:                1,
		`{"kind":"client"}`: 2,
	} {
		_, err := ReadScript(strings.NewReader("{\"format\":\"smtpconsole-session/1\"}\n"+line), ScriptOptions{})
		var wrong *ScriptError
		if !errors.As(err, &wrong) || wrong.Line != 2 || wrong.Column != column || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s: %v", line, err)
		}
	}
}
