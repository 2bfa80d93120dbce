package line

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// local does what is not a line for the server. It returns false where the run ends.
func (f *face) local(ctx context.Context, action console.Action, st protocol.State) bool {
	switch a := action.(type) {
	case console.Nothing:
	case console.Help:
		f.help(a.Topic)
	case console.Fix:
		return f.fix(ctx)
	case console.Data:
		return f.data(ctx, a.Path, st)
	case console.BData:
		return f.bdata(ctx, a, st)
	case console.Raw:
		return f.breaking(ctx, a, st)
	case console.EndTest:
		return f.endTest(ctx, a, st)
	case console.Reconnect:
		return f.reconnect(ctx, a.Target)
	case console.Show:
		f.view(ctx, a.What, st)
	case console.Note:
		f.note("note.user", a.Text)
	case console.Leave:
		return false
	case console.Unclear:
		return f.amiss(ExitHeld, a.Text)
	case console.StartTLS:
		if st.TLS == nil {
			return f.perform(ctx, a)
		}
		f.tell(protection(st.TLS))
	default:
		return f.perform(ctx, action)
	}
	return true
}

// fix sends the mended line: there is no line to edit it in.
func (f *face) fix(ctx context.Context) bool {
	if f.mended == "" {
		return f.amiss(ExitHeld, "there is no mended line: a line must be held first, and one that can be mended")
	}
	text := f.mended
	f.mended = ""
	return f.take(ctx, text)
}

// reconnect begins a new session, with the same server or another.
func (f *face) reconnect(ctx context.Context, target string) bool {
	t := f.o.Target
	if target != "" {
		var err error
		if t, err = console.ParseTarget(target); err != nil {
			return f.amiss(ExitUsage, err.Error())
		}
	}
	f.farewell(ctx)
	f.end()
	if err := f.begin(ctx, t); err != nil {
		f.tell(err.Error())
		f.stop(ExitUsage)
		return false
	}
	return true
}

// view prints one of the views that :state, :caps and :history name.
func (f *face) view(ctx context.Context, what string, st protocol.State) {
	switch what {
	case "state":
		f.tell(standing(st))
	case "caps":
		f.tell(offers(st.Caps, f.textColumns()))
	case "history":
		f.tell(f.sessions(ctx))
	}
}

// standing is a session's state in a few lines.
func standing(st protocol.State) string {
	var verbs []string
	for _, row := range protocol.LegalNow(st) {
		verbs = append(verbs, row.Verb)
	}
	lines := []string{console.Standing(st) + ", " + st.TLS.Summary()}
	if st.Target != "" {
		lines = append(lines, "server: "+protocol.Safe(st.Target))
	}
	if st.HasFrom {
		lines = append(lines, fmt.Sprintf("from: <%s>", protocol.Safe(st.From)))
	}
	for _, r := range st.Rcpts {
		lines = append(lines, fmt.Sprintf("to: <%s> %d", protocol.Safe(r.Path), r.Code))
	}
	return strings.Join(append(lines, "now: "+strings.Join(verbs, " ")), "\n")
}

// offers is the EHLO reply as a table.
func offers(caps protocol.Caps, columns int) string {
	switch {
	case !caps.Known:
		return "not known: EHLO asks for it, and STARTTLS makes it void"
	case len(caps.List) == 0:
		return "nothing is offered"
	}
	var rows [][]string
	for _, c := range caps.List {
		meaning, _ := protocol.KeywordMeaning(c.Keyword)
		rows = append(rows, []string{c.Keyword, strings.Join(c.Params, " "), meaning.Allows})
	}
	return table(rows, columns)
}

// protection says what TLS there is, and with whom.
func protection(t *protocol.TLSInfo) string {
	lines := []string{protocol.Safe(t.Summary())}
	for _, c := range t.Chain {
		lines = append(lines, protocol.Safe(fmt.Sprintf("%s, issued by %s, from %s to %s", c.Subject, c.Issuer,
			c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly))))
		if len(c.Names) > 0 {
			lines = append(lines, protocol.Safe("for "+strings.Join(c.Names, ", ")))
		}
	}
	return strings.Join(lines, "\n")
}

// sessions is the list of saved sessions.
func (f *face) sessions(ctx context.Context) string {
	store := f.o.Console.Store()
	if store == nil {
		return "no sessions are kept: --no-record is set"
	}
	list, err := store.List(ctx)
	if err != nil {
		return err.Error()
	}
	return sessionTable(list)
}

// textColumns is how wide text behind notWire is set; 0 as it comes.
func (f *face) textColumns() int { return max(0, f.o.Columns-len(notWire)) }

// help explains a word, or says what can be typed.
func (f *face) help(topic string) {
	if topic == "" {
		f.tell(overview(f.textColumns()))
		return
	}
	if l, ok := console.FindLocal(topic); ok {
		f.tell(strings.TrimSpace(":"+l.Name+" "+l.Args) + ": " + l.Summary)
		return
	}
	var b strings.Builder
	if err := Explain(&b, []string{topic}, cmp.Or(f.textColumns(), defaultWidth)); err != nil {
		b.WriteString(err.Error())
	}
	f.tell(b.String())
}

// overview says what can be typed that is not SMTP.
func overview(columns int) string {
	rows := [][]string{{"!LINE", "send the line as it is, past the checks"}}
	for _, l := range console.Locals() {
		rows = append(rows, []string{strings.TrimSpace(":" + l.Name + " " + l.Args), l.Summary})
	}
	return "Type SMTP. A line with an error is held, with its place marked; in this face :fix sends the mended line.\n" +
		table(rows, columns) + "\nCtrl+C clears the line or ends the waiting, twice leaves."
}
