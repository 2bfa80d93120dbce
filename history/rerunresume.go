package history

import "context"

// On makes a replay of the same steps on another player, which Resume can bring
// to where r is. Nothing is sent yet.
func (r *Rerun) On(p Player) *Rerun {
	before := r.before
	if before == nil {
		before = r.run.steps
	}
	return &Rerun{player: p, steps: r.steps, o: r.o, before: before}
}

// Resume brings a replay made by On to the step at index from: it does again what
// that needs of what the other one did (see Needed), as it was done there, with
// lines that were edited or inserted and without those that were skipped. It
// returns the results that differ from those there, and stops at an error as Next
// does: another On can try again. From 0 nothing is done.
func (r *Rerun) Resume(ctx context.Context, from int) ([]Result, error) {
	r.at = from
	var differ []Result
	for i, needed := range Needed(r.before, len(r.before)) {
		if !needed || from == 0 {
			continue
		}
		res := Result{Index: -1, Want: r.before[i]}
		before := r.catchUp()
		err := r.exposed(r.before[:i+1])
		if err == nil {
			err = r.play(ctx, r.before[i:i+1])
		}
		r.catchUp()
		if got := r.run.steps[before:]; len(got) > 0 {
			res.Got = got[0]
		}
		if res.Differences = CompareStep(res.Want, res.Got, r.o.CompareOptions); len(res.Differences) > 0 {
			differ = append(differ, res)
		}
		if err != nil {
			return differ, err
		}
	}
	r.before = nil
	return differ, nil
}
