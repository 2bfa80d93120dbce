package protocol

import (
	"strconv"
	"strings"
)

// KeywordInfo says what one EHLO keyword is for (RFC 5321 §4.1.1.1).
type KeywordInfo struct {
	Keyword string `json:"keyword"` // upper case
	// Params is the form of what follows the keyword, "" for nothing.
	Params string `json:"params,omitempty"`
	// Allows is what a client may do, in whole sentences.
	Allows string `json:"allows"`
	// Uses is the command or parameter that makes use of it, "" for none.
	Uses string `json:"uses,omitempty"`
	Ref  string `json:"ref"`
}

// KeywordMeaning returns what an EHLO keyword, in any case, allows. It returns
// false for one that is neither registered nor known from real servers.
func KeywordMeaning(keyword string) (KeywordInfo, bool) {
	keyword = strings.ToUpper(keyword)
	for _, k := range keywords {
		if k.Keyword == keyword {
			return k, true
		}
	}
	if maskedKeyword(keyword) {
		return KeywordInfo{Keyword: keyword, Allows: maskedText, Ref: refMasked}, true
	}
	return KeywordInfo{}, false
}

// CapMeaning says in whole sentences what one offer of an EHLO reply means with the
// parameters it came with. Severity is Warning where the offer is a sign of
// something wrong, such as a STARTTLS that a box on the way has painted over,
// and Hint otherwise.
func CapMeaning(c Cap) (string, Severity) {
	if strings.EqualFold(c.Keyword, "TLS") || maskedKeyword(strings.ToUpper(c.Keyword)) {
		return maskedText, Warning
	}
	for _, r := range capReaders {
		if strings.EqualFold(r.keyword, c.Keyword) && len(c.Params) > 0 {
			return r.read(c.Params), Hint
		}
	}
	if k, ok := KeywordMeaning(c.Keyword); ok {
		return k.Allows, Hint
	}
	return "Not a registered extension; it can be ignored.", Hint
}

const (
	maskedText = "A box between you and the server hides STARTTLS, so the connection cannot be encrypted. Use implicit TLS on port 465, " +
		"or have the inspection switched off."
	refMasked = "RFC 3207 §6"
)

// maskedKeyword knows the row of X that Cisco's inspection writes over
// STARTTLS, its last letter sometimes an A.
func maskedKeyword(keyword string) bool {
	return len(keyword) >= 6 && strings.Trim(strings.TrimSuffix(keyword, "A"), "X") == ""
}

// capReaders put an offer's parameters, at least one, into words.
var capReaders = []struct {
	keyword string
	read    func(params []string) string
}{
	{"SIZE", readSize},
	{"AUTH", func(p []string) string { return "Login by " + strings.Join(p, ", ") + "." }},
	{"X-EXPS", func(p []string) string { return "Login between Exchange servers by " + strings.Join(p, ", ") + "." }},
	{"LIMITS", func(p []string) string { return "The server's limits: " + strings.Join(p, ", ") + "." }},
	{"DELIVERBY", func(p []string) string { return "Delivery within a time; the shortest is " + p[0] + " seconds." }},
	{"FUTURERELEASE", readRelease},
	{"MT-PRIORITY", func(p []string) string { return "Priority from -9 to 9, by the policy " + p[0] + "." }},
	{"NO-SOLICITING", func(p []string) string { return "Bulk mail of these classes is not wanted: " + p[0] + "." }},
	{"BURL", func(p []string) string { return "A message may be named by its URL: " + strings.Join(p, ", ") + "." }},
	{"XCLIENT", func(p []string) string { return "You may stand in for another client: " + strings.Join(p, ", ") + "." }},
	{"XFORWARD", func(p []string) string {
		return "You may pass on what is known of the first client: " + strings.Join(p, ", ") + "."
	}},
}

// readSize is about SIZE (RFC 1870 §3): 0 says that there is no fixed limit.
func readSize(params []string) string {
	n, err := strconv.ParseUint(params[0], 10, 64)
	switch {
	case err != nil:
		return "A message size may be given; the limit the server names is not a number."
	case n == 0:
		return "A message size may be given; there is no fixed limit."
	default:
		return "Largest message: " + octets(n) + "."
	}
}

// readRelease is about FUTURERELEASE (RFC 4865 §3): seconds, then a date.
func readRelease(params []string) string {
	text := "The server keeps a message for up to " + params[0] + " seconds"
	if len(params) > 1 {
		text += ", at the latest until " + params[1]
	}
	return text + "."
}

