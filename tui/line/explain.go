package line

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"smtpconsole/protocol"
)

// Explain prints what each word means, in lines of at most width columns. The
// error names those that are not known, and what they may have been meant for.
func Explain(w io.Writer, words []string, width int) error {
	return explain(words, func(t protocol.Topic) error {
		_, err := io.WriteString(w, topic(t, width))
		return err
	})
}

// ExplainJSON is Explain with one object a line for each meaning.
func ExplainJSON(w io.Writer, words []string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return explain(words, func(t protocol.Topic) error { return enc.Encode(t) })
}

func explain(words []string, show func(protocol.Topic) error) error {
	if len(words) == 0 {
		return errors.New("name a word, as in: smtpconsole explain 550")
	}
	var errs []error
	for _, word := range words {
		topics := protocol.Explain(word)
		if topics == nil {
			errs = append(errs, errors.New(unknown(word)))
		}
		for _, t := range topics {
			errs = append(errs, show(t))
		}
	}
	return errors.Join(errs...)
}

// unknown says that there is no such word, and which there are.
func unknown(word string) string {
	text := fmt.Sprintf("%q is not known here", word)
	if near := protocol.Nearest(word); near != nil {
		return text + ": " + strings.Join(near, ", ") + "?"
	}
	return text + ": ask for a command, a parameter, a reply code, an enhanced code, an EHLO keyword, a port or a word of mail"
}

// topic sets one topic.
func topic(t protocol.Topic, width int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", t.Word, t.Kind)
	if t.Title != "" {
		b.WriteString(": " + t.Title)
	}
	b.WriteString("\n")
	if t.Syntax != "" {
		b.WriteString("    " + t.Syntax + "\n")
	}
	for _, paragraph := range append(strings.Split(t.Text, "\n\n"), t.Advice) {
		if paragraph != "" {
			b.WriteString(wrap(paragraph, "  ", width))
		}
	}
	if t.Ref != "" {
		b.WriteString("  " + t.Ref + "\n")
	}
	if t.See != nil {
		b.WriteString(wrap("See also: "+strings.Join(t.See, ", "), "  ", width))
	}
	return b.String()
}
