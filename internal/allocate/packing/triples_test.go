package packing

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What the table of nested conflicts says is what the search in depth finds.
func TestNestedPricingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Instance{Capacity: rapid.IntRange(5, 40).Draw(t, "capacity")}
		in.Weights = rapid.SliceOfN(rapid.IntRange(1, in.Capacity), 1, 12).Draw(t, "weights")
		share := make([]int, len(in.Weights))
		threshold := rapid.IntRange(0, 20).Draw(t, "threshold")
		for i := range share {
			share[i] = rapid.IntRange(0, 10).Draw(t, "share")
			for j := range i {
				if share[i]+share[j] <= threshold {
					in.Conflicts = append(in.Conflicts, [2]int{i, j})
				}
			}
		}
		g := newGraph(in, &clock{left: 1 << 40})
		if !g.nested() {
			t.Fatal("conflicts by a threshold are nested")
		}
		items, prices := make([]int32, g.n), make([]int, g.n)
		for i := range items {
			items[i], prices[i] = int32(i), rapid.IntRange(0, 20).Draw(t, "price")
		}
		best := 0
		for _, nested := range []bool{true, false} {
			p := &pricer{graph: g, nested: nested}
			p.prepare(items, prices)
			bin, top, bound := p.dearest(newSet(g.n), 1<<30)
			sum, load := 0, 0
			for _, i := range bin {
				sum, load = sum+prices[i], load+g.weight[i]
				for _, j := range bin {
					if g.foes[i].has(int(j)) {
						t.Fatalf("nested %v: %v conflict", nested, bin)
					}
				}
			}
			if sum != top || bound != top || load > in.Capacity || len(slices.Compact(slices.Sorted(slices.Values(bin)))) != len(bin) {
				t.Fatalf("nested %v: %v is worth %d and weighs %d; said %d, at most %d", nested, bin, sum, load, top, bound)
			}
			if !nested && top != best {
				t.Fatalf("%d by the table, %d by search", best, top)
			}
			best = top
		}
	})
}

// Where few pairs are without conflict the search lists them, and finds the same.
func TestDensePricingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Instance{Capacity: 30}
		in.Weights = rapid.SliceOfN(rapid.IntRange(1, 15), 1, 12).Draw(t, "weights")
		for i := range in.Weights {
			for j := range i {
				if rapid.IntRange(0, 9).Draw(t, "conflict") < 8 {
					in.Conflicts = append(in.Conflicts, [2]int{i, j})
				}
			}
		}
		g := newGraph(in, &clock{left: 1 << 40})
		items, prices := make([]int32, g.n), make([]int, g.n)
		for i := range items {
			items[i], prices[i] = int32(i), rapid.IntRange(1, 20).Draw(t, "price")
		}
		p := &pricer{graph: g}
		p.prepare(items, prices)
		p.nodes, p.taken = 1<<30, newSet(g.n)
		p.deepenAmong(p.all(), 0, p.capacity, 0)
		listed := p.top
		p.top, p.nodes = 0, 1<<30
		p.deepen(0, p.capacity, 0)
		if p.top != listed {
			t.Fatalf("%d by lists, %d without", listed, p.top)
		}
	})
}

// Triplets with few conflicts are packed without a gap from a packing that has one.
func TestTriplesCloseTheGap(t *testing.T) {
	closed := 0
	for seed := range uint64(4) {
		in := Class(7, 1, seed)
		g := newGraph(in, &clock{left: 1 << 40})
		if !g.inTriples() {
			t.Fatal("triplets are not recognised")
		}
		s := &search{graph: g, dice: newDice(seed), bins: gathered(g.construct()), certificate: g.simpleBounds()}
		s.repack(84, 1_000_000, nil)
		if len(s.bins) != 84 {
			t.Fatalf("seed %d: %d bins", seed, len(s.bins))
		}
		for range 200 {
			if s.fillTriples(2_000) {
				closed++
				break
			}
		}
		bins := make([]int, g.n)
		for b, items := range s.bins {
			for _, i := range items {
				bins[i] = b
			}
		}
		if err := in.Check(bins); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if closed < 3 {
		t.Errorf("the gap was closed in %d of 4 instances", closed)
	}
}
