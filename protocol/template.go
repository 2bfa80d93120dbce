package protocol

import (
	"slices"
	"strings"
)

// Template is a command line with slots to fill, prefilled from the session.
type Template struct {
	Spec *Spec
	// Text is the line with the slots' proposals in it.
	Text string
	// Slots are the places to type over, in order; none where nothing is to fill.
	Slots []Span
	// Legal tells whether it fits the session now; see Spec.Fits.
	Legal bool
}

// Templates returns a template for every row that is not obsolete: those legal
// in st first, in catalogue order.
func Templates(st State) []Template {
	var list []Template
	for _, spec := range catalogue {
		if spec.Obsolete == "" {
			list = append(list, spec.fill(st))
		}
	}
	slices.SortStableFunc(list, func(a, b Template) int {
		switch {
		case a.Legal == b.Legal:
			return 0
		case a.Legal:
			return -1
		}
		return 1
	})
	return list
}

// fill makes the row's template for st.
func (s *Spec) fill(st State) Template {
	t := Template{Spec: s, Legal: s.Fits(st)}
	var b strings.Builder
	rest := s.Template
	for {
		head, tail, found := strings.Cut(rest, "${")
		b.WriteString(head)
		if !found {
			break
		}
		slot, after, _ := strings.Cut(tail, "}")
		proposal := propose(s, slot, st)
		t.Slots = append(t.Slots, Span{b.Len(), b.Len() + len(proposal)})
		b.WriteString(proposal)
		rest = after
	}
	t.Text = b.String()
	return t
}

// propose fills a slot from the session where it knows better than the row.
func propose(s *Spec, slot string, st State) string {
	switch slot {
	case "name":
		if st.Name != "" && (s.Verb != "HELO" || st.Name[0] != '[') {
			return st.Name
		}
		return "client.example.org"
	case "mechanism":
		if mechs := st.Caps.Mechanisms(); len(mechs) > 0 {
			return mechs[0]
		}
		return "PLAIN"
	}
	return slot
}
