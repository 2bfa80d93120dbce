package protocol

import "strings"

// The effects the rows name.

func greeted(s State, _ Awaited, r Reply) State {
	s.Phase = PhaseGreeted
	s.Greeting = r.Lines[0]
	return s
}

func turnedAway(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseRefused
	return s
}

// helloed: EHLO and HELO also reset (RFC 5321 §4.1.4); HELO offers nothing.
func helloed(s State, aw Awaited, r Reply) State {
	s = cleared(s, aw, r)
	s.Phase = PhaseReady
	s.Hello = aw.Cmd.Verb
	s.Caps = ParseCaps(r)
	if s.Hello == "HELO" {
		s.Caps = Caps{Known: true, Name: s.Caps.Name}
	}
	return s
}

// cleared drops the transaction; the rest stands (RFC 5321 §4.1.1.5). Some
// servers take one without a hello.
func cleared(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseReady
	if s.Hello == "" {
		s.Phase = PhaseGreeted
	}
	s.HasFrom, s.From, s.UTF8, s.Body, s.took = false, "", false, "", false
	s.Rcpts, s.inRcpts = nil, nil
	return s
}

// mailed opens a transaction; a SEND that names nobody is taken for a slip.
func mailed(s State, aw Awaited, _ Reply) State {
	if !aw.Cmd.HasPath {
		return s
	}
	s.Phase = PhaseMail
	s.HasFrom, s.From = true, aw.Cmd.Path
	_, s.UTF8 = aw.Cmd.Param("SMTPUTF8")
	body, _ := aw.Cmd.Param("BODY")
	s.Body = strings.ToUpper(body)
	return s.remember(s.From)
}

func rcpted(s State, aw Awaited, r Reply) State {
	s.Rcpts, s.inRcpts = s.inRcpts.appended(s.Rcpts, Rcpt{aw.Cmd.Path, r.Code})
	if r.Class() == ClassDone {
		s.Phase = PhaseRcpt
		return s.remember(aw.Cmd.Path)
	}
	return s
}

func dataAsked(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseData
	return s
}

// perRecipient is PRDR's 353: a verdict for each accepted recipient follows,
// then one on the message.
func perRecipient(s State, aw Awaited, _ Reply) State {
	verdict := Awaited{Seq: aw.Seq, Body: true}
	follow := append(s.verdictsEach(verdict), verdict)
	s.Phase, s.Awaited = PhaseVerdict, append(follow, s.Awaited...)
	return s
}

// judged ends a transaction, whatever the verdict (RFC 5321 §4.1.1.4); in LMTP
// the last recipient's reply does. With PRDR a recipient's says nothing about
// the message yet.
func judged(s State, aw Awaited, r Reply) State {
	if aw.Rcpt != "" && !s.LMTP() {
		return s
	}
	if r.Class() == ClassDone && !s.took {
		s.Messages++
		s.took = true
	}
	if s.Busy() && s.Awaited[0].Body {
		return s
	}
	return cleared(s, aw, r)
}

func chunked(s State, aw Awaited, r Reply) State {
	if aw.Cmd.Last {
		return judged(s, aw, r)
	}
	s.Phase = PhaseChunk
	return s
}

// chunkRefused: what any reply to LAST ends is ended (RFC 5321 §4.1.1.4); before
// it the message is undecided until RSET (RFC 3030 §2).
func chunkRefused(s State, aw Awaited, r Reply) State {
	if aw.Cmd.Last && r.Code != 503 {
		return cleared(s, aw, r)
	}
	return s
}

// secured: after STARTTLS the session is where the greeting left it, and all
// that was learned is void (RFC 3207 §4.2).
func secured(s State, aw Awaited, r Reply) State {
	s = cleared(s, aw, r)
	s.Phase, s.Hello, s.Caps, s.Auth = PhaseGreeted, "", Caps{}, ""
	return s
}

// asked is a 334: the next line answers it.
func asked(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseAuth
	s.AuthAsked++
	return s
}

func authenticated(s State, aw Awaited, _ Reply) State {
	s.Phase, s.Auth, s.AuthMech = PhaseReady, s.AuthMech, ""
	return s
}

// authFailed leaves the exchange; the client may try again (RFC 4954 §4).
func authFailed(s State, _ Awaited, _ Reply) State {
	if s.Phase == PhaseAuth {
		s.Phase = PhaseReady
	}
	s.AuthMech = ""
	return s
}

func closing(s State, _ Awaited, _ Reply) State {
	s.Phase = PhaseClosing
	return s
}

// unquit: a refused QUIT leaves the session open, where it was, unless the
// reply to an earlier command of its group has moved it since.
func unquit(s State, _ Awaited, _ Reply) State {
	if s.Phase == PhaseClosing {
		s.Phase = s.left
	}
	return s
}
