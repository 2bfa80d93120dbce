package line

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
)

// Asker asks the person at terminal in, on out, for what a login needs. A
// secret is not shown while it is typed. Ctrl+C and ctx give the login up.
func Asker(in *os.File, out io.Writer) sasl.Asker {
	return func(ctx context.Context, p sasl.Prompt) (string, error) {
		old, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return "", fmt.Errorf("%s for %s: %w", p.Name, p.Mechanism, err)
		}
		defer term.Restore(int(in.Fd()), old)
		answer := make(chan typedLine, 1)
		go func() {
			text, err := readAnswer(term.NewTerminal(keyboard{in, out}, ""), p)
			answer <- typedLine{text, err}
		}()
		select {
		case ln := <-answer:
			if ln.err != nil {
				_, _ = io.WriteString(out, "\r\n") // no Enter ended the question
			}
			return ln.text, ln.err
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// keyboard is where answers come from and where they are echoed.
type keyboard struct {
	io.Reader
	io.Writer
}

func readAnswer(t *term.Terminal, p sasl.Prompt) (string, error) {
	question := fmt.Sprintf("%s for %s: ", p.Name, protocol.Safe(p.Mechanism))
	read := func() (string, error) { return t.ReadPassword(question) }
	if !p.Secret {
		t.SetPrompt(question)
		read = t.ReadLine
	}
	text, err := read()
	if err == io.EOF { // Ctrl+C or Ctrl+D
		return "", errInterrupted
	}
	return text, err
}
