package history

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MissingError names the variables of a script that nobody gave a value.
type MissingError struct{ Names []string }

// Error names them all, and how to set one.
func (e *MissingError) Error() string {
	return fmt.Sprintf("no value for %s: set each with --var %s=VALUE, in \"vars\" of the first line, or as SMTPCONSOLE_VAR_%[2]s",
		"${"+strings.Join(e.Names, "}, ${")+"}", e.Names[0])
}

// variable: a reference to one, or one that is to stay as it is, with a second
// dollar sign.
var variable = regexp.MustCompile(`\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// replace puts values in the place of variables, and notes those without one.
func (p *scriptReader) replace(text string) string {
	return p.replaceWith(text, func(value string) string { return value })
}

func (p *scriptReader) replaceWith(text string, form func(string) string) string {
	if p.literal {
		return text
	}
	return variable.ReplaceAllStringFunc(text, func(ref string) string {
		if literal, ok := strings.CutPrefix(ref, "$$"); ok {
			return "$" + literal
		}
		return form(p.value(strings.Trim(ref, "${}")))
	})
}

// value is that of a variable.
func (p *scriptReader) value(name string) string {
	if p.o.Var != nil {
		if value, ok := p.o.Var(name); ok {
			return value
		}
	}
	value, ok := p.vars[name]
	switch {
	case ok:
		return value
	case p.o.Missing != nil:
		p.o.Missing(name)
	case !slices.Contains(p.missing, name):
		p.missing = append(p.missing, name)
	}
	return name
}

// filled is an expectation with its variables replaced. What they hold is text
// to be found, and no expression.
func (p *scriptReader) filled(e *Expect) *Expect {
	e.Pattern = p.replaceWith(e.Pattern, regexp.QuoteMeta)
	return e
}
