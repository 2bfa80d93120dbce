package wire_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"smtpconsole/protocol"
	"smtpconsole/protocol/wire"
)

// guest is one of many connections in a Room. All that it and its server say
// bears its mark.
type guest struct {
	mark   string
	size   int // octets of its message
	cancel int // its context ends after so many octets; 0 for never
	hangup int // its server hangs up after so many octets; 0 for never
	early  int // its server says too much after so many; 0 for never
}

// message is the text of g, every line with its mark.
func (g guest) message() string {
	line := g.mark + strings.Repeat("-", len(g.mark)) + "\r\n"
	return strings.Repeat(line, g.size/len(line)+1)
}

// serve takes one message and returns what arrived of it.
func (g guest) serve(nc net.Conn) []byte {
	defer nc.Close()
	br := bufio.NewReader(nc)
	for _, reply := range []string{"220 ", "250 ", "250 ", "354 "} {
		fmt.Fprintf(nc, "%s%s\r\n", reply, g.mark)
		if reply != "354 " {
			_, _ = br.ReadString('\n')
		}
	}
	if g.hangup > 0 {
		got, _ := io.ReadAll(io.LimitReader(br, int64(g.hangup)))
		return got
	}
	if g.early > 0 { // its last lines stay unread
		got, _ := io.ReadAll(io.LimitReader(br, int64(g.early)))
		fmt.Fprint(nc, strings.Repeat("250 "+g.mark+"\r\n", 100))
		return got
	}
	got, err := io.ReadAll(protocol.NewDotReader(br))
	if err == nil {
		fmt.Fprintf(nc, "250 %s\r\n", g.mark)
	}
	return got
}

// send sends the message of g, and leaves as g says.
func (g guest) send(ctx context.Context, c *wire.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer c.Close()
	for _, line := range []string{"MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"} {
		if p, err := c.Send(ctx, line, false); err == nil {
			_, _ = p.Wait(ctx)
		}
	}
	var text io.Reader = strings.NewReader(g.message())
	if g.cancel > 0 {
		text = io.MultiReader(io.LimitReader(text, int64(g.cancel)), readFunc(func([]byte) (int, error) {
			cancel()
			return 0, ctx.Err()
		}))
	}
	_, _ = c.Body(ctx, text, nil)
}

// visit runs g, and complains of what is not its own.
func (g guest) visit(t *testing.T, room *wire.Room) {
	near, far := net.Pipe()
	tp := newTape()
	var got []byte
	var serving sync.WaitGroup
	serving.Go(func() { got = g.serve(far) })
	c := wire.New(near, &wire.Options{Room: room, Sink: tp.Sink, Keep: func() (wire.Keep, error) { return &shelf{}, nil }})
	g.send(t.Context(), c)
	serving.Wait()
	whole := g.message()
	if !strings.HasPrefix(whole, string(got)) || g.cancel+g.hangup+g.early == 0 && len(got) != len(whole) {
		t.Errorf("%s: the server got %d octets of %d, and not its own", g.mark, len(got), len(whole))
	}
	for _, ev := range tp.all() {
		switch {
		case ev.Kind == protocol.KindServer && !strings.HasSuffix(ev.Text, g.mark),
			ev.Kind == protocol.KindBody && (ev.SHA256 != digest(whole) || ev.Text != "" && ev.Text != whole):
			t.Errorf("%s: not its own is %v", g.mark, ev)
		}
	}
}

// TestRoom: no octet of one connection is ever seen in another, whichever way
// they end.
func TestRoom(t *testing.T) {
	var room wire.Room
	var guests sync.WaitGroup
	for i := range 16 {
		guests.Go(func() {
			for n := range 8 {
				g := guest{mark: fmt.Sprintf("guest-%d-%d", i, n), size: []int{100, 5 << 10, 200 << 10, 1 << 20}[(i+n)%4]}
				switch (i + n*3) % 5 {
				case 1:
					g.cancel = g.size / 2
				case 2:
					g.hangup = g.size / 2
				case 3:
					g.early = g.size / 2
				}
				g.visit(t, &room)
			}
		})
	}
	guests.Wait()
}
