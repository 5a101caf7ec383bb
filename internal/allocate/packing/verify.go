package packing

import (
	"errors"
	"fmt"
)

// Verify checks a certificate against an instance, with code that the search does not use: it goes through every pair of
// a clique, and for prices it looks for the dearest bin anew. It is slow on large instances with few conflicts.
func (c Certificate) Verify(in Instance) error {
	if c.Bins == 0 && len(in.Weights) == 0 {
		return nil
	}
	apart := make([]map[int]bool, len(in.Weights))
	for i := range apart {
		apart[i] = map[int]bool{}
	}
	for _, pair := range in.Conflicts {
		apart[pair[0]][pair[1]], apart[pair[1]][pair[0]] = true, true
	}
	if c.Prices != nil {
		return c.verifyPrices(in, apart)
	}
	used := make([]bool, len(in.Weights))
	for k, i := range c.Clique {
		for _, list := range [][]int{c.Clique[k+1:], c.Rest} {
			for _, j := range list {
				if i == j || !apart[i][j] && in.Weights[i]+in.Weights[j] <= in.Capacity {
					return fmt.Errorf("packing: certificate: items %d and %d may share a bin", i+1, j+1)
				}
			}
		}
	}
	var weights []int
	for _, i := range c.Rest {
		if used[i] {
			return fmt.Errorf("packing: certificate: item %d is counted twice", i+1)
		}
		used[i] = true
		weights = append(weights, in.Weights[i])
	}
	if c.Small < 0 || 2*c.Small > in.Capacity {
		return fmt.Errorf("packing: certificate: %d is no parameter of the bound", c.Small)
	}
	if bound := len(c.Clique) + l2At(weights, in.Capacity, c.Small); bound < c.Bins {
		return fmt.Errorf("packing: certificate: %d bins, it says %d", bound, c.Bins)
	}
	return nil
}

func (c Certificate) verifyPrices(in Instance, apart []map[int]bool) error {
	if len(c.Prices) != len(in.Weights) || c.Price <= 0 {
		return errors.New("packing: certificate: not one price an item")
	}
	sum := 0
	for i, p := range c.Prices {
		if p < 0 {
			return fmt.Errorf("packing: certificate: the price of item %d is negative", i+1)
		}
		sum += p
	}
	if (sum+c.Price-1)/c.Price < c.Bins {
		return fmt.Errorf("packing: certificate: the prices say %d bins, it says %d", (sum+c.Price-1)/c.Price, c.Bins)
	}
	v := &verifier{in: in, apart: apart, prices: c.Prices, limit: c.Price, most: make([][]int, len(in.Weights)+1)}
	if in.Capacity <= 100_000 {
		v.fillTable()
	}
	if !v.cheap(0, in.Capacity, 0, nil) {
		return fmt.Errorf("packing: certificate: a bin holds items of more than %d", c.Price)
	}
	return nil
}

// verifier looks for a bin whose items cost more than a limit.
type verifier struct {
	in     Instance
	apart  []map[int]bool
	prices []int
	limit  int
	most   [][]int // what the items from i on could cost in so much room, conflicts apart
}

func (v *verifier) fillTable() {
	n := len(v.in.Weights)
	v.most[n] = make([]int, v.in.Capacity+1)
	for i := n - 1; i >= 0; i-- {
		v.most[i] = make([]int, v.in.Capacity+1)
		for room := range v.most[i] {
			v.most[i][room] = v.most[i+1][room]
			if w := v.in.Weights[i]; w <= room {
				v.most[i][room] = max(v.most[i][room], v.most[i+1][room-w]+v.prices[i])
			}
		}
	}
}

// cheap reports whether no bin that continues with items from i on costs more than the limit.
func (v *verifier) cheap(i, room, cost int, chosen []int) bool {
	if cost > v.limit {
		return false
	}
	if i == len(v.in.Weights) || v.most[i] != nil && cost+v.most[i][room] <= v.limit {
		return true
	}
	if !v.cheap(i+1, room, cost, chosen) {
		return false
	}
	if v.in.Weights[i] > room {
		return true
	}
	for _, j := range chosen {
		if v.apart[i][j] {
			return true
		}
	}
	return v.cheap(i+1, room-v.in.Weights[i], cost+v.prices[i], append(chosen, i))
}
