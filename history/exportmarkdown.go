package history

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"

	"smtpconsole/protocol"
)

// fence encloses the dialogue. Inside, each line begins with who speaks, so
// that none can be taken for the closing fence.
const fence = "```"

// writeMarkdown is the format "markdown".
func writeMarkdown(w *bufio.Writer, src Source) error {
	facts, err := src.facts()
	if err != nil && !isTorn(err) {
		return err
	}
	fmt.Fprintf(w, "| SMTP session | |\n|---|---|\n") // w keeps its first error for Flush
	for _, row := range facts.rows() {
		fmt.Fprintf(w, "| %s | %s |\n", row[0], cell(row[1]))
	}
	fmt.Fprintf(w, "\n%stext\n", fence)
	err = writeText(w, src)
	fmt.Fprintln(w, fence)
	return err
}

// sessionFacts are what a ticket says first of a session.
type sessionFacts struct {
	header   Header
	progress Progress
	rcpts    []string
}

// facts folds the whole session.
func (src Source) facts() (sessionFacts, error) {
	facts := sessionFacts{header: src.Header}
	err := src.each(func(ev protocol.Event) error {
		asked, answers := facts.progress.answered(ev)
		if answers && asked.Cmd.Verb == "RCPT" {
			facts.rcpts = append(facts.rcpts, strings.TrimSpace(fmt.Sprintf("%s: %d %s", asked.Cmd.Path, ev.Reply.Code, ev.Reply.Enhanced)))
		}
		facts.progress = facts.progress.Apply(ev)
		return nil
	})
	return facts, err
}

// rows are names and values of the table.
func (f sessionFacts) rows() [][2]string {
	target := f.header.Target
	switch reached := f.progress.State.Target; {
	case strings.Contains(reached, target):
		target = reached
	case reached != "":
		target += ", reached as " + reached
	}
	rows := [][2]string{
		{"When", f.header.Start.UTC().Format("2006-01-02 15:04:05 UTC")},
		{"Target", target},
		{"TLS", cmp.Or(f.progress.TLS, "none")},
		{"Outcome", f.progress.Outcome()},
	}
	for _, rcpt := range f.rcpts {
		rows = append(rows, [2]string{"Recipient", rcpt})
	}
	return rows
}

// cell is text as a table shows it, literally: each character that Markdown
// or HTML could take for more than itself has a backslash in front.
func cell(text string) string {
	var b strings.Builder
	for _, r := range protocol.Safe(text) {
		if strings.ContainsRune("\\`*_[]<>|~&!$#", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
