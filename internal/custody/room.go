package custody

import "time"

// What a place says about the people in it, in one function for orders and facts alike: an
// order that breaks a rule is refused with the first that it breaks, a fact contradicts them
// all (law 4).
//
// Orders are judged at two instants: the one that they are stated for, and now. One dated
// back must not use what was allowed then and no longer is, nor what is allowed now and was
// not then: a paper, a capacity, a place out of use. How many people are in a place is what
// the record says now; who was there then is for the book to tell.

// against lists the hard rules that a person breaks by coming into a place, judged at both
// instants; empty when there are none. Whoever is in the place already does not come.
func (s *State) against(p *Place, person string, at, now time.Time) []*Refusal {
	if s.placeOf(person) == p.Code {
		return nil
	}
	a := s.Arrange(at, now)
	a.Put(person, p.Code)
	return a.Breaks(person, p.Code)
}

// despite contradicts the record with everything that speaks against the fact.
func (e *Entry) despite(against []*Refusal) {
	for _, r := range against {
		switch r.Code {
		case "place-full":
			e.contradict("place-over-capacity", "person", e.Person, "place", r.Params["place"], "capacity", r.Params["capacity"])
		case "place-out-of-use":
			e.contradict("place-out-of-use", "person", e.Person, "place", r.Params["place"], "reason", r.Params["reason"])
		case "place-for-other-sex":
			e.contradict("place-for-other-sex", "person", e.Person, "place", r.Params["place"])
		default:
			e.contradict("cell-rule-broken", "person", e.Person, "place", r.Params["place"], "rule", r.Code, "with", r.Params["other"])
		}
	}
}

// roomForAll refuses an order that puts all these people into a place at once, when one of
// them breaks a hard rule there.
func (s *State) roomForAll(p *Place, people []string, at, now time.Time) error {
	a := s.Arrange(at, now)
	var coming []string
	for _, person := range people {
		if s.placeOf(person) != p.Code {
			a.Put(person, p.Code)
			coming = append(coming, person)
		}
	}
	return a.refusal(p.Code, coming...)
}

// holdingPlace returns a place in which people can be, vehicles apart: those have orders of
// their own.
func (s *State) holdingPlace(place string) (*Place, error) {
	p := s.Places.Get(place)
	switch {
	case p == nil:
		return nil, Unknown("place", place)
	case !p.Kind.Holds() || p.Kind == VehiclePlace:
		return nil, InvalidInput("place-holds-nobody", "place", place, "kind", string(p.Kind))
	}
	return p, nil
}

// housing is holdingPlace for a place that lies in an establishment.
func (s *State) housing(place string) (*Place, error) {
	p, err := s.holdingPlace(place)
	if err == nil && p.Establishment == "" {
		return nil, InvalidInput("place-holds-nobody", "place", place, "kind", string(p.Kind))
	}
	return p, err
}

// outOfUse returns the place, or the one that it lies in, that is or was out of use at one
// of the instants, and why; nil when none.
func (s *State) outOfUse(p *Place, at, now time.Time) (*Place, string) {
	for up := p; up != nil; up = s.Places.Get(up.Parent) {
		if up.OutOfUse {
			return up, up.OutReason
		}
		for _, o := range up.Outages {
			if o.during(at) || o.during(now) {
				return up, o.Reason
			}
		}
	}
	return nil, ""
}

// liveAtBoth reports whether the person is held on paper at both instants, not necessarily
// the same paper.
func (s *State) liveAtBoth(person string, at, now time.Time) bool {
	return s.HasLivePaper(person, at) && s.HasLivePaper(person, now)
}
