package history

import (
	"slices"
	"strings"
	"testing"
)

// Replies as servers of our acquaintance gave them, by what is masked.
var maskCases = []struct {
	text, want string
	names      []string
}{
	{"2.0.0 Ok: queued as A3F899AC38D", "2.0.0 Ok: queued as ‹queue id›", []string{"queue id"}},
	{"2.0.0 Ok: 360 bytes queued as 064BF9AC37B", "2.0.0 Ok: 360 bytes queued as ‹queue id›", []string{"queue id"}},
	{"2.0.0 Ok: queued as 4Zk3Wl2QXhz9vQ", "2.0.0 Ok: queued as ‹queue id›", []string{"queue id"}},
	{"Ok: queued as 3TTcCRG9A0HTZopRO1FkKYpOASHbdbzt6iGu6U7oETw=@mailhog.example", "Ok: queued as ‹queue id›", []string{"queue id"}},
	{"2.0.0 accepted for 2 people, queued in memory as P0001", "2.0.0 accepted for 2 people, queued in memory as ‹queue id›", []string{"queue id"}},
	{"OK id=1xUorD-0008G8-0u", "OK id=‹queue id›", []string{"queue id"}},
	{"OK id=1xUorD-00000008G8A-0u1Z", "OK id=‹queue id›", []string{"queue id"}},
	{"Requested mail action okay, completed: id=1MnJZ0-1jLTTl0Wrc-00jNoV", "Requested mail action okay, completed: id=‹queue id›", []string{"queue id"}},
	{"2.0.0 6ALHQQCw031678 Message accepted for delivery", "2.0.0 ‹queue id› Message accepted for delivery", []string{"queue id"}},
	{"2.0.0 23646ce1 Message accepted for delivery", "2.0.0 ‹queue id› Message accepted for delivery", []string{"queue id"}},
	{"2.0.0 23646123 Message accepted for delivery", "2.0.0 ‹queue id› Message accepted for delivery", []string{"queue id"}},
	{"2.0.0 ticket 5f0c1d2e3a", "2.0.0 ticket ‹id›", []string{"id"}},
	{"Message Queued (6570977E-4C6E-4294-8FC5-0DB1B024B216.1)", "Message Queued (‹id›)", []string{"id"}},
	{"mx.example.test ESMTP Haraka/3.1.1 ready (A719C3)", "‹host› ESMTP Haraka/3.1.1 ready (‹id›)", []string{"host", "id"}},
	{"2.0.0 <user@example.test> yDE8OD7UAWv1dQAAg+zDdQ Saved", "2.0.0 <user@example.test> ‹queue id› Saved", []string{"queue id"}},
	{"2.0.0 <user@example.test> +N2hN0HUAWv1dQAAg+zDdQ Saved", "2.0.0 <user@example.test> ‹queue id› Saved", []string{"queue id"}},
	{"2.0.0 OK  1637510000 a1-20020a17090a.55 - gsmtp", "2.0.0 OK  ‹id› ‹queue id› - gsmtp", []string{"id", "queue id"}},
	{
		"2.6.0 <4d1f@mail.example> [InternalId=5832349155401, Hostname=EX1.example] 1580 bytes in 0.123, 12.500 KB/sec Queued mail for delivery",
		"2.6.0 ‹message id› 1580 bytes in ‹duration› Queued mail for delivery",
		[]string{"message id", "duration"},
	},
	{"accepted, Message-ID: <a.1@b.example>", "accepted, Message-ID: ‹message id›", []string{"message id"}},

	{"ESMTP Exim 4.96 Sat, 21 Nov 2026 17:25:43 +0000", "ESMTP Exim 4.96 ‹date›", []string{"date"}},
	{"ESMTP Sendmail 8.17.1.9/8.17.1.9; Sat, 21 Nov 2026 17:25:43 GMT", "ESMTP Sendmail 8.17.1.9/8.17.1.9; ‹date›", []string{"date"}},
	{"ready at Sat Nov 21 17:25:43 UTC 2026", "ready at ‹date›", []string{"date"}},
	{"since 2026-11-21T17:25:43.5+01:00, on 2026-11-20", "since ‹date›, on ‹date›", []string{"date"}},
	{"at 17:25:43", "at ‹time›", []string{"time"}},
	{"4.2.0 greylisted, see you in 300 seconds", "4.2.0 greylisted, see you in ‹duration›", []string{"duration"}},
	{"greylisted for 00:04:58", "greylisted for ‹time›", []string{"time"}},

	{"mx.example.test Hello client.test [127.0.0.1]", "‹host› Hello client.test [‹address›]", []string{"host", "address"}},
	{"Hello [IPv6:::1], and [::1] and ::ffff:127.0.0.1", "Hello [‹address›], and [‹address›] and ‹address›", []string{"address"}},
	{"from 192.0.2.7:4242 to 198.51.100.9:25", "from ‹address› to 198.51.100.9:25", []string{"address"}},
	{"from 2001:db8::7 and 2001:db8::8", "from ‹address› and 2001:db8::8", []string{"address"}},
	{"from port 50123", "from port ‹port›", []string{"port"}},
	{"root <root@MX.example.test>", "root <root@‹host›>", []string{"host"}},

	// What means something stays.
	{"5.1.1 <nosuch@example.test>: Recipient address rejected", "", nil},
	{"5.7.1 see https://example.org/550 for 10240000 octets", "", nil},
	{"SIZE 52428800", "", nil},
	{"5.3.4 over the limit of 1073741824 bytes, or 1073741824 octets", "", nil},
	{"Hello cafe, Foo::Bar, 8BITMIME", "", nil},
	{"ESMTP mymx.example.test", "", nil}, // another name
}

