package protocol_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows are the imports among our packages that there may be: main → tui →
// history → protocol, and never back.
var arrows = map[string][]string{
	".":                 {"tui", "tui/line", "tui/line/quiet", "tui/console", "history"},
	"tui":               {"tui/console", "history", "protocol", "protocol/message", "protocol/sasl"},
	"tui/line":          {"tui/console", "history", "protocol", "protocol/message", "protocol/practice", "protocol/sasl"},
	"tui/line/quiet":    nil,
	"tui/console":       {"history", "protocol/wire", "protocol/practice", "protocol/sasl", "protocol/message", "protocol"},
	"history":           {"protocol/wire", "protocol"},
	"protocol/wire":     {"protocol/sasl", "protocol"},
	"protocol/practice": {"protocol/sasl", "protocol"},
	"protocol/message":  {"protocol"},
	"protocol/sasl":     nil,
	"protocol":          nil,
}

// impure are what the pure part of protocol must not know: I/O, clocks of
// others, terminals. net/netip and net/url are arithmetic.
var impure = []string{"net", "os", "io/fs", "crypto/tls", "crypto/x509", "log", "os/exec", "syscall"}

// TestArrows reads the imports of every file that is not a test.
func TestArrows(t *testing.T) {
	seen := map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != "." {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			seen[path.Dir(name)] = true
			checkFile(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range arrows {
		if !seen[pkg] {
			t.Errorf("no file of package %s was read", pkg)
		}
	}
}

func checkFile(t *testing.T, name string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", name), nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	pkg := path.Dir(name)
	allowed, known := arrows[pkg]
	if !known {
		t.Errorf("package %s has no row in arrows: say what it may import", pkg)
	}
	for _, spec := range f.Imports {
		imp := strings.Trim(spec.Path.Value, `"`)
		if ours, ok := strings.CutPrefix(imp, "smtpconsole/"); ok && !slices.Contains(allowed, ours) {
			t.Errorf("%s imports %s", name, imp)
		}
		if pkg == "protocol" && (slices.Contains(impure, imp) || strings.Contains(strings.Split(imp, "/")[0], ".")) {
			t.Errorf("%s imports %s: package protocol does no I/O and stands on the standard library alone", name, imp)
		}
		if strings.Contains(imp, "charmbracelet") && pkg != "tui" {
			t.Errorf("%s imports %s: only package tui draws", name, imp)
		}
	}
}
