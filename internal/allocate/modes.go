package allocate

import (
	"cmp"
	"slices"
)

// One person, a bus and a transfer of 2,000 are the same question, asked with Solve. The others are here.

// EmptyWing is the problem of emptying a wing now: its cells are closed, and those who are in them movable.
func EmptyWing(p Problem, wing string) Problem {
	return emptying(p, func(c Cell) bool { return c.Wing == wing })
}

// EmptyLanding is the problem of emptying a landing now.
func EmptyLanding(p Problem, landing string) Problem {
	return emptying(p, func(c Cell) bool { return c.Landing == landing })
}

func emptying(p Problem, meant func(Cell) bool) Problem {
	p.Cells, p.People = slices.Clone(p.Cells), slices.Clone(p.People)
	closed := map[string]bool{}
	for i := range p.Cells {
		if meant(p.Cells[i]) {
			p.Cells[i].Closed = true
			closed[p.Cells[i].ID] = true
		}
	}
	for i := range p.People {
		if closed[p.People[i].Cell] {
			p.People[i].Movable = true
		}
	}
	return p
}

// SolveAround plans anew for the people named and leaves everybody else where a plan has them, so that what was promised
// to others holds. The problem is the present one: whoever can no longer be where the plan has them is planned anew
// too, and so are those whom it left without a cell. People who are in a cell move only as the plan had it, or if they
// are named and movable.
func SolveAround(p Problem, assignment []int, broken []int, o Options) Plan {
	e, err := compile(p)
	if err != nil {
		return Solve(p, o)
	}
	outer := newSolver(e, o)
	outer.keep(assignment, broken)
	around := p
	around.People = slices.Clone(p.People)
	named := map[int]bool{}
	for _, i := range broken {
		named[i] = true
	}
	for i, c := range outer.at {
		person := &around.People[i]
		if c >= 0 {
			person.Cell = p.Cells[c].ID
		}
		person.Movable = person.Movable && named[i]
	}
	inner := newSolver(mustCompile(around), o)
	inner.vacate()
	inner.placeAll(inner.newcomers())
	inner.repair()
	for i, c := range inner.at {
		if c != outer.at[i] {
			outer.put(int32(i), c)
		}
		if outer.people[i].cell >= 0 && c != outer.people[i].cell && outer.why[i].Code == "" {
			outer.why[i].Code = ReasonMovedRule
		}
	}
	outer.leaving, outer.moves = inner.leaving, inner.moves
	return outer.plan()
}

// keep puts people where an earlier plan has them, those who were in a cell first, as far as that is lawful now. One may
// have to go before another can come, so that it goes round until nobody more can.
func (s *solver) keep(assignment, broken []int) {
	named := map[int]bool{}
	for _, i := range broken {
		named[i] = true
	}
	for again := true; again; {
		again = false
		for _, held := range []bool{true, false} {
			for i := range s.people {
				person, c, from := &s.people[i], int32(at(assignment, i)), s.at[i]
				if (person.cell >= 0) != held || c < 0 || int(c) >= len(s.cells) || c == from || held && !person.movable || named[i] ||
					from >= 0 && s.abandons(int32(i)) {
					continue
				}
				s.put(int32(i), none)
				if !s.fits(int32(i), c) {
					c = from
				} else {
					again = true
				}
				s.put(int32(i), c)
			}
		}
	}
	for again := true; again; { // whoever lost their company is planned anew
		again = false
		for i := range s.people {
			if i := int32(i); s.lonely(i) && s.at[i] != s.people[i].cell {
				s.put(i, none)
				again = true
			}
		}
	}
	for i := range s.people {
		if home := s.people[i].cell; home >= 0 && s.at[i] < 0 {
			s.putBack(int32(i))
		}
	}
}

// put puts a person into a cell, or nowhere, without asking.
func (s *solver) put(i, c int32) {
	if s.at[i] >= 0 {
		s.leave(i)
	}
	if c >= 0 {
		s.enter(i, c)
	}
}

// Rebalance plans moves of the movable people of a wing, at most as many as o.MaxMoves: first those that end what is
// broken, then those that even out over its landings how full they are and the risk. Nobody else is moved.
func Rebalance(p Problem, wing string, o Options) Plan {
	people := slices.Clone(p.People)
	in := map[string]bool{}
	for _, c := range p.Cells {
		if c.Wing == wing {
			in[c.ID] = true
		}
	}
	for i := range people {
		people[i].Movable = people[i].Movable && in[people[i].Cell]
	}
	p.People = people
	e, err := compile(p)
	if err != nil {
		return Solve(p, o)
	}
	s := newSolver(e, o)
	s.vacate()
	s.placeAll(s.newcomers())
	s.repair()
	s.balance(func(c int32) bool { return p.Cells[c].Wing == wing })
	return s.plan()
}

// landingLoad is how full a landing of a wing is.
type landingLoad struct {
	unit           int32
	load, capacity int
	cells          []int32
}

// uneven is how far a landing is from the others: units over those that the wing's own fullness gives it, and its risk.
func (l landingLoad) uneven(s *solver, fullness float64) float64 {
	return float64(l.load) - fullness*float64(l.capacity) + float64(s.risk[l.unit])/10
}

// balance moves people from the fullest landing to the emptiest while that makes the two more even.
func (s *solver) balance(within func(int32) bool) {
	var list []landingLoad
	index := map[int32]int{}
	for c := range s.estate.cells {
		f := &s.estate.cells[c]
		if !within(int32(c)) || f.closed {
			continue
		}
		k, known := index[f.landing]
		if !known {
			k = len(list)
			index[f.landing] = k
			list = append(list, landingLoad{unit: f.landing})
		}
		list[k].capacity += f.capacity
		list[k].load += s.cells[c].load
		list[k].cells = append(list[k].cells, int32(c))
	}
	load, capacity := 0, 0
	for _, l := range list {
		load, capacity = load+l.load, capacity+l.capacity
	}
	if len(list) < 2 || capacity == 0 {
		return
	}
	fullness := float64(load) / float64(capacity)
	for s.o.MaxMoves >= 0 && s.mayMove() && s.step(len(list)) {
		slices.SortStableFunc(list, func(a, b landingLoad) int {
			return cmp.Or(cmp.Compare(b.uneven(s, fullness), a.uneven(s, fullness)), cmp.Compare(a.unit, b.unit))
		})
		if !s.even(list, fullness) {
			return
		}
	}
}

// even moves one person from the first landings that can give one to the last that can take them.
func (s *solver) even(list []landingLoad, fullness float64) bool {
	for from := range list {
		for to := len(list) - 1; to > from; to-- {
			gap := list[from].uneven(s, fullness) - list[to].uneven(s, fullness)
			if gap <= 2 {
				break
			}
			for _, home := range list[from].cells {
				for _, i := range slices.Clone(s.cells[home].people) {
					p := &s.people[i]
					if !p.movable || s.at[i] != p.cell || gap <= 2*(float64(p.size)+float64(p.risk)/10) || s.abandons(i) || !s.step(4) {
						continue
					}
					s.leave(i)
					for _, c := range list[to].cells {
						if s.step(1) && s.fits(i, c) {
							s.enter(i, c)
							if s.lonely(i) {
								s.leave(i)
								continue
							}
							s.moves++
							s.why[i].Code = ReasonBalance
							list[from].load -= p.size
							list[to].load += p.size
							return true
						}
					}
					s.enter(i, home)
				}
			}
		}
	}
	return false
}
