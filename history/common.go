package history

import (
	"cmp"
	"slices"
)

// pair is the places of two elements that belong together.
type pair struct{ a, b int }

// maxEdits bounds the search for the longest common subsequence: in time to
// about maxEdits times the length, in memory to its square.
const maxEdits = 512

// common returns the places of a common subsequence of a and b: of the longest
// one where they are no more than maxEdits insertions and removals apart. Else
// what occurs once in each is taken to belong together, and only the stretches
// between are searched.
func common(a, b []int) []pair {
	pairs, end := furthest(a, b)
	if end == (pair{len(a), len(b)}) {
		return pairs
	}
	return between(rising(onceInEach(a, b)), a, b, settle)
}

// between returns the pairs that are given, and between them those that search
// finds in a and b.
func between(given []pair, a, b []int, search func(a, b []int) []pair) []pair {
	var pairs []pair
	at := pair{}
	for _, next := range append(slices.Clip(given), pair{len(a), len(b)}) {
		pairs = appendFrom(at, pairs, search(a[at.a:next.a], b[at.b:next.b]))
		pairs = append(pairs, next)
		at = pair{next.a + 1, next.b + 1}
	}
	return pairs[:len(pairs)-1] // the last was the end
}

// appendFrom appends more to pairs; its places count from at.
func appendFrom(at pair, pairs, more []pair) []pair {
	for _, p := range more {
		pairs = append(pairs, pair{at.a + p.a, at.b + p.b})
	}
	return pairs
}

// settle takes each time the path that leads furthest within maxEdits, and goes
// on from its end.
func settle(a, b []int) []pair {
	var pairs []pair
	for at := (pair{}); at.a < len(a) && at.b < len(b); {
		found, end := furthest(a[at.a:], b[at.b:])
		pairs = appendFrom(at, pairs, found)
		at = pair{at.a + end.a, at.b + end.b}
	}
	return pairs
}

// onceInEach are the places of what occurs once in a and once in b, in the
// order of a.
func onceInEach(a, b []int) []pair {
	inA, inB := places(a), places(b)
	var pairs []pair
	for i, value := range a {
		if j, ok := inB[value]; ok && j >= 0 && inA[value] == i {
			pairs = append(pairs, pair{i, j})
		}
	}
	return pairs
}

// places says where each value is; -1 for one that is there more than once.
func places(list []int) map[int]int {
	at := make(map[int]int, len(list))
	for i, value := range list {
		if _, again := at[value]; again {
			i = -1
		}
		at[value] = i
	}
	return at
}

// rising is the longest part of pairs, which rise in a, that rises in b too.
func rising(pairs []pair) []pair {
	var ends []int // at n: which pair ends the run of n+1 that ends lowest
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(ends, p.b, func(end, b int) int { return cmp.Compare(pairs[end].b, b) })
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		}
		ends[n] = i
	}
	run := make([]pair, len(ends))
	for n, i := len(ends)-1, last(ends); n >= 0; n, i = n-1, before[i] {
		run[n] = pairs[i]
	}
	return run
}

// last is the last element, 0 where there is none.
func last(list []int) int {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1]
}

// reach is how far paths come with some number d of edits: element i is the
// place in a on the diagonal where that is 2i-d ahead of the place in b.
// See E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
type reach []int

// step is where a path with one edit more begins on diagonal i, and whether it
// came by an element of b rather than one of a.
func (r reach) step(i int) (x int, byB bool) {
	switch {
	case len(r) == 0:
		return 0, true
	case i == 0:
		return r[0], true
	case i == len(r) || r[i-1]+1 > r[i]:
		return r[i-1] + 1, false
	}
	return r[i], true
}

// furthest follows the paths through a and b until one is at the end of both,
// or maxEdits are spent. It returns the pairs on the best one, and its end.
func furthest(a, b []int) (pairs []pair, end pair) {
	var reached []reach
	var before reach
	for d := 0; ; d++ {
		now := make(reach, d+1)
		best, bestAt := -1, 0 // of equals the one nearest to the middle: both sides go on evenly
		for i := range now {
			x, _ := before.step(i)
			y := x - (2*i - d)
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			now[i] = x
			inside, even := x <= len(a) && y <= len(b), distance(2*i, d) < distance(2*bestAt, d)
			if inside && (x+y > best || x+y == best && even) {
				best, bestAt = x+y, i
			}
		}
		reached = append(reached, now)
		if best == len(a)+len(b) || d == maxEdits {
			end = pair{now[bestAt], best - now[bestAt]}
			return walkBack(reached, bestAt), end
		}
		before = now
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

// walkBack returns the pairs on the path that ends on diagonal i of the last reach.
func walkBack(reached []reach, i int) []pair {
	var pairs []pair
	for d := len(reached) - 1; d >= 0; d-- {
		var before reach
		if d > 0 {
			before = reached[d-1]
		}
		begin, byB := before.step(i)
		for x := reached[d][i] - 1; x >= begin; x-- {
			pairs = append(pairs, pair{x, x - (2*i - d)})
		}
		if !byB {
			i--
		}
	}
	slices.Reverse(pairs)
	return pairs
}
