package allocate

import (
	"cmp"
	"slices"
)

// repair looks for a place for those who have none: on small problems by considering every plan, on others along chains
// of people who make room for one another.
func (s *solver) repair() {
	if s.o.Effort < 0 {
		return
	}
	for _, i := range s.leaving {
		if s.stuck(i) && s.mayMove() && s.steps > 0 {
			s.moveOut(i)
		}
	}
	for _, i := range s.homeless() {
		if s.steps <= 0 {
			return
		}
		s.augmentFrom(i, true)
	}
	if len(s.homeless()) > 0 || slices.ContainsFunc(s.leaving, s.stuck) {
		s.exhaust()
	}
}

// moveOut tries once more to move somebody out of a closed cell, now that the others are placed.
func (s *solver) moveOut(i int32) {
	home := s.at[i]
	if s.abandons(i) {
		return
	}
	s.leave(i)
	s.moves++
	if s.augmentFrom(i, true) {
		s.why[i].Code = ReasonMovedOut
		return
	}
	s.moves--
	s.enter(i, home)
}

// stuck reports whether a person should leave a closed cell and has not.
func (s *solver) stuck(i int32) bool {
	c := s.people[i].cell
	return s.at[i] == c && s.estate.cells[c].closed
}

// homeless are the people to be placed who have no cell.
func (s *solver) homeless() (list []int32) {
	for i, c := range s.at {
		if c < 0 {
			list = append(list, int32(i))
		}
	}
	return list
}

// depth is how many people may make room for one another in a row.
const depth = 3

// augmentFrom looks for a place for a person by a chain; empty says whether cells may be opened and movable people moved
// for it. Nothing changes if it fails.
func (s *solver) augmentFrom(i int32, open bool) bool {
	s.searches++
	mark, moves := len(s.log), s.moves
	if s.augment(i, depth, open) {
		s.log = s.log[:0]
		return true
	}
	s.back(mark)
	s.moves = moves
	return false
}

// augment places a person who is nowhere, if need be by moving somebody else of the plan who then finds a place.
func (s *solver) augment(i int32, deep int, open bool) bool {
	if c := s.chooseFor(i, open); c >= 0 {
		s.move(i, c)
		if !s.lonely(i) {
			return true
		}
		s.move(i, none)
		if s.people[i].notAlone && s.join(i, c, open) {
			return true
		}
	}
	if deep == 0 || len(s.cells) == 0 {
		return false
	}
	tried := 0
	start := s.dice.below(len(s.cells))
	for k := range s.cells {
		c := s.stock.order[(start+k)%len(s.cells)]
		if !s.step(1) || tried > 200 {
			return false
		}
		if s.visited[c] == s.searches || len(s.cells[c].people) == 0 || !s.mightHold(i, c) ||
			s.cells[c].class != s.people[i].class && len(s.cells[c].people) > swappedAtOnce {
			continue
		}
		s.visited[c] = s.searches
		tried++
		if s.swapOne(i, c, deep, open) || s.swapAll(i, c, deep, open) {
			return true
		}
	}
	return false
}

// swappedAtOnce is from how large a cell all may be moved for one person.
const swappedAtOnce = 4

// join puts somebody who must not be alone into an empty cell, and with them somebody of the plan from another cell.
func (s *solver) join(i, c int32, open bool) bool {
	mark := len(s.log)
	s.move(i, c)
	for j := range s.people {
		if !s.step(1) {
			break
		}
		other := int32(j)
		if s.people[j].class != s.people[i].class || s.people[j].cell >= 0 || s.at[j] < 0 || s.at[j] == c || !open || s.abandons(other) {
			continue
		}
		from := s.at[j]
		s.move(other, none)
		if s.fits(other, c) {
			s.move(other, c)
			return true
		}
		s.move(other, from)
	}
	s.back(mark)
	return false
}

// chooseFor is choose, kept to open cells unless open.
func (s *solver) chooseFor(i int32, open bool) int32 {
	if open {
		return s.choose(i)
	}
	best, found := none, 0.0
	if !s.people[i].alone {
		s.look(i, s.people[i].class, func(c int32) {
			if score := s.score(i, c); best < 0 || score < found {
				best, found = c, score
			}
		})
	}
	return best
}

// mightHold reports whether a cell could hold a person if others left it.
func (s *solver) mightHold(i, c int32) bool {
	person, facts := &s.people[i], &s.estate.cells[c]
	return !facts.closed && person.size <= facts.capacity && person.needs&^facts.features == 0 && (facts.class < 0 || facts.class == person.class)
}

