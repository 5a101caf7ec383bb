package custody

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"
)

// keptStandings are the breaches of sharing and placement as last found, place by place, each with the time for which it
// holds. Whoever asks what stands against the rules in 10,000 cells, from the second time on, has those looked at anew that a
// record or the hour has changed since. Readers may ask side by side, while nobody changes the state.
type keptStandings struct {
	mu       sync.Mutex
	kept     bool                    // from the first question on; before it nothing is noted
	of       map[string]keptStanding // by place, of all with people in them
	breached map[string]struct{}     // those of them where something stands
	stale    map[string]struct{}     // places of which a record has changed since
	span     span                    // in which all of them hold
}

// keptStanding is what stands in a place, and when that holds.
type keptStanding struct {
	breaches []Breach
	span
}

// span is the time from an instant (zero: from ever) until another (zero: until something is recorded).
type span struct{ from, until time.Time }

func (s span) holds(at time.Time) bool {
	return !at.Before(s.from) && (s.until.IsZero() || at.Before(s.until))
}

// turn narrows a span around an instant so that another does not lie in it, save as its first.
func (s *span) turn(at, t time.Time) {
	switch {
	case t.IsZero():
	case !t.After(at):
		s.begin(t)
	default:
		s.end(t)
	}
}

func (s *span) begin(t time.Time) {
	if t.After(s.from) {
		s.from = t
	}
}

func (s *span) end(t time.Time) {
	if !t.IsZero() && (s.until.IsZero() || t.Before(s.until)) {
		s.until = t
	}
}

// standingsAt calls do with what stands in each place where anything stands at an instant. What it gets is shared: it must
// not change it.
func (s *State) standingsAt(at time.Time, do func(*Place, []Breach)) {
	k := &s.standings
	k.mu.Lock()
	defer k.mu.Unlock()
	s.settleStandings(at)
	for code := range k.breached {
		do(s.Places.Get(code), k.of[code].breaches)
	}
}

// standingIn returns what stands in one place at an instant, as standingsAt.
func (s *State) standingIn(place string, at time.Time) []Breach {
	k := &s.standings
	k.mu.Lock()
	defer k.mu.Unlock()
	s.settleStandings(at)
	return k.of[place].breaches
}

// settleStandings brings what is kept to an instant. The lock is held.
func (s *State) settleStandings(at time.Time) {
	k := &s.standings
	if !k.kept {
		k.kept, k.of, k.breached, k.stale = true, map[string]keptStanding{}, map[string]struct{}{}, map[string]struct{}{}
		for code := range s.derived.occupants {
			k.stale[code] = struct{}{}
		}
	}
	turned := !k.span.holds(at)
	if turned {
		for code, one := range k.of {
			if !one.holds(at) {
				k.stale[code] = struct{}{}
			}
		}
	}
	a := s.Arrange(at)
	for code := range k.stale {
		delete(k.of, code)
		delete(k.breached, code)
		p, in := s.Places.Get(code), s.derived.occupants[code]
		if p == nil || len(in) == 0 {
			continue
		}
		one := a.found(p, in)
		if k.of[code] = one; len(one.breaches) > 0 {
			k.breached[code] = struct{}{}
		}
		k.span.begin(one.from)
		k.span.end(one.until)
	}
	clear(k.stale)
	if turned {
		k.span = span{}
		for _, one := range k.of {
			k.span.begin(one.from)
			k.span.end(one.until)
		}
	}
}

// found looks a place over at the one instant of the arrangement, and finds out for how long that holds.
func (a *Arrangement) found(p *Place, in map[string]struct{}) keptStanding {
	at := a.instants[0].at
	one := keptStanding{breaches: a.standingIn(p, in)}
	a.s.eachTurnIn(p, in, func(t time.Time) { one.turn(at, t) })
	for person := range in {
		if a.s.Holdings.Get(person).Since.After(at) {
			// Asked about a time before they came, of which the record as it is now cannot say since when.
			one.begin(at)
			one.end(at.Add(time.Microsecond))
		}
	}
	return one
}

// eachTurnIn calls do with the instants at which time alone may change what stands in a place, or since when: as its people
// came, were assessed, come of age, as their papers and keep-apart orders begin and end, as the place went out of use.
func (s *State) eachTurnIn(p *Place, in map[string]struct{}, do func(time.Time)) {
	for up := p; up != nil; up = s.Places.Get(up.Parent) {
		for _, o := range up.Outages {
			do(o.From)
			do(o.Until)
		}
	}
	for person := range in {
		do(s.Holdings.Get(person).Since)
		s.eachClassTurn(s.People.Get(person), do)
		if about := s.Assessments.Get(person); about != nil {
			do(about.At)
		}
		for _, id := range s.derived.aparts[person] {
			order := s.KeepAparts.Get(id)
			do(order.From)
			do(order.Until)
		}
	}
}

// note notes places of which a record has changed. The lock is not needed: while the state changes, nobody asks.
func (k *keptStandings) note(places ...string) {
	if k.kept {
		for _, place := range places {
			k.stale[place] = struct{}{}
		}
	}
}

// personTurned notes where a person is and was, and where those are whom they are kept apart from: an order may reach over a
// landing or a wing.
func (s *State) personTurned(person string, was ...string) {
	if !s.standings.kept {
		return
	}
	s.standings.note(s.placeOf(person))
	s.standings.note(was...)
	for _, id := range s.derived.aparts[person] {
		s.apartTurned(s.KeepAparts.Get(id))
	}
}

// apartTurned notes where those are whom an order keeps apart; nil is none.
func (s *State) apartTurned(order *KeepApart) {
	if order == nil || !s.standings.kept {
		return
	}
	for _, person := range order.Members {
		s.standings.note(s.placeOf(person))
	}
}

// insideTurned notes a place and all that lies in it: whom it is for, what it offers and whether it is in use reach down to
// its cells.
func (s *State) insideTurned(place string) {
	if !s.standings.kept {
		return
	}
	s.standings.note(place)
	for inside := range s.derived.inside[place] {
		s.insideTurned(inside)
	}
}

// checkStandings compares what is kept of each place with what is found there anew, at the ends of the time for which it is
// said to hold, and says where they differ.
func (s *State) checkStandings() (broken []string) {
	k := &s.standings
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.kept {
		return nil
	}
	for _, code := range slices.Sorted(maps.Keys(s.derived.occupants)) {
		p, in := s.Places.Get(code), s.derived.occupants[code]
		if _, stale := k.stale[code]; stale || p == nil {
			continue
		}
		kept, known := k.of[code]
		if !known {
			broken = append(broken, fmt.Sprintf("law 4: nothing is kept of what stands in %s", code))
			continue
		}
		ends := []time.Time{kept.from}
		if !kept.until.IsZero() {
			ends = append(ends, kept.until.Add(-time.Microsecond))
		}
		for _, at := range ends {
			if at.IsZero() {
				continue
			}
			if found := s.Arrange(at).standingIn(p, in); !reflect.DeepEqual(found, kept.breaches) {
				broken = append(broken, fmt.Sprintf("law 4: at %s there stands in %s %+v, what is kept says %+v", at, code, found, kept.breaches))
			}
		}
	}
	return broken
}
