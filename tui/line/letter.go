package line

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"smtpconsole/protocol"
	"smtpconsole/protocol/message"
	"smtpconsole/tui/console"
)

// Letter is what the flags of send say: an envelope, a message, and how they
// travel. Flags must have been parsed into it.
type Letter struct {
	from                string
	to                  []string
	message             string // a file, "-" for standard input, "" for none
	subject, body, html string
	attach, header      []string
	chunk               chunking
	startTLS            string
	dryRun              bool

	flags []*pflag.FlagSet
}

// The words of --starttls.
const (
	tlsAuto    = "auto"
	tlsRequire = "require"
	tlsNever   = "never"
)

var tlsWords = []string{tlsAuto, tlsRequire, tlsNever}

// Flags are the letter as command line flags, in the groups that help shows.
func (l *Letter) Flags() []*pflag.FlagSet {
	envelope := pflag.NewFlagSet("Envelope", pflag.ContinueOnError)
	envelope.StringVar(&l.from, "from", "", "reverse-path `ADDRESS`, or <> for the null one")
	envelope.StringArrayVar(&l.to, "to", nil, "forward-path `ADDRESS`, once for each recipient")

	text := pflag.NewFlagSet("Message", pflag.ContinueOnError)
	text.StringVar(&l.message, "message", "", "send the message in `FILE`, or from standard input with -")
	text.StringVar(&l.subject, "subject", "", "write a message with this `TEXT` as its subject")
	text.StringVar(&l.body, "body", "", "its text: `TEXT`, or @FILE")
	text.StringVar(&l.html, "html", "", "the same in HTML: `TEXT`, or @FILE")
	text.StringArrayVar(&l.attach, "attach", nil, "attach `FILE`, as often as given")
	text.StringArrayVar(&l.header, "header", nil, "a header `FIELD` more, or in place of one, as in 'Reply-To: a@example.org'")

	way := pflag.NewFlagSet("Sending", pflag.ContinueOnError)
	way.Var(&l.chunk, "bdat", "send by BDAT, in one chunk or in chunks of `SIZE` octets, as in --bdat=64K")
	way.Lookup("bdat").NoOptDefVal = oneChunk
	way.StringVar(&l.startTLS, "starttls", tlsAuto, "use STARTTLS `WHEN`: auto where it is offered, require, or never")
	way.BoolVar(&l.dryRun, "dry-run", false, "connect nowhere: print the commands, and the message exactly")

	l.flags = []*pflag.FlagSet{envelope, text, way}
	for _, group := range l.flags {
		group.SortFlags = false
	}
	return l.flags
}

// given tells whether a flag was.
func (l *Letter) given(name string) bool {
	for _, group := range l.flags {
		if f := group.Lookup(name); f != nil {
			return f.Changed
		}
	}
	return false
}

// oneChunk is --bdat without a size.
const oneChunk = "one"

// chunking is how a message is divided, as console.Mail has it.
type chunking int64

// Set reads a size, or that there is one chunk.
func (c *chunking) Set(s string) error {
	n, err := console.ParseSize(s)
	switch {
	case s == oneChunk:
		n = console.OneChunk
	case err != nil:
		return err
	case n == 0:
		return errors.New("a chunk of no octets gets nowhere: write 64K, or leave the size out")
	}
	*c = chunking(n)
	return nil
}

// String is empty for DATA, so that help names no default.
func (c *chunking) String() string {
	switch *c {
	case 0:
		return ""
	case console.OneChunk:
		return oneChunk
	}
	return fmt.Sprint(int64(*c))
}

// Type is the word that help shows.
func (c *chunking) Type() string { return "size" }

// composing are the flags that write a message.
var composing = []string{"subject", "body", "html", "attach", "header"}

// check finds what is missing in a letter, and what contradicts itself.
func (l *Letter) check() error {
	other := slices.IndexFunc(composing, l.given)
	switch {
	case !l.given("from"):
		return errors.New("no reverse-path is named: --from ADDRESS, or --from '<>' for the null one")
	case len(l.to) == 0:
		return errors.New("no recipient is named: --to ADDRESS, once for each")
	case l.message != "" && other >= 0:
		return fmt.Errorf("--message and --%s exclude each other: the file is the whole message", composing[other])
	case l.message == "" && other < 0:
		return errors.New("there is no message: --message FILE, --message - for standard input, or --subject and --body to write one")
	case !slices.Contains(tlsWords, l.startTLS):
		return fmt.Errorf("--starttls %q: write %s", l.startTLS, strings.Join(tlsWords, ", "))
	}
	return nil
}

// mail makes the mail of the letter. Client is what this client calls itself.
func (l *Letter) mail(ctx context.Context, in io.Reader, client string) (console.Mail, []protocol.MessageRemark, error) {
	m := console.Mail{From: bare(l.from), Chunk: int64(l.chunk)}
	for _, to := range l.to {
		m.To = append(m.To, bare(to))
	}
	var remarks []protocol.MessageRemark
	var err error
	m.Octets, remarks, err = l.octets(ctx, in, client)
	return m, remarks, err
}

