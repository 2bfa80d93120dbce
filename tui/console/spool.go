package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"smtpconsole/protocol"
)

// Spool makes Octets of what write writes, which need not fit into memory, as
// ReadFile does of a file. They are kept in a private file without a name,
// until Close or the end of the program. The error is write's or the disk's.
func Spool(st protocol.State, write func(io.Writer) error) (Octets, []protocol.MessageRemark, error) {
	f, err := os.CreateTemp("", "smtpconsole-*") // mode 0600
	if err != nil {
		return Octets{}, nil, fmt.Errorf("there is no room for the message: %w; set TMPDIR to a directory that can be written", err)
	}
	named := os.Remove(f.Name()) != nil // some systems do not let go of an open file's name
	give := func() error {
		err := f.Close()
		if named {
			err = errors.Join(err, os.Remove(f.Name()))
		}
		return err
	}
	l := protocol.NewLinter(st)
	w := bufio.NewWriterSize(io.MultiWriter(f, l), readSize)
	if err := errors.Join(write(w), w.Flush()); err != nil {
		return Octets{}, nil, errors.Join(err, give())
	}
	facts := l.Facts()
	open := func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(f, 0, facts.Exact)), nil }
	return Octets{Open: open, Facts: facts, close: give}, mended(l.Remarks()), nil
}
