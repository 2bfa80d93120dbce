package protocol

import (
	"slices"
	"strings"
	"time"
)

// header is what is kept of a message's header.
type header struct {
	fields []headerField
	values []byte // of all fields, one behind the other
	octets int    // seen, line ends among them
	huge   bool   // beyond textKept; nothing more is kept
}

// headerField is one field, its lines unfolded (RFC 5322 §2.2.3).
type headerField struct {
	name, value string // the value once the header has ended
	line        int
	Span        // of the value in header.values
}

// headerLine takes a line of the header and tells whether it is one. The empty
// line ends the header; so does, in every server, the first line that cannot
// belong to it.
func (l *Linter) headerLine() bool {
	ln, text := &l.line, string(l.kept)
	name, value, isField := strings.Cut(text, ":")
	trimmed := strings.TrimRight(name, " \t")
	switch {
	case text == "":
		l.endHeader()
	case ln.number > 1 && strings.IndexByte(" \t", text[0]) >= 0:
		l.fold(text)
	case isField && isFieldName(trimmed):
		if trimmed != name {
			l.note(noBlankRow, ln.number, Span{len(trimmed), len(name)})
		}
		l.field(trimmed, value)
	default:
		row := noEndRow
		if ln.number == 1 {
			row = noneRow
		}
		l.note(row, ln.number, Span{0, ln.octets})
		l.endHeader()
	}
	return l.inHeader
}

// isFieldName: field-name = 1*ftext, printable ASCII but no colon   RFC 5322 §3.6.8
func isFieldName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// field keeps the first line of a field.
func (l *Linter) field(name, value string) {
	if h := &l.header; l.room() {
		h.fields = append(h.fields, headerField{name: name, line: l.line.number, Span: Span{len(h.values), len(h.values)}})
		l.header.extend(value)
	}
}

// fold keeps another line of the last field.
func (l *Linter) fold(text string) {
	if l.room() {
		l.header.extend(text)
	}
}

func (h *header) extend(text string) {
	h.values = append(h.values, text...)
	h.fields[len(h.fields)-1].End = len(h.values)
}

// room tells whether the line under way can be kept.
func (l *Linter) room() bool {
	h := &l.header
	h.octets += l.line.octets + len("\r\n")
	if h.octets > textKept && !h.huge {
		h.huge = true
		l.note(hugeRow, l.line.number, Span{0, l.line.octets})
	}
	return !h.huge
}

// endHeader cuts the values out, and sees whether the body has parts.
func (l *Linter) endHeader() {
	l.inHeader = false
	values := string(l.header.values)
	for i, f := range l.header.fields {
		l.header.fields[i].value = values[f.Start:f.End]
	}
	if types := l.header.all("Content-Type"); len(types) > 0 {
		l.parts = multipartOf(types[0])
	}
}

// all returns the fields of that name, in any case.
func (h *header) all(name string) []headerField {
	var list []headerField
	for _, f := range h.fields {
		if strings.EqualFold(name, f.name) {
			list = append(list, f)
		}
	}
	return list
}

// fields judges the fields (RFC 5322 §3.6). Of a header that was not kept whole
// none can be called missing.
func (l *Linter) fields() {
	for _, row := range requiredFields {
		if len(l.header.all(row.field)) == 0 && !l.header.huge {
			l.note(row.remarkRow, 0, Span{})
		}
	}
	seen := make([]bool, len(onceFields))
	for _, f := range l.header.fields {
		is := func(name string) bool { return strings.EqualFold(name, f.name) }
		if i := slices.IndexFunc(onceFields, is); i >= 0 {
			if seen[i] {
				l.note(twiceRow, f.line, Span{0, len(f.name)}, onceFields[i])
			}
			seen[i] = true
		}
		for _, row := range fieldChecks {
			if is(row.field) && row.bad(f.value) {
				l.note(row.remarkRow, f.line, Span{0, len(f.name)})
			}
		}
	}
}

// envelope compares the header with MAIL and RCPT. They need not agree
// (RFC 5321 §3.3, App. B), and people who see that for the first time wonder.
func (l *Linter) envelope() {
	h := &l.header
	if from := h.all("From"); l.st.HasFrom && len(from) > 0 && !mentions(addresses(from[0].value), l.st.From) {
		l.note(fromRow, from[0].line, Span{0, len("From")}, l.st.From)
	}
	if l.st.AcceptedRcpts() == 0 || h.huge {
		return
	}
	var shown, accepted []string
	for _, f := range append(h.all("To"), h.all("Cc")...) {
		shown = append(shown, addresses(f.value)...)
	}
	for _, r := range l.st.Rcpts {
		if r.Accepted() {
			accepted = append(accepted, r.Path)
		}
	}
	l.absent(blindRow, accepted, shown)
	l.absent(shownRow, shown, accepted)
}

// absent remarks on the first of list that others does not have.
func (l *Linter) absent(row remarkRow, list, others []string) {
	for _, address := range list {
		if !mentions(others, address) {
			l.note(row, 0, Span{}, address)
			return
		}
	}
}

// mentions leaves case aside, also where only a local-part differs by it: a
// server may tell those apart, hardly any does (RFC 5321 §2.4).
func mentions(list []string, address string) bool {
	return slices.ContainsFunc(list, func(a string) bool { return strings.EqualFold(a, address) })
}

// addresses finds the addr-specs in a field's value, near enough for
// comparing: it knows quotes, display names and a comment at the end.
func addresses(value string) []string {
	var list []string
	for value != "" {
		end := outside(value, ',')
		if end < 0 {
			end = len(value)
		}
		item := value[:end]
		value = value[min(end+1, len(value)):]
		if open := outside(item, '<'); open >= 0 {
			item, _, _ = strings.Cut(item[open+1:], ">")
		} else if comment := outside(item, '('); comment >= 0 {
			item = item[:comment]
		}
		if item = strings.TrimSpace(item); strings.Contains(item, "@") {
			list = append(list, item)
		}
	}
	return list
}

// isDate: date-time = [ day-name "," ] date time zone   RFC 5322 §3.3, and the
// zone names that old mail has (§4.3).
func isDate(value string) bool {
	value, _, _ = strings.Cut(value, "(")
	day, date, named := strings.Cut(value, ",")
	if !named {
		date = value
	}
	date = strings.Join(strings.Fields(date), " ")
	for _, layout := range []string{"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05 MST"} {
		if t, err := time.Parse(layout, date); err == nil {
			return !named || strings.EqualFold(strings.TrimSpace(day), t.Format("Mon"))
		}
	}
	return false
}

// isMessageID: msg-id = "<" id-left "@" id-right ">"   RFC 5322 §3.6.4
func isMessageID(value string) bool {
	id := strings.TrimSpace(value)
	left, right, at := strings.Cut(strings.Trim(id, "<>"), "@")
	return at && left != "" && right != "" && id == "<"+left+"@"+right+">" && !strings.ContainsAny(id, " \t")
}
