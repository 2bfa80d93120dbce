package tui

import (
	"net/mail"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// The rows of the plan that the cursor goes through.
const (
	planFrom = iota
	planTo
	planBy
	planRows
)

// planWays are how a message can travel.
var planWays = []struct {
	chunk int64 // as console.Mail has it
	words string
	help  string
}{
	{0, "DATA", "line by line up to a lone dot; every server understands it · RFC 5321 §4.1.1.4"},
	{console.OneChunk, "BDAT, one chunk", "counted octets, no dots doubled and no final dot · RFC 3030 §2"},
	{100, "BDAT, chunks of 100 octets", "each is acknowledged, so that one sees how it works · RFC 3030 §2"},
	{64 << 10, "BDAT, chunks of 64 KiB", "each is acknowledged; a refusal comes early · RFC 3030 §2"},
	{1 << 20, "BDAT, chunks of 1 MiB", "each is acknowledged; a refusal comes early · RFC 3030 §2"},
}

// mailPlan shows what sending a message will say to the server, before it is
// said. Envelope and way can be changed there.
type mailPlan struct {
	st       *styles
	from, to textinput.Model
	way      int
	at       int
	octets   console.Octets
	state    protocol.State
	note     string // a sentence, until the next key
	warned   bool   // that nobody would get reports of failure
}

func newMailPlan(st *styles, state protocol.State, octets console.Octets, from string, to []string) *mailPlan {
	p := &mailPlan{st: st, from: newInput(), to: newInput(), octets: octets, state: state}
	p.from.SetValue(from)
	p.to.SetValue(strings.Join(to, ", "))
	p.from.CursorEnd()
	p.to.CursorEnd()
	if len(to) == 0 {
		p.at = planTo
	}
	return p
}

// mail is what is to be sent, as the plan says it now.
func (p *mailPlan) mail() console.Mail {
	mail := console.Mail{Octets: p.octets, Chunk: planWays[p.way].chunk}
	mail.From, mail.Params = pathOf(p.from.Value())
	for _, item := range splitOutside(p.to.Value(), ",") {
		if path, params := pathOf(item); path != "" || params != "" {
			mail.To, mail.RcptParams = append(mail.To, path), append(mail.RcptParams, params)
		}
	}
	return mail
}

// pathOf takes a path, in brackets or not, and the parameters behind it.
func pathOf(text string) (path, params string) {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "<"); ok {
		path, params, _ = strings.Cut(rest, ">")
		return path, strings.TrimSpace(params)
	}
	words := splitOutside(text, " \t")
	return words[0], strings.TrimSpace(text[len(words[0]):])
}

// splitOutside splits text at the separators that stand outside quotes and
// brackets.
func splitOutside(text, separators string) []string {
	var parts []string
	quoted, bracket, from := false, false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '>':
			bracket = c == '<'
		case !bracket && strings.IndexByte(separators, c) >= 0:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}

// handleKey takes the mail as the plan says it, once it can be sent.
func (p *mailPlan) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	p.note = ""
	switch {
	case key.Matches(msg, planKeys.send):
		return p.send()
	case key.Matches(msg, planKeys.back):
		return nil, true
	case key.Matches(msg, planKeys.next):
		p.at = (p.at + 1) % planRows
	case key.Matches(msg, planKeys.previous):
		p.at = (p.at + planRows - 1) % planRows
	case p.at == planFrom:
		editInput(&p.from, msg)
	case p.at == planTo:
		editInput(&p.to, msg)
	case key.Matches(msg, planKeys.before):
		p.changeWay(-1)
	case key.Matches(msg, planKeys.change):
		p.changeWay(1)
	}
	return nil, false
}

// send refuses what cannot be sent before anything of it is.
func (p *mailPlan) send() (taken *choice, done bool) {
	mail := p.mail()
	if len(mail.To) == 0 {
		p.at, p.note = planTo, "name a recipient first: RCPT decides who gets the message"
		return nil, false
	}
	if mail.From == "" && !p.state.HasFrom && !p.warned {
		p.at, p.note, p.warned = planFrom, "MAIL FROM:<> means that nobody hears of failures, as bounces have it: type who is to, or Enter again", true
		return nil, false
	}
	if err := mail.Check(p.state); err != nil {
		p.note = err.Error()
		return nil, false
	}
	return &choice{take: func(m *Model) tea.Cmd { return m.deliver(mail) }}, true
}

func (p *mailPlan) click(int, int) (taken *choice, done bool) { return nil, false }
func (p *mailPlan) move(int)                                  {}
func (p *mailPlan) left(*Model) tea.Cmd                       { return nil }

var planKeys = struct{ send, back, next, previous, change, before key.Binding }{
	bind("send", "enter", "f10"), bind("back", "esc", "ctrl+c"), bind("next row", "tab", "down"), bind("row before", "shift+tab", "up"),
	bind("another way", " ", "right"), bind("the way before", "left"),
}

func (p *mailPlan) changeWay(n int) {
	if p.canChunk() {
		p.way = (p.way + len(planWays) + n) % len(planWays)
	}
}

// canChunk tells whether the server takes BDAT, or nobody knows yet.
func (p *mailPlan) canChunk() bool { return !p.state.Caps.Missing("CHUNKING") }

