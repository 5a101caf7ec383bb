package allocate

import (
	"cmp"
	"slices"
)

// change is a step that can be taken back: where a person was before it.
type change struct{ person, cell int32 }

// move puts a person from where they are (perhaps nowhere) into a cell, or nowhere, so that it can be taken back.
func (s *solver) move(i, c int32) {
	s.log = append(s.log, change{i, s.at[i]})
	if s.at[i] >= 0 {
		s.leave(i)
	}
	if c >= 0 {
		s.enter(i, c)
	}
}

// back takes back all steps since the log was as long as mark.
func (s *solver) back(mark int) {
	for len(s.log) > mark {
		last := s.log[len(s.log)-1]
		s.log = s.log[:len(s.log)-1]
		if s.at[last.person] >= 0 {
			s.leave(last.person)
		}
		if last.cell >= 0 {
			s.enter(last.person, last.cell)
		}
	}
}

// mayMove reports whether one person more who is in a cell may be moved.
func (s *solver) mayMove() bool {
	return s.o.MaxMoves == 0 || s.moves < s.o.MaxMoves
}

// vacate moves the movable people out of cells that are closed and cells where they break a rule, as far as other cells
// take them and the limit on moves allows. The others are where they were, and nothing is worse than it was.
func (s *solver) vacate() {
	s.leaving = s.leavers()
	var out []int32
	for _, i := range s.leaving {
		if s.mayMove() {
			s.leave(i)
			s.moves++
			out = append(out, i)
		}
	}
	s.placeAll(slices.Clone(out))
	for _, i := range out {
		if s.at[i] < 0 {
			s.putBack(i)
		}
	}
	s.mendCompany(out)
	s.undoUnlawful(out)
	for _, i := range out {
		if s.at[i] == s.people[i].cell {
			s.moves--
			continue
		}
		s.why[i].Code = ReasonMovedRule
		if s.estate.cells[s.people[i].cell].closed {
			s.why[i].Code = ReasonMovedOut
		}
	}
}

// putBack returns a person to the cell they were in. Whoever came in meanwhile goes back too, or nowhere, so that the
// cell holds nobody who was not there before.
func (s *solver) putBack(i int32) {
	c := s.people[i].cell
	if s.at[i] >= 0 {
		s.leave(i)
	}
	for _, other := range slices.Clone(s.cells[c].people) {
		if s.people[other].cell != c && s.at[other] == c {
			s.leave(other)
			if s.people[other].cell >= 0 {
				s.putBack(other)
			}
		}
	}
	s.enter(i, c)
}

// undoUnlawful puts back whoever was moved to where somebody who could not leave keeps them from being, so that every
// move of a plan is lawful by itself.
func (s *solver) undoUnlawful(out []int32) {
	for again := len(out) > 0; again; {
		again = false
		for _, v := range Check(s.problem, s.assignment()) {
			for _, i := range v.People {
				if home := s.people[i].cell; home >= 0 && s.at[i] != home {
					s.putBack(int32(i))
					again = true
				}
			}
		}
		s.mendCompany(out)
	}
}

// mendCompany brings people back to somebody whom they left alone and who must not be.
func (s *solver) mendCompany(out []int32) {
	for again := true; again; {
		again = false
		for _, i := range out {
			c := s.people[i].cell
			if s.at[i] == c || len(s.cells[c].people) != 1 {
				continue
			}
			if left := s.cells[c].people[0]; s.lonely(left) && s.people[left].cell == c {
				s.putBack(i)
				again = true
			}
		}
	}
}

// leavers are the movable people who should leave: those in closed cells first, then the fewest whose going ends what is
// broken in their cell, landing or wing.
func (s *solver) leavers() []int32 {
	chosen := map[int32]bool{}
	var list []int32
	choose := func(i int) {
		if p := &s.people[i]; p.movable && !chosen[int32(i)] {
			chosen[int32(i)] = true
			list = append(list, int32(i))
		}
	}
	if !slices.ContainsFunc(s.people, func(p personFacts) bool { return p.movable }) {
		return nil
	}
	violations := Check(s.problem, s.assignment())
	for _, v := range violations {
		if v.Rule == RuleClosed {
			choose(v.People[0])
		}
	}
	for _, v := range violations {
		switch v.Rule {
		case RuleNeed, RuleCellClass, RuleCompany:
			choose(v.People[0])
		case RuleAlone:
			if s.people[v.People[0]].movable {
				choose(v.People[0])
				continue
			}
			for _, i := range s.cells[v.Cell].people {
				if int(i) != v.People[0] {
					choose(int(i))
				}
			}
		case RuleCapacity:
			s.lighten(v, choose, chosen)
		case RuleClass:
			s.unmix(v, choose)
		case RuleApartCell, RuleApartLand, RuleApartWing:
			s.part(v, choose, chosen)
		}
	}
	return list
}

// lighten chooses who leaves an overfull cell: the largest first, so that they are few.
func (s *solver) lighten(v Violation, choose func(int), chosen map[int32]bool) {
	excess := v.Excess
	people := slices.Clone(v.People)
	slices.SortStableFunc(people, func(a, b int) int { return cmp.Compare(s.people[b].size, s.people[a].size) })
	for _, i := range people {
		if chosen[int32(i)] {
			excess -= s.people[i].size
		}
	}
	for _, i := range people {
		if excess > 0 && s.people[i].movable && !chosen[int32(i)] {
			choose(i)
			excess -= s.people[i].size
		}
	}
}

// unmix chooses who leaves a cell of several classes: all but those of the class that would cost most moves.
func (s *solver) unmix(v Violation, choose func(int)) {
	weight := map[int32]int{}
	keep := none
	for _, i := range v.People {
		class := s.people[i].class
		weight[class]++
		if !s.people[i].movable {
			weight[class] += len(v.People)
		}
		if keep == none || weight[class] > weight[keep] {
			keep = class
		}
	}
	for _, i := range v.People {
		if s.people[i].class != keep {
			choose(i)
		}
	}
}

// part chooses who leaves so that those who are kept apart are: all who may be moved but one, or one of those who may
// not all be together.
func (s *solver) part(v Violation, choose func(int), chosen map[int32]bool) {
	excess := v.Excess - 1
	if !s.orders[v.Apart].pairwise {
		excess = 1
	}
	for _, i := range v.People {
		if chosen[int32(i)] {
			excess--
		}
	}
	for _, i := range slices.Backward(v.People) {
		if excess > 0 && s.people[i].movable && !chosen[int32(i)] {
			choose(i)
			excess--
		}
	}
}
