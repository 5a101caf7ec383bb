package allocate

import (
	"cmp"
	"slices"
)

// Solve makes a plan. It never breaks a hard rule and never relaxes one: what the plan breaks was broken before it.
// Somebody who is not movable stays. Somebody who is leaves only a cell that is closed or where they break a rule, or,
// when somebody would otherwise have no place, to make room. The same problem, options and seed give the same plan.
func Solve(p Problem, o Options) Plan {
	e, err := compile(p)
	if err != nil {
		return Plan{Assignment: Standing(p), Reasons: make([]Reason, len(p.People)), Fault: err}
	}
	s := newSolver(e, o)
	s.vacate()
	s.placeAll(s.newcomers())
	s.repair()
	s.closeCells()
	s.packAlike()
	return s.plan()
}

// solver is one run of the search.
type solver struct {
	*ledger
	o      Options
	w      Weights
	dice   *dice
	steps  int // left
	moves  int // of people who were in a cell, so far
	demand []int
	why    []Reason // of those who were moved
	// near remembers cells in which people of a key are; landings the cells of each.
	near     [][]int32
	landings map[int32][]int32
	leaving  []int32 // those who should leave the cell where they are
	log      []change
	largest  int   // capacity of any cell
	visited  []int // by cell, the number of the search that was there
	searches int
	proof    Proof
	packings []*BoundPart // by class, where the question was bin packing
}

func newSolver(e *estate, o Options) *solver {
	s := &solver{ledger: newLedger(e), o: o, w: o.Weights, dice: newDice(o.Seed), steps: o.Effort, proof: ProofThisPlan}
	if s.w == (Weights{}) {
		s.w = DefaultWeights()
	}
	if s.steps == 0 {
		s.steps = DefaultEffort
	}
	s.why = make([]Reason, len(e.people))
	s.visited = make([]int, len(e.cells))
	s.demand = make([]int, len(e.classes))
	for c := range e.cells {
		s.largest = max(s.largest, e.cells[c].capacity)
	}
	keys := 0
	for i := range e.people {
		for _, key := range e.people[i].near {
			keys = max(keys, int(key)+1)
		}
	}
	s.near = make([][]int32, keys)
	if keys > 0 {
		s.landings = map[int32][]int32{}
		for c := range e.cells {
			s.landings[e.cells[c].landing] = append(s.landings[e.cells[c].landing], int32(c))
		}
	}
	for i, c := range s.at {
		if c >= 0 {
			s.remember(int32(i), c)
		}
	}
	return s
}

// step counts work and reports whether there may be more. Once stopped, there may be none.
func (s *solver) step(n int) bool {
	s.steps -= n
	if s.o.Stop != nil && s.steps > 0 && s.steps&1023 <= n && s.o.Stop() {
		s.steps = 0
	}
	return s.steps > 0
}

// remember keeps what the soft aims need to know of a person who is in a cell.
func (s *solver) remember(i, c int32) {
	person := &s.people[i]
	for _, key := range person.near {
		if list := s.near[key]; len(list) < 8 {
			s.near[key] = append(list, c)
		} else {
			list[int(i)%8] = c
		}
	}
}

func (s *solver) newcomers() []int32 {
	var list []int32
	for i := range s.people {
		if s.people[i].cell < 0 {
			list = append(list, int32(i))
		}
	}
	return list
}

// placeAll places people, the hardest first: single cells, then those whose needs few cells meet, then the largest and
// those kept apart from most; those who need company come last of their like, so that company is there.
func (s *solver) placeAll(list []int32) {
	s.sortHardest(list)
	for _, i := range list {
		s.demand[s.people[i].class] += s.people[i].size
	}
	var waiting []int32
	for k, i := range list {
		if s.at[i] >= 0 {
			continue // came in as company
		}
		if !s.place(i, list[k+1:]) {
			waiting = append(waiting, i)
		}
		s.demand[s.people[i].class] -= s.people[i].size
	}
	for k, i := range waiting {
		if s.at[i] < 0 {
			s.place(i, waiting[k+1:])
		}
	}
}

func (s *solver) sortHardest(list []int32) {
	offered := map[uint64]int{} // room that meets a set of needs
	for _, i := range list {
		offered[s.people[i].needs] = 0
	}
	for needs := range offered {
		total := 0
		for c := range s.estate.cells {
			if f := &s.estate.cells[c]; needs&^f.features == 0 && !f.closed {
				total += f.capacity
			}
		}
		offered[needs] = total
	}
	order := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	apart := make([]int, len(s.people))
	for _, i := range list {
		for _, a := range s.people[i].orders {
			if o := &s.orders[a]; o.pairwise {
				weight := 1
				switch o.level {
				case OnLanding:
					weight = 4
				case InWing:
					weight = 16
				}
				apart[i] += weight * (len(o.members) - 1)
			}
		}
	}
	slices.SortFunc(list, func(x, y int32) int {
		a, b := &s.people[x], &s.people[y]
		return cmp.Or(
			order(b.alone)-order(a.alone),
			cmp.Compare(offered[a.needs], offered[b.needs]),
			order(a.notAlone)-order(b.notAlone),
			cmp.Compare(b.size, a.size),
			cmp.Compare(apart[y], apart[x]),
			cmp.Compare(x, y))
	})
}

