package line

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"smtpconsole/protocol"
	"smtpconsole/tui/console"
)

// The commands that announce a message, as the checks see them.
const (
	byData  = "DATA"
	byChunk = "BDAT 1 LAST"
)

// data sends DATA, and then the file at path as the message.
func (f *face) data(ctx context.Context, path string, st protocol.State) bool {
	if path == "" {
		return f.take(ctx, byData)
	}
	return f.upload(ctx, byData, path, st, func(ctx context.Context, o console.Octets) error {
		return f.session.SendFile(ctx, o, nil)
	})
}

// bdata sends a file by BDAT.
func (f *face) bdata(ctx context.Context, a console.BData, st protocol.State) bool {
	return f.upload(ctx, byChunk, a.Path, st, func(ctx context.Context, o console.Octets) error {
		return f.session.SendChunks(ctx, o, a.Chunk, nil)
	})
}

// upload has send send the file at path, unless the line that announces it
// would be held.
func (f *face) upload(ctx context.Context, line, path string, st protocol.State, send func(context.Context, console.Octets) error) bool {
	octets, remarks, err := console.SkimFile(path, st)
	if err != nil {
		return f.amiss(ExitUsage, err.Error())
	}
	if !f.mayAnnounce(line, st) {
		return f.hold(protocol.Parse(line, st), st, "")
	}
	f.tell(messageRemarks(remarks, protocol.Warning))
	before := f.session.Log.Len()
	goesOn := f.attempt(ctx, func(ctx context.Context) error { return send(ctx, octets) })
	if goesOn && !f.sentSince(before) {
		f.note("data.skipped", fmt.Sprintf("the message in %q was not sent", path))
	}
	return goesOn
}

// mayAnnounce tells whether a line that announces a message can go out.
func (f *face) mayAnnounce(line string, st protocol.State) bool {
	return f.o.AsTyped || !protocol.Parse(line, st).Held()
}

// sentSince tells whether octets of a message went out after event seq.
func (f *face) sentSince(seq int) bool {
	for seq++; seq <= f.session.Log.Len(); seq++ {
		if ev, _ := f.session.Log.Event(seq); ev.Kind == protocol.KindBody {
			return true
		}
	}
	return false
}

// breaking carries out an action that breaks rules on purpose, behind a DATA
// of its own.
func (f *face) breaking(ctx context.Context, a console.Action, st protocol.State) bool {
	if !f.mayAnnounce(byData, st) {
		return f.hold(protocol.Parse(byData, st), st, "")
	}
	return f.attempt(ctx, func(ctx context.Context) error {
		err := f.session.Do(ctx, a)
		if errors.Is(err, console.ErrFar) {
			err = fmt.Errorf("%w: write it behind, as in :raw FILE HOST and :eod VARIANT HOST", err)
		}
		return err
	})
}

// endTest tries an end of data, or lists them.
func (f *face) endTest(ctx context.Context, a console.EndTest, st protocol.State) bool {
	if a.Variant != "" {
		return f.breaking(ctx, a, st)
	}
	rows := [][]string{{"VARIANT", "OCTETS, AND WHAT A CORRECT SERVER DOES"}}
	for _, v := range protocol.EndVariants() {
		rows = append(rows, []string{v.Name, v.Summary + ". " + v.Correct + inBrackets(v.Ref)})
	}
	f.tell(table(rows, f.textColumns()))
	return true
}

// messageRemarks are the remarks on the text of a message from a severity up,
// a line each.
func messageRemarks(remarks []protocol.MessageRemark, least protocol.Severity) string {
	var b strings.Builder
	for _, r := range remarks {
		if r.Severity < least {
			continue
		}
		where := "message"
		if r.Line > 0 {
			where = fmt.Sprintf("line %d", r.Line)
		}
		fmt.Fprintf(&b, "%s: %s: %s%s\n", where, r.Severity, protocol.Safe(r.Message), inBrackets(r.Ref))
	}
	return b.String()
}
