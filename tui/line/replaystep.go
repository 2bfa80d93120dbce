package line

import (
	"errors"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// Script is what args name to be run again step by step in the full screen: a
// session or script, and the one server it runs on.
func (r *ReplayOptions) Script(store *history.Store, args []string) (*history.Script, console.Target, error) {
	script, err := r.load(store, args[0])
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
