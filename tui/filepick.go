package tui

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/sahilm/fuzzy"

	"smtpconsole/protocol"
)

// filePick chooses a file: a picker over the entries of a directory, where a
// path can be typed as well. The filepicker of bubbles has neither a filter nor
// a line to type in, and reads directories with no regard to what a name holds.
//
// What a directory holds comes in a message: whoever shows a filePick hands
// each dirReadMsg to its pick.
type filePick struct {
	*picker
	heading string
	saving  bool // a file that is not there yet is as good
	take    func(*Model, string) tea.Cmd

	dir     string // whose entries these are; "" until something was read
	entries []fileEntry
	rows    []fileEntry // what the picker's choices stand for
	looks   int         // numbers what was asked for
	note    string      // a sentence, until something is typed
}

// fileEntry is one row to choose.
type fileEntry struct {
	name string
	path string
	help string
	// look is true where it takes a look to tell what choosing it means: at a
	// directory, or a path that was typed.
	look bool
	odd  bool // neither a file nor a directory
}

// dirReadMsg is what is at a path that was chosen or typed.
type dirReadMsg struct {
	pick    *filePick
	look    int
	path    string // absolute
	dir     bool
	entries []fileEntry // in a directory, and always the one above
	err     error
}

// newFilePick begins in dir, "" for the working directory. Take gets the path
// of the file, absolute. The command reads the directory.
func newFilePick(st *styles, heading, dir string, saving bool, take func(*Model, string) tea.Cmd) (*filePick, tea.Cmd) {
	p := &filePick{picker: newPicker(st, "Name", nil), heading: heading, saving: saving, take: take}
	if saving {
		p.filter.Placeholder = "type a name, or choose"
	}
	return p, p.look(dir)
}

// look has what is at path read. Only the answer to the last look counts.
func (p *filePick) look(path string) tea.Cmd {
	p.looks++
	n := p.looks
	p.note = fmt.Sprintf("reading %q …", path)
	return func() tea.Msg {
		msg := dirReadMsg{pick: p, look: n, path: path}
		if abs, err := filepath.Abs(path); err == nil {
			msg.path = abs
		}
		info, err := os.Stat(msg.path)
		msg.entries, msg.err = above(msg.path), err
		if err == nil && info.IsDir() {
			msg.dir = true
			var inside []fileEntry
			inside, msg.err = readEntries(msg.path)
			msg.entries = append(msg.entries, inside...)
		}
		return msg
	}
}

// above is the row for the directory that path is in; the root is in none.
func above(path string) []fileEntry {
	dir := filepath.Dir(path)
	if dir == path {
		return nil
	}
	return []fileEntry{{name: "../", path: dir, help: "the directory above", look: true}}
}

// readEntries lists a directory, directories first.
func readEntries(dir string) ([]fileEntry, error) {
	found, err := os.ReadDir(dir)
	entries := make([]fileEntry, len(found))
	for i, e := range found {
		entries[i] = readEntry(dir, e)
	}
	slices.SortStableFunc(entries, func(a, b fileEntry) int { return cmp.Compare(rank(b), rank(a)) })
	return entries, err
}

// rank puts directories in front.
func rank(e fileEntry) int {
	if e.look {
		return 1
	}
	return 0
}

// readEntry follows a link: what counts is where it leads.
func readEntry(dir string, e fs.DirEntry) fileEntry {
	entry := fileEntry{name: e.Name(), path: filepath.Join(dir, e.Name())}
	info, err := os.Stat(entry.path)
	switch {
	case err != nil:
		entry.odd, entry.help = true, cause(err).Error()
	case info.IsDir():
		entry.name, entry.look = entry.name+"/", true
		entry.help = info.ModTime().Format("2 Jan 2006")
	case !info.Mode().IsRegular():
		entry.odd, entry.help = true, "no file with contents"
	default:
		entry.help = sizeWords(info.Size()) + " · " + info.ModTime().Format("2 Jan 2006 15:04")
	}
	return entry
}

// read takes what look found. It returns as handleKey does: a path that was
// typed may turn out to be the file. What newFilePick begins with never is.
func (p *filePick) read(msg dirReadMsg) (taken *choice, done bool) {
	if msg.look != p.looks {
		return nil, false
	}
	first, missing := p.dir == "", errors.Is(msg.err, fs.ErrNotExist)
	p.note = ""
	switch {
	case !first && (msg.err == nil && !msg.dir || missing && p.saving):
		return p.taking(msg.path), true
	case missing:
		p.note = fmt.Sprintf("%q does not exist: choose another", msg.path)
	case msg.err != nil:
		p.note = fmt.Sprintf("%q cannot be read: %v; choose another", msg.path, cause(msg.err))
	case !first:
		p.filter.SetValue("")
	}
	if first || msg.dir && msg.err == nil {
		p.dir, p.entries = msg.path, msg.entries
	}
	p.fill()
	return nil, false
}

