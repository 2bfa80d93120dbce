package history

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"smtpconsole/protocol"
)

// readAll returns the whole events of a session file.
func readAll(t *testing.T, file []byte) []protocol.Event {
	t.Helper()
	r, err := newReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	var events []protocol.Event
	for {
		ev, err := r.next()
		var torn *TornError
		switch {
		case errors.Is(err, io.EOF):
			return events
		case errors.As(err, &torn):
		case err != nil:
			t.Fatal(err)
		default:
			events = append(events, ev)
		}
	}
}

func TestTornLines(t *testing.T) {
	const (
		header = `{"format":"smtpconsole-session/1","id":"x","some":"field"}` + "\n"
		one    = `{"seq":1,"kind":"note","text":"one","new":[1]}` + "\n"
		two    = `{"seq":2,"kind":"note","text":"two"}` + "\n"
	)
	for _, c := range []struct {
		name, file string
		events     int
		torn       int // line number; 0 for none
	}{
		{"whole", header + one + two, 2, 0},
		{"header only", header, 0, 0},
		{"header without line end", strings.TrimSpace(header), 0, 0},
		{"last line cut", header + one + two[:20], 1, 3},
		{"only the line end lost", header + one + strings.TrimSpace(two), 2, 0},
		{"zeros after power loss", header + one + strings.Repeat("\x00", 64), 1, 3},
		{"torn in the middle", header + one[:20] + "\n" + two, 1, 2},
		{"empty line", header + one + "\n" + two, 2, 3},
		{"not an event", header + one + `{"later":1}` + "\n" + two, 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, id := storeWith(t, c.file)
			session, err := store.Read(id)
			if err != nil {
				t.Fatal(err)
			}
			torn := 0
			if session.Torn != nil {
				torn = session.Torn.Line
			}
			if len(session.Events) != c.events || torn != c.torn {
				t.Errorf("%d events and torn line %d, not %d and %d", len(session.Events), torn, c.events, c.torn)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       error
	}{
		{"not JSON", "220 ready\n", ErrForeign},
		{"other JSON", `{"id":"x"}` + "\n", ErrForeign},
		{"no version", `{"format":"smtpconsole-session/"}` + "\n", ErrForeign},
		{"version 0", `{"format":"smtpconsole-session/0"}` + "\n", ErrForeign},
		{"newer", `{"format":"smtpconsole-session/2"}` + "\n", ErrNewer},
		{"endless line", `{"format":"smtpconsole-session/1"}` + "\n" + strings.Repeat(" ", maxLine+1), errLineLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			store, id := storeWith(t, c.file)
			if _, err := store.Read(id); !errors.Is(err, c.want) {
				t.Errorf("Read: %v", err)
			}
			list, err := store.List(t.Context())
			if err != nil || len(list) != 1 || list[0].ID != id || list[0].Problem == "" {
				t.Errorf("List: %+v, %v", list, err)
			}
		})
	}
}

// FuzzReader reads anything to its end, and what it accepts comes back the same.
func FuzzReader(f *testing.F) {
	const header = `{"format":"smtpconsole-session/1"}` + "\n"
	f.Add([]byte(`{"seq":1,"kind":"server","text":"\ufffd","bytes":"/w=="}`))
	f.Add([]byte(`{"seq":1,"kind":"note"}` + "\n\n{}\n[1]\nnull\n{\"kind\":1}\n\x00"))
	f.Fuzz(func(t *testing.T, lines []byte) {
		var first, second bytes.Buffer
		if err := WriteJSON(&first, Each(readAll(t, append([]byte(header), lines...)))); err != nil {
			t.Skip(err) // a time that JSON can carry in but not out
		}
		err := WriteJSON(&second, Each(readAll(t, append([]byte(header), first.Bytes()...))))
		if err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("read  %s\nthen %s, %v", first.Bytes(), second.Bytes(), err)
		}
	})
}

// storeWith returns a store with one session file.
func storeWith(t *testing.T, file string) (*Store, string) {
	t.Helper()
	store := Open(t.TempDir())
	id := sessionID(noon)
	if err := errors.Join(os.Mkdir(store.sessions(), dirMode), os.WriteFile(store.Path(id), []byte(file), fileMode)); err != nil {
		t.Fatal(err)
	}
	return store, id
}

