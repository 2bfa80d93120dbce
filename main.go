// Smtpconsole is an interactive SMTP console: one conversation with one mail
// server, checked before it is sent and explained as it goes.
//
// This file is the command line: which command, which settings, which face,
// which exit code.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"smtpconsole/history"
	"smtpconsole/tui"
	"smtpconsole/tui/console"
	"smtpconsole/tui/line"
	"smtpconsole/tui/line/quiet"
)

func main() {
	quiet.End()
	os.Exit(run(os.Args[1:]))
}

// run is main with an exit code. A signal ends the context, and with it the
// session, in order; the exit code is then the one that shells report.
func run(args []string) int {
	ctx, stop := line.UntilSignal(context.Background(), deadly()...)
	defer stop()
	c := command{}
	root := c.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	code, signalled := line.SignalCode(ctx)
	switch {
	case err != nil && !signalled && c.exit < line.SignalBase:
		fmt.Fprintln(os.Stderr, "smtpconsole:", err)
		return line.ExitUsage
	case c.exit == 0 && signalled && !c.endless:
		return code
	}
	return c.exit
}

// deadly are the signals that end any command: SIGINT among them where nobody
// types, since to a person at a terminal Ctrl+C means less.
func deadly() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM, syscall.SIGHUP}
	if !isTerminal(os.Stdin) {
		signals = append(signals, os.Interrupt)
	}
	return signals
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// command is what the command line says, and the exit code that comes of it.
type command struct {
	settings console.Settings
	face     line.Options // what flags set of it
	letter   line.Letter
	again    line.ReplayOptions
	server   line.Server
	session  []*pflag.FlagSet // flags of whatever holds a session
	endless  bool             // it runs until a signal ends it
	exit     int
}

func (c *command) root() *cobra.Command {
	root := &cobra.Command{
		Use: "smtpconsole [TARGET]", Long: line.RootHelp, Version: version(),
		Args: line.Arguments(0, 1, ""), RunE: c.console,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetVersionTemplate("smtpconsole {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	server := c.server.Flags()
	settings := c.settings.Flags()
	c.session = append(settings, c.face.Flags())
	add(root, c.session)
	sending := append(c.letter.Flags(), c.session...)
	again := c.again.Flags()
	records := line.HistoryCommand(history.Open(history.DefaultDir()), terminal(line.Options{}), &c.exit)
	root.AddCommand(c.practice(append([]*pflag.FlagSet{server}, c.session...)), c.send(sending),
		c.replay(append([]*pflag.FlagSet{again, line.JSONOnly(c.session[len(settings)])}, settings...)), records, c.check(), c.explain(), versions())
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.HasSubCommands() { // alone it does nothing, and a word it does not know is a mistake
			cmd.Args, cmd.RunE = line.Arguments(0, 0, ""), func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		line.WriteHelp(os.Stdout, cmd, append([]*pflag.FlagSet{server, again}, sending...))
	})
	return root
}

func add(cmd *cobra.Command, groups []*pflag.FlagSet) {
	for _, g := range groups {
		cmd.Flags().AddFlagSet(g)
	}
}

// console runs the command that has no name.
func (c *command) console(cmd *cobra.Command, args []string) (err error) {
	var target console.Target
	if len(args) > 0 {
		target, err = console.ParseTarget(args[0])
	}
	if err != nil {
		return err
	}
	return c.begin(cmd, target)
}

// settle completes the settings, and returns what a console is made of.
func (c *command) settle() (console.Options, error) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, group := range c.session {
		flags.AddFlagSet(group)
	}
	if err := c.settings.Settle(flags, console.ConfigDir()); err != nil {
		return console.Options{}, err
	}
	o := console.Options{Settings: c.settings, Version: version()}
	if !c.settings.NoRecord {
		o.Store = history.Open(history.DefaultDir())
	}
	return o, nil
}

// prune keeps the record within the limits that the settings name, if they do,
// once a session is over. A signal leaves it for the next time.
func prune(ctx context.Context, o console.Options) {
	limits := o.Settings.Limits(time.Now())
	if o.Store == nil || limits == (history.Limits{}) || ctx.Err() != nil {
		return
	}
	if _, err := o.Store.Prune(ctx, limits, false); err != nil {
		fmt.Fprintln(os.Stderr, "smtpconsole:", err)
	}
}