func (p *filePick) taking(path string) *choice {
	return &choice{take: func(m *Model) tea.Cmd { return p.take(m, path) }}
}

// fill works out the rows for what is typed. A path names one place; anything
// else filters, and is a name as well where there may be a new one.
func (p *filePick) fill() {
	query := strings.TrimSpace(p.filter.Value())
	p.rows, p.all, p.shown, p.at, p.first = p.rows[:0], p.all[:0], p.shown[:0], 0, 0
	if path, ok := p.typed(query); ok {
		p.rows, p.shown = append(p.rows, fileEntry{name: query, path: path, help: path, look: true}), append(p.shown, 0)
	}
	if !isPath(query) {
		typed := len(p.rows)
		p.rows = append(p.rows, p.unhidden(query)...)
		for _, i := range fitting(query, p.rows[typed:]) {
			p.shown = append(p.shown, typed+i)
		}
	}
	for _, e := range p.rows {
		p.all = append(p.all, choice{label: e.name, help: e.help, faint: e.odd})
	}
	p.measure()
}

// isPath tells whether what is typed names a place rather than an entry.
func isPath(query string) bool {
	return query == "~" || strings.ContainsRune(query, '/') || strings.ContainsRune(query, filepath.Separator)
}

// typed is the path that was typed, where it is to be taken at its word.
func (p *filePick) typed(query string) (string, bool) {
	if !isPath(query) {
		known := slices.ContainsFunc(p.entries, func(e fileEntry) bool { return e.name == query })
		return filepath.Join(p.dir, query), p.saving && query != "" && !known
	}
	if rest, ok := strings.CutPrefix(query, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest), true
		}
	}
	if filepath.IsAbs(query) {
		return filepath.Clean(query), true
	}
	return filepath.Join(p.dir, query), true
}

// unhidden are the entries that are shown: hidden ones where query begins with
// a dot.
func (p *filePick) unhidden(query string) []fileEntry {
	var seen []fileEntry
	for _, e := range p.entries {
		if !strings.HasPrefix(e.name, ".") || e.name == "../" || strings.HasPrefix(query, ".") {
			seen = append(seen, e)
		}
	}
	return seen
}

// fitting are the indexes of the entries that fit query, best first: all for "".
func fitting(query string, entries []fileEntry) []int {
	names, fit := make([]string, len(entries)), make([]int, len(entries))
	for i, e := range entries {
		names[i], fit[i] = e.name, i
	}
	if query == "" {
		return fit
	}
	found := fuzzy.Find(query, names)
	slices.SortStableFunc(found, func(a, b fuzzy.Match) int { return begins(b.Str, query) - begins(a.Str, query) })
	for i, m := range found {
		fit[i] = m.Index
	}
	return fit[:len(found)]
}

// handleKey returns what is to be carried out, and done where the filePick is
// to close.
func (p *filePick) handleKey(msg tea.KeyMsg) (taken *choice, done bool) {
	k := pickKeys
	if !typing(msg) {
		switch {
		case key.Matches(msg, k.take):
			return p.choose()
		case key.Matches(msg, k.leave, k.up, k.down, k.pageUp, k.pageDown):
			return p.picker.handleKey(msg)
		}
	}
	before := p.filter.Value()
	editInput(&p.filter, msg)
	if p.filter.Value() != before {
		p.note = ""
		p.fill()
	}
	return nil, false
}

// click selects a row, and chooses the one selected.
func (p *filePick) click(x, y int) (taken *choice, done bool) {
	if taken, _ = p.picker.click(x, y); taken != nil {
		return p.choose()
	}
	return nil, false
}

// choose takes the selected row, or looks at it first.
func (p *filePick) choose() (taken *choice, done bool) {
	if p.at >= len(p.shown) {
		return nil, false
	}
	row := p.rows[p.shown[p.at]]
	if row.look {
		return &choice{take: func(*Model) tea.Cmd { return p.look(row.path) }}, false
	}
	return p.taking(row.path), true
}

// view draws the list under the directory's name.
func (p *filePick) view(a rect) string {
	title := " " + p.st.title.Render(p.heading) + " "
	dir := protocol.Safe(p.dir)
	if over := ansi.StringWidth(dir) - (a.w - ansi.StringWidth(title) - 1); over > 0 { // Its end tells more than its beginning.
		dir = ansi.TruncateLeft(dir, over+1, "…")
	}
	var foot []string
	if p.note != "" {
		for _, row := range wrap(protocol.Safe(p.note), max(1, a.w-2), 0) {
			foot = append(foot, " "+p.st.hint.Render(row))
		}
	}
	list := p.picker.view(rect{a.x, a.y + 1, a.w, max(0, a.h-1-len(foot))})
	rows := append([]string{title + p.st.faint.Render(dir)}, strings.Split(list, "\n")...)
	return block(append(rows, foot...), a.w, a.h)
}
