package console

import (
	"fmt"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// Verbs of a mail transaction, as the catalogue has them.
const (
	verbEHLO = "EHLO"
	verbHELO = "HELO"
	verbDATA = "DATA"
	verbRSET = "RSET"
)

// Values of MAIL and keywords of EHLO that decide how a message travels.
const (
	binaryMIME = "BINARYMIME" // RFC 3030 §3
	chunking   = "CHUNKING"   // RFC 3030 §2
)

// OneChunk is the Mail.Chunk of a message that goes as a single BDAT.
const OneChunk = -1

// Mail is an envelope and its message (RFC 5321 §2.3.1).
type Mail struct {
	// From is the reverse-path without its brackets, "" for the null one.
	From string
	// Params are more parameters of MAIL as they are to be typed, such as
	// "RET=HDRS ENVID=QQ314159"; "" is none.
	Params string
	// RcptParams are those of the RCPT for each of To, by place (RFC 3461 §4).
	// There may be fewer.
	RcptParams []string
	// To are the forward-paths without their brackets, in the order of their
	// RCPTs. One that stands twice is named once.
	To []string
	Octets
	// Chunk says how the message goes: 0 by DATA, OneChunk by BDAT in one
	// piece, more than 0 by BDAT in chunks of so many octets.
	Chunk int64
}

// Lines are the command lines that are still to be sent in state st until the
// octets follow: the last one is DATA, or the first BDAT. It is pure, and what
// it proposes goes by what is known: before the reply to EHLO no parameter is.
//
// An open transaction with the same reverse-path is gone on with, if all its
// recipients are the mail's and MAIL declared what the message needs; any
// other is reset first.
func (m Mail) Lines(st protocol.State) []string {
	var lines []string
	if st.Hello == "" {
		lines = append(lines, hello(st))
		st.Phase, st.HasFrom, st.Rcpts = protocol.PhaseReady, false, nil
	}
	on := m.goesOn(st)
	if st.HasFrom && !on {
		lines = append(lines, verbRSET)
	}
	if !on {
		lines = append(lines, withParams(m.mailLine(st), m.Params))
		st.Rcpts = nil
	}
	done := map[string]bool{}
	for _, r := range st.Rcpts {
		if r.Accepted() {
			done[keyOf(r.Path)] = true
		}
	}
	for i, to := range m.To {
		if key := keyOf(to); !done[key] {
			done[key] = true
			lines = append(lines, withParams(protocol.RcptLine(to), m.rcptParams(i)))
		}
	}
	return append(lines, m.begin(st, on))
}

// rcptParams are the parameters for recipient i.
func (m Mail) rcptParams(i int) string {
	if i < len(m.RcptParams) {
		return m.RcptParams[i]
	}
	return ""
}

func withParams(line, params string) string { return strings.TrimSpace(line + " " + params) }

// mailLine is the MAIL command to propose. A message by DATA is never binary
// (RFC 3030 §3), and what is not known of a large one is taken to be so.
func (m Mail) mailLine(st protocol.State) string {
	f := m.Facts
	f.Binary = f.Binary && m.Chunk != 0
	f.EightBit = f.EightBit || m.Part
	return protocol.MailLine(m.From, f, st)
}

// goesOn tells whether the open transaction of st, if there is one, is this
// mail's.
func (m Mail) goesOn(st protocol.State) bool {
	if st.Phase != protocol.PhaseMail && st.Phase != protocol.PhaseRcpt || keyOf(st.From) != keyOf(m.From) {
		return false
	}
	want := protocol.Parse(m.mailLine(st), st).Cmd
	body, _ := want.Param("BODY")
	_, utf8 := want.Param("SMTPUTF8")
	declared := (st.UTF8 || !utf8) && (st.Body == body || body == "" && st.Body != binaryMIME)
	named := map[string]bool{}
	for _, to := range m.To {
		named[keyOf(to)] = true
	}
	stranger := func(r protocol.Rcpt) bool { return r.Accepted() && !named[keyOf(r.Path)] }
	return declared && !slices.ContainsFunc(st.Rcpts, stranger)
}

// keyOf is equal for paths that mean the same mailbox: a source route is void
// (RFC 5321 App. C), and domains do not care for case, while local-parts may
// (§2.4).
func keyOf(path string) string {
	if strings.HasPrefix(path, "@") {
		_, path, _ = strings.Cut(path, ":")
	}
	at := max(0, strings.LastIndexByte(path, '@'))
	return path[:at] + strings.ToLower(path[at:])
}

// begin is the line that the octets follow.
func (m Mail) begin(st protocol.State, on bool) string {
	if m.Chunk == 0 {
		return verbDATA
	}
	body := st.Body
	if !on {
		body, _ = protocol.Parse(m.mailLine(st), st).Cmd.Param("BODY")
	}
	total := m.total(body)
	n := pieceOf(total, m.Chunk)
	return chunkLine(n, n == total)
}

// total is how many octets BDAT carries where MAIL declared body: without
// BINARYMIME, line ends are mended (RFC 3030 §3).
func (o Octets) total(body string) int64 {
	if strings.EqualFold(body, binaryMIME) {
		return o.Facts.Exact
	}
	return o.Facts.Size
}

// pieceOf is how many of the octets that are left go in the next chunk.
func pieceOf(left, chunk int64) int64 {
	if chunk <= 0 {
		return left
	}
	return min(left, chunk)
}

// chunkLine: bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ]   RFC 3030 §2
func chunkLine(n int64, last bool) string {
	line := fmt.Sprintf("BDAT %d", n)
	if last {
		line += " LAST"
	}
	return line
}

// HeldError says that a line of a mail has an error, and that it was not sent.
type HeldError struct{ Line protocol.Line }

// Error names the line, and says what is wrong with it.
func (e *HeldError) Error() string {
	for _, d := range e.Line.Diags {
		if d.Severity == protocol.Error {
			return fmt.Sprintf("%q is not sent: %s", e.Line.Raw, d.Message)
		}
	}
	return fmt.Sprintf("%q is not sent", e.Line.Raw)
}

// Check returns a *HeldError for the first line that the grammar holds, as if
// the server of state st took all lines before it. It is pure.
func (m Mail) Check(st protocol.State) error {
	for _, line := range m.Lines(st) {
		ln := protocol.Parse(line, st)
		if ln.Held() {
			return &HeldError{ln}
		}
		st = st.Accepted(ln)
	}
	return nil
}