// begin opens the face that fits.
func (c *command) begin(cmd *cobra.Command, target console.Target) error {
	o, err := c.settle()
	if err != nil {
		return err
	}
	defer prune(cmd.Context(), o)
	switch {
	case fullScreen() && !c.settings.Plain && !c.face.JSON:
		return c.fullScreen(cmd.Context(), o, tui.Options{Target: target})
	case target == console.Target{}:
		return fmt.Errorf("no TARGET is named, and without the full screen there is nowhere to choose one: %w", console.ErrTarget)
	}
	return c.plain(cmd.Context(), o, target)
}

// fullScreen tells whether there is a terminal to draw on.
func fullScreen() bool {
	return isTerminal(os.Stdin) && isTerminal(os.Stdout) && os.Getenv("TERM") != "dumb"
}

// fullScreen runs the full screen with what the settings say, and face.
func (c *command) fullScreen(ctx context.Context, o console.Options, face tui.Options) error {
	face.Console = console.New(o)
	defer face.Console.Close()
	kept := ""
	if o.Store != nil {
		kept = o.Store.Dir()
		face.Drafts, face.Limits = filepath.Join(kept, "drafts"), o.Settings.Limits
	}
	face.Saved = history.Open(history.DefaultDir())
	face.Recall, face.Theme, face.Confirm = console.OpenRecall(kept), c.settings.Theme, c.settings.Confirm
	return tui.Run(ctx, face)
}

func (c *command) plain(ctx context.Context, o console.Options, target console.Target) (err error) {
	face := c.lines(&o, target)
	if face.Person {
		interrupts := make(chan os.Signal, 1)
		signal.Notify(interrupts, os.Interrupt)
		face.Interrupts = interrupts
	}
	face.Console = console.New(o)
	defer face.Console.Close()
	c.exit, err = line.Run(ctx, face)
	return err
}

// lines is the face for lines on the standard streams. Where somebody types, o
// can ask them.
func (c *command) lines(o *console.Options, target console.Target) line.Options {
	face := terminal(c.face)
	face.Target = target
	if face.Person {
		o.Ask = line.Asker(os.Stdin, os.Stderr)
	}
	return face
}

// terminal is face on the standard streams, as what they are.
func terminal(face line.Options) line.Options {
	face.In, face.Out, face.Err = os.Stdin, os.Stdout, os.Stderr
	face.Person = isTerminal(os.Stdin)
	if isTerminal(os.Stdout) {
		face.Columns = line.Width(os.Stdout)
	}
	face.Coloured = face.Columns > 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	return face
}

// gauge is the terminal that shows how far something large is, nil for none.
func gauge() io.Writer {
	if isTerminal(os.Stderr) {
		return os.Stderr
	}
	return nil
}

// headless holds sessions with nobody typing. Ctrl+C ends them at a terminal too.
func (c *command) headless(cmd *cobra.Command, target console.Target, do func(context.Context, line.Options) (int, error)) error {
	o, err := c.settle()
	if err != nil {
		return err
	}
	ctx, stop := line.UntilSignal(cmd.Context(), os.Interrupt)
	defer stop()
	face := c.lines(&o, target)
	face.Gauge = gauge()
	o.NoDigest = !face.JSON
	face.Console = console.New(o)
	defer prune(ctx, o)
	defer face.Console.Close()
	c.exit, err = do(ctx, face)
	if code, signalled := line.SignalCode(ctx); signalled {
		c.exit = code
	}
	return err
}

// send sends one message.
func (c *command) send(groups []*pflag.FlagSet) *cobra.Command {
	cmd := &cobra.Command{
		Use: "send TARGET", Short: "send one message, step by step", Long: line.SendHelp,
		Args: line.Arguments(1, 1, "name a server, as in smtpconsole send mail.example.org:587"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := console.ParseTarget(args[0])
			if err != nil {
				return err
			}
			return c.headless(cmd, target, func(ctx context.Context, face line.Options) (int, error) {
				return line.Send(ctx, face, &c.letter)
			})
		},
	}
	add(cmd, groups)
	return cmd
}

