package protocol

import "strconv"

// Meaning says what a code means, to a person. Word is the code itself, Title
// a few words without a stop, Text what happened and why it does, Advice what
// to do now, Ref where it is defined; Text, Advice and Ref are whole sentences
// and places, and may be "".
type Meaning struct {
	Word   string `json:"word"`
	Title  string `json:"title"`
	Text   string `json:"text,omitempty"`
	Advice string `json:"advice,omitempty"`
	Ref    string `json:"ref,omitempty"`
}

// CodeMeaning returns what a reply code means wherever it stands. For a code
// nobody defined it says what the first and second digit tell (RFC 5321
// §4.2.1, §4.3.2: a client must go by them). It returns false for a number
// outside 200 to 599.
func CodeMeaning(code int) (Meaning, bool) {
	word := strconv.Itoa(code)
	if m, ok := findMeaning(replyCodes, word); ok {
		return m, true
	}
	class, ok := findMeaning(replyClasses, word[:1])
	if !ok || ClassOf(code) == ClassOther {
		return Meaning{}, false
	}
	class.Title = "unknown code: by its first digit, " + class.Title
	if second, ok := findMeaning(secondDigits, word[1:2]); ok {
		class.Text += " " + second.Text
	}
	class.Word = word
	return class, true
}

// classMeaning returns what a first digit means; Word is "5yz".
func classMeaning(c Class) (Meaning, bool) {
	m, ok := findMeaning(replyClasses, strconv.Itoa(int(c)))
	m.Word += "yz"
	return m, ok
}

// findMeaning returns the row of word.
func findMeaning(rows []Meaning, word string) (Meaning, bool) {
	for _, m := range rows {
		if m.Word == word {
			return m, true
		}
	}
	return Meaning{}, false
}

// replyClasses are the first digits (RFC 5321 §4.2.1).
var replyClasses = []Meaning{
	{
		"2", "success",
		"The server has done what was asked.", "Go on with the next command.", "RFC 5321 §4.2.1",
	},
	{
		"3", "go on",
		"The server agrees so far and waits for the rest: the message text, or an answer to its question.",
		"Send what it waits for; a command would be taken for that.", "RFC 5321 §4.2.1",
	},
	{
		"4", "temporary failure",
		"The server did not do it now. The very same request may succeed later.",
		"Wait and repeat it unchanged; mail servers try for four or five days.", "RFC 5321 §4.2.1",
	},
	{
		"5", "permanent failure",
		"The server did not do it, and will not if asked again in the same way.",
		"Change something before you try again.", "RFC 5321 §4.2.1",
	},
}

// secondDigits are the groups a code can belong to (RFC 5321 §4.2.1).
var secondDigits = []Meaning{
	{Word: "0", Text: "Its second digit says that it is about syntax, or about something not supported."},
	{Word: "1", Text: "Its second digit says that it carries information."},
	{Word: "2", Text: "Its second digit says that it is about the connection."},
	{Word: "5", Text: "Its second digit says that it is about the mail system."},
}

