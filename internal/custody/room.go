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

// against lists what speaks against people coming into a place, judged at both instants;
// empty when nothing does. Whoever is in the place already does not come. For many at once
// the refusals about room name nobody.
func (s *State) against(p *Place, people []*Person, at, now time.Time) []*Refusal {
	var list []*Refusal
	coming, who := 0, ""
	for _, person := range people {
		if h := s.Holdings.Get(person.Number); h == nil || h.At.Place != p.Code || !h.Status.InCustody() {
			coming++
		}
	}
	if coming == 0 {
		return nil
	}
	if len(people) == 1 {
		who = people[0].called()
	}
	if shut, why := s.outOfUse(p, at, now); shut != nil {
		list = append(list, refuse(Conflict, 1, "place-out-of-use", "place", shut.Code, "reason", why, "person", who))
	}
	if capacity, limited := p.lowestCapacity(at, now); (limited || p.Kind == Cell) && s.Present(p.Code)+coming > capacity {
		list = append(list, refuse(Conflict, 1, "place-full", "place", p.Code, "capacity", itoa(capacity), "present", itoa(s.Present(p.Code)), "person", who))
	}
	for _, person := range people {
		if p.Sex != "" && person.Sex != p.Sex {
			list = append(list, refuse(Conflict, 4, "place-for-other-sex", "place", p.Code, "person", person.called()))
		}
	}
	return list
}

// called names a person in a refusal: by number, or by name before one is given.
func (p *Person) called() string {
	if p.Number == "" {
		return p.FullName()
	}
	return p.Number
}

// despite contradicts the record with everything that speaks against the fact.
func (e *Entry) despite(against []*Refusal) {
	for _, r := range against {
		switch r.Code {
		case "place-full":
			e.contradict("place-over-capacity", "person", e.Person, "place", r.Params["place"], "capacity", r.Params["capacity"], "present", r.Params["present"])
		case "place-out-of-use":
			e.contradict("place-out-of-use", "person", e.Person, "place", r.Params["place"], "reason", r.Params["reason"])
		case "place-for-other-sex":
			e.contradict("place-for-other-sex", "person", e.Person, "place", r.Params["place"])
		}
	}
}

// roomFor refuses an order that puts somebody into a place that is none for people, or
// that something speaks against.
func (s *State) roomFor(person, place string, at, now time.Time) (*Place, error) {
	p, err := s.holdingPlace(place)
	if err != nil {
		return nil, err
	}
	if against := s.against(p, []*Person{s.People.Get(person)}, at, now); len(against) > 0 {
		return nil, against[0]
	}
	return p, nil
}

// roomForAll is roomFor for many people at once.
func (s *State) roomForAll(p *Place, people []string, at, now time.Time) error {
	identities := make([]*Person, len(people))
	for i, person := range people {
		identities[i] = s.People.Get(person)
	}
	if against := s.against(p, identities, at, now); len(against) > 0 {
		return against[0]
	}
	return nil
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

// lowestCapacity is the lower of the capacities at two instants.
func (p *Place) lowestCapacity(at, now time.Time) (capacity int, limited bool) {
	capacity, limited = p.Capacity(at)
	if c, l := p.Capacity(now); l && (!limited || c < capacity) {
		return c, l
	}
	return capacity, limited
}

// liveAtBoth reports whether the person is held on paper at both instants, not necessarily
// the same paper.
func (s *State) liveAtBoth(person string, at, now time.Time) bool {
	return s.HasLivePaper(person, at) && s.HasLivePaper(person, now)
}