// loose reports whether a person may be moved by a chain: somebody of the plan, or somebody movable within the limit.
func (s *solver) loose(i int32, open bool) bool {
	if s.people[i].cell < 0 {
		return true
	}
	return open && s.people[i].movable && s.o.MaxMoves >= 0 && (s.at[i] != s.people[i].cell || s.mayMove())
}

// uproot takes a person out of their cell for a chain.
func (s *solver) uproot(i int32) {
	if s.people[i].cell >= 0 && s.at[i] == s.people[i].cell {
		s.moves++
		if s.why[i].Code == "" {
			s.why[i].Code = ReasonMovedRoom
		}
	}
	s.move(i, none)
}

func (s *solver) swapOne(i, c int32, deep int, open bool) bool {
	for _, other := range slices.Clone(s.cells[c].people) {
		if !s.loose(other, open) || !s.step(4) {
			continue
		}
		mark, moves := len(s.log), s.moves
		s.uproot(other)
		if s.fits(i, c) {
			s.move(i, c)
			if !s.lonely(i) && !s.leftAlone(c) && s.augment(other, deep-1, open) {
				return true
			}
		}
		s.back(mark)
		s.moves = moves
	}
	return false
}

// swapAll gives a whole cell to a person (of another class, or who has a single cell), if all in it find another place.
func (s *solver) swapAll(i, c int32, deep int, open bool) bool {
	in := slices.Clone(s.cells[c].people)
	if len(in) > swappedAtOnce || s.cells[c].class == s.people[i].class && !s.people[i].alone {
		return false
	}
	for _, other := range in {
		if !s.loose(other, open) {
			return false
		}
	}
	mark, moves := len(s.log), s.moves
	for _, other := range in {
		s.uproot(other)
	}
	if s.mayMoveBack() && s.fits(i, c) && !s.people[i].notAlone {
		s.move(i, c)
		all := true
		for _, other := range in {
			all = all && s.augment(other, deep-1, open)
		}
		if all {
			return true
		}
	}
	s.back(mark)
	s.moves = moves
	return false
}

// mayMoveBack reports whether the moves so far are within the limit.
func (s *solver) mayMoveBack() bool { return s.o.MaxMoves == 0 || s.moves <= s.o.MaxMoves }

// leftAlone reports whether somebody in a cell must not be alone and is, who was not before the plan.
func (s *solver) leftAlone(c int32) bool {
	in := s.cells[c].people
	return len(in) == 1 && s.people[in[0]].notAlone
}

// closeCells looks for cells that the plan opened and that can be emptied again into others that are open, the emptiest
// first, until the lower bound is met or the effort is spent.
func (s *solver) closeCells() {
	if s.o.Effort < 0 {
		return
	}
	bound := s.bound().Cells
	for again := true; again && s.steps > 0; {
		again = false
		opened := s.opened()
		left := len(opened)
		if left <= bound {
			return
		}
		slices.SortStableFunc(opened, func(a, b int32) int { return cmp.Compare(s.cells[a].load, s.cells[b].load) })
		for _, c := range opened {
			if !s.step(10) {
				return
			}
			if len(s.cells[c].people) > 0 && s.closeCell(c) {
				again = true
				if left--; left <= bound {
					return
				}
			}
		}
	}
}

// opened are the cells that nobody was in before the plan, and somebody is.
func (s *solver) opened() (list []int32) {
	before := make([]bool, len(s.cells))
	for i := range s.people {
		if c := s.people[i].cell; c >= 0 {
			before[c] = true
		}
	}
	for c := range s.cells {
		if len(s.cells[c].people) > 0 && !before[c] {
			list = append(list, int32(c))
		}
	}
	return list
}

func (s *solver) closeCell(c int32) bool {
	in := slices.Clone(s.cells[c].people)
	if len(in) > 64 {
		return false
	}
	for _, i := range in {
		if s.people[i].alone || s.people[i].cell >= 0 {
			return false
		}
	}
	s.searches++
	s.visited[c] = s.searches
	mark := len(s.log)
	for _, i := range in {
		s.move(i, none)
	}
	for _, i := range in {
		if !s.augment(i, 1, false) {
			s.back(mark)
			return false
		}
	}
	s.log = s.log[:0]
	return true
}
