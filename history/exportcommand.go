package history

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtpconsole/protocol"
)

const formatSwaksCommand = "swaks-command"

// writeSwaksCommand is the format "swaks-command": one call that does what the
// session did as far as its first message, and comments on what it does not do.
func writeSwaksCommand(w *bufio.Writer, src Source) error {
	p, err := src.plan(formatSwaksCommand)
	if err != nil {
		return err
	}
	messages, err := src.Messages()
	if err != nil && !isTorn(err) {
		return err
	}
	c := swaksCall{plan: p}
	if p.practice {
		c.unsaid = append(c.unsaid, practiceAdvice)
	}
	torn := src.each(c.event)
	switch {
	case torn != nil && !isTorn(torn):
		return torn
	case c.unsafe:
		return &InexpressibleError{formatSwaksCommand, "a name in it begins with a hyphen or has a comma, which swaks would take for more than that"}
	case len(messages) == 0:
		return cmp.Or(c.write(w, append(c.words(), "--quit-after", c.reached())), torn)
	case messages[0].raw():
		return &InexpressibleError{formatSwaksCommand, "the octets of the message went out raw, and swaks ends a message its own way: use the format nc or openssl"}
	case messages[0].size() == 0:
		return &InexpressibleError{formatSwaksCommand, "the message is empty, and swaks would make one: use the format nc or openssl"}
	}
	return cmp.Or(c.send(w, messages[0]), torn)
}

// swaksCall is what a call of swaks says, and what it leaves unsaid.
type swaksCall struct {
	plan
	st        protocol.State
	helo      string
	sasl      string // the mechanism
	from      string
	hasFrom   bool
	to        []string
	sent      bool // the first message is over
	last      bool // of BDAT: the chunk is the last
	pipelined bool
	unsafe    bool
	unsaid    []string
}

// event takes what was sent for the call, or notes that it cannot.
func (c *swaksCall) event(ev protocol.Event) error {
	switch {
	case ev.Kind == protocol.KindBody:
		c.sent = c.sent || ev.Cmd != "BDAT" || c.last
	case ev.Kind == protocol.KindClient && c.st.Phase != protocol.PhaseAuth:
		cmd := protocol.Parse(ev.Text, protocol.State{}).Cmd
		if take, ok := swaksSteps[cmd.Verb]; !ok || !take(c, cmd) {
			c.unsaid = append(c.unsaid, "it leaves out "+ev.Text)
		}
	}
	c.st = c.st.Apply(ev)
	return nil
}

// swaksSteps take commands that swaks sends too; false is for one it would not
// send there.
var swaksSteps = map[string]func(*swaksCall, protocol.Command) bool{
	"EHLO": (*swaksCall).hail, "HELO": (*swaksCall).hail, "LHLO": (*swaksCall).hail,
	"STARTTLS": func(c *swaksCall, _ protocol.Command) bool { return c.tls != nil },
	"AUTH":     (*swaksCall).login,
	"MAIL":     (*swaksCall).mail,
	"RCPT":     (*swaksCall).rcpt,
	"DATA":     (*swaksCall).data,
	"BDAT":     (*swaksCall).chunk,
	"QUIT":     func(*swaksCall, protocol.Command) bool { return true },
}

func (c *swaksCall) hail(cmd protocol.Command) bool {
	if c.hasFrom {
		return false
	}
	c.hello, c.helo = cmd.Verb, cmd.Arg
	c.unsafe = c.unsafe || strings.HasPrefix(cmd.Arg, "-")
	return true
}

// login takes the last AUTH: those before it will have failed.
func (c *swaksCall) login(cmd protocol.Command) bool {
	switch {
	case c.hasFrom:
		return false
	case c.sasl == "":
		c.unsaid = append(c.unsaid, "it asks for user and password, which the record does not have")
	default:
		c.unsaid = append(c.unsaid, "it leaves out AUTH "+c.sasl)
	}
	c.sasl = cmd.Mechanism
	c.unsafe = c.unsafe || strings.HasPrefix(cmd.Mechanism, "-")
	return true
}

func (c *swaksCall) mail(cmd protocol.Command) bool {
	if c.hasFrom || c.sent {
		return false
	}
	c.from, c.hasFrom = cmd.Path, true
	c.address(cmd)
	return true
}

func (c *swaksCall) rcpt(cmd protocol.Command) bool {
	if c.sent || !c.hasFrom {
		return false
	}
	c.to = append(c.to, cmd.Path)
	c.pipelined = c.pipelined || c.st.Busy()
	c.address(cmd)
	return true
}

