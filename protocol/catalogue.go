package protocol

import "slices"

// The phases that rows share.
var (
	anyReady    = []Phase{PhaseGreeted, PhaseReady, PhaseMail, PhaseRcpt, PhaseChunk}
	idle        = []Phase{PhaseReady}
	transaction = []Phase{PhaseMail, PhaseRcpt}
	leaving     = append(slices.Clone(anyReady), PhaseRefused)
)

// greetingSpec reads the greeting, which answers no command (RFC 5321 §3.1).
var greetingSpec = &Spec{
	Summary: "the server's greeting", Ref: "RFC 5321 §3.1",
	Outcomes: []Outcome{
		{Reply: "220", Means: "the server is ready", Next: "say EHLO and your name", effect: greeted},
		{Reply: "554", Means: "no SMTP service for you here", Next: "QUIT; check the address of this machine against blocklists", effect: turnedAway},
		{Reply: "521", Means: "this host never takes mail", Next: "QUIT; look up where the domain's MX points", effect: turnedAway},
		{Reply: "421", Means: "the server cannot serve now and closes", Next: "try later", effect: closing},
		{Reply: "4", Means: "not now", Next: "try later", effect: turnedAway},
		{Reply: "5", Means: "the server refuses service", Next: "QUIT and read the text", effect: turnedAway},
		{Reply: "2", Means: "ready, in an unusual way", Next: "say EHLO", effect: greeted},
		{Reply: "", Means: "no code that SMTP knows", Next: "QUIT; see what this server is", effect: turnedAway},
	},
}

// verdictSpec reads the reply after the final dot or the LAST chunk.
var verdictSpec = &Spec{
	Verb: ".", Summary: "the end of the message", Ref: "RFC 5321 §4.1.1.4",
	Outcomes: []Outcome{
		{Reply: "250", Means: "the server took responsibility for the message", Next: "another MAIL, or QUIT; accepted is not yet delivered", effect: judged},
		{Reply: "353", Means: "one verdict for each recipient follows", Next: "read them all; the last one decides", effect: perRecipient},
		{Reply: "552", Means: "larger than this server takes, or the mailbox is full", Next: "make it smaller", effect: judged},
		{Reply: "554", Means: "the message was refused, often for its content", Next: "read the text; nobody got it", effect: judged},
		{Reply: "550", Means: "the message was refused by policy", Next: "read the text; nobody got it", effect: judged},
		{Reply: "451", Means: "a problem at the server; nobody got the message", Next: "send it again later", effect: judged},
		{Reply: "452", Means: "no room now; nobody got the message", Next: "send it again later", effect: judged},
		{Reply: "2", Means: "the message was taken", Next: "another MAIL, or QUIT", effect: judged},
		{Reply: "4", Means: "not now; nobody got the message", Next: "send it again later", effect: judged},
		{Reply: "5", Means: "the message was refused; nobody got it", Next: "do not send it unchanged", effect: judged},
	},
}

