package packing

// Class generates instances of a published class (Muritiba, Iori, Malaguti, Toth 2010): 1 to 4 have 120, 250, 500 and 1000
// items of 20 to 100 in bins of 150; 5 to 8 have 60, 120, 249 and 501 items that were cut, three by three, from full bins
// of 1000. Tenths is the threshold d of the conflicts in tenths: every item has a number p in [0,1), and two conflict
// where (p+p')/2 is at most d. The same seed gives the same instance.
func Class(class, tenths int, seed uint64) Instance {
	d := newDice(seed + uint64(class)<<32 + uint64(tenths)<<48)
	in := weights(class, d)
	p := make([]float64, len(in.Weights))
	for i := range p {
		p[i] = d.share()
	}
	for i := range p {
		for j := range i {
			if (p[i]+p[j])/2 <= float64(tenths)/10 {
				in.Conflicts = append(in.Conflicts, [2]int{j, i})
			}
		}
	}
	return in
}

// Arbitrary generates an instance with the weights of a class and conflicts by chance, each pair with the same chance.
func Arbitrary(class, tenths int, seed uint64) Instance {
	d := newDice(seed + uint64(class)<<32 + uint64(tenths)<<48 + 1<<60)
	in := weights(class, d)
	for i := range in.Weights {
		for j := range i {
			if d.share() < float64(tenths)/10 {
				in.Conflicts = append(in.Conflicts, [2]int{j, i})
			}
		}
	}
	return in
}

func weights(class int, d *dice) Instance {
	if class <= 4 {
		in := Instance{Capacity: 150, Weights: make([]int, []int{120, 250, 500, 1000}[class-1])}
		for i := range in.Weights {
			in.Weights[i] = 20 + d.below(81)
		}
		return in
	}
	in := Instance{Capacity: 1000}
	for range []int{20, 40, 83, 167}[class-5] {
		// Falkenauer's triplets: one of 380 to 490, one of 250 up to half of the rest, and what is left.
		first := 380 + d.below(111)
		second := 250 + d.below((1000-first)/2-250+1)
		in.Weights = append(in.Weights, first, second, 1000-first-second)
	}
	for i := len(in.Weights) - 1; i > 0; i-- {
		j := d.below(i + 1)
		in.Weights[i], in.Weights[j] = in.Weights[j], in.Weights[i]
	}
	return in
}
