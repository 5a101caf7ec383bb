package packing

import "slices"

// partly solves the linear program for the items of some bins only, and dives along it to do with one bin less; where the
// whole program is too large for the time there is, this is what comes nearest to it. It reports whether it did.
func (s *search) partly(most int) bool {
	picked := s.pickPart(most)
	var items []int32
	var part, others [][]int32
	for b, bin := range s.bins {
		if picked.has(b) {
			items, part = append(items, bin...), append(part, bin)
		} else {
			others = append(others, bin)
		}
	}
	if len(items) > 2*mostInPart {
		return false // bins hold so many that no part is small
	}
	slices.Sort(items)
	root := s.relax(items, part, nil, len(part), s.dice)
	if !root.done || whole(root.value()) >= len(part) {
		return false
	}
	better := s.dive(root, len(part)-1, 0, s.dice)
	if better == nil {
		return false
	}
	s.bins = append(others, better...)
	return true
}

// pickPart chooses bins that hold so many items: some of the emptiest, and others by chance, or every other time by
// chance among those with an item that could share a bin with one that is picked already.
func (s *search) pickPart(most int) set {
	order := s.dice.permutation(len(s.bins))
	load := make([]int, len(s.bins))
	home := make([]int32, s.n)
	for b, bin := range s.bins {
		for _, i := range bin {
			load[b] += s.weight[i]
			home[i] = int32(b)
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return load[a] - load[b] })
	picked := newSet(len(s.bins))
	var items []int32
	take := func(b int32) {
		if !picked.has(int(b)) {
			picked.add(int(b))
			items = append(items, s.bins[b]...)
		}
	}
	for _, b := range order {
		if take(b); 4*len(items) >= 3*most {
			break
		}
	}
	related := s.dice.below(2) == 0
	for tries := 0; len(items) < most && tries < 4*s.n; tries++ {
		b := int32(s.dice.below(len(s.bins)))
		if related {
			friend := s.friendOf(items[s.dice.below(len(items))], s.dice)
			if friend < 0 {
				continue
			}
			b = home[friend]
		}
		take(b)
	}
	return picked
}

// byParts goes on from part to part for some rounds, until bound and packing meet, or until the clock ends it.
func (s *search) byParts(rounds int) {
	for most := fewestInPart; rounds > 0 && s.open(); rounds-- {
		if !s.partly(most) {
			most = min(most+most/16, mostInPart)
		}
		s.repack(s.certificate.Bins, 2_000, nil)
		s.closeGap(8)
	}
}

const fewestInPart, mostInPart = 120, 300
