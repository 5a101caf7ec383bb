package packing

import "slices"

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

// improve repacks a little, and then goes the way that comes furthest in the time there is.
func (s *search) improve() {
	s.repack(s.certificate.Bins, 50*s.n, nil)
	s.closeGap(24)
	if s.soonSolved() {
		if s.n > mostInPart/2 && !s.nested() {
			s.byParts(10) // so that there is a good packing should time be short
		}
		s.byPrices()
	}
	s.byParts(1 << 62)
}

// soonSolved reports whether the whole linear program is solved in a fraction of a second: where there are few items, or
// where conflicts are nested and it is they that bind.
func (s *search) soonSolved() bool {
	return s.n < fewItems || s.n < mostItems && s.nested() && len(s.certificate.Clique) > 0
}

const (
	fewItems  = 400
	mostItems = 2000 // beyond that its matrix is too large
)

// closeGap tries so many times to do with one bin less, where a packing without a gap has three items in every bin.
func (s *search) closeGap(tries int) {
	if 3*s.certificate.Bins > s.n || !s.inTriples() {
		return
	}
	for ; tries > 0 && s.open() && len(s.bins) == s.certificate.Bins+1 && !s.fillTriples(2_000); tries-- {
	}
}

// byPrices solves the linear program for a better bound, and dives along it and repacks by its prices in turn.
func (s *search) byPrices() {
	// An item that can share no bin has one of its own whatever else is done; the linear program is about the others.
	var items []int32
	var alone, shared [][]int32
	for _, bin := range s.bins {
		if s.friendless(bin[0]) {
			alone = append(alone, bin)
			continue
		}
		shared = append(shared, bin)
		items = append(items, bin...)
	}
	slices.Sort(items)
	root := s.relax(items, shared, nil, len(shared), s.dice)
	if b := len(alone) + root.bins(); root.price > 0 && b > s.certificate.Bins {
		for _, bin := range alone {
			root.prices[bin[0]] = root.price
		}
		s.certificate = Certificate{Bins: b, Prices: root.prices, Price: root.price}
	}
	for k := 0; s.open(); k++ {
		if k%2 == 1 && s.partly(fewestInPart) {
			continue
		}
		if root.done {
			if better := s.dive(root, len(s.bins)-len(alone)-1, float64(k)*0.1, s.dice); better != nil {
				s.bins = append(slices.Clone(alone), better...)
				continue
			}
		}
		prices := slices.Clone(root.inside)
		for _, bin := range alone {
			prices[bin[0]] = 1
		}
		s.repack(s.certificate.Bins, 5_000, prices)
		s.closeGap(8)
	}
}

// repack takes bins apart for some rounds, or until there are no more than target, by the prices given if there are any.
func (s *search) repack(target, rounds int, prices []float64) {
	if !s.open() {
		return
	}
	r := newRepacker(s.graph, s.bins, s.dice)
	if prices != nil {
		r.priced(prices)
	}
	r.run(max(target, s.certificate.Bins), rounds)
	s.bins = r.bins
}

func count(bins []int) (n int) {
	for _, b := range bins {
		n = max(n, b+1)
	}
	return n
}
