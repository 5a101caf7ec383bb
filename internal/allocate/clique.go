package allocate

import (
	"cmp"
	"slices"
)

// clique is people to be placed who are kept apart each from each: the members of an order, and others who are kept
// apart from all of them.
type clique struct {
	members []int32
	single  int // of the members who have a single cell
	others  []int32
	spare   int // open cells that could take a member
	shut    int // open cells where a member is already, which could take one of the others at most
}

// cells is how many cells are opened for a clique and for those with single cells outside it. No cell takes two of a
// clique.
func (q *clique) cells(single int) int {
	shared := len(q.members) - q.single + len(q.others)
	return shared - min(shared, q.spare+min(q.shut, len(q.others))) + single
}

// tryCliques bounds by the orders that keep their members apart each from each, and by the largest of them with others
// added who are kept apart from all.
func (b *bounding) tryCliques(part *BoundPart, class int32) {
	const extended = 8 // orders
	var cliques []clique
	for a := range b.orders {
		// A pair is worth looking at only where few cells are known to be needed.
		if order := &b.orders[a]; order.pairwise && (len(order.members) > 2 || part.Cells < 8) {
			if q := b.cliqueOf(order, class); len(q.members) > 1 {
				cliques = append(cliques, q)
			}
		}
	}
	slices.SortStableFunc(cliques, func(x, y clique) int { return cmp.Compare(len(y.members), len(x.members)) })
	open, known := 0, false
	for k := range cliques {
		q := &cliques[k]
		if k < extended {
			b.extend(q, class)
		}
		if len(q.members)+len(q.others)+part.Single <= part.Cells {
			continue
		}
		if !known {
			open, known = b.openCells(class), true
		}
		q.spare = open - q.shut
		if n := q.cells(part.Single); n > part.Cells {
			part.Kind, part.Cells, part.Spare = BoundClique, n, q.spare
			part.Members = part.Members[:0]
			for _, i := range append(slices.Clone(q.members), q.others...) {
				part.Members = append(part.Members, int(i))
			}
		}
	}
}

// cliqueOf are the members of an order who are to be placed and of a class.
func (b *bounding) cliqueOf(order *orderFacts, class int32) (q clique) {
	var shut []int32
	for _, i := range order.members {
		p := &b.people[i]
		switch {
		case p.cell >= 0:
			if !slices.Contains(shut, p.cell) && b.open(int(p.cell), class) > 0 {
				shut = append(shut, p.cell)
			}
		case b.at[i] >= 0 && p.class == class:
			q.members = append(q.members, i)
			if p.alone {
				q.single++
			}
		}
	}
	q.shut = len(shut)
	return q
}

func (b *bounding) openCells(class int32) (n int) {
	for c := range b.cells {
		if b.open(c, class) > 0 {
			n++
		}
	}
	return n
}

// extend adds people to a clique who are kept apart from everybody in it, those first who are kept apart from most of
// the others who could be added.
func (b *bounding) extend(q *clique, class int32) {
	met := map[int32]int{}
	for _, i := range q.members {
		for j := range b.apartFrom(i, class) {
			met[j]++
		}
	}
	var could []int32
	for j, n := range met {
		if n == len(q.members) && !slices.Contains(q.members, j) {
			could = append(could, j)
		}
	}
	slices.Sort(could)
	for len(could) > 0 {
		best, most := -1, []int32(nil)
		for k, i := range could {
			from := b.apartFrom(i, class)
			var left []int32
			for _, j := range could {
				if from[j] {
					left = append(left, j)
				}
			}
			if best < 0 || len(left) > len(most) {
				best, most = k, left
			}
		}
		q.others = append(q.others, could[best])
		could = most
	}
}

// apartFrom are the people of a class to be placed, without a single cell, who are kept apart from somebody.
func (b *bounding) apartFrom(i, class int32) map[int32]bool {
	found := map[int32]bool{}
	for _, a := range b.people[i].orders {
		if order := &b.orders[a]; order.pairwise {
			for _, j := range order.members {
				if p := &b.people[j]; j != i && p.cell < 0 && b.at[j] >= 0 && p.class == class && !p.alone {
					found[j] = true
				}
			}
		}
	}
	return found
}
