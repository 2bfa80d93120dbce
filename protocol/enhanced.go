package protocol

import "strings"

// EnhancedMeaning returns what an enhanced status code, "5.1.1", means: the
// Text tells class, subject and detail. Where the detail is not registered it
// is the subject's meaning, where the subject is not either the class's (RFC
// 3463 §2). It returns false for what is no enhanced code at all.
func EnhancedMeaning(code string) (Meaning, bool) {
	class, rest, _ := strings.Cut(code, ".")
	c, ok := findMeaning(enhancedClasses, class)
	m, detailOK := detailMeaning(rest)
	if !ok || !detailOK {
		return Meaning{}, false
	}
	m.Word = code
	m.Text = joinSentences(c.Text, m.Text)
	if m.Title == "" {
		m.Title, m.Advice, m.Ref = c.Title, c.Advice, c.Ref
	}
	return m, true
}

// detailMeaning returns the meaning of "subject.detail" in any class: the
// detail's, the subject's, or an empty one. It returns false where word does
// not have that form.
func detailMeaning(word string) (Meaning, bool) {
	number, detail, _ := strings.Cut(word, ".")
	if !shortNumber(number) || !shortNumber(detail) {
		return Meaning{}, false
	}
	subject, _ := findMeaning(enhancedSubjects, number)
	m, ok := findMeaning(enhancedDetails, word)
	if !ok {
		return subject, true
	}
	m.Text = joinSentences(subject.Text, m.Text)
	return m, true
}

// shortNumber tells whether s is 1*3DIGIT.
func shortNumber(s string) bool { return dottedNumber("."+s) == len(s)+1 }

// joinSentences puts one behind the other; either may be "".
func joinSentences(a, b string) string {
	return strings.TrimSpace(a + " " + b)
}

const (
	refAddress  = "RFC 3463 §3.2"
	refMailbox  = "RFC 3463 §3.3"
	refSystem   = "RFC 3463 §3.4"
	refNetwork  = "RFC 3463 §3.5"
	refProtocol = "RFC 3463 §3.6"
	refContent  = "RFC 3463 §3.7"
	refSecurity = "RFC 3463 §3.8"
)

// enhancedClasses are the first numbers (RFC 3463 §2).
var enhancedClasses = []Meaning{
	{"2", "success", "Success.", "Nothing needs doing.", "RFC 3463 §2"},
	{"4", "temporary failure", "Temporary failure: the same message may go through later.", "Try again later.", "RFC 3463 §2"},
	{"5", "permanent failure", "Permanent failure: it will not go through unchanged.", "Change something before you try again.", "RFC 3463 §2"},
}

// enhancedSubjects are the second numbers (RFC 3463 §2).
var enhancedSubjects = []Meaning{
	{"0", "nothing more is known", "", "Read the text of the reply.", "RFC 3463 §3.1"},
	{"1", "about an address", "It is about an address.", "Check sender and recipient.", refAddress},
	{"2", "about the mailbox", "It is about the recipient's mailbox.", "Ask the recipient or the server's postmaster.", refMailbox},
	{"3", "about the receiving system", "It is about the receiving mail system.", "Try later, or ask the server's postmaster.", refSystem},
	{"4", "about network or routing", "It is about the way to the server.", "Check the domain in DNS, and try later.", refNetwork},
	{"5", "about the protocol", "It is about the conversation itself.", "Compare the commands with the standard.", refProtocol},
	{"6", "about the content", "It is about the content of the message.", "Look at the message itself.", refContent},
	{"7", "about security or policy", "It is about security or policy.", "Read the text of the reply: it names the policy.", refSecurity},
}

