package line

import (
	"context"
	"errors"
	"io"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// Script is what args name to be run again step by step in the full screen: a
// session or script, and the one server it runs on. Reading ends with ctx; gauge,
// if not nil, is told of a file that takes a while.
func (r *ReplayOptions) Script(ctx context.Context, store *history.Store, args []string, gauge io.Writer) (*history.Script, console.Target, error) {
	script, err := r.load(ctx, store, args[0], gauge)
	if err != nil {
		return nil, console.Target{}, err
	}
	targets, err := replayTargets(script, args[1:])
	switch {
	case err != nil:
		return nil, console.Target{}, err
	case len(targets) != 1:
		return nil, console.Target{}, errors.New("--step runs on one server: name one TARGET")
	}
	return script, targets[0], nil
}
