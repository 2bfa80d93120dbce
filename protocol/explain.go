package protocol

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Topic is one thing a word can mean. The words of Kind are stable: "command",
// "parameter", "keyword", "reply", "enhanced", "term" and "port".
type Topic struct {
	Kind string `json:"kind"`
	// Word is the word as it is properly written, Title a few words without a stop.
	Word  string `json:"word"`
	Title string `json:"title,omitempty"`
	// Text is whole sentences, paragraphs apart by an empty line.
	Text string `json:"text,omitempty"`
	// Syntax is the line or parameter as a person reads it.
	Syntax string `json:"syntax,omitempty"`
	// Advice is what to do.
	Advice string `json:"advice,omitempty"`
	Ref    string `json:"ref,omitempty"`
	// See are words to look up next; Explain knows each.
	See []string `json:"see,omitempty"`
}

// Explain returns everything that word means, in any case: a verb ("RCPT",
// "RCPT TO:"), a parameter of MAIL or RCPT ("NOTIFY", "NOTIFY=NEVER"), an EHLO
// keyword, a reply code or a class of them ("550", "5xx"), an enhanced status
// code ("5.7.1", "x.7.1"), a port, a SASL mechanism or another word of mail.
// Hyphen, underscore and space count as the same in words of mail. It returns
// nil for a word it does not know; see Nearest.
func Explain(word string) []Topic {
	word = strings.TrimSpace(word)
	var topics []Topic
	for _, source := range [...]func(string) []Topic{
		explainCommand, explainParams, explainKeyword, explainCode, explainEnhanced, explainPort, explainTerm,
	} {
		topics = append(topics, source(word)...)
	}
	return topics
}

func explainCommand(word string) []Topic {
	verb, rest, _ := strings.Cut(word, " ")
	if rest = strings.ToUpper(strings.TrimSuffix(rest, ":")); rest != "" && rest != "FROM" && rest != "TO" {
		return nil
	}
	s := Lookup(verb)
	if s == nil {
		return nil
	}
	t := Topic{Kind: "command", Word: s.Verb, Title: s.Summary, Text: s.Doc, Syntax: s.Syntax, Advice: s.Obsolete, Ref: s.Ref}
	for _, p := range s.Params {
		t.See = append(t.See, p.Name)
	}
	return []Topic{t}
}

func explainParams(word string) []Topic {
	name, _, _ := strings.Cut(word, "=")
	var topics []Topic
	for _, verb := range [...]string{"MAIL", "RCPT"} {
		for _, p := range Lookup(verb).Params {
			if strings.EqualFold(p.Name, name) {
				topics = append(topics, paramTopic(verb, p))
			}
		}
	}
	return topics
}

func paramTopic(verb string, p *Param) Topic {
	t := Topic{Kind: "parameter", Word: p.Name, Title: p.Summary, Syntax: p.Syntax, Ref: p.Ref, See: []string{verb}}
	t.Text = "A parameter of " + verb + "."
	if p.Keyword != "" {
		t.Text += " A client may use it where the EHLO reply lists " + p.Keyword + "."
		t.See = append(t.See, p.Keyword)
	}
	return t
}

func explainKeyword(word string) []Topic {
	k, ok := KeywordMeaning(word)
	if !ok {
		return nil
	}
	t := Topic{
		Kind: "keyword", Word: k.Keyword, Title: "extension that a server offers in its EHLO reply", Text: k.Allows,
		Syntax: strings.TrimSpace(k.Keyword + " " + k.Params), Ref: k.Ref,
	}
	if k.Uses != "" {
		t.Advice = "Used by: " + k.Uses
	}
	return []Topic{t}
}

// explainCode knows codes and classes. A number that is a port and no listed
// code is only the port.
func explainCode(word string) []Topic {
	if len(word) != 3 {
		return nil
	}
	if rest := strings.ToLower(word[1:]); rest == "xx" || rest == "yz" {
		m, ok := classMeaning(Class(word[0] - '0'))
		return topicOf("reply", m, ok)
	}
	if _, listed := findMeaning(replyCodes, word); !listed && explainPort(word) != nil {
		return nil
	}
	code, _ := strconv.Atoi(word)
	m, ok := CodeMeaning(code)
	return topicOf("reply", m, ok, word[:1]+"yz")
}

func explainEnhanced(word string) []Topic {
	if rest, ok := strings.CutPrefix(strings.ToLower(word), "x."); ok {
		m, ok := detailMeaning(rest)
		m.Word = "x." + rest
		return topicOf("enhanced", m, ok && m.Title != "")
	}
	m, ok := EnhancedMeaning(word)
	return topicOf("enhanced", m, ok)
}

// topicOf makes m a topic where ok holds.
func topicOf(kind string, m Meaning, ok bool, see ...string) []Topic {
	if !ok {
		return nil
	}
	return []Topic{{Kind: kind, Word: m.Word, Title: m.Title, Text: m.Text, Advice: m.Advice, Ref: m.Ref, See: see}}
}

func explainPort(word string) []Topic { return explainRows("port", ports, word) }

func explainTerm(word string) []Topic { return explainRows("term", glossary, word) }

func explainRows(kind string, rows []term, word string) []Topic {
	var topics []Topic
	key := wordKey(word)
	for _, t := range rows {
		if t.named(key) {
			topics = append(topics, Topic{Kind: kind, Word: t.word, Title: t.title, Text: t.text, Ref: t.ref, See: slices.Clone(t.see)})
		}
	}
	return topics
}

// named tells whether the word with that key is one of t's names.
func (t term) named(key string) bool {
	same := func(name string) bool { return wordKey(name) == key }
	return same(t.word) || slices.ContainsFunc(t.also, same)
}

// wordKey is what two spellings of one word have in common.
func wordKey(word string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '_':
			return ' '
		case ':':
			return -1
		default:
			return unicode.ToLower(r)
		}
	}, word)
}

// maxNearest is how many guesses a reader can take in at a glance.
const maxNearest = 5

// Nearest returns words that Explain knows and that word may be a mistyping
// of, the likeliest first, five at most; nil for none.
func Nearest(word string) []string {
	type guess struct {
		word  string
		edits int
	}
	key := wordKey(strings.TrimSpace(word))
	var guesses []guess
	for _, w := range knownWords() {
		if n := distance(key, wordKey(w)); n <= 1+len(key)/5 && n < len(key) {
			guesses = append(guesses, guess{w, n})
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int { return cmp.Compare(a.edits, b.edits) })
	var words []string
	for _, g := range guesses {
		if !slices.Contains(words, g.word) && len(words) < maxNearest {
			words = append(words, g.word)
		}
	}
	return words
}

// knownWords are the words that can be mistyped: all but numbers.
func knownWords() []string {
	var words []string
	for _, s := range Catalogue() {
		words = append(words, s.Verb)
		for _, p := range s.Params {
			words = append(words, p.Name)
		}
	}
	for _, k := range keywords {
		words = append(words, k.Keyword)
	}
	for _, t := range glossary {
		words = append(append(words, t.word), t.also...)
	}
	return words
}
