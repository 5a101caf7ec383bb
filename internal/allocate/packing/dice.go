package packing

// dice is chance that the same seed repeats (SplitMix64).
type dice struct{ state uint64 }

func newDice(seed uint64) *dice { return &dice{seed*0x9e3779b97f4a7c15 + 0x1234567} }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1; n is positive.
func (d *dice) below(n int) int { return int((d.next() >> 32) * uint64(n) >> 32) }

// share is a number from 0 up to 1.
func (d *dice) share() float64 { return float64(d.next()>>11) / (1 << 53) }

func (d *dice) permutation(n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		j := d.below(i + 1)
		list[i] = list[j]
		list[j] = int32(i)
	}
	return list
}
