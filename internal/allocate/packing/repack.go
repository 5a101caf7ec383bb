package packing

import "slices"

// repacker improves a packing by taking a few bins apart and filling them anew, one after another, each as well as it
// can be filled around its hardest item. What is kept is at least as good: fewer bins, or the same number more unevenly
// filled, so that in time a bin runs empty.
type repacker struct {
	*graph
	dice   *dice
	bins   [][]int32
	home   []int32   // bin of each item
	hard   []float64 // how hard an item is to place, as a share of a bin
	prices []float64 // of the linear program, if there are any
	gain   []float64 // of each bin, the square of how hard its items are
	value  []float64 // how hard, shaken for one round
	picked []int32   // bins of this round
	in     []bool    // by bin, whether it is picked
	pool   []int32   // items of this round that are in no bin yet, the hardest first
	fresh  []int32   // the new bins, one after another
	ends   []int     // where each ends
	chosen []int32
	best   []int32
	top    float64
	nodes  int
	ratio  float64
}

// Shape of a round.
const (
	fewestPicked = 2
	mostPicked   = 12
	fillNodes    = 200 // of the search for one bin
)

func newRepacker(g *graph, bins [][]int32, d *dice) *repacker {
	r := &repacker{graph: g, dice: d, bins: make([][]int32, len(bins)), home: make([]int32, g.n), hard: make([]float64, g.n),
		value: make([]float64, g.n), gain: make([]float64, len(bins)), in: make([]bool, len(bins))}
	for i := range g.n {
		r.home[i] = -1
		r.hard[i] = float64(g.weight[i])/float64(g.capacity) + 0.3*float64(len(g.list[i]))/float64(g.n)
	}
	for b := range bins {
		r.set(int32(b), bins[b])
	}
	return r
}

// priced takes the prices of the linear program for how hard items are to place.
func (r *repacker) priced(prices []float64) {
	r.prices = prices
	copy(r.hard, prices)
	for b := range r.bins {
		r.gain[b] = r.worth(r.bins[b])
	}
}

func (r *repacker) set(b int32, items []int32) {
	r.bins[b] = append(r.bins[b][:0], items...)
	r.gain[b] = r.worth(items)
	for _, i := range items {
		r.home[i] = b
	}
}

// gathered are the bins of a packing as lists of items.
func gathered(packing []int) [][]int32 {
	bins := make([][]int32, count(packing))
	for i, b := range packing {
		bins[b] = append(bins[b], int32(i))
	}
	return bins
}

func (r *repacker) worth(items []int32) float64 {
	sum := 0.0
	for _, i := range items {
		sum += r.hard[i]
	}
	return sum * sum
}

// run takes bins apart for some rounds, until there are at most target, or until the clock ends it.
func (r *repacker) run(target, rounds int) {
	for n := 0; n < rounds && len(r.bins) > target && r.clock.spend(20); n++ {
		r.round()
	}
}

// round takes some bins apart and fills them anew, and keeps that if it is no worse.
func (r *repacker) round() {
	r.pick()
	before, k := 0.0, len(r.picked)
	r.pool = r.pool[:0]
	for _, b := range r.picked {
		r.pool = append(r.pool, r.bins[b]...)
		before += r.gain[b]
	}
	r.clock.spend(len(r.pool) * 8)
	r.shake()
	r.fresh, r.ends = r.fresh[:0], r.ends[:0]
	after := 0.0
	for len(r.pool) > 0 {
		if len(r.ends) == k {
			return
		}
		from := len(r.fresh)
		r.fresh = append(r.fresh, r.fill()...)
		r.ends = append(r.ends, len(r.fresh))
		after += r.worth(r.fresh[from:])
	}
	if len(r.ends) == k && after < before-1e-12 {
		return
	}
	from := 0
	for x, end := range r.ends {
		r.set(r.picked[x], r.fresh[from:end])
		from = end
	}
	gone := r.picked[len(r.ends):]
	slices.Sort(gone)
	for _, b := range slices.Backward(gone) {
		r.drop(b)
	}
}

