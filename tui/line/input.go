package line

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// errInterrupted is returned where Ctrl+C came before a line did.
var errInterrupted = errors.New("interrupted")

// input reads lines. A read that is under way when its caller gives up goes
// on, and its line is the next one. It belongs to one goroutine.
type input struct {
	r       *bufio.Reader
	pending chan typedLine // nil while no read is under way
	number  int            // of the line read last, from 1
	begun   bool           // a line was read
}

type typedLine struct {
	text string
	err  error
}

// inputBuffer is how much is read ahead. Lines in the buffer cost no switch to
// another goroutine, which counts where a script has a large message in it.
const inputBuffer = 64 << 10

func newInput(r io.Reader) *input { return &input{r: bufio.NewReaderSize(r, inputBuffer)} }

// byteOrderMark begins the text files of some editors, and no line of SMTP.
const byteOrderMark = "\ufeff"

// next returns the next line without its line end, CRLF or LF. The error is
// io.EOF behind the last one, errInterrupted, ctx's, or one of reading.
func (in *input) next(ctx context.Context, interrupts <-chan os.Signal) (string, error) {
	if in.pending == nil && in.ready() {
		return in.took(in.read())
	}
	if in.pending == nil {
		in.pending = make(chan typedLine, 1)
		go func(c chan<- typedLine) { c <- in.read() }(in.pending)
	}
	select {
	case ln := <-in.pending:
		in.pending = nil
		return in.took(ln)
	case <-interrupts:
		return "", errInterrupted
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// ready tells whether a whole line can be had without waiting.
func (in *input) ready() bool {
	ahead, _ := in.r.Peek(in.r.Buffered())
	return bytes.IndexByte(ahead, '\n') >= 0
}

// more tells whether there is input that was read ahead and not asked for. It
// does not wait for any: whoever holds the other end may never close it.
func (in *input) more() bool { return in.pending == nil && in.r.Buffered() > 0 }

func (in *input) took(ln typedLine) (string, error) {
	if ln.err == nil {
		in.number++
	}
	return ln.text, ln.err
}

// longestInput bounds a line of the input, in octets: a file with a longer one
// is no dialogue, and is not read into memory.
const longestInput = 32 << 20

// errInputLine ends the reading of input that has such a line.
var errInputLine = fmt.Errorf("a line of the input is longer than %d octets: this is no dialogue", longestInput)

// readText reads up to a line end, and with it.
func (in *input) readText() (string, error) {
	var text strings.Builder
	for {
		part, err := in.r.ReadSlice('\n')
		text.Write(part)
		switch {
		case text.Len() > longestInput:
			return "", errInputLine
		case !errors.Is(err, bufio.ErrBufferFull):
			return text.String(), err
		}
	}
}

// read reads one line; the last one may lack its line end.
func (in *input) read() typedLine {
	text, err := in.readText()
	if !in.begun {
		in.begun, text = true, strings.TrimPrefix(text, byteOrderMark)
	}
	if text != "" && errors.Is(err, io.EOF) {
		err = nil
	}
	return typedLine{strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r"), err}
}
