package history

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strconv"
	"strings"
	"unicode"

	"smtpconsole/protocol"
)

// Anonymise is the session with pseudonyms in the place of mailboxes, host
// names and IP addresses: user1@host1.example, host2.example, 192.0.2.1. The
// same name has the same pseudonym in commands, replies, headers and bodies,
// and the same session always gets the same ones. Files of this machine and the
// certificates are left out, and sizes and digests are those of the new text.
//
// It finds names by their form, so some stay: names of persons beside their
// address, what a body has in base64 or quoted-printable, and a name that the
// end of a chunk cuts in two. The session is held in memory, but for messages
// that are kept beside the record. Errors are those of Events and Body; that of
// a torn line is among the new Events.
func (src Source) Anonymise() (Source, error) {
	a := anonymiser{src: src, names: newPseudonyms(), originals: map[string]protocol.Event{}}
	a.learnHost(hostOf(src.Header.Target))
	if _, err := a.events(); err != nil && !isTorn(err) { // learns all names
		return Source{}, err
	}
	events, err := a.events()
	if err != nil && !isTorn(err) {
		return Source{}, err
	}
	h := src.Header
	h.Target, h.Label = a.names.loose(h.Target), a.names.loose(h.Label)
	return Source{Header: h, Events: eachAnd(events, err), Body: a.body}, nil
}

// eachAnd gives events, and at the end err if there is one.
func eachAnd(events []protocol.Event, err error) iter.Seq2[protocol.Event, error] {
	return func(yield func(protocol.Event, error) bool) {
		for ev := range Each(events) {
			if !yield(ev, nil) {
				return
			}
		}
		if err != nil {
			yield(protocol.Event{}, err)
		}
	}
}

// anonymiser is one call of Anonymise.
type anonymiser struct {
	src       Source
	names     *pseudonyms
	originals map[string]protocol.Event // of the messages beside the record, by their new digest
}

// events are those of the session, with the names known so far.
func (a *anonymiser) events() ([]protocol.Event, error) {
	var out []protocol.Event
	line := -1 // index of the last command line
	err := a.src.each(func(ev protocol.Event) error {
		ev, err := a.event(ev)
		if ev.Kind == protocol.KindClient {
			line = len(out)
		}
		out = append(out, ev)
		if ev.Kind == protocol.KindBody && ev.Cmd == "BDAT" && line >= 0 {
			out[line].Text = resized(out[line].Text, ev.Size)
		}
		return err
	})
	return out, err
}

// event is ev without its names.
func (a *anonymiser) event(ev protocol.Event) (protocol.Event, error) {
	ev.Path = ""
	ev.TLS = a.tls(ev.TLS)
	ev.Diags = a.diags(ev)
	switch ev.Kind {
	case protocol.KindClient, protocol.KindHeld:
		ev.Text = a.line(ev.Text)
	case protocol.KindServer:
		ev.Text = a.reply(ev.Text)
		ev.Reply = a.lines(ev.Reply)
	case protocol.KindBody:
		return a.message(ev)
	case protocol.KindConnect:
		a.learnHost(hostOf(ev.Text))
		ev.Text = a.names.loose(ev.Text)
	case protocol.KindTLS:
		ev.Text = ev.TLS.Summary()
	default:
		ev.Text = a.names.loose(ev.Text)
	}
	return ev, nil
}

func hostOf(text string) string {
	host, _ := dialled(text)
	return host
}

// learnHost takes a name for that of a host even where it has no dot.
func (a *anonymiser) learnHost(name string) {
	if name != practiceTarget && !strings.HasPrefix(name, "[") && strings.ContainsFunc(name, unicode.IsLetter) {
		a.names.host(name)
	}
}

// lookups are the commands whose whole argument names a mailbox, perhaps
// without its domain (RFC 5321 §4.1.1.6, §4.1.1.7).
var lookups = map[string]bool{"VRFY": true, "EXPN": true}

// line is a command line, whose words mean what their place says.
func (a *anonymiser) line(text string) string {
	cmd := protocol.Parse(text, protocol.State{}).Cmd
	switch {
	case cmd.Row().Offers || cmd.Verb == "HELO":
		a.learnHost(cmd.Arg)
		return replaceLast(text, cmd.Arg, a.names.loose(cmd.Arg))
	case lookups[cmd.Verb] && cmd.Arg != "" && !strings.ContainsAny(cmd.Arg, "@ "):
		return replaceLast(text, cmd.Arg, a.names.user(cmd.Arg))
	case cmd.Path != "" && !strings.Contains(cmd.Path, "@"):
		text = replaceLast(text, "<"+cmd.Path+">", "<"+a.names.user(cmd.Path)+">")
	}
	return a.names.exact(text)
}

// replaceLast puts another text in the place of the last one.
func replaceLast(text, old, other string) string {
	i := strings.LastIndex(text, old)
	if i < 0 {
		return text
	}
	return text[:i] + other + text[i+len(old):]
}

