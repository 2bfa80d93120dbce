package line

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"

	"smtpconsole/history"
	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// printer shows the events of one session, in order and each once. Its methods
// may be called from any goroutine.
type printer struct {
	log *history.Log
	// out gets the dialogue, say the prompt and whatever else is for people.
	out, say               io.Writer
	gauge                  io.Writer // a terminal for measure; nil for none
	json, person, coloured bool
	columns                int // 0: do not wrap

	mu     sync.Mutex // guards what follows, and the order of what is written
	seen   int        // Seq of the last event shown
	state  protocol.State
	prompt string        // on the screen, waiting for a line; "" for none
	meter  bool          // a line of measure's is on the terminal
	ended  chan struct{} // closed when follow has returned
}

// follow shows events as they come, until the log is closed. It is the
// printer's own goroutine.
func (p *printer) follow() {
	defer close(p.ended)
	for seen := 0; ; {
		events, err := p.log.Next(context.Background(), seen)
		if err != nil {
			return
		}
		seen = events[len(events)-1].Seq
		p.show()
	}
}

// show brings the screen up to date with the log.
func (p *printer) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.log.Len() == p.seen {
		return
	}
	events, _ := p.log.Next(context.Background(), p.seen) // there are some, so it does not wait
	p.seen = events[len(events)-1].Seq
	p.unmeasure()
	if p.prompt != "" {
		_, _ = io.WriteString(p.say, "\n")
	}
	p.write(events)
	_, _ = io.WriteString(p.say, p.prompt)
}

// write prints events in one piece.
func (p *printer) write(events []protocol.Event) {
	if p.json {
		_ = history.WriteJSON(p.out, history.Each(events))
		return
	}
	var b bytes.Buffer
	for _, ev := range events {
		p.state = p.state.Apply(ev)
		p.event(&b, ev)
	}
	_, _ = p.out.Write(b.Bytes())
}

// event prints one event as RFC 5321 prints dialogues. A held line is shown
// with its remarks by whoever held it.
func (p *printer) event(b *bytes.Buffer, ev protocol.Event) {
	if ev.Kind == protocol.KindHeld {
		return
	}
	text := protocol.Safe(ev.String())
	if aside, ok := strings.CutPrefix(text, notWire); ok && p.person {
		text = strings.TrimSuffix(aloud(aside, p.columns), "\n")
	}
	if p.coloured {
		text = colour(ev) + text + plainText
	}
	b.WriteString(text + "\n")
	if p.person && ev.Reply != nil && (ev.Reply.Refused() || len(ev.Reply.Flaws) > 0) {
		b.WriteString(aloud(p.explanation(ev), p.columns))
	}
}

// nothingAsked stands where a reply answers no command, as a 421 may.
const nothingAsked = "-"

// explanation is one line for who got an unusual reply.
func (p *printer) explanation(ev protocol.Event) string {
	answers := nothingAsked
	if asked, ok := p.log.Event(ev.For); ok {
		answers = asked.Cmd
		if asked.Kind == protocol.KindBody {
			answers = protocol.ForVerdict
		}
	}
	e := protocol.ExplainReply(*ev.Reply, answers, p.state)
	return strings.Join(append([]string{e.Headline + "."}, e.Lines[:min(1, len(e.Lines))]...), " ")
}

// tell prints what people read, in one piece.
func (p *printer) tell(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unmeasure()
	_, _ = io.WriteString(p.say, text)
}

// measure shows text in a line of its own, in place of the one before. The
// next event takes it away, and so does an empty text.
func (p *printer) measure(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unmeasure()
	if text != "" {
		_, _ = io.WriteString(p.gauge, text)
		p.meter = true
	}
}

// unmeasure takes the line away. The caller holds mu.
func (p *printer) unmeasure() {
	if p.meter {
		_, _ = io.WriteString(p.gauge, "\r\x1b[K")
		p.meter = false
	}
}

// ask shows the prompt, for a person.
func (p *printer) ask() {
	p.show()
	if !p.person {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prompt = console.Standing(p.log.State()) + promptEnd
	_, _ = io.WriteString(p.say, p.prompt)
}

const promptEnd = " › "

// answered takes the prompt away and returns it: a line was typed behind it.
func (p *printer) answered() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	prompt := p.prompt
	p.prompt = ""
	return prompt
}

// Colours by what an event is; the digits of a reply say the same.
const (
	plainText = "\x1b[m"
	bold      = "\x1b[1m"
	faint     = "\x1b[2m"
	magenta   = "\x1b[35m"
	red       = "\x1b[31m"
)

var classColours = map[protocol.Class]string{
	protocol.ClassDone:      "\x1b[32m",
	protocol.ClassMore:      "\x1b[36m",
	protocol.ClassTemporary: "\x1b[33m",
	protocol.ClassPermanent: red,
	protocol.ClassOther:     magenta,
}

// colour is the sequence that begins ev's line.
func colour(ev protocol.Event) string {
	switch ev.Kind {
	case protocol.KindClient:
		return bold
	case protocol.KindServer:
		code := 0
		for _, digit := range ev.Text[:min(3, len(ev.Text))] {
			code = code*10 + int(digit-'0')
		}
		return classColours[protocol.ClassOf(code)]
	case protocol.KindError:
		return red
	}
	return faint
}
