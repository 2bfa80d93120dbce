package line

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"smtpconsole/history"
)

// openInput opens a file to be read, "-" for standard input. Whoever waits for
// it, as for the other end of a named pipe, waits no longer than ctx lives; the
// error is then ctx's cause.
func openInput(ctx context.Context, name string) (io.ReadCloser, error) {
	if name == "-" {
		return &heldFile{ctx: ctx, file: os.Stdin}, nil
	}
	var f *os.File
	err := unlessEnded(ctx, func() (err error) {
		f, err = os.Open(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &heldFile{ctx: ctx, file: f}, nil
}

// unmarked is r without the byte order mark that some editors begin a file with.
func unmarked(r io.Reader) *bufio.Reader {
	b := bufio.NewReader(r)
	if first, _ := b.Peek(len(byteOrderMark)); string(first) == byteOrderMark {
		_, _ = b.Discard(len(first))
	}
	return b
}

// foreign is err, and where a file is neither a record nor a script what one begins
// with.
func foreign(err error) error {
	if errors.Is(err, history.ErrForeign) {
		return fmt.Errorf(`%w, nor a script, which begins with {"format":"smtpconsole-session/1"}; history import reads the text of a dialogue`, err)
	}
	return err
}

// unlessEnded returns what do returns, or the cause of ctx where that ends
// first: do is then left behind, and ends with the program.
func unlessEnded(ctx context.Context, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// heldFile is a file that is read until ctx ends.
type heldFile struct {
	ctx  context.Context
	file *os.File
	buf  []byte // a Read that is left behind may still write to it, and no other comes
}

// Read reads the next octets.
func (in *heldFile) Read(p []byte) (int, error) {
	if in.ctx.Err() != nil {
		return 0, context.Cause(in.ctx)
	}
	if len(in.buf) < len(p) {
		in.buf = make([]byte, len(p))
	}
	n, buf := 0, in.buf[:len(p)]
	err := unlessEnded(in.ctx, func() (err error) {
		n, err = in.file.Read(buf)
		return err
	})
	if in.ctx.Err() != nil {
		return 0, context.Cause(in.ctx)
	}
	return copy(p, buf[:n]), err
}

// Close closes the file.
func (in *heldFile) Close() error { return in.file.Close() }
