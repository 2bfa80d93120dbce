package line

import (
	"strings"

	"smtpconsole/history"
)

const (
	showHelp = `Print a session: as the dialogue it was, or as its events. On a terminal what was
said beside the dialogue is wrapped.

  smtpconsole history show last
  smtpconsole history show --json last-2 | jq -r 'select(.kind=="server").text'`

	diffHelp = `Put two sessions side by side and tell in what they differ: in codes and missing
steps first, then in what EHLO offered, in what was sent, and in texts. Each is an
ID, a part of one, or last, or a file with a record or a script in it, whose name
has a dot or a slash. What a script expects is compared with what the other got.

The exit code is 0 where nothing differs, 40 where something does, 41 where nothing
does and a line of a record is torn, and 1 where one of them cannot be read.

  smtpconsole history diff last-1 last
  smtpconsole history diff --compare text --timing 3 last-1 last
  smtpconsole history diff ./expected.jsonl last`
)

// exportHelp is what --help says of the formats a session leaves in.
func exportHelp() string {
	var rows [][]string
	for _, f := range history.ExportFormats() {
		rows = append(rows, []string{"  " + f.Name, f.Summary})
	}
	return `Write a session in a form that people or other programs read. Passwords are in
none of them; with --anonymise neither are addresses, hosts and user names.

` + table(rows, 0) + `
  smtpconsole history export last
  smtpconsole history export --format markdown --anonymise last
  smtpconsole history export --format script -o smoke.jsonl last
  smtpconsole history export --format eml --message 2 -o mail.eml last`
}

// importHelp is what --help says of the formats a session is read from.
func importHelp() string {
	var rows [][]string
	for _, f := range history.ImportFormats() {
		rows = append(rows, []string{"  " + string(f.Format), f.Summary})
	}
	return `Keep a dialogue that another program or a person wrote down. The format that fits
best is taken, and named; lines that could not be understood are listed, and are
no error. Passwords in the text are not kept.

` + table(rows, 0) + `
  smtpconsole history import dialogue.txt
  swaks --to bob@example.org 2>&1 | smtpconsole history import -
  smtpconsole history import --dry-run --format postfix mail.log`
}

// importFormats are the names for a flag's usage.
func importFormats() string {
	var names []string
	for _, f := range history.ImportFormats() {
		names = append(names, string(f.Format))
	}
	return strings.Join(names, ", ")
}
