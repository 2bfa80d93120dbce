package line

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"smtpconsole/protocol"
)

// margin is what stands in front of a line shown with remarks and of the
// remarks below it. Both parts have the same width.
type margin struct{ line, remark string }

// under is the margin of remarks on a line that stands there already, behind
// what is as wide as before.
func under(before string) margin {
	return margin{remark: strings.Repeat(" ", displaywidth.String(before))}
}

// beside is the margin of a line that is shown behind label.
func beside(label string) margin { return margin{label, under(label).remark} }

// aside is beside for what stands in a dialogue, where each line that was not
// on the wire begins with notWire.
func aside(label string) margin {
	return margin{notWire + label, notWire + under(label).remark}
}

// notWire begins the lines that were not on the wire.
const notWire = "# "

// writeRemarks shows ln, unless the margin has no place for it, and below it
// each remark with carets under the columns meant, and the mended line. A
// secret in ln, typed in state st, is not shown.
func writeRemarks(w io.Writer, m margin, ln protocol.Line, st protocol.State) {
	var b bytes.Buffer
	text := starred(ln.Raw, st)
	if m.line != "" {
		b.WriteString(m.line + protocol.Safe(text) + "\n")
	}
	for _, d := range ln.Diags {
		start := column(text, d.Start)
		carets := strings.Repeat("^", max(1, column(text, d.End)-start))
		fmt.Fprintf(&b, "%s%s%s %s: %s%s\n", m.remark, strings.Repeat(" ", start), carets, d.Severity, protocol.Safe(d.Message), inBrackets(d.Ref))
	}
	if fix, ok := ln.Fix(); ok && text == ln.Raw {
		b.WriteString(m.remark + "fix: " + protocol.Safe(fix) + "\n")
	}
	_, _ = w.Write(b.Bytes())
}

func inBrackets(ref string) string {
	if ref == "" {
		return ""
	}
	return " (" + ref + ")"
}

// column is how many columns text takes up in front of an octet, when it is
// shown made safe.
func column(text string, offset int) int {
	return displaywidth.String(protocol.Safe(text[:min(offset, len(text))]))
}

// starred is raw with each octet of its secret, if it has one in state st,
// replaced by a star, so that offsets still hold.
func starred(raw string, st protocol.State) string {
	span, ok := protocol.SecretSpan(raw, st)
	if !ok {
		return raw
	}
	return raw[:span.Start] + strings.Repeat("*", span.End-span.Start) + raw[span.End:]
}
