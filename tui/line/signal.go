package line

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// SignalBase is what shells add to a signal's number to make an exit code.
const SignalBase = 128

// signalError is the cause of a context that a signal ended.
type signalError struct{ syscall.Signal }

func (e signalError) Error() string { return "ended by signal: " + e.Signal.String() }

// UntilSignal returns a context that ends with one of the signals. The caller
// calls the function it returns once the signals may mean what they did before.
func UntilSignal(parent context.Context, signals ...os.Signal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	c := make(chan os.Signal, 1)
	signal.Notify(c, signals...)
	go func() {
		select {
		case s := <-c:
			cancel(signalError{s.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// SignalCode is the exit code for a context of UntilSignal, and false where no
// signal ended it.
func SignalCode(ctx context.Context) (code int, signalled bool) {
	var s signalError
	signalled = errors.As(context.Cause(ctx), &s)
	return SignalBase + int(s.Signal), signalled
}
