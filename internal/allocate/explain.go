package allocate

import (
	"math/bits"
	"slices"
	"strconv"
)

// plan writes down what the search came to.
func (s *solver) plan() Plan {
	p := Plan{Assignment: s.assignment(), Violations: nil}
	p.Violations = judge(s.problem, p.Assignment)
	p.Opened = len(s.opened())
	for c := range s.cells {
		if len(s.cells[c].people) > 0 {
			p.Used++
		}
	}
	p.Certificate = s.bound()
	p.LowerBound = p.Certificate.Cells
	p.Reasons = s.reasons()
	for i := range s.people {
		if home := s.people[i].cell; home >= 0 && s.at[i] != home {
			p.Moves++
		}
	}
	p.Unplaced = s.unplaced(p.Reasons)
	return p
}

// reasons say why each person is where they are, judged when all are placed.
func (s *solver) reasons() []Reason {
	list := make([]Reason, len(s.people))
	crowd := map[[2]int32]int{} // people of a key on a landing
	for i, c := range s.at {
		if c >= 0 {
			for _, key := range s.people[i].near {
				crowd[[2]int32{key, s.estate.cells[c].landing}]++
			}
		}
	}
	opened := make([]bool, len(s.cells))
	for _, c := range s.opened() {
		opened[c] = true
	}
	for i, c := range s.at {
		list[i] = s.reason(int32(i), c, opened, crowd)
	}
	return list
}

func (s *solver) reason(i, c int32, opened []bool, crowd map[[2]int32]int) Reason {
	person, asked := &s.people[i], &s.problem.People[i]
	if c < 0 {
		return Reason{Code: ReasonUnplaced}
	}
	if person.cell == c {
		return Reason{Code: ReasonStays}
	}
	params := map[string]string{"cell": s.problem.Cells[c].ID}
	if person.cell >= 0 {
		params["from"] = asked.Cell
		code := s.why[i].Code
		if code == "" {
			code = ReasonMovedRoom
		}
		return Reason{code, params}
	}
	switch {
	case person.alone:
		return Reason{ReasonSingle, params}
	case person.notAlone:
		return Reason{ReasonCompany, params}
	case person.needs != 0:
		needs := asked.Needs[0]
		for _, need := range asked.Needs[1:] {
			needs += ", " + need
		}
		params["needs"] = needs
		return Reason{ReasonNeed, params}
	}
	for _, key := range asked.Near {
		for _, id := range person.near {
			if s.keys[id] == key && crowd[[2]int32{id, s.estate.cells[c].landing}] > 1 {
				params["key"] = key
				return Reason{ReasonNear, params}
			}
		}
	}
	if opened[c] {
		return Reason{ReasonOpened, params}
	}
	params["free"] = strconv.Itoa(s.room(c))
	return Reason{ReasonOpenRoom, params}
}

// bars are rules as bits: the rules of cells first, then the person's needs one by one.
type bars uint64

var barRules = []Rule{RuleClosed, RuleCapacity, RuleCellClass, RuleClass, RuleAlone, RuleCompany, RuleApartCell, RuleApartLand, RuleApartWing}

func barOf(r Rule) bars { return 1 << slices.Index(barRules, r) }

// barrier is somebody who is nowhere, and where keep-apart orders bar them.
type barrier struct {
	*solver
	person int32
	apart  [3]map[int32]bool // cells, landings and wings
}

var apartLevels = [3]Level{InCell, OnLanding, InWing}

func (s *solver) barrierOf(i int32) *barrier {
	b := &barrier{solver: s, person: i}
	for _, a := range s.people[i].orders {
		order := &s.orders[a]
		level := slices.Index(apartLevels[:], order.level)
		if b.apart[level] == nil {
			b.apart[level] = map[int32]bool{}
		}
		inside := map[int32]int{}
		for _, other := range order.members {
			if c := s.at[other]; c >= 0 && other != i {
				unit := s.unit(c, order.level)
				inside[unit]++
				if order.pairwise || inside[unit] >= order.total-1 {
					b.apart[level][unit] = true
				}
			}
		}
	}
	return b
}

// barring is the set of rules that each bar the person from a cell.
func (b *barrier) barring(c int32) bars {
	person, facts, cell := &b.people[b.person], &b.estate.cells[c], &b.cells[c]
	found := bars(person.needs&^facts.features) << len(barRules)
	set := func(when bool, rule int) {
		if when {
			found |= 1 << rule
		}
	}
	set(facts.closed, 0)
	set(person.size > facts.capacity-cell.load, 1)
	set(facts.class >= 0 && facts.class != person.class, 2)
	set(cell.class != none && cell.class != person.class, 3)
	set(cell.alone > 0 || person.alone && len(cell.people) > 0, 4)
	set(person.notAlone && (len(cell.people) == 0 || person.alone), 5)
	set(person.cell >= 0 && person.cell != c && len(b.solver.cells[person.cell].people) == 1 && b.leftAlone(person.cell), 5)
	for level, units := range b.apart {
		set(units != nil && units[b.unit(c, apartLevels[level])], 6+level)
	}
	return found
}

// likeness is what decides which rules bar somebody who is named in no keep-apart order.
type likeness struct {
	class           int32
	needs           uint64
	size            int
	alone, notAlone bool
}

