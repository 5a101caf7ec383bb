package custody

import (
	"container/heap"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Tally is what an establishment's roll comes to at an instant.
type Tally struct {
	Statuses map[LegalStatus]int // of everybody on the roll
	Out      int                 // of those, at a court or hospital
	Space
}

// Space is what places hold and may hold.
type Space struct {
	Inside int // people in them, whoever answers for them
	// Certified and Allowed sum the capacities of cells in use: by the area standard, and
	// the lower of that and the operational order in force.
	Certified, Allowed int
	Area               int // square decimetres of the cells with somebody in them and a known area
	Housed             int // people in those cells
	Crowded            int // of those, in a cell with more people than its area may hold
}

// Census is the people held at an instant, by establishment and legal status.
type Census struct {
	At       time.Time
	Tallies  map[string]Tally    // by establishment; "" is those in transit
	Statuses map[LegalStatus]int // of everybody held
	AtLarge  int
}

// CensusAt returns the census of an instant. Time alone changes it: papers and capacity
// orders begin and expire. So the state keeps, from the first time it is asked, what it
// counted of each person and place, and the instants at which that will change; it counts
// again only those of whom a record or the hour has changed since it was last asked.
// Readers may ask side by side, while nobody changes the state.
func (s *State) CensusAt(now time.Time) Census {
	k := &s.census
	k.mu.Lock()
	defer k.mu.Unlock()
	s.settle(now)
	return k.report()
}

// Lapsed returns the prison numbers of those who are held at an instant without a live
// authority, sorted. It is as quick as CensusAt.
func (s *State) Lapsed(now time.Time) []string {
	k := &s.census
	k.mu.Lock()
	defer k.mu.Unlock()
	s.settle(now)
	return sortedKeys(k.lapsed)
}

// overfull returns the places that hold more people at an instant than they may, sorted. It is as quick as CensusAt.
func (s *State) overfull(now time.Time) []string {
	k := &s.census
	k.mu.Lock()
	defer k.mu.Unlock()
	s.settle(now)
	return sortedKeys(k.full)
}

// WithStatus returns the prison numbers of those in custody who have a legal status at an
// instant, sorted. It is as quick as going through as many as there are.
func (s *State) WithStatus(status LegalStatus, now time.Time) (numbers []string) {
	k := &s.census
	k.mu.Lock()
	defer k.mu.Unlock()
	s.settle(now)
	for number, is := range k.people {
		if is.status == status {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// census is what has been counted, as of the instant at.
type census struct {
	mu      sync.Mutex
	kept    bool // from the first question on; before it nothing is noted
	at      time.Time
	floor   time.Time // the earliest instant that it can be moved back to
	people  map[string]standing
	rooms   map[string]room
	tallies map[string]*Tally
	atLarge int
	lapsed  map[string]struct{}
	full    map[string]struct{} // places with more people in them than they may hold
	// Whose record, or whose hour, has changed since they were counted.
	stalePeople, staleRooms map[string]struct{}
	peopleTurn, roomsTurn   turns
}

// standing is how one person counts: in custody with a legal status, or at large.
type standing struct {
	establishment string
	status        LegalStatus // empty: not in custody
	out, atLarge  bool
}

// room is how one place counts.
type room struct {
	establishment string
	full          bool // holds more than it may
	Space
}

// personTurned and placeTurned note that somebody or a place must be counted again.
func (k *census) personTurned(person string) {
	if k.kept {
		k.stalePeople[person] = struct{}{}
	}
}

func (k *census) placeTurned(place string) {
	if k.kept {
		k.staleRooms[place] = struct{}{}
	}
}

// holdingTurned notes what a change of a holding changes: most movements leave a person's
// own standing as it was.
func (k *census) holdingTurned(old, new *Holding) {
	if !k.kept {
		return
	}
	for _, h := range []*Holding{old, new} {
		if h != nil {
			k.placeTurned(h.At.Place)
		}
	}
	if old == nil || new == nil || old.Status != new.Status || old.At.Establishment != new.At.Establishment {
		k.personTurned(firstOf(new, old).Person)
	}
}

func (k *census) paperTurned(old, new *Authority) {
	if !k.kept {
		return
	}
	k.personTurned(firstOf(new, old).Person)
	if new != nil {
		k.peopleTurn.put(k.floor, k.at, new.Person, new.turns()...)
	}
}

func (k *census) roomTurned(old, new *Place) {
	if !k.kept {
		return
	}
	k.placeTurned(firstOf(new, old).Code)
	if new != nil {
		k.roomsTurn.put(k.floor, k.at, new.Code, new.turns()...)
	}
}

func firstOf[V any](a, b *V) *V {
	if a != nil {
		return a
	}
	return b
}

// turns are the instants at which the authority begins or ceases to be live.
func (a *Authority) turns() []time.Time { return []time.Time{a.From, a.Until, a.Ended} }

// turns are the instants at which the place's capacity changes by itself.
func (p *Place) turns() []time.Time {
	var list []time.Time
	if o := p.Operational; o != nil {
		list = append(list, o.From, o.Until)
	}
	for _, o := range p.Earlier {
		list = append(list, o.From, o.Until)
	}
	if o := p.Over; o != nil {
		list = append(list, o.From, o.Until)
	}
	return list
}

// settle brings the census to an instant.
func (s *State) settle(now time.Time) {
	k := &s.census
	if !k.kept || now.Before(k.floor) {
		s.beginCensus(now)
	}
	if old := now.Add(-turnsKept); old.Sub(k.floor) > turnsKept {
		k.floor = old
		k.peopleTurn.forget(old)
		k.roomsTurn.forget(old)
	}
	k.peopleTurn.moveTo(now, k.stalePeople)
	k.roomsTurn.moveTo(now, k.staleRooms)
	k.at = now
	for person := range k.stalePeople {
		k.countPerson(person, k.people[person], -1)
		k.people[person] = s.standingOf(person, now)
		if k.people[person] == (standing{}) {
			delete(k.people, person)
		}
		k.countPerson(person, k.people[person], 1)
	}
	for code := range k.staleRooms {
		k.countRoom(k.rooms[code], -1)
		k.rooms[code] = s.roomOf(code, now)
		k.countRoom(k.rooms[code], 1)
		if k.rooms[code].full {
			k.full[code] = struct{}{}
		} else {
			delete(k.full, code)
		}
	}
	clear(k.stalePeople)
	clear(k.staleRooms)
}

// beginCensus has everybody and every place counted anew.
func (s *State) beginCensus(now time.Time) {
	k := &s.census
	k.kept, k.at, k.floor, k.atLarge = true, now, now.Add(-turnsKept), 0
	k.people, k.rooms, k.tallies, k.lapsed = map[string]standing{}, map[string]room{}, map[string]*Tally{}, map[string]struct{}{}
	k.full = map[string]struct{}{}
	k.stalePeople, k.staleRooms = map[string]struct{}{}, map[string]struct{}{}
	k.peopleTurn, k.roomsTurn = newTurns(), newTurns()
	for h := range s.Holdings.All() {
		k.stalePeople[h.Person] = struct{}{}
	}
	for a := range s.Authorities.All() {
		k.peopleTurn.put(k.floor, now, a.Person, a.turns()...)
	}
	for p := range s.Places.All() {
		k.roomTurned(nil, p)
	}
}

func (s *State) standingOf(person string, now time.Time) standing {
	h := s.Holdings.Get(person)
	switch {
	case h == nil:
		return standing{}
	case h.Status.InCustody():
		return standing{establishment: h.At.Establishment, status: StatusOf(s.PapersOf(person), now), out: h.Status == Out}
	}
	return standing{atLarge: h.Status == Lost}
}

func (s *State) roomOf(code string, now time.Time) room {
	p := s.Places.Get(code)
	if p == nil {
		return room{}
	}
	r := room{establishment: p.Establishment, Space: Space{Inside: s.Present(code)}}
	capacity, limited := p.Capacity(now)
	r.full = (limited || p.Kind == Cell) && r.Inside > capacity
	if p.Kind != Cell {
		return r
	}
	if !p.OutOfUse {
		r.Certified = p.Certified
		if limited {
			r.Allowed = capacity
		}
	}
	if p.FloorArea > 0 && r.Inside > 0 {
		r.Area, r.Housed = p.FloorArea, r.Inside
		if r.Inside > CertifiedByArea(p.FloorArea) {
			r.Crowded = r.Inside
		}
	}
	return r
}

func (k *census) countPerson(person string, is standing, n int) {
	switch {
	case is.atLarge:
		k.atLarge += n
	case is.status != "":
		t := k.tally(is.establishment)
		t.Statuses[is.status] += n
		if is.out {
			t.Out += n
		}
		if is.status == NoAuthority && n > 0 {
			k.lapsed[person] = struct{}{}
		} else {
			delete(k.lapsed, person)
		}
	}
}

func (k *census) countRoom(r room, n int) {
	t := k.tally(r.establishment)
	t.Inside += n * r.Inside
	t.Certified += n * r.Certified
	t.Allowed += n * r.Allowed
	t.Area += n * r.Area
	t.Housed += n * r.Housed
	t.Crowded += n * r.Crowded
}

func (k *census) tally(establishment string) *Tally {
	t := k.tallies[establishment]
	if t == nil {
		t = &Tally{Statuses: map[LegalStatus]int{}}
		k.tallies[establishment] = t
	}
	return t
}

// report copies the census, so that it stays true of its instant.
func (k *census) report() Census {
	c := Census{At: k.at, Tallies: make(map[string]Tally, len(k.tallies)), Statuses: map[LegalStatus]int{}, AtLarge: k.atLarge}
	for establishment, t := range k.tallies {
		copied := *t
		copied.Statuses = maps.Clone(t.Statuses)
		maps.DeleteFunc(copied.Statuses, func(_ LegalStatus, n int) bool { return n == 0 })
		for status, n := range copied.Statuses {
			c.Statuses[status] += n
		}
		c.Tallies[establishment] = copied
	}
	return c
}

// checkCensus compares the census, if one is kept, with a count of everybody at the same
// instant, and says where they differ.
func (s *State) checkCensus() []string {
	k := &s.census
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.kept {
		return nil
	}
	s.settle(k.at)
	kept, keptLapsed, keptFull := k.report(), sortedKeys(k.lapsed), sortedKeys(k.full)
	s.beginCensus(k.at)
	s.settle(k.at)
	counted, lapsed, full := k.report(), sortedKeys(k.lapsed), sortedKeys(k.full)
	var broken []string
	if !slices.Equal(keptFull, full) {
		broken = append(broken, fmt.Sprintf("law 4: the census says that %v hold too many, and %v do", keptFull, full))
	}
	for establishment, t := range counted.Tallies {
		if k := kept.Tallies[establishment]; !maps.Equal(k.Statuses, t.Statuses) || k.Out != t.Out || k.Space != t.Space {
			broken = append(broken, fmt.Sprintf("law 1: the census of %q is %+v, its number says %+v", establishment, t, k))
		}
	}
	if kept.AtLarge != counted.AtLarge || !slices.Equal(keptLapsed, lapsed) {
		broken = append(broken, fmt.Sprintf("law 3: %d are at large and %d held without authority, the numbers say %d and %d",
			counted.AtLarge, len(lapsed), kept.AtLarge, len(keptLapsed)))
	}
	return broken
}

// turnsKept is how far back a census can at least be moved without counting everybody
// again: those who ask at the same time do not ask in the order of their clocks.
const turnsKept = time.Hour

// turn is an instant at which something about a key changes by itself.
type turn struct {
	at  time.Time
	key string
}

// turns are the instants around the one at which a census stands. One that no longer holds
// (a paper was ended, say) does no harm: its key is counted again for nothing.
type turns struct{ ahead, behind turnHeap }

func newTurns() turns {
	return turns{
		ahead:  turnHeap{before: func(a, b time.Time) bool { return a.Before(b) }},
		behind: turnHeap{before: func(a, b time.Time) bool { return a.After(b) }},
	}
}

// put adds instants after the floor at which a key changes, to a census that stands at now.
func (t *turns) put(floor, now time.Time, key string, instants ...time.Time) {
	for _, at := range instants {
		switch {
		case at.IsZero() || !at.After(floor):
		case at.After(now):
			heap.Push(&t.ahead, turn{at, key})
		default:
			heap.Push(&t.behind, turn{at, key})
		}
	}
}

// moveTo moves to another instant and adds to stale the keys that change on the way.
func (t *turns) moveTo(now time.Time, stale map[string]struct{}) {
	pass := func(from, to *turnHeap) {
		passed := heap.Pop(from).(turn)
		stale[passed.key] = struct{}{}
		heap.Push(to, passed)
	}
	for t.ahead.Len() > 0 && !t.ahead.list[0].at.After(now) {
		pass(&t.ahead, &t.behind)
	}
	for t.behind.Len() > 0 && t.behind.list[0].at.After(now) {
		pass(&t.behind, &t.ahead)
	}
}

// forget drops the instants up to the floor.
func (t *turns) forget(floor time.Time) {
	t.behind.list = slices.DeleteFunc(t.behind.list, func(p turn) bool { return !p.at.After(floor) })
	heap.Init(&t.behind)
}

// turnHeap has the instant nearest to the census first.
type turnHeap struct {
	list   []turn
	before func(a, b time.Time) bool
}

func (h *turnHeap) Len() int           { return len(h.list) }
func (h *turnHeap) Less(i, j int) bool { return h.before(h.list[i].at, h.list[j].at) }
func (h *turnHeap) Swap(i, j int)      { h.list[i], h.list[j] = h.list[j], h.list[i] }
func (h *turnHeap) Push(v any)         { h.list = append(h.list, v.(turn)) }

func (h *turnHeap) Pop() any {
	last := len(h.list) - 1
	v := h.list[last]
	h.list[last] = turn{}
	h.list = h.list[:last]
	return v
}
