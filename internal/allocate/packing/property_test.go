package packing_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"habeas.example/habeas/internal/allocate/packing"
)

func drawInstance(t *rapid.T, least, most int) packing.Instance {
	in := packing.Instance{Capacity: rapid.IntRange(1, 30).Draw(t, "capacity")}
	in.Weights = rapid.SliceOfN(rapid.IntRange(1, in.Capacity), least, most).Draw(t, "weights")
	density := rapid.IntRange(0, 9).Draw(t, "density")
	for i := range in.Weights {
		for j := range i {
			if rapid.IntRange(0, 9).Draw(t, "conflict") < density {
				in.Conflicts = append(in.Conflicts, [2]int{i, j})
			}
		}
	}
	return in
}

// fewest tries every partition of the items.
func fewest(in packing.Instance) int {
	best := len(in.Weights)
	foes := map[[2]int]bool{}
	for _, pair := range in.Conflicts {
		foes[pair], foes[[2]int{pair[1], pair[0]}] = true, true
	}
	var bins [][]int
	var put func(i int)
	put = func(i int) {
		if len(bins) >= best {
			return
		}
		if i == len(in.Weights) {
			best = len(bins)
			return
		}
		for b := range bins {
			load := in.Weights[i]
			clash := false
			for _, j := range bins[b] {
				load += in.Weights[j]
				clash = clash || foes[[2]int{i, j}]
			}
			if load <= in.Capacity && !clash {
				bins[b] = append(bins[b], i)
				put(i + 1)
				bins[b] = bins[b][:len(bins[b])-1]
			}
		}
		bins = append(bins, []int{i})
		put(i + 1)
		bins = bins[:len(bins)-1]
	}
	put(0)
	return best
}

// A packing is one, it is the best there is, the bound holds, and its certificate can be checked.
func TestSmallInstancesAreSolved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstance(t, 0, 9)
		a := packing.Solve(in, packing.Options{Seed: rapid.Uint64().Draw(t, "seed"), Effort: 2_000_000})
		if err := in.Check(a.Bins); err != nil {
			t.Fatal(err)
		}
		if err := a.Certificate.Verify(in); err != nil {
			t.Fatal(err)
		}
		best := fewest(in)
		if a.LowerBound > best || a.LowerBound != a.Certificate.Bins {
			t.Fatalf("the bound says %d, the certificate %d; %d bins will do", a.LowerBound, a.Certificate.Bins, best)
		}
		if a.Count != best {
			t.Fatalf("%d bins, %d will do", a.Count, best)
		}
	})
}

func TestSameSeedSamePacking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstance(t, 0, 40)
		o := packing.Options{Seed: rapid.Uint64().Draw(t, "seed"), Effort: 300_000}
		if one, two := packing.Solve(in, o), packing.Solve(in, o); !reflect.DeepEqual(one, two) {
			t.Fatalf("two answers:\n%+v\n%+v", one, two)
		}
	})
}

// A certificate that says more than is so is refused: one bin more, an item counted twice, a clique that is none, a price
// raised.
func TestFalseCertificatesAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstance(t, 1, 9)
		a := packing.Solve(in, packing.Options{Effort: 2_000_000})
		more := a.Certificate
		more.Bins = fewest(in) + 1
		if more.Verify(in) == nil {
			t.Fatalf("%d bins will do, and a certificate of one more passes", more.Bins-1)
		}
		twice := packing.Certificate{Bins: len(in.Weights) + 1, Rest: slices.Repeat([]int{0}, len(in.Weights)+1)}
		if twice.Verify(in) == nil {
			t.Fatal("an item counted twice passes")
		}
		prices := make([]int, len(in.Weights))
		for i := range prices {
			prices[i] = 10
		}
		dear := packing.Certificate{Bins: fewest(in) + 1, Prices: prices, Price: max(1, len(prices)*10/(fewest(in)+1))}
		if dear.Verify(in) == nil {
			t.Fatal("prices that a bin exceeds pass")
		}
	})
}

// Falkenauer's triplets can be packed without a gap, and are.
func TestTripletsArePackedWithoutAGap(t *testing.T) {
	for seed := range uint64(3) {
		in := packing.Class(5, 0, seed)
		if a := packing.Solve(in, packing.Options{Seed: 1}); a.Count != 20 || a.LowerBound != 20 {
			t.Errorf("seed %d: %d bins, at least %d; 20 were cut", seed, a.Count, a.LowerBound)
		}
	}
}

func TestClassesAreAsPublished(t *testing.T) {
	for class, n := range []int{120, 250, 500, 1000, 60, 120, 249, 501} {
		in := packing.Class(class+1, 3, 1)
		if err := in.Validate(); err != nil || len(in.Weights) != n {
			t.Errorf("class %d: %d items, %v", class+1, len(in.Weights), err)
		}
		pairs := float64(n * (n - 1) / 2)
		// (p+p')/2 <= d < 1/2 has the chance 2d².
		if share := float64(len(in.Conflicts)) / pairs; share < 0.08 || share > 0.30 {
			t.Errorf("class %d: %.2f of the pairs conflict, 0.18 are expected", class+1, share)
		}
		if share := float64(len(packing.Arbitrary(class+1, 3, 1).Conflicts)) / pairs; share < 0.25 || share > 0.35 {
			t.Errorf("class %d: %.2f of the pairs conflict by chance, 0.30 are expected", class+1, share)
		}
	}
}

// Whatever way the search goes, what it says can be checked: classes and graphs of many densities, with so little effort
// that some searches are cut off, and so much that others come to their end.
func TestEveryWayIsSound(t *testing.T) {
	for _, class := range []int{1, 2, 4, 6, 8} {
		for _, tenths := range []int{0, 3, 4, 6, 9} {
			for name, in := range map[string]packing.Instance{"class": packing.Class(class, tenths, 7), "arbitrary": packing.Arbitrary(class, tenths, 7)} {
				a := packing.Solve(in, packing.Options{Seed: 1, Effort: 20_000_000})
				if err := in.Check(a.Bins); err != nil {
					t.Errorf("%s %d.%d: %v", name, class, tenths, err)
				}
				if a.Count < a.LowerBound || a.LowerBound != a.Certificate.Bins {
					t.Errorf("%s %d.%d: %d bins, at least %d, certificate %d", name, class, tenths, a.Count, a.LowerBound, a.Certificate.Bins)
				}
				if err := a.Certificate.Verify(in); err != nil {
					t.Errorf("%s %d.%d: %v", name, class, tenths, err)
				}
			}
		}
	}
}

// Large instances on which simple searches stay a bin or two above the bound are solved, each by another way.
func TestLargeInstancesAreSolved(t *testing.T) {
	for name, in := range map[string]packing.Instance{
		"nested, weights and conflicts bind": packing.Class(3, 4, 1), "nested, weights bind": packing.Class(4, 3, 1),
		"nested, conflicts bind": packing.Class(4, 6, 1), "triplets": packing.Class(8, 1, 1), "by parts": packing.Arbitrary(3, 5, 1),
		"whole linear program": packing.Arbitrary(2, 8, 1),
	} {
		if a := packing.Solve(in, packing.Options{Seed: 1, Effort: 4 * packing.DefaultEffort}); a.Count != a.LowerBound {
			t.Errorf("%s: %d bins, at least %d", name, a.Count, a.LowerBound)
		}
	}
}
