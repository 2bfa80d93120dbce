package line

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"smtpconsole/tui/console"
)

// RootHelp, SendHelp, HistoryHelp, CheckHelp and ExplainHelp are what --help
// says before it lists commands and flags.
const (
	RootHelp = `Talk to a mail server, line by line: what you type is checked before it is
sent, and what it answers is explained. Sessions are recorded, passwords never.

TARGET is host, host:port, [address]:port, smtp://host, smtps://host, lmtp://host,
lmtp+unix:/path or practice. Without one the start screen asks.

  smtpconsole practice                   try it, with no server of your own
  smtpconsole mail.example.org:587       talk to a server
  smtpconsole --plain HOST <script.txt   run a script: each line waits for its reply
  smtpconsole send HOST --from A --to B --message FILE
  smtpconsole replay last HOST           run the last session again

A flag can stand in config.toml too, and in the environment: --tls-min is
SMTPCONSOLE_TLS_MIN. The password comes from --password-command, from
SMTPCONSOLE_PASSWORD, from .netrc, or from you, never from an argument.

Exit codes: 0 as expected, 1 usage, 2 no connection, 6 closed unexpectedly;
refused: 21 greeting, 22 EHLO, 23 MAIL, 24 every RCPT, 25 DATA, 26 message,
27 QUIT, 28 AUTH, 29 TLS; 40 a reply differs, 41 a line did not validate.`

	SendHelp = `Send one message as a client should: EHLO, STARTTLS where it is offered, AUTH
where there is a --user, MAIL, RCPT, the message, QUIT. Every line and reply is
shown and recorded. A message with an error is held, and so is an address; the
exit code is then 41. SIZE, BODY and SMTPUTF8 are added as message and server
call for them. A message from a file may have any size.

  smtpconsole send mx.example.org --from a@example.org --to b@example.org \
    --subject Test --body 'Is this thing on?'
  smtpconsole send localhost:2525 --from a@b.test --to c@d.test --message mail.eml
  ... | smtpconsole send HOST --from '<>' --to a@example.org --message - --bdat`

	HistoryHelp = `Every session is recorded, unless --no-record is set. An ID can be shortened to
any part of it that fits no other; last is the newest session, last-2 the second
before that.

  smtpconsole history list
  smtpconsole history list today example.org exit:26
  smtpconsole history search nobody@example.org
  smtpconsole history show last
  smtpconsole history diff last-1 last
  smtpconsole history export --format markdown last
  smtpconsole history import dialogue.txt
  smtpconsole history label last greylisting, second try
  smtpconsole history remove last-1`

	CheckHelp = `Judge the lines of FILE, or of standard input, as if a server that offers every
extension had taken all lines before. Behind DATA lines are the message, up to a
lone dot. The exit code is 0 where no line has an error, else 41.

FILE may be a script for replay. Its lines are judged as what they send, too; one
that breaks a rule on purpose says "as_typed":true or expects a refusal, and gets
warnings only. So does a record, whose lines are as they were.

  smtpconsole check dialogue.txt
  smtpconsole check script.jsonl --var to=bob@example.org
  echo 'EHLO [::1]' | smtpconsole check --json`

	ExplainHelp = `Say what a command, a parameter, a reply code, an enhanced code, an EHLO
keyword, a port or a word of mail means.

  smtpconsole explain 550 5.7.1
  smtpconsole explain NOTIFY greylisting`
)

// PracticeHelp is what --help says of the practice server.
func PracticeHelp() string {
	return fmt.Sprintf(`A mail server to practise on: on this machine only, in memory, never relaying.
It takes any recipient at example.test and example.org, but unknown@ is refused
with 550, full@ with 452, greylist@ with 451 on the first try, and forward@ is
answered with 251. AUTH takes the user %s with the password %s. HELP,
typed to the server, says the rest.

  smtpconsole practice
  smtpconsole practice --serve 127.0.0.1:2525 --cert-out ca.pem
  curl --ssl-reqd --cacert ca.pem smtp://localhost:2525 \
    --mail-from a@example.org --mail-rcpt b@example.test --crlf -T mail.eml`, console.PracticeUser, console.PracticePassword)
}

const (
	listHelp = `List the sessions that all words fit, newest first. A word is looked for in
target, label, note and outcome; 2026, 2026-11, 2026-11-21, today and yesterday
also fit the day a session began; exit:26 an exit code; tls:no, tls:yes, tls:1.3
the protection; target:, label:, note:, outcome: and id: look in one place.

  smtpconsole history list yesterday refused
  smtpconsole history list --json tls:no | jq -r .id`

	labelHelp = `Give a session a label, a note, or both; without either, print what it has. An
empty label, '', takes it away. The record itself is never changed.

  smtpconsole history label last greylisting
  smtpconsole history label last --note 'the answer changed after the update'`

	pruneHelp = `Delete the sessions that are older than an age, and the oldest while all of them
together take more than a size, with the messages kept beside them. Those in the
trash go first. They are gone for good; --dry-run says which. Without a limit
nothing is deleted. A session that a running program records stays.

  smtpconsole history prune --older 90d --larger 1G --dry-run`
)

// WriteHelp prints help on cmd: its text, its commands and its flags, those of
// groups under their titles.
func WriteHelp(w io.Writer, cmd *cobra.Command, groups []*pflag.FlagSet) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage: %s\n", cmp.Or(cmd.Long, cmd.Short), cmd.UseLine())
	var rows [][]string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			rows = append(rows, []string{"  " + sub.Name(), sub.Short})
		}
	}
	section(&b, "Commands", table(rows, 0))
	shown := map[*pflag.Flag]bool{}
	for _, g := range groups {
		own := pflag.NewFlagSet("", pflag.ContinueOnError)
		own.SortFlags = false
		g.VisitAll(func(f *pflag.Flag) {
			if shown[f] = cmd.LocalFlags().Lookup(f.Name) == f; shown[f] {
				own.AddFlag(f)
			}
		})
		section(&b, g.Name(), own.FlagUsages())
	}
	others := pflag.NewFlagSet("", pflag.ContinueOnError)
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !shown[f] {
			others.AddFlag(f)
		}
	})
	section(&b, "Other", others.FlagUsages())
	_, _ = io.WriteString(w, b.String())
}

func section(b *strings.Builder, title, text string) {
	if text != "" {
		fmt.Fprintf(b, "\n%s\n%s", title, text)
	}
}
