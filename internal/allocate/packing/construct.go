package packing

import (
	"cmp"
	"slices"
)

// construct packs items one after another in several orders, each into the fullest bin that takes it (or the first), and
// keeps the packing with fewest bins; the first is made whatever the clock says.
func (g *graph) construct() []int {
	var best []int
	fewest := g.n + 1
	keys := []func(i int) float64{
		func(i int) float64 { return float64(g.weight[i]) },
		func(i int) float64 { return float64(len(g.list[i])) },
	}
	total, degrees := 0, 0
	for i := range g.n {
		total += g.weight[i]
		degrees += len(g.list[i])
	}
	for _, a := range []float64{0.1, 0.3, 0.5, 0.7, 0.9} {
		keys = append(keys, func(i int) float64 {
			return a*float64(g.weight[i])/float64(total) + (1-a)*float64(len(g.list[i]))/float64(max(degrees, 1))
		})
	}
	order := make([]int, g.n)
	for i := range order {
		order[i] = i
	}
	for _, key := range keys {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(key(b), key(a)) })
		for _, fullest := range []bool{true, false} {
			if best != nil && g.clock.over {
				return best
			}
			if bins, count := g.pack(order, fullest); count < fewest {
				best, fewest = bins, count
			}
		}
	}
	return best
}

func (g *graph) pack(order []int, fullest bool) (bins []int, count int) {
	bins = make([]int, g.n)
	var load []int
	var barred []set // items that conflict with somebody in the bin
	for _, i := range order {
		best := -1
		for b := range load {
			if load[b]+g.weight[i] <= g.capacity && !barred[b].has(i) && (best < 0 || load[b] > load[best]) {
				best = b
				if !fullest {
					break
				}
			}
		}
		if best < 0 {
			best = len(load)
			load, barred = append(load, 0), append(barred, newSet(g.n))
		}
		g.clock.spend(len(load) + g.n/64)
		bins[i] = best
		load[best] += g.weight[i]
		for w, word := range g.foes[i] {
			barred[best][w] |= word
		}
	}
	return bins, len(load)
}
