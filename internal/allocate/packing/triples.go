package packing

import (
	"cmp"
	"slices"
)

// triples packs items, three to a bin and every bin full. Repacking comes close to a packing without a gap and stays
// there; this closes the last of it. It searches in depth, always deciding next the item for which fewest pairs are left
// that would fill its bin.
type triples struct {
	*graph
	dice   *dice
	items  []int32 // the heaviest first
	used   []bool
	pairs  []int32 // of unused items without conflict, by what they weigh together
	result [][]int32
	nodes  int
}

// inTriples reports whether the items could fill bins without a gap, and so weigh that they would do it three by three.
func (g *graph) inTriples() bool {
	total := 0
	for _, w := range g.weight {
		if 4*w < g.capacity || 2*w >= g.capacity {
			return false
		}
		total += w
	}
	return total == g.n/3*g.capacity
}

// fillTriples tries to do with one bin less: it takes the bins that are not full, and some others by chance, and packs
// their items anew.
func (s *search) fillTriples(nodes int) bool {
	f := &triples{graph: s.graph, dice: s.dice, nodes: nodes, pairs: make([]int32, s.capacity+1)}
	most := 60 + s.dice.below(s.n) // items, if those of the bins that are not full are not more
	gone := make([]bool, len(s.bins))
	var full []int
	for b, items := range s.bins {
		load := 0
		for _, i := range items {
			load += s.weight[i]
		}
		if load == s.capacity {
			full = append(full, b)
			continue
		}
		gone[b] = true
		f.items = append(f.items, items...)
	}
	for len(full) > 0 && len(f.items) < most {
		k := s.dice.below(len(full))
		gone[full[k]] = true
		f.items = append(f.items, s.bins[full[k]]...)
		full[k] = full[len(full)-1]
		full = full[:len(full)-1]
	}
	slices.SortFunc(f.items, func(a, b int32) int { return cmp.Or(cmp.Compare(s.weight[b], s.weight[a]), cmp.Compare(a, b)) })
	f.used = make([]bool, len(f.items))
	for k := range f.items {
		for j := range k {
			f.count(j, k, 1)
		}
	}
	found := f.next(len(f.items))
	if !found {
		return false
	}
	for b, items := range s.bins {
		if !gone[b] {
			f.result = append(f.result, items)
		}
	}
	s.bins = f.result
	return true
}

func (f *triples) count(j, k int, n int32) {
	if !f.foes[f.items[j]].has(int(f.items[k])) {
		f.pairs[f.weight[f.items[j]]+f.weight[f.items[k]]] += n
	}
}

// take uses an item, or with 1 gives it back.
func (f *triples) take(k int, n int32) {
	if n < 0 {
		f.used[k] = true
	}
	for j := range f.items {
		if !f.used[j] && j != k {
			f.count(j, k, n)
		}
	}
	if n > 0 {
		f.used[k] = false
	}
}

// pair is two items that would fill the bin of a third, and how many other pairs would do for them: the fewer, the
// sooner they should find a place.
type pair struct {
	a, b  int
	other float64
}

// fillers are the pairs of unused items that would fill an item's bin, at most so many.
func (f *triples) fillers(seed, most int) (list []pair) {
	foes := f.foes[f.items[seed]]
	need := f.capacity - f.weight[f.items[seed]]
	low, high := 0, len(f.items)-1 // the heavy end and the light one
	for low < high && len(list) < most {
		sum := f.weight[f.items[low]] + f.weight[f.items[high]]
		switch {
		case sum < need:
			high--
		case sum > need || f.used[low] || low == seed || foes.has(int(f.items[low])):
			low++
		default:
			for b := high; b > low && f.weight[f.items[b]] == f.weight[f.items[high]]; b-- {
				if !f.used[b] && b != seed && !foes.has(int(f.items[b])) && !f.foes[f.items[low]].has(int(f.items[b])) {
					list = append(list, pair{a: low, b: b})
				}
			}
			low++
		}
	}
	return list
}

// next fills the bins of the items that are left.
func (f *triples) next(left int) bool {
	if left == 0 {
		return true
	}
	seed, fewest := -1, 1<<30
	for k, i := range f.items {
		if f.used[k] {
			continue
		}
		// Pairs that conflict with the item are counted too, so that there may be fewer.
		if n := int(f.pairs[f.capacity-f.weight[i]]); n < fewest || n < 4*fewest && fewest < 8 {
			if n := len(f.fillers(k, fewest)); n < fewest {
				seed, fewest = k, n
			}
		}
		if fewest == 0 {
			return false
		}
	}
	fillers := f.fillers(seed, len(f.items))
	for x := range fillers {
		p := &fillers[x]
		other := f.pairs[f.capacity-f.weight[f.items[p.a]]] + f.pairs[f.capacity-f.weight[f.items[p.b]]]
		p.other = float64(other) * (1 + f.dice.share()) // so that no two tries are alike
	}
	slices.SortFunc(fillers, func(p, q pair) int {
		return cmp.Or(cmp.Compare(p.other, q.other), cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b))
	})
	f.take(seed, -1)
	for _, p := range fillers {
		if f.nodes--; f.nodes <= 0 || !f.clock.spend(len(f.items)) {
			break
		}
		f.take(p.a, -1)
		f.take(p.b, -1)
		f.result = append(f.result, []int32{f.items[seed], f.items[p.a], f.items[p.b]})
		if f.next(left - 3) {
			return true
		}
		f.result = f.result[:len(f.result)-1]
		f.take(p.b, 1)
		f.take(p.a, 1)
	}
	f.take(seed, 1)
	return false
}
