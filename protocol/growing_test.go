package protocol

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// pipelined is st after so many RCPT commands in groups, each accepted. Their
// recipients begin with name.
func pipelined(st State, name string, all, group int) State {
	for i := 0; i < all; i += group {
		for j := range group {
			st = st.Apply(Event{Kind: KindClient, Text: fmt.Sprintf("RCPT TO:<%s%d@example.org>", name, i+j)})
		}
		for range group {
			st = st.Apply(Event{Kind: KindServer, Reply: &Reply{Code: 250, Lines: []string{"ok"}}})
		}
	}
	return st
}

// inOrder tells whether st has the first recipients of whom, then all of who.
func inOrder(st State, whom string, first int, who string, all int) bool {
	var want []Rcpt
	for i := range first {
		want = append(want, Rcpt{fmt.Sprintf("%s%d@example.org", whom, i), 250})
	}
	for i := range all {
		want = append(want, Rcpt{fmt.Sprintf("%s%d@example.org", who, i), 250})
	}
	return slices.Equal(st.Rcpts, want)
}

// TestLongStatesShareNothing: many go on from each of the long states of one
// session at once, and none sees another.
func TestLongStatesShareNothing(t *testing.T) {
	const first, more = 3 * fewItems, 2 * fewItems
	base := at(t, readyText+"C: MAIL FROM:<a@example.org>\nS: 250 ok\n")
	for n := fewItems / 2; n <= first; n += 3 {
		st := pipelined(base, "base", n, 1)
		var all sync.WaitGroup
		for _, who := range []string{"ann", "bob", "carol"} {
			for _, group := range []int{1, more} {
				all.Go(func() {
					if got := pipelined(st, who, more, group); !inOrder(got, "base", n, who, more) {
						t.Errorf("%s behind %d: %v", who, n, got.Rcpts)
					}
				})
			}
		}
		all.Wait()
		if !inOrder(st, "base", n, "", 0) {
			t.Errorf("the state with %d was changed: %v", n, st.Rcpts)
		}
	}
}

// TestClaimedOnce: of those that go on in an array at the same moment one does.
func TestClaimedOnce(t *testing.T) {
	for range 1000 {
		base, g := (*growing[int])(nil).appended(make([]int, fewItems), 0)
		start := make(chan struct{})
		var all sync.WaitGroup
		for who := range 4 {
			all.Go(func() {
				<-start
				if longer, _ := g.appended(base, who); longer[len(base)] != who {
					t.Errorf("%d stands where %d was put", longer[len(base)], who)
				}
			})
		}
		close(start)
		all.Wait()
	}
}

// TestLongQueue: commands go in behind while replies take others out in front,
// and older queues stay as they were.
func TestLongQueue(t *testing.T) {
	st := at(t, readyText)
	var queues []State
	for i := range 20 * fewItems {
		st = st.Apply(Event{Kind: KindClient, Seq: i, Text: "NOOP"})
		if i%2 == 1 {
			_ = st.Apply(Event{Kind: KindClient, Seq: -1, Text: "NOOP"}) // takes the next place
		}
		if i%3 == 2 {
			st = st.Apply(Event{Kind: KindServer, Reply: &Reply{Code: 250, Lines: []string{"ok"}}})
		}
		queues = append(queues, st)
	}
	for i, st := range queues {
		answered := (i + 1) / 3
		for j, aw := range st.Awaited {
			if aw.Seq != answered+j {
				t.Fatalf("queue %d has %d at %d", i, aw.Seq, j)
			}
		}
		if len(st.Awaited) != i+1-answered {
			t.Errorf("queue %d has %d commands", i, len(st.Awaited))
		}
	}
}

// TestOwnSlice: what a caller puts into a State, or takes from it, is the caller's.
func TestOwnSlice(t *testing.T) {
	st := pipelined(at(t, readyText), "base", 2*fewItems, 1)
	_ = append(st.Rcpts, Rcpt{"other", 250})
	cut := st
	cut.Rcpts = cut.Rcpts[:fewItems]
	if got := pipelined(cut, "ann", 1, 1); !inOrder(got, "base", fewItems, "ann", 1) {
		t.Errorf("behind a part: %v", got.Rcpts)
	}
	other := st
	other.Rcpts = slices.Repeat([]Rcpt{{"x@example.org", 250}}, 2*fewItems)
	if got := pipelined(other, "ann", 1, 1); len(got.Rcpts) != 2*fewItems+1 || got.Rcpts[0].Path != "x@example.org" {
		t.Errorf("behind another slice: %v", got.Rcpts)
	}
	if got := pipelined(st, "bob", 1, 1); !inOrder(got, "base", 2*fewItems, "bob", 1) {
		t.Errorf("behind all: %v", got.Rcpts)
	}
}

// TestAddressesBound: the newest stay.
func TestAddressesBound(t *testing.T) {
	st := pipelined(at(t, readyText), "r", 3*maxAddresses, 1)
	if n := len(st.Addresses); n != maxAddresses || !strings.HasPrefix(st.Addresses[0], fmt.Sprint("r", 3*maxAddresses-1, "@")) {
		t.Errorf("%d addresses, the newest %q", n, st.Addresses[0])
	}
}

func BenchmarkApply(b *testing.B) {
	const all = 20_000
	for _, group := range []int{1, 100, all} {
		b.Run(fmt.Sprintf("%d-at-a-time", group), func(b *testing.B) {
			for b.Loop() {
				if st := pipelined(State{Phase: PhaseMail, HasFrom: true}, "r", all, group); len(st.Rcpts) != all {
					b.Fatal(len(st.Rcpts))
				}
			}
		})
	}
}
