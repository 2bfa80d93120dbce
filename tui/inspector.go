package tui

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"smtpconsole/protocol"
)

// inspector explains: the word under the cursor while a line is typed, else
// the exchange selected in the transcript, and always what may come now.
type inspector struct {
	st    *styles
	w, h  int
	first int // first visible line
	lines []string
}

func newInspector(st *styles) *inspector { return &inspector{st: st} }

func (in *inspector) setSize(w, h int) { in.w, in.h = w, h }

// show replaces what is explained and begins at its top.
func (in *inspector) show(lines []string) {
	if strings.Join(lines, "\n") != strings.Join(in.lines, "\n") {
		in.first = 0
	}
	in.lines = lines
}

func (in *inspector) scroll(n int) {
	in.first = max(0, min(in.first+n, len(in.lines)-in.h))
}

func (in *inspector) view() string {
	lines := in.lines[min(in.first, len(in.lines)):]
	if more := len(lines) - in.h; more > 0 && in.h > 1 {
		lines = append(append([]string{}, lines[:in.h-1]...), in.st.faint.Render(fmt.Sprintf(" ▼ %d more: F6, then ↓", more+1)))
	}
	return block(lines, in.w, in.h)
}

// page collects wrapped and styled lines of one pane's width.
type page struct {
	w     int
	st    *styles
	lines []string
}

func (pg *page) put(style lipgloss.Style, text string) {
	if text == "" {
		return
	}
	for _, line := range wrap(protocol.Safe(text), pg.w-2, 0) {
		pg.lines = append(pg.lines, " "+style.Render(line))
	}
}

func (pg *page) gap() {
	if n := len(pg.lines); n > 0 && pg.lines[n-1] != "" {
		pg.lines = append(pg.lines, "")
	}
}

// remark is a diagnostic with its fix and its rule.
func (pg *page) remark(d protocol.Diagnostic) {
	pg.put(pg.st.severity(d.Severity).Bold(true), d.Severity.String()+" · "+d.Code)
	pg.put(pg.st.text, d.Message)
	if d.Fix != "" {
		pg.put(pg.st.faint, "fix: "+d.Fix)
	}
	pg.put(pg.st.faint, d.Ref)
	pg.gap()
}

// row is a term with its meaning beside it, or below where it is narrow.
func (pg *page) row(term lipgloss.Style, name, meaning string, column int) {
	head := protocol.Safe(name)
	body := wrap(protocol.Safe(meaning), pg.w-column-3, 0)
	if len(head) > column {
		pg.lines = append(pg.lines, " "+term.Render(head))
		head = ""
	}
	for i, line := range body {
		if i > 0 {
			head = ""
		}
		pg.lines = append(pg.lines, " "+term.Render(fit(head, column))+" "+pg.st.faint.Render(line))
	}
}

// typedPage explains the line being typed, and the word under the cursor.
func typedPage(st *styles, w int, p *prompt, state protocol.State) []string {
	pg := &page{w: w, st: st}
	ln := p.line
	_, secret := protocol.SecretSpan(ln.Raw, state)
	for _, d := range ln.Diags {
		if p.cursorByte() == len(p.value()) && p.unfinished(d) {
			continue
		}
		if secret {
			d.Fix = "" // it would show what the prompt hides
		}
		pg.remark(d)
	}
	if tok, ok := wordAt(p); ok && tok.Help != "" && tok.Role != protocol.RoleVerb {
		topicLines(pg, protocol.Explain(tok.Help), 1)
	}
	if ln.Spec != nil {
		specLines(pg, ln.Spec, state)
	}
	return pg.lines
}

// wordAt is the token under the cursor, or the one it stands behind.
func wordAt(p *prompt) (protocol.Token, bool) {
	at := p.cursorByte() - (len(p.value()) - len(p.line.Raw))
	if tok, ok := p.line.At(at); ok {
		return tok, true
	}
	return p.line.At(at - 1)
}

func specLines(pg *page, spec *protocol.Spec, state protocol.State) {
	pg.put(pg.st.title, spec.Verb+": "+spec.Summary)
	pg.put(pg.st.accent, spec.Syntax)
	if spec.Obsolete != "" {
		pg.put(pg.st.warning, "obsolete: "+spec.Obsolete)
	}
	pg.gap()
	for para := range strings.SplitSeq(spec.Doc, "\n\n") {
		pg.put(pg.st.text, para)
		pg.gap()
	}
	offered := 0
	for _, par := range spec.Params {
		if state.Caps.Has(par.Keyword) {
			if offered++; offered == 1 {
				pg.put(pg.st.title, "Offered here")
			}
			pg.row(pg.st.roles[protocol.RoleParam], par.Syntax, par.Summary, 14)
		}
	}
	pg.gap()
	pg.put(pg.st.faint, spec.Ref)
}

