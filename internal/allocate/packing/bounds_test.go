package packing

import (
	"testing"

	"pgregory.net/rapid"
)

func TestL2IsTheBestOfItsParameters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 60).Draw(t, "capacity")
		weights := rapid.SliceOfN(rapid.IntRange(1, capacity), 0, 20).Draw(t, "weights")
		best := 0
		for s := 0; s <= capacity/2; s++ {
			best = max(best, l2At(weights, capacity, s))
		}
		bound, small := l2(weights, capacity)
		if bound != best || len(weights) > 0 && l2At(weights, capacity, small) != bound {
			t.Fatalf("%d with %d, the best is %d", bound, small, best)
		}
	})
}
