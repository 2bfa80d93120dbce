package protocol

import "strings"

// mailParams are the parameters of MAIL, commonest first.
var mailParams = []*Param{
	{
		Name: "SIZE", Keyword: "SIZE", Syntax: "SIZE=octets", Summary: "how large the message will be", Ref: "RFC 1870 §3", Adds: 26, value: sizeValue,
		Good: []string{"SIZE=0", "SIZE=2048", "size=1", "SIZE=99999999999999999999"},
		Bad:  []BadExample{{"SIZE=1MB", "value.size"}, {"SIZE=-1", "value.size"}, {"SIZE=", "param.value"}, {"SIZE", "param.value"}, {"SIZE=1 SIZE=1", "param.twice"}},
	},
	{
		Name: "BODY", Keyword: "8BITMIME", Syntax: "BODY=7BIT|8BITMIME", Summary: "what octets the message holds", Ref: "RFC 6152 §2", Adds: 16,
		Values: []string{"7BIT", "8BITMIME", "BINARYMIME"}, value: bodyValue,
		Good: []string{"BODY=7BIT", "BODY=8BITMIME", "body=8bitmime"}, Bad: []BadExample{{"BODY=UTF8", "value.word"}, {"BODY", "param.value"}},
	},
	{
		Name: "SMTPUTF8", Keyword: "SMTPUTF8", Syntax: "SMTPUTF8", Summary: "addresses or headers are UTF-8", Ref: "RFC 6531 §3.4", Adds: 10,
		Good: []string{"SMTPUTF8"}, Bad: []BadExample{{"SMTPUTF8=1", "param.value"}},
	},
	{
		Name: "RET", Keyword: "DSN", Syntax: "RET=FULL|HDRS", Summary: "how much a failure report returns", Ref: "RFC 3461 §4.3", Adds: 9,
		Values: []string{"FULL", "HDRS"}, value: words, Good: []string{"RET=FULL", "RET=hdrs"}, Bad: []BadExample{{"RET=FULL,HDRS", "value.word"}},
	},
	{
		Name: "ENVID", Keyword: "DSN", Syntax: "ENVID=xtext", Summary: "an id that reports repeat", Ref: "RFC 3461 §4.4", Adds: 107, value: envidValue,
		Good: []string{"ENVID=QQ314159", "ENVID=a+2Bb"}, Bad: []BadExample{{"ENVID=a+b", "value.xtext"}, {"ENVID=" + strings.Repeat("x", 101), "value.long"}},
	},
	{
		Name: "AUTH", Keyword: "AUTH", Syntax: "AUTH=xtext-mailbox|<>", Summary: "who submitted it first", Ref: "RFC 4954 §5", Adds: 500, value: authValue,
		Good: []string{"AUTH=<>", "AUTH=e+3Dmc2@example.com"}, Bad: []BadExample{{"AUTH=e+mc2@example.com", "value.xtext"}, {"AUTH=nobody", "value.mailbox"}},
	},
	{
		Name: "REQUIRETLS", Keyword: "REQUIRETLS", Syntax: "REQUIRETLS", Summary: "insist on verified TLS at every hop", Ref: "RFC 8689 §2", Adds: 11, rare: true,
		Good: []string{"REQUIRETLS"}, Bad: []BadExample{{"REQUIRETLS=yes", "param.value"}},
	},
	{
		Name: "BY", Keyword: "DELIVERBY", Syntax: "BY=seconds;N|R[T]", Summary: "deliver within a time", Ref: "RFC 2852 §4", Adds: 17, value: byValue, rare: true,
		Good: []string{"BY=120;R", "BY=-10;N", "BY=+5;NT"}, Bad: []BadExample{{"BY=-5;R", "value.by"}, {"BY=120", "value.by"}, {"BY=120;X", "value.by"}},
	},
	{
		Name: "HOLDFOR", Keyword: "FUTURERELEASE", Syntax: "HOLDFOR=seconds", Summary: "release it later", Ref: "RFC 4865 §3", Adds: 34, value: holdForValue, rare: true,
		Good: []string{"HOLDFOR=3600"}, Bad: []BadExample{{"HOLDFOR=0", "value.number"}, {"HOLDFOR=1h", "value.number"}},
	},
	{
		Name: "HOLDUNTIL", Keyword: "FUTURERELEASE", Syntax: "HOLDUNTIL=date-time", Summary: "release it at a time", Ref: "RFC 4865 §3", Adds: 34, value: dateValue, rare: true,
		Good: []string{"HOLDUNTIL=2030-01-01T00:00:00Z"}, Bad: []BadExample{{"HOLDUNTIL=tomorrow", "value.date"}, {"HOLDFOR=1 HOLDUNTIL=2030-01-01T00:00:00Z", "param.excludes"}},
	},
	{
		Name: "MT-PRIORITY", Keyword: "MT-PRIORITY", Syntax: "MT-PRIORITY=-9…9", Summary: "how urgent it is", Ref: "RFC 6710 §3", Adds: 15, value: priorityValue, rare: true,
		Good: []string{"MT-PRIORITY=3", "MT-PRIORITY=-9", "MT-PRIORITY=0"}, Bad: []BadExample{{"MT-PRIORITY=+3", "value.priority"}, {"MT-PRIORITY=10", "value.priority"}},
	},
	{
		Name: "MTRK", Keyword: "MTRK", Syntax: "MTRK=certifier[:seconds]", Summary: "allow tracking it later", Ref: "RFC 3885 §3.1", Adds: 44, value: mtrkValue, rare: true,
		Good: []string{"MTRK=QUJD ENVID=a", "MTRK=QUJD:3600 ENVID=a"}, Bad: []BadExample{{"MTRK=QUJD", "param.requires"}, {"MTRK=*** ENVID=a", "value.base64"}},
	},
	{
		Name: "SOLICIT", Keyword: "NO-SOLICITING", Syntax: "SOLICIT=class,…", Summary: "label bulk mail", Ref: "RFC 3865 §2.2", Adds: 1007, value: solicitValue, rare: true,
		Good: []string{"SOLICIT=org.example:ADV:ADLT"}, Bad: []BadExample{{"SOLICIT=1x", "value.word"}},
	},
	{
		Name: "CONPERM", Keyword: "CONPERM", Syntax: "CONPERM", Summary: "content may be converted on the way", Ref: "RFC 4141 §4", rare: true,
		Good: []string{"CONPERM"}, Bad: []BadExample{{"CONPERM=1", "param.value"}},
	},
	{
		Name: "TRANSID", Keyword: "CHECKPOINT", Syntax: "TRANSID=<local@domain>", Summary: "resume an interrupted transfer", Ref: "RFC 1845 §2", Adds: 89, value: transidValue, rare: true,
		Good: []string{"TRANSID=<12345@claremont.edu>"}, Bad: []BadExample{{"TRANSID=12345", "value.transid"}},
	},
	{
		Name: "SUBMITTER", Keyword: "SUBMITTER", Syntax: "SUBMITTER=xtext-mailbox", Summary: "historic: who is responsible", Ref: "RFC 4405 §4", value: mailboxValue, rare: true,
		Good: []string{"SUBMITTER=bob@example.org"}, Bad: []BadExample{{"SUBMITTER=bob", "value.mailbox"}},
	},
	{
		Name: "ALT-ADDRESS", Keyword: "UTF8SMTP", Syntax: "ALT-ADDRESS=xtext-mailbox", Summary: "obsolete: an ASCII address to fall back to", Ref: "RFC 5336 §3.1", Adds: 460, value: mailboxValue, rare: true,
		Good: []string{"ALT-ADDRESS=bob@example.org"}, Bad: []BadExample{{"ALT-ADDRESS=bob", "value.mailbox"}},
	},
	{
		Name: "XVERP", Keyword: "XVERP", Syntax: "XVERP[=xy]", Summary: "Postfix: one return path for each recipient", Ref: "Postfix VERP_README", Adds: 9, value: xverpValue, optional: true, rare: true,
		Good: []string{"XVERP", "XVERP=+-"}, Bad: []BadExample{{"XVERP=abc", "value.xverp"}},
	},
	{
		Name: "PRDR", Keyword: "PRDR", Syntax: "PRDR", Summary: "one verdict for each recipient", Ref: "draft-hall-prdr-00", Adds: 5, rare: true,
		Good: []string{"PRDR"}, Bad: []BadExample{{"PRDR=1", "param.value"}},
	},
}

