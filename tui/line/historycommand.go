package line

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"smtpconsole/history"
)

// HistoryCommand is "history" with its subcommands, on store. face is where they
// print; exit gets the exit code of one that has its own.
func HistoryCommand(store *history.Store, face Options, exit *int) *cobra.Command {
	cmd := &cobra.Command{Use: "history", Short: "browse and keep the recorded sessions", Long: HistoryHelp}
	cmd.AddCommand(listCommand(store), showCommand(store, face), searchCommand(store), diffCommand(store, face, exit),
		exportCommand(store), importCommand(store), labelCommand(store), removeCommand(store),
		restoreCommand(store), pruneCommand(store), pathCommand(store))
	cmd.SetOut(face.Out)
	cmd.SetErr(face.Err)
	return cmd
}

// Arguments allows from least to most of them, any number where most is
// 0; advice is for fewer.
func Arguments(least, most int, advice string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return errors.New(advice)
		case most >= 0 && len(args) > most:
			return fmt.Errorf("%q is one argument too many: %s --help says what is understood", args[most], cmd.CommandPath())
		}
		return nil
	}
}

// AnyNumber is for Arguments.
const AnyNumber = -1

// nameOne is the advice where no session is named.
const nameOne = "name a session, or last: smtpconsole history list lists them"

// jsonFlag gives cmd the flag that all these commands have.
func jsonFlag(cmd *cobra.Command, asJSON *bool) *cobra.Command {
	cmd.Flags().BoolVar(asJSON, "json", false, "print one JSON object a line")
	return cmd
}

func listCommand(store *history.Store) *cobra.Command {
	var o ListOptions
	cmd := &cobra.Command{
		Use: "list [WORD...]", Short: "list the sessions that all words fit, newest first", Long: listHelp, Args: Arguments(0, AnyNumber, ""),
		RunE: func(cmd *cobra.Command, words []string) error {
			o.Query = strings.Join(words, " ")
			return List(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), store, o)
		},
	}
	cmd.Flags().BoolVar(&o.Removed, "removed", false, "those in the trash")
	return jsonFlag(cmd, &o.JSON)
}

// onlyJSON is an error where --json and another --format were both asked for.
func onlyJSON(cmd *cobra.Command, format string) error {
	if cmd.Flags().Changed("format") && cmd.Flags().Changed("json") && format != "json" {
		return fmt.Errorf("--json is --format json, and --format %s was asked for too: leave one of them out", format)
	}
	return nil
}

func showCommand(store *history.Store, face Options) *cobra.Command {
	format, asJSON := "text", false
	cmd := &cobra.Command{
		Use: "show ID", Short: "show one: part of its ID will do, and last is the newest", Long: showHelp, Args: Arguments(1, 1, nameOne),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onlyJSON(cmd, format); err != nil {
				return err
			}
			if asJSON {
				format = "json"
			}
			return Show(cmd.OutOrStdout(), cmd.ErrOrStderr(), store, args[0], format, face.Columns)
		},
	}
	cmd.Flags().StringVar(&format, "format", format, "print it as text or json")
	return jsonFlag(cmd, &asJSON)
}

func searchCommand(store *history.Store) *cobra.Command {
	limit, asJSON := 0, false
	cmd := &cobra.Command{
		Use: "search TEXT", Short: "find the lines of all sessions that have a text", Args: Arguments(1, 1, "say what to look for, in quotes where it has blanks"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return Search(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr(), store, args[0], limit, asJSON)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "end after `N` lines; 0 finds all")
	return jsonFlag(cmd, &asJSON)
}

func diffCommand(store *history.Store, face Options, exit *int) *cobra.Command {
	var o DiffOptions
	cmd := &cobra.Command{
		Use: "diff ID|FILE ID|FILE", Short: "tell in what two sessions differ", Long: diffHelp,
		Args: Arguments(2, 2, "name two sessions, as in last-1 last: smtpconsole history list lists them"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			o.Columns, o.Coloured, o.People = face.Columns, face.Coloured, cmd.ErrOrStderr()
			*exit, err = Diff(cmd.Context(), cmd.OutOrStdout(), store, args[0], args[1], o)
			return err
		},
	}
	cmd.Flags().AddFlagSet(o.Flags())
	return cmd
}

func exportCommand(store *history.Store) *cobra.Command {
	var o ExportOptions
	asJSON := false
	cmd := &cobra.Command{
		Use: "export ID", Short: "write one in a format that others read", Long: exportHelp(), Args: Arguments(1, 1, nameOne),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onlyJSON(cmd, o.Format); err != nil {
				return err
			}
			if asJSON {
				o.Format = "json"
			}
			return Export(cmd.OutOrStdout(), cmd.ErrOrStderr(), store, args[0], o)
		},
	}
	cmd.Flags().AddFlagSet(o.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "the same as --format json")
	return cmd
}

