package allocate

import "slices"

// exhaust considers every plan of a small problem and keeps one that places most people. Only if it came to the end is
// it known that none places more.
func (s *solver) exhaust() {
	x := &exhaustion{solver: s, budget: min(s.steps, 1_000_000)}
	for i := range s.people {
		if p := &s.people[i]; p.cell < 0 || p.movable && s.o.MaxMoves >= 0 {
			x.people = append(x.people, int32(i))
		}
	}
	if len(x.people) > 40 || len(x.people)*len(s.cells) > 20_000 {
		return
	}
	x.best, x.count = slices.Clone(s.at), x.value()
	x.lonelyBefore = map[int32]bool{}
	for i := range s.people {
		if p := &s.people[i]; p.cell >= 0 && p.notAlone && s.aloneBefore(p.cell) {
			x.lonelyBefore[int32(i)] = true
		}
	}
	// Those who may stay are decided first, so that a cell has its own people before others come in.
	slices.SortStableFunc(x.people, func(a, b int32) int { return int(min(1, max(-1, s.people[b].cell-s.people[a].cell))) })
	for _, i := range x.people {
		if s.at[i] >= 0 {
			s.leave(i)
		}
	}
	x.most = len(x.people)
	x.moves = 0
	finished := x.search(0, 0)
	for _, i := range x.people {
		if s.at[i] >= 0 {
			s.leave(i)
		}
	}
	s.moves = 0
	for _, i := range x.people {
		if c := x.best[i]; c >= 0 {
			s.enter(i, c)
		}
		if p := &s.people[i]; p.cell >= 0 && x.best[i] != p.cell {
			s.moves++
			if s.why[i].Code == "" {
				s.why[i].Code = ReasonMovedRoom
			}
		}
	}
	s.steps -= min(s.steps, 1_000_000) - max(x.budget, 0)
	if finished {
		s.proof = ProofNoPlan
	}
}

type exhaustion struct {
	*solver
	people       []int32
	best         []int32
	count        int // value of best
	most         int // of any plan
	moves        int
	budget       int
	lonelyBefore map[int32]bool
}

func (s *solver) aloneBefore(c int32) bool {
	n := 0
	for i := range s.people {
		if s.people[i].cell == c {
			n++
		}
	}
	return n == 1
}

// value counts people who are placed, and of those who were in a cell the ones who are in one that is not closed.
func (x *exhaustion) value() (n int) {
	for _, i := range x.people {
		n += x.worth(i)
	}
	return n
}

func (x *exhaustion) worth(i int32) int {
	if c := x.at[i]; c >= 0 && !x.estate.cells[c].closed {
		return 1
	}
	return 0
}

// search decides the k-th person and those after; value is of those before. It is false when the budget ran out.
func (x *exhaustion) search(k, value int) bool {
	if x.budget--; x.budget < 0 || x.o.Stop != nil && x.budget&255 == 0 && x.o.Stop() {
		return false
	}
	if value+len(x.people)-k <= x.count {
		return true
	}
	if k == len(x.people) {
		if !x.sound() {
			return true
		}
		x.best, x.count = slices.Clone(x.at), value
		return true
	}
	i := x.people[k]
	home := x.facts(i).cell
	if home >= 0 { // stays
		x.enter(i, home)
		done := x.search(k+1, value+x.worth(i))
		x.leave(i)
		if !done {
			return false
		}
		if x.o.MaxMoves > 0 && x.moves >= x.o.MaxMoves {
			return true
		}
		x.moves++
		defer func() { x.moves-- }()
	}
	var empty []cellFacts
	for c := range x.cells {
		c := int32(c)
		if c == home || !x.fits(i, c) {
			continue
		}
		if len(x.cells[c].people) == 0 {
			if slices.Contains(empty, x.estate.cells[c]) {
				continue // just like an empty cell that was tried
			}
			if !x.wasHome(c) {
				empty = append(empty, x.estate.cells[c])
			}
		}
		x.enter(i, c)
		done := x.search(k+1, value+1)
		x.leave(i)
		if !done {
			return false
		}
	}
	if home >= 0 {
		return true // somebody who was in a cell is in one
	}
	return x.search(k+1, value)
}

func (x *exhaustion) facts(i int32) *personFacts { return &x.solver.people[i] }

// wasHome reports whether somebody who is still to be decided was in a cell, which sets it apart from others.
func (x *exhaustion) wasHome(c int32) bool {
	return slices.ContainsFunc(x.people, func(i int32) bool { return x.facts(i).cell == c })
}

// sound reports whether a whole plan breaks no rule that was not broken before.
func (x *exhaustion) sound() bool {
	for i := range x.solver.people {
		if x.lonely(int32(i)) && !x.lonelyBefore[int32(i)] {
			return false
		}
	}
	for _, v := range judge(x.problem, x.assignment()) {
		if !v.Existing || slices.ContainsFunc(v.People, func(i int) bool { return x.at[i] != x.facts(int32(i)).cell }) {
			return false
		}
	}
	return true
}