// replay runs a session again.
func (c *command) replay(groups []*pflag.FlagSet) *cobra.Command {
	cmd := &cobra.Command{
		Use: "replay SESSION|SCRIPT [TARGET...]", Short: "run a session again, and tell what differs", Long: line.ReplayHelp,
		Args: line.Arguments(1, line.AnyNumber, "name a session, or last: smtpconsole history list lists them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.again.Idle(cmd.Flags()); err != nil {
				return err
			}
			if c.again.Step {
				return c.stepByStep(cmd.Context(), args)
			}
			return c.headless(cmd, console.Target{}, func(ctx context.Context, face line.Options) (int, error) {
				return line.Replay(ctx, face, &c.again, args)
			})
		},
	}
	add(cmd, groups)
	return cmd
}

// stepByStep runs a session again in the full screen.
func (c *command) stepByStep(ctx context.Context, args []string) error {
	if !fullScreen() {
		return errors.New("--step needs a terminal: without it the session runs by itself")
	}
	o, err := c.settle()
	if err != nil {
		return err
	}
	script, target, err := c.again.Script(ctx, history.Open(history.DefaultDir()), args, gauge())
	if err != nil {
		return err
	}
	return c.fullScreen(ctx, o, tui.Options{Target: target, Script: script, By: c.again.By})
}

func (c *command) practice(groups []*pflag.FlagSet) *cobra.Command {
	cmd := &cobra.Command{
		Use: "practice", Short: "talk to the built-in server, or let other programs do", Long: line.PracticeHelp(),
		Args: line.Arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("serve") {
				return c.begin(cmd, console.Target{Name: console.PracticeName, Practice: true})
			}
			c.endless = true
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			return c.server.Serve(ctx, os.Stdout, os.Stderr)
		},
	}
	add(cmd, groups)
	return cmd
}

func (c *command) jsonFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.face.JSON, "json", false, "print one JSON object a line")
}

func (c *command) check() *cobra.Command {
	var o line.CheckOptions
	cmd := &cobra.Command{
		Use: "check [FILE|-]", Short: "judge the lines of a dialogue, without a connection", Long: line.CheckHelp,
		Args: line.Arguments(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			held, err := line.CheckFile(cmd.Context(), os.Stdout, gauge(), cmp.Or(strings.Join(args, ""), "-"), o)
			if held > 0 {
				c.exit = line.ExitHeld
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&o.JSON, "json", false, "print one JSON object a line")
	cmd.Flags().StringArrayVar(&o.Vars, "var", nil, "set a variable of a script: `NAME=VALUE`")
	return cmd
}

func (c *command) explain() *cobra.Command {
	cmd := &cobra.Command{
		Use: "explain WORD...", Short: "say what a command, parameter, code or term means", Long: line.ExplainHelp,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if c.face.JSON {
				return line.ExplainJSON(os.Stdout, args)
			}
			return line.Explain(os.Stdout, args, line.Width(os.Stdout))
		},
	}
	c.jsonFlag(cmd)
	return cmd
}

func versions() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: line.Arguments(0, 0, ""),
		Run: func(*cobra.Command, []string) { fmt.Println("smtpconsole", version()) },
	}
}

// flagError is the error of a flag, and where to look. What is no number is not
// explained in the words of package strconv.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var number *strconv.NumError
	if errors.As(err, &invalid) && errors.As(err, &number) {
		kind := "a number"
		if invalid.GetFlag().Value.Type() == "bool" {
			kind = "true or false"
		}
		err = fmt.Errorf("--%s %q: write %s", invalid.GetFlag().Name, invalid.GetValue(), kind)
	}
	return fmt.Errorf("%w: %s --help lists the flags", err, cmd.CommandPath())
}

// version is the module's, and what it was built with and for.
func version() string {
	of := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		of = info.Main.Version
	}
	return fmt.Sprintf("%s %s %s/%s", of, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
