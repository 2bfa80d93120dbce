package history

import "context"

// On makes a replay of the same steps on another player. Nothing is sent yet.
func (r *Rerun) On(p Player) *Rerun { return &Rerun{player: p, steps: r.steps, o: r.o} }

// Resume brings a replay that has not begun to the step at index from: it
// carries out what that step needs (see Needed) and passes over the rest. It
// returns the results that differ, and stops at an error as Next does.
func (r *Rerun) Resume(ctx context.Context, from int) ([]Result, error) {
	needed := Needed(r.steps, from)
	var differ []Result
	for r.at < from {
		if !needed[r.at] {
			r.Skip()
			continue
		}
		results, err := r.Next(ctx)
		for _, res := range results {
			if len(res.Differences) > 0 {
				differ = append(differ, res)
			}
		}
		if err != nil {
			return differ, err
		}
	}
	return differ, nil
}
