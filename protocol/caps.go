package protocol

import (
	"strconv"
	"strings"
)

// Caps is what an EHLO reply offered (RFC 5321 §4.1.1.1). The zero value is
// "not known": no EHLO was answered yet, and nothing can be called missing.
type Caps struct {
	// Known is true after an EHLO, HELO or LHLO was accepted. After HELO it is
	// true with an empty list: HELO offers nothing.
	Known bool
	// Name is the server's name from the first line.
	Name string
	// List is the offers in the server's order.
	List []Cap
}

// Cap is one offered service extension.
type Cap struct {
	Keyword string // upper case
	Params  []string
	Raw     string // the line's text as sent
}

// ParseCaps reads the lines of an accepted EHLO reply.
func ParseCaps(r Reply) Caps {
	c := Caps{Known: true}
	for i, text := range r.Lines {
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		if i == 0 {
			c.Name = fields[0]
			continue
		}
		c.List = append(c.List, parseCap(text, fields))
	}
	return c.dropOldAuth()
}

// parseCap reads one line; "AUTH=LOGIN" is the form from before RFC 2554
// that many servers repeat for old clients.
func parseCap(text string, fields []string) Cap {
	keyword := strings.ToUpper(fields[0])
	params := fields[1:]
	if rest, ok := strings.CutPrefix(keyword, "AUTH="); ok {
		keyword, params = "AUTH=", append([]string{rest}, params...)
	}
	return Cap{Keyword: keyword, Params: params, Raw: text}
}

// dropOldAuth keeps an "AUTH=" line only where no proper AUTH line stands.
func (c Caps) dropOldAuth() Caps {
	_, proper := c.Get("AUTH")
	list := c.List[:0]
	for _, o := range c.List {
		if o.Keyword == "AUTH=" {
			if proper {
				continue
			}
			o.Keyword = "AUTH"
		}
		list = append(list, o)
	}
	c.List = list
	return c
}

// Get returns the offer of keyword (upper case), and whether there is one.
func (c Caps) Get(keyword string) (Cap, bool) {
	for _, o := range c.List {
		if o.Keyword == keyword {
			return o, true
		}
	}
	return Cap{}, false
}

// Missing tells whether keyword is known not to be offered. The keyword "",
// of what needs no offer, never is.
func (c Caps) Missing(keyword string) bool {
	return c.Known && keyword != "" && !c.Has(keyword)
}

// Has tells whether keyword is known to be offered.
func (c Caps) Has(keyword string) bool {
	_, ok := c.Get(keyword)
	return ok
}

// MaxSize is the largest message the server takes, in octets; 0 where it
// names no limit (RFC 1870 §3).
func (c Caps) MaxSize() int64 {
	o, ok := c.Get("SIZE")
	if !ok || len(o.Params) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(o.Params[0], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Mechanisms are the SASL mechanisms offered, upper case.
func (c Caps) Mechanisms() []string {
	o, _ := c.Get("AUTH")
	mechs := make([]string, len(o.Params))
	for i, m := range o.Params {
		mechs[i] = strings.ToUpper(m)
	}
	return mechs
}
