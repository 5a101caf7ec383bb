package packing

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
	taken  set
	nested bool  // conflicts are
	exact  bool  // and the table is exact
	from   []int // in the order, from where on an item conflicts with none
	among  [][]int32
}

// maxTable is how many entries the knapsack table may have.
const maxTable = 2_000_000

// dearest is the dearest bin of the items that prepare was told of and that are not taken, and an upper bound on the
// price of any: its own if the search came to its end.
func (p *pricer) dearest(taken set, nodes int) (bin []int32, top, bound int) {
	if p.exact {
		return p.dearestNested(taken)
	}
	p.taken = taken
	p.nodes = nodes
	p.top, p.best, p.chosen = 0, p.best[:0], p.chosen[:0]
	if p.dense() {
		p.deepenAmong(p.all(), 0, p.capacity, 0)
	} else {
		p.deepen(0, p.capacity, 0)
	}
	bound = p.top
	if p.nodes <= 0 { // it did not come to its end
		bound = p.table[0][p.capacity/p.scale]
	}
	return p.best, p.top, bound
}

// dearestNested needs no search where conflicts are nested: in the order of most conflicts first, what an item can share
// a bin with of those after it is all from some place on, among which there are no conflicts, so that the table knows
// the best of them.
func (p *pricer) dearestNested(taken set) (bin []int32, top, bound int) {
	first := -1
	for k, i := range p.order {
		if taken.has(int(i)) {
			continue
		}
		if v := p.price[i] + p.table[p.from[k]][p.capacity-p.weight[i]]; v > top {
			top, first = v, k
		}
	}
	p.best = p.best[:0]
	if first < 0 {
		return p.best, 0, 0
	}
	i := p.order[first]
	p.best = append(p.best, i)
	room := p.capacity - p.weight[i]
	for k := p.from[first]; k < len(p.order); k++ {
		i := p.order[k]
		if w := p.weight[i]; w <= room && p.table[k][room] != p.table[k+1][room] {
			p.best = append(p.best, i)
			room -= w
		}
	}
	return p.best, top, top
}

// prepare takes the items with a price above 0, in order, and fills the table for them.
func (p *pricer) prepare(items []int32, price []int) {
	p.price = price
	p.order = p.order[:0]
	for _, i := range items {
		if price[i] > 0 {
			p.order = append(p.order, i)
		}
	}
	// Those with most conflicts come first: what is decided early narrows most.
	p.sortByConflicts(p.order)
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
	if p.exact = p.nested && p.scale == 1; p.exact {
		p.from = p.from[:0]
		for k, i := range p.order {
			from := len(p.order)
			for from-1 > k && !p.foes[i].has(int(p.order[from-1])) {
				from--
			}
			p.from = append(p.from, from)
		}
	}
}

// spend counts nodes, and asks the clock from time to time.
func (p *pricer) spend(nodes int) bool {
	before := p.nodes
	p.nodes -= nodes
	if before>>12 != p.nodes>>12 && !p.clock.spend(2<<12) {
		p.nodes = 0
	}
	return p.nodes > 0
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
		if w > room || p.taken.has(int(i)) {
			continue
		}
		if !p.spend(1) {
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

// dense reports whether so many items conflict that the few that do not are better listed at each step.
func (p *pricer) dense() bool { return 4*p.conflicts > 3*p.n*(p.n-1)/2 }

// all are the places of the order.
func (p *pricer) all() []int32 {
	p.among = p.among[:0]
	p.among = append(p.among, nil)
	for k := range p.order {
		p.among[0] = append(p.among[0], int32(k))
	}
	return p.among[0]
}

// deepenAmong is deepen where only some places of the order are still open, since the others conflict with what is
// chosen.
func (p *pricer) deepenAmong(open []int32, depth, room, value int) {
	if value > p.top {
		p.top = value
		p.best = append(p.best[:0], p.chosen...)
	}
	for x, k := range open {
		if value+p.table[k][room/p.scale] <= p.top {
			return
		}
		i := p.order[k]
		w := p.weight[i]
		if w > room || p.taken.has(int(i)) || value+p.price[i]+p.table[k+1][(room-w)/p.scale] <= p.top {
			continue
		}
		if !p.spend(1 + (len(open)-x)/8) {
			return
		}
		if len(p.among) == depth+1 {
			p.among = append(p.among, nil)
		}
		rest, sum, foes := p.among[depth+1][:0], 0, p.foes[i]
		for _, later := range open[x+1:] {
			if j := p.order[later]; !foes.has(int(j)) && p.weight[j] <= room-w {
				rest = append(rest, later)
				sum += p.price[j]
			}
		}
		p.among[depth+1] = rest
		if value+p.price[i]+sum <= p.top {
			continue
		}
		p.chosen = append(p.chosen, i)
		p.deepenAmong(rest, depth+1, room-w, value+p.price[i])
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
