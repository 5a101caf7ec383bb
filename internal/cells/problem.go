package cells

import (
	"cmp"
	"slices"
	"time"

	"habeas.example/habeas/internal/allocate"
	"habeas.example/habeas/internal/custody"
)

// question is a problem made from the state, with what is needed to read its answer.
type question struct {
	allocate.Problem
	from    []string        // where each person is now, by the record; "" for somebody not in the establishment
	classes []custody.Class // of each person
	tiesOf  func(person string) (custody.Class, []string)
	person  map[string]int
	cell    map[string]int
}

// Needs that stand for the designation of a place: whoever is of a class that some cell is
// not for needs one that is.
const (
	forWomen     = "for-women"
	forMen       = "for-men"
	forChildren  = "for-children"
	forAdults    = "for-adults"
	forUntried   = "for-untried"
	forConvicted = "for-convicted"
)

// ask makes the problem of an establishment: its cells, everybody in them, those whom the
// plans of open transfers have given a cell, and those who are to be placed. Whoever is to
// be placed and sits in a cell gives it up. ahead plans for later, when all of those will be
// there; for now, somebody still on a bus keeps their place but is no company.
func ask(s *custody.State, establishment string, place []string, now time.Time, ahead bool) question {
	room := len(place) + s.Roll(establishment)
	q := question{person: make(map[string]int, room), from: make([]string, 0, room), classes: make([]custody.Class, 0, room)}
	q.People = make([]allocate.Person, 0, room)
	q.tiesOf = s.TiesAt(now)
	asked := make(map[string]bool, len(place))
	for _, person := range place {
		asked[person] = true
	}
	designs := q.addCells(s, establishment, now)
	reserved := map[string][]string{}
	s.Reserved(establishment, func(person, cell string) {
		if !asked[person] {
			reserved[cell] = append(reserved[cell], person)
		}
	})
	var inside []string
	for c := range q.Cells {
		cell := &q.Cells[c]
		first := len(q.People)
		inside = inside[:0]
		s.EachOccupant(cell.ID, func(person string) {
			if !asked[person] {
				inside = append(inside, person)
			}
		})
		slices.Sort(inside)
		for _, person := range inside {
			q.addPerson(s, person, cell.ID, cell.ID)
		}
		slices.Sort(reserved[cell.ID])
		if !ahead && len(q.People) == first {
			q.keepFor(s, cell, reserved[cell.ID])
			continue
		}
		for _, person := range reserved[cell.ID] {
			q.addPerson(s, person, cell.ID, "")
		}
		q.settle(cell, first)
	}
	for _, person := range place {
		if _, twice := q.person[person]; !twice {
			q.addPerson(s, person, "", holdingPlace(s, person))
		}
	}
	q.designate(designs)
	q.addAparts(s, now)
	return q
}

func holdingPlace(s *custody.State, person string) string {
	if h := s.Holdings.Get(person); h != nil && h.Status.InCustody() {
		return h.At.Place
	}
	return ""
}

// addCells adds the cells of an establishment, by code and branch by branch, and returns
// whom each is for by what it lies in.
func (q *question) addCells(s *custody.State, establishment string, now time.Time) []custody.Designation {
	list := s.CellsUnder(establishment)
	designs := make([]custody.Designation, len(list))
	q.Cells, q.cell = make([]allocate.Cell, len(list)), make(map[string]int, len(list))
	type above struct {
		design        custody.Designation
		closed        bool
		landing, wing string
	}
	parents := map[string]above{} // what the cells of one parent have in common
	for i, p := range list {
		up, known := parents[p.Parent]
		if !known {
			up.design = s.DesignationOf(p.Parent)
			for a := s.Places.Get(p.Parent); a != nil; a = s.Places.Get(a.Parent) {
				up.closed = up.closed || a.OutOfUse
			}
			up.landing, up.wing = s.UnitOf(p.Code, custody.LandingLevel), s.UnitOf(p.Code, custody.WingLevel)
			if up.landing != p.Code {
				parents[p.Parent] = up
			}
		}
		design := up.design
		design.Sex, design.Age, design.Legal = cmp.Or(p.Sex, up.design.Sex), cmp.Or(p.Age, up.design.Age), cmp.Or(p.Legal, up.design.Legal)
		if len(p.Features) > 0 {
			design.Features = slices.Concat(p.Features, up.design.Features)
		}
		capacity, _ := p.Capacity(now)
		designs[i] = design
		q.Cells[i] = allocate.Cell{ID: p.Code, Landing: up.landing, Wing: up.wing, Capacity: capacity, Features: design.Features, Closed: up.closed || p.OutOfUse}
		q.cell[p.Code] = i
	}
	return designs
}