// catalogue is THE table: one row for each verb, in the order a session goes.
var catalogue = []*Spec{
	{
		Verb: "EHLO", Summary: "say hello and ask what is offered", Ref: "RFC 5321 §4.1.1.1",
		Syntax: "EHLO name|[address]", Template: "EHLO ${name}", Phases: anyReady, Offers: true, args: ehloArgs,
		Doc: "EHLO names this machine and asks the server for its service extensions: each line of the reply behind the first is one. The name is a full host name, or an address in square brackets where there is none.\n\nIt also resets: an open transaction is dropped. After STARTTLS it must be said again, because all that was learned before TLS is void.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "hello accepted; the lines are what the server offers", Next: "STARTTLS if offered, AUTH if needed, then MAIL", effect: helloed},
			{Reply: "421", Means: "the server closes", Next: "try later", effect: closing},
			{Reply: "504", Means: "the name was not good enough, often not a full one", Next: "give a full host name"},
			{Reply: "550", Means: "the server does not want this client or this name", Next: "read the text"},
			{Reply: "50", Means: "the server does not know EHLO, or not this name", Next: "mend the name; a very old server wants HELO"},
		},
		Good: []string{"EHLO client.example.org", "ehlo a.b", "EHLO [127.0.0.1]", "EHLO [IPv6:::1]", "EHLO [IPv6:2001:db8::1]"},
		Bad: []BadExample{
			{"EHLO", "hello.name"},
			{"EHLO [::1]", "literal.tag"},
			{"EHLO exa_mple.org", "domain.underscore"},
			{"EHLO a.org b", "hello.extra"},
			{"EHLO [999.0.0.1]", "literal.ipv4"},
			{"EHLO -a.org", "domain.hyphen"},
			{"EHLO bücher.example", "hello.ascii"},
			{"EHLO [127.0.0.1", "literal.close"},
		},
	},
	{
		Verb: "HELO", Summary: "say hello without extensions", Ref: "RFC 5321 §4.1.1.1",
		Syntax: "HELO name", Template: "HELO ${name}", Phases: anyReady, args: heloArgs,
		Doc: "HELO is the hello of 1982. It names this machine and offers nothing: no SIZE, no AUTH, no STARTTLS. Use EHLO, and HELO only with a server that refuses that. It takes a name, not an address.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "hello accepted, without extensions", Next: "MAIL; or EHLO to see what is offered", effect: helloed},
			{Reply: "421", Means: "the server closes", Next: "try later", effect: closing},
			{Reply: "5", Means: "the server does not accept the hello", Next: "give a full host name"},
		},
		Good: []string{"HELO client.example.org", "helo a.b"},
		Bad:  []BadExample{{"HELO", "hello.name"}, {"HELO [127.0.0.1]", "hello.literal"}, {"HELO a.org b", "hello.extra"}},
	},
	{
		Verb: "LHLO", Summary: "say hello to an LMTP server", Ref: "RFC 2033 §4.1",
		Syntax: "LHLO name|[address]", Template: "LHLO ${name}", Phases: anyReady, Offers: true, args: ehloArgs,
		Doc: "LMTP is SMTP for the last step into the mailboxes. Its hello is LHLO, and after the message there is one reply for each accepted recipient. SMTP servers do not know it.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "hello accepted; the lines are what the server offers", Next: "MAIL", effect: helloed},
			{Reply: "500", Means: "this is no LMTP server", Next: "say EHLO"},
			{Reply: "5", Means: "the server does not accept the hello", Next: "say EHLO if this is SMTP"},
		},
		Good: []string{"LHLO client.example.org"}, Bad: []BadExample{{"LHLO", "hello.name"}},
	},
	{
		Verb: "STARTTLS", Summary: "switch to an encrypted connection", Ref: "RFC 3207 §4",
		Syntax: "STARTTLS", Template: "STARTTLS", Keyword: "STARTTLS", Phases: idle, Unwise: []Phase{PhaseMail, PhaseRcpt, PhaseGreeted}, args: starttlsArgs,
		once: func(s State) bool { return s.TLS != nil },
		Doc:  "After the 220 both sides shake hands for TLS on the same connection. The console checks the certificate for the name you connected to. Then the session is as it was after the greeting: say EHLO again, the list is often another.",
		Outcomes: []Outcome{
			{Reply: "220", Means: "go ahead with the handshake", Next: "EHLO again, inside TLS", effect: secured},
			{Reply: "454", Means: "TLS is not available just now", Next: "try later, or go on in plain text knowingly"},
			{Reply: "503", Means: "not now, or TLS is active already", Next: "say EHLO first"},
			{Reply: "5", Means: "the server does not do STARTTLS", Next: "try port 465, where TLS comes first"},
		},
		Good: []string{"STARTTLS", "starttls"}, Bad: []BadExample{{"STARTTLS now", "arg.none"}},
	},
	{
		Verb: "AUTH", Summary: "log in", Ref: "RFC 4954 §4",
		Syntax: "AUTH mechanism [initial-response]", Template: "AUTH ${mechanism}", Keyword: "AUTH", Phases: idle, args: authArgs,
		once: func(s State) bool { return s.Auth != "" },
		Doc:  "AUTH starts an exchange in base64: the server asks with 334, each line typed then is an answer, and * alone cancels. PLAIN and LOGIN carry the password readable: use them inside TLS only. The command :auth does the encoding, and works out CRAM-MD5, which no one can by hand.\n\nWhat is typed in an exchange is never shown, kept or recalled.",
		Outcomes: []Outcome{
			{Reply: "235", Means: "logged in", Next: "MAIL", effect: authenticated},
			{Reply: "334", Means: "the server asks, in base64", Next: "answer in base64, or * to cancel", effect: asked},
			{Reply: "535", Means: "user name or password is wrong, or not allowed", Next: "check the name, the password, and whether an app password is wanted", effect: authFailed},
			{Reply: "534", Means: "this mechanism is too weak here", Next: "choose another, or STARTTLS first", effect: authFailed},
			{Reply: "538", Means: "not without encryption", Next: "STARTTLS first", effect: authFailed},
			{Reply: "530", Means: "encryption comes first", Next: "STARTTLS, EHLO, then AUTH", effect: authFailed},
			{Reply: "454", Means: "the server cannot check logins just now", Next: "try later; the password may be right", effect: authFailed},
			{Reply: "501", Means: "the exchange was cancelled or not base64", Next: "begin again with AUTH", effect: authFailed},
			{Reply: "503", Means: "not now: logged in already, in a transaction, or not offered", Next: "look at the EHLO reply", effect: authFailed},
			{Reply: "504", Means: "the server does not know the mechanism", Next: "take one from the EHLO reply", effect: authFailed},
			{Reply: "", Means: "login refused", Next: "read the text", effect: authFailed},
		},
		Good: []string{"AUTH PLAIN", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "auth login", "AUTH EXTERNAL =", "AUTH CRAM-MD5", "AUTH LOGIN dGlt"},
		Bad: []BadExample{
			{"AUTH", "auth.mechanism"}, {"AUTH PLAIN %%%", "auth.base64"}, {"AUTH PLAIN dGlt", "auth.plain"}, {"AUTH CRAM-MD5 dGlt", "auth.initial"}, {"AUTH PL?IN", "auth.mechanism"},
		},
	},
	{
		Verb: "MAIL", Summary: "begin a message and name its sender", Ref: "RFC 5321 §4.1.1.2",
		Syntax: "MAIL FROM:<reverse-path> [parameters]", Template: "MAIL FROM:<${sender@example.org}>", Phases: idle, Params: mailParams, args: mailArgs, pipelined: true,
		Doc: "MAIL opens a transaction. The reverse-path is where reports about the message go; readers see the From header of the message instead. There is no space beside the colon, and the angle brackets are part of it. <> is a legal sender: no reports wanted.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "sender accepted, a message is begun", Next: "RCPT TO for each recipient", effect: mailed},
			{Reply: "552", Means: "the announced size is larger than this server takes", Next: "make the message smaller"},
			{Reply: "555", Means: "a parameter is not known here, or the syntax is off", Next: "use what the EHLO reply lists"},
			{Reply: "553", Means: "this sender is not allowed, or its name is wrong", Next: "check the address, and whose it is"},
			{Reply: "530", Means: "log in or encrypt first", Next: "STARTTLS, AUTH, then MAIL"},
			{Reply: "503", Means: "out of order: no hello yet, or a message is open", Next: "EHLO, or RSET"},
			{Reply: "501", Means: "the address or a parameter is malformed", Next: "compare with MAIL FROM:<user@domain>"},
			{Reply: "550", Means: "the server does not take mail from this sender", Next: "read the text"},
			{Reply: "45", Means: "not now", Next: "try again later"},
		},
		Good: []string{
			"MAIL FROM:<a@example.org>", "mail from:<a@example.org>", "MAIL FROM:<>", "MAIL FROM:<a@example.org> SIZE=2048", `MAIL FROM:<"quoted user"@example.org>`,
			"MAIL FROM:<user+tag@sub.example.org> SIZE=1 BODY=8BITMIME", "MAIL FROM:<a@[127.0.0.1]>", "MAIL FROM:<a@[IPv6:2001:db8::1]>", `MAIL FROM:<"a\"b"@example.org>`,
		},
		Bad: []BadExample{
			{"MAIL FROM: <a@example.org>", "path.space"},
			{"MAIL FROM:a@example.org", "path.brackets"},
			{"MAIL FROM <a@example.org>", "path.colon"},
			{"MAIL FROM :<a@example.org>", "path.space"},
			{"MAIL <a@example.org>", "path.keyword"},
			{"MAIL TO:<a@example.org>", "path.keyword"},
			{"MAIL FROM:", "path.missing"},
			{"MAIL FROM:<a..b@example.org>", "local.dot"},
			{"MAIL FROM:<a@exa_mple.org>", "domain.underscore"},
			{"MAIL FROM:<Joe <joe@example.org>>", "path.nested"},
			{"MAIL FROM:Joe <joe@example.org>", "path.display"},
			{"MAIL FROM:<a@example.org", "path.close"},
			{"MAIL FROM:a@example.org>", "path.open"},
			{"MAIL FROM:<a b@example.org>", "local.char"},
			{"MAIL FROM:<user>", "mailbox.domain"},
			{"MAIL FROM:<a@example.org.>", "domain.dot"},
			{"MAIL FROM:<a@example.org> (me)", "path.comment"},
			{"MAIL FROM:<a@example.org>SIZE=1", "param.space"},
			{"MAIL  FROM:<a@example.org>", "verb.spaces"},
			{"MAIL FROM:<a@example.org>  SIZE=1", "param.spaces"},
			{"MAIL FROM:<a@example.org> NOTIFY=NEVER", "param.misplaced"},
			{"MAIL FROM:<a@example.org> SIZE = 1", "param.equals"},
		},
	},
	{
		Verb: "RCPT", Summary: "name one recipient", Ref: "RFC 5321 §4.1.1.3",
		Syntax: "RCPT TO:<forward-path> [parameters]", Template: "RCPT TO:<${recipient@example.org}>", Phases: transaction, Params: rcptParams, args: rcptArgs, pipelined: true,
		Doc: "One RCPT for each recipient; each has its own reply, and a refused one does not stop the others. Recipients named here get the message whatever its To header says, which is how Bcc works. <Postmaster> is the only address without a domain.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "recipient accepted", Next: "more RCPT, or DATA", effect: rcpted},
			{Reply: "251", Means: "not local, the server will forward; it counts as accepted", Next: "more RCPT, or DATA", effect: rcpted},
			{Reply: "252", Means: "taken without knowing the mailbox", Next: "more RCPT, or DATA", effect: rcpted},
			{Reply: "550", Means: "no such mailbox, or refused by policy", Next: "read the text; the others go on", effect: rcpted},
			{Reply: "551", Means: "not here; the text names another address", Next: "decide by hand, do not follow it blindly", effect: rcpted},
			{Reply: "552", Means: "the mailbox is full, or too many recipients", Next: "send to the others now", effect: rcpted},
			{Reply: "452", Means: "too many recipients, or no room", Next: "DATA for those accepted, the rest in a new transaction", effect: rcpted},
			{Reply: "45", Means: "not now; greylisting answers like this", Next: "wait some minutes and try the same again", effect: rcpted},
			{Reply: "553", Means: "this name is not allowed", Next: "check the address", effect: rcpted},
			{Reply: "554", Means: "refused; many servers say so to mail they would have to relay", Next: "log in, or use the right server", effect: rcpted},
			{Reply: "555", Means: "a parameter is not known here, or the syntax is off", Next: "use what the EHLO reply lists", effect: rcpted},
			{Reply: "501", Means: "the address is malformed", Next: "compare with RCPT TO:<user@domain>", effect: rcpted},
			{Reply: "503", Means: "out of order: MAIL comes first", Next: "MAIL FROM"},
			{Reply: "4", Means: "not now", Next: "try again later; the others go on", effect: rcpted},
			{Reply: "5", Means: "refused", Next: "read the text; the others go on", effect: rcpted},
		},
		Good: []string{
			"RCPT TO:<b@example.org>", "rcpt to:<b@example.org>", "RCPT TO:<postmaster>", "RCPT TO:<Postmaster@example.org>", `RCPT TO:<"quoted user"@example.org>`,
			"RCPT TO:<u@[127.0.0.1]>", "RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@example.org",
		},
		Bad: []BadExample{
			{"RCPT TO:<>", "path.null"},
			{"RCPT TO:<user>", "mailbox.domain"},
			{"RCPT TO: <b@example.org>", "path.space"},
			{"RCPT TO:b@example.org", "path.brackets"},
			{"RCPT TO:<a@example.org>,<b@example.org>", "path.several"},
			{"RCPT TO:<a@example.org,b@example.org>", "path.several"},
			{"RCPT FROM:<a@example.org>", "path.keyword"},
			{`RCPT TO:"Joe" <a@example.org>`, "path.display"},
			{"RCPT TO:<u@example.org> SIZE=5", "param.misplaced"},
			{"RCPT TO:<u@[::1]>", "literal.tag"},
		},
	},
	{
		Verb: "DATA", Summary: "send the message", Ref: "RFC 5321 §4.1.1.4",
		Syntax: "DATA", Template: "DATA", Phases: []Phase{PhaseRcpt}, Asks: true, args: dataArgs,
		Doc: "After the 354 the message follows: header, an empty line, body. A line with nothing but a dot ends it; the console doubles dots at line beginnings for you. There is no way to cancel then, except dropping the connection.",
		Outcomes: []Outcome{
			{Reply: "354", Means: "send the message now", Next: "header, empty line, body, and a lone dot", effect: dataAsked},
			{Reply: "503", Means: "out of order: a recipient must be accepted first", Next: "RCPT TO"},
			{Reply: "554", Means: "no recipient is left to send to", Next: "RSET, then begin again"},
			{Reply: "5", Means: "refused before the text", Next: "RSET; send no text"},
			{Reply: "4", Means: "not now", Next: "RSET, and try later"},
		},
		Good: []string{"DATA", "data"}, Bad: []BadExample{{"DATA now", "arg.none"}},
	},
	{
		Verb: "BDAT", Summary: "send the message in counted chunks", Ref: "RFC 3030 §2",
		Syntax: "BDAT octets [LAST]", Template: "BDAT ${octets} LAST", Keyword: "CHUNKING", Phases: []Phase{PhaseRcpt, PhaseChunk}, Counted: true, args: bdatArgs, pipelined: true,
		Doc: "Exactly that many octets follow the line at once, without 354, dot or doubling; LAST marks the final chunk. A wrong count leaves both sides out of step, so the console counts for you. DATA and BDAT do not mix.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "chunk accepted", Next: "the next chunk; after LAST the message is taken", effect: chunked},
			{Reply: "353", Means: "one verdict for each recipient follows", Next: "read them all; the last one decides", effect: perRecipient},
			{Reply: "503", Means: "out of order, or mixed with DATA", Next: "RSET"},
			{Reply: "521", Means: "the server lost count and closes", Next: "connect again", effect: closing},
			{Reply: "552", Means: "larger than this server takes", Next: "RSET, make it smaller", effect: chunkRefused},
			{Reply: "", Means: "chunk refused; what was sent is undecided", Next: "RSET before anything else", effect: chunkRefused},
		},
		Good: []string{"BDAT 86 LAST", "BDAT 0 LAST", "bdat 10 last", "BDAT 100"}, Bad: []BadExample{{"BDAT", "bdat.size"}, {"BDAT abc", "bdat.size"}, {"BDAT -1", "bdat.size"}, {"BDAT 5 NEXT", "bdat.last"}},
	},
	{
		Verb: "BURL", Summary: "submit a message from an IMAP server", Ref: "RFC 4468 §3",
		Syntax: "BURL url [LAST]", Template: "BURL ${imap://…} LAST", Keyword: "BURL", Phases: []Phase{PhaseRcpt, PhaseChunk}, args: burlArgs,
		Doc: "The submission server fetches the message, or a part of it, from an IMAP URL instead of from the client.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "part taken", Next: "more, or LAST", effect: chunked},
			{Reply: "554", Means: "the URL cannot be fetched, or not by you", Next: "read the text"},
			{Reply: "", Means: "refused", Next: "RSET"},
		},
		Good: []string{"BURL imap://harry@gryffindor.example.com/outbox;uidvalidity=1078863300/;uid=25 LAST"}, Bad: []BadExample{{"BURL", "burl.url"}, {"BURL outbox", "burl.url"}},
	},
	{
		Verb: "RSET", Summary: "drop the message, keep the session", Ref: "RFC 5321 §4.1.1.5",
		Syntax: "RSET", Template: "RSET", args: noArgs, pipelined: true,
		Doc:      "Sender and recipients are forgotten; hello, TLS and login stand. It is always allowed.",
		Outcomes: []Outcome{{Reply: "250", Means: "the transaction is dropped", Next: "MAIL, or QUIT", effect: cleared}, {Reply: "5", Means: "not understood", Next: "QUIT"}},
		Good:     []string{"RSET", "rset"}, Bad: []BadExample{{"RSET all", "arg.none"}},
	},
	{
		Verb: "NOOP", Summary: "do nothing, see that the server answers", Ref: "RFC 5321 §4.1.1.9",
		Syntax: "NOOP [text]", Template: "NOOP", args: freeArgs,
		Doc:      "NOOP changes nothing. It keeps an idle session alive and shows that the server still answers.",
		Outcomes: []Outcome{{Reply: "250", Means: "the server is alive", Next: "go on"}, {Reply: "5", Means: "not understood", Next: "leave out the text"}},
		Good:     []string{"NOOP", "NOOP hello"}, Bad: []BadExample{{"NOOP é", "line.8bit"}},
	},
	{
		Verb: "VRFY", Summary: "ask whether a mailbox exists", Ref: "RFC 5321 §4.1.1.6",
		Syntax: "VRFY name|address", Template: "VRFY ${user@example.org}", args: stringArgs,
		Doc: "Most servers answer 252, which says nothing, because spammers used VRFY to harvest addresses. RCPT is the better test.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "the mailbox exists", Next: "go on"},
			{Reply: "251", Means: "known elsewhere, will be forwarded", Next: "go on"},
			{Reply: "252", Means: "the server will not say, but would try", Next: "test with RCPT instead"},
			{Reply: "550", Means: "no such mailbox", Next: "check the name"},
			{Reply: "553", Means: "several match", Next: "be more exact"},
			{Reply: "50", Means: "switched off here", Next: "test with RCPT instead"},
		},
		Good: []string{"VRFY postmaster", "VRFY user@example.org", "VRFY <user@example.org>"}, Bad: []BadExample{{"VRFY", "arg.missing"}},
	},
	{
		Verb: "EXPN", Summary: "ask who is on a mailing list", Ref: "RFC 5321 §4.1.1.7",
		Syntax: "EXPN list", Template: "EXPN ${list}", args: stringArgs,
		Doc: "EXPN lists the members of a mailing list. Hardly any server still does.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "the members follow", Next: "go on"},
			{Reply: "252", Means: "the server will not say", Next: "go on"},
			{Reply: "550", Means: "no such list, or not for you", Next: "go on without"},
			{Reply: "50", Means: "switched off here", Next: "go on without"},
		},
		Good: []string{"EXPN staff"}, Bad: []BadExample{{"EXPN", "arg.missing"}},
	},
	{
		Verb: "HELP", Summary: "ask the server for help", Ref: "RFC 5321 §4.1.1.8",
		Syntax: "HELP [verb]", Template: "HELP", args: helpArgs,
		Doc:      "The server's own help, for people. Some have it switched off. F1 and :help are this console's.",
		Outcomes: []Outcome{{Reply: "214", Means: "help text", Next: "read it"}, {Reply: "211", Means: "status text", Next: "read it"}, {Reply: "250", Means: "help text, oddly numbered", Next: "read it"}, {Reply: "50", Means: "no help here", Next: "press F1 for this console's"}},
		Good:     []string{"HELP", "HELP MAIL"}, Bad: []BadExample{{"HELP é", "line.8bit"}},
	},
	{
		Verb: "ETRN", Summary: "ask for the queue of a domain", Ref: "RFC 1985 §5",
		Syntax: "ETRN domain", Template: "ETRN ${example.org}", Keyword: "ETRN", Phases: idle, args: etrnArgs,
		Doc: "ETRN asks a server that holds mail for a domain to send it now, over a connection of its own.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "the queue is being started", Next: "wait for the mail"},
			{Reply: "251", Means: "nothing is waiting", Next: "go on"},
			{Reply: "25", Means: "messages were started", Next: "wait for the mail"},
			{Reply: "458", Means: "the server cannot start the queue", Next: "ask its admin"},
			{Reply: "459", Means: "not for this domain", Next: "ask its admin"},
			{Reply: "50", Means: "not done here", Next: "go on"},
		},
		Good: []string{"ETRN example.org", "ETRN @example.org", "ETRN #uucp"}, Bad: []BadExample{{"ETRN", "arg.missing"}, {"ETRN a_b.org", "domain.underscore"}},
	},
	{
		Verb: "ATRN", Summary: "take a domain's mail over this connection", Ref: "RFC 2645 §5.2.1",
		Syntax: "ATRN [domain,…]", Template: "ATRN ${example.org}", Keyword: "ATRN", Phases: idle, args: atrnArgs,
		Doc: "After AUTH on port 366 the roles turn round: the server becomes the client and delivers. This console does not play the server.",
		Outcomes: []Outcome{
			{Reply: "250", Means: "the roles turn round now: the server will speak as a client", Next: "nothing a console can do; drop the connection"},
			{Reply: "453", Means: "no mail is waiting", Next: "QUIT"},
			{Reply: "530", Means: "log in first", Next: "AUTH"},
			{Reply: "45", Means: "not now", Next: "try later"},
			{Reply: "50", Means: "not done here", Next: "go on"},
		},
		Good: []string{"ATRN", "ATRN example.org,example.com"}, Bad: []BadExample{{"ATRN a_b.org", "domain.underscore"}},
	},
	{
		Verb: "XCLIENT", Summary: "Postfix: pretend to be another client", Ref: "Postfix XCLIENT_README",
		Syntax: "XCLIENT attribute=value …", Template: "XCLIENT ADDR=${192.0.2.1} NAME=${host.example}", Keyword: "XCLIENT", Phases: idle,
		args: attributes("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT", "REVERSE_NAME"),
		Doc:  "For trusted testers: the server treats the session as if it came from that address and name. On success it greets again with 220, and everything starts over.",
		Outcomes: []Outcome{
			{Reply: "220", Means: "accepted; the session starts over", Next: "EHLO", effect: secured}, {Reply: "550", Means: "you are not trusted with this", Next: "ask the server's admin"}, {Reply: "50", Means: "malformed, or not done here", Next: "compare with the EHLO reply"},
		},
		Good: []string{"XCLIENT ADDR=192.0.2.1 NAME=host.example", "XCLIENT NAME=[UNAVAILABLE]"}, Bad: []BadExample{{"XCLIENT", "arg.missing"}, {"XCLIENT ADDR", "attr.value"}},
	},
	{
		Verb: "XFORWARD", Summary: "Postfix: pass on who the client was", Ref: "Postfix XFORWARD_README",
		Syntax: "XFORWARD attribute=value …", Template: "XFORWARD ADDR=${192.0.2.1} NAME=${host.example}", Keyword: "XFORWARD", Phases: idle,
		args:     attributes("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"),
		Doc:      "For trusted content filters: the server logs these data instead of this connection's, for the next message.",
		Outcomes: []Outcome{{Reply: "250", Means: "noted for the next message", Next: "MAIL"}, {Reply: "5", Means: "malformed, or not allowed", Next: "compare with the EHLO reply"}},
		Good:     []string{"XFORWARD ADDR=192.0.2.1 NAME=host.example"}, Bad: []BadExample{{"XFORWARD", "arg.missing"}, {"XFORWARD ADDR", "attr.value"}},
	},
	{
		Verb: "QUIT", Summary: "end the session", Ref: "RFC 5321 §4.1.1.10",
		Syntax: "QUIT", Template: "QUIT", Phases: leaving, args: noArgs,
		Doc:      "The server says 221 and closes. An unfinished message is dropped, never delivered.",
		Outcomes: []Outcome{{Reply: "221", Means: "goodbye; the server closes", Next: "nothing more to do", effect: closing}, {Reply: "", Means: "the server does not let go", Next: "drop the connection", effect: unquit}},
		Good:     []string{"QUIT", "quit"}, Bad: []BadExample{{"QUIT now", "arg.none"}},
	},
	{
		Verb: "TURN", Summary: "turn the roles round", Ref: "RFC 5321 App. F.1", Syntax: "TURN", Template: "TURN", args: noArgs,
		Obsolete: "it handed mail to whoever asked; ETRN or ATRN are its successors",
		Doc:      "TURN let the server become the client on the same connection, without any proof of who asked.",
		Outcomes: []Outcome{{Reply: "250", Means: "the roles turn round", Next: "drop the connection"}, {Reply: "5", Means: "not done here, as it should be", Next: "go on"}},
		Good:     []string{"TURN"}, Bad: []BadExample{{"TURN now", "arg.none"}},
	},
	{
		Verb: "SEND", Summary: "write to a terminal", Ref: "RFC 5321 App. F.6", Syntax: "SEND FROM:<reverse-path>", Template: "SEND FROM:<${sender@example.org}>", Phases: idle, args: sendArgs,
		Obsolete: "it wrote to a user's terminal; a message is sent with MAIL, RCPT, DATA and a lone dot",
		Doc:      "SEND opened a transaction whose message went to the screen of a logged-in user. It does not send a finished message: the lone dot did.",
		Outcomes: []Outcome{{Reply: "250", Means: "a message to terminals is begun", Next: "RCPT", effect: mailed}, {Reply: "5", Means: "not done here", Next: "use MAIL"}},
		Good:     []string{"SEND FROM:<a@example.org>"}, Bad: []BadExample{{"SEND FROM:a@example.org", "path.brackets"}},
	},
	{
		Verb: "SOML", Summary: "write to a terminal or mailbox", Ref: "RFC 5321 App. F.6", Syntax: "SOML FROM:<reverse-path>", Template: "SOML FROM:<${sender@example.org}>", Phases: idle, args: sendArgs,
		Obsolete: "use MAIL",
		Doc:      "SOML, send or mail, wrote to the user's terminal if there was one, else to the mailbox.",
		Outcomes: []Outcome{{Reply: "250", Means: "a message is begun", Next: "RCPT", effect: mailed}, {Reply: "5", Means: "not done here", Next: "use MAIL"}},
		Good:     []string{"SOML FROM:<a@example.org>"}, Bad: []BadExample{{"SOML FROM:a@example.org", "path.brackets"}},
	},
	{
		Verb: "SAML", Summary: "write to a terminal and mailbox", Ref: "RFC 5321 App. F.6", Syntax: "SAML FROM:<reverse-path>", Template: "SAML FROM:<${sender@example.org}>", Phases: idle, args: sendArgs,
		Obsolete: "use MAIL",
		Doc:      "SAML, send and mail, wrote to the user's terminal and to the mailbox.",
		Outcomes: []Outcome{{Reply: "250", Means: "a message is begun", Next: "RCPT", effect: mailed}, {Reply: "5", Means: "not done here", Next: "use MAIL"}},
		Good:     []string{"SAML FROM:<a@example.org>"}, Bad: []BadExample{{"SAML FROM:a@example.org", "path.brackets"}},
	},
}

// byVerb finds a row by its verb.
var byVerb = index(catalogue)

func index(rows []*Spec) map[string]*Spec {
	m := make(map[string]*Spec, len(rows))
	for _, s := range rows {
		m[s.Verb] = s
	}
	return m
}