// drop removes a bin that is no longer needed; the last takes its number.
func (r *repacker) drop(b int32) {
	last := int32(len(r.bins) - 1)
	r.bins[b], r.bins[last] = r.bins[last], r.bins[b]
	r.gain[b] = r.gain[last]
	r.bins, r.gain = r.bins[:last], r.gain[:last]
	if b != last {
		for _, i := range r.bins[b] {
			r.home[i] = b
		}
	}
}

// pick chooses bins: one of the emptiest, and others by chance, or by chance among those with an item that could share a
// bin with one that is picked already.
func (r *repacker) pick() {
	n := len(r.bins)
	k := min(fewestPicked+r.dice.below(mostPicked-fewestPicked+1), n)
	r.picked = r.picked[:0]
	first := r.dice.below(n)
	for range 3 {
		if other := r.dice.below(n); r.gain[other] < r.gain[first] {
			first = other
		}
	}
	r.take(int32(first))
	related := r.dice.below(2) == 0
	for tries := 0; len(r.picked) < k && tries < 4*k; tries++ {
		b := int32(r.dice.below(n))
		if related {
			from := r.bins[r.picked[r.dice.below(len(r.picked))]]
			friend := r.friendOf(from[r.dice.below(len(from))], r.dice)
			if friend < 0 {
				continue
			}
			if b = r.home[friend]; b < 0 {
				continue
			}
		}
		if !r.in[b] {
			r.take(b)
		}
	}
	for _, b := range r.picked {
		r.in[b] = false
	}
}

func (r *repacker) take(b int32) {
	r.picked = append(r.picked, b)
	r.in[b] = true
}

// shake says how hard each item of the pool is in this round, and sorts the pool by it.
func (r *repacker) shake() {
	width := [...]float64{0, 0.02, 0.1, 0.3}[r.dice.below(4)]
	tilt := [...]float64{0, 0, 0.3, 1}[r.dice.below(4)] / float64(r.n)
	usePrices := r.prices != nil && r.dice.below(2) == 0
	r.ratio = 0
	for k, i := range r.pool {
		v := float64(r.weight[i])/float64(r.capacity) + tilt*float64(len(r.list[i]))
		if usePrices {
			v = r.prices[i] + 1e-4
		}
		v *= 1 + width*r.dice.share()
		r.value[i] = v
		r.ratio = max(r.ratio, v/float64(r.weight[i]))
		x := k
		for ; x > 0 && r.value[r.pool[x-1]] < v; x-- {
			r.pool[x] = r.pool[x-1]
		}
		r.pool[x] = i
	}
}

// fill takes the hardest item of the pool and the best company for it out of the pool.
func (r *repacker) fill() []int32 {
	seed := r.pool[0]
	r.chosen = append(r.chosen[:0], seed)
	r.best = append(r.best[:0], seed)
	r.top = r.value[seed]
	r.nodes = fillNodes
	r.deepen(1, r.capacity-r.weight[seed], r.value[seed])
	k, taken := 0, 0 // what was chosen lies in the order of the pool
	for _, i := range r.pool {
		if taken < len(r.best) && r.best[taken] == i {
			taken++
			continue
		}
		r.pool[k] = i
		k++
	}
	r.pool = r.pool[:k]
	return r.best
}

func (r *repacker) deepen(from, room int, value float64) {
	if value > r.top {
		r.top = value
		r.best = append(r.best[:0], r.chosen...)
	}
	for k := from; k < len(r.pool) && r.nodes > 0; k++ {
		i := r.pool[k]
		if r.weight[i] > room || !r.friendly(i) {
			continue
		}
		if value+float64(room)*r.ratio <= r.top+1e-12 {
			return
		}
		r.nodes--
		r.chosen = append(r.chosen, i)
		r.deepen(k+1, room-r.weight[i], value+r.value[i])
		r.chosen = r.chosen[:len(r.chosen)-1]
	}
}

func (r *repacker) friendly(i int32) bool {
	foes := r.foes[i]
	for _, other := range r.chosen {
		if foes.has(int(other)) {
			return false
		}
	}
	return true
}