func topicLines(pg *page, topics []protocol.Topic, most int) {
	for i, t := range topics {
		if i == most {
			return
		}
		pg.put(pg.st.title, t.Title)
		pg.put(pg.st.accent, t.Syntax)
		pg.put(pg.st.text, t.Text)
		pg.put(pg.st.text, t.Advice)
		pg.put(pg.st.faint, t.Ref)
		pg.gap()
	}
}

// replyPage explains a reply to cmd; state is the session with it applied.
func replyPage(st *styles, w int, r protocol.Reply, cmd string, state protocol.State) []string {
	pg := &page{w: w, st: st}
	style, glyph := st.class(r.Class())
	code := fmt.Sprintf("%s %d %s", glyph, r.Code, r.Enhanced)
	pg.put(style.Bold(true), strings.TrimSpace(code))
	e := protocol.ExplainReply(r, cmd, state)
	pg.put(st.text, e.Headline)
	pg.gap()
	if asked, ok := challenge(r); ok {
		pg.put(st.title, "The server asks, decoded:")
		pg.put(st.accent, asked)
		pg.gap()
	}
	offers := protocol.Command{Verb: cmd}.Row().Offers
	for i, line := range e.Lines {
		pg.put(st.text, line)
		pg.gap()
		if i == 0 && offers && len(state.Caps.List) > 0 && !r.Refused() {
			capsLines(pg, state.Caps) // what matters in this reply
		}
	}
	if len(e.Refs) > 0 {
		pg.put(st.faint, strings.Join(e.Refs, " · "))
	}
	return pg.lines
}

// challenge is what a 334 asks, decoded (RFC 4954 §4).
func challenge(r protocol.Reply) (string, bool) {
	text, err := base64.StdEncoding.DecodeString(r.Text())
	return string(text), r.Code == 334 && err == nil && len(text) > 0
}

// capsLines is the EHLO reply as a table.
func capsLines(pg *page, caps protocol.Caps) {
	pg.put(pg.st.title, "Offered by "+caps.Name)
	for _, c := range caps.List {
		meaning, sev := protocol.CapMeaning(c)
		name := pg.st.accent
		if sev == protocol.Warning {
			name = pg.st.warning
		}
		if pg.w >= wideEnough {
			pg.row(name, c.Raw, meaning, 30)
		} else {
			pg.row(name, c.Keyword, meaning, 12)
		}
	}
	pg.gap()
}

// tlsPage shows what protects the connection.
func tlsPage(st *styles, w int, t *protocol.TLSInfo) []string {
	pg := &page{w: w, st: st}
	word, good := tlsWord(t)
	style := st.warning
	if good {
		style = st.done
	}
	pg.put(style.Bold(true), word)
	if t == nil {
		pg.put(st.text, "Everything can be read on the way. STARTTLS, or :tls, switches to TLS where the server offers it.")
		return pg.lines
	}
	pg.put(st.text, t.Verdict)
	pg.put(st.faint, t.Cipher)
	pg.gap()
	for i, c := range t.Chain {
		pg.put(st.title, fmt.Sprintf("Certificate %d: %s", i+1, c.Subject))
		pg.row(st.faint, "names", strings.Join(c.Names, ", "), 8)
		pg.row(st.faint, "issuer", c.Issuer, 8)
		pg.row(st.faint, "from", c.NotBefore.Format("2006-01-02 15:04 MST"), 8)
		pg.row(st.faint, "until", c.NotAfter.Format("2006-01-02 15:04 MST"), 8)
		pg.row(st.faint, "sha256", c.SHA256, 8)
		pg.gap()
	}
	return pg.lines
}

// eventPage explains what is no reply: notes, failures, held lines, the end.
func eventPage(st *styles, w int, ev protocol.Event) []string {
	pg := &page{w: w, st: st}
	switch ev.Kind {
	case protocol.KindTLS:
		return tlsPage(st, w, ev.TLS)
	case protocol.KindError:
		pg.put(st.fault, "✗ "+ev.Code)
	default:
		pg.put(st.title, strings.TrimSpace(string(ev.Kind)+" "+ev.Code))
	}
	pg.put(st.text, ev.String()[2:])
	pg.gap()
	for _, d := range ev.Diags {
		pg.remark(d)
	}
	if ev.TLS != nil {
		pg.lines = append(pg.lines, tlsPage(st, w, ev.TLS)...)
	}
	return pg.lines
}
