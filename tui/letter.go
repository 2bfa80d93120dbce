package tui

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"smtpconsole/protocol/message"
)

// letter is what is being written: rows and texts of a form, or the source of
// a message, which then rules, or a message on the disk, too large to edit.
type letter struct {
	fields     []*formField // header fields, then files
	body, html bodyText
	onHTML     bool // the text with the cursor is html
	source     *bodyText
	disk       string // the path of a message that is sent as it is
	encoding   message.Encoding
	utf8       bool // the header goes out as it stands, as in the file it was read from
}

func newLetter() letter {
	return letter{fields: newForm(), body: newText(""), html: newText("")}
}

// newText is a text to edit, with the cursor at its beginning.
func newText(text string) bodyText { return bodyText{lines: unfoldedLines(text)} }

// text is the text that has, or would have, the cursor.
func (l *letter) text() *bodyText {
	switch {
	case l.source != nil:
		return l.source
	case l.onHTML:
		return &l.html
	}
	return &l.body
}

func (l *letter) untouched() bool {
	return l.source == nil && l.disk == "" && l.body.empty() && l.html.empty() &&
		!slices.ContainsFunc(l.fields, func(f *formField) bool { return f.touched() || f.file != nil })
}

// plain tells whether the form is one text and nothing that needs MIME.
func (l *letter) plain() bool { return l.html.empty() && len(l.files()) == 0 }

// files are the rows that name files.
func (l *letter) files() []message.File {
	var files []message.File
	for _, f := range l.fields {
		if f.file != nil {
			files = append(files, f.file.File)
		}
	}
	return files
}

// message is the form as package message takes it; empty fields are left out.
func (l *letter) message() message.Message {
	m := message.Message{Text: l.body.String(), HTML: l.html.String(), Files: l.files(), Encoding: l.encoding, UTF8: l.utf8}
	for _, f := range l.fields {
		if f.file == nil && f.value() != "" {
			m.Fields = append(m.Fields, message.Field{Name: f.name, Value: f.value()})
		}
	}
	return m
}

// writing is a letter without its cursors: what drafts keep and undo brings
// back.
type writing struct {
	Fields   []message.Field  `json:"fields"`
	Text     exact            `json:"text,omitempty"`
	HTML     exact            `json:"html,omitempty"`
	Files    []keptFile       `json:"files,omitempty"`
	Encoding message.Encoding `json:"encoding,omitempty"`
	// Source rules where it is not nil.
	Source *exact `json:"source,omitempty"`
	// Disk is the path of a message too large to edit.
	Disk string `json:"disk,omitempty"`
}

// keptFile is a file with its names octet by octet.
type keptFile struct {
	message.File
	Path, Name exact
}

func kept(files []message.File) []keptFile {
	var list []keptFile
	for _, file := range files {
		list = append(list, keptFile{file, exact(file.Path), exact(file.Name)})
	}
	return list
}

// exact is a text of which JSON keeps every octet: as a string where that is
// UTF-8, else in base64.
type exact string

type inBase64 struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes the text.
func (e exact) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(e)) {
		return json.Marshal(string(e))
	}
	return json.Marshal(inBase64{[]byte(e)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *exact) UnmarshalJSON(b []byte) error {
	var octets inBase64
	if json.Unmarshal(b, &octets) == nil {
		*e = exact(octets.Base64)
		return nil
	}
	return json.Unmarshal(b, (*string)(e))
}

// writing keeps the rows of the form that are empty too: somebody emptied them.
func (l *letter) writing() writing {
	w := writing{
		Text: exact(joined(l.body.lines)), HTML: exact(joined(l.html.lines)), Files: kept(l.files()), Encoding: l.encoding, Disk: l.disk,
	}
	for _, f := range l.fields {
		if f.file == nil && (!f.added || f.value() != "") {
			w.Fields = append(w.Fields, message.Field{Name: f.name, Value: f.value()})
		}
	}
	if l.source != nil {
		text := exact(joined(l.source.lines))
		w.Source = &text
	}
	return w
}

// letter is writing's opposite. Rows of the form that w does not have are empty.
func (w writing) letter() letter {
	l := letter{body: newText(string(w.Text)), html: newText(string(w.HTML)), encoding: w.Encoding, disk: w.Disk}
	l.fields = formOf(w.Fields)
	for _, k := range w.Files {
		file := k.File
		file.Path, file.Name = string(k.Path), string(k.Name)
		l.fields = append(l.fields, newFileRow(file))
	}
	if w.Source != nil {
		source := newText(string(*w.Source))
		l.source = &source
	}
	return l
}

// formOf makes rows of fields, in their order. A row of the form that they do
// not have stands where it would in an empty one; a second of a kind is added.
func formOf(fields []message.Field) []*formField {
	rest := newForm()
	var rows []*formField
	for _, field := range fields {
		i := slices.IndexFunc(rest, func(f *formField) bool { return strings.EqualFold(f.name, field.Name) })
		if i < 0 {
			rows = append(rows, newAdded(field.Name, field.Value))
			continue
		}
		f := rest[i]
		rest = slices.Delete(rest, i, i+1)
		f.set(field.Value)
		f.own = true
		rows = append(rows, f)
	}
	for _, f := range rest {
		f.own = true
		rows = slices.Insert(rows, placeFor(rows, f), f)
	}
	return rows
}

// placeFor is where f goes in rows: behind the row that comes before it in an
// empty form.
func placeFor(rows []*formField, f *formField) int {
	at := slices.IndexFunc(formRows, func(r formRow) bool { return r.name == f.name })
	if at == 0 {
		return 0
	}
	return 1 + slices.IndexFunc(rows, func(r *formField) bool { return r.name == formRows[at-1].name })
}

// joined is lines as one text.
func joined(lines []string) string { return strings.Join(lines, "\n") }
