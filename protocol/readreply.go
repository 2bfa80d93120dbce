package protocol

// FlawExtraCR is recorded where a line ended in several CRs before its LF, as
// home-made servers write it.
const FlawExtraCR = "extra-cr"

// flaws is a set of Flaw… words; bit i stands for flawNames[i].
type flaws uint16

const (
	flawBareLF flaws = 1 << iota
	flawExtraCR
	flawNoText
	flawNoSpace
	flawCodes
	flawEightBit
	flawGarbage
	flawCodeRange
)

var flawNames = [...]string{
	FlawBareLF, FlawExtraCR, FlawNoText, FlawNoSpace, FlawCodes, FlawEightBit, FlawGarbage, FlawCodeRange,
}

// words returns the set's members, nil for the empty set.
func (f flaws) words() []string {
	if f == 0 {
		return nil
	}
	var words []string
	for i, name := range flawNames {
		if f&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	return words
}

// ParseReplyLine reads one line of a reply (RFC 5321 §4.2):
//
//	Reply-code ( "-" / SP ) [ textstring ]
//
// The line comes as it was read, without its LF (one left on does no harm);
// without a CR at its end it is taken to have ended in a bare LF. Code is 0 to
// 999. Last is false where a hyphen follows the code. Text is what stands
// behind the separator, octet for octet, a part of line itself: copy it to
// keep it. Flaws are Flaw… words. Beyond the grammar it takes a TAB or nothing
// at all between code and text, which real servers send. Ok is false, and all
// else empty, where the line does not begin with exactly three digits: that is
// no reply line.
func ParseReplyLine(line []byte) (code int, last bool, text []byte, flaws []string, ok bool) {
	code, last, text, set, ok := readReplyLine(line)
	if !ok {
		return 0, false, nil, nil, false
	}
	return code, last, text, set.words(), true
}

// readReplyLine is ParseReplyLine with the flaws as a set. Where the line is
// no reply line its whole text and its flaws are still returned.
func readReplyLine(line []byte) (code int, last bool, text []byte, set flaws, ok bool) {
	text, set = trimLineEnd(line)
	if !printable(text) {
		set |= flawEightBit
	}
	code, ok = leadingCode(text)
	if !ok {
		return 0, false, text, set | flawGarbage, false
	}
	if code < 200 || code > 599 {
		set |= flawCodeRange
	}
	text = text[3:]
	switch {
	case len(text) == 0:
		return code, true, text, set | flawNoText, true
	case text[0] == ' ':
		return code, true, text[1:], set, true
	case text[0] == '-':
		return code, false, text[1:], set, true
	case text[0] == '\t':
		return code, true, text[1:], set | flawNoSpace, true
	default:
		return code, true, text, set | flawNoSpace, true
	}
}

// trimLineEnd cuts the LF and every CR before it.
func trimLineEnd(line []byte) ([]byte, flaws) {
	n := len(line)
	if n > 0 && line[n-1] == '\n' {
		n--
		line = line[:n]
	}
	for n > 0 && line[n-1] == '\r' {
		n--
	}
	switch len(line) - n {
	case 0:
		return line, flawBareLF
	case 1:
		return line[:n], 0
	default:
		return line[:n], flawExtraCR
	}
}

// leadingCode reads exactly three digits. A fourth makes it something else: a
// year or a number in a line of text must not end a reply.
func leadingCode(line []byte) (int, bool) {
	if len(line) < 3 || !isDigit(line[0]) || !isDigit(line[1]) || !isDigit(line[2]) {
		return 0, false
	}
	if len(line) > 3 && isDigit(line[3]) {
		return 0, false
	}
	return int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0'), true
}

// printable tells whether text is a textstring (RFC 5321 §4.2): tab, space and
// visible ASCII.
func printable(text []byte) bool {
	for _, c := range text {
		if c-' ' > '~'-' ' && c != '\t' { // Below the space c-' ' wraps round and is large.
			return false
		}
	}
	return true
}

// ReplyBuilder puts one Reply after another together from lines as they
// arrive. The zero value is ready. It sets no limits: whoever reads lines from
// a stranger looks at Lines and Bytes and stops in time. It belongs to the one
// goroutine that reads.
type ReplyBuilder struct {
	code    int
	coded   bool // a line with a code came
	flaws   flaws
	text    []byte // the texts of all lines so far, one behind the other
	ends    []int  // where each of them ends
	arrived int    // octets, line ends included
	spare   []string
}

// Lines counts the lines of the reply that is not complete yet; 0 says that
// the next line begins a reply.
func (b *ReplyBuilder) Lines() int { return len(b.ends) }

// Bytes counts the octets of the same lines, as they were given to Add.
func (b *ReplyBuilder) Bytes() int { return b.arrived }

// Add takes the next line as it was read, its line end included, and keeps no
// part of it. Done is true, and r whole, where it was the last line of a reply
// (RFC 5321 §4.2.1); the builder is then ready for the next one.
//
// A line without a code never ends a reply: it becomes text, and the reply
// gets FlawGarbage. Where the very first line may belong to another protocol,
// ask ParseReplyLine while Lines is 0.
func (b *ReplyBuilder) Add(line []byte) (r Reply, done bool) {
	code, last, text, set, ok := readReplyLine(line)
	if ok {
		if b.coded && code != b.code {
			set |= flawCodes
		}
		b.code, b.coded = code, true
	}
	b.flaws |= set
	b.arrived += len(line)
	b.text = append(b.text, text...)
	b.ends = append(b.ends, len(b.text))
	if !last {
		return Reply{}, false
	}
	r.Code, r.Flaws, r.Lines = b.code, b.flaws.words(), b.lines()
	r.Enhanced = replyEnhanced(r.Code, r.Lines)
	b.coded, b.flaws, b.arrived = false, 0, 0
	b.text, b.ends = b.text[:0], b.ends[:0]
	return r, true
}

// lines returns the texts, all parts of one string: a long EHLO answer costs
// one allocation for its text, not one a line. Most replies have one line, so
// the slices are cut from a larger one.
func (b *ReplyBuilder) lines() []string {
	n := len(b.ends)
	if n > len(b.spare) {
		b.spare = make([]string, max(n, 32))
	}
	lines, all, start := b.spare[:n:n], string(b.text), 0
	b.spare = b.spare[n:]
	for i, end := range b.ends {
		lines[i] = all[start:end]
		start = end
	}
	return lines
}

// replyEnhanced finds the enhanced status code of a reply (RFC 2034 §4): the
// last line's, or else the first there is. One whose class is not the code's
// first digit is not believed.
func replyEnhanced(code int, lines []string) string {
	if e := leadingEnhanced(code, lines[len(lines)-1]); e != "" {
		return e
	}
	for _, text := range lines {
		if e := leadingEnhanced(code, text); e != "" {
			return e
		}
	}
	return ""
}

// leadingEnhanced reads class "." subject "." detail (RFC 3463 §2) at the
// start of text, up to a space or the end; "" for none. There is none in 3yz.
func leadingEnhanced(code int, text string) string {
	class := ClassOf(code)
	if class == ClassOther || class == ClassMore || len(text) < 5 || int(text[0]-'0') != int(class) {
		return ""
	}
	n := 1
	for range 2 {
		width := dottedNumber(text[n:])
		if width == 0 {
			return ""
		}
		n += width
	}
	if n < len(text) && text[n] != ' ' {
		return ""
	}
	return text[:n]
}

// dottedNumber measures "." 1*3DIGIT at the start of s; 0 where it is not there.
func dottedNumber(s string) int {
	if s == "" || s[0] != '.' {
		return 0
	}
	n := 1
	for n < len(s) && n < 4 && isDigit(s[n]) {
		n++
	}
	if n == 1 {
		return 0
	}
	return n
}
