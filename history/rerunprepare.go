package history

import (
	"slices"

	"smtpconsole/protocol"
)

// Needed tells of each of the steps in front of the one at index from whether a
// session that begins there needs it: the connection, what was said in greeting
// since, TLS and logins, and the commands of the transaction that is open then
// (RFC 5321 §3.3). A step that was refused, or is to be, or that got no reply,
// brings nothing about and is not needed.
func Needed(steps []Step, from int) []bool {
	needed := make([]bool, from)
	open := -1 // where the transaction began; -1 while there is none
	for i := range from {
		st := &steps[i]
		switch {
		case st.unanswered():
		case st.Verb == "RSET" || st.ends():
			open = -1
		case st.Refused() && st.Kind != StepGreeting:
		case lasting(st):
			needed[i], open = true, -1
		case st.Verb == "MAIL":
			open = i
		}
	}
	for i := max(open, 0); i < from && open >= 0; i++ {
		needed[i] = slices.Contains(transaction, steps[i].Verb) && !steps[i].Refused() && !steps[i].unanswered()
	}
	return needed
}

// transaction are the commands of a transaction before its end.
var transaction = []string{"MAIL", "RCPT", "DATA", "BDAT"}

// lasting tells whether what the step does outlasts a transaction.
func lasting(st *Step) bool {
	hello := st.Verb == "EHLO" || st.Verb == "HELO" || st.Verb == "LHLO"
	return hello || st.Kind == StepGreeting || st.Kind == StepTLS || st.Kind == StepAuth
}

// ends tells whether the step is the end of a message: the text behind DATA, or
// the last chunk (RFC 3030 §2).
func (s *Step) ends() bool {
	return s.Kind == StepBody && (s.Verb != "BDAT" || protocol.Parse(s.Line, protocol.State{}).Cmd.Last)
}

// unanswered tells whether the step was sent, and nobody knows what came of it.
func (s *Step) unanswered() bool {
	return s.Expect == nil && len(s.Replies) == 0 && s.Kind != StepGreeting
}

// Refused tells whether the server said no to the step, or, where a script
// demands something of the reply, is to say no.
func (s *Step) Refused() bool {
	if e := s.Expect; e != nil {
		return e.Code >= 400 || e.Class >= 4
	}
	return len(s.Replies) > 0 && s.Replies[len(s.Replies)-1].Refused()
}
