package protocol

// Line is everything the grammar knows about one typed line. It is made anew
// on each keystroke and never changed.
type Line struct {
	Raw    string
	Spec   *Spec // nil: the verb is not in the catalogue, or this is not a command
	Cmd    Command
	Tokens []Token
	// Diags are in the order of their place in the line.
	Diags []Diagnostic

	expects    []expectation
	ghost      string
	paramGhost bool // parameters may follow the ghost
}

// Held tells whether Enter must not send the line.
func (ln Line) Held() bool {
	worst, any := Worst(ln.Diags)
	return any && worst == Error
}

// Fix returns the whole corrected line, and false where there is none. It
// mends the first fault that can be mended, and every error with it.
func (ln Line) Fix() (string, bool) {
	for want := Error; want >= Hint; want-- {
		for _, d := range ln.Diags {
			if d.Severity == want && d.Fix != "" {
				return d.Fix, true
			}
		}
	}
	return "", false
}

// At returns the token that covers byte offset, and false for none.
func (ln Line) At(offset int) (Token, bool) {
	for _, t := range ln.Tokens {
		if t.Start <= offset && offset < t.End {
			return t, true
		}
	}
	return Token{}, false
}

// Role says what a token is, for colour and help.
type Role int

const (
	RoleText    Role = iota // free text, and message lines
	RoleVerb                // the command verb
	RoleWord                // a fixed word: "FROM:", "LAST"
	RoleMark                // punctuation: angle brackets, "@", "="
	RoleAddress             // local-part, domain, literal, host name
	RoleParam               // parameter name
	RoleValue               // parameter value, number
	RoleSecret              // a credential
)

// Token is a span of the line with its role.
type Token struct {
	Span
	Role Role
	// Help is the word to explain: a verb, a parameter; "" for none.
	Help string
}

// Want is one thing that can stand at the end of the line.
type Want struct {
	// Start is where Text goes: it replaces the line from there on.
	Start int
	Text  string
	Help  string // a few words
}

// Command is the meaning of a line, as far as it could be understood. A line
// with errors has what could be recovered.
type Command struct {
	Verb string // upper case; also where the verb is unknown
	// Arg is what follows the verb, without the blanks around it.
	Arg string
	// Path is the reverse-path or forward-path without brackets and route.
	Path string
	// HasPath tells a null reverse-path from none.
	HasPath bool
	Params  []ParamValue
	// Size and Last are BDAT's (RFC 3030 §2).
	Size int64
	Last bool
	// Mechanism and Initial are AUTH's: Initial is true with an initial response.
	Mechanism string
	Initial   bool
}

// ParamValue is one ESMTP parameter as typed, the name in upper case.
type ParamValue struct{ Name, Value string }

// Param returns the value of a parameter (upper case) and whether it stands there.
func (c Command) Param(name string) (string, bool) {
	for _, p := range c.Params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// Row is the catalogue row of the command's verb; an empty one where there is
// none, so that it can be asked for what it says.
func (c Command) Row() *Spec {
	if spec := Lookup(c.Verb); spec != nil {
		return spec
	}
	return &Spec{}
}
