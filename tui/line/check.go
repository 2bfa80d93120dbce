package line

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"smtpconsole/protocol"
)

// CheckOptions say how a dialogue or a script is judged. The zero options work.
type CheckOptions struct {
	JSON bool     // one object a line, in place of the words
	Vars []string // variables of a script, name=value
}

// CheckFile is Check for the file of a name, "-" for standard input, until ctx
// ends. Gauge, if not nil, is a terminal that is told of a file that takes a while.
func CheckFile(ctx context.Context, w, gauge io.Writer, name string, o CheckOptions) (held int, err error) {
	tellLarge(gauge, name)
	in, err := openInput(ctx, name)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	return Check(w, in, o)
}

// Check judges the lines of r, CRLF or LF, without a connection: each in the
// state that the lines above it lead to, had a server that offers everything
// taken them, mended where they can be. It prints the remarks, or as JSON one
// object for every line, and returns how many lines have errors. The error is one
// of reading or writing, or of o. A script for replay is recognised by its first
// line, and checked as one.
func Check(w io.Writer, r io.Reader, o CheckOptions) (held int, err error) {
	out := bufio.NewWriter(w)
	dialogue := unmarked(r)
	if isScript(dialogue) {
		held, err = checkScript(out, dialogue, o)
		return held, errors.Join(err, out.Flush())
	}
	if len(o.Vars) > 0 {
		return 0, errors.New("--var is for a script, and this is a dialogue: leave it out")
	}
	report, lines := reportText, 0
	if o.JSON {
		report = reportJSON
	}
	c := checker{state: protocol.State{Phase: protocol.PhaseGreeted}}
	for in := newInput(dialogue); err == nil; {
		next := in.read()
		if err = next.err; err != nil {
			break
		}
		lines++
		v := verdict{number: lines, state: c.state}
		v.line = c.judge(next.text)
		if v.line.Held() {
			held++
		}
		err = report(out, v)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	if !o.JSON {
		fmt.Fprintf(out, "%d lines, %d with errors\n", lines, held)
	}
	return held, errors.Join(err, out.Flush())
}

// reportText prints a line there is something to say about.
func reportText(w io.Writer, v verdict) error {
	if len(v.line.Diags) > 0 {
		writeRemarks(w, beside(strconv.Itoa(v.number)+": "), v.line, v.state)
	}
	return nil
}

func reportJSON(w io.Writer, v verdict) error { return v.finding().write(w) }

// write writes the finding as a line of JSON.
func (f finding) write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(f)
}

// verdict is what there is to say about one line.
type verdict struct {
	number int            // from 1
	state  protocol.State // the one it was judged in
	line   protocol.Line
}

// finding is a verdict as JSON has it.
type finding struct {
	Line int `json:"line"`
	// Text is the line, of a script what it sends; "" where the line of the script
	// is wrong itself. A secret's octets are stars in it, so that offsets hold
	// and nobody reads a password in a log.
	Text string `json:"text"`
	// Bytes is the line exactly, where it is not UTF-8 and has no secret.
	Bytes []byte                `json:"bytes,omitempty"`
	Diags []protocol.Diagnostic `json:"diags"`
}

func (v verdict) finding() finding {
	text := starred(v.line.Raw, v.state)
	found := finding{Line: v.number, Text: text, Diags: []protocol.Diagnostic{}}
	for _, d := range v.line.Diags {
		if text != v.line.Raw {
			d.Fix = "" // it would repeat the secret
		}
		found.Diags = append(found.Diags, d)
	}
	if !utf8.ValidString(text) {
		found.Text, found.Bytes = strings.ToValidUTF8(text, "\uFFFD"), []byte(text)
	}
	return found
}

// checker is the session that the lines so far would have been.
type checker struct {
	state protocol.State
	chunk chunk // the BDAT chunk that is being read
}

// judge describes the next line, and takes it as accepted.
func (c *checker) judge(text string) protocol.Line {
	if !c.chunk.full() {
		c.chunk.add(text)
		return protocol.Line{Raw: text}
	}
	ln := protocol.Parse(text, c.state)
	switch {
	case c.state.Phase != protocol.PhaseData:
		c.accept(ln)
	case text == loneDot:
		c.state = delivered(c.state)
	}
	return ln
}

// accept moves on as if a server had taken ln, mended where it has an error.
func (c *checker) accept(ln protocol.Line) {
	if fix, ok := ln.Fix(); ok && ln.Held() {
		ln = protocol.Parse(fix, c.state)
	}
	c.state = c.state.Accepted(ln)
	c.chunk = chunk{size: ln.Cmd.Size}
}

// delivered is the session after the lone dot and a good verdict.
func delivered(st protocol.State) protocol.State {
	return answered(st.Apply(protocol.Event{Kind: protocol.KindBody}))
}

// answered is the session after a good reply to all that waits for one.
func answered(st protocol.State) protocol.State {
	for st.Busy() {
		st = st.Apply(protocol.Event{Kind: protocol.KindServer, Reply: &protocol.Reply{Code: 250, Lines: []string{""}}})
	}
	return st
}
