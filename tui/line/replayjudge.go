package line

import (
	"slices"
	"strings"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/protocol/sasl"
)

// step judges the step at index i as the line of a dialogue that it is, prints
// what there is to say, and goes on as if it came out as expected. A line is not
// wrong where it breaks a rule on purpose: in a record, where the script says
// "as_typed", and where it is to be refused.
func (c *scriptChecker) step(script *history.Script, i int) {
	st, at := &script.Steps[i], script.Lines[i]
	ln := c.judgeStep(st)
	if at.Open {
		ln.Diags = nil // what is judged is not what will be sent
	}
	if script.Header.ID != "" || at.AsTyped || st.Refused() {
		ln.Diags = softened(ln.Diags)
	}
	if ln.Held() {
		c.wrong++
	}
	if v := (verdict{at.Number, c.state, ln}); len(ln.Diags) > 0 {
		c.report(v)
	}
	c.took(st, ln)
	c.state.Addresses = nil // they are for completion
}

func (c *scriptChecker) report(v verdict) {
	report := reportText
	if c.json {
		report = reportJSON
	}
	_ = report(c.w, v)
}

// softened are remarks of which none is an error, and none proposes to mend what
// is meant so.
func softened(diags []protocol.Diagnostic) []protocol.Diagnostic {
	diags = slices.Clone(diags)
	for i := range diags {
		diags[i].Severity, diags[i].Fix = min(diags[i].Severity, protocol.Warning), ""
	}
	return diags
}

// judgeStep describes what a step sends, in the state that those above it lead
// to.
func (c *scriptChecker) judgeStep(st *history.Step) protocol.Line {
	waits := c.state.Phase == protocol.PhaseData
	message := st.Kind == history.StepBody && st.Verb != "BDAT"
	switch {
	case st.Kind == history.StepGreeting, message && (waits || st.Body.Raw):
		return protocol.Line{}
	case message:
		return amiss(st.Sent(), "script.message", "nothing asks for this message, so it will not be sent: put DATA in front of it")
	case waits:
		return amiss(st.Line, "script.command", "the server waits for a message here, and this will not be sent: put a line of kind body in front of it")
	case st.Kind == history.StepAuth && strings.Contains(st.Line, protocol.Hidden):
		return amiss(st.Line, "script.mechanism", "this mechanism is not built in: write one of "+strings.Join(sasl.Names(), ", ")+", or none, for the best that is offered")
	case strings.Contains(st.Line, protocol.Hidden):
		return amiss(st.Line, "script.secret", `this looks like a secret, which is not kept and will not be sent: write {"kind":"auth"} for a whole login`)
	}
	return protocol.Parse(st.Line, c.state)
}

// amiss is a line with one error, in all of it.
func amiss(raw, code, message string) protocol.Line {
	span := protocol.Span{Start: 0, End: len(raw)}
	return protocol.Line{Raw: raw, Diags: []protocol.Diagnostic{{Code: code, Severity: protocol.Error, Span: span, Message: message}}}
}

// took moves on as if the step, judged as ln, got the replies it is to get.
func (c *scriptChecker) took(st *history.Step, ln protocol.Line) {
	replies := replyTo(st)
	switch {
	case st.Kind == history.StepGreeting:
		c.state = c.state.Apply(protocol.Event{Kind: protocol.KindConnect})
	case st.Kind == history.StepBody && st.Verb != "BDAT":
		c.state = c.state.Apply(*st.Body)
	case len(replies) == 0:
		c.accept(ln)
	default:
		c.state = c.state.Apply(protocol.ClientLine(st.Line, c.state))
		if st.Body != nil {
			c.state = c.state.Apply(*st.Body)
		}
	}
	for _, r := range replies {
		c.state = c.state.Apply(protocol.Event{Kind: protocol.KindServer, Reply: &r})
	}
	c.state = answered(c.state)
	if st.Kind == history.StepTLS && !st.Refused() {
		c.state = c.state.Apply(protocol.Event{Kind: protocol.KindTLS, TLS: &protocol.TLSInfo{}})
	}
}

// replyTo are the replies a step got, or is to get; nil for what comes as a rule.
func replyTo(st *history.Step) []protocol.Reply {
	e := st.Expect
	reply := func(code int) []protocol.Reply { return []protocol.Reply{{Code: code, Lines: []string{""}}} }
	switch {
	case e == nil && len(st.Replies) > 0:
		return st.Replies
	case e != nil && e.Code > 0:
		return reply(e.Code)
	case st.Refused():
		return reply(100*e.Class + 50)
	case st.Kind == history.StepAuth: // the whole exchange, and not its first challenge
		return reply(235)
	}
	return nil
}
