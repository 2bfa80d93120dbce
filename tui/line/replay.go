package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	flags.TextVar(&r.By, "compare", history.ByCode, "compare replies as `HOW` says: by code, class or text")
	flags.StringVar(&r.OnDifference, "on-difference", goOn, "what to `DO` where a reply differs: continue, stop or ask")
	flags.StringArrayVar(&r.Vars, "var", nil, "set a variable of the script: `NAME=VALUE`, as in to=bob@example.org")
	flags.StringVar(&r.Pace, "pace", paceNone, "wait between the steps as `HOW` says: recorded, or none")
	flags.IntVar(&r.From, "from-step", 1, "begin with step `N`; what it needs of those before is done, not compared")
	flags.IntVar(&r.To, "to-step", 0, "end with step `N`, and QUIT")
	flags.IntVar(&r.Jobs, "jobs", 4, "run up to `N` sessions at once")
	flags.IntVar(&r.Repeat, "repeat", 1, "run the session `N` times, and tell how long each step took")
	flags.BoolVar(&r.Step, "step", false, "in the full screen, step by step beside what it was")
	flags.StringVar(&r.JUnit, "junit", "", "write the results to `FILE`, as CI servers read them")
	return flags
}

// JSONOnly is the flag --json of face, and none of the others: they are for lines
// that somebody writes.
func JSONOnly(face *pflag.FlagSet) *pflag.FlagSet {
	flags := pflag.NewFlagSet("Output", pflag.ContinueOnError)
	json := *face.Lookup("json")
	json.Usage = "print one JSON object a line: each step, and each target at the end"
	flags.AddFlag(&json)
	return flags
}

// idle are the flags that change nothing, without --step and with it, and what to
// do instead.
var idle = map[bool]map[string]string{
	false: {"helo": "EHLO goes out as it stands in the session: write EHLO ${name} into a script, and set --var name=NAME"},
	true: {
		"json": stepwise, "junit": stepwise, "jobs": stepwise, "repeat": stepwise, "pace": stepwise,
		"from-step": stepwise, "to-step": stepwise, "on-difference": stepwise, "plain": stepwise,
	},
}

const stepwise = "a person takes the steps one by one: leave out either this or --step"

// Idle is an error for a flag among those given that would change nothing.
func (r *ReplayOptions) Idle(given *pflag.FlagSet) (err error) {
	given.Visit(func(f *pflag.Flag) {
		if instead, ok := idle[r.Step][f.Name]; ok {
			err = errors.Join(err, fmt.Errorf("--%s has no effect here: %s", f.Name, instead))
		}
	})
	return err
}

// ReplayHelp is what smtpconsole replay --help begins with.
const ReplayHelp = `Run a recorded session again, or a script, and tell what differs.

SESSION is an ID, a part of one, or last; SCRIPT is a file in the same format
(README describes it), or - for standard input. Without TARGET it goes where it
went before. Several targets run side by side and end in one table. Logins are
done anew: the password comes from --password-command, SMTPCONSOLE_PASSWORD,
.netrc or a prompt. A variable is what --var says, else SMTPCONSOLE_VAR_NAME, else
the script's first line. Each run is recorded too, and names its original.

--from-step begins in the middle. The connection, EHLO, STARTTLS and AUTH before
that, and the commands of a transaction that is open there, are done all the
same; a "-" stands in the place of what they were expected to get.

The exit code is 0 where every reply was as expected, 40 where one differs, and
that of the step that failed where a session could not go on. Of several
sessions one that could not go on decides, the first of them, else 40.`

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
	case r.From < 1:
		return fmt.Errorf("--from-step %d: steps are numbered from 1", r.From)
	case r.To != 0 && r.To < r.From:
		return fmt.Errorf("--to-step %d is in front of --from-step %d: the first step comes first", r.To, r.From)
	case r.OnDifference == askAt && (!o.Person || targets > 1 || r.Repeat > 1):
		return errors.New("--on-difference ask needs a person at a terminal, and one session: write stop or continue")
	}
	return nil
}

