package tui

import (
	"context"
	"sync/atomic"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// focus is the pane that keys go to.
type focus int

const (
	focusPrompt focus = iota
	focusTranscript
	focusInspector
)

// Model is the one Bubble Tea model: it routes messages to the panes and
// carries out what they ask for. Panes never talk to each other. All its
// methods run on the Bubble Tea goroutine.
type Model struct {
	o        Options
	r        *lipgloss.Renderer
	st       *styles
	keys     keyMap
	commands []command
	now      func() time.Time
	ctx      context.Context // ends with the program
	asks     chan *question
	// decisions are what actions ask the person while they run.
	decisions chan *decision
	// asksGround is true where the terminal is to be asked for its colour.
	asksGround bool

	w, h  int
	areas areas

	// The live session, nil before the first.
	session *console.Session
	scene
	watch context.Context    // ends when the session leaves the screen
	stop  context.CancelFunc // ends watch
	saved *savedView         // a saved session that is read meanwhile; nil for none

	// What runs on it.
	running     int
	since       time.Time
	actions     context.Context // cancelled by Esc
	cancel      context.CancelFunc
	queue       []string // lines still to be sent, one by one
	paused      bool     // the queue waits for a held line to be mended
	chunk       *console.Chunk
	sent        atomic.Int64 // octets of the message under way; its sender counts them
	meter       uploadMeter
	changes     atomic.Bool // the envelope is to be changed: the plan opens again
	streaming   bool        // the message is at hand: its 354 needs no editor
	sending     bool        // a message is under way: nothing else goes out meanwhile
	dropping    bool        // the next Esc drops the connection under a message
	wasDropping bool        // dropping, as it was before the key that is being handled
	leaving     bool
	quitting    bool

	// The panes.
	start     *startScreen
	prompt    *prompt
	composer  *composer
	composing bool
	popup     *popup
	overlay   overlay
	replay    *replayView
	gone      []string // IDs of sessions deleted in this run, for undo
	dir       string   // where the file chooser was last
	reader    *reader
	question  *questionBox
	status    string // one sentence, until the next key
	trouble   bool   // the sentence is one about a failure
}

// newModel makes the production model; r is what styles are made for.
func newModel(ctx context.Context, o Options, r *lipgloss.Renderer, now func() time.Time) *Model {
	applyTheme(r, o.Theme)
	st := newStyles(r)
	if o.Recall == nil {
		o.Recall = console.OpenRecall("")
	}
	m := &Model{
		o: o, r: r, st: st, keys: defaultKeys(), commands: commands(defaultKeys()), now: now, ctx: ctx, asks: make(chan *question), decisions: make(chan *decision),
		scene: newScene(st), prompt: newPrompt(st), composer: newComposer(st, now),
	}
	if m.o.Saved == nil {
		m.o.Saved = o.Console.Store()
	}
	m.composer.keepDrafts(o.Drafts)
	m.prompt.lines = o.Recall.Lines()
	m.resetActions()
	if o.Target == (console.Target{}) {
		m.start = newStartScreen(st)
	}
	return m
}

// Init begins with the target, or with the start screen and its recent targets.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{clock(m.ctx), waitAsk(m.ctx, m.asks), waitDecision(m.ctx, m.decisions), findDrafts(m.o.Drafts)}
	if m.asksGround {
		cmds = append(cmds, askGround)
	}
	switch {
	case m.o.Script != nil:
		cmds = append(cmds, replayScript(m.o.Console, m.o.Target, m.o.Script, m.o.By, m.o.Saved))
	case m.start == nil:
		cmds = append(cmds, begin(m.o.Console, m.o.Target))
	case m.o.Saved != nil:
		cmds = append(cmds, recentSessions(m.ctx, m.o.Saved))
	}
	return tea.Batch(cmds...)
}

// resetActions gives the actions to come a context that Esc can end.
func (m *Model) resetActions() {
	if m.cancel != nil {
		m.cancel()
	}
	m.actions, m.cancel = context.WithCancel(m.ctx)
}

// say puts a sentence into the footer, until the next key.
func (m *Model) say(text string) { m.status, m.trouble = text, false }

// complain is say for what went wrong.
func (m *Model) complain(text string) { m.status, m.trouble = text, true }

// resize lays the panes out anew.
func (m *Model) resize(w, h int) tea.Cmd {
	m.w, m.h = w, h
	m.areas = layout(w, h)
	m.scene.setSize(m.areas)
	if m.saved != nil {
		m.saved.setSize(m.areas)
	}
	m.composer.setSize(m.areas.whole.w, m.areas.whole.h)
	m.explain()
	return m.fitTable()
}

// fitTable gives the table of sessions the screen's width, which may have changed
// while something lay over it.
func (m *Model) fitTable() tea.Cmd {
	b, ok := m.overlay.(*browser)
	if !ok {
		return nil
	}
	b.setWidth(m.w)
	return b.show()
}

// sight is the session in sight: the saved one that is read, else the live one.
func (m *Model) sight() *scene {
	if m.saved != nil {
		return &m.saved.scene
	}
	return &m.scene
}

// setFocus is the only way the focus of what is in sight moves.
func (m *Model) setFocus(f focus) {
	m.sight().turn(f)
	m.explain()
}

// live tells whether there is a connection on screen.
func (m *Model) live() bool { return m.session != nil && m.state.Phase != protocol.PhaseClosed }

// show puts a session on the screen in place of what was there, and connects.
func (m *Model) show(s *console.Session) tea.Cmd {
	return tea.Batch(m.adopt(s), m.run(dial(m.actions, s)))
}

// adopt puts a session on the screen.
func (m *Model) adopt(s *console.Session) tea.Cmd {
	old := m.put(s.Log)
	m.session = s
	m.began, m.ended = m.now(), time.Time{}
	m.state.Name, m.state.Local = s.Name(), s.Target.LMTP
	m.watch, m.stop = context.WithCancel(m.ctx)
	return tea.Batch(old, waitEvents(m.watch, s.Log, 0))
}

// put clears the screen for log and puts the session before it away.
func (m *Model) put(log *history.Log) tea.Cmd {
	var old tea.Cmd
	if m.stop != nil {
		m.stop()
	}
	m.resetActions()
	m.withdraw()
	if m.session != nil {
		old = closeSession(m.session)
	}
	m.log, m.seq, m.session, m.start = log, 0, nil, nil
	m.state = protocol.State{Addresses: m.state.Addresses}
	m.queue, m.chunk, m.composing, m.paused, m.streaming, m.sending = nil, nil, false, false, false, false
	m.running, m.snapshots, m.replay = 0, nil, nil
	m.transcript.reset()
	m.prompt.setState(m.state)
	m.turn(focusPrompt)
	m.explain()
	return old
}

// run counts an action in, for the timer and Esc.
func (m *Model) run(cmd tea.Cmd) tea.Cmd {
	if m.running == 0 {
		m.since = m.now()
	}
	m.running++
	return cmd
}

// explain works out what the inspector says.
func (m *Model) explain() {
	w := m.inspector.w
	switch {
	case w <= 0:
	case m.saved != nil:
		m.saved.inspector.show(m.saved.selectionPage())
	case m.composing:
	case m.prompt.value() != "" && m.focus == focusPrompt:
		m.inspector.show(append(typedPage(m.st, w, m.prompt, m.state), m.nowLines(w)...))
	default:
		m.inspector.show(append(m.selectionPage(), m.nowLines(w)...))
	}
}

func (m *Model) nowLines(w int) []string {
	pg := &page{w: w, st: m.st, lines: []string{""}}
	pg.put(m.st.title, nowLine(m.state))
	return pg.lines
}