// unplaced explains those who have no cell, and those who should leave one and could not.
func (s *solver) unplaced(reasons []Reason) (list []Unplaced) {
	var always *solver
	known := map[likeness]Unplaced{}
	explain := func(i int32) {
		p := &s.people[i]
		like := likeness{p.class, p.needs, p.size, p.alone, p.notAlone}
		u, same := known[like]
		if !same || len(p.orders) > 0 || p.cell >= 0 {
			u = s.explain(i)
			if always == nil {
				always = s.emptied()
			}
			u.Proof = s.proof
			if always.barsAll(i) {
				u.Proof = ProofAlways
			}
			if len(p.orders) == 0 && p.cell < 0 {
				known[like] = u
			}
		}
		u.Person = int(i)
		list = append(list, u)
	}
	for _, i := range s.homeless() {
		explain(i)
	}
	for _, i := range s.leaving {
		if c := s.at[i]; c == s.people[i].cell && s.stuck(i) {
			reasons[i].Code = ReasonCannotMove
			s.leave(i)
			explain(i)
			s.enter(i, c)
			if u := &list[len(list)-1]; len(u.Rules) == 0 && !s.mayMove() {
				u.Rules = []Binding{{Rule: RuleMoves, Cells: len(s.cells)}}
			}
		}
	}
	return list
}

// emptied is the estate with nobody in it but those who cannot be moved.
func (s *solver) emptied() *solver {
	l := newLedger(s.estate)
	for i := range s.people {
		if s.people[i].movable {
			l.leave(int32(i))
		}
	}
	return &solver{ledger: l}
}

// barsAll reports whether no cell takes a person, company apart unless they are to be both alone and not.
func (s *solver) barsAll(i int32) bool {
	if s.people[i].alone && s.people[i].notAlone {
		return true
	}
	for c := range s.cells {
		if s.fits(i, int32(c)) {
			return false
		}
	}
	return true
}

// openingsShown is how many cells are named that would take somebody if less stood in the way.
const openingsShown = 3

func (s *solver) explain(i int32) (u Unplaced) {
	barrier := s.barrierOf(i)
	count, first := map[bars]int{}, map[bars][]int32{} // of the cells that a set bars, how many and the first
	var sets []bars
	for c := range s.cells {
		b := barrier.barring(int32(c))
		if count[b]++; count[b] == 1 {
			sets = append(sets, b)
		}
		if len(first[b]) < openingsShown {
			first[b] = append(first[b], int32(c))
		}
	}
	least := smallestHitting(sets)
	for b := least; b != 0; b &= b - 1 {
		bit := bits.TrailingZeros64(uint64(b))
		n := 0
		for _, set := range sets {
			if set&(1<<bit) != 0 {
				n += count[set]
			}
		}
		if 1<<bit == barOf(RuleCompany) && s.people[i].alone { // neither rule bars without the other
			u.Rules = append(u.Rules, Binding{Rule: RuleAlone, Cells: n})
		}
		u.Rules = append(u.Rules, s.binding(bit, n))
	}
	fewest := 64
	for _, set := range sets {
		fewest = min(fewest, bits.OnesCount64(uint64(set)))
	}
	var nearest []int32
	for _, set := range sets {
		if bits.OnesCount64(uint64(set)) == fewest {
			nearest = append(nearest, first[set]...)
		}
	}
	slices.Sort(nearest)
	for _, c := range nearest[:min(len(nearest), openingsShown)] {
		u.Frees = append(u.Frees, s.opening(i, c, barrier.barring(c)))
	}
	return u
}

func (s *solver) binding(bit, cells int) Binding {
	if bit < len(barRules) {
		return Binding{Rule: barRules[bit], Cells: cells}
	}
	return Binding{Rule: RuleNeed, Detail: s.needs[bit-len(barRules)], Cells: cells}
}

func (s *solver) opening(i, c int32, b bars) Opening {
	open := Opening{Cell: int(c)}
	for rest := b; rest != 0; rest &= rest - 1 {
		open.Rules = append(open.Rules, s.binding(bits.TrailingZeros64(uint64(rest)), 1))
	}
	way := map[int]bool{}
	if b&(barOf(RuleClass)|barOf(RuleAlone)|barOf(RuleCapacity)) != 0 {
		for _, other := range s.cells[c].people {
			way[int(other)] = true
		}
	}
	for _, a := range s.people[i].orders {
		if !s.bars(a, i, c) {
			continue
		}
		for _, other := range s.orders[a].members {
			if other != i && s.at[other] >= 0 && s.unit(s.at[other], s.orders[a].level) == s.unit(c, s.orders[a].level) {
				way[int(other)] = true
			}
		}
	}
	for other := range way {
		open.People = append(open.People, other)
	}
	slices.Sort(open.People)
	return open
}

// smallestHitting is the smallest set of rules of which each set has one; 0 if a set is empty or there are none.
func smallestHitting(sets []bars) bars {
	if len(sets) == 0 || slices.Contains(sets, 0) {
		return 0
	}
	for size := 1; ; size++ {
		if hit, found := hitting(sets, 0, size); found {
			return hit
		}
	}
}

func hitting(sets []bars, chosen bars, size int) (bars, bool) {
	for _, set := range sets {
		if set&chosen != 0 {
			continue
		}
		if size == 0 {
			return 0, false
		}
		for rest := set; rest != 0; rest &= rest - 1 {
			if hit, found := hitting(sets, chosen|rest&-rest, size-1); found {
				return hit, true
			}
		}
		return 0, false
	}
	return chosen, true
}
