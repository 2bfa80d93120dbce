package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"smtpconsole/history"
	"smtpconsole/tui/console"
)

// ReplayOptions say how a session is run again. The zero options are not whole:
// Flags sets what is usual.
type ReplayOptions struct {
	By           history.By // how closely replies are compared
	OnDifference string     // one of onDifference
	Pace         string     // one of paces
	Vars         []string   // name=value
	From, To     int        // numbers of the first and the last step, from 1; To 0 is the last there is
	Jobs         int        // how many sessions run at once
	Repeat       int        // how often each target gets the session
	JUnit        string     // file for the results, "" for none
	Step         bool       // in the full screen, step by step
}

// The words of --on-difference and --pace.
const (
	goOn   = "continue"
	stopAt = "stop"
	askAt  = "ask"

	paceNone     = "none"
	paceRecorded = "recorded"
)

var (
	onDifference = []string{goOn, stopAt, askAt}
	paces        = []string{paceNone, paceRecorded}
)

// Flags are the fields as command line flags.
func (r *ReplayOptions) Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("The replay", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.TextVar(&r.By, "compare", history.ByCode, "compare replies by code, class or `text`")
	flags.StringVar(&r.OnDifference, "on-difference", goOn, "where a reply differs: `continue`, stop or ask")
	flags.StringArrayVar(&r.Vars, "var", nil, "set a variable of the script, as in `to=bob@example.org`")
	flags.StringVar(&r.Pace, "pace", paceNone, "wait between the steps as `recorded`, or none")
	flags.IntVar(&r.From, "from-step", 1, "pass over the steps before `N`; the connection is made all the same")
	flags.IntVar(&r.To, "to-step", 0, "pass over the steps behind `N`")
	flags.IntVar(&r.Jobs, "jobs", 4, "run up to `N` sessions at once")
	flags.IntVar(&r.Repeat, "repeat", 1, "run the session `N` times, and tell how long each step took")
	flags.BoolVar(&r.Step, "step", false, "in the full screen, step by step beside what it was")
	flags.StringVar(&r.JUnit, "junit", "", "write the results to `FILE`, as CI servers read them")
	return flags
}

// ReplayHelp is what smtpconsole replay --help begins with.
const ReplayHelp = `Run a recorded session again, or a script, and tell what differs.

SESSION is an ID, a part of one, or last; SCRIPT is a file in the same format
(README describes it). Without TARGET it goes where it went before. Several
targets run side by side and end in one table. Logins are done anew: the
password comes from --password-command, SMTPCONSOLE_PASSWORD, .netrc or a
prompt. Each run is recorded too, and names its original.

The exit code is 0 where every reply was as expected, 40 where one differs, and
that of the step that failed where a session could not go on.`

// check finds options that cannot be carried out, before anything is done.
func (r *ReplayOptions) check(o Options, targets int) error {
	switch {
	case !slices.Contains(onDifference, r.OnDifference):
		return fmt.Errorf("--on-difference %q: write %s", r.OnDifference, strings.Join(onDifference, ", "))
	case !slices.Contains(paces, r.Pace):
		return fmt.Errorf("--pace %q: write %s", r.Pace, strings.Join(paces, " or "))
	case r.Jobs < 1:
		return fmt.Errorf("--jobs %d: at least one session has to run", r.Jobs)
	case r.Repeat < 1:
		return fmt.Errorf("--repeat %d: at least one run is needed", r.Repeat)
	case r.From < 1 || r.To != 0 && r.To < r.From:
		return fmt.Errorf("--from-step %d, --to-step %d: steps are numbered from 1, and the first comes first", r.From, r.To)
	case r.OnDifference == askAt && (!o.Person || targets > 1 || r.Repeat > 1):
		return errors.New("--on-difference ask needs a person at a terminal, and one session: write stop or continue")
	}
	return nil
}

// vars is where the variables of a script come from: the call, then the
// environment.
func (r *ReplayOptions) vars() (func(name string) (string, bool), error) {
	set := map[string]string{}
	for _, arg := range r.Vars {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var %q: write name=value", arg)
		}
		set[name] = value
	}
	return func(name string) (string, bool) {
		if value, ok := set[name]; ok {
			return value, true
		}
		return environment(name)
	}, nil
}