func importCommand(store *history.Store) *cobra.Command {
	var o ImportOptions
	cmd := &cobra.Command{
		Use: "import FILE|-", Short: "keep a dialogue that other programs or people wrote", Long: importHelp(), Args: Arguments(1, 1, "name a file, or - for standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return Import(cmd.Context(), cmd.OutOrStdout(), store, args[0], o)
		},
	}
	cmd.Flags().AddFlagSet(o.Flags())
	return cmd
}

func labelCommand(store *history.Store) *cobra.Command {
	note, asJSON := "", false
	cmd := &cobra.Command{
		Use: "label ID [WORD...]", Short: "give one a label or a note, or print them", Long: labelHelp, Args: Arguments(1, AnyNumber, nameOne),
		RunE: func(cmd *cobra.Command, args []string) error {
			var newLabel, newNote *string
			if words := strings.Join(args[1:], " "); len(args) > 1 {
				newLabel = &words
			}
			if cmd.Flags().Changed("note") {
				newNote = &note
			}
			return Label(cmd.OutOrStdout(), store, args[0], newLabel, newNote, asJSON)
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "keep this `TEXT` with it")
	return jsonFlag(cmd, &asJSON)
}

func removeCommand(store *history.Store) *cobra.Command {
	empty, asJSON := false, false
	cmd := &cobra.Command{
		Use: "remove ID...", Short: "put sessions into the trash, for 30 days", Args: Arguments(0, AnyNumber, ""),
		RunE: func(cmd *cobra.Command, refs []string) error {
			switch {
			case empty && len(refs) > 0:
				return errors.New("--empty deletes all of the trash and takes no ID: name sessions without it")
			case empty:
				return Empty(cmd.Context(), cmd.OutOrStdout(), store, asJSON)
			case len(refs) == 0:
				return errors.New(nameOne)
			}
			return Remove(cmd.OutOrStdout(), store, refs, asJSON)
		},
	}
	cmd.Flags().BoolVar(&empty, "empty", false, "delete what is in the trash, for good")
	return jsonFlag(cmd, &asJSON)
}

func restoreCommand(store *history.Store) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "restore ID...", Short: "bring sessions back from the trash",
		Args: Arguments(1, AnyNumber, "name a session: smtpconsole history list --removed lists those in the trash"),
		RunE: func(cmd *cobra.Command, refs []string) error {
			return Restore(cmd.OutOrStdout(), store, refs, asJSON)
		},
	}
	return jsonFlag(cmd, &asJSON)
}

func pruneCommand(store *history.Store) *cobra.Command {
	var o PruneOptions
	cmd := &cobra.Command{
		Use: "prune", Short: "delete old sessions for good", Long: pruneHelp, Args: Arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return Prune(cmd.Context(), cmd.OutOrStdout(), store, o)
		},
	}
	cmd.Flags().Var(&o.Older, "older", "sessions that began longer ago than `AGE`, as in 90d")
	cmd.Flags().Var(&o.Larger, "larger", "the oldest, while all together take more than `SIZE`, as in 1G")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "delete nothing, say what would be")
	return jsonFlag(cmd, &o.JSON)
}

func pathCommand(store *history.Store) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use: "path", Short: "print the directory they are kept in", Args: Arguments(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return Path(cmd.OutOrStdout(), store, asJSON)
		},
	}
	return jsonFlag(cmd, &asJSON)
}
