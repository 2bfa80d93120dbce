package console

import (
	"fmt"

	"smtpconsole/protocol"
)

// standings are the words for the phases that need no more than one.
var standings = map[protocol.Phase]string{
	protocol.PhaseClosed:    "not connected",
	protocol.PhaseConnected: "waiting for 220",
	protocol.PhaseGreeted:   "greeted",
	protocol.PhaseRefused:   "turned away",
	protocol.PhaseAuth:      "AUTH answer",
	protocol.PhaseMail:      "MAIL ok",
	protocol.PhaseData:      "message",
	protocol.PhaseVerdict:   "message sent",
	protocol.PhaseChunk:     "BDAT",
	protocol.PhaseClosing:   "closing",
}

// Standing says in a few words how far a session has come, for a prompt:
// "MAIL ok, 2 RCPT".
func Standing(st protocol.State) string {
	if st.RawAwaited() {
		return "raw message open"
	}
	switch st.Phase {
	case protocol.PhaseReady:
		return st.Hello + " ok"
	case protocol.PhaseRcpt:
		return fmt.Sprintf("%s, %d RCPT", standings[protocol.PhaseMail], st.AcceptedRcpts())
	}
	return standings[st.Phase]
}
