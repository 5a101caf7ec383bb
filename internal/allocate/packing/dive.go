package packing

import (
	"cmp"
	"slices"
)

// dive looks for a packing into at most target bins along the linear program: it takes the bins that the program uses
// most for settled, solves it anew for the items that are left, and so on; what is left it tries to repack at each step.
// It answers nil if it came to a dead end. wild says how far chance departs from the program.
func (g *graph) dive(root *generation, target int, wild float64, d *dice) [][]int32 {
	var settled [][]int32
	now := root
	for {
		left := g.settle(now, &settled, target, wild, d)
		if len(left) == 0 {
			return settled
		}
		prices := now.inside
		r := newRepacker(g, g.greedy(left, prices), d)
		r.priced(prices)
		r.run(target-len(settled), 30+3*len(left))
		if len(r.bins)+len(settled) <= target {
			return append(settled, r.bins...)
		}
		if g.clock.over || len(left) < 4 {
			return nil
		}
		now = g.relax(left, r.bins, now.pool(), g.n, d)
		if !now.done || whole(now.bound)+len(settled) > target {
			return nil
		}
	}
}

// settle moves the bins that the program uses most to those that are settled, and answers with the items left.
func (g *graph) settle(n *generation, settled *[][]int32, target int, wild float64, d *dice) (left []int32) {
	parts := n.fractions()
	order := make([]int, len(parts))
	for k := range order {
		order[k] = k
		parts[k].share *= 1 + wild*(d.share()-0.5)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(parts[b].share, parts[a].share) })
	taken := newSet(g.n)
	least := 1 + (target-len(*settled))/12
	most := least
	for _, k := range order {
		p := parts[k]
		if p.share < 0.999 && most <= 0 || p.share < 0.5 && most < least {
			break
		}
		if slices.ContainsFunc(p.bin, func(i int32) bool { return taken.has(int(i)) }) {
			continue
		}
		for _, i := range p.bin {
			taken.add(int(i))
		}
		*settled = append(*settled, p.bin)
		most--
	}
	for _, i := range n.items {
		if !taken.has(int(i)) {
			left = append(left, i)
		}
	}
	return left
}

// greedy packs some items, each bin around the dearest item.
func (g *graph) greedy(items []int32, prices []float64) [][]int32 {
	r := &repacker{graph: g, value: prices, pool: slices.Clone(items)}
	for _, i := range items {
		r.ratio = max(r.ratio, prices[i]/float64(g.weight[i]))
	}
	slices.SortFunc(r.pool, func(a, b int32) int { return cmp.Or(cmp.Compare(prices[b], prices[a]), cmp.Compare(a, b)) })
	var bins [][]int32
	for len(r.pool) > 0 {
		bins = append(bins, slices.Clone(r.fill()))
	}
	return bins
}
