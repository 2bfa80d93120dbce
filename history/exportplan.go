package history

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// fixedAnswers are the mechanisms whose answers do not depend on a challenge,
// so that they can be given beforehand (RFC 4954 §4).
var fixedAnswers = []string{"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS"}

// plan is what a script has to know of a session before its first line.
type plan struct {
	format     string
	host, port string
	connects   int
	tls        *protocol.TLSInfo // the first handshake's
	early      string            // the first line before it that s_client does not send by itself
	hello      string            // the verb of the last hello before it, and the name in it
	name       string
	secrets    int // lines with a secret that the record does not have
	messages   int
	quit       bool // it was the last line
	practice   bool // it was with the built-in server, which is gone
}

// practiceTarget is what a header says of the built-in server. It is on a port
// of its own each time, and a script is for one that stays.
const (
	practiceTarget = "practice"
	practiceHost   = "127.0.0.1"
	practicePort   = "2525"
	practiceAdvice = "The practice server is there after: smtpconsole practice --serve " + practiceHost + ":" + practicePort
)

// plan looks through the session, and says why it cannot be a script.
func (src Source) plan(format string) (plan, error) {
	p := plan{format: format}
	err := src.each(func(ev protocol.Event) error {
		switch ev.Kind {
		case protocol.KindConnect:
			p.connects++
			p.host, p.port = dialled(ev.Text)
		case protocol.KindTLS:
			p.tls = ev.TLS
		case protocol.KindClient:
			return p.line(ev)
		case protocol.KindBody:
			p.messages++
			return p.body(src, ev)
		}
		return nil
	})
	if err != nil && !isTorn(err) {
		return p, err
	}
	return p, p.settle(src.Header)
}

// settle completes the plan with what only the whole session says.
func (p *plan) settle(h Header) error {
	switch p.practice = h.Target == practiceTarget; {
	case p.practice:
		p.host, p.port = practiceHost, practicePort
	case p.host == "":
		p.host, p.port = dialled(h.Target)
	}
	if p.port == "" {
		p.port = "25"
	}
	switch {
	case p.connects > 1:
		return &InexpressibleError{p.format, fmt.Sprintf("the session made %d connections, and this can hold one", p.connects)}
	case p.host == "":
		return &InexpressibleError{p.format, "the record does not say which server the session was with"}
	case strings.HasPrefix(p.host, "-") || strings.HasPrefix(p.name, "-"):
		return &InexpressibleError{p.format, "a name in it begins with a hyphen and would be taken for an option"}
	case strings.Trim(p.port, "0123456789") != "":
		return &InexpressibleError{p.format, fmt.Sprintf("%q is no port", p.port)}
	}
	return nil
}

// line notes a command line.
func (p *plan) line(ev protocol.Event) error {
	cmd := protocol.Parse(ev.Text, protocol.State{}).Cmd
	if strings.Contains(ev.Text, protocol.Hidden) {
		p.secrets++
	}
	p.quit = cmd.Verb == "QUIT"
	switch {
	case cmd.Verb == "AUTH" && cmd.Mechanism != "" && !slices.Contains(fixedAnswers, strings.ToUpper(cmd.Mechanism)) && p.format != formatSwaksCommand:
		return &InexpressibleError{p.format, fmt.Sprintf("AUTH %s answers a challenge that is another one each time", cmd.Mechanism)}
	case p.tls != nil:
	case cmd.Row().Offers || cmd.Verb == "HELO":
		p.hello, p.name = cmd.Verb, cmd.Arg
	case cmd.Verb != "STARTTLS" && p.early == "":
		p.early = ev.Text
	}
	return nil
}

// body makes sure of the octets of a message.
func (p *plan) body(src Source, ev protocol.Event) error {
	body, err := src.open(ev)
	if err != nil {
		return fmt.Errorf("export as %s: message %d: %w", p.format, p.messages, err)
	}
	return body.Close()
}

// dialled takes host and port from what an event or a header says of the
// server: "name (address:port)", "host:port" or a host alone.
func dialled(text string) (host, port string) {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest[strings.LastIndexByte(rest, '@')+1:]
	}
	name, inner, named := strings.Cut(strings.TrimSuffix(text, ")"), " (")
	if !named {
		inner = name
	}
	host, port = inner, ""
	if addr, err := netip.ParseAddr(inner); err != nil || addr.Is4() {
		if i := strings.LastIndexByte(inner, ':'); i >= 0 {
			host, port = inner[:i], inner[i+1:]
		}
	}
	if named {
		host = name
	}
	return strings.Trim(host, "[]"), port
}