// address notes what of a path and its parameters the call cannot say.
func (c *swaksCall) address(cmd protocol.Command) {
	c.unsafe = c.unsafe || strings.HasPrefix(cmd.Path, "-") || strings.Contains(cmd.Path, ",")
	for _, p := range cmd.Params {
		c.unsaid = append(c.unsaid, strings.TrimSuffix("it leaves out "+p.Name+"="+p.Value, "=")+" of "+cmd.Verb)
	}
}

func (c *swaksCall) data(protocol.Command) bool { return !c.sent && len(c.to) > 0 }

func (c *swaksCall) chunk(cmd protocol.Command) bool {
	c.last = cmd.Last
	if cmd.Last && !c.sent {
		c.unsaid = append(c.unsaid, "it sends by DATA what the session sent by BDAT")
	}
	return !c.sent
}

// swaksProtocols are what swaks calls the protocol, by the verb of its hello.
var swaksProtocols = map[string]string{"HELO": "SMTP", "EHLO": "ESMTP", "LHLO": "LMTP"}

// words are the call without its message.
func (c *swaksCall) words() []string {
	words := []string{"swaks", "--server", shellWord(c.host), "--port", shellWord(c.port)}
	add := func(said bool, more ...string) {
		if said {
			words = append(words, more...)
		}
	}
	add(c.hello != "" && c.hello != "EHLO", "--protocol", swaksProtocols[c.hello])
	add(c.helo != "", "--helo", shellWord(c.helo))
	add(c.tls != nil && c.tls.Implicit, "--tls-on-connect")
	add(c.tls != nil && !c.tls.Implicit, "--tls")
	add(c.tls != nil && c.tls.Verified, "--tls-verify")
	add(c.sasl != "", "--auth", shellWord(c.sasl))
	add(c.pipelined, "--pipeline")
	add(c.hasFrom && c.from == "", "--from", "'<>'")
	add(c.from != "", "--from", shellWord(c.from))
	add(len(c.to) > 0, "--to", shellWord(strings.Join(c.to, ",")))
	return words
}

// reached is the last step of a session without a message, as swaks calls it.
func (c *swaksCall) reached() string {
	switch {
	case len(c.to) > 0:
		return "RCPT"
	case c.hasFrom:
		return "MAIL"
	case c.sasl != "":
		return "AUTH"
	case c.helo != "":
		return "HELO"
	}
	return "CONNECT"
}

// write writes the comments and the call.
func (c *swaksCall) write(w *bufio.Writer, words []string) error {
	_, err := fmt.Fprintln(w, c.comments()+strings.Join(words, " "))
	return err
}

// comments say what the call does not do.
func (c *swaksCall) comments() string {
	var b strings.Builder
	for _, what := range c.unsaid {
		fmt.Fprintln(&b, "#", protocol.Safe(what))
	}
	return b.String()
}

// shortMessage bounds what goes on the command line itself, in octets.
const shortMessage = 4 << 10

// send writes the call with its message: on the command line where that is
// short and plain, else on its standard input, where it passes as it is.
func (c *swaksCall) send(w *bufio.Writer, m SentMessage) error {
	var text bytes.Buffer
	if m.size() <= shortMessage {
		if err := m.Write(&text); err != nil {
			return err
		}
		if arg, ok := swaksData(text.String()); ok {
			return c.write(w, append(c.words(), "--data", arg))
		}
	}
	return c.pipe(w, m)
}

// pipe writes the message as calls of printf whose output the call reads.
func (c *swaksCall) pipe(w *bufio.Writer, m SentMessage) error {
	fmt.Fprintf(w, "%s{\n", c.comments())
	out := &printfWriter{w: w}
	lines := protocol.NewLineWriter(protocol.NewDotWriter(out))
	if err := errors.Join(m.Write(lines), lines.Close()); err != nil {
		return err
	}
	_, err := io.WriteString(out, ".") // swaks ends this line itself
	if err = errors.Join(err, out.flush()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, "} |", strings.Join(c.words(), " "), "--no-data-fixup --data -")
	return err
}

// swaksData is a message as the argument of --data, and false where swaks would
// change it: it reads escapes and marks of its own in it, and adds the last
// line end.
func swaksData(text string) (string, bool) {
	header, body, ok := strings.Cut(text, "\r\n\r\n")
	body, ended := strings.CutSuffix(body, "\r\n")
	if !ok || !ended || body == "" || strings.HasPrefix(header, "From ") || strings.HasSuffix(body, "\r\n.") || body == "." {
		return "", false
	}
	arg := strings.ReplaceAll(header+"\r\n\r\n"+body, "\r\n", `\n`)
	odd := func(r rune) bool { return r < ' ' || r > '~' || r == '%' || r == '\\' }
	if strings.ContainsFunc(strings.ReplaceAll(header+body, "\r\n", ""), odd) {
		return "", false
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'", true
}