// place finds a cell for a person who is nowhere. rest are those who come after, among whom company may be found.
func (s *solver) place(i int32, rest []int32) bool {
	c := s.choose(i)
	if c < 0 {
		return false
	}
	s.give(i, c)
	if s.lonely(i) && !s.findCompany(i, rest) {
		s.leave(i)
		return false
	}
	return true
}

// give puts a person into a cell, and remembers it for the soft aims.
func (s *solver) give(i, c int32) {
	s.enter(i, c)
	s.remember(i, c)
}

// findCompany looks among those who come after for somebody to join a person who must not be alone.
func (s *solver) findCompany(i int32, rest []int32) bool {
	c := s.at[i]
	for _, wanted := range []bool{true, false} { // first another who must not be alone
		for k, j := range rest {
			if k == 2000 {
				break
			}
			if other := &s.people[j]; s.at[j] < 0 && other.notAlone == wanted && other.class == s.people[i].class && s.fits(j, c) {
				s.demand[other.class] -= other.size
				s.give(j, c)
				return true
			}
		}
	}
	return false
}

// candidate is a cell that takes a person, and what the soft aims say of it.
type candidate struct {
	cell  int32
	score float64
}

const enough = 8 // candidates are weighed

// choose is the best cell for a person who is nowhere, -1 if none takes them.
func (s *solver) choose(i int32) int32 {
	person := &s.people[i]
	best := candidate{none, 0}
	consider := func(c int32) {
		score := s.score(i, c)
		if best.cell < 0 || score < best.score {
			best = candidate{c, score}
		}
	}
	for _, key := range person.near {
		for _, c := range s.near[key] {
			looked := 0
			for _, other := range s.landings[s.estate.cells[c].landing] {
				if looked++; looked > 40 {
					break
				}
				if len(s.cells[other].people) > 0 && s.fits(i, other) {
					consider(other)
				}
			}
			if s.fits(i, c) {
				consider(c)
			}
		}
	}
	if !person.alone {
		s.look(i, person.class, consider)
	}
	if best.cell < 0 || s.w.Opened < s.w.Near && len(person.near) > 0 || s.w.Opened < s.w.Risk && person.risk > 0 {
		s.look(i, none, consider)
	}
	return best.cell
}

// look offers cells in which a class is (or nobody) and that take a person, some of the fittest of each kind.
func (s *solver) look(i, class int32, consider func(int32)) {
	person := &s.people[i]
	fewest := s.demand[person.class] // room that a cell to be opened will see used
	if person.alone {
		fewest = person.size
	}
	for kind, shelves := range s.stock.byKind {
		if !s.stock.offers(kind, person) {
			continue
		}
		for _, on := range shelves {
			if on.class != class {
				continue
			}
			first := person.size >> s.stock.shift
			if class == none {
				first = max(first, min(fewest>>s.stock.shift, boards-1))
			}
			found := s.lookOn(i, on, first, consider)
			if found == 0 && class == none { // no cell is so large: the largest there is
				for b := on.previous(first - 1); b >= 0 && found == 0; b = on.previous(b - 1) {
					found = s.lookOnBoard(i, on.board[b], enough, consider)
				}
			}
		}
	}
}

func (s *solver) lookOn(i int32, on *shelf, first int, consider func(int32)) (found int) {
	for b := on.next(first); b < boards && found < enough; b = on.next(b + 1) {
		if n := s.lookOnBoard(i, on.board[b], enough-found, consider); n > 0 {
			found += n
			if on.class == none || s.people[i].risk == 0 {
				break
			}
		}
	}
	return found
}

// lookOnBoard stops when some were found, or one was after long looking; it never gives up before one is found.
func (s *solver) lookOnBoard(i int32, board []int32, want int, consider func(int32)) (found int) {
	for looked, c := range board {
		if found == want || found > 0 && looked >= 4*enough {
			break
		}
		if s.fits(i, c) {
			consider(c)
			found++
		}
	}
	return found
}

// score is what the soft aims say of a cell that takes a person; less is better.
func (s *solver) score(i, c int32) float64 {
	person, facts, cell := &s.people[i], &s.estate.cells[c], &s.cells[c]
	score := 0.0
	if len(cell.people) == 0 {
		score += float64(s.w.Opened)
		if useful := min(facts.capacity, s.demand[person.class]); !person.alone {
			score += float64(s.w.Opened) * (1 - float64(useful)/float64(max(s.largest, 1)))
		} else {
			score += float64(s.w.Room) * float64(facts.capacity)
		}
	}
	if len(person.near) > 0 {
		score += float64(s.w.Near) * (1 - s.nearness(i, c))
	}
	if person.risk > 0 {
		score += float64(s.w.Risk) * float64(person.risk) * float64(s.risk[facts.landing]) / 100
	}
	if len(cell.people) > 0 || !person.alone {
		score += float64(s.w.Room) * float64(facts.capacity-cell.load-person.size) / float64(facts.capacity+1)
	}
	return score
}

// nearness is 1 where somebody who shares a key is in the cell, a half where on the landing, else 0.
func (s *solver) nearness(i, c int32) float64 {
	best := 0.0
	for _, key := range s.people[i].near {
		for _, other := range s.near[key] {
			if other == c && len(s.cells[c].people) > 0 {
				return 1
			}
			if s.estate.cells[other].landing == s.estate.cells[c].landing {
				best = 0.5
			}
		}
	}
	return best
}