// enhancedDetails are the registered codes without their class (IANA "SMTP
// Enhanced Status Codes"), in order.
var enhancedDetails = []Meaning{
	{"0.0", "only the class is known", "", "Read the text of the reply.", "RFC 3463 §3.1"},

	{"1.0", "something about an address", "", "Check sender and recipient.", refAddress},
	{"1.1", "no such mailbox", "The domain is right; the part left of the @ does not exist there.", "Look for a typing mistake left of the @.", refAddress},
	{"1.2", "no such domain", "The recipient's domain does not exist or takes no mail.", "Look for a typing mistake right of the @.", refAddress},
	{"1.3", "recipient address is not by the grammar", "", "Write it as local-part@domain in angle brackets.", refAddress},
	{"1.4", "ambiguous recipient", "The address matches more than one mailbox.", "Give the full address.", refAddress},
	{"1.5", "recipient is valid", "", "Go on.", refAddress},
	{"1.6", "mailbox has moved", "It was here once, and there is no forwarding address.", "Find the new address in another way.", refAddress},
	{"1.7", "sender address is not by the grammar", "", "Write it as local-part@domain in angle brackets.", refAddress},
	{"1.8", "sender's domain is not usable", "The domain in MAIL FROM does not exist or takes no mail.", "Look the domain up in DNS, or use another sender.", refAddress},
	{"1.9", "passed on to a system that cannot report", "Delivery cannot be followed past this point.", "Expect no further report.", "RFC 3886 §3.3.4"},
	{"1.10", "recipient's domain has a null MX", "The domain declares that it takes no mail at all.", "The address is wrong.", "RFC 7505 §6"},

	{"2.0", "something about the mailbox", "", "Ask the recipient.", refMailbox},
	{"2.1", "mailbox disabled", "It exists and takes no mail.", "Try again only where the failure is temporary.", refMailbox},
	{"2.2", "mailbox full", "The recipient's quota is used up.", "Try later; the recipient has to make room.", refMailbox},
	{"2.3", "message too large for this mailbox", "", "Send a smaller message.", refMailbox},
	{"2.4", "mailing list could not be expanded", "", "Ask the owner of the list.", refMailbox},

	{"3.0", "something about the receiving system", "", "Try later, or ask the server's postmaster.", refSystem},
	{"3.1", "system's storage is full", "It is the whole system's, not one mailbox's.", "Try later.", refSystem},
	{"3.2", "system is not accepting mail", "It shuts down, is overloaded or under maintenance; with 521 it never takes mail.", "Try later; with 521 look the MX up.", refSystem},
	{"3.3", "system lacks a feature that was asked for", "", "Leave the parameter out.", refSystem},
	{"3.4", "message too large for the system", "", "Compare its size with SIZE in the EHLO reply.", refSystem},
	{"3.5", "system is misconfigured", "", "Tell its postmaster.", refSystem},
	{"3.6", "priority was changed", "The message was taken with another priority than asked for.", "Read the new priority in the text.", "RFC 6710 §10"},

	{"4.0", "something about the network", "", "Try later.", refNetwork},
	{"4.1", "no answer from the host", "The next server on the way did not answer.", "Try later.", refNetwork},
	{"4.2", "bad connection", "The connection was lost, or nothing came for too long.", "Try later; do not leave the session idle.", refNetwork},
	{"4.3", "directory server failed", "DNS or another directory gave no answer.", "Try later.", refNetwork},
	{"4.4", "no route", "No host was found that takes mail for the domain.", "Check the domain and its MX.", refNetwork},
	{"4.5", "congestion", "The system has too much to do.", "Send more slowly.", refNetwork},
	{"4.6", "mail loop", "The message came round to a server it had passed before.", "Mend the forwarding that sends it back.", refNetwork},
	{"4.7", "delivery time expired", "The message became too old on the way.", "Send it again if it is still of use.", refNetwork},

	{"5.0", "something about the protocol", "", "Compare the commands with the standard.", refProtocol},
	{"5.1", "command out of order or not supported", "", "Send what must come first; RSET gives a clean start.", refProtocol},
	{"5.2", "syntax error", "The server could not read the command.", "Compare the line with the command's syntax.", refProtocol},
	{"5.3", "too many recipients", "This transaction has as many as the server takes.", "Send the rest in another transaction.", refProtocol},
	{"5.4", "bad arguments", "The verb is known and what follows it is not right.", "Check path and parameters.", refProtocol},
	{"5.5", "wrong version of the protocol", "", "Try without extensions.", refProtocol},
	{"5.6", "login line too long", "The line of the AUTH exchange is longer than the server takes.", "Use a shorter token.", "RFC 4954 §6"},

	{"6.0", "something about the content", "", "Look at the message itself.", refContent},
	{"6.1", "media type not supported", "", "Send it in another format.", refContent},
	{"6.2", "conversion needed and forbidden", "The message would have to be converted on the way, and may not be.", "Allow conversion, or send 7-bit text.", refContent},
	{"6.3", "conversion needed and not supported", "", "Encode it as base64 or quoted-printable.", refContent},
	{"6.4", "converted with loss", "The message went on, with something lost.", "Nothing needs doing.", refContent},
	{"6.5", "conversion failed", "", "Send 7-bit text.", refContent},
	{"6.6", "content not available", "The message that BURL names could not be fetched.", "Check the URL and the right to read it.", "RFC 4468 §5"},
	{"6.7", "non-ASCII address not permitted", "This sender or recipient needs SMTPUTF8, and the server cannot pass it on.", "Use an ASCII address.", "RFC 6531 §4.2"},
	{"6.8", "answer needs UTF-8", "The reply would hold an address in UTF-8, and the command did not ask for that.", "Repeat the command with SMTPUTF8.", "RFC 6531 §4.2"},
	{"6.9", "UTF-8 headers cannot be passed on", "At least one recipient's system takes ASCII headers only.", "Use ASCII headers.", "RFC 6531 §4.2"},
	{"6.10", "answer needs UTF-8", "It repeats X.6.8 and is deprecated.", "Repeat the command with SMTPUTF8.", "RFC 6531 §4.2"},

	{"7.0", "something about security", "", "Read the text of the reply.", refSecurity},
	{"7.1", "not authorised", "A policy refused it: relaying without login, a blocklist, a rule about sender or content.", "Read the text; log in where it says relay, check the address's reputation where it names a list.", refSecurity},
	{"7.2", "not allowed to post to this list", "", "Join the mailing list, or ask its owner.", refSecurity},
	{"7.3", "secure conversion impossible", "", "Send it without the protection that would have to be converted.", refSecurity},
	{"7.4", "security feature not supported", "Often it is the login mechanism.", "Choose a mechanism that EHLO lists.", refSecurity},
	{"7.5", "cryptographic failure", "A key was missing or the data was bad.", "Check keys and certificates.", refSecurity},
	{"7.6", "algorithm not supported", "", "Use another algorithm.", refSecurity},
	{"7.7", "message was altered", "Its integrity check failed on the way.", "Send it again, and look for what changes it.", refSecurity},
	{"7.8", "credentials wrong", "User name, password or token was not accepted.", "Type them again; some providers want an app password.", "RFC 4954 §6"},
	{"7.9", "mechanism too weak", "The account's policy wants a stronger one.", "Choose a stronger mechanism.", "RFC 4954 §6"},
	{"7.10", "encryption needed", "", "Use STARTTLS first.", "RFC 5248 §2.4"},
	{"7.11", "encryption needed for this mechanism", "The mechanism would show the password.", "Use STARTTLS first.", "RFC 4954 §6"},
	{"7.12", "password transition needed", "The server has no stored secret for this mechanism yet.", "Log in once with PLAIN over TLS.", "RFC 4954 §6"},
	{"7.13", "account disabled", "", "Ask whoever runs the account.", "RFC 5248 §2.4"},
	{"7.14", "trust relationship missing", "The server may not fetch the content from the other server.", "Ask whoever runs both servers.", "RFC 5248 §2.4"},
	{"7.15", "priority too low", "Only messages of higher priority go through at the moment.", "Wait, or ask for a higher priority.", "RFC 6710 §10"},
	{"7.16", "message too large for its priority", "", "Send a smaller message.", "RFC 6710 §10"},
	{"7.17", "mailbox has a new owner", "It changed hands since the date given with RRVS.", "The person you mean is not there any more.", "RFC 7293 §15.3"},
	{"7.18", "domain has a new owner", "It changed hands since the date given with RRVS.", "The person you mean is not there any more.", "RFC 7293 §15.3"},
	{"7.19", "ownership cannot be checked", "The server cannot do what RRVS asks.", "Decide whether to send it without RRVS.", "RFC 7293 §15.3"},
	{"7.20", "no passing DKIM signature", "", "Sign the message, and check that nothing changes it afterwards.", "RFC 7372 §3.1"},
	{"7.21", "no acceptable DKIM signature", "Signatures pass, and none is of a domain the server accepts.", "Sign with the right domain.", "RFC 7372 §3.1"},
	{"7.22", "no DKIM signature of the author's domain", "Signatures pass, and none matches the From field.", "Sign with the domain in From.", "RFC 7372 §3.1"},
	{"7.23", "SPF failed", "The sender's domain does not list this client's address.", "Send from a listed address, or list this one.", "RFC 7372 §3.2"},
	{"7.24", "SPF record has an error", "The check of the sender's domain could not be finished.", "Mend the domain's TXT record.", "RFC 7372 §3.2"},
	{"7.25", "reverse DNS check failed", "The client's address has no name, or the name does not lead back to it.", "Set PTR and a matching A or AAAA record.", "RFC 7372 §3.3"},
	{"7.26", "several sender checks failed", "Often neither SPF nor DKIM holds, and DMARC says to refuse.", "Mend SPF and DKIM for the domain in From.", "RFC 7372 §3.4"},
	{"7.27", "sender's domain has a null MX", "Nobody could answer this sender.", "Use a sender that can receive mail.", "RFC 7505 §6"},
	{"7.28", "mail flood", "More messages arrive than the server takes from one sender.", "Send more slowly.", "IANA SMTP Enhanced Status Codes"},
	{"7.29", "ARC validation failed", "A forwarder's seals do not hold.", "Whoever forwards the message has to mend it.", "RFC 8617 §10.4"},
	{"7.30", "REQUIRETLS cannot be met", "A server further on does not support it.", "Send it without REQUIRETLS, or not at all.", "RFC 8689 §7"},
}
