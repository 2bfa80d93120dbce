package console

import "smtpconsole/protocol"

// Action is what a typed line asks for. The set is closed: a face carries out
// those that concern what it shows and hands the rest to Session.Do.
type Action interface{ action() }

// Actions for a Session.
type (
	// Send puts a line on the wire. AsTyped is true where the user overrode the checks.
	Send struct {
		Line    string
		AsTyped bool
	}
	// Chunk is a BDAT line whose octets are still to be collected.
	Chunk struct{ Line protocol.Line }
	// Hold notes a line that has an error and was not sent.
	Hold struct{ Line protocol.Line }
	// Note is a remark for the record.
	Note struct{ Text string }
	// StartTLS is :tls.
	StartTLS struct{}
	// Login is :auth; an empty Mechanism means the best one offered.
	Login struct{ Mechanism string }
	// Raw sends DATA and the octets of the file at Path untouched. Host is the
	// server's name, for one that is not on this machine; see Session.SendRaw.
	Raw struct{ Path, Host string }
	// End sends the end of data after a Raw that had no reply.
	End struct{}
	// EndTest tries the end of data called Variant; see Session.TestEnd. Where
	// Variant is "" a face lists them, each with what a correct server does.
	EndTest struct{ Variant, Host string }
	// Drop ends the connection without a QUIT.
	Drop struct{}
)

// Actions for a face.
type (
	// Nothing is an empty line.
	Nothing struct{}
	// Help shows help on Topic, or the overview for "".
	Help struct{ Topic string }
	// Fix puts the mended line in place of the one that was held last.
	Fix struct{}
	// Data sends the file at Path as the message; "" opens the editor.
	Data struct{ Path string }
	// BData sends the file at Path by BDAT, in chunks of so many octets or as
	// OneChunk.
	BData struct {
		Path  string
		Chunk int64
	}
	// Reconnect begins a new session with the same server, or with Target.
	Reconnect struct{ Target string }
	// Show is a view of the face: "caps", "state", "tls", "history".
	Show struct{ What string }
	// Leave ends the program.
	Leave struct{}
	// Unclear is a local command that could not be understood; Text says why.
	Unclear struct{ Text string }
)

func (Send) action()      {}
func (Chunk) action()     {}
func (Hold) action()      {}
func (Note) action()      {}
func (StartTLS) action()  {}
func (Login) action()     {}
func (Raw) action()       {}
func (End) action()       {}
func (EndTest) action()   {}
func (Drop) action()      {}
func (Nothing) action()   {}
func (Help) action()      {}
func (Fix) action()       {}
func (Data) action()      {}
func (BData) action()     {}
func (Reconnect) action() {}
func (Show) action()      {}
func (Leave) action()     {}
func (Unclear) action()   {}
