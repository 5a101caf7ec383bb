package allocate

import (
	"slices"

	"habeas.example/habeas/internal/allocate/packing"
)

// maxAlike is how many people of a class are packed at once; beyond that few estates are so tangled that it pays.
const maxAlike = 4000

// packAlike plans anew where the question is bin packing with conflicts and the plan so far opens more cells than the
// bound: nobody is in a cell yet, every cell is like every other, and only people in one cell matter to each other. It
// changes the plan only for one with fewer cells, and keeps the better bounds.
func (s *solver) packAlike() {
	if s.o.Effort < 0 || !s.alike() || len(s.homeless()) > 0 {
		return
	}
	bound := s.bound()
	if len(s.opened()) <= bound.Cells {
		return
	}
	groups := make([][]int, len(s.classes))
	for i := range s.people {
		class := s.people[i].class
		groups[class] = append(groups[class], i)
	}
	total := 0
	answers := make([]packing.Answer, len(groups))
	for class, group := range groups {
		if len(group) > maxAlike {
			return
		}
		if len(group) > 0 {
			answers[class] = packing.Solve(s.packed(group), packing.Options{Seed: s.o.Seed, Effort: max(1, s.steps) * 50, Stop: s.o.Stop})
			total += answers[class].Count
		}
	}
	s.packings = make([]*BoundPart, len(groups))
	for class, group := range groups {
		if len(group) > 0 {
			s.packings[class] = &BoundPart{Kind: BoundPacking, Class: s.classes[class], Cells: answers[class].LowerBound, Members: group, Packing: &answers[class].Certificate}
		}
	}
	if total >= len(s.opened()) {
		return
	}
	cells := s.opened()
	for i := range s.people {
		s.leave(int32(i))
	}
	from := 0
	for class, group := range groups {
		for k, i := range group {
			s.enter(int32(i), cells[from+answers[class].Bins[k]])
		}
		from += answers[class].Count
	}
}

// alike reports whether a problem is bin packing with conflicts, for each class by itself.
func (s *solver) alike() bool {
	if len(s.estate.cells) == 0 {
		return false
	}
	first := s.estate.cells[0]
	for _, c := range s.estate.cells {
		if c.kind != first.kind || c.capacity != first.capacity || c.closed || c.class >= 0 {
			return false
		}
	}
	for i := range s.people {
		if p := &s.people[i]; p.cell >= 0 || p.notAlone || p.needs&^first.features != 0 || p.size > first.capacity {
			return false
		}
	}
	for _, order := range s.orders {
		if order.level != InCell || !order.pairwise && order.total > 1 {
			return false
		}
	}
	return true
}

// packed is a class as a bin packing instance. Somebody who has a single cell fills it.
func (e *estate) packed(group []int) packing.Instance {
	in := packing.Instance{Capacity: e.cells[0].capacity, Weights: make([]int, len(group))}
	index := make(map[int32]int, len(group))
	for k, i := range group {
		index[int32(i)] = k
		in.Weights[k] = e.people[i].size
		if e.people[i].alone {
			in.Weights[k] = in.Capacity
		}
	}
	for _, order := range e.orders {
		var members []int
		for _, i := range order.members {
			if k, here := index[i]; here {
				members = append(members, k)
			}
		}
		slices.Sort(members)
		for x, k := range members {
			for _, j := range members[:x] {
				in.Conflicts = append(in.Conflicts, [2]int{j, k})
			}
		}
	}
	return in
}