// reply is a line of the server's; its code is no name.
func (a *anonymiser) reply(text string) string {
	a.greeting(text)
	code := min(3, len(text))
	if len(text) > code && (text[code] == ' ' || text[code] == '-') {
		code++
	}
	return text[:code] + a.said(text[:code] == "334 ", text[code:])
}

// greeting learns who greets: "220" SP Domain SP textstring   RFC 5321 §4.2.
// Only what says its protocol there is sure to have said its name before.
func (a *anonymiser) greeting(text string) {
	words := strings.Fields(text)
	if len(words) > 2 && words[0] == "220" && strings.HasSuffix(words[2], "MTP") {
		a.learnHost(words[1])
	}
}

// lines is an assembled reply.
func (a *anonymiser) lines(r *protocol.Reply) *protocol.Reply {
	if r == nil {
		return nil
	}
	out := *r
	out.Lines = make([]string, len(r.Lines))
	for i, text := range r.Lines {
		out.Lines[i] = a.said(r.Code == 334, text)
	}
	return &out
}

// said is the text of a reply. A challenge is base64, and may name its host
// (RFC 2195 §2).
func (a *anonymiser) said(challenge bool, text string) string {
	if plain, err := base64.StdEncoding.DecodeString(text); challenge && err == nil {
		return base64.StdEncoding.EncodeToString([]byte(a.names.loose(string(plain))))
	}
	return a.names.loose(text)
}

// tls is what a handshake came to, without the certificates.
func (a *anonymiser) tls(t *protocol.TLSInfo) *protocol.TLSInfo {
	if t == nil {
		return nil
	}
	a.learnHost(t.ServerName)
	out := *t
	for _, c := range t.Chain {
		for _, name := range []string{c.Subject, c.Issuer} {
			if name != "" {
				out.Verdict = strings.ReplaceAll(out.Verdict, name, protocol.Hidden)
			}
		}
	}
	out.ServerName, out.Verdict, out.Chain = a.names.loose(t.ServerName), a.names.loose(out.Verdict), nil
	return &out
}

// diags are the remarks on a line; their places in it are no longer known.
func (a *anonymiser) diags(ev protocol.Event) []protocol.Diagnostic {
	var out []protocol.Diagnostic
	for _, d := range ev.Diags {
		d.Message, d.Fix, d.Span = a.names.loose(d.Message), "", protocol.Span{}
		out = append(out, d)
	}
	return out
}

// resized is a BDAT line with another size (RFC 3030 §2).
func resized(line string, size int64) string {
	words := strings.Fields(line)
	if len(words) < 2 {
		return line
	}
	return strings.Replace(line, " "+words[1], " "+strconv.FormatInt(size, 10), 1)
}

// message is the event of a message with the size and the digest of its new
// text.
func (a *anonymiser) message(ev protocol.Event) (protocol.Event, error) {
	text, err := a.open(ev)
	if errors.Is(err, fs.ErrNotExist) {
		ev.SHA256 = ""
		return ev, nil
	}
	if err != nil {
		return ev, err
	}
	defer text.Close()
	var inline strings.Builder
	digest := sha256.New()
	to := io.Writer(digest)
	if ev.Text != "" {
		to = io.MultiWriter(digest, &inline)
	}
	original := ev
	if ev.Size, err = io.Copy(to, text); err != nil {
		return ev, fmt.Errorf("anonymise: %w", err)
	}
	ev.Text, ev.SHA256 = inline.String(), hex.EncodeToString(digest.Sum(nil))
	a.originals[ev.SHA256] = original
	return ev, nil
}

// open opens the new text of a message.
func (a *anonymiser) open(ev protocol.Event) (io.ReadCloser, error) {
	body, err := a.src.open(ev)
	if err != nil {
		return nil, err
	}
	return &namelessBody{in: bufio.NewReaderSize(body, longLine), names: a.names, body: body, header: true}, nil
}

// body is Source.Body for the new session.
func (a *anonymiser) body(sha256 string) (io.ReadCloser, error) {
	ev, ok := a.originals[sha256]
	if !ok {
		return nil, errNotKept
	}
	return a.open(ev)
}

// namelessBody reads a message with its names replaced, a line at a time.
type namelessBody struct {
	in     *bufio.Reader
	names  *pseudonyms
	body   io.Closer
	header bool // the empty line has not come yet
	trace  bool // inside a Received field, where a word may be a host (RFC 5321 §4.4)
	rest   []byte
}

// Read delivers text.
func (b *namelessBody) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		line, err := b.in.ReadSlice('\n')
		if err != nil && len(line) == 0 {
			return 0, err
		}
		b.rest = []byte(b.line(string(line)))
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *namelessBody) line(text string) string {
	folded := strings.HasPrefix(text, " ") || strings.HasPrefix(text, "\t")
	const received = "received:"
	b.header = b.header && strings.TrimRight(text, "\r\n") != ""
	b.trace = b.header && (b.trace && folded || len(text) >= len(received) && strings.EqualFold(text[:len(received)], received))
	if b.trace {
		return b.names.loose(text)
	}
	return b.names.exact(text)
}

// Close closes the original.
func (b *namelessBody) Close() error { return b.body.Close() }
