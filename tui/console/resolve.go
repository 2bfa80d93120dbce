package console

import (
	"strings"

	"smtpconsole/protocol"
)

// Prefixes that no SMTP line has: they speak to the console.
const (
	asTypedPrefix = "!"
	localPrefix   = ":"
)

// Resolve says what a line typed in state st asks for, when Enter is pressed
// on it. It is pure. The prefixes work in an AUTH exchange too: an answer is
// base64 and begins with neither.
func Resolve(input string, st protocol.State) Action {
	switch {
	case input == "" && st.Phase != protocol.PhaseAuth:
		return Nothing{}
	case strings.HasPrefix(input, asTypedPrefix):
		return asTyped(input[len(asTypedPrefix):])
	case strings.HasPrefix(input, localPrefix):
		return local(input[len(localPrefix):])
	}
	ln := protocol.Parse(input, st)
	switch {
	case ln.Held():
		return Hold{ln}
	case ln.Cmd.Row().Counted:
		return Chunk{ln}
	}
	return Send{Line: input}
}

// ResolveAsTyped is Resolve for the key that overrides the checks.
func ResolveAsTyped(input string) Action {
	if strings.HasPrefix(input, localPrefix) {
		return local(input[len(localPrefix):])
	}
	return asTyped(strings.TrimPrefix(input, asTypedPrefix))
}

// asTyped sends anything but a second command hidden behind a line break.
func asTyped(line string) Action {
	if strings.ContainsAny(line, "\r\n") {
		return Unclear{"a line end inside the line would be a second command: send one line at a time"}
	}
	return Send{Line: line, AsTyped: true}
}

// Judged is the line that input would send, parsed: what stands behind a
// prefix is judged too, so that the user sees what is overridden.
func Judged(input string, st protocol.State) protocol.Line {
	return protocol.Parse(strings.TrimPrefix(input, asTypedPrefix), st)
}