func (q *question) addPerson(s *custody.State, number, cell, from string) {
	class, ties := q.tiesOf(number)
	a := s.Assessments.Get(number)
	p := allocate.Person{ID: number, Class: class.String(), Cell: cell, Near: ties, Alone: custody.MustBeAlone(a, class)}
	if a != nil {
		p.NotAlone = a.NotAlone
		for _, need := range a.Needs {
			if need != custody.SingleCell {
				p.Needs = append(p.Needs, need)
			}
		}
		if a.Risk == custody.HighRisk {
			p.Risk = 1
		}
	}
	q.person[number] = len(q.People)
	q.People, q.from, q.classes = append(q.People, p), append(q.from, from), append(q.classes, class)
}

// keepFor keeps room in an empty cell for those whom a plan has promised it: their places,
// their class, and all of it for somebody who shares with nobody.
func (q *question) keepFor(s *custody.State, cell *allocate.Cell, people []string) {
	for _, person := range people {
		class, _ := q.tiesOf(person)
		cell.Class = class.String()
		cell.Closed = cell.Closed || custody.MustBeAlone(s.Assessments.Get(person), class)
	}
	cell.Capacity = max(0, cell.Capacity-len(people))
}

// settle closes a cell to newcomers where somebody who shares with nobody has company by
// name: whom they may share with is for people to decide, not for a plan.
func (q *question) settle(cell *allocate.Cell, first int) {
	together := q.People[first:]
	if len(together) < 2 {
		return
	}
	for i := range together {
		if together[i].Alone {
			cell.Capacity = min(cell.Capacity, len(together))
			for j := range together {
				together[j].Alone = false
			}
			return
		}
	}
}

// designate turns whom the cells are for into needs: only where some cell is not for
// somebody in the problem, so that an estate for all alike asks for nothing.
func (q *question) designate(designs []custody.Designation) {
	barred := map[string]bool{}
	for _, d := range designs {
		if d.Sex == "" && d.Age == "" && d.Legal == "" {
			continue
		}
		for need := range kinds {
			barred[need] = barred[need] || !kinds[need].taken(d)
		}
	}
	if len(barred) == 0 {
		return
	}
	used := map[string]bool{}
	for i := range q.People {
		class := q.classes[i]
		for _, need := range kindNames {
			if barred[need] && kinds[need].of(class) {
				q.People[i].Needs = append(q.People[i].Needs, need)
				used[need] = true
			}
		}
	}
	if len(used) == 0 {
		return
	}
	for i, d := range designs {
		features := slices.Clone(q.Cells[i].Features)
		for _, need := range kindNames {
			if used[need] && kinds[need].taken(d) {
				features = append(features, need)
			}
		}
		q.Cells[i].Features = features
	}
}

// kindOf says who is of a kind, and whether a designation takes them.
type kindOf struct {
	of    func(custody.Class) bool
	taken func(custody.Designation) bool
}

var kinds = map[string]kindOf{
	forWomen:     {func(c custody.Class) bool { return c.Sex == "F" }, func(d custody.Designation) bool { return d.Sex != "M" }},
	forMen:       {func(c custody.Class) bool { return c.Sex == "M" }, func(d custody.Designation) bool { return d.Sex != "F" }},
	forChildren:  {func(c custody.Class) bool { return c.Age == custody.Child }, func(d custody.Designation) bool { return d.Age != custody.Adult }},
	forAdults:    {func(c custody.Class) bool { return c.Age == custody.Adult }, func(d custody.Designation) bool { return d.Age != custody.Child }},
	forUntried:   {func(c custody.Class) bool { return c.Legal == custody.Untried }, func(d custody.Designation) bool { return d.Legal != custody.Convicted }},
	forConvicted: {func(c custody.Class) bool { return c.Legal == custody.Convicted }, func(d custody.Designation) bool { return d.Legal != custody.Untried }},
}

var kindNames = []string{forWomen, forMen, forChildren, forAdults, forUntried, forConvicted}

// addAparts adds the keep-apart orders that bind two people of the problem, oldest first.
func (q *question) addAparts(s *custody.State, now time.Time) {
	var orders []*custody.KeepApart
	for k := range s.KeepAparts.All() {
		if !k.InForce(now) {
			continue
		}
		present := 0
		for _, member := range k.Members {
			if _, here := q.person[member]; here {
				present++
			}
		}
		if present > 1 && (k.Pairwise || present == len(k.Members)) {
			orders = append(orders, k)
		}
	}
	slices.SortFunc(orders, func(a, b *custody.KeepApart) int { return cmp.Compare(a.Entry, b.Entry) })
	levels := map[custody.Level]allocate.Level{custody.CellLevel: allocate.InCell, custody.LandingLevel: allocate.OnLanding, custody.WingLevel: allocate.InWing}
	for _, k := range orders {
		q.Apart = append(q.Apart, allocate.Apart{Members: k.Members, Level: levels[k.Level], Pairwise: k.Pairwise})
	}
}