// Replay runs the session or script that args begins with on the targets that
// follow it, or on its own, and returns the process's exit code. It prints a
// table of the steps, one of the targets where there are several, and with
// o.JSON one object a line. Where ctx ends, what finished is reported. The error
// is for what keeps it from beginning, or for results that could not be written.
func Replay(ctx context.Context, o Options, r *ReplayOptions, args []string) (int, error) {
	store := history.Open(history.DefaultDir())
	script, err := r.load(store, args[0])
	if err != nil {
		return ExitUsage, err
	}
	targets, err := replayTargets(script, args[1:])
	if err == nil {
		err = r.check(o, len(targets))
	}
	if err == nil {
		err = r.within(script)
	}
	if err != nil {
		return ExitUsage, err
	}
	out := &witnessed{Writer: o.Out}
	o.Out = out
	p := newReplayer(o, r, script, store, targets)
	p.run(ctx)
	exit := p.report(ctx)
	if script.Torn != nil { // A record that is cut off is no proof that all is well.
		fmt.Fprintln(o.Err, "smtpconsole:", script.Torn)
		exit = cmp.Or(exit, ExitHeld)
	}
	if n := p.unrecorded.Load(); n > 0 {
		fmt.Fprintf(o.Err, "smtpconsole: %d of the runs could not be recorded in %q: make room there, or set --no-record\n", n, store.Dir())
		exit = cmp.Or(exit, ExitUsage)
	}
	if r.JUnit != "" {
		err = writeJUnit(r.JUnit, p.runs)
	}
	if err = errors.Join(err, out.lost()); err != nil {
		return ExitUsage, err
	}
	return exit, nil
}

// load reads a session of the store, or a script. A word with a dot or a
// separator in it is the name of a file, since no ID has one.
func (r *ReplayOptions) load(store *history.Store, ref string) (*history.Script, error) {
	values, err := r.vars()
	if err != nil {
		return nil, err
	}
	path := ref
	if !strings.ContainsAny(ref, `./\`) {
		id, err := store.Find(ref)
		if err != nil {
			return nil, fmt.Errorf("%w; the name of a script has a dot or a slash in it, as in ./%s", err, ref)
		}
		path = store.Path(id)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	script, err := history.ReadScript(f, history.ScriptOptions{Var: values, InRecord: len(r.Vars) > 0, Dir: filepath.Dir(path)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(script.Steps) == 0 {
		return nil, fmt.Errorf("%s has no step to run", path)
	}
	return script, nil
}

// replayTargets are the servers to run on. One that is named twice would be
// reported as one.
func replayTargets(script *history.Script, names []string) ([]console.Target, error) {
	if len(names) == 0 && script.Header.Target == "" {
		return nil, errors.New("the script names no target: name one behind it, as in smtpconsole replay FILE mail.example.org")
	}
	if len(names) == 0 {
		names = []string{script.Header.Target}
	}
	var targets []console.Target
	for i, name := range names {
		t, err := console.ParseTarget(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("target %q is named twice: name it once, with --repeat to run it more often", name)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// within is an error for steps that the script does not have.
func (r *ReplayOptions) within(script *history.Script) error {
	n := len(history.NewRerun(nil, script.Steps, history.RerunOptions{}).Steps())
	if most := max(r.From, r.To); most > n {
		return fmt.Errorf("there is no step %d: the session has %d", most, n)
	}
	return nil
}

// compare says how replies are compared. What this machine and the servers are
// called differs as a rule, and says nothing.
func (r *ReplayOptions) compare(o Options, script *history.Script, targets []console.Target) history.CompareOptions {
	own := []string{o.Console.Name()}
	if was, err := console.ParseTarget(cmp.Or(script.Header.Target, console.PracticeName)); err == nil {
		targets = append(slices.Clip(targets), was)
	}
	for _, t := range targets {
		if t.Host != "" {
			own = append(own, t.Host)
		}
	}
	if addresses, err := net.InterfaceAddrs(); err == nil && r.By == history.ByText {
		for _, a := range addresses {
			if ip, ok := a.(*net.IPNet); ok {
				own = append(own, ip.IP.String())
			}
		}
	}
	return history.CompareOptions{By: r.By, Own: own}
}