// bare is an address without the brackets it may have been given with.
func bare(address string) string {
	if strings.HasPrefix(address, "<") && strings.HasSuffix(address, ">") {
		return address[1 : len(address)-1]
	}
	return address
}

// octets reads the message, or writes it. What a server may lack is not known
// yet, so it is taken to offer SMTPUTF8.
func (l *Letter) octets(ctx context.Context, in io.Reader, client string) (console.Octets, []protocol.MessageRemark, error) {
	st := protocol.State{UTF8: true}
	switch {
	case l.message == "-":
		return arriving(ctx, in, st)
	case l.message != "" && (l.dryRun || l.chunk != 0):
		return console.ReadFile(l.message, st)
	case l.message != "":
		return console.SkimFile(l.message, st)
	}
	m, err := l.compose(time.Now(), client)
	if err != nil {
		return console.Octets{}, nil, err
	}
	return console.Spool(st, func(w io.Writer) error { return m.Write(w, nil) })
}

// arriving spools in until its end, or ctx's: nothing else can interrupt who
// waits for input. The goroutine then stays with the input.
func arriving(ctx context.Context, in io.Reader, st protocol.State) (console.Octets, []protocol.MessageRemark, error) {
	type arrived struct {
		octets  console.Octets
		remarks []protocol.MessageRemark
		err     error
	}
	done := make(chan arrived, 1)
	go func() {
		o, remarks, err := console.Spool(st, func(w io.Writer) error { _, err := io.Copy(w, in); return err })
		done <- arrived{o, remarks, err}
	}()
	select {
	case a := <-done:
		return a.octets, a.remarks, a.err
	case <-ctx.Done():
		return console.Octets{}, nil, ctx.Err()
	}
}

// compose writes the message that the flags describe.
func (l *Letter) compose(now time.Time, client string) (message.Message, error) {
	m := message.Message{Fields: l.fields(now, client)}
	for _, field := range l.header {
		name, value, ok := strings.Cut(field, ":")
		if !ok {
			return m, fmt.Errorf("--header %q: write NAME: VALUE", field)
		}
		m.Fields = withField(m.Fields, message.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	var errs [2]error
	m.Text, errs[0] = textOf("--body", l.body)
	m.HTML, errs[1] = textOf("--html", l.html)
	if err := errors.Join(errs[:]...); err != nil {
		return m, err
	}
	for _, path := range l.attach {
		file, err := message.Attach(path)
		if err != nil {
			return m, fmt.Errorf("--attach: %w", err)
		}
		m.Files = append(m.Files, file)
	}
	return m, nil
}

// fields are those every message should have (RFC 5322 §3.6). A message with
// the null reverse-path says itself who it is from.
func (l *Letter) fields(now time.Time, client string) []message.Field {
	from, to := bare(l.from), make([]string, len(l.to))
	for i := range l.to {
		to[i] = bare(l.to[i])
	}
	domain := strings.Trim(client, "[]")
	if at := strings.LastIndexByte(from, '@'); at >= 0 {
		domain = from[at+1:]
	}
	fields := []message.Field{
		{Name: "From", Value: from},
		{Name: "To", Value: strings.Join(to, ", ")},
		{Name: "Subject", Value: l.subject},
		{Name: "Date", Value: now.Format(time.RFC1123Z)},
		{Name: "Message-ID", Value: "<" + rand.Text() + "@" + domain + ">"},
	}
	return slices.DeleteFunc(fields, func(f message.Field) bool { return f.Value == "" })
}

// withField puts f in the place of the field that the program wrote under its
// name, or behind the others.
func withField(fields []message.Field, f message.Field) []message.Field {
	name := textproto.CanonicalMIMEHeaderKey(f.Name)
	i := slices.IndexFunc(fields, func(g message.Field) bool { return textproto.CanonicalMIMEHeaderKey(g.Name) == name })
	if i < 0 || !slices.Contains(ownFields, name) {
		return append(fields, f)
	}
	fields[i] = f
	return fields
}

// ownFields are those that the program writes, as CanonicalMIMEHeaderKey has
// them.
var ownFields = []string{"From", "To", "Subject", "Date", "Message-Id"}

// longestText is how long a text may be that is not streamed, in octets.
const longestText = 16 << 20

// textOf is the value of a flag, or the file it names behind an "@", with
// lines ended by LF.
func textOf(flag, value string) (string, error) {
	path, named := strings.CutPrefix(value, "@")
	if named {
		f, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("%s: %w", flag, err)
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, longestText+1))
		if err != nil {
			return "", fmt.Errorf("%s: %w", flag, err)
		}
		if len(b) > longestText {
			return "", fmt.Errorf("%s: %q is longer than %d MiB: attach it, or send it with --message", flag, path, longestText>>20)
		}
		value = string(b)
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(value), nil
}
