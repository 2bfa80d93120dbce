package protocol

import (
	"regexp"
	"strings"
	"testing"
)

var refForm = regexp.MustCompile(`^(RFC \d+ (§|App\. )|Postfix [A-Z_]+README|draft-)`)

// anywhere is a state in which a row's verb is legal and everything is offered
// or unknown.
func anywhere(spec *Spec) State {
	st := State{Phase: PhaseReady, Hello: "EHLO", HasFrom: true, From: "a@example.org"}
	if spec.Phases != nil {
		st.Phase = spec.Phases[0]
	}
	return st
}

// TestCatalogue walks the rows: each is complete, and each example is judged
// as it promises.
func TestCatalogue(t *testing.T) {
	want := strings.Fields("HELO EHLO LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT STARTTLS AUTH ETRN ATRN BURL XCLIENT XFORWARD TURN SEND SOML SAML")
	if len(Catalogue()) != len(want) {
		t.Errorf("%d rows, want %d", len(Catalogue()), len(want))
	}
	for _, verb := range want {
		if Lookup(verb) == nil || Lookup(strings.ToLower(verb)) != Lookup(verb) {
			t.Errorf("no row %s in any case", verb)
		}
	}
	for _, s := range Catalogue() {
		t.Run(s.Verb, func(t *testing.T) { walkRow(t, s) })
	}
}

func walkRow(t *testing.T, s *Spec) {
	for field, text := range map[string]string{"Summary": s.Summary, "Syntax": s.Syntax, "Template": s.Template, "Doc": s.Doc} {
		if text == "" {
			t.Errorf("%s is empty", field)
		}
	}
	if !refForm.MatchString(s.Ref) || !strings.HasPrefix(s.Syntax, s.Verb) || !strings.HasPrefix(s.Template, s.Verb) || s.args == nil {
		t.Errorf("ref %q, syntax %q, template %q or the production is off", s.Ref, s.Syntax, s.Template)
	}
	if len(s.Outcomes) < 2 || ClassOf(atoi(s.Outcomes[0].Reply)) > ClassMore {
		t.Errorf("the first outcome must be the good one: %+v", s.Outcomes)
	}
	walkExamples(t, s, anywhere(s), "", s.Good, s.Bad)
	opening := map[string]string{"MAIL": "MAIL FROM:<a@example.org> ", "RCPT": "RCPT TO:<b@example.org> "}[s.Verb]
	for _, par := range s.Params {
		if par.Summary == "" || par.Syntax == "" || par.Keyword == "" || !refForm.MatchString(par.Ref) {
			t.Errorf("parameter %s is incomplete", par.Name)
		}
		walkExamples(t, s, anywhere(s), opening, par.Good, par.Bad)
	}
}

func walkExamples(t *testing.T, s *Spec, st State, opening string, good []string, bad []BadExample) {
	if len(good) == 0 || len(bad) == 0 {
		t.Errorf("%s%s: examples are missing", s.Verb, opening)
	}
	for _, line := range good {
		if ln := Parse(opening+line, st); ln.Held() != (s.Obsolete != "") {
			t.Errorf("good %q: %v", opening+line, ln.Diags)
		}
	}
	for _, b := range bad {
		if ln := Parse(opening+b.Line, st); find(ln, b.Code) == nil {
			t.Errorf("bad %q: no %s in %v", opening+b.Line, b.Code, ln.Diags)
		}
	}
}

// TestTemplates: a template with its slots' own words in them is a good line.
func TestTemplates(t *testing.T) {
	slot := regexp.MustCompile(`\$\{([^}]*)\}`)
	words := strings.NewReplacer("${name}", "client.example.org", "${mechanism}", "PLAIN", "${octets}", "5", "${list}", "staff", "${imap://…}", "imap://a@example.org/b")
	for _, s := range Catalogue() {
		line := slot.ReplaceAllString(words.Replace(s.Template), "$1")
		if ln := Parse(line, anywhere(s)); ln.Held() != (s.Obsolete != "") {
			t.Errorf("%s: %q has %v", s.Verb, line, ln.Diags)
		}
	}
}

// TestLegalPhases compares every row with the table of RFC 5321 §4.1.4 and the
// extensions' own rules: + legal, - not.
func TestLegalPhases(t *testing.T) {
	phases := []Phase{PhaseGreeted, PhaseReady, PhaseMail, PhaseRcpt, PhaseChunk, PhaseRefused, PhaseConnected, PhaseClosing}
	for verb, row := range map[string]string{
		"EHLO": "+++++---", "HELO": "+++++---", "MAIL": "-+------", "RCPT": "--++----", "DATA": "---+----", "BDAT": "---++---", "RSET": "+++++---",
		"NOOP": "+++++---", "VRFY": "+++++---", "QUIT": "++++++--", "STARTTLS": "++++----", "AUTH": "-+------", "ETRN": "-+------", "XCLIENT": "-+------",
	} {
		for i, p := range phases {
			if got := Lookup(verb).Legal(p); got != (row[i] == '+') {
				t.Errorf("%s in %v: legal %v", verb, p, got)
			}
		}
	}
}

// TestLegalNow: what is proposed at each stage of a session.
func TestLegalNow(t *testing.T) {
	for _, c := range []struct{ state, want, not string }{
		{greetedText, "EHLO", "STARTTLS"},
		{readyText, "MAIL", "RCPT"},
		{readyText, "STARTTLS", "ETRN"},
		{mailText, "RCPT", "STARTTLS"},
		{rcptText, "DATA", "MAIL"},
		{tlsText, "MAIL", "STARTTLS"},
		{heloText, "MAIL", "AUTH"},
	} {
		var verbs []string
		for _, s := range LegalNow(at(t, c.state)) {
			verbs = append(verbs, s.Verb)
		}
		if all := strings.Join(verbs, " "); !strings.Contains(all, c.want) || strings.Contains(all, c.not) {
			t.Errorf("after %q: %s; want %s and not %s", c.state, all, c.want, c.not)
		}
	}
}

// TestTemplateSlots: the slots lie on their proposals, and what the session
// knows is filled in.
func TestTemplateSlots(t *testing.T) {
	st := at(t, readyText)
	st.Name = "me.example.org"
	for _, tpl := range Templates(st) {
		for _, slot := range tpl.Slots {
			if slot.Start >= slot.End || slot.End > len(tpl.Text) {
				t.Errorf("%s: slot %+v in %q", tpl.Spec.Verb, slot, tpl.Text)
			}
		}
		if tpl.Spec.Verb == "EHLO" && tpl.Text != "EHLO me.example.org" {
			t.Errorf("EHLO is proposed as %q", tpl.Text)
		}
	}
	if first := Templates(st)[0]; !first.Legal {
		t.Errorf("%s comes first and is not legal", first.Spec.Verb)
	}
}
