package line

import (
	"context"
	"fmt"
	"slices"
	"time"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// goesOn tells whether more lines can be taken. A person may still look
// around, and connect again, when the connection was lost.
func (f *face) goesOn(ctx context.Context) bool {
	if f.stopped {
		return false
	}
	st := f.session.Log.State()
	switch {
	case st.Phase == protocol.PhaseRefused:
		if f.o.Person || f.o.AsTyped {
			return true
		}
	case !over(st):
		return true
	default:
		f.untilClosed(ctx)
		if f.o.Person && !f.quit() {
			return true
		}
	}
	if f.in.more() {
		f.tell(fmt.Sprintf("the server takes no more: the input from line %d on was not sent", f.in.number+1))
	}
	return false
}

// linger is how long a server may take to hang up once it has said so.
const linger = 3 * time.Second

// untilClosed waits for the end of the connection, and shows it.
func (f *face) untilClosed(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, linger)
	defer cancel()
	select {
	case <-f.session.Done():
	case <-ctx.Done():
	}
	f.shown.show()
}

// over tells whether a connection has ended or is about to.
func over(st protocol.State) bool {
	return st.Phase == protocol.PhaseClosing || st.Phase == protocol.PhaseClosed
}

// quit tells whether the connection ended as its user wanted, by a 221.
func (f *face) quit() bool {
	last, _ := f.session.Log.Event(f.session.Log.Len())
	return last.Code == "close.quit"
}

// farewell ends a session politely: where its user did not type QUIT, the
// console does.
func (f *face) farewell(ctx context.Context) {
	if f.session == nil || !f.mayQuit(ctx) || f.quitSent() {
		return
	}
	f.note("quit.added", "no QUIT was typed, so the console sends it")
	f.quitNow(ctx)
}

// mayQuit tells whether the server would hear a QUIT.
func (f *face) mayQuit(ctx context.Context) bool {
	st := f.session.State()
	fits := protocol.Lookup("QUIT").Legal(st.Phase) || st.Phase == protocol.PhaseRefused
	return ctx.Err() == nil && f.session.Live() && !st.Busy() && fits
}

func (f *face) quitNow(ctx context.Context) {
	if err := f.do(ctx, func(ctx context.Context) error { return f.session.Do(ctx, console.Send{Line: "QUIT"}) }); err == nil {
		f.untilClosed(ctx)
	}
}

// quitSent tells whether a QUIT went out, whatever came of it.
func (f *face) quitSent() bool {
	quit := func(ev protocol.Event) bool {
		return ev.Kind == protocol.KindClient && ev.Cmd == protocol.Lookup("QUIT").Verb
	}
	return slices.ContainsFunc(f.session.Log.Events(), quit)
}
