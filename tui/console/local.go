package console

import (
	"fmt"
	"slices"
	"strings"

	"smtpconsole/protocol"
)

// Local is one row of the local commands, those that begin with ":". No SMTP
// verb does. Completion, help and palette read the rows.
type Local struct {
	Name    string // without the colon
	Args    string // for help: "[FILE]"; "" where it takes none
	Summary string

	make func(args string) Action
}

// Locals returns the rows in the order help shows them. The slice is the
// caller's.
func Locals() []Local { return slices.Clone(locals) }

// FindLocal returns the row that a word asks for help on: its name with the
// colon, or without it where no SMTP verb has that name.
func FindLocal(word string) (Local, bool) {
	name, colon := strings.CutPrefix(word, localPrefix)
	if !colon && protocol.Lookup(name) != nil {
		return Local{}, false
	}
	i := slices.IndexFunc(locals, func(l Local) bool { return strings.EqualFold(l.Name, name) })
	if i < 0 {
		return Local{}, false
	}
	return locals[i], true
}

var locals = []Local{
	{"help", "[WORD]", "explain a command, parameter, code or term", func(a string) Action { return Help{a} }},
	{"fix", "", "mend the line that was held, for you to send", func(string) Action { return Fix{} }},
	{"state", "", "where the session stands and what may come now", func(string) Action { return Show{"state"} }},
	{"caps", "", "what the server offered in its EHLO reply", func(string) Action { return Show{"caps"} }},
	{"tls", "", "switch to TLS with STARTTLS, or show what protects the connection", func(string) Action { return StartTLS{} }},
	{"auth", "[MECHANISM]", "log in: asks for what is missing and does the encoding", func(a string) Action { return Login{strings.ToUpper(a)} }},
	{"data", "[FILE]", "write the message, or send a file behind a DATA of its own", func(a string) Action { return Data{a} }},
	{"bdat", "FILE [SIZE]", "send a file by BDAT, in one chunk or in chunks of SIZE octets, as in 64K", bdataAction},
	{"raw", "FILE [HOST]", "send a file untouched behind DATA, to break rules on purpose; HOST confirms another machine", rawAction},
	{"end", "", "end a raw message that the server still reads, with CRLF . CRLF", func(string) Action { return End{} }},
	{"eod", "[VARIANT [HOST]]", "try another end of data than CRLF . CRLF, or list the known ones", endTestAction},
	{"note", "TEXT", "put a remark into the record", noteAction},
	{"history", "", "list the saved sessions", func(string) Action { return Show{"history"} }},
	{"connect", "[TARGET]", "begin a new session, with the same server or another", func(a string) Action { return Reconnect{a} }},
	{"drop", "", "end the connection now, without QUIT", func(string) Action { return Drop{} }},
	{"quit", "", "leave smtpconsole", func(string) Action { return Leave{} }},
}

func noteAction(text string) Action {
	if text == "" {
		return Unclear{":note needs the text of the remark"}
	}
	return Note{text}
}

func bdataAction(args string) Action {
	path, size := cutPath(args)
	if path == "" {
		return Unclear{":bdat needs the name of a file"}
	}
	if size == "" {
		return BData{path, OneChunk}
	}
	n, err := ParseSize(size)
	if err != nil || n == 0 {
		return Unclear{fmt.Sprintf(":bdat: %q is no size of a chunk: write 65536 or 64K, and a file name with blanks in quotes", size)}
	}
	return BData{path, n}
}

func rawAction(args string) Action {
	path, host := cutPath(args)
	if path == "" {
		return Unclear{":raw needs the name of a file"}
	}
	return Raw{path, host}
}

func endTestAction(args string) Action {
	variant, host, _ := strings.Cut(args, " ")
	return EndTest{variant, strings.TrimSpace(host)}
}

// cutPath takes a file name from the front of args: up to a blank, or in
// double quotes.
func cutPath(args string) (path, rest string) {
	if quoted, ok := strings.CutPrefix(args, `"`); ok {
		path, rest, _ = strings.Cut(quoted, `"`)
	} else {
		path, rest, _ = strings.Cut(args, " ")
	}
	return path, strings.TrimSpace(rest)
}

// local reads what follows the colon. A unique beginning of a name is enough.
func local(text string) Action {
	name, args, _ := strings.Cut(strings.TrimSpace(text), " ")
	args = strings.TrimSpace(args)
	row, err := findLocal(strings.ToLower(name))
	switch {
	case err != nil:
		return Unclear{err.Error()}
	case row.Args == "" && args != "":
		return Unclear{fmt.Sprintf(":%s takes nothing behind it", row.Name)}
	}
	return row.make(args)
}

func findLocal(name string) (Local, error) {
	var found []Local
	for _, row := range locals {
		if row.Name == name {
			return row, nil
		}
		if name != "" && strings.HasPrefix(row.Name, name) {
			found = append(found, row)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Local{}, fmt.Errorf("no local command is called %q: :help lists them", ":"+name)
	}
	return Local{}, fmt.Errorf("%q could be :%s or :%s: write more of it", ":"+name, found[0].Name, found[1].Name)
}
