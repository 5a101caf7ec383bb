package packing

import (
	"cmp"
	"slices"
)

// pricer finds the dearest bins: sets of items without conflict that fit, by the price of their items. It searches in
// depth, bounded by what the rest of the list could add if nothing conflicted (a knapsack table), and is exact unless it
// runs out of nodes. Prices are whole numbers, so that what it finds is exact.
type pricer struct {
	*graph
	order  []int32
	price  []int // by item
	table  [][]int
	scale  int // weights are divided by this in the table, and rounded down
	chosen []int32
	best   []int32
	top    int
	nodes  int
}

// maxTable is how many entries the knapsack table may have.
const maxTable = 2_000_000

// dearest is the dearest bin of the items whose price is positive, and an upper bound on the price of any: its own if the
// search came to its end.
func (p *pricer) dearest(items []int32, price []int, nodes int) (bin []int32, top, bound int) {
	p.prepare(items, price)
	p.nodes = nodes
	p.top, p.best, p.chosen = 0, p.best[:0], p.chosen[:0]
	p.deepen(0, p.capacity, 0)
	bound = p.top
	if p.nodes <= 0 {
		bound = p.table[0][p.capacity/p.scale]
	}
	return p.best, p.top, bound
}

func (p *pricer) prepare(items []int32, price []int) {
	p.price = price
	p.order = p.order[:0]
	for _, i := range items {
		if price[i] > 0 {
			p.order = append(p.order, i)
		}
	}
	// Those with most conflicts come first: what is decided early narrows most.
	slices.SortFunc(p.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(len(p.list[b]), len(p.list[a])), cmp.Compare(a, b))
	})
	p.scale = p.capacity*(len(p.order)+1)/maxTable + 1
	size := p.capacity/p.scale + 1
	for len(p.table) <= len(p.order) {
		p.table = append(p.table, nil)
	}
	for k := range p.table[:len(p.order)+1] {
		if cap(p.table[k]) < size {
			p.table[k] = make([]int, size)
		}
		p.table[k] = p.table[k][:size]
	}
	clear(p.table[len(p.order)])
	for k := len(p.order) - 1; k >= 0; k-- {
		i := p.order[k]
		w, v := p.weight[i]/p.scale, price[i]
		next, here := p.table[k+1], p.table[k]
		copy(here[:min(w, size)], next)
		for c := w; c < size; c++ {
			here[c] = max(next[c], next[c-w]+v)
		}
	}
}

func (p *pricer) deepen(k, room, value int) {
	if value > p.top {
		p.top = value
		p.best = append(p.best[:0], p.chosen...)
	}
	for ; k < len(p.order); k++ {
		if value+p.table[k][room/p.scale] <= p.top {
			return
		}
		i := p.order[k]
		w := p.weight[i]
		if w > room {
			continue
		}
		if p.nodes--; p.nodes <= 0 {
			return
		}
		if value+p.price[i]+p.table[k+1][(room-w)/p.scale] <= p.top || !p.friendly(i) {
			continue
		}
		p.chosen = append(p.chosen, i)
		p.deepen(k+1, room-w, value+p.price[i])
		p.chosen = p.chosen[:len(p.chosen)-1]
		if p.nodes <= 0 {
			return
		}
	}
}

func (p *pricer) friendly(i int32) bool {
	foes := p.foes[i]
	for _, other := range p.chosen {
		if foes.has(int(other)) {
			return false
		}
	}
	return true
}