func (p *mailPlan) view(a rect) string {
	st := p.st
	lines := []string{" " + st.title.Render("Send this message, step by step") + st.faint.Render(" · "+p.facts()), st.rule.Render(strings.Repeat("─", a.w))}
	lines = append(lines,
		p.row(planFrom, "MAIL FROM", p.input(p.from, planFrom, a.w)),
		p.row(planTo, "RCPT TO", p.input(p.to, planTo, a.w)),
		p.row(planBy, "Sent by", st.text.Render(planWays[p.way].words)),
		"", " "+st.faint.Render("What will be said, each line after the reply before it:"))
	for _, line := range p.mail().Lines(p.state) {
		lines = append(lines, "   "+st.client.Render(protocol.Safe(line)))
	}
	lines = append(lines, "   "+st.faint.Render("the message, "+p.facts()))
	if !p.state.Caps.Known {
		lines = append(lines, " "+st.faint.Render("MAIL gets SIZE, BODY and SMTPUTF8 where the answer to EHLO offers them."))
	}
	foot := append(p.foot(a.w), " "+st.faint.Render("Enter sends, up to the first refusal · Tab next row · Esc back"))
	for len(lines) < a.h-len(foot) {
		lines = append(lines, "")
	}
	return block(append(lines[:max(0, a.h-len(foot))], foot...), a.w, a.h)
}

func (p *mailPlan) row(i int, label, value string) string {
	mark, style := "  ", p.st.faint
	if i == p.at {
		mark, style = p.st.accent.Render("▸ "), p.st.key
	}
	return mark + style.Render(fit(label, 11)) + value
}

// input draws a field, with the cursor where it is.
func (p *mailPlan) input(in textinput.Model, i, w int) string {
	if i == p.at {
		return p.st.inputView(in, max(8, w-15))
	}
	switch {
	case in.Value() == "" && i == planFrom && p.state.HasFrom:
		return p.st.ghost.Render("<> as MAIL said; another begins with RSET")
	case in.Value() == "":
		return p.st.ghost.Render(planEmpty[i])
	}
	return p.st.text.Render(protocol.Safe(in.Value()))
}

// planEmpty is what an empty field means.
var planEmpty = map[int]string{planFrom: "<> the null reverse-path, as bounces have", planTo: "nobody yet"}

func (p *mailPlan) help() string {
	switch p.at {
	case planFrom:
		return "where reports of failure go; the header's From may differ. Parameters go behind it: <ann@example.org> RET=HDRS · RFC 5321 §4.1.1.2"
	case planTo:
		return "who gets it, separated by commas; the header only tells. Parameters go behind each: <bob@example.org> NOTIFY=SUCCESS · RFC 5321 §4.1.1.3"
	}
	if !p.canChunk() {
		return "BDAT needs CHUNKING in the server's answer to EHLO, and it is not there · " + planWays[0].help
	}
	return "Space changes it · " + planWays[p.way].help
}

// foot is what went wrong last, or what the cursor is in.
func (p *mailPlan) foot(w int) []string {
	text, style := p.help(), p.st.faint
	if p.note != "" {
		text, style = protocol.Safe(p.note), p.st.fault
	}
	rows := wrap(text, max(1, w-2), 0)
	for i, row := range rows {
		rows[i] = " " + style.Render(row)
	}
	return rows
}

func (p *mailPlan) facts() string { return grouped(p.octets.Facts.Size) + " octets" }

// openPlan shows the steps that would send the message. A transaction under
// way is gone on with.
func (m *Model) openPlan() tea.Cmd {
	from, to := envelopeOf(m.composer.headText())
	st := m.current()
	if st.HasFrom {
		from = st.From
	}
	if st.AcceptedRcpts() > 0 {
		to = nil
		for _, r := range st.Rcpts {
			if r.Accepted() {
				to = append(to, r.Path)
			}
		}
	}
	m.overlay = newMailPlan(m.st, st, m.composer.outgoing(), from, to)
	return nil
}

// deliver takes a message through the session, and asks where the server says no.
func (m *Model) deliver(mail console.Mail) tea.Cmd {
	s, ctx, decisions := m.session, m.actions, m.decisions
	m.composing, m.streaming = false, true
	m.composer.hand()
	o := console.Delivery{Refused: m.askRefused(decisions)}
	if m.asksBeforeSending() {
		o.Confirm = askConfirm(decisions)
	}
	return m.upload(mail.Octets, func(progress func(int64)) error {
		o.Progress = progress
		return s.Deliver(ctx, mail, o)
	})
}

// envelopeOf reads a header as an envelope would follow it: the first address
// of From, and those of To, Cc and Bcc.
func envelopeOf(head string) (from string, to []string) {
	msg, err := mail.ReadMessage(strings.NewReader(head + "\r\n\r\n"))
	if err != nil {
		return "", nil
	}
	if list, err := msg.Header.AddressList("From"); err == nil {
		from = list[0].Address
	}
	for _, name := range []string{"To", "Cc", "Bcc"} {
		list, err := msg.Header.AddressList(name)
		if err != nil {
			continue
		}
		for _, a := range list {
			to = append(to, a.Address)
		}
	}
	return from, to
}