func TestRoundTrip(t *testing.T) {
	store, rec := create(t, Header{Start: noon, Target: "mx.example.org:25", Client: "smtpconsole test", Label: "first", Original: "last"})
	want := []protocol.Event{
		{Kind: protocol.KindServer, Text: "220 caf\xe9 \x1b[31m <ready>"},
		{Kind: protocol.KindClient, Text: "MAIL FROM:<ann@example.org>", Cmd: "MAIL", AsTyped: true},
		{Kind: protocol.KindBody, Text: "Subject: \xff\x00\r\n\r\nHi\r\n", Cmd: "DATA", Size: 20, SHA256: strings.Repeat("ab", 32)},
		{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{Version: "TLS 1.3", Chain: []protocol.Certificate{{Subject: "CN=mx", NotAfter: noon}}}},
		{Kind: protocol.KindHeld, Text: "MAIL FROM: <a>", Diags: []protocol.Diagnostic{{Code: "path.space", Severity: protocol.Error, Message: "no space"}}},
	}
	l := NewLog(rec, clock())
	for i := range want {
		want[i] = l.Append(want[i])
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	session, err := store.Read(rec.Header().ID)
	if err != nil || session.Torn != nil {
		t.Fatal(err, session.Torn)
	}
	if !reflect.DeepEqual(session.Events, want) {
		t.Errorf("got  %+v\nwant %+v", session.Events, want)
	}
	if session.Header != rec.Header() || !session.Header.Start.Equal(noon) {
		t.Errorf("header %+v", session.Header)
	}
}

// TestGrep checks that the file shows lines as they were.
func TestGrep(t *testing.T) {
	store, rec := create(t, Header{})
	l := NewLog(rec, clock())
	l.Append(protocol.ClientLine("MAIL FROM:<ann@example.org>", l.State()))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(store.Path(rec.Header().ID))
	if err != nil || !bytes.Contains(file, []byte("MAIL FROM:<ann@example.org>")) {
		t.Errorf("%v: %s", err, file)
	}
}

func TestNoSecretInAnyFile(t *testing.T) {
	const password = "correct horse"
	token := base64.StdEncoding.EncodeToString([]byte("\x00ann\x00" + password))
	answer := base64.StdEncoding.EncodeToString([]byte(password))
	store, rec := create(t, Header{})
	l := NewLog(rec, clock())
	talk(t, l, "# connect\nS: 220 ready\nC: EHLO me.example.org\nS: 250 mx\nC: AUTH PLAIN "+token+
		"\nS: 535 no\nC: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: "+answer+"\nS: 334 UGFzc3dvcmQ6\nC: "+answer)
	l.Append(protocol.HeldLine("AUTH PLAIN "+token+" x", l.State()))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(store.Path(rec.Header().ID))
	if err != nil || !bytes.Contains(file, []byte("AUTH PLAIN "+protocol.Hidden)) {
		t.Fatalf("%v: %s", err, file)
	}
	for _, secret := range []string{password, token, answer} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("%q stands in the file:\n%s", secret, file)
		}
	}
}

func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	store := Open(filepath.Join(t.TempDir(), "deep", "state"))
	rec, err := store.Create(Header{})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, rec, "a message")
	if err := NewLog(rec, nil).Close(); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(store.Dir(), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(fileMode)
		if d.IsDir() {
			want = dirMode
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil || files != 2 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestDeviceFull(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	if _, err := newRecorder(f, Header{}, ""); !errors.Is(err, syscall.ENOSPC) || Trouble(err).Code != "record.disk" {
		t.Errorf("%v", err)
	}
}

func TestCreateFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, fileMode); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir).Create(Header{})
	if err == nil || Trouble(err).Code != "record.write" {
		t.Errorf("%v", err)
	}
}

// synced counts what reached the disk.
type synced struct {
	limited
	syncs int
	err   error
}

func (f *synced) Sync() error { f.syncs++; return f.err }

func TestSyncWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &synced{limited: limited{room: 1 << 20}}
		rec, err := newRecorder(disk, Header{}, "")
		if err != nil {
			t.Fatal(err)
		}
		l := NewLog(rec, nil)
		for want := 1; want <= 2; want++ {
			for range 10 {
				l.Append(note("soon on disk"))
			}
			time.Sleep(2 * syncDelay) // of the bubble's clock
			synctest.Wait()
			if disk.syncs != want {
				t.Errorf("%d syncs, not %d", disk.syncs, want)
			}
		}
		disk.err = syscall.EIO
		l.Append(note("lost"))
		time.Sleep(2 * syncDelay)
		synctest.Wait()
		l.Append(note("not written"))
		if !errors.Is(l.RecordErr(), syscall.EIO) {
			t.Errorf("RecordErr: %v", l.RecordErr())
		}
		if err := l.Close(); !errors.Is(err, syscall.EIO) {
			t.Errorf("Close: %v", err)
		}
	})
}
