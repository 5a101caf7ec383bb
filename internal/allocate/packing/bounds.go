package packing

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"
)

// Certificate shows why no packing has fewer than Bins bins. There are two arguments, and each can be checked with the
// instance alone (see Verify).
//
// The first: the items of Clique are pairwise apart (they conflict, or are too heavy together), so that each has a bin
// of its own; those of Rest are apart from every one of them, so that they are in other bins; and of Rest, those of at
// least Large weigh more than half a bin each in what Small leaves, and so on: the bound L2 of Martello and Toth.
//
// The second: Prices give each item a price such that no bin can hold items of more than Price in all; all items together
// then need at least their sum over Price bins.
type Certificate struct {
	Bins   int   `json:"bins"`
	Clique []int `json:"clique,omitempty"` // items by index, from 0
	Rest   []int `json:"rest,omitempty"`
	Small  int   `json:"small,omitempty"` // parameter of L2, see l2At
	Prices []int `json:"prices,omitempty"`
	Price  int   `json:"price,omitempty"`
}

// l2 is the bound of Martello and Toth on items without conflicts, with the parameter that gives it.
func l2(weights []int, capacity int) (bound, small int) {
	sorted := slices.Sorted(slices.Values(weights))
	n := len(sorted)
	sums := make([]int, n+1) // of the lightest
	for k, w := range sorted {
		sums[k+1] = sums[k] + w
	}
	half := sort.Search(n, func(k int) bool { return 2*sorted[k] > capacity })
	for k := -1; k < half; k++ {
		s, from := 0, 0
		if k >= 0 {
			s, from = sorted[k], k
		}
		if k > 0 && s == sorted[k-1] {
			continue
		}
		alone := half + sort.Search(n-half, func(x int) bool { return sorted[half+x] > capacity-s })
		extra := sums[half] - sums[from] - ((alone-half)*capacity - (sums[alone] - sums[half]))
		if b := n - half + max(0, (extra+capacity-1)/capacity); b > bound {
			bound, small = b, s
		}
	}
	return bound, small
}

// l2At counts the items over capacity-small, which have bins of their own, those over a half, one a bin, and what of the
// others from small on finds no room beside the second.
func l2At(weights []int, capacity, small int) int {
	alone, half, halfSum, restSum := 0, 0, 0, 0
	for _, w := range weights {
		switch {
		case w > capacity-small:
			alone++
		case 2*w > capacity:
			half++
			halfSum += w
		case w >= small:
			restSum += w
		}
	}
	extra := restSum - (half*capacity - halfSum)
	return alone + half + max(0, (extra+capacity-1)/capacity)
}

func (g *graph) simpleBounds() Certificate {
	all := make([]int, g.n)
	for i := range all {
		all[i] = i
	}
	best := Certificate{}
	best.Bins, best.Small = l2(g.weight, g.capacity)
	best.Rest = all
	// Items in the order of how much they are apart from others; the first of them are the clique, one after another.
	order := slices.Clone(all)
	weight := make([]int, g.n)
	for i := range weight {
		weight[i] = g.apart[i].count()
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight[b], weight[a]) })
	best = g.alongOrder(order, best)
	for i := range weight {
		weight[i] = len(g.list[i])
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(g.weight[b], g.weight[a]))
	})
	return g.alongOrder(order, best)
}

// alongOrder grows a clique along an order and bounds what is apart from all of it, at each size.
func (g *graph) alongOrder(order []int, best Certificate) Certificate {
	rest := newSet(g.n)
	for i := range g.n {
		rest.add(i)
	}
	var clique []int
	for _, i := range order {
		if !rest.has(i) {
			continue
		}
		clique = append(clique, i)
		for w := range rest {
			rest[w] &= g.apart[i][w]
		}
		left, half, light := 0, 0, 0 // items left, those over half a bin, and what the others weigh
		for w, word := range rest {
			for ; word != 0; word &= word - 1 {
				left++
				if weight := g.weight[w*64+bits.TrailingZeros64(word)]; 2*weight > g.capacity {
					half++
				} else {
					light += weight
				}
			}
		}
		if len(clique)+left <= best.Bins || !g.clock.spend(left*2+10) {
			break // all of them in bins of their own would not be more
		}
		if len(clique)+half+light/g.capacity+1 <= best.Bins {
			continue
		}
		var weights, items []int
		for j := range g.n {
			if rest.has(j) {
				weights, items = append(weights, g.weight[j]), append(items, j)
			}
		}
		if b, small := l2(weights, g.capacity); len(clique)+b > best.Bins {
			best = Certificate{Bins: len(clique) + b, Clique: slices.Clone(clique), Rest: items, Small: small}
		}
	}
	return best
}
