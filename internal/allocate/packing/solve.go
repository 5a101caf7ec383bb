package packing

// Options say how to solve an instance.
type Options struct {
	Seed uint64
	// Effort is how many steps the search may take, a step being about a nanosecond; 0 stands for DefaultEffort.
	Effort int
	// Stop ends the search early when it answers true, so that whoever has a clock can keep to a time; nil never does.
	Stop func() bool
}

// DefaultEffort is the number of steps when options do not say.
const DefaultEffort = 500_000_000

// Answer is a packing and what is known of it.
type Answer struct {
	Bins        []int // for each item its bin, from 0
	Count       int
	LowerBound  int
	Certificate Certificate
}

// Solve packs the items of a valid instance. The same instance, seed and effort give the same answer, unless Stop ends
// the search early.
func Solve(in Instance, o Options) Answer {
	if o.Effort == 0 {
		o.Effort = DefaultEffort
	}
	if len(in.Weights) == 0 {
		return Answer{Bins: []int{}}
	}
	g := newGraph(in, &clock{left: o.Effort, stop: o.Stop})
	s := &search{graph: g, dice: newDice(o.Seed)}
	s.bins = gathered(g.construct())
	s.certificate = g.simpleBounds()
	s.improve()
	a := Answer{Bins: make([]int, g.n), Count: len(s.bins), LowerBound: s.certificate.Bins, Certificate: s.certificate}
	for b, items := range s.bins {
		for _, i := range items {
			a.Bins[i] = b
		}
	}
	return a
}

// search is one run: the best packing and the best bound so far.
type search struct {
	*graph
	dice        *dice
	bins        [][]int32
	certificate Certificate
}

func (s *search) open() bool { return len(s.bins) > s.certificate.Bins && !s.clock.over }

// improve repacks, then solves the linear program for a better bound and better prices, then dives along it and repacks
// by its prices in turn, until bound and packing meet or the clock ends it.
func (s *search) improve() {
	s.repack(20_000+max(0, s.n-250)*2000, nil)
	if !s.open() {
		return
	}
	items := make([]int32, s.n)
	for i := range items {
		items[i] = int32(i)
	}
	root := s.relax(items, s.bins, nil, len(s.bins), s.dice)
	if b := root.bins(); b > s.certificate.Bins {
		s.certificate = Certificate{Bins: b, Prices: root.prices, Price: root.price}
	}
	for k := 0; s.open(); k++ {
		if root.done {
			if better := s.dive(root, len(s.bins)-1, float64(k)*0.1, s.dice); better != nil {
				s.bins = better
				continue
			}
		}
		s.repack(5_000, root.inside)
	}
}

// repack takes bins apart for some rounds, by the prices given if there are any.
func (s *search) repack(rounds int, prices []float64) {
	if !s.open() {
		return
	}
	r := newRepacker(s.graph, s.bins, s.dice)
	if prices != nil {
		r.priced(prices)
	}
	r.run(s.certificate.Bins, rounds)
	s.bins = r.bins
}

func count(bins []int) (n int) {
	for _, b := range bins {
		n = max(n, b+1)
	}
	return n
}