var maskOptions = CompareOptions{Own: []string{"mx.example.test", "192.0.2.7", "2001:db8::7"}}

func TestMask(t *testing.T) {
	for _, c := range maskCases {
		if c.want == "" {
			c.want = c.text
		}
		if got, names := maskOptions.mask(c.text, ""); got != c.want || !slices.Equal(names, c.names) {
			t.Errorf("%q\n gives %q %q,\n want %q %q", c.text, got, names, c.want, c.names)
		}
	}
}

// A text of any length is masked, in time that grows with its length.
func TestMaskLong(t *testing.T) {
	const times = 20000
	long := strings.Repeat("queued as A3F899AC38D ", times)
	if got, _ := maskOptions.mask(long, ""); got != strings.Repeat("queued as ‹queue id› ", times) {
		t.Errorf("%d octets became %d", len(long), len(got))
	}
	for _, hostile := range []string{"a", "0", "a.", "1.", ":", "a:", "<", "(", "1-", "f", "12 ", "‹", "Sat ", "queued as ", " Saved", "port ", "a - gsmtp"} {
		long := strings.Repeat(hostile, (256<<10)/len(hostile))
		if got, _ := maskOptions.mask(long, ""); len(got) == 0 {
			t.Errorf("%q: nothing is left", hostile)
		}
	}
}

func TestServerName(t *testing.T) {
	for _, c := range []struct{ script, want string }{
		{"S: 220 mx.example.test ESMTP", "mx.example.test"},
		{"S: 554 mx.example.test no", ""}, // its first word is as often another
		{"C: EHLO x\nS: 250 localhost Hello", "localhost"},
		{"C: QUIT\nS: 221 mx.example.test closing", "mx.example.test"},
		{"C: QUIT\nS: 221 2.0.0 mx.example.test closing", "mx.example.test"},
		{"C: QUIT\nS: 221 2.0.0 Bye", ""},
		{"C: QUIT\nS: 221 Bye.", ""},
		{"C: NOOP\nS: 421 4.3.2 mx.example.test closing", "mx.example.test"},
		{"C: NOOP\nS: 250 mx.example.test", ""},
		{"C: QUIT\nS: 221 ", ""},
	} {
		if !strings.HasPrefix(c.script, "S: ") {
			c.script = "S: 220 greeting\n" + c.script
		}
		steps := acted(t, c.script)
		last := steps[len(steps)-1]
		if got := serverName(last, last.Replies[0]); got != c.want {
			t.Errorf("%q: %q, want %q", c.script, got, c.want)
		}
	}
}

// FuzzMask: masking what is masked changes nothing, and what is not masked is
// where it was.
func FuzzMask(f *testing.F) {
	for _, c := range maskCases {
		f.Add(c.text, "mx.example.test")
	}
	f.Add("port in port 25, queued as queued as 1", "port")
	f.Add("yDE8OD7UAWv1dQAAg+zDdQ Saved, Saved", "Saved")
	f.Fuzz(func(t *testing.T, text, own string) {
		o := CompareOptions{Own: []string{own}}
		once, names := o.mask(text, "")
		if twice, _ := o.mask(once, ""); twice != once {
			t.Errorf("%q\nonce  %q\ntwice %q", text, once, twice)
		}
		if len(names) == 0 && once != text {
			t.Errorf("%q became %q, and nothing was masked", text, once)
		}
		for _, name := range names {
			if !strings.Contains(once, "‹"+name+"›") {
				t.Errorf("%q: %q is not in %q", text, name, once)
			}
		}
	})
}

// BenchmarkMaskLong is a reply as long as one can get.
func BenchmarkMaskLong(b *testing.B) {
	long := strings.Repeat("2.0.0 <user@example.test> accepted for delivery, ticket 5f0c1d2e3a of Sat, 21 Nov 2026 17:25:43 GMT\n", 10000)
	b.SetBytes(int64(len(long)))
	for b.Loop() {
		maskOptions.mask(long, "")
	}
}

func BenchmarkMask(b *testing.B) {
	size := 0
	for _, c := range maskCases {
		size += len(c.text)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, c := range maskCases {
			maskOptions.mask(c.text, "")
		}
	}
}
