package history

import (
	"iter"
	"strings"
	"unicode"

	"smtpconsole/protocol"
)

// Anonymise is the session with pseudonyms in the place of mailboxes, host
// names and IP addresses: user1@host1.example, host2.example, 192.0.2.1. The
// same name has the same pseudonym in commands, replies, headers and bodies,
// and the same session always gets the same ones. Names of persons beside their
// address, and those that a login is answered with, are replaced too. Files of
// this machine and the certificates are left out, and sizes and digests are those
// of the new text.
//
// It finds names by their form and by their place, so some stay: what the text
// of a message tells of persons, what it has in base64 or quoted-printable, and a
// name that the end of a chunk cuts in two. The session is held in memory, but for messages
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
	h.Target, h.Label = a.names.loose(h.Target), a.names.loose(withoutFiles(h.Label))
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
	st        protocol.State            // of the session as it was
	more      bool                      // the next line of the server's goes on with a reply
}

// events are those of the session, with the names known so far.
func (a *anonymiser) events() ([]protocol.Event, error) {
	a.st, a.more = protocol.State{}, false
	var out []protocol.Event
	line, mail := -1, -1 // indices of the last command line, and of the last MAIL
	err := a.src.each(func(was protocol.Event) error {
		ev, err := a.event(was)
		a.st = a.st.Apply(was)
		if ev.Kind == protocol.KindClient {
			line = len(out)
			if ev.Cmd == "MAIL" {
				mail = line
			}
		}
		out = append(out, ev)
		if ev.Kind != protocol.KindBody {
			return err
		}
		if ev.Cmd == "BDAT" && line >= 0 {
			out[line].Text = resized(out[line].Text, ev.Size)
		}
		if mail >= 0 {
			out[mail].Text = announced(out[mail].Text, ev.Size-was.Size)
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
	case protocol.KindClient:
		ev.Text = a.line(ev.Text)
	case protocol.KindHeld:
		ev.Text = a.held(ev.Text)
	case protocol.KindServer:
		ev.Text, ev.Reply = a.reply(ev.Text), a.lines(ev.Reply)
	case protocol.KindBody:
		return a.message(ev)
	case protocol.KindConnect:
		a.learnHost(hostOf(ev.Text))
		ev.Text = a.names.loose(ev.Text)
	case protocol.KindTLS:
		ev.Text = ev.TLS.Summary()
	default:
		ev.Text = a.names.loose(withoutFiles(ev.Text))
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

// tls is what a handshake came to, without the certificates.
func (a *anonymiser) tls(t *protocol.TLSInfo) *protocol.TLSInfo {
	if t == nil {
		return nil
	}
	a.learnHost(t.ServerName)
	out := *t
	for _, c := range t.Chain {
		for _, name := range c.Names {
			a.learnHost(name)
		}
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
