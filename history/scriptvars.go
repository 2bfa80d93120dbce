package history

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MissingError names the variables of a script that nobody gave a value.
type MissingError struct{ Variables []MissingVariable }

// MissingVariable is a variable without a value, and the lines it stands in, from
// 1.
type MissingVariable struct {
	Name  string
	Lines []int
}

// Error names them all with their lines, and how to set one.
func (e *MissingError) Error() string {
	var all []string
	for _, v := range e.Variables {
		all = append(all, v.String())
	}
	return fmt.Sprintf("no value for %s: set each with --var %s=VALUE, in \"vars\" of the first line, or as SMTPCONSOLE_VAR_%[2]s",
		strings.Join(all, ", "), e.Variables[0].Name)
}

// String is the variable with its places, as in "${to} (lines 4, 7)"; of many
// the first.
func (v MissingVariable) String() string {
	const most = 8
	word, more := "line", ""
	if len(v.Lines) > 1 {
		word = "lines"
	}
	if len(v.Lines) > most {
		more = ", …"
	}
	lines := fmt.Sprint(v.Lines[:min(most, len(v.Lines))])
	return fmt.Sprintf("${%s} (%s %s%s)", v.Name, word, strings.ReplaceAll(strings.Trim(lines, "[]"), " ", ", "), more)
}

// Note adds a place. A line that stands there already is not added again.
func (e *MissingError) Note(name string, line int) {
	i := slices.IndexFunc(e.Variables, func(v MissingVariable) bool { return v.Name == name })
	if i < 0 {
		i = len(e.Variables)
		e.Variables = append(e.Variables, MissingVariable{Name: name})
	}
	if v := &e.Variables[i]; !slices.Contains(v.Lines[max(0, len(v.Lines)-1):], line) {
		v.Lines = append(v.Lines, line)
	}
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
	if value, ok := p.vars[name]; ok {
		return value
	}
	p.open = true
	if p.o.Missing != nil {
		p.o.Missing(name, p.in.line)
		return name
	}
	p.missing.Note(name, p.in.line)
	return name
}

// filled is an expectation with its variables replaced. What they hold is text
// to be found, and no expression.
func (p *scriptReader) filled(e *Expect) *Expect {
	e.Pattern = p.replaceWith(e.Pattern, regexp.QuoteMeta)
	return e
}