// rcptParams are the parameters of RCPT, commonest first.
var rcptParams = []*Param{
	{
		Name: "NOTIFY", Keyword: "DSN", Syntax: "NOTIFY=NEVER|SUCCESS,FAILURE,DELAY", Summary: "when to report", Ref: "RFC 3461 §4.1", Adds: 29,
		Values: []string{"NEVER", "SUCCESS", "FAILURE", "DELAY", "SUCCESS,FAILURE", "SUCCESS,FAILURE,DELAY"}, value: notifyValue,
		Good: []string{"NOTIFY=NEVER", "NOTIFY=SUCCESS,FAILURE", "notify=delay"},
		Bad:  []BadExample{{"NOTIFY=NEVER,FAILURE", "value.never"}, {"NOTIFY=ALWAYS", "value.word"}, {"NOTIFY=SUCCESS,SUCCESS", "value.word"}},
	},
	{
		Name: "ORCPT", Keyword: "DSN", Syntax: "ORCPT=rfc822;xtext", Summary: "the recipient as first given", Ref: "RFC 3461 §4.2", Adds: 507, value: orcptValue,
		Good: []string{"ORCPT=rfc822;Bob+2Bx@example.com", "ORCPT=utf-8;b\\x{FC}ro@example.com"},
		Bad:  []BadExample{{"ORCPT=u@example.org", "value.orcpt"}, {"ORCPT=rfc822;a+b", "value.xtext"}, {"ORCPT=rfc822;" + strings.Repeat("x", 500), "value.long"}},
	},
	{
		Name: "RRVS", Keyword: "RRVS", Syntax: "RRVS=date-time[;C|;R]", Summary: "only to the owner of that day", Ref: "RFC 7293 §3.1", Adds: 33, value: rrvsValue, rare: true,
		Good: []string{"RRVS=2014-04-03T23:01:00Z", "RRVS=2014-04-03T23:01:00Z;C"}, Bad: []BadExample{{"RRVS=2014", "value.date"}, {"RRVS=2014-04-03T23:01:00Z;X", "value.date"}},
	},
	{
		Name: "CONNEG", Keyword: "CONNEG", Syntax: "CONNEG", Summary: "ask what content the recipient takes", Ref: "RFC 4141 §5", rare: true,
		Good: []string{"CONNEG"}, Bad: []BadExample{{"CONNEG=1", "param.value"}},
	},
	{
		Name: "ALT-ADDRESS", Keyword: "UTF8SMTP", Syntax: "ALT-ADDRESS=xtext-mailbox", Summary: "obsolete: an ASCII address to fall back to", Ref: "RFC 5336 §3.1", Adds: 460, value: mailboxValue, rare: true,
		Good: []string{"ALT-ADDRESS=bob@example.org"}, Bad: []BadExample{{"ALT-ADDRESS=bob", "value.mailbox"}},
	},
}