// octets writes a size in the largest fitting binary unit, to one decimal.
func octets(n uint64) string {
	units := [...]string{"KiB", "MiB", "GiB", "TiB"}
	if n < 1024 {
		return strconv.FormatUint(n, 10) + " octets"
	}
	size, unit := float64(n)/1024, 0
	for size >= 1023.95 && unit < len(units)-1 { // 1023.95 would be rounded to 1024.0
		size, unit = size/1024, unit+1
	}
	return strings.TrimSuffix(strconv.FormatFloat(size, 'f', 1, 64), ".0") + " " + units[unit]
}

const exchangeOnly = "Exchange servers use it among themselves; everybody else ignores it."

// keywords is every registered keyword (IANA "SMTP Service Extensions"), and
// after those what real servers offer without registration.
var keywords = []KeywordInfo{
	{"8BITMIME", "", "The message text may hold octets above 127; its lines still end after 998 octets.", "MAIL FROM:<…> BODY=8BITMIME", "RFC 6152"},
	{"ATRN", "", "After a login a client may ask to have the roles turned round, to fetch its mail.", "ATRN domain", "RFC 2645"},
	{"AUTH", "mechanism…", "A client may log in by one of the mechanisms listed; the list often changes after STARTTLS.", "AUTH mechanism; MAIL FROM:<…> AUTH=mailbox", "RFC 4954"},
	{"BINARYMIME", "", "The message may hold any octets at all, if it is sent in chunks.", "MAIL FROM:<…> BODY=BINARYMIME, then BDAT", "RFC 3030 §3"},
	{"BURL", "[imap…]", "A message may be submitted by the URL it has on an IMAP server.", "BURL url [LAST]", "RFC 4468"},
	{"CHECKPOINT", "", "A broken transfer may be taken up again; no server is known to do it today.", "MAIL FROM:<…> TRANSID=<…>", "RFC 1845"},
	{"CHUNKING", "", "The message may be sent in counted chunks, with no dot at its end and none doubled.", "BDAT octets [LAST]", "RFC 3030 §2"},
	{"CONNEG", "", "A client may ask what content a recipient can show.", "RCPT TO:<…> CONNEG", "RFC 4141 §5"},
	{"CONPERM", "", "A client may permit that the content is converted on the way.", "MAIL FROM:<…> CONPERM", "RFC 4141 §4"},
	{"DELIVERBY", "[seconds]", "A message may be given a time within which it must be delivered.", "MAIL FROM:<…> BY=seconds;R", "RFC 2852"},
	{"DSN", "", "A client may say which delivery reports it wants, and how much of the message they return.", "MAIL … RET= ENVID=; RCPT … NOTIFY= ORCPT=", "RFC 3461"},
	{"ENHANCEDSTATUSCODES", "", "Replies carry a second, finer code such as 5.1.1 at the start of their text.", "", "RFC 2034"},
	{"ETRN", "", "A client may ask the server to start its queue for a domain.", "ETRN domain", "RFC 1985"},
	{"EXPN", "", "A client may ask who is on a mailing list.", "EXPN list", "RFC 5321 §3.5.2"},
	{"FUTURERELEASE", "seconds date-time", "A message may be handed in now and sent later.", "MAIL FROM:<…> HOLDFOR=seconds or HOLDUNTIL=date-time", "RFC 4865"},
	{"HELP", "", "The server explains its commands.", "HELP [word]", "RFC 5321 §4.1.1.8"},
	{"LIMITS", "NAME=value…", "The server names its limits: MAILMAX messages a session, RCPTMAX recipients a transaction, RCPTDOMAINMAX domains a session.", "", "RFC 9422"},
	{"MT-PRIORITY", "[policy]", "A message may be given a priority from -9 to 9.", "MAIL FROM:<…> MT-PRIORITY=n", "RFC 6710"},
	{"MTRK", "", "A message may be marked so that its way can be asked for later.", "MAIL FROM:<…> MTRK=…", "RFC 3885"},
	{"NO-SOLICITING", "[class…]", "Bulk mail may be labelled with its class, and refused by it.", "MAIL FROM:<…> SOLICIT=class", "RFC 3865"},
	{"ONEX", "", "A client may announce that it sends one message only; old Sendmail knew it.", "ONEX", "IANA SMTP Service Extensions"},
	{"PIPELINING", "", "Several commands may be sent without waiting for each reply; replies come in the same order.", "", "RFC 2920"},
	{"REQUIRETLS", "", "A message may demand verified TLS on the whole rest of its way; seen inside TLS only.", "MAIL FROM:<…> REQUIRETLS", "RFC 8689"},
	{"RRVS", "", "A message may be meant only for whoever owned the mailbox at a given time.", "RCPT TO:<…> RRVS=date-time", "RFC 7293"},
	{"SAML", "", "A message may be written to a terminal and mailed as well; deprecated.", "SAML FROM:<…>", "RFC 5321 App. F.6"},
	{"SEND", "", "A message may be written to a terminal; deprecated.", "SEND FROM:<…>", "RFC 5321 App. F.6"},
	{"SIZE", "[octets]", "A client may tell the size of a message before sending it, and learns the largest there may be.", "MAIL FROM:<…> SIZE=octets", "RFC 1870"},
	{"SMTPUTF8", "", "Addresses and headers may be in UTF-8.", "MAIL FROM:<…> SMTPUTF8", "RFC 6531"},
	{"SOML", "", "A message may be written to a terminal or else mailed; deprecated.", "SOML FROM:<…>", "RFC 5321 App. F.6"},
	{"STARTTLS", "", "The connection may be turned into a TLS connection; EHLO comes again afterwards.", "STARTTLS", "RFC 3207"},
	{"SUBMITTER", "", "The responsible submitter may be named, for an experiment that has ended.", "MAIL FROM:<…> SUBMITTER=mailbox", "RFC 4405"},
	{"TURN", "", "Client and server may change roles without any check; deprecated and insecure.", "TURN", "RFC 5321 App. F.1"},
	{"UTF8SMTP", "", "It is the forerunner of SMTPUTF8 and obsolete.", "MAIL FROM:<…> ALT-ADDRESS=…", "RFC 5336"},
	{"VERB", "", "The server may be asked to tell in detail what it does; Sendmail knows it.", "VERB", "IANA SMTP Service Extensions"},
	{"VRFY", "", "A client may ask whether a mailbox exists; a server knows the command even where it does not list it.", "VRFY mailbox", "RFC 5321 §3.5.2"},

	{"AUTH=", "mechanism…", "It repeats the AUTH line in a form from before the standard, for old clients.", "AUTH mechanism", "RFC 4954 §3"},
	{"PIPECONNECT", "", "Exim servers among themselves may send EHLO before the greeting came.", "", "Exim"},
	{"PRDR", "", "Each recipient may get a reply of its own after the message.", "MAIL FROM:<…> PRDR", "draft-hall-prdr-00"},
	{"WELLKNOWN", "", "A small file may be fetched from an Exim server.", "WELLKNOWN name", "Exim"},
	{"XCLIENT", "attribute…", "You may stand in for another client: name, address, EHLO name, login. The session starts anew after it.", "XCLIENT ADDR=…", "Postfix XCLIENT_README"},
	{"XFORWARD", "attribute…", "You may pass on what is known of the first client, for the log.", "XFORWARD ADDR=…", "Postfix XFORWARD_README"},
	{"XVERP", "", "Each recipient's copy may get a reverse-path of its own, so that bounces can be told apart.", "MAIL FROM:<…> XVERP", "Postfix VERP_README"},
	{"TLS", "", maskedText, "", refMasked},
	{"X-EXPS", "mechanism…", exchangeOnly, "", "Exchange"},
	{"X-ANONYMOUSTLS", "", exchangeOnly, "", "Exchange"},
	{"X-LINK2STATE", "", exchangeOnly, "", "Exchange"},
	{"XADRC", "", exchangeOnly, "", "Exchange"},
	{"XATTR", "", exchangeOnly, "", "Exchange"},
	{"XEXCH50", "", exchangeOnly, "", "Exchange"},
	{"XEXPROPS", "", exchangeOnly, "", "Exchange"},
	{"XLONGADDR", "", exchangeOnly, "", "Exchange"},
	{"XMESSAGECONTEXT", "", exchangeOnly, "", "Exchange"},
	{"XMSGID", "", exchangeOnly, "", "Exchange"},
	{"XOORG", "", exchangeOnly, "", "Exchange"},
	{"XORAR", "", exchangeOnly, "", "Exchange"},
	{"XPROXY", "", exchangeOnly, "", "Exchange"},
	{"XPROXYFROM", "", exchangeOnly, "", "Exchange"},
	{"XRDST", "", exchangeOnly, "", "Exchange"},
	{"XSESSIONMDBGUID", "", exchangeOnly, "", "Exchange"},
	{"XSHADOW", "", exchangeOnly, "", "Exchange"},
	{"XSHADOWREQUEST", "", exchangeOnly, "", "Exchange"},
	{"XSYSPROBE", "", exchangeOnly, "", "Exchange"},
}
