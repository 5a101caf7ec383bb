package packing

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// Instance is a bin packing problem with conflicts.
type Instance struct {
	Capacity int
	Weights  []int
	// Conflicts are pairs of items, by index; one may stand twice.
	Conflicts [][2]int
}

// Bounds of an instance.
const (
	MaxItems     = 20_000
	MaxConflicts = 20_000_000
	MaxCapacity  = 1_000_000_000
)

// Validate refuses an instance that has no solution or is out of bounds.
func (in Instance) Validate() error {
	switch {
	case len(in.Weights) > MaxItems:
		return fmt.Errorf("there are more than %d items", MaxItems)
	case len(in.Conflicts) > MaxConflicts:
		return fmt.Errorf("there are more than %d conflicts", MaxConflicts)
	case in.Capacity < 1 || in.Capacity > MaxCapacity:
		return fmt.Errorf("the capacity %d is not between 1 and %d", in.Capacity, MaxCapacity)
	}
	for i, w := range in.Weights {
		if w < 1 || w > in.Capacity {
			return fmt.Errorf("item %d weighs %d, which fits in no bin of %d", i+1, w, in.Capacity)
		}
	}
	for _, pair := range in.Conflicts {
		if pair[0] < 0 || pair[1] < 0 || pair[0] >= len(in.Weights) || pair[1] >= len(in.Weights) {
			return fmt.Errorf("a conflict names item %d, of %d", max(pair[0], pair[1])+1, len(in.Weights))
		}
		if pair[0] == pair[1] {
			return fmt.Errorf("item %d conflicts with itself", pair[0]+1)
		}
	}
	return nil
}

// Check reports what is wrong with an answer (for each item its bin, from 0): the first item that is in no bin, the first
// bin that is too heavy, the first conflict within a bin.
func (in Instance) Check(bins []int) error {
	if len(bins) != len(in.Weights) {
		return fmt.Errorf("packing: %d items, %d in the answer", len(in.Weights), len(bins))
	}
	load := map[int]int{}
	for i, b := range bins {
		if b < 0 {
			return fmt.Errorf("packing: item %d is in no bin", i+1)
		}
		if load[b] += in.Weights[i]; load[b] > in.Capacity {
			return fmt.Errorf("packing: bin %d holds more than %d", b+1, in.Capacity)
		}
	}
	for _, pair := range in.Conflicts {
		if bins[pair[0]] == bins[pair[1]] {
			return fmt.Errorf("packing: items %d and %d conflict in bin %d", pair[0]+1, pair[1]+1, bins[pair[0]]+1)
		}
	}
	return nil
}

// set is a set of items.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s set) remove(i int)   { s[i>>6] &^= 1 << (i & 63) }
func (s set) has(i int) bool { return s[i>>6]>>(i&63)&1 != 0 }

func (s set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// graph is an instance prepared for the search: who conflicts with whom, and who cannot share a bin for weight either.
type graph struct {
	n        int
	capacity int
	weight   []int
	foes     []set     // conflicts of each item
	list     [][]int32 // the same as lists
	apart    []set     // foes, and items too heavy together
	// conflicts is how many pairs conflict.
	conflicts int
	friend    [][]int32 // those an item can share a bin with, once listed
	clock     *clock
	// knownNested is whether conflicts are nested, once asked for.
	knownNested *bool
}

// clock counts work, and ends the search when it is spent or told to.
type clock struct {
	left int
	stop func() bool
	over bool
}

// spend counts steps and reports whether there may be more.
func (c *clock) spend(steps int) bool {
	before := c.left
	c.left -= steps
	if c.left <= 0 {
		c.over = true
	} else if c.stop != nil && before>>12 != c.left>>12 && c.stop() {
		c.over = true
	}
	return !c.over
}

func newGraph(in Instance, c *clock) *graph {
	n := len(in.Weights)
	g := &graph{n: n, friend: make([][]int32, n), capacity: in.Capacity, weight: in.Weights, foes: make([]set, n), list: make([][]int32, n), apart: make([]set, n), clock: c}
	for i := range n {
		g.foes[i], g.apart[i] = newSet(n), newSet(n)
	}
	for _, pair := range in.Conflicts {
		i, j := pair[0], pair[1]
		if !g.foes[i].has(j) {
			g.foes[i].add(j)
			g.foes[j].add(i)
			g.conflicts++
			g.list[i] = append(g.list[i], int32(j))
			g.list[j] = append(g.list[j], int32(i))
		}
	}
	g.partHeavy()
	return g
}

// partHeavy sets items apart that are too heavy together, besides those that conflict. The heavier an item, the more
// there are.
func (g *graph) partHeavy() {
	order := make([]int, g.n) // the lightest first
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(cmp.Compare(g.weight[i], g.weight[j]), cmp.Compare(i, j)) })
	heavy, k := newSet(g.n), g.n-1
	for _, i := range order {
		for ; k >= 0 && g.weight[order[k]]+g.weight[i] > g.capacity; k-- {
			heavy.add(order[k])
		}
		for w := range heavy {
			g.apart[i][w] = g.foes[i][w] | heavy[w]
		}
		g.apart[i].remove(i)
	}
}

// friendOf is one by chance of the items that an item can share a bin with, -1 if there is none.
func (g *graph) friendOf(i int32, d *dice) int32 {
	for range 32 { // most have many; only for those with few is it worth to list them
		if j := d.below(g.n); j != int(i) && !g.apart[i].has(j) {
			return int32(j)
		}
	}
	if g.friend[i] == nil {
		list := make([]int32, 0, g.n-g.apart[i].count())
		for j := range g.n {
			if j != int(i) && !g.apart[i].has(j) {
				list = append(list, int32(j))
			}
		}
		g.friend[i] = list
	}
	if len(g.friend[i]) == 0 {
		return -1
	}
	return g.friend[i][d.below(len(g.friend[i]))]
}

// friendless reports whether an item can share a bin with no other.
func (g *graph) friendless(i int32) bool { return g.apart[i].count() == g.n-1 }

// nested reports whether the conflicts of an item with fewer are all conflicts of any item with more, as in the interval
// graphs of the published classes.
func (g *graph) nested() bool {
	if g.knownNested != nil {
		return *g.knownNested
	}
	known := g.findNested()
	g.knownNested = &known
	return known
}

func (g *graph) findNested() bool {
	order := make([]int32, g.n)
	for i := range order {
		order[i] = int32(i)
	}
	g.sortByConflicts(order)
	for k, i := range order[1:] {
		more := order[k]
		for w, word := range g.foes[i] {
			if int(more>>6) == w {
				word &^= 1 << (more & 63)
			}
			if word&^g.foes[more][w] != 0 {
				return false
			}
		}
	}
	return true
}

// sortByConflicts puts items with most conflicts first.
func (g *graph) sortByConflicts(items []int32) {
	slices.SortFunc(items, func(a, b int32) int {
		return cmp.Or(cmp.Compare(len(g.list[b]), len(g.list[a])), cmp.Compare(a, b))
	})
}
