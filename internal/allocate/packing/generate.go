package packing

import (
	"cmp"
	"math"
	"slices"
)

// generation solves the master by generating columns, and keeps the best prices that were found. Their sum over the
// price of the dearest bin is a lower bound, whether the method came to its end or not.
type generation struct {
	*master
	pricer *pricer
	inside []float64 // by item: the best prices so far, as shares of the dearest bin
	bound  float64   // their sum
	prices []int     // the same, exactly, and the dearest bin
	price  int
	done   bool // the linear program is solved, or its value is known well enough
}

// unit is what a bin costs in whole prices.
const unit = 100_000_000

// relax solves the linear program for some items, from a packing of them, until done, until the bound reaches target
// bins, or until the clock ends it.
func (g *graph) relax(items []int32, bins [][]int32, pool [][]int32, target int, d *dice) *generation {
	n := &generation{master: newMaster(g, items, bins, d), pricer: &pricer{graph: g, nested: g.nested()}, inside: make([]float64, g.n)}
	for _, bin := range pool {
		n.add(bin)
	}
	for _, i := range items { // prices by weight are good enough to begin with
		n.inside[i] = float64(g.weight[i]) / float64(g.capacity)
		n.bound += n.inside[i]
	}
	outside := make([]float64, g.n)
	const staysMost = 0.85
	for stay := staysMost; !g.clock.over; {
		if !n.optimise() {
			break
		}
		total := n.value()
		for r, i := range items {
			outside[i] = min(1, max(0, n.y[r]))
		}
		// The bound can rise to the value of the master at most.
		if whole(n.bound) >= target || whole(total) == whole(n.bound) {
			n.done = true
			break
		}
		switch {
		case n.generate(outside, stay):
			stay = min(staysMost, stay+0.05)
		case stay == 0:
			n.done = true
			return n
		default:
			stay = max(0, stay-0.3)
		}
	}
	return n
}

// whole is how many bins a fractional number of bins needs, less what arithmetic loses.
func whole(bins float64) int { return int(math.Ceil(bins - 1e-6)) }

// bins is the lower bound that the exact prices prove; 0 if there are none.
func (n *generation) bins() int {
	if n.price == 0 {
		return 0
	}
	sum := 0
	for _, p := range n.prices {
		sum += p
	}
	return (sum + n.price - 1) / n.price
}

// generate adds columns by prices between the best ones inside and those of the master, and reports whether some of
// them are worth more than their bin by the master's. The first is the dearest of all bins; the others are the dearest
// of the items that are not in one yet.
func (n *generation) generate(outside []float64, stay float64) (useful bool) {
	middle := make([]int, n.n)
	sum := 0
	for _, i := range n.items {
		middle[i] = int(unit * (stay*n.inside[i] + (1-stay)*outside[i]))
		sum += middle[i]
	}
	n.pricer.prepare(n.items, middle)
	n.clock.spend(len(n.pricer.order) * n.capacity / n.pricer.scale)
	taken := newSet(n.n)
	for first := true; ; first = false {
		nodes := 10_000
		if first {
			nodes = 3_000_000
		}
		bin, top, bound := n.pricer.dearest(taken, nodes)
		n.clock.spend(len(n.pricer.order))
		if first && bound > 0 && float64(sum)/float64(bound) > n.bound-1e-6 {
			n.bound = float64(sum) / float64(bound)
			n.prices, n.price = middle, bound
			for _, i := range n.items {
				n.inside[i] = float64(middle[i]) / float64(bound)
			}
		}
		if len(bin) == 0 || n.clock.over {
			break
		}
		worth := 0.0
		for _, i := range bin {
			worth += outside[i]
		}
		if worth > 1+1e-7 {
			useful = n.add(bin) >= 0 || useful
		} else if !first && top < unit-unit/50 {
			break
		}
		for _, i := range bin {
			taken.add(int(i))
		}
	}
	return useful
}

// part is how much of a bin the linear program uses.
type part struct {
	bin   []int32
	share float64
}

// fractions are the bins that the linear program uses, the most used first, with how much of each.
func (n *generation) fractions() []part {
	var parts []part
	flows := map[int32][]exchanged{}
	for k, c := range n.basis {
		switch column := &n.columns[c]; {
		case n.x[k] <= 1e-4:
		case column.cost > 0:
			parts = append(parts, part{n.binOf(column.rows), n.x[k]})
		case len(column.rows) > 0:
			from := n.items[column.back]
			flows[from] = append(flows[from], exchanged{n.items[column.rows[0]], n.x[k]})
		}
	}
	if len(flows) > 0 {
		order := slices.Clone(n.items)
		n.sortByConflicts(order)
		for _, i := range order {
			for _, to := range flows[i] {
				parts = n.carryOut(parts, i, to)
			}
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.share, a.share) })
	return parts
}

// exchanged is an item that takes places of another.
type exchanged struct {
	item  int32
	share float64
}

// carryOut gives places of an item to another, as far as there are bins in which the other is not.
func (n *generation) carryOut(parts []part, i int32, to exchanged) []part {
	for k := range parts {
		p := &parts[k]
		at := slices.Index(p.bin, i)
		if at < 0 || slices.Contains(p.bin, to.item) {
			continue
		}
		bin := slices.Clone(p.bin)
		bin[at] = to.item
		moved := min(p.share, to.share)
		p.share -= moved
		if p.share <= 1e-4 {
			p.bin = bin
			p.share = moved
		} else {
			parts = append(parts, part{bin, moved})
		}
		if to.share -= moved; to.share <= 1e-4 {
			break
		}
	}
	return parts
}

func (n *generation) binOf(rows []int32) []int32 {
	bin := make([]int32, len(rows))
	for k, r := range rows {
		bin[k] = n.items[r]
	}
	return bin
}

// pool are all columns as bins of items.
func (n *generation) pool() [][]int32 {
	list := make([][]int32, 0, len(n.columns))
	for _, c := range n.columns {
		if c.cost > 0 {
			list = append(list, n.binOf(c.rows))
		}
	}
	return list
}