// replyCodes is every reply code a server is known to send, in order.
var replyCodes = []Meaning{
	{
		"200", "success, in a form outside the standard",
		"Nothing in SMTP defines 200; some servers answer debugging commands with it.",
		"Go on.", "RFC 5321 §4.2.1",
	},
	{
		"211", "system status or help",
		"The text tells about the server or its commands.", "Read it; nothing has changed.", "RFC 5321 §4.2.3",
	},
	{
		"214", "help",
		"The text is for a person who uses the server by hand.", "Read it; nothing has changed.", "RFC 5321 §4.2.3",
	},
	{
		"220", "ready",
		"As the greeting: the server is there and listens. After STARTTLS: the TLS handshake may begin. " +
			"After XCLIENT: the session starts anew.",
		"Send EHLO; after STARTTLS do the handshake first.", "RFC 5321 §4.2.3, RFC 3207 §4",
	},
	{
		"221", "closing the connection",
		"The server says goodbye, normally because of QUIT. Some servers also use it to hang up on a client that " +
			"typed message headers or HTTP where commands belong.",
		"Close, and connect again for the next session.", "RFC 5321 §4.2.3",
	},
	{
		"235", "logged in",
		"The credentials were accepted. The login holds until the connection ends; RSET and EHLO do not end it.",
		"Go on with MAIL.", "RFC 4954 §6",
	},
	{
		"250", "done",
		"The command was carried out. After the end of a message it says more: the server has taken " +
			"responsibility for it, which is not yet delivery.",
		"Go on with the next command.", "RFC 5321 §4.2.3, §6.1",
	},
	{
		"251", "not local, will be forwarded",
		"The recipient has moved, the server knows where to, and counts as having accepted it. The text may name the new address.",
		"Go on; update the address book where you trust the answer.", "RFC 5321 §3.4",
	},
	{
		"252", "cannot verify, but will accept and try",
		"The server does not say whether the address exists, mostly because VRFY is switched off against address collectors.",
		"Do not read it as a yes; RCPT tells more.", "RFC 5321 §3.5.3, §7.3",
	},
	{
		"253", "queued messages started",
		"After ETRN: so many messages that waited for the node are on their way.", "Wait for them to come in.", "RFC 1985 §5.1",
	},
	{
		"334", "the server asks, in base64",
		"A login is under way, and the text is the challenge. Whatever is typed now is taken as the answer, QUIT too.",
		"Answer in base64, or send * alone to give up.", "RFC 4954 §4",
	},
	{
		"353", "one reply for each recipient follows",
		"After a message sent with PRDR: each accepted recipient gets a reply of its own, and a last one decides.",
		"Read one reply more than there are recipients.", "draft-hall-prdr-00",
	},
	{
		"354", "send the message",
		"From here on every line is message text. No command is understood until a line with a single dot, and nothing " +
			"but closing the connection takes the message back.",
		"Send the headers, an empty line, the body, and a dot alone.", "RFC 5321 §4.1.1.4",
	},
	{
		"355", "resume at this offset",
		"After MAIL with TRANSID: the server kept part of an earlier attempt. The extension has died out.",
		"Send the rest from the offset the text names.", "RFC 1845 §2",
	},
	{
		"421", "service not available, closing the connection",
		"It may come after any command or unasked: the server shuts down, waited too long, has too many connections or " +
			"errors from you, or slows down a sender it does not know.",
		"Stop and try later; if it repeats, look at sending rate, idle time, the address's reputation and the EHLO name.",
		"RFC 5321 §4.2.3, §3.8",
	},
	{
		"422", "password transition needed",
		"Listed only as a companion of X.7.12; it is hardly seen.", "Treat it as a temporary failure.", "RFC 5248 §2.4",
	},
	{
		"430", "command out of order for now",
		"Listed only as a companion of X.5.1; it is hardly seen.", "Treat it as a temporary failure.", "RFC 5248 §2.4",
	},
	{
		"432", "password transition needed",
		"The mechanism needs a stored secret that the server does not have for this account yet.",
		"Log in once with PLAIN over TLS, then try again.", "RFC 4954 §6",
	},
	{
		"435", "cannot authenticate right now",
		"Exim says so when the service behind its logins does not work.", "Try again later.", "RFC 5321 §4.2.1",
	},
	{
		"450", "mailbox unavailable for now",
		"Typical causes are greylisting, a mailbox in use, a policy that slows down strangers, or a sender's domain that DNS " +
			"could not find just now.",
		"Try again after some minutes, from the same address with the same sender and recipient.", "RFC 5321 §4.2.3, RFC 6647 §5",
	},
	{
		"451", "local error, try later",
		"Something at the server failed: DNS, a disk, a content filter, an SPF lookup. Greylisting uses it too.",
		"Try again; the server's own log says which it was.", "RFC 5321 §4.2.3",
	},
	{
		"452", "no room, or too many recipients",
		"The server's storage or the recipient's is full for now, or this transaction has as many recipients as it takes.",
		"Send to those accepted and give the rest a transaction of their own; or wait.", "RFC 5321 §4.5.3.1.10, RFC 1870 §6",
	},
	{
		"453", "no mail waiting",
		"After ATRN: nothing is queued for these domains.", "Nothing is left to do.", "RFC 2645 §5.2.1",
	},
	{
		"454", "TLS or login temporarily unavailable",
		"The certificate, or the service behind the login, does not work at the moment. The password is not the fault.",
		"Try again later with the same credentials.", "RFC 3207 §4, RFC 4954 §6",
	},
	{
		"455", "parameters cannot be honoured now",
		"The server knows the parameter and cannot do what it asks at the moment.",
		"Try later, or leave the parameter out where that does no harm.", "RFC 5321 §4.1.1.11",
	},
	{
		"458", "cannot queue messages for the node",
		"After ETRN: the server could not start the queue.", "Ask whoever runs the queue.", "RFC 1985 §5.1",
	},
	{
		"459", "node not allowed",
		"After ETRN: this client may not start that queue.", "Ask whoever runs the queue.", "RFC 1985 §5.1",
	},
	{
		"500", "command not recognised",
		"The server does not know this verb, or the line was too long. Often it is a typing mistake, a space before the verb, " +
			"or message text typed where a command belongs.",
		"Compare the line with the command's syntax.", "RFC 5321 §4.2.4",
	},
	{
		"501", "syntax error in the arguments",
		"The verb is known and what follows it is not right: angle brackets or the colon missing, no name after EHLO, broken " +
			"base64, something behind DATA, RSET or QUIT. After * it confirms that a login was given up.",
		"Mend the argument and send the line again.", "RFC 5321 §4.2.3, RFC 4954 §4",
	},
	{
		"502", "command not implemented",
		"The server knows the verb and does not offer it, as is common with VRFY, EXPN, HELP and ETRN.",
		"Do without it; after EHLO on a very old server use HELO.", "RFC 5321 §4.2.4",
	},
	{
		"503", "bad sequence of commands",
		"The command is right and its moment is not: RCPT before MAIL, DATA without a recipient, a second MAIL, a second login.",
		"Send what must come first; RSET gives a clean start.", "RFC 5321 §4.2.3, §4.1.4",
	},
	{
		"504", "argument or mechanism not implemented",
		"The server does not support this parameter or login mechanism. Some servers also send it where the EHLO name is not " +
			"fully qualified.",
		"Choose another mechanism, or give a real host name.", "RFC 5321 §4.2.3, RFC 4954 §4",
	},
	{
		"521", "this host accepts no mail",
		"The host answers only to say that it never takes mail; some servers also hang up with it.",
		"This is the wrong host: look the domain's MX up.", "RFC 7504 §3",
	},
	{
		"523", "encryption needed",
		"Listed only as a companion of X.7.10.", "Use STARTTLS first.", "RFC 5248 §2.4",
	},
	{
		"524", "encryption needed for this mechanism",
		"Listed only as a companion of X.7.11.", "Use STARTTLS first.", "RFC 5248 §2.4",
	},
	{
		"525", "account disabled",
		"Listed only as a companion of X.7.13.", "Ask whoever runs the account.", "RFC 5248 §2.4",
	},
	{
		"530", "log in or encrypt first",
		"The server takes this command only after AUTH, or only after STARTTLS; the text says which.",
		"STARTTLS, EHLO again, AUTH, and then the command.", "RFC 4954 §6, RFC 3207 §4",
	},
	{
		"533", "not authorised",
		"Listed only as a companion of X.7.1.", "Read the text; treat it as 550.", "RFC 5248 §2.4",
	},
	{
		"534", "mechanism too weak",
		"The account's policy wants a stronger mechanism, or a password made for programs instead of the ordinary one.",
		"Choose another mechanism, or make an app password.", "RFC 4954 §6",
	},
	{
		"535", "credentials refused",
		"User name or password is wrong, the account is blocked, password logins are switched off, or the base64 of PLAIN lacks a NUL.",
		"Check what the base64 decodes to, and whether the provider wants an app password.", "RFC 4954 §6",
	},
	{
		"538", "encryption needed for this mechanism",
		"The mechanism would show the password on a connection without TLS. The code is historic; 530 took its place.",
		"STARTTLS, EHLO again, and then AUTH.", "RFC 4954 §6",
	},
	{
		"550", "refused",
		"Either the mailbox does not exist, or a policy says no: relaying, a blocklist, SPF or DMARC, missing reverse DNS, content.",
		"Read the text and the enhanced code: 5.1.x is about the address, 5.7.x about policy.", "RFC 5321 §4.2.3",
	},
	{
		"551", "not local, try another address",
		"The recipient is elsewhere and this server does not forward; the text may name the new address.",
		"Check the new address before you use it; it comes from a stranger.", "RFC 5321 §3.4",
	},
	{
		"552", "over a storage or size limit",
		"The message is larger than the server takes, or the mailbox is full. Old servers send it for too many recipients.",
		"Make the message smaller; after RCPT treat it as 452.", "RFC 5321 §4.5.3.1.10, RFC 1870 §6",
	},
	{
		"553", "mailbox name not allowed",
		"The address is not by the grammar, the login may not send as this address, or it needs SMTPUTF8.",
		"Check the address, and the login it is sent with.", "RFC 5321 §4.2.3, RFC 6531 §3.5",
	},
	{
		"554", "transaction failed",
		"As the greeting: no mail service for you here. After DATA: no valid recipient. After the message: its content or a policy.",
		"Read the text; for a greeting look at the client address's reputation.", "RFC 5321 §4.2.3, §3.1",
	},
	{
		"555", "parameters not recognised",
		"A parameter of MAIL or RCPT belongs to an extension this server does not have. Some servers send it for a path without " +
			"angle brackets.",
		"Use only parameters whose keyword EHLO listed.", "RFC 5321 §4.1.1.11",
	},
	{
		"556", "the domain accepts no mail",
		"The recipient's domain publishes a null MX: it never takes mail.", "The address is wrong.", "RFC 7504 §4, RFC 7505 §4",
	},
}
