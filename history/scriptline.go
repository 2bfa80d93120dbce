package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"smtpconsole/protocol"
)

// fieldError is trouble with one field of a line.
type fieldError struct {
	field string
	err   error
}

func (e *fieldError) Error() string { return e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

// placed says where in the line text the trouble is.
func (p *scriptReader) placed(err error, text []byte) error {
	at := column(err)
	var field *fieldError
	if errors.As(err, &field) {
		at = max(0, bytes.Index(text, []byte(`"`+field.field+`"`))) + 1
	}
	var syntax *json.SyntaxError
	var value *json.UnmarshalTypeError
	switch {
	case errors.As(err, &value) && value.Field != "":
		name := value.Field[strings.LastIndexByte(value.Field, '.')+1:]
		err = fmt.Errorf("%q cannot be of JSON's type %s: write %s", name, value.Value, jsonForms[value.Type.Kind()])
	case errors.As(err, &value):
		err = errors.New(lineForm)
	case errors.As(err, &syntax):
		err = fmt.Errorf("%w: %s", syntax, lineForm)
	}
	return &ScriptError{p.in.line, at, err}
}

// lineForm is what a line of a script is.
const lineForm = `each line is one object of JSON, as in {"kind":"client","text":"NOOP"}`

// jsonForms are what to write for the types that a script has.
var jsonForms = map[reflect.Kind]string{
	reflect.String: `text in quotes, as in "NOOP"`, reflect.Int: "a number, as in 1", reflect.Int64: "a number, as in 1", reflect.Bool: "true or false",
	reflect.Slice: `a list, as in ["SIZE","STARTTLS"]`, reflect.Struct: `an object, as in {"code":250}`, reflect.Map: `an object, as in {"to":"bob@example.org"}`,
}

// column is where the decoder of JSON stopped, 1 where it does not say.
func column(err error) int {
	var syntax *json.SyntaxError
	var value *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return max(1, int(syntax.Offset))
	case errors.As(err, &value):
		return max(1, int(value.Offset))
	}
	return 1
}

// fieldNames are the names that a line may have, and how that is said.
type fieldNames struct {
	known func() []string
	say   string
}

var (
	firstFields = fieldNames{
		sync.OnceValue(func() []string {
			return append(fieldsOf(reflect.TypeFor[Header]()), append(fieldsOf(reflect.TypeFor[scriptFirst]()), "comment")...)
		}),
		"the first line has format, target, vars, label and comment",
	}
	stepFields = fieldNames{
		sync.OnceValue(func() []string {
			known := append(fieldsOf(reflect.TypeFor[protocol.Event]()), fieldsOf(reflect.TypeFor[scriptLine]())...)
			return append(known, "bytes", "path_bytes", "comment")
		}),
		"a step has kind, text, expect, file, mechanism, group, as_typed and comment",
	}
)

// unknownField is an error for a field that no such line has: what a person
// misspelt would go unnoticed.
func unknownField(text []byte, f fieldNames) error {
	var given map[string]json.RawMessage
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	known := f.known()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(known, name) {
			return &fieldError{name, fmt.Errorf("%q is not known here: %s", name, f.say)}
		}
	}
	return nil
}

// fieldsOf are the names that JSON has for the fields of a struct.
func fieldsOf(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// strictly decodes b into v, and refuses what v has no place for.
func strictly(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
