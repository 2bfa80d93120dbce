package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// load reads a session of the store, or a script, until ctx ends. A word with a
// dot or a separator in it is the name of a file, since no ID has one, and "-" is
// standard input. Gauge, if not nil, is told of a file that takes a while.
func (r *ReplayOptions) load(ctx context.Context, store *history.Store, ref string, gauge io.Writer) (*history.Script, error) {
	vars, err := parseVariables(r.Vars)
	if err != nil {
		return nil, err
	}
	path := ref
	if ref != "-" && !strings.ContainsAny(ref, `./\`) {
		id, err := store.Find(ref)
		if err != nil {
			return nil, fmt.Errorf("%w; the name of a script has a dot or a slash in it, as in ./NAME", err)
		}
		path = store.Path(id)
	}
	tellLarge(gauge, path)
	f, err := openInput(ctx, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	script, err := history.ReadScript(unmarked(f), history.ScriptOptions{Var: vars.value, InRecord: len(r.Vars) > 0, Dir: filepath.Dir(path)})
	if err = vars.complete(err); err != nil {
		return nil, fmt.Errorf("%s: %w", path, foreign(err))
	}
	if len(script.Steps) == 0 {
		return nil, fmt.Errorf("%s has no step to run", path)
	}
	return script, nil
}

// largeFile takes a second to read, more or less.
const largeFile = 64 << 20

// tellLarge says on w, nil for nowhere, that the file at path takes a while to
// read.
func tellLarge(w io.Writer, path string) {
	if w == nil {
		return
	}
	if info, err := os.Stat(path); err == nil && info.Size() >= largeFile {
		fmt.Fprintf(w, "reading %q, %.0f MB\n", path, mega(info.Size()))
	}
}

// variables are where those of a script get their values from: the call, then
// the environment.
type variables struct {
	set  map[string]string
	used map[string]bool // what the script asked for
}

// parseVariables reads the arguments of --var.
func parseVariables(args []string) (*variables, error) {
	v := &variables{map[string]string{}, map[string]bool{}}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var %q: write name=value", arg)
		}
		v.set[name] = value
	}
	return v, nil
}

// value is that of a variable, and false where nobody set it.
func (v *variables) value(name string) (string, bool) {
	v.used[name] = true
	if value, ok := v.set[name]; ok {
		return value, true
	}
	return environment(name)
}

// environment is where variables come from that no flag sets.
func environment(name string) (string, bool) { return os.LookupEnv("SMTPCONSOLE_VAR_" + name) }

// complete is the error err of reading a script, and beside it that a variable of
// the call is none of the script's: what was misspelt would change nothing, and
// nobody would see it.
func (v *variables) complete(err error) error {
	var missing *history.MissingError
	if err != nil && !errors.As(err, &missing) {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(v.set)) {
		if !v.used[name] {
			err = errors.Join(err, fmt.Errorf("--var %s: there is no ${%[1]s} in it; %s", name, v.names()))
		}
	}
	return err
}

// names are the variables that the script has, for a person.
func (v *variables) names() string {
	if len(v.used) == 0 {
		return "it has no variable"
	}
	return "it has ${" + strings.Join(slices.Sorted(maps.Keys(v.used)), "}, ${") + "}"
}

// within is an error for steps that the script does not have, and for messages
// that are nowhere to be found: behind a 354 it would be too late to notice.
func (r *ReplayOptions) within(script *history.Script, store *history.Store) error {
	steps := history.NewRerun(nil, script.Steps, history.RerunOptions{}).Steps()
	if most := max(r.From, r.To); most > len(steps) {
		return fmt.Errorf("there is no step %d: the session has %d", most, len(steps))
	}
	needed := history.Needed(steps, r.From-1)
	for i, st := range steps {
		left := i < len(needed) && !needed[i] || r.To > 0 && i >= r.To
		if st.Body == nil || left {
			continue
		}
		if err := present(store, st.Body); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

// present is the error of a message that is not there. A file that a script names
// is not opened: it may be a pipe.
func present(store *history.Store, body *protocol.Event) error {
	if body.Path != "" && body.SHA256 == "" {
		if _, err := os.Stat(body.Path); err != nil {
			return fmt.Errorf("%w: %w", history.ErrNoBody, err)
		}
		return nil
	}
	octets, err := store.Octets(body)
	if err != nil {
		return err
	}
	return octets.Close()
}
