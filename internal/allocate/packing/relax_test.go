package packing

import (
	"testing"

	"pgregory.net/rapid"
)

// Exchanges change the prices that the linear program comes to, not its value.
func TestExchangesKeepTheValue(t *testing.T) {
	exchanged, items, uncovered := false, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := Instance{Capacity: rapid.IntRange(10, 40).Draw(t, "capacity")}
		in.Weights = rapid.SliceOfN(rapid.IntRange(3, in.Capacity), 2, 14).Draw(t, "weights")
		threshold := rapid.IntRange(0, 16).Draw(t, "threshold")
		share := make([]int, len(in.Weights))
		for i := range share {
			share[i] = rapid.IntRange(0, 10).Draw(t, "share")
			for j := range i {
				if share[i]+share[j] <= threshold {
					in.Conflicts = append(in.Conflicts, [2]int{i, j})
				}
			}
		}
		var values [2]float64
		for k, nested := range []bool{true, false} {
			g := newGraph(in, &clock{left: 1 << 40})
			g.knownNested = &nested
			all := make([]int32, g.n)
			var single [][]int32
			for i := range all {
				all[i] = int32(i)
				single = append(single, []int32{int32(i)})
			}
			n := g.relax(all, single, nil, g.n+1, newDice(1))
			if !n.done {
				t.Fatal("the linear program was not solved")
			}
			if nested {
				exchanged = exchanged || len(n.columns) > g.n+len(single)
				items += g.n
				uncovered += n.uncovered(t)
			}
			values[k] = float64(whole(n.value()))
		}
		if values[0] != values[1] {
			t.Fatalf("%v bins with exchanges, %v without", values[0], values[1])
		}
	})
	if !exchanged {
		t.Error("no instance had exchanges")
	}
	// Where a bin has both an item and what should take its place, the exchange cannot be carried out; that is rare.
	if 50*uncovered > items {
		t.Errorf("%d of %d items are not covered by the bins that the program uses", uncovered, items)
	}
}

// uncovered holds that the bins which the program uses, exchanges carried out, are bins, and counts the items that they do
// not cover.
func (n *generation) uncovered(t *rapid.T) (count int) {
	covered := make([]float64, n.n)
	for _, p := range n.fractions() {
		load := 0
		for k, i := range p.bin {
			load += n.weight[i]
			covered[i] += p.share
			for _, j := range p.bin[:k] {
				if i == j || n.foes[i].has(int(j)) {
					t.Fatalf("%v is no bin", p.bin)
				}
			}
		}
		if load > n.capacity {
			t.Fatalf("%v is too heavy", p.bin)
		}
	}
	for _, share := range covered {
		if share < 0.99 {
			count++
		}
	}
	return count
}