// Replay runs the session or script that args begins with on the targets that
// follow it, or on its own, and returns the process's exit code. It prints a
// table of the steps, one of the targets where there are several, and with
// o.JSON one object a line. Where ctx ends, what finished is reported. The error
// is for what keeps it from beginning, or for results that could not be written.
func Replay(ctx context.Context, o Options, r *ReplayOptions, args []string) (int, error) {
	store := history.Open(history.DefaultDir())
	script, targets, err := r.plan(ctx, o, store, args)
	if err != nil {
		return ExitUsage, err
	}
	results, err := openResults(r.JUnit)
	if err != nil {
		return ExitUsage, err
	}
	defer results.abandon()
	out := &witnessed{Writer: o.Out}
	o.Out = out
	p := newReplayer(o, r, script, store, targets)
	p.run(ctx)
	exit := p.proof(p.report())
	if err := errors.Join(results.write(p.junit), out.lost()); err != nil {
		return ExitUsage, err
	}
	return exit, nil
}

// plan is what to run where, or why that cannot be, before anything is dialled.
func (r *ReplayOptions) plan(ctx context.Context, o Options, store *history.Store, args []string) (*history.Script, []console.Target, error) {
	script, err := r.load(ctx, store, args[0], o.Gauge)
	if err != nil {
		return nil, nil, err
	}
	targets, err := replayTargets(script, args[1:])
	if err == nil {
		err = r.check(o, len(targets))
	}
	if err == nil {
		err = r.paced(script)
	}
	if err == nil {
		err = r.within(script, store)
	}
	return script, targets, err
}

// paced is an error for --pace recorded where no time is recorded: it would change
// nothing.
func (r *ReplayOptions) paced(script *history.Script) error {
	timed := func(st history.Step) bool { return !st.At.IsZero() }
	if r.Pace == paceRecorded && !slices.ContainsFunc(script.Steps, timed) {
		return errors.New("--pace recorded has no effect here: the times are in the record of a session, and a script has none")
	}
	return nil
}

// proof is the exit code, where it would be 0 although something is missing: a
// record that is cut off is no proof that all is well, and it says what.
func (p *replayer) proof(exit int) int {
	if p.script.Torn != nil {
		fmt.Fprintln(p.o.Err, "smtpconsole:", p.script.Torn)
		exit = cmp.Or(exit, ExitHeld)
	}
	if n := p.unrecorded.Load(); n > 0 {
		fmt.Fprintf(p.o.Err, "smtpconsole: %d of the runs could not be recorded in %q: see that it can be written and has room, or set --no-record\n", n, p.rerun.Store.Dir())
		exit = cmp.Or(exit, ExitUsage)
	}
	if p.unsynced != nil {
		fmt.Fprintln(p.o.Err, "smtpconsole:", p.unsynced)
		exit = cmp.Or(exit, ExitUsage)
	}
	return exit
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
	for _, name := range names {
		t, err := console.ParseTarget(name)
		if err != nil {
			return nil, err
		}
		for _, other := range targets {
			if sameServer(t, other) {
				return nil, fmt.Errorf("targets %q and %q are the same: name it once, with --repeat to run it more often", other.Name, name)
			}
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// sameServer tells whether two targets differ in nothing but their spelling.
func sameServer(a, b console.Target) bool {
	a.Name, b.Name = "", ""
	a.Host, b.Host = strings.ToLower(a.Host), strings.ToLower(b.Host)
	return a == b
}

// compare says how replies are compared. What this machine and the servers are
// called differs as a rule, and says nothing.
func (r *ReplayOptions) compare(o Options, script *history.Script, targets []console.Target) history.CompareOptions {
	if was, err := console.ParseTarget(cmp.Or(script.Header.Target, console.PracticeName)); err == nil {
		targets = append(slices.Clip(targets), was)
	}
	return history.CompareOptions{By: r.By, Own: append(console.OwnNames(targets...), o.Console.Name())}
}
